//! CSRF: was this request sent by our own page?
//!
//! Django 5.2's `CsrfViewMiddleware`, run for plain views and, as in DRF, by
//! [`SessionAuthentication`](crate::SessionAuthentication) when a session user was found. Tokens and Basic
//! credentials are never checked: no browser adds them by itself.

use hallpass_formats::csrf::CsrfSecret;
use http::Method;
use http::header::{ORIGIN, REFERER};

use crate::identity::Identity;
use crate::rejection::Rejection;
use crate::request::{FormFault, FormKind, RequestContext};
use crate::settings::Settings;
use crate::web::Data;
use crate::wire::csrf_token;
use crate::wire::origin::{self, RefererContext};

/// Why the check failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Django's reason, such as `CSRF token missing.`
    Reason(String),
    /// The body could not be read.
    Body(Rejection),
}

/// Whether a method changes nothing, so that Django asks for no proof.
pub(crate) fn is_safe(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE
    )
}

/// Passes safe methods; asks everything else for proof.
///
/// Django's order: Origin, Referer (HTTPS without Origin), cookie, form field, header.
pub(crate) async fn enforce(request: &RequestContext<'_>) -> Result<(), Failure> {
    if is_safe(request.method()) {
        return Ok(());
    }
    if request.forwarded().is_some_and(|said| said.defers_csrf) {
        return Ok(());
    }
    check_source(request).map_err(Failure::Reason)?;
    let core = request.core();
    let header = request.text_header(&core.compiled().csrf_header);
    // Without a good cookie the verdict is known, and the body is not read.
    let cookie = request.exchange().csrf().stored();
    let field = match cookie.map(CsrfSecret::parse) {
        Some(Ok(_)) => form_field(request, header.is_some())
            .await
            .map_err(Failure::Body)?,
        _ => None,
    };
    csrf_token::verdict(
        cookie,
        field.as_deref(),
        header.as_deref(),
        &core.compiled().csrf_header_display,
    )
    .map_err(Failure::Reason)
}

/// Whether the page that opens a WebSocket is the site's own: its handshake is a `GET`, which browsers send to any site
/// with the cookies of that site. Django's Channels have the check as `AllowedHostsOriginValidator`.
///
/// It is never deferred: no middleware behind us looks at a handshake. Programs send no `Origin`, and no cookie by themselves; a session without `Origin` is refused.
pub(crate) fn enforce_on_web_socket(
    request: &RequestContext<'_>,
    identity: Option<&Identity>,
) -> Result<(), Rejection> {
    let by_session = identity.is_some_and(|identity| identity.authenticated_by() == "session");
    let checked = match request.text_header(&ORIGIN) {
        None if by_session => Err("Origin checking failed - no Origin.".to_owned()),
        None => Ok(()),
        Some(_) => check_source(request),
    };
    checked.map_err(|reason| Rejection::permission_denied(Some(&format!("CSRF Failed: {reason}"))))
}

fn check_source(request: &RequestContext<'_>) -> Result<(), String> {
    let core = request.core();
    let trusted = &core.compiled().trusted_origins;
    let secure = request.is_secure();
    let host = request.host();
    // Which hosts a proxy asks about is the proxy's to say, and is said by its configuration.
    let is_own =
        request.forwarded().is_some() || core.compiled().allowed_hosts.check(&host).is_ok();
    let own_host = is_own.then_some(host.as_str());
    if let Some(sent) = request.text_header(&ORIGIN) {
        return origin::check_origin(&sent, own_host, secure, trusted);
    }
    if !secure {
        return Ok(());
    }
    let port = request.server_port();
    let context = RefererContext {
        host: own_host,
        cookie_domain: cookie_domain(core.settings()),
        server_port: &port,
    };
    origin::check_referer(request.text_header(&REFERER).as_deref(), &context, trusted)
}

/// The domain of the cookie that leads to the secret.
fn cookie_domain(settings: &Settings) -> Option<&str> {
    let domain = match settings.csrf_use_sessions {
        true => &settings.session_cookie_domain,
        false => &settings.csrf_cookie_domain,
    };
    domain.as_deref()
}

/// `csrfmiddlewaretoken` of a form sent by `POST`.
///
/// DRF's `request.POST` reads the body with the view's parsers, so a body that they refuse is refused here already,
/// with 415 or 400, before permissions and method are looked at.
///
/// A multipart body over the limit is not read when a header carries the token: large uploads pass with it.
async fn form_field(
    request: &RequestContext<'_>,
    has_header: bool,
) -> Result<Option<String>, Rejection> {
    if request.method() != Method::POST {
        return Ok(None);
    }
    let kind = request.form_kind();
    let is_multipart = kind == Some(FormKind::Multipart);
    if is_multipart && has_header && request.announces_more_than_the_limit() {
        return Ok(None);
    }
    if request.has_view() {
        let data = Data::of(request).await?;
        return Ok(data.form_field("csrfmiddlewaretoken").map(str::to_owned));
    }
    let Some(kind) = kind else {
        return Ok(None);
    };
    match request.form(kind).await {
        Ok(form) => Ok(form.last("csrfmiddlewaretoken").map(str::to_owned)),
        Err(FormFault::Malformed(_)) => Err(Rejection::bad_request_page()),
        Err(FormFault::Refused(rejection)) => Err(rejection),
    }
}
