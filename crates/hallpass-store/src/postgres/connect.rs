//! Making a connection: what a URL asks for, and what every connection is told first.

use std::path::Path;
use std::sync::Weak;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, Connection};

use crate::error::{StoreError, Unavailable};
use crate::postgres::changes::Changes;
use crate::postgres::client::Client;
use crate::postgres::listener;
use crate::postgres::tls::{self, Verification};
use crate::url::{DatabaseUrlError, ServerUrl};

/// Where libpq looks for a socket when no host is named, on Debian and elsewhere.
const SOCKET_FOLDERS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// Knows how to connect.
#[derive(Debug)]
pub(super) struct Connector {
    config: Config,
    tls: Option<tls::Connect>,
    /// Said first on each connection.
    greeting: String,
    limit: Duration,
}

impl Connector {
    /// `limit` bounds an attempt, and on the server each statement.
    pub(super) fn new(
        url: &ServerUrl,
        read_only: bool,
        limit: Duration,
    ) -> Result<Self, StoreError> {
        let mut config = Config::new();
        config.dbname(&url.database).connect_timeout(limit);
        config.keepalives_idle(Duration::from_secs(30));
        config.tcp_user_timeout(limit.max(Duration::from_secs(10)));
        config.application_name("hallpass");
        if let Some(user) = &url.user {
            config.user(user);
        }
        if let Some(password) = &url.password {
            config.password(password);
        }
        if let Some(port) = url.port {
            config.port(port);
        }
        let mut verification = Verification::None;
        let mut root_certificate = None;
        config.ssl_mode(SslMode::Prefer);
        let mut host = url.host.clone();
        for (name, value) in &url.options {
            let wrong = || DatabaseUrlError::BadOption(name.clone());
            match name.as_str() {
                "sslmode" => {
                    let (mode, checks) = tls::mode(value).ok_or_else(wrong)?;
                    config.ssl_mode(mode);
                    verification = checks;
                }
                "sslrootcert" => root_certificate = Some(value.as_str()),
                "options" => drop(config.options(value)),
                "application_name" => drop(config.application_name(value)),
                "connect_timeout" => {
                    let seconds: u64 = value.parse().map_err(|_| wrong())?;
                    if seconds > 0 {
                        let asked = Duration::from_secs(seconds);
                        config.connect_timeout(asked.min(limit));
                    }
                }
                "host" => host = Some(value.clone()),
                "user" => drop(config.user(value)),
                "password" => drop(config.password(value)),
                "port" => drop(config.port(value.parse().map_err(|_| wrong())?)),
                // What Django's driver sends anyway.
                "client_encoding" => {}
                _ => return Err(wrong().into()),
            }
        }
        // libpq does the same: a root certificate makes `require` check against it.
        if root_certificate.is_some() && config.get_ssl_mode() == SslMode::Require {
            verification = verification.max(Verification::Authority);
        }
        match host {
            Some(host) => config.host(host),
            None => config.host(usual_host()),
        };
        let tls = match config.get_ssl_mode() {
            SslMode::Disable => None,
            _ => Some(tls::Connect::new(verification, root_certificate)?),
        };
        let limit_ms = limit.as_millis();
        let mut greeting = format!(
            "SET statement_timeout = {limit_ms}; \
             SET idle_in_transaction_session_timeout = {}",
            limit_ms * 2
        );
        if read_only {
            greeting.push_str("; SET default_transaction_read_only = on");
        }
        Ok(Self {
            config,
            tls,
            greeting,
            limit,
        })
    }

    /// One attempt, over within the limit.
    pub(super) async fn connect(&self) -> Result<Client, StoreError> {
        tokio::time::timeout(self.limit, self.attempt(None))
            .await
            .map_err(|_| Unavailable::TimedOut)?
    }

    /// The same for a connection whose notifications are handed on.
    pub(super) async fn listen(
        &self,
        changes: Weak<Changes>,
        channel: u64,
    ) -> Result<Client, StoreError> {
        tokio::time::timeout(self.limit, self.attempt(Some((changes, channel))))
            .await
            .map_err(|_| Unavailable::TimedOut)?
    }

    async fn attempt(&self, hearer: Option<(Weak<Changes>, u64)>) -> Result<Client, StoreError> {
        let (inner, driver) = match &self.tls {
            Some(tls) => {
                let (client, connection) = self.config.connect(tls.0.clone()).await?;
                (client, spawn(connection, hearer))
            }
            None => {
                let (client, connection) = self.config.connect(tokio_postgres::NoTls).await?;
                (client, spawn(connection, hearer))
            }
        };
        let client = Client::new(inner, driver.abort_handle());
        client.say(&self.greeting).await?;
        Ok(client)
    }
}

fn spawn<S, T>(connection: Connection<S, T>, hearer: Option<(Weak<Changes>, u64)>) -> JoinHandle<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    match hearer {
        Some((changes, channel)) => tokio::spawn(listener::hear(connection, changes, channel)),
        None => tokio::spawn(drive(connection)),
    }
}

/// Whoever asks is told of a fault; here it is only the end.
async fn drive(connection: impl Future<Output = Result<(), tokio_postgres::Error>>) {
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a database connection ended");
    }
}

fn usual_host() -> &'static str {
    SOCKET_FOLDERS
        .into_iter()
        .find(|folder| Path::new(folder).join(".s.PGSQL.5432").exists())
        .unwrap_or("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::url::DatabaseUrl;

    #[test]
    fn debug_hides_the_password() {
        let url = DatabaseUrl::parse("postgres://me:hunter2@h/db").unwrap();
        let limit = Duration::from_secs(1);
        let connector = Connector::new(url.server().unwrap(), false, limit).unwrap();
        let shown = format!("{connector:?}");
        assert!(
            shown.contains("\"h\"") && !shown.contains("hunter2"),
            "{shown}"
        );
    }
}
