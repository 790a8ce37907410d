//! A cache that a Django shares: the Redis behind Django 5.2's `RedisCache`.
//!
//! Keys are Django's `KEY_PREFIX:VERSION:key`. All requests share one connection, made when it is first needed and made
//! anew after every fault; a request finds out and tries again once. None waits longer than [`PATIENCE`].
//!
//! The client library's own `ConnectionManager` is not used: it reconnects after faults of the network only, so that
//! a server which was still loading its data when we connected would stay out of reach.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, RedisError};

use super::{InvalidCache, When};
use crate::settings::CacheSettings;

const PATIENCE: Duration = Duration::from_secs(2);

/// A hundred years, in seconds. Redis refuses ages that end beyond its range.
const LONGEST_AGE: i64 = 100 * 365 * 24 * 60 * 60;

/// Redis did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CacheFault {
    #[error("redis: {0}")]
    Refused(#[from] RedisError),
    #[error("redis did not answer within {} seconds", PATIENCE.as_secs())]
    Silent,
}

/// Django's `default` cache.
pub(crate) struct RedisCache {
    client: Client,
    open: parking_lot::Mutex<Open>,
    /// Held by the one request that connects for all.
    connecting: tokio::sync::Mutex<()>,
    /// `KEY_PREFIX:VERSION:`
    prefix: String,
}

/// The connection, if there is one, and how many there have been.
#[derive(Default)]
struct Open {
    connection: Option<MultiplexedConnection>,
    number: u64,
}

impl RedisCache {
    /// Connects when it is first used.
    pub(crate) fn new(settings: &CacheSettings) -> Result<Self, InvalidCache> {
        // Django writes to the first of several servers, and reads from the others. We do both with the first.
        let location = settings
            .location
            .split([',', ';'])
            .next()
            .unwrap_or_default();
        if location.is_empty() {
            return Err(InvalidCache::NoLocation);
        }
        // The error's detail could quote the URL, which may hold a password.
        let client = Client::open(location)
            .map_err(|error| InvalidCache::Location(error.category().to_owned()))?;
        Ok(Self {
            client,
            open: parking_lot::Mutex::default(),
            connecting: tokio::sync::Mutex::default(),
            prefix: format!("{}:{}:", settings.key_prefix, settings.version),
        })
    }

    pub(crate) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, CacheFault> {
        self.run(Cmd::new().arg("GET").arg(self.key(key))).await
    }

    /// Writes an entry for `age` seconds; with none left it is removed, as Django does. False when the condition did
    /// not hold.
    pub(crate) async fn set(
        &self,
        key: &str,
        value: &[u8],
        age: i64,
        when: When,
    ) -> Result<bool, CacheFault> {
        if age <= 0 {
            return self.set_and_forget(key, when).await;
        }
        let mut command = Cmd::new();
        command
            .arg("SET")
            .arg(self.key(key))
            .arg(value)
            .arg("EX")
            .arg(age.min(LONGEST_AGE));
        match when {
            When::Always => {}
            When::Absent => {
                command.arg("NX");
            }
            When::Present => {
                command.arg("XX");
            }
        }
        let done: Option<String> = self.run(&command).await?;
        Ok(done.is_some())
    }

    /// An entry that expired before it was written.
    async fn set_and_forget(&self, key: &str, when: When) -> Result<bool, CacheFault> {
        if when == When::Absent {
            return Ok(true);
        }
        let removed: u64 = self.run(Cmd::new().arg("DEL").arg(self.key(key))).await?;
        Ok(when == When::Always || removed > 0)
    }

    pub(crate) async fn delete(&self, key: &str) -> Result<(), CacheFault> {
        self.run(Cmd::new().arg("DEL").arg(self.key(key))).await
    }

    /// Runs a Lua script on one entry, undivided: nobody else reads or writes it meanwhile.
    pub(crate) async fn run_script(
        &self,
        script: &str,
        key: &str,
        arguments: &[&[u8]],
    ) -> Result<Vec<Vec<u8>>, CacheFault> {
        let mut command = Cmd::new();
        command.arg("EVAL").arg(script).arg(1).arg(self.key(key));
        for argument in arguments {
            command.arg(*argument);
        }
        self.run(&command).await
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, CacheFault> {
        let began_with = self.open.lock().number;
        match tokio::time::timeout(PATIENCE, self.try_twice(command)).await {
            Ok(done) => Ok(done?),
            Err(_) => {
                // Whatever is wrong with it, the next request shall not wait for the same connection.
                self.forget(began_with + 1);
                Err(CacheFault::Silent)
            }
        }
    }

    /// A connection that broke while nobody looked is found out by using it.
    async fn try_twice<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, RedisError> {
        let mut fresh = false;
        loop {
            let (mut connection, number) = self.connection(&mut fresh).await?;
            match command.query_async(&mut connection).await {
                Err(error) if error.is_io_error() || error.is_unrecoverable_error() => {
                    self.forget(number);
                    if fresh {
                        return Err(error);
                    }
                }
                done => return done,
            }
        }
    }

    /// The connection and its number; `fresh` is set when it was made just now.
    async fn connection(
        &self,
        fresh: &mut bool,
    ) -> Result<(MultiplexedConnection, u64), RedisError> {
        let there = || {
            let open = self.open.lock();
            let number = open.number;
            open.connection
                .clone()
                .map(|connection| (connection, number))
        };
        if let Some(there) = there() {
            return Ok(there);
        }
        let _turn = self.connecting.lock().await;
        if let Some(there) = there() {
            return Ok(there);
        }
        *fresh = true;
        let patience = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        let client = &self.client;
        let connection = client
            .get_multiplexed_async_connection_with_config(&patience)
            .await?;
        let mut open = self.open.lock();
        open.number += 1;
        open.connection = Some(connection.clone());
        Ok((connection, open.number))
    }

    /// Drops the connection, unless it is younger than this one.
    fn forget(&self, number: u64) {
        let mut open = self.open.lock();
        if open.number <= number {
            open.connection = None;
        }
    }
}
