//! A small load client: a few connections, each with a fixed number of requests one after the other.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use crate::Failure;

/// Connections that ask at the same time, as many to one server as to the other.
const CONNECTIONS: usize = 4;

/// The request, and whom to ask.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    address: SocketAddr,
    request: String,
}

impl Target {
    /// `GET /api/whoami/` with a token.
    pub(crate) fn new(address: SocketAddr, token: &str) -> Self {
        let request = format!(
            "GET /api/whoami/ HTTP/1.1\r\nHost: {address}\r\nAccept: application/json\r\n\
             Authorization: Token {token}\r\nUser-Agent: hallpass-bench\r\n\r\n"
        );
        Self { address, request }
    }

    /// The body of one answer.
    pub(crate) fn ask(&self) -> Result<Vec<u8>, Failure> {
        let mut connection = Connection::open(self)?;
        connection.ask()?;
        Ok(connection.body().to_vec())
    }

    /// Sends about that many requests; each answer must be a 200 with exactly this body. Returns how many were sent.
    pub(crate) fn load(&self, requests: usize, body: &[u8]) -> Result<usize, Failure> {
        let each = requests.div_ceil(CONNECTIONS);
        thread::scope(|scope| {
            let workers: Vec<_> = (0..CONNECTIONS)
                .map(|_| scope.spawn(|| self.sequence(each, body)))
                .collect();
            workers.into_iter().try_for_each(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|_| Err(Failure("a connection's thread broke off".to_owned())))
            })
        })?;
        Ok(each * CONNECTIONS)
    }

    fn sequence(&self, requests: usize, body: &[u8]) -> Result<(), Failure> {
        let mut connection = Connection::open(self)?;
        for _ in 0..requests {
            // gunicorn's sync worker closes after each answer.
            if connection.closed {
                connection = Connection::open(self)?;
            }
            connection.ask()?;
            if connection.body() != body {
                return Err(Failure(format!(
                    "{} answered otherwise than before: {}",
                    self.address,
                    String::from_utf8_lossy(connection.body())
                )));
            }
        }
        Ok(())
    }
}

#[derive(Debug)]
struct Connection<'a> {
    target: &'a Target,
    stream: TcpStream,
    received: Vec<u8>,
    body_start: usize,
    closed: bool,
}

impl<'a> Connection<'a> {
    fn open(target: &'a Target) -> Result<Self, Failure> {
        let stream = TcpStream::connect(target.address)
            .map_err(|error| Failure(format!("{}: {error}", target.address)))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self {
            target,
            stream,
            received: Vec::with_capacity(4096),
            body_start: 0,
            closed: false,
        })
    }

    fn body(&self) -> &[u8] {
        self.received.get(self.body_start..).unwrap_or_default()
    }

    fn ask(&mut self) -> Result<(), Failure> {
        self.stream.write_all(self.target.request.as_bytes())?;
        self.received.clear();
        let head = loop {
            self.receive()?;
            if let Some(head) = Head::parse(&self.received) {
                break head;
            }
        };
        if head.status != 200 {
            let text = String::from_utf8_lossy(&self.received);
            return Err(Failure(format!("{}: {text}", self.target.address)));
        }
        let length = head
            .body_length
            .ok_or_else(|| Failure(format!("{}: no Content-Length", self.target.address)))?;
        while self.received.len() < head.length + length {
            self.receive()?;
        }
        self.body_start = head.length;
        self.closed = head.closes;
        Ok(())
    }

    fn receive(&mut self) -> Result<(), Failure> {
        let mut buffer = [0; 4096];
        match self.stream.read(&mut buffer)? {
            0 => Err(Failure(format!(
                "{} closed the connection",
                self.target.address
            ))),
            count => {
                self.received
                    .extend_from_slice(buffer.get(..count).unwrap_or_default());
                Ok(())
            }
        }
    }
}

/// What matters of an answer's head.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    length: usize,
    status: u16,
    body_length: Option<usize>,
    closes: bool,
}

impl Head {
    /// Nothing as long as the empty line has not come.
    fn parse(received: &[u8]) -> Option<Self> {
        let length = received.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let text = std::str::from_utf8(received.get(..length)?).ok()?;
        let mut lines = text.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let (mut body_length, mut closes) = (None, false);
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            if name.eq_ignore_ascii_case("content-length") {
                body_length = value.parse().ok();
            } else if name.eq_ignore_ascii_case("connection") {
                closes = value.eq_ignore_ascii_case("close");
            }
        }
        Some(Self {
            length,
            status,
            body_length,
            closes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_when_it_is_complete() {
        let text = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nConnection: close\r\n\r\nhi";
        let head = Head {
            length: text.len() - 2,
            status: 200,
            body_length: Some(2),
            closes: true,
        };
        assert_eq!(Head::parse(text.as_bytes()), Some(head));
        assert_eq!(
            Head::parse(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"),
            None
        );
    }
}
