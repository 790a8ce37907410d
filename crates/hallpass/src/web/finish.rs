//! The last look at a response: cookies, `Vary`, and the headers of Django's default middleware.

use axum::response::Response;
use hallpass_formats::csrf::CsrfSecret;
use hallpass_formats::session::{Expiry, SessionKey};
use hallpass_formats::timestamp::Timestamp;
use http::header::{Entry, SET_COOKIE, VARY};
use http::{HeaderMap, HeaderValue};

use super::indent::indent;
use crate::core::Core;
use crate::rejection::Rejection;
use crate::request::Exchange;
use crate::sessions::Outcome;
use crate::settings::Settings;
use crate::wire::set_cookie::SetCookie;

/// What is still due to a response when its view has had its say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    /// JSON is written for people, where the client asked for it.
    pub(super) indent: bool,
    pub(super) cookies: Cookies,
    /// Whether it says already that it varies with the cookies.
    pub(super) varies: bool,
}

/// Whose cookies are due.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cookies {
    /// A guard further out will see to them.
    Nobodys,
    /// The session's alone: the answer is of a middleware that stands between it and the CSRF check.
    OfSession,
    /// The CSRF cookie first, then the session's, as Django's middleware does.
    All,
}

impl Due {
    /// Gives the response what is due to it, unless something has to be waited for: then nothing is done, and false.
    pub(super) fn pay_now(self, exchange: &Exchange, response: &mut Response) -> bool {
        if self.indent && exchange.indent().is_some() {
            return false;
        }
        match self.cookies {
            Cookies::Nobodys => true,
            Cookies::OfSession => finish_session_now(exchange, response, self.varies),
            Cookies::All => finish_now(exchange, response, self.varies),
        }
    }

    /// # Errors
    /// As [`finish`].
    pub(super) async fn pay(
        self,
        exchange: &Exchange,
        response: &mut Response,
    ) -> Result<(), Rejection> {
        if let Some(spaces) = exchange.indent().filter(|_| self.indent) {
            let plain = std::mem::take(response);
            *response = indent(plain, spaces).await;
        }
        match self.cookies {
            Cookies::Nobodys => Ok(()),
            Cookies::OfSession => finish_session(exchange, response).await,
            Cookies::All => finish(exchange, response).await,
        }
    }
}

/// Adds what the exchange has to say: the CSRF cookie first, then the session's.
///
/// # Errors
/// The answer to give instead: the work is done but cannot be remembered, and the client must not believe it was.
pub(super) async fn finish(exchange: &Exchange, response: &mut Response) -> Result<(), Rejection> {
    match exchange.csrf_secret_to_keep() {
        Some(secret) if exchange.core().settings().csrf_use_sessions => {
            exchange.keep_csrf_secret(&secret).await?;
        }
        Some(secret) => send_csrf_cookie(exchange, &secret, response),
        None => {}
    }
    finish_session(exchange, response).await
}

/// The same, unless something has to be waited for: then nothing is done, and false.
fn finish_now(exchange: &Exchange, response: &mut Response, varies: bool) -> bool {
    let secret = exchange.csrf_secret_to_keep();
    if secret.is_some() && exchange.core().settings().csrf_use_sessions {
        return false;
    }
    let Some(outcome) = exchange.finish_session_now() else {
        return false;
    };
    if let Some(secret) = secret {
        send_csrf_cookie(exchange, &secret, response);
    }
    tell(exchange, outcome, response, varies);
    true
}

/// The session's part alone.
///
/// # Errors
/// As [`finish`].
pub(super) async fn finish_session(
    exchange: &Exchange,
    response: &mut Response,
) -> Result<(), Rejection> {
    if !finish_session_now(exchange, response, false) {
        let outcome = exchange.finish_session(response.status()).await?;
        tell(exchange, outcome, response, false);
    }
    Ok(())
}

fn finish_session_now(exchange: &Exchange, response: &mut Response, varies: bool) -> bool {
    let outcome = exchange.finish_session_now();
    outcome
        .map(|outcome| tell(exchange, outcome, response, varies))
        .is_some()
}

/// Tells the client what became of its session; `varies`: it knows already that the answer is its own.
fn tell(exchange: &Exchange, outcome: Outcome, response: &mut Response, varies: bool) {
    let settings = exchange.core().settings();
    match outcome {
        Outcome::Untouched => return,
        Outcome::Read => {}
        Outcome::Saved(key, expiry) => add_cookie(
            response.headers_mut(),
            &session_cookie(settings, &key, &expiry),
        ),
        Outcome::Dead => add_cookie(response.headers_mut(), &dead_session_cookie(settings)),
    }
    if !varies {
        vary_on_cookie(response.headers_mut());
    }
}

fn send_csrf_cookie(exchange: &Exchange, secret: &CsrfSecret, response: &mut Response) {
    let settings = exchange.core().settings();
    add_cookie(response.headers_mut(), &csrf_cookie(settings, secret));
    vary_on_cookie(response.headers_mut());
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
