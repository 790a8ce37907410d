//! One connection of the load client: sends prepared requests, reads answers.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::Failure;

/// Longer than any answer that is waited for, a login's behind sixteen others included.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection that may have been closed after its last answer.
#[derive(Debug)]
pub(crate) struct Connection {
    address: SocketAddr,
    stream: TcpStream,
    received: Vec<u8>,
    head: Head,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Result<Self, Failure> {
        Ok(Self {
            address,
            stream: connect(address)?,
            received: Vec::with_capacity(4096),
            head: Head::default(),
        })
    }

    /// Sends a request and waits for its answer's status.
    pub(crate) fn ask(&mut self, request: &[u8]) -> Result<u16, Failure> {
        // gunicorn's sync worker closes after each answer.
        if self.head.closes {
            self.stream = connect(self.address)?;
        }
        self.stream.write_all(request)?;
        self.received.clear();
        self.head = loop {
            self.receive()?;
            if let Some(head) = Head::parse(&self.received) {
                break head;
            }
        };
        while self.received.len() < self.head.length + self.head.body_length {
            self.receive()?;
        }
        Ok(self.head.status)
    }

    /// The last answer's body.
    pub(crate) fn body(&self) -> &[u8] {
        self.received.get(self.head.length..).unwrap_or_default()
    }

    /// The last answer, head and body.
    pub(crate) fn answer(&self) -> String {
        String::from_utf8_lossy(&self.received).into_owned()
    }

    fn receive(&mut self) -> Result<(), Failure> {
        let mut buffer = [0; 4096];
        match self.stream.read(&mut buffer)? {
            0 => Err(Failure(format!("{} closed the connection", self.address))),
            count => {
                self.received
                    .extend_from_slice(buffer.get(..count).unwrap_or_default());
                Ok(())
            }
        }
    }
}

fn connect(address: SocketAddr) -> Result<TcpStream, Failure> {
    let stream =
        TcpStream::connect(address).map_err(|error| Failure(format!("{address}: {error}")))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// What matters of an answer's head.
#[derive(Debug, Default, PartialEq, Eq)]
struct Head {
    length: usize,
    status: u16,
    body_length: usize,
    closes: bool,
}

impl Head {
    /// Nothing as long as the empty line has not come.
    fn parse(received: &[u8]) -> Option<Self> {
        let length = received.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let text = std::str::from_utf8(received.get(..length)?).ok()?;
        let mut lines = text.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let (mut body_length, mut closes) = (0, false);
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            if name.eq_ignore_ascii_case("content-length") {
                body_length = value.parse().ok()?;
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
            body_length: 2,
            closes: true,
        };
        assert_eq!(Head::parse(text.as_bytes()), Some(head));
        let half = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n";
        assert_eq!(Head::parse(half), None);
    }
}
