//! What was typed, as it was typed. What it means is decided later, in `start.rs` and in the commands.

use std::fmt;
use std::net::{Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use axum::http::Uri;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Django's accounts, tokens and sessions, without Django: the management commands and a server.
#[derive(Debug, Parser)]
#[command(name = "hallpass", version, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 done, 1 refused or failed, 2 wrong usage.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Keeps the options that every command takes apart from a command's own.
const EVERYWHERE: &str = "Options of every command";

/// Options that stand before or after the command's name.
#[derive(Clone, Debug, Args)]
pub(crate) struct Global {
    /// Settings file [default: ./hallpass.toml]
    #[arg(long, global = true, value_name = "FILE", help_heading = EVERYWHERE)]
    pub(crate) config: Option<PathBuf>,
    /// Database, such as sqlite:///db.sqlite3; wins over the environment and the file
    #[arg(long, global = true, value_name = "URL", help_heading = EVERYWHERE)]
    pub(crate) database: Option<String>,
    /// 0 says nothing of success, 1 is normal
    #[arg(short = 'v', long, global = true, value_name = "LEVEL", default_value_t = 1, help_heading = EVERYWHERE,
          value_parser = clap::value_parser!(u8).range(0..=3))]
    pub(crate) verbosity: u8,
    /// Never colour error messages
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub(crate) no_color: bool,
}

/// The commands. Names are Django's where Django has the command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Try it: a database, a user, a token and the server in ./hallpass-demo
    Demo(Demo),
    /// Write a commented hallpass.toml with a fresh secret key
    Init(Init),
    /// Make the tables that are missing, as Django's migrate would
    Migrate(Migrate),
    /// List all migrations and whether they are applied
    Showmigrations(Showmigrations),
    /// Make a superuser
    Createsuperuser(Createsuperuser),
    /// Make a user
    Createuser(Createuser),
    /// Give a user another password
    Changepassword(Changepassword),
    /// Print a user's token, made when there is none
    #[command(name = "drf_create_token")]
    DrfCreateToken(DrfCreateToken),
    /// Log users in without a password, list sessions, end them
    #[command(subcommand)]
    Session(SessionCommand),
    /// Remove expired sessions
    Clearsessions,
    /// Serve the token endpoint, the login pages and whoami
    Serve(Serve),
    /// Look for misconfigurations and say how to cure them
    Check(Check),
    /// Print a proxy's configuration, ready to use: it asks Hallpass about each request
    ProxyConfig(ProxyConfig),
    /// Say why a request was refused, by the id in the answer's Hallpass-Diagnostic header
    Explain(Explain),
    /// Print the completions of a shell
    Completions(Completions),
    /// Print the manual page, or write one for each command
    Man(Man),
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Address to listen on: ADDRESS:PORT or PORT; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8000", value_parser = address)]
    pub(crate) bind: SocketAddr,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Fill it from a Django project: reads what `manage.py diffsettings --all` prints from standard input
    #[arg(long)]
    pub(crate) from_django: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// Application; all of them unless given
    #[arg(value_name = "APP")]
    pub(crate) app: Option<String>,
    /// Migration of that application
    #[arg(value_name = "MIGRATION", requires = "app")]
    pub(crate) migration: Option<String>,
    /// Change nothing; exit 1 if something is not applied
    #[arg(long)]
    pub(crate) check: bool,
    /// Change nothing; list what would be applied
    #[arg(long)]
    pub(crate) plan: bool,
    /// On PostgreSQL, also make the triggers that tell of changes, so that identities can be remembered
    #[arg(long, conflicts_with_all = ["check", "plan", "app"])]
    pub(crate) with_triggers: bool,
    /// Accepted for Django's sake: nothing is ever asked
    #[arg(long, visible_alias = "no-input")]
    pub(crate) noinput: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Showmigrations {
    /// Applications; all of them unless given
    #[arg(value_name = "APP")]
    pub(crate) apps: Vec<String>,
    /// In the order in which they are applied
    #[arg(short = 'p', long)]
    pub(crate) plan: bool,
    /// By application (the default)
    #[arg(short = 'l', long, conflicts_with = "plan")]
    pub(crate) list: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Createsuperuser {
    /// Login name
    #[arg(long, value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// E-mail address; the login where users log in by address
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,
    /// Ask nothing: what no option says is taken from DJANGO_SUPERUSER_USERNAME, _EMAIL and _PASSWORD. Without a
    /// password there the user cannot log in with one
    #[arg(long, visible_alias = "no-input")]
    pub(crate) noinput: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Createuser {
    /// Login name; the e-mail address where users log in by address
    #[arg(value_name = "USER")]
    pub(crate) username: String,
    /// E-mail address
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,
    /// May enter the admin
    #[arg(long)]
    pub(crate) staff: bool,
    /// Holds every permission; implies --staff
    #[arg(long)]
    pub(crate) superuser: bool,
    /// Read the password from the first line of standard input
    #[arg(long, conflicts_with = "no_password")]
    pub(crate) password_stdin: bool,
    /// No password: the user cannot log in with one
    #[arg(long)]
    pub(crate) no_password: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Changepassword {
    /// Login name [default: that of your account on this machine]
    #[arg(value_name = "USER")]
    pub(crate) username: Option<String>,
    /// Read the password from the first line of standard input
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DrfCreateToken {
    /// Login name, exactly as it is stored
    #[arg(value_name = "USER", required_unless_present = "all_missing")]
    pub(crate) username: Option<String>,
    /// Replace the token: the old one stops working
    #[arg(short = 'r', long)]
    pub(crate) reset: bool,
    /// Give a token to every user without one; prints how many, never the keys
    #[arg(long, conflicts_with_all = ["username", "reset"])]
    pub(crate) all_missing: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SessionCommand {
    /// Print the key of a new session in which the user is logged in; Django accepts it as well
    Create(SessionCreate),
    /// List the live sessions: the beginning of the key, the end, the user
    List(SessionList),
    /// End sessions: all of a user, or one by its key
    Revoke(SessionRevoke),
}

#[derive(Debug, Args)]
pub(crate) struct SessionCreate {
    /// Login name, exactly as it is stored
    #[arg(value_name = "USER")]
    pub(crate) username: String,
    /// Print key, cookie, user and end as a JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SessionList {
    /// Login name; everybody's sessions unless given
    #[arg(value_name = "USER")]
    pub(crate) username: Option<String>,
    /// Print a JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SessionRevoke {
    /// Login name: ends all of the user's sessions
    #[arg(value_name = "USER", required_unless_present = "key")]
    pub(crate) username: Option<String>,
    /// Ends the session with this key; the beginning that `list` shows is enough
    #[arg(long, value_name = "KEY", conflicts_with = "username")]
    pub(crate) key: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address to listen on: ADDRESS:PORT or PORT; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8000", value_parser = address)]
    pub(crate) bind: SocketAddr,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Also look at what matters on a public site
    #[arg(long)]
    pub(crate) deploy: bool,
    /// Ask the server through its public address, such as https://example.com
    #[arg(long, value_name = "URL", value_parser = site)]
    pub(crate) url: Option<Uri>,
    /// Judge a credential too: a header line such as `Authorization: Token ...` on standard input
    #[arg(long)]
    pub(crate) credential_stdin: bool,
    /// Exit 1 from this level on
    #[arg(long, value_name = "LEVEL", value_enum, ignore_case = true, default_value_t = FailLevel::Error)]
    pub(crate) fail_level: FailLevel,
    /// Print the findings as a JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The header's value
    #[arg(value_name = "ID", value_parser = diagnostic)]
    pub(crate) id: String,
    /// Look in this log instead of asking the server; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
    /// Print a JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// Which shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct Man {
    /// Write hallpass.1 and a page for each command into this folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
}

/// Levels of findings that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailLevel {
    Info,
    Warning,
    Error,
    /// Django's highest level; findings here go up to error.
    #[value(hide = true)]
    Critical,
}

#[derive(Debug, Args)]
pub(crate) struct ProxyConfig {
    /// The proxy; haproxy-lua is the file that haproxy's configuration loads
    #[arg(value_name = "PROXY", value_enum)]
    pub(crate) proxy: ProxyName,
    /// The application behind the proxy
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9000", value_parser = http_authority)]
    pub(crate) upstream: Authority,
    /// Address that the proxy listens on: ADDRESS:PORT or PORT
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = address)]
    pub(crate) listen: SocketAddr,
    /// Where `hallpass serve` listens
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8000", value_parser = http_authority)]
    pub(crate) hallpass: Authority,
}

/// Proxies that a configuration can be printed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProxyName {
    Nginx,
    Traefik,
    Caddy,
    Envoy,
    Haproxy,
    HaproxyLua,
}

/// Host and port of an `http://` URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authority {
    /// A name, or an address; one of IPv6 in brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl Arguments {
    /// Reads the command line of this process.
    ///
    /// # Errors
    /// Wrong usage, and the texts of `--help` and `--version`.
    pub(crate) fn of_process() -> Result<Self, clap::Error> {
        Self::try_parse()
    }
}

