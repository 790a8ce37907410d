//! URLs of database servers: `postgres://user:password@host:port/database?option=value`.
//!
//! As dj-database-url reads them: user, password, host and database are percent-decoded, a
//! host that is a path is the folder of a Unix socket, and options are the driver's own.

use std::fmt;

use crate::url::{DatabaseUrlError, percent_decoded};

/// Which server, and as whom.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "postgres"), allow(dead_code))]
pub(crate) struct ServerUrl {
    pub(crate) engine: String,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
    /// A name, an address, or the absolute path of a socket's folder. `None`: the usual place.
    pub(crate) host: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) database: String,
    /// What stands behind the question mark, decoded.
    pub(crate) options: Vec<(String, String)>,
}

impl ServerUrl {
    /// Reads what follows `engine://`.
    pub(super) fn parse(engine: &str, rest: &str) -> Result<Self, DatabaseUrlError> {
        Self::read(engine, rest).ok_or(DatabaseUrlError::BadServer)
    }

    fn read(engine: &str, rest: &str) -> Option<Self> {
        let rest = rest.split('#').next()?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = place.split_once('/')?;
        let (account, address) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = match account.split_once(':') {
            Some((user, password)) => (user, Some(decoded(password)?)),
            None => (account, None),
        };
        let (host, port) = split_port(address)?;
        let mut options = Vec::new();
        for option in query.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=')?;
            options.push((decoded(name)?, decoded(&value.replace('+', " "))?));
        }
        let database = decoded(database)?;
        if database.is_empty() {
            return None;
        }
        Some(Self {
            engine: engine.to_owned(),
            user: some(decoded(user)?),
            password,
            host: some(decoded(host)?),
            port,
            database,
            options,
        })
    }
}

/// No part may hold a NUL: servers read up to it.
fn decoded(text: &str) -> Option<String> {
    percent_decoded(text).filter(|text| !text.contains('\0'))
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// `host`, `host:port`, `[::1]:port`.
fn split_port(address: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = if let Some(rest) = address.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        (
            host,
            rest.strip_prefix(':').or(rest.is_empty().then_some(""))?,
        )
    } else {
        address.rsplit_once(':').unwrap_or((address, ""))
    };
    if host.contains(':') && !address.starts_with('[') {
        return None;
    }
    let port = match port {
        "" => None,
        digits => Some(digits.parse().ok().filter(|port| *port != 0)?),
    };
    Some((host, port))
}

/// Without the password, and without options, one of which may be a password too.
impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.engine)?;
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        match self.host.as_deref() {
            Some(host) if host.contains(':') => write!(f, "[{host}]")?,
            Some(host) => f.write_str(host)?,
            None => {}
        }
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "/{}", self.database)
    }
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rest: &str) -> Option<ServerUrl> {
        ServerUrl::read("postgres", rest)
    }

    #[test]
    fn every_part_is_read() {
        let url = read("me%40home:p%2Fw:%3A@db.example:5433/app%20one?sslmode=require&options=-c%20search_path%3Dx").unwrap();
        assert_eq!(url.user.as_deref(), Some("me@home"));
        assert_eq!(url.password.as_deref(), Some("p/w::"));
        assert_eq!(
            (url.host.as_deref(), url.port),
            (Some("db.example"), Some(5433))
        );
        assert_eq!(url.database, "app one");
        assert_eq!(url.options[0], ("sslmode".to_owned(), "require".to_owned()));
        assert_eq!(url.options[1].1, "-c search_path=x");
        let shown = format!("{url} {url:?}");
        assert!(
            !shown.contains("p/w") && shown.contains("db.example:5433/app one"),
            "{shown}"
        );
    }

    #[test]
    fn sockets_addresses_and_defaults() {
        let url = read("%2Fvar%2Frun%2Fpostgresql/app").unwrap();
        assert_eq!(url.host.as_deref(), Some("/var/run/postgresql"));
        assert_eq!((url.user, url.password, url.port), (None, None, None));
        let url = read("me@[::1]:5432/app").unwrap();
        assert_eq!((url.host.as_deref(), url.port), (Some("::1"), Some(5432)));
        assert_eq!(url.to_string(), "postgres://me@[::1]:5432/app");
        assert_eq!(read("/app").unwrap().host, None);
    }

    #[test]
    fn what_names_no_database_is_refused() {
        for rest in [
            "",
            "host",
            "host/",
            "host:x/app",
            "host:0/app",
            "::1/app",
            "a%00b/app",
            "host/app?x",
        ] {
            assert_eq!(read(rest), None, "{rest}");
        }
    }
}
