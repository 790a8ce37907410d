//! The last look at a response: cookies, `Vary`, and the headers of Django's default middleware.

use axum::response::Response;
use hallpass_formats::csrf::CsrfSecret;
use hallpass_formats::session::{Expiry, SessionKey};
use hallpass_formats::timestamp::Timestamp;
use http::header::{SET_COOKIE, STRICT_TRANSPORT_SECURITY, VARY, X_FRAME_OPTIONS};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::core::Core;
use crate::request::Exchange;
use crate::sessions::Outcome;
use crate::settings::Settings;
use crate::wire::set_cookie::SetCookie;

/// Adds what the exchange has to say: the CSRF cookie first, then the session's, as Django's middleware does.
pub(crate) async fn finish(exchange: &Exchange, mut response: Response) -> Response {
    let settings = exchange.core().settings();
    match exchange.csrf().to_keep() {
        Some(secret) if settings.csrf_use_sessions => {
            if let Err(rejection) = exchange.keep_csrf_secret(&secret).await {
                return rejection.into_response_with(None);
            }
        }
        Some(secret) => {
            add_cookie(response.headers_mut(), &csrf_cookie(settings, &secret));
            vary_on_cookie(response.headers_mut());
        }
        None => {}
    }
    finish_session(exchange, response).await
}

/// The session's part alone: for answers of a middleware that stands between the two.
pub(crate) async fn finish_session(exchange: &Exchange, mut response: Response) -> Response {
    let settings = exchange.core().settings();
    let outcome = match exchange.finish_session(response.status()).await {
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
    let fixed = &core.compiled().fixed_headers;
    headers.reserve(fixed.always.len() + 2);
    if !early {
        set_default(headers, &X_FRAME_OPTIONS, &fixed.x_frame_options);
    }
    for (name, value) in &fixed.always {
        set_default(headers, name, value);
    }
    if let Some(hsts) = fixed.hsts.as_ref().filter(|_| request_is_secure) {
        set_default(headers, &STRICT_TRANSPORT_SECURITY, hsts);
    }
}

fn set_default(headers: &mut HeaderMap, name: &HeaderName, value: &HeaderValue) {
    headers.entry(name).or_insert_with(|| value.clone());
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
    if !headers.contains_key(VARY) {
        headers.insert(VARY, HeaderValue::from_static("Cookie"));
        return;
    }
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
