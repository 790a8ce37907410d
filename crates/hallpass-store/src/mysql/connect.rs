//! Making a connection: what a URL asks for, and what every connection is told first.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, DriverError, Error, Opts, OptsBuilder, SslOpts};

use crate::error::{StoreError, Unavailable};
use crate::url::{DatabaseUrlError, ServerUrl};

/// The longest packet taken or sent; a session's text is far shorter.
const LONGEST_PACKET: usize = 16 << 20;

/// What the MySQL client calls `--ssl-mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tls {
    Disabled,
    /// If the server can, without looking at its certificate.
    Preferred,
    Required,
    /// The name too: the driver has no check of the authority alone.
    Verified,
}

/// Knows how to connect.
pub(super) struct Connector {
    plain: Opts,
    /// `None` for a socket, and when the URL wants no encryption.
    encrypted: Option<Opts>,
    /// The server said that it cannot encrypt, and need not.
    cannot_encrypt: AtomicBool,
    must_encrypt: bool,
    read_only: bool,
    limit: Duration,
}

impl Connector {
    /// `limit` bounds an attempt.
    pub(super) fn new(
        url: &ServerUrl,
        read_only: bool,
        limit: Duration,
    ) -> Result<Self, StoreError> {
        let mut tls = None;
        let mut authority = None;
        let mut socket = url.host.clone().filter(|host| host.starts_with('/'));
        let mut limit = limit;
        for (name, value) in &url.options {
            let wrong = || DatabaseUrlError::BadOption(name.clone());
            match name.replace('-', "_").as_str() {
                "unix_socket" => socket = Some(value.clone()),
                "ssl_ca" => authority = Some(PathBuf::from(value)),
                "ssl_mode" => tls = Some(mode(value).ok_or_else(wrong)?),
                "connect_timeout" => {
                    let seconds: u64 = value.parse().map_err(|_| wrong())?;
                    if seconds > 0 {
                        limit = limit.min(Duration::from_secs(seconds));
                    }
                }
                // What we say anyway.
                "charset" if value.to_lowercase().starts_with("utf8") => {}
                "isolation_level" if value.eq_ignore_ascii_case("read committed") => {}
                _ => return Err(wrong().into()),
            }
        }
        let mut options = OptsBuilder::default()
            .user(url.user.clone())
            .pass(url.password.clone())
            .db_name(Some(url.database.clone()))
            // Django's: an UPDATE counts the rows that it found, changed or not.
            .client_found_rows(true)
            .prefer_socket(false)
            .tcp_keepalive(Some(Duration::from_secs(30)))
            // Known beforehand they are not asked for on each connection.
            .max_allowed_packet(Some(LONGEST_PACKET))
            .wait_timeout(Some(28_800));
        let is_socket = socket.is_some();
        match socket {
            Some(socket) => options = options.socket(Some(socket)),
            None => {
                let host = url.host.as_deref().unwrap_or("localhost");
                options = options
                    .ip_or_hostname(host)
                    .tcp_port(url.port.unwrap_or(3306));
            }
        }
        // libmysqlclient does the same: an authority is there to be asked.
        let usual = match authority {
            Some(_) => Tls::Verified,
            None => Tls::Preferred,
        };
        let tls = tls.unwrap_or(usual);
        let encrypted = if is_socket || tls == Tls::Disabled {
            None
        } else {
            install_provider();
            Some(options.clone().ssl_opts(ssl(tls, authority)).into())
        };
        Ok(Self {
            plain: options.into(),
            encrypted,
            cannot_encrypt: AtomicBool::new(false),
            must_encrypt: tls > Tls::Preferred,
            read_only,
            limit,
        })
    }

    /// One attempt, over within the limit. The server gives up statements after `longest`.
    pub(super) async fn connect(&self, longest: Duration) -> Result<Conn, StoreError> {
        tokio::time::timeout(self.limit, self.attempt(longest))
            .await
            .map_err(|_| Unavailable::TimedOut)?
    }

    async fn attempt(&self, longest: Duration) -> Result<Conn, StoreError> {
        let mut connection = self.plain_or_encrypted().await?;
        connection.query_drop(self.greeting(longest)).await?;
        Ok(connection)
    }

    async fn plain_or_encrypted(&self) -> Result<Conn, Error> {
        let Some(encrypted) = &self.encrypted else {
            return Conn::new(self.plain.clone()).await;
        };
        if !self.must_encrypt && self.cannot_encrypt.load(Ordering::Relaxed) {
            return Conn::new(self.plain.clone()).await;
        }
        match Conn::new(encrypted.clone()).await {
            Err(Error::Driver(DriverError::NoClientSslFlagFromServer)) if !self.must_encrypt => {
                self.cannot_encrypt.store(true, Ordering::Relaxed);
                Conn::new(self.plain.clone()).await
            }
            answer => answer,
        }
    }

    /// Django's isolation level, UTC, and a mode in which nothing is cut off silently and
    /// text is written as everywhere. Comments are read by the server that they name only.
    fn greeting(&self, longest: Duration) -> String {
        let seconds = longest.as_secs_f64();
        let millis = longest.as_millis();
        let whole = longest.as_secs().max(1);
        let access = if self.read_only {
            "READ ONLY"
        } else {
            "READ WRITE"
        };
        format!(
            "SET SESSION time_zone = '+00:00', \
             sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', \
             sql_auto_is_null = 0, autocommit = 1, \
             lock_wait_timeout = {whole}, innodb_lock_wait_timeout = {whole} \
             /*M!100101 , max_statement_time = {seconds} */ \
             /*!50708 , max_execution_time = {millis} */; \
             SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, {access}"
        )
    }
}

/// The driver's options show the password.
impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("host", &self.plain.ip_or_hostname())
            .field("read_only", &self.read_only)
            .finish_non_exhaustive()
    }
}

fn mode(word: &str) -> Option<Tls> {
    Some(match word.to_uppercase().as_str() {
        "DISABLED" => Tls::Disabled,
        "PREFERRED" => Tls::Preferred,
        "REQUIRED" => Tls::Required,
        "VERIFY_CA" | "VERIFY_IDENTITY" => Tls::Verified,
        _ => return None,
    })
}

fn ssl(tls: Tls, authority: Option<PathBuf>) -> SslOpts {
    let own = authority.is_some();
    let roots = authority.map(Into::into).into_iter().collect();
    SslOpts::default()
        .with_root_certs(roots)
        .with_disable_built_in_roots(own)
        .with_danger_accept_invalid_certs(tls < Tls::Verified)
}

/// The driver takes the process's cryptography, and there is none unless somebody says so.
fn install_provider() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Somebody else may have been faster, which does as well.
        let _: Result<(), Arc<_>> = rustls::crypto::ring::default_provider().install_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mysql::pool::Pool;
    use crate::url::DatabaseUrl;

    #[test]
    fn debug_hides_the_password() {
        let url = DatabaseUrl::parse("mysql://me:hunter2@h/db").unwrap();
        let limit = Duration::from_secs(1);
        let connector = Connector::new(url.server().unwrap(), false, limit).unwrap();
        assert!(connector.encrypted.is_some());
        let alone = format!("{connector:?}");
        let held = format!("{:?}", Pool::new(connector, 2));
        for shown in [alone, held] {
            assert!(shown.contains("\"h\""), "{shown}");
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }
}
