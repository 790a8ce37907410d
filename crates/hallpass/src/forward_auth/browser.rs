//! A person who follows a link, and where to send them when they must log in first.

use http::Method;
use http::header::{ACCEPT, AUTHORIZATION};

use super::original::Original;
use crate::request::RequestContext;
use crate::wire::redirect::{encode_location, encode_next};
use crate::wire::url::SplitUrl;

/// `GET` or `HEAD` whose `Accept` names `text/html`.
pub(super) fn is_browser(request: &RequestContext<'_>) -> bool {
    let navigates = matches!(*request.method(), Method::GET | Method::HEAD);
    let accept = request.text_header(&ACCEPT).unwrap_or_default();
    navigates
        && accept.split(',').any(|range| {
            let media_type = range.split(';').next().unwrap_or_default();
            media_type.trim().eq_ignore_ascii_case("text/html")
        })
}

/// The login page with the original URL as `next`: Django's `redirect_to_login`.
///
/// `None` for whoever brings an `Authorization` along, because logging in would not cure that, and for the login page
/// itself, because that would go in circles.
pub(super) fn login_location(original: &Original, request: &RequestContext<'_>) -> Option<String> {
    if !is_browser(request) || request.headers().contains_key(AUTHORIZATION) {
        return None;
    }
    let login_url = &request.core().settings().login_url;
    if is_login_page(original, login_url) {
        tracing::warn!(
            login_url,
            "the login page stands behind forward-auth itself: let the proxy pass it on without asking, or give it a \
             rule with permissions = [\"allow_any\"]"
        );
        return None;
    }
    let separator = if login_url.contains('?') { '&' } else { '?' };
    let next = encode_next(&original.url());
    Some(encode_location(&format!(
        "{login_url}{separator}next={next}"
    )))
}

fn is_login_page(original: &Original, login_url: &str) -> bool {
    let Some(login) = SplitUrl::parse(login_url) else {
        return false;
    };
    let same_host =
        login.authority.is_empty() || login.authority.eq_ignore_ascii_case(&original.authority);
    same_host && login.path == original.target.path()
}
