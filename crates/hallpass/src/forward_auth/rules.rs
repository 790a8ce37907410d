//! Which policy an original request stands under: the first rule that fits, else the default policy.

use http::Method;

use super::original::Original;
use crate::policy::Policy;
use crate::settings::{CsrfMode, ForwardAuthRule};
use crate::wire::host::is_same_domain;
use crate::wire::path_pattern::{PathPattern, is_below};
use crate::wire::url_path::Ambiguous;

/// The rules of one Hallpass, ready to be asked.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    rules: Vec<Rule>,
    /// For what no rule fits.
    default: Verdict,
}

/// One rule.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    hosts: Vec<String>,
    path: PathRule,
    methods: Vec<String>,
    verdict: Verdict,
}

/// What a rule wants of the path.
#[derive(Clone, Debug)]
enum PathRule {
    Any,
    Below(String),
    Fits(PathPattern),
}

/// What a request stands under.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    pub(super) policy: Policy,
    pub(super) csrf: CsrfMode,
    pub(super) preflight: bool,
    pub(super) websocket: bool,
}

impl Rules {
    pub(crate) fn new(rules: Vec<Rule>, default_policy: Policy, csrf: CsrfMode) -> Self {
        let default = Verdict {
            policy: default_policy,
            csrf,
            preflight: false,
            websocket: false,
        };
        Self { rules, default }
    }

    /// The first rule that fits. `method` is that of the request itself, or for a preflight that of the request which
    /// it announces.
    ///
    /// # Errors
    /// The path can be read in more than one way, and a rule about paths comes into question: where none does, the
    /// path decides nothing and is not looked at.
    pub(super) fn find(&self, original: &Original, method: &Method) -> Result<&Verdict, Ambiguous> {
        for rule in &self.rules {
            if rule.has_host(&original.host)
                && rule.has_method(method)
                && rule.path.fits(&original.path)?
            {
                return Ok(&rule.verdict);
            }
        }
        Ok(&self.default)
    }
}

impl Rule {
    /// A rule of the settings with the policy that its classes make.
    pub(crate) fn new(rule: &ForwardAuthRule, policy: Policy, csrf: CsrfMode) -> Self {
        Self {
            hosts: rule
                .host
                .iter()
                .map(|host| host.trim_end_matches('.').to_ascii_lowercase())
                .collect(),
            path: PathRule::of(rule),
            methods: rule.methods.clone(),
            verdict: Verdict {
                policy,
                csrf: rule.csrf.unwrap_or(csrf),
                preflight: rule.preflight,
                websocket: rule.websocket,
            },
        }
    }

    fn has_host(&self, host: &str) -> bool {
        self.hosts.is_empty() || self.hosts.iter().any(|own| is_same_domain(host, own))
    }

    /// `HEAD` is answered by whoever answers `GET`.
    fn has_method(&self, method: &Method) -> bool {
        let fits =
            |own: &String| own == method.as_str() || (own == "GET" && method == Method::HEAD);
        self.methods.is_empty() || self.methods.iter().any(fits)
    }
}

impl PathRule {
    fn of(rule: &ForwardAuthRule) -> Self {
        match (&rule.path, &rule.pattern) {
            (Some(path), _) if path == "/" => Self::Any,
            (Some(path), _) => Self::Below(path.clone()),
            // The settings take no pattern that cannot be parsed.
            (None, Some(pattern)) => PathPattern::parse(pattern).map_or(Self::Any, Self::Fits),
            (None, None) => Self::Any,
        }
    }

    fn fits(&self, path: &Result<String, Ambiguous>) -> Result<bool, Ambiguous> {
        match self {
            Self::Any => Ok(true),
            Self::Below(prefix) => path.as_ref().map(|path| is_below(path, prefix)),
            Self::Fits(pattern) => path.as_ref().map(|path| pattern.matches(path)),
        }
        .map_err(|why| *why)
    }
}
