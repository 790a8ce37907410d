//! `check --url`: marked requests through the public address. What their answers mean, the library knows.

use axum::http::Uri;
use hallpass::checks::Probe;
use hallpass::formats::random::random_string;
use hallpass::settings::{Settings, header_of_meta_name};
use hallpass::views::{PROBE_HEADER, PROBED_HEADERS};

use crate::http_client::{self, Answer};

const MARKER_ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
/// An address of documentation (RFC 5737), which no client comes from.
const NOBODYS_ADDRESS: &str = "203.0.113.9";
/// A page that no site here trusts.
const FOREIGN_ORIGIN: &str = "https://hallpass-doctor.invalid";
/// How many redirects the probe itself follows, to say something of the address that it ends at.
const REDIRECTS: usize = 3;

/// Asks, and tells what came back.
pub(super) async fn ask(site: &Uri, settings: &Settings) -> Probe {
    let mut probe = Probe::new(text_of(site));
    if settings.probe_path.is_empty() {
        let off = "probe_path is empty, so the probe is switched off".to_owned();
        probe.first.1 = Some(Err(off));
        return probe;
    }
    probe.post = posted(site, &settings.token.path).await;
    probe.preflight = preflight(site, &settings.whoami_path).await;
    let mut site = site.clone();
    for _ in 0..REDIRECTS {
        probe.url = text_of(&site);
        let (marker, answer) = marked(&site, settings).await;
        match answer {
            Ok(answer) if matches!(answer.status, 301 | 302 | 307 | 308) => {
                probe.first = (
                    marker,
                    Some(Err(format!("it is answered {}", answer.status))),
                );
                match answer.header("location").and_then(site_of) {
                    Some(next) if text_of(&next) != probe.url => site = next,
                    _ => return probe,
                }
            }
            other => {
                probe.first = (marker, Some(body_of(other)));
                let (marker, answer) = marked(&site, settings).await;
                probe.second = (marker, Some(body_of(answer)));
                break;
            }
        }
    }
    let is_plain = site.scheme_str() == Some("http");
    probe.claims_https = is_plain && settings.secure_proxy_ssl_header.is_some();
    probe
}

/// One marked request. Its credentials open nothing.
async fn marked(site: &Uri, settings: &Settings) -> (String, Result<Answer, String>) {
    let marker = random_string(24, MARKER_ALPHABET);
    let mut headers = vec![(PROBE_HEADER.to_owned(), marker.clone())];
    headers.push(("origin".to_owned(), text_of(site)));
    for name in PROBED_HEADERS {
        let value = match name {
            "authorization" => format!("{} {marker}", settings.token.keyword),
            "cookie" => format!("hallpass_probe={marker}"),
            "x-forwarded-for" => NOBODYS_ADDRESS.to_owned(),
            _ => marker.clone(),
        };
        headers.push((name.to_owned(), value));
    }
    if let Some((name, value)) = &settings.secure_proxy_ssl_header
        && site.scheme_str() == Some("http")
    {
        headers.push((header_of_meta_name(name), value.clone()));
    }
    let answer = match at(site, &settings.probe_path) {
        Some(url) => http_client::send("GET", &url, &headers, "").await,
        None => Err("it makes no address".to_owned()),
    };
    (marker, answer)
}

async fn posted(site: &Uri, path: &str) -> Option<(u16, Option<String>)> {
    let form = [(
        "content-type".to_owned(),
        "application/x-www-form-urlencoded".to_owned(),
    )];
    let url = at(site, path)?;
    let answer = http_client::send("POST", &url, &form, "").await.ok()?;
    let target = answer.header("location").map(str::to_owned);
    Some((answer.status, target))
}

async fn preflight(site: &Uri, path: &str) -> Option<u16> {
    let headers = [
        ("origin", FOREIGN_ORIGIN),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "authorization"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let url = at(site, path)?;
    let answer = http_client::send("OPTIONS", &url, &headers, "").await;
    answer.ok().map(|answer| answer.status)
}

fn body_of(answer: Result<Answer, String>) -> Result<String, String> {
    match answer? {
        answer if answer.status == 200 => Ok(answer.body),
        answer => Err(format!("it is answered {}", answer.status)),
    }
}

/// `None` for a path that is switched off.
fn at(site: &Uri, path: &str) -> Option<Uri> {
    if path.is_empty() {
        return None;
    }
    format!("{}{path}", text_of(site)).parse().ok()
}

fn site_of(location: &str) -> Option<Uri> {
    let url: Uri = location.parse().ok()?;
    let (scheme, authority) = (url.scheme_str()?, url.authority()?);
    format!("{scheme}://{authority}").parse().ok()
}

/// `https://example.com`, as browsers write an origin.
fn text_of(site: &Uri) -> String {
    let scheme = site.scheme_str().unwrap_or("http");
    let authority = site.authority().map(ToString::to_string);
    format!("{scheme}://{}", authority.unwrap_or_default())
}
