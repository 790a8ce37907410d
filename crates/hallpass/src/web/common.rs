//! What is answered before any view, and the slash: Django 5.2's `SecurityMiddleware` and `CommonMiddleware`, as far as
//! they judge requests.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, LOCATION, USER_AGENT};
use http::{HeaderValue, Method, StatusCode, Uri};

use super::site::Site;
use crate::diagnostics::{Cause, Reason};
use crate::pages;
use crate::rejection::Rejection;
use crate::request::RequestContext;
use crate::wire::redirect::{encode_location, encode_path};

/// What is answered before any view is looked for, by the middleware that answers: those around it still have a say.
pub(super) enum Early {
    /// `SecurityMiddleware`: nobody stands around it.
    OfSecurity(Response),
    /// `CommonMiddleware`: the session's stands around it, the CSRF cookie's within.
    OfCommon(Response),
    /// A page for a refusal: it could hold a form, so the CSRF cookie is looked at as well.
    Page(Response),
}

impl Site {
    /// In Django's order: the redirect to HTTPS, unwanted browsers, the Host check, the redirect to `www.`. Only a
    /// redirect to `secure_ssl_host` comes before the Host check: one to the host that was asked for would lead wherever
    /// a forged header says.
    pub(super) fn early(&self, request: &RequestContext<'_>) -> Option<Early> {
        let settings = self.core.settings();
        let to_https = self.redirects_to_https(request);
        let fixed_host = settings.secure_ssl_host.as_ref().filter(|_| to_https);
        if let Some(host) = fixed_host {
            let location = target(request.uri());
            return Some(Early::OfSecurity(redirect("https", host, location)));
        }
        if !to_https && self.is_unwanted(request) {
            return Some(Early::Page(forbidden_user_agent(request)));
        }
        let allowed = &self.core.compiled().allowed_hosts;
        let redirects = to_https || settings.prepend_www;
        if !redirects && allowed.plainly_allows(&request.host_bytes()) {
            return None;
        }
        let host = request.host();
        if allowed.check(&host).is_err() {
            return Some(Early::Page(bad_host(&host)));
        }
        if to_https {
            let location = target(request.uri());
            return Some(Early::OfSecurity(redirect("https", &host, location)));
        }
        let lacks_www = settings.prepend_www && !host.is_empty() && !host.starts_with("www.");
        lacks_www.then(|| Early::OfCommon(self.to_www(&host, request)))
    }

    fn redirects_to_https(&self, request: &RequestContext<'_>) -> bool {
        if !self.core.settings().secure_ssl_redirect || request.is_secure() {
            return false;
        }
        let path = request.uri().path().trim_start_matches('/');
        let exempt = &self.core.compiled().redirect_exempt;
        !exempt.iter().any(|pattern| pattern.is_match(path))
    }

    fn is_unwanted(&self, request: &RequestContext<'_>) -> bool {
        let unwanted = &self.core.compiled().disallowed_user_agents;
        if unwanted.is_empty() {
            return false;
        }
        let agent = request.text_header(&USER_AGENT);
        agent.is_some_and(|agent| unwanted.iter().any(|pattern| pattern.is_match(&agent)))
    }

    /// Django's `PREPEND_WWW`, with the slash in the same redirect.
    fn to_www(&self, host: &str, request: &RequestContext<'_>) -> Response {
        let scheme = if request.is_secure() { "https" } else { "http" };
        let host = format!("www.{host}");
        match self.with_slash(target(request.uri())) {
            Some(_) if self.loses_data(request.method()) => lost_data(request.method()),
            Some(path) => redirect(scheme, &host, &path),
            None => redirect(scheme, &host, target(request.uri())),
        }
    }

    /// Django's `APPEND_SLASH`: a path that leads nowhere but would with a slash.
    pub(super) fn slash_redirect(
        &self,
        method: &Method,
        target: &str,
        response: &Response,
    ) -> Option<Response> {
        if response.status() != StatusCode::NOT_FOUND {
            return None;
        }
        let target = self.with_slash(target)?;
        if self.loses_data(method) {
            return Some(lost_data(method));
        }
        Some(moved(&encode_location(&target)))
    }

    /// The target with a slash behind its path, if that makes an invalid path a valid one.
    fn with_slash(&self, target: &str) -> Option<String> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if !self.core.settings().append_slash || path.ends_with('/') {
            return None;
        }
        let with_slash = format!("{path}/");
        let leads_somewhere = |path: &str| self.paths.iter().any(|pattern| pattern.matches(path));
        if leads_somewhere(path) || !leads_somewhere(&with_slash) {
            return None;
        }
        let mark = if query.is_empty() { "" } else { "?" };
        let encoded = encode_path(&with_slash);
        // A target that begins with two slashes would lead to another host.
        let target = match encoded.strip_prefix("//") {
            Some(rest) => format!("/%2F{rest}"),
            None => encoded,
        };
        Some(format!("{target}{mark}{query}"))
    }

    /// While developing, Django refuses to redirect what would lose its body.
    fn loses_data(&self, method: &Method) -> bool {
        let has_data = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
        self.core.settings().debug && has_data.contains(method)
    }
}

fn lost_data(method: &Method) -> Response {
    tracing::error!(
        %method,
        "this URL lacks its closing slash, and a redirect to the one with it would lose the request's data: correct \
         the URL, or set append_slash = false (said only with debug on)"
    );
    Rejection::page(StatusCode::INTERNAL_SERVER_ERROR, pages::SERVER_ERROR).into_response()
}

/// Path and query, as they were sent.
pub(super) fn target(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |target| target.as_str())
}

fn redirect(scheme: &str, host: &str, target: &str) -> Response {
    moved(&format!("{scheme}://{host}{target}"))
}

fn moved(location: &str) -> Response {
    let mut response =
        (StatusCode::MOVED_PERMANENTLY, [(CONTENT_TYPE, pages::HTML)]).into_response();
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

fn forbidden_user_agent(request: &RequestContext<'_>) -> Response {
    tracing::warn!(path = request.uri().path(), "Forbidden user agent");
    Rejection::page(StatusCode::FORBIDDEN, pages::FORBIDDEN).into_response()
}

fn bad_host(host: &str) -> Response {
    tracing::warn!(
        host,
        "the Host header is not one of allowed_hosts; add it there if it is yours"
    );
    let reason = Reason::new(Cause::Host, format!("{host:?} is not one of allowed_hosts"));
    Rejection::bad_request_page()
        .with_reason(reason)
        .into_response()
}
