//! The last look at a response: cookies, `Vary`, and the headers of Django's default middleware.

use axum::response::Response;
use hallpass_formats::csrf::CsrfSecret;
use hallpass_formats::session::{Expiry, SessionKey};
use hallpass_formats::timestamp::Timestamp;
use http::header::{SET_COOKIE, VARY};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::core::Core;
use crate::request::Exchange;
use crate::sessions::Outcome;
use crate::settings::Settings;
use crate::wire::set_cookie::SetCookie;

/// Adds what the exchange has to say: the CSRF cookie first, then the session's, as Django's middleware does.
pub(crate) async fn finish(exchange: &Exchange, mut response: Response) -> Response {
    let settings = exchange.core().settings();
    if let Some(secret) = exchange.csrf().to_send() {
        add_cookie(response.headers_mut(), &csrf_cookie(settings, &secret));
        vary_on_cookie(response.headers_mut());
    }
    let outcome = match exchange.session().finish(response.status()).await {
        Ok(outcome) => outcome,
        // The work is done but cannot be remembered: the client must not believe it was.
        Err(rejection) => return rejection.into_response_with(None),
    };
    match outcome {
        Outcome::Untouched => return response,
        Outcome::Read => {}
        Outcome::Saved(key, expiry) => add_cookie(
            response.headers_mut(),
            &session_cookie(settings, &key, &expiry),
        ),
        Outcome::Dead => add_cookie(response.headers_mut(), &dead_session_cookie(settings)),
    }
    vary_on_cookie(response.headers_mut());
    response
}

/// The headers of Django's `SecurityMiddleware` and `XFrameOptionsMiddleware`; what a handler set stays. An `early`
/// answer comes from a middleware that stands before the second one.
pub(crate) fn secure(core: &Core, headers: &mut HeaderMap, request_is_secure: bool, early: bool) {
    let settings = core.settings();
    if !early {
        set_default(
            headers,
            HeaderName::from_static("x-frame-options"),
            Some(settings.x_frame_options.as_str()),
        );
    }
    let nosniff = settings.secure_content_type_nosniff.then_some("nosniff");
    set_default(
        headers,
        HeaderName::from_static("x-content-type-options"),
        nosniff,
    );
    set_default(
        headers,
        HeaderName::from_static("referrer-policy"),
        settings.secure_referrer_policy.as_deref(),
    );
    let opener = settings.secure_cross_origin_opener_policy.as_deref();
    set_default(
        headers,
        HeaderName::from_static("cross-origin-opener-policy"),
        opener,
    );
    if request_is_secure && settings.secure_hsts_seconds > 0 {
        let hsts = strict_transport_security(settings);
        set_default(
            headers,
            HeaderName::from_static("strict-transport-security"),
            Some(&hsts),
        );
    }
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

fn set_default(headers: &mut HeaderMap, name: HeaderName, value: Option<&str>) {
    let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) else {
        return;
    };
    headers.entry(name).or_insert(value);
}

fn add_cookie(headers: &mut HeaderMap, cookie: &SetCookie) {
    match cookie.to_header_value() {
        Some(value) => {
            headers.append(SET_COOKIE, value);
        }
        None => tracing::error!(
            ?cookie,
            "a cookie's settings make no valid header: it was not sent"
        ),
    }
}

/// Django's `patch_vary_headers`.
fn vary_on_cookie(headers: &mut HeaderMap) {
    let mut fields: Vec<String> = headers
        .get_all(VARY)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|field| field.trim().to_owned())
        .filter(|field| !field.is_empty())
        .collect();
    if fields
        .iter()
        .any(|field| field == "*" || field.eq_ignore_ascii_case("cookie"))
    {
        return;
    }
    fields.push("Cookie".to_owned());
    if let Ok(value) = HeaderValue::from_str(&fields.join(", ")) {
        headers.insert(VARY, value);
    }
}

fn csrf_cookie(settings: &Settings, secret: &CsrfSecret) -> SetCookie {
    let cookie = SetCookie::new(&settings.csrf_cookie_name, secret.as_str())
        .domain(settings.csrf_cookie_domain.as_deref())
        .path(Some(&settings.csrf_cookie_path))
        .secure(settings.csrf_cookie_secure)
        .http_only(settings.csrf_cookie_httponly)
        .same_site(settings.csrf_cookie_samesite.attribute());
    match settings.csrf_cookie_age {
        Some(age) => cookie.max_age(age, Timestamp::now().unix_seconds()),
        None => cookie,
    }
}

fn session_cookie(settings: &Settings, key: &SessionKey, expiry: &Expiry) -> SetCookie {
    let cookie = SetCookie::new(&settings.session_cookie_name, key.as_str())
        .domain(settings.session_cookie_domain.as_deref())
        .path(Some(&settings.session_cookie_path))
        .secure(settings.session_cookie_secure)
        .http_only(settings.session_cookie_httponly)
        .same_site(settings.session_cookie_samesite.attribute());
    if expiry.at_browser_close {
        return cookie;
    }
    cookie.max_age(expiry.age_seconds, Timestamp::now().unix_seconds())
}

fn dead_session_cookie(settings: &Settings) -> SetCookie {
    SetCookie::delete(&settings.session_cookie_name)
        .domain(settings.session_cookie_domain.as_deref())
        .path(Some(&settings.session_cookie_path))
        .same_site(settings.session_cookie_samesite.attribute())
}
