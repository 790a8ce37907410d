//! The endpoints, `/forward-auth/nginx` and its siblings: from a proxy's question to its answer.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use axum::routing::any;
use http::header::{
    ACCESS_CONTROL_REQUEST_METHOD, CONNECTION, CONTENT_LENGTH, FORWARDED, HOST, ORIGIN, TE,
    TRANSFER_ENCODING, UPGRADE,
};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::answer::{self, Refusal};
use super::browser;
use super::identity_headers::is_like_ours;
use super::original::Original;
use super::proxy::Proxy;
use super::rules::Verdict;
use super::upgrade::Upgrade;
use crate::csrf;
use crate::diagnostics;
use crate::hallpass::Hallpass;
use crate::identity::Identity;
use crate::rejection::Rejection;
use crate::request::{Exchange, Forwarded, RequestContext, UsualHeaders};
use crate::settings::CsrfMode;

/// A router with the endpoints of all five proxies below `path`. They skip the Host check, because the proxy calls by
/// address. The server must tell the peer's address (`into_make_service_with_connect_info::<SocketAddr>()`).
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use hallpass::{Hallpass, views};
///
/// let hallpass = Hallpass::from_settings("hallpass.toml").await?;
/// let app: axum::Router = hallpass.router().into_router().merge(views::forward_auth(&hallpass, "/forward-auth/"));
/// # let _ = app;
/// # Ok(())
/// # }
/// ```
pub fn forward_auth<S: Clone + Send + Sync + 'static>(
    hallpass: &Hallpass,
    path: &str,
) -> Router<S> {
    let path = path.trim_end_matches('/');
    let mut router = Router::new();
    for proxy in Proxy::ALL {
        let endpoint = format!("{path}/{}", proxy.name());
        let hallpass = hallpass.clone();
        let prefix = endpoint.clone();
        let handler = async move |request: Request| {
            let (parts, _) = request.into_parts();
            answer(&hallpass, proxy, &prefix, parts).await
        };
        router = router.route(&endpoint, any(handler.clone()));
        if proxy == Proxy::Envoy {
            router = router
                .route(&format!("{endpoint}/"), any(handler.clone()))
                .route(&format!("{endpoint}/{{*target}}"), any(handler));
        }
    }
    router
}

async fn answer(hallpass: &Hallpass, proxy: Proxy, prefix: &str, mut parts: Parts) -> Response {
    let mut response = decided(hallpass, proxy, prefix, &mut parts).await;
    diagnostics::stamp(
        hallpass.core(),
        &parts.method,
        parts.uri.path(),
        &mut response,
    );
    response
}

async fn decided(hallpass: &Hallpass, proxy: Proxy, prefix: &str, parts: &mut Parts) -> Response {
    let trusted = &hallpass.core().compiled().trusted_proxies;
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map(|ConnectInfo(address)| address.ip());
    if !peer.is_some_and(|peer| trusted.contains(peer)) {
        tracing::warn!(
            peer = peer.map_or_else(|| "unknown".to_owned(), |peer| peer.to_string()),
            proxy = proxy.name(),
            "forward-auth was asked by somebody who is not in trusted_proxies: refused; add the proxy's address there"
        );
        let detail = "This address is not in trusted_proxies.";
        return unusable(proxy, Rejection::permission_denied(Some(detail)));
    }
    let target = parts
        .uri
        .path_and_query()
        .map_or("", |target| target.as_str());
    let target = target.strip_prefix(prefix).unwrap_or_default();
    let original = match Original::read(proxy, parts, target, trusted) {
        Ok(original) => original,
        Err(why) => {
            tracing::warn!(
                proxy = proxy.name(),
                "forward-auth cannot tell what is asked about: {why}; `hallpass proxy-config {}` prints how to send it",
                proxy.name()
            );
            return unusable(proxy, Rejection::parse_error(format!("{why}.")));
        }
    };
    become_original(parts, &original);
    judge(hallpass, proxy, &original, parts).await
}

fn unusable(proxy: Proxy, rejection: Rejection) -> Response {
    let refusal = Refusal {
        rejection,
        challenges: Vec::new(),
        login: None,
        is_browser: false,
    };
    answer::refused(proxy, refusal)
}

