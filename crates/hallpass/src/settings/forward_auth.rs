//! `[[rule]]`: which requests that a proxy asks about stand under which classes.
//!
//! Django has nothing of the kind; `ALLOWED_HOSTS` patterns and DRF's class names are used where they fit. The rules
//! stand in the file only: a table of tables has no form in the environment.

use super::classes::{AuthenticationClass, PermissionClass};
use super::nearest::nearest;
use super::value::{Context, Problem, SettingValue, Value, shortened, toml_text};
use crate::throttling::{InvalidRate, Rate};
use crate::wire::host::split_domain_port;
use crate::wire::path_pattern::PathPattern;
use crate::wire::url_path;

/// Whether forward-auth checks that a session's unsafe requests were sent by the site's own pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CsrfMode {
    /// Here: by header and origin, because a proxy sends no body along.
    #[default]
    Enforce,
    /// By the application behind the proxy, a Django with `CsrfViewMiddleware`.
    Defer,
}

/// The rules in the order of the file; the first that fits a request decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForwardAuthRules(pub Vec<ForwardAuthRule>);

/// One `[[rule]]`. What it does not say fits every request, or is the default policy's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ForwardAuthRule {
    /// Host names without port: exact, or `.suffix` for the domain and what is below it.
    pub host: Vec<String>,
    /// A path and everything below it, decoded.
    pub path: Option<String>,
    /// A pattern that the whole path must fit, decoded.
    pub pattern: Option<String>,
    /// Methods; `GET` includes `HEAD`.
    pub methods: Vec<String>,
    /// Authentication classes instead of the default ones.
    pub authentication: Option<Vec<AuthenticationClass>>,
    /// Permission classes instead of the default ones.
    pub permissions: Option<Vec<PermissionClass>>,
    /// How many requests of a user, or of an address where nobody is known, instead of the default throttles.
    pub throttle: Option<Rate>,
    /// Instead of `csrf` of `[forward_auth]`.
    pub csrf: Option<CsrfMode>,
    /// Lets CORS preflight requests through to the application, without asking who sends them.
    pub preflight: bool,
    /// Lets callers open WebSocket connections.
    pub websocket: bool,
}

/// The keys of a rule, as errors name them.
const KEYS: [&str; 10] = [
    "host",
    "path",
    "pattern",
    "methods",
    "authentication",
    "permissions",
    "throttle",
    "csrf",
    "preflight",
    "websocket",
];

impl SettingValue for ForwardAuthRules {
    fn kind() -> String {
        "tables, each under its own [[rule]]".to_owned()
    }

    fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem> {
        let Value::List(items) = value else {
            return Err(value.wrong_type(Self::kind(), context));
        };
        let mut rules = Vec::new();
        for (position, item) in items.iter().enumerate() {
            let Value::Table(keys) = item else {
                return Err(item.wrong_type(Self::kind(), context));
            };
            let rule = ForwardAuthRule::read(keys, context)
                .map_err(|(key, problem)| in_rule(position + 1, &key, problem))?;
            rules.push(rule);
        }
        Ok(Self(rules))
    }

    fn show(&self) -> String {
        "[]".to_owned()
    }
}

impl SettingValue for CsrfMode {
    fn kind() -> String {
        "\"enforce\" or \"defer\"".to_owned()
    }

    fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem> {
        match value {
            Value::Text(text) | Value::Plain(text) => match text.as_str() {
                "enforce" => Ok(Self::Enforce),
                "defer" => Ok(Self::Defer),
                _ => Err(value.wrong_type(Self::kind(), context)),
            },
            _ => Err(value.wrong_type(Self::kind(), context)),
        }
    }

    fn show(&self) -> String {
        toml_text(match self {
            Self::Enforce => "enforce",
            Self::Defer => "defer",
        })
    }
}

impl ForwardAuthRule {
    /// Reads the keys of one rule; an error comes with the key that it is about.
    fn read(keys: &[(String, Value)], context: &Context<'_>) -> Result<Self, (String, Problem)> {
        let mut rule = Self::default();
        for (key, value) in keys {
            rule.set(key, value, context)
                .map_err(|problem| (key.clone(), problem))?;
        }
        if rule.path.is_some() && rule.pattern.is_some() {
            let reason = "a rule has a path or a pattern, not both";
            return Err(("pattern".to_owned(), Problem::Invalid(reason.to_owned())));
        }
        Ok(rule)
    }

