//! What the doctor saw through the public address: `hallpass check --url`.
//!
//! Whoever sends the requests is elsewhere; here is what their answers mean.

use hallpass_formats::json::{Json, parse};

use super::table::{
    ANSWERS_CACHED, AUTHORIZATION_DROPPED, FORWARDED_FOR_PASSES, HOST_REFUSED,
    IDENTITY_HEADERS_PASS, POST_REDIRECTED, PREFLIGHT_REFUSED, PROBE_FAILED, SCHEME_CLAIMED,
    SCHEME_UNKNOWN,
};
use super::{Finding, Settings};

/// The answers to the doctor's requests.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Probe {
    /// The address that was asked, `https://example.com`.
    pub url: String,
    /// The random word in the first request, and the body that came back, or why none did.
    pub first: (String, Option<Result<String, String>>),
    /// The same of a second request with another word.
    pub second: (String, Option<Result<String, String>>),
    /// What a `POST` to the token endpoint was answered, with the target if it was redirected.
    pub post: Option<(u16, Option<String>)>,
    /// What a browser's preflight was answered.
    pub preflight: Option<u16>,
    /// Whether the requests claimed HTTPS in the header of `secure_proxy_ssl_header`.
    pub claims_https: bool,
}

impl Probe {
    /// Nothing was asked yet.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            ..Self::default()
        }
    }

    fn is_https(&self) -> bool {
        self.url.starts_with("https://")
    }
}

/// What follows from the answers.
#[must_use]
pub fn of_probe(settings: &Settings, probe: &Probe) -> Vec<Finding> {
    let mut findings = Vec::new();
    match &probe.first.1 {
        Some(Ok(body)) => match parse(body) {
            Ok(told) if told_text(&told, "marker").is_some() => {
                findings.extend(of_answer(settings, probe, &told));
            }
            _ => findings.push(failed(probe, "something else than Hallpass answers there")),
        },
        Some(Err(reason)) => findings.push(failed(probe, reason)),
        None => {}
    }
    findings.extend(redirected(probe));
    findings.extend(preflight(probe));
    findings
}

fn of_answer(settings: &Settings, probe: &Probe, told: &Json) -> Vec<Finding> {
    let mut findings = Vec::new();
    if is_cached(probe, told) {
        let seen = format!(
            "{} answers a request with the answer to another one.",
            probe.url
        );
        findings.push(Finding::new(&ANSWERS_CACHED, seen));
        return findings;
    }
    if told_bool(told, "host_allowed") == Some(false) {
        let seen = format!(
            "The Host that arrives through {} is not one of allowed_hosts.",
            probe.url
        );
        findings.push(Finding::new(&HOST_REFUSED, seen));
    } else if probe.is_https() && told_bool(told, "origin_accepted") == Some(false) {
        let seen = format!(
            "The origin {} is refused: through the proxy the server sees another scheme or host.",
            probe.url
        );
        findings.push(Finding::new(&SCHEME_UNKNOWN, seen));
    }
    if !probe.is_https() && probe.claims_https && told_bool(told, "secure") == Some(true) {
        let name = settings.secure_proxy_ssl_header.as_ref();
        let seen = format!(
            "{} passes on a client's own {}.",
            probe.url,
            name.map_or("scheme header", |(name, _)| name.as_str())
        );
        findings.push(Finding::new(&SCHEME_CLAIMED, seen));
    }
    findings.extend(of_headers(probe, told));
    findings
}

fn of_headers(probe: &Probe, told: &Json) -> Vec<Finding> {
    let Json::Object(object) = told else {
        return Vec::new();
    };
    let Some(Json::Object(headers)) = object.get("headers") else {
        return Vec::new();
    };
    let each = headers
        .iter()
        .filter_map(|(name, told)| Some((name.as_str()?, told.as_str()?)));
    let mut findings = Vec::new();
    let mut passed = Vec::new();
    for (name, told) in each {
        match (name, told) {
            ("authorization", "ours") | ("cookie", _) => {}
            ("authorization", told) => {
                let what = match told {
                    "absent" => "does not arrive",
                    _ => "is replaced by another",
                };
                let seen = format!(
                    "Authorization {what} when it is sent through {}.",
                    probe.url
                );
                findings.push(Finding::new(&AUTHORIZATION_DROPPED, seen));
            }
            ("x-forwarded-for", "ours") => {
                let seen = format!("{} adds no address to X-Forwarded-For.", probe.url);
                findings.push(Finding::new(&FORWARDED_FOR_PASSES, seen));
            }
            (name, "ours") if name != "x-forwarded-for" => passed.push(name.to_owned()),
            _ => {}
        }
    }
    if !passed.is_empty() {
        let seen = format!(
            "{} passes on a client's own {}.",
            probe.url,
            passed.join(", ")
        );
        findings.push(Finding::new(&IDENTITY_HEADERS_PASS, seen));
    }
    findings
}

/// Each answer repeats the word of its request.
fn is_cached(probe: &Probe, told: &Json) -> bool {
    if told_text(told, "marker") != Some(probe.first.0.as_str()) {
        return true;
    }
    let Some(Ok(second)) = &probe.second.1 else {
        return false;
    };
    let second_told = parse(second).ok();
    let marker = second_told
        .as_ref()
        .and_then(|told| told_text(told, "marker"));
    marker.is_some_and(|marker| marker != probe.second.0)
}

fn redirected(probe: &Probe) -> Option<Finding> {
    let (status, target) = probe.post.as_ref()?;
    // 307 and 308 keep the method and the body.
    matches!(status, 301..=303).then(|| {
        let target = target.as_deref().unwrap_or("another address");
        let seen = format!(
            "A POST to the token endpoint through {} is redirected ({status}) to {target}.",
            probe.url
        );
        Finding::new(&POST_REDIRECTED, seen)
    })
}

fn preflight(probe: &Probe) -> Option<Finding> {
    let status = probe.preflight?;
    matches!(status, 401 | 403).then(|| {
        let seen = format!("A preflight through {} is answered {status}.", probe.url);
        Finding::new(&PREFLIGHT_REFUSED, seen)
    })
}

fn failed(probe: &Probe, reason: &str) -> Finding {
    let seen = format!("The probe through {} failed: {reason}.", probe.url);
    Finding::new(&PROBE_FAILED, seen)
}

fn told_bool(told: &Json, key: &str) -> Option<bool> {
    match told {
        Json::Object(object) => match object.get(key) {
            Some(Json::Bool(value)) => Some(*value),
            _ => None,
        },
        _ => None,
    }
}

fn told_text<'a>(told: &'a Json, key: &str) -> Option<&'a str> {
    match told {
        Json::Object(object) => object.get(key)?.as_str(),
        _ => None,
    }
}