/// Makes the head of the original request out of the proxy's.
fn become_original(parts: &mut Parts, original: &Original) {
    parts.method = original.method.clone();
    parts.uri = original.target.clone();
    let of_the_connection = [
        CONNECTION,
        CONTENT_LENGTH,
        FORWARDED,
        TE,
        TRANSFER_ENCODING,
        UPGRADE,
    ];
    let is_the_proxys = |name: &HeaderName| {
        let text = name.as_str();
        // Two letters tell most headers apart from all of theirs and ours.
        let may_be_told = text.starts_with(['x', 'r'])
            && (text.starts_with("x-forwarded-")
                || text.starts_with("x-original-")
                || is_like_ours(name));
        may_be_told || of_the_connection.contains(name)
    };
    let unwanted: Vec<HeaderName> = parts
        .headers
        .keys()
        .filter(|name| is_the_proxys(name))
        .cloned()
        .collect();
    for name in unwanted {
        parts.headers.remove(name);
    }
    if let Ok(host) = HeaderValue::try_from(&original.authority) {
        parts.headers.insert(HOST, host);
    }
    let client = SocketAddr::new(original.client, 0);
    parts.extensions.insert(ConnectInfo(client));
}

async fn judge(
    hallpass: &Hallpass,
    proxy: Proxy,
    original: &Original,
    parts: &mut Parts,
) -> Response {
    let asked_method = match preflight_of(&original.method, &parts.headers) {
        Ok(asked_method) => asked_method,
        Err(rejection) => return unusable(proxy, rejection),
    };
    let method = asked_method.as_ref().unwrap_or(&original.method);
    let verdict = match hallpass.rules().find(original, method) {
        Ok(verdict) => verdict,
        Err(why) => {
            tracing::info!(
                "refused because rules about paths cannot be applied to the path: {why}"
            );
            let detail = format!("The path can be read in more than one way: {why}.");
            return unusable(proxy, Rejection::parse_error(detail));
        }
    };
    if asked_method.is_some() {
        // A browser's preflight never changes the protocol: what follows on such a connection nobody would judge.
        if original.upgrade != Upgrade::None {
            return unusable(proxy, no_upgrade());
        }
        return preflight(proxy, verdict);
    }
    parts.extensions.insert(Forwarded {
        is_secure: original.is_secure,
        defers_csrf: verdict.csrf == CsrfMode::Defer,
    });
    let usual = UsualHeaders::of(&parts.headers);
    let exchange = Exchange::new(hallpass.core(), &parts.headers, &usual);
    // The proxy keeps the original's body: whoever looks for a token in it finds none.
    exchange.body().keep(Body::empty(), &parts.headers);
    let context = RequestContext::with(&*parts, usual, &exchange);
    let admitted = match exchange.read_csrf_secret().await {
        Ok(()) => admit(verdict, original, &context).await,
        Err(fault) => Err(fault),
    };
    match admitted {
        Ok((identity, groups)) => answer::allowed(identity.as_ref(), &groups),
        Err(rejection) => {
            let refusal = Refusal {
                rejection,
                challenges: verdict.policy.challenges(),
                login: browser::login_location(original, &context),
                is_browser: browser::is_browser(&context),
            };
            answer::refused(proxy, refusal)
        }
    }
}

/// The method that a CORS preflight announces; `None` for every other request.
fn preflight_of(method: &Method, headers: &HeaderMap) -> Result<Option<Method>, Rejection> {
    if method != Method::OPTIONS || !headers.contains_key(ORIGIN) {
        return Ok(None);
    }
    let Some(announced) = headers.get(ACCESS_CONTROL_REQUEST_METHOD) else {
        return Ok(None);
    };
    Method::from_bytes(announced.as_bytes())
        .map(Some)
        .map_err(|_| Rejection::parse_error("Access-Control-Request-Method is no method."))
}

/// A browser sends no credentials with a preflight, so there is nobody to ask about: the rule of the request that it
/// announces says whether it goes through.
fn preflight(proxy: Proxy, verdict: &Verdict) -> Response {
    if verdict.preflight {
        return answer::allowed(None, &[]);
    }
    let detail = "Preflight requests are not let through here.";
    unusable(proxy, Rejection::permission_denied(Some(detail)))
}

fn no_upgrade() -> Rejection {
    Rejection::permission_denied(Some("Upgraded connections are not let through here."))
}

/// The caller and the names of their groups.
async fn admit(
    verdict: &Verdict,
    original: &Original,
    request: &RequestContext<'_>,
) -> Result<(Option<Identity>, Arc<[String]>), Rejection> {
    let may_upgrade = match original.upgrade {
        Upgrade::None => true,
        Upgrade::WebSocket => verdict.websocket,
        Upgrade::Other => false,
    };
    if !may_upgrade {
        return Err(no_upgrade());
    }
    let identity = verdict.policy.admit(request).await?;
    if original.upgrade == Upgrade::WebSocket {
        csrf::enforce_on_web_socket(request, identity.as_ref())?;
    }
    let groups = match &identity {
        None => Arc::default(),
        Some(identity) => {
            let accounts = request.core().accounts();
            accounts.group_names(identity.user()).await?
        }
    };
    Ok((identity, groups))
}