    fn set(&mut self, key: &str, value: &Value, context: &Context<'_>) -> Result<(), Problem> {
        match key {
            "host" => self.host = hosts(value, context)?,
            "path" => self.path = Some(path(value, context)?),
            "pattern" => self.pattern = Some(pattern(value, context)?),
            "methods" => self.methods = methods(value, context)?,
            "authentication" => self.authentication = Some(Vec::read(value, context)?),
            "permissions" => self.permissions = Some(Vec::read(value, context)?),
            "throttle" => self.throttle = Some(rate(value, context)?),
            "csrf" => self.csrf = Some(CsrfMode::read(value, context)?),
            "preflight" => self.preflight = bool::read(value, context)?,
            "websocket" => self.websocket = bool::read(value, context)?,
            _ => return Err(unknown_key(key)),
        }
        Ok(())
    }
}

fn unknown_key(key: &str) -> Problem {
    let near = nearest(key, KEYS).unwrap_or_default();
    Problem::Invalid(format!(
        "a rule has no such key; the nearest is {near:?}, all of them are {}",
        KEYS.join(", ")
    ))
}

/// One text, or a list of them.
fn texts(value: &Value, context: &Context<'_>) -> Result<Vec<String>, Problem> {
    match value {
        Value::Text(text) => Ok(vec![text.clone()]),
        _ => Vec::read(value, context),
    }
}

fn hosts(value: &Value, context: &Context<'_>) -> Result<Vec<String>, Problem> {
    let hosts = texts(value, context)?;
    for host in &hosts {
        let name = host.strip_prefix('.').unwrap_or(host);
        let is_name = split_domain_port(name)
            .is_some_and(|parts| parts.port.is_empty() && parts.domain.eq_ignore_ascii_case(name));
        if !is_name {
            return Err(Problem::Invalid(format!(
                "{:?} is no host name; write \"app.example.com\", or \".example.com\" for the domain and what is below \
                 it, without a port",
                shortened(host)
            )));
        }
    }
    Ok(hosts)
}

/// Rules are compared with decoded paths, so they are written decoded; one that can be read in two ways fits nothing.
fn path(value: &Value, context: &Context<'_>) -> Result<String, Problem> {
    let path = String::read(value, context)?;
    let refuse = |why: String| {
        Problem::Invalid(format!(
            "{:?} can be the path of no request: {why}",
            shortened(&path)
        ))
    };
    if path.contains(['%', '?', '#', '*']) {
        let why = "write it decoded, without query; for * use pattern".to_owned();
        return Err(refuse(why));
    }
    url_path::read(&path).map_err(|why| refuse(why.to_string()))?;
    Ok(path)
}

fn pattern(value: &Value, context: &Context<'_>) -> Result<String, Problem> {
    let pattern = String::read(value, context)?;
    let refuse = |why: String| Problem::Invalid(format!("{:?}: {why}", shortened(&pattern)));
    if pattern.contains(['%', '?', '#']) {
        return Err(refuse("write it decoded, without query".to_owned()));
    }
    url_path::read(&pattern).map_err(|why| refuse(format!("no path fits: {why}")))?;
    PathPattern::parse(&pattern).map_err(|why| refuse(why.to_string()))?;
    Ok(pattern)
}

fn rate(value: &Value, context: &Context<'_>) -> Result<Rate, Problem> {
    let rate = String::read(value, context)?;
    rate.parse()
        .map_err(|error: InvalidRate| Problem::Invalid(format!("{:?}: {error}", shortened(&rate))))
}

fn methods(value: &Value, context: &Context<'_>) -> Result<Vec<String>, Problem> {
    let methods = texts(value, context)?;
    let is_method = |method: &String| {
        !method.is_empty()
            && method
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'-')
    };
    match methods.iter().find(|method| !is_method(method)) {
        None => Ok(methods),
        Some(method) => Err(Problem::Invalid(format!(
            "{:?} is no method; write it in capitals, such as \"GET\"",
            shortened(method)
        ))),
    }
}

/// Says which rule and which of its keys a problem is about.
fn in_rule(number: usize, key: &str, problem: Problem) -> Problem {
    let key = shortened(key);
    let what = match problem {
        Problem::WrongType { expected, found } => format!("expected {expected}, found {found}"),
        Problem::UnknownClass { class, nearest } => {
            format!("unknown class {class:?}; the nearest known one is {nearest:?}")
        }
        Problem::Invalid(what) | Problem::NotInThisRelease(what) => what,
    };
    Problem::Invalid(format!("rule {number}: {key}: {what}"))
}
