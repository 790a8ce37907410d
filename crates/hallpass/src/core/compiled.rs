//! Settings in the form that every request needs, worked out once at start.

use http::header::{
    REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue};
use regex::Regex;

use crate::settings::{Settings, header_of_meta_name};
use crate::wire::csrf_token;
use crate::wire::host::AllowedHosts;
use crate::wire::networks::Networks;
use crate::wire::origin::TrustedOrigins;

/// The prepared form of some settings.
pub(crate) struct Compiled {
    pub(crate) proxy_ssl_header: Option<(HeaderName, String)>,
    pub(crate) csrf_header: HeaderName,
    pub(crate) csrf_header_display: String,
    pub(crate) trusted_origins: TrustedOrigins,
    pub(crate) allowed_hosts: AllowedHosts,
    pub(crate) trusted_proxies: Networks,
    pub(crate) remote_user_header: HeaderName,
    pub(crate) fixed_headers: FixedHeaders,
    pub(crate) redirect_exempt: Vec<Regex>,
    pub(crate) disallowed_user_agents: Vec<Regex>,
}

/// A setting that reads well but means nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSetting {
    /// A header's name is none.
    #[error("{0:?} does not name a header; Django writes it HTTP_X_NAME")]
    HeaderName(String),
    /// An entry of `csrf_trusted_origins` is no origin.
    #[error("{0}")]
    TrustedOrigin(String),
    /// A pattern is no regular expression that is known here.
    #[error("{pattern:?} is no regular expression that can be used here: {reason}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An entry of `trusted_proxies` is neither an address nor a network.
    #[error("trusted_proxies: {0}")]
    TrustedProxy(String),
}

impl Compiled {
    pub(crate) fn of(settings: &Settings) -> Result<Self, InvalidSetting> {
        let header = |meta_name: &str| {
            HeaderName::try_from(header_of_meta_name(meta_name))
                .map_err(|_| InvalidSetting::HeaderName(meta_name.to_owned()))
        };
        let proxy_ssl_header = match &settings.secure_proxy_ssl_header {
            Some((meta_name, value)) => Some((header(meta_name)?, value.clone())),
            None => None,
        };
        let trusted_origins = TrustedOrigins::new(&settings.csrf_trusted_origins)
            .map_err(|error| InvalidSetting::TrustedOrigin(error.to_string()))?;
        let trusted_proxies = Networks::parse(&settings.trusted_proxies)
            .map_err(|error| InvalidSetting::TrustedProxy(error.to_string()))?;
        // An empty list allows this machine's own names, as Django does while DEBUG is on: a server that nobody
        // has configured yet answers its developer and nobody else.
        let local_by_default = settings.debug || settings.allowed_hosts.is_empty();
        Ok(Self {
            proxy_ssl_header,
            csrf_header: header(&settings.csrf_header_name)?,
            csrf_header_display: csrf_token::header_display_name(&settings.csrf_header_name),
            trusted_origins,
            allowed_hosts: AllowedHosts::new(settings.allowed_hosts.clone(), local_by_default),
            trusted_proxies,
            remote_user_header: header(&settings.remote_user_header)?,
            fixed_headers: FixedHeaders::of(settings),
            redirect_exempt: patterns(&settings.secure_redirect_exempt)?,
            disallowed_user_agents: patterns(&settings.disallowed_user_agents)?,
        })
    }
}

fn patterns(texts: &[String]) -> Result<Vec<Regex>, InvalidSetting> {
    let pattern = |text: &String| {
        Regex::new(text).map_err(|error| InvalidSetting::Pattern {
            pattern: text.clone(),
            reason: error.to_string(),
        })
    };
    texts.iter().map(pattern).collect()
}

/// A header that is always the same.
type Fixed = (HeaderName, HeaderValue);

/// The headers that Django's default middleware puts on every response.
pub(crate) struct FixedHeaders {
    /// `XFrameOptionsMiddleware`'s.
    pub(crate) of_frames: Fixed,
    /// `SecurityMiddleware`'s.
    pub(crate) always: Vec<Fixed>,
    /// Its one on HTTPS only.
    pub(crate) hsts: Option<Fixed>,
}

impl FixedHeaders {
    /// The settings' own rules have seen to it that these are values of headers.
    fn of(settings: &Settings) -> Self {
        let fixed = |name, text: &str| Some((name, HeaderValue::from_str(text).ok()?));
        let frames = HeaderValue::from_str(&settings.x_frame_options.to_uppercase());
        let nosniff = settings.secure_content_type_nosniff.then_some("nosniff");
        let referrer_policy = settings
            .secure_referrer_policy
            .as_deref()
            .map(without_spaces);
        let policies = [
            (X_CONTENT_TYPE_OPTIONS, nosniff),
            (REFERRER_POLICY, referrer_policy.as_deref()),
            (
                HeaderName::from_static("cross-origin-opener-policy"),
                settings.secure_cross_origin_opener_policy.as_deref(),
            ),
        ];
        let hsts = strict_transport_security(settings);
        Self {
            of_frames: (
                X_FRAME_OPTIONS,
                frames.unwrap_or(HeaderValue::from_static("DENY")),
            ),
            always: policies
                .into_iter()
                .filter_map(|(name, text)| fixed(name, text?))
                .collect(),
            hsts: fixed(STRICT_TRANSPORT_SECURITY, &hsts)
                .filter(|_| settings.secure_hsts_seconds > 0),
        }
    }
}

/// Several policies, the last of which a browser knows is used, as Django joins them.
fn without_spaces(policies: &str) -> String {
    let policies: Vec<&str> = policies.split(',').map(str::trim).collect();
    policies.join(",")
}

fn strict_transport_security(settings: &Settings) -> String {
    let mut value = format!("max-age={}", settings.secure_hsts_seconds);
    if settings.secure_hsts_include_subdomains {
        value.push_str("; includeSubDomains");
    }
    if settings.secure_hsts_preload {
        value.push_str("; preload");
    }
    value
}
