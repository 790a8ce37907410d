//! The last look at a response: cookies, `Vary`, and the headers of Django's default middleware.

use axum::response::Response;
use hallpass_formats::csrf::CsrfSecret;
use hallpass_formats::session::{Expiry, SessionKey};
use hallpass_formats::timestamp::Timestamp;
use http::header::{Entry, SET_COOKIE, VARY};
use http::{HeaderMap, HeaderValue};

use crate::core::Core;
use crate::rejection::Rejection;
use crate::request::Exchange;
use crate::sessions::Outcome;
use crate::settings::Settings;
use crate::wire::set_cookie::SetCookie;

/// Adds what the exchange has to say: the CSRF cookie first, then the session's, as Django's middleware does.
///
/// # Errors
/// The answer to give instead: the work is done but cannot be remembered, and the client must not believe it was.
pub(crate) async fn finish(exchange: &Exchange, response: &mut Response) -> Result<(), Rejection> {
    if let Some(secret) = exchange.csrf().to_keep() {
        let settings = exchange.core().settings();
        if settings.csrf_use_sessions {
            Box::pin(exchange.keep_csrf_secret(&secret)).await?;
        } else {
            add_cookie(response.headers_mut(), &csrf_cookie(settings, &secret));
            vary_on_cookie(response.headers_mut());
        }
    }
    finish_session(exchange, response).await
}

/// The session's part alone: for answers of a middleware that stands between the two.
pub(crate) async fn finish_session(
    exchange: &Exchange,
    response: &mut Response,
) -> Result<(), Rejection> {
    let outcome = match exchange.finish_session_now() {
        Some(outcome) => outcome,
        None => Box::pin(exchange.finish_session(response.status())).await?,
    };
    let settings = exchange.core().settings();
    match outcome {
        Outcome::Untouched => return Ok(()),
        Outcome::Read => {}
        Outcome::Saved(key, expiry) => add_cookie(
            response.headers_mut(),
            &session_cookie(settings, &key, &expiry),
        ),
        Outcome::Dead => add_cookie(response.headers_mut(), &dead_session_cookie(settings)),
    }
    vary_on_cookie(response.headers_mut());
    Ok(())
}

/// For the fixed headers, `Allow`, `Vary`, a cookie and the length.
const ROOM: usize = 9;

/// The headers of Django's `SecurityMiddleware` and `XFrameOptionsMiddleware`; what a handler set stays. An `early`
/// answer comes from a middleware that stands before the second one.
pub(crate) fn secure(core: &Core, headers: &mut HeaderMap, request_is_secure: bool, early: bool) {
    let fixed = &core.compiled().fixed_headers;
    let frames = (!early).then_some(&fixed.of_frames);
    let hsts = fixed.hsts.as_ref().filter(|_| request_is_secure);
    // A new map with room for all of them costs less than to let the handler's grow.
    let mut all = HeaderMap::with_capacity(headers.len() + ROOM);
    for (name, value) in headers.iter() {
        all.append(name, value.clone());
    }
    for (name, value) in frames.into_iter().chain(&fixed.always).chain(hsts) {
        if !headers.keys().any(|own| own == name) {
            all.append(name, value.clone());
        }
    }
    *headers = all;
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
    if let Entry::Vacant(vacant) = headers.entry(VARY) {
        vacant.insert(HeaderValue::from_static("Cookie"));
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