/// A site's address: scheme and host, without a path.
fn site(text: &str) -> Result<Uri, String> {
    let refuse = || format!("{text:?} is no address of a site; write https://example.com");
    let url: Uri = text.parse().map_err(|_| refuse())?;
    let is_http = matches!(url.scheme_str(), Some("http" | "https"));
    let is_bare = url
        .path_and_query()
        .is_none_or(|target| target.as_str() == "/");
    let is_plain = url
        .authority()
        .is_some_and(|authority| !authority.as_str().contains('@'));
    if is_http && is_bare && is_plain {
        Ok(url)
    } else {
        Err(refuse())
    }
}

fn diagnostic(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    match text.len() == 16 && text.bytes().all(plain) {
        true => Ok(text.to_owned()),
        false => Err(
            "an id has 16 small letters and digits, as in the header Hallpass-Diagnostic"
                .to_owned(),
        ),
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let refuse = || {
        format!(
            "{text:?} is no address; write ADDRESS:PORT such as 127.0.0.1:8000, or a PORT alone"
        )
    };
    if let Ok(port) = text.trim_start_matches(':').parse::<u16>() {
        return Ok(SocketAddr::from(([127, 0, 0, 1], port)));
    }
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let mut found: Vec<SocketAddr> = text.to_socket_addrs().map_err(|_| refuse())?.collect();
    // `localhost` is both; curl and browsers try the older one as well.
    found.sort_by_key(SocketAddr::is_ipv6);
    found.first().copied().ok_or_else(refuse)
}

/// Plain HTTP only: the questions go over this machine or a private network.
fn http_authority(text: &str) -> Result<Authority, String> {
    let refuse = || format!("{text:?} is no URL of the form http://HOST:PORT without a path");
    let authority = text.strip_prefix("http://").ok_or_else(refuse)?;
    let authority = authority.strip_suffix('/').unwrap_or(authority);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().map_err(|_| refuse())?),
        _ => (authority, 80),
    };
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
    };
    let address = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let is_address = address.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    if !is_name(host) && !is_address {
        return Err(refuse());
    }
    Ok(Authority {
        host: host.to_owned(),
        port,
    })
}

#[cfg(test)]
mod tests;
