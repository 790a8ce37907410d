//! The load client: some connections, each with one request under way at a time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::connection::Connection;

/// How many connections ask at the same time unless a part says otherwise.
const CONNECTIONS: usize = 4;

/// Whom to ask, and what: the requests are sent in turn.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    address: SocketAddr,
    requests: Arc<[Vec<u8>]>,
    connections: usize,
    status: u16,
}

/// When a connection has asked enough.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Until {
    /// That many requests, over all connections; rounded up to the same number for each.
    Count(usize),
    /// That much time has passed.
    Time(Duration),
}

/// What a client sends: lines of a head, without the ones that every request has.
pub(crate) fn get(address: SocketAddr, path: &str, header: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: application/json\r\n{header}\
         User-Agent: hallpass-bench\r\n\r\n"
    )
    .into_bytes()
}

pub(crate) fn post_json(address: SocketAddr, path: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAccept: application/json\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nUser-Agent: hallpass-bench\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The header of a token's owner.
pub(crate) fn token(key: &str) -> String {
    format!("Authorization: Token {key}\r\n")
}

impl Target {
    /// One request, again and again.
    pub(crate) fn new(address: SocketAddr, request: Vec<u8>) -> Self {
        Self::of_many(address, vec![request])
    }

    pub(crate) fn of_many(address: SocketAddr, requests: Vec<Vec<u8>>) -> Self {
        Self {
            address,
            requests: requests.into(),
            connections: CONNECTIONS,
            status: 200,
        }
    }

    pub(crate) fn connections(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
    }

    /// The body of one answer to the first request, which must be a success.
    pub(crate) fn body(&self) -> Result<Vec<u8>, Failure> {
        let mut connection = Connection::open(self.address)?;
        let request = self.requests.first().map_or(&[][..], Vec::as_slice);
        self.expect(connection.ask(request)?, &connection)?;
        Ok(connection.body().to_vec())
    }

    /// Asks; each answer must be a success, and if a body is given, exactly that.
    pub(crate) fn load(&self, until: Until, body: Option<&[u8]>) -> Result<Latencies, Failure> {
        let began = Instant::now();
        let found: Vec<Vec<u32>> = thread::scope(|scope| {
            let workers: Vec<_> = (0..self.connections)
                .map(|number| scope.spawn(move || self.sequence(number, until, body)))
                .collect();
            let ended = workers.into_iter().map(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|_| Err(Failure("a connection's thread broke off".to_owned())))
            });
            ended.collect::<Result<_, _>>()
        })?;
        let mut micros = found.concat();
        micros.sort_unstable();
        Ok(Latencies {
            micros,
            took: began.elapsed(),
        })
    }

    fn sequence(
        &self,
        number: usize,
        until: Until,
        body: Option<&[u8]>,
    ) -> Result<Vec<u32>, Failure> {
        let mut connection = Connection::open(self.address)?;
        let mut micros = Vec::new();
        let began = Instant::now();
        // Each connection goes through the requests from another place.
        let start = self.requests.len() * number / self.connections;
        for request in self.requests.iter().cycle().skip(start) {
            let enough = match until {
                Until::Count(count) => micros.len() >= count.div_ceil(self.connections),
                Until::Time(time) => began.elapsed() >= time,
            };
            if enough {
                break;
            }
            let asked = Instant::now();
            let status = connection.ask(request)?;
            micros.push(u32::try_from(asked.elapsed().as_micros()).unwrap_or(u32::MAX));
            self.expect(status, &connection)?;
            if body.is_some_and(|body| body != connection.body()) {
                let said = connection.answer();
                return Err(Failure(format!(
                    "{} answered otherwise than before: {said}",
                    self.address
                )));
            }
        }
        Ok(micros)
    }

    fn expect(&self, status: u16, connection: &Connection) -> Result<(), Failure> {
        if status == self.status {
            return Ok(());
        }
        let said = connection.answer();
        Err(Failure(format!("{}: {said}", self.address)))
    }
}

/// How long each answer took, sorted.
#[derive(Debug)]
pub(crate) struct Latencies {
    micros: Vec<u32>,
    took: Duration,
}

impl Latencies {
    pub(crate) fn count(&self) -> usize {
        self.micros.len()
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.count() as f64 / self.took.as_secs_f64()
    }

    /// Milliseconds that this share of the answers did not exceed.
    pub(crate) fn percentile(&self, share: f64) -> f64 {
        let last = self.micros.len().saturating_sub(1);
        let index = (last as f64 * share).round() as usize;
        self.micros
            .get(index)
            .map_or(f64::NAN, |micros| f64::from(*micros) / 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles() {
        let latencies = Latencies {
            micros: (1..=101).map(|step| step * 1000).collect(),
            took: Duration::from_secs(2),
        };
        assert_eq!(latencies.percentile(0.5), 51.0);
        assert_eq!(latencies.percentile(0.99), 100.0);
        assert_eq!(latencies.per_second(), 50.5);
    }
}
