//! A header by which a proxy names the caller: DRF 3.16's `RemoteUserAuthentication`.
//!
//! DRF reads `REMOTE_USER`, a variable that the web server sets and no client can. Over HTTP there are only headers,
//! which any client can send, so here the header is believed when it comes from an address in `trusted_proxies`. The
//! proxy must set or remove it on every request.
//!
//! As in DRF nothing is remembered: each request is judged by its own header, so there is no session in which one user
//! could stay after the header has changed to another, the fault of Django's `RemoteUserMiddleware` before 1.4.14
//! (CVE-2014-0482).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::HeaderName;

use super::Authentication;
use crate::backends::Verdict;
use crate::identity::Identity;
use crate::rejection::Rejection;
use crate::request::RequestContext;

/// Recognises the user whom a trusted proxy names in a header, by asking the credential backends; one of them must be a
/// [`RemoteUserBackend`](crate::RemoteUserBackend).
///
/// A header from anybody else counts as absent, and the log says so once. It has no challenge.
///
/// ```
/// use axum::http::HeaderName;
/// use hallpass::{ApiView, RemoteUserAuthentication};
///
/// let header = HeaderName::from_static("x-remote-user");
/// let intranet: ApiView = ApiView::new("Intranet")
///     .authentication([RemoteUserAuthentication::with_header(header)])
///     .get(async || "welcome");
/// ```
#[derive(Clone, Debug)]
pub struct RemoteUserAuthentication {
    header: HeaderName,
    complained: Arc<AtomicBool>,
}

impl RemoteUserAuthentication {
    /// With the header `Remote-User`.
    pub fn new() -> Self {
        Self::with_header(HeaderName::from_static("remote-user"))
    }

    /// With another header: DRF's attribute `header`, where it is `HTTP_X_REMOTE_USER` for `X-Remote-User`.
    pub fn with_header(header: HeaderName) -> Self {
        Self {
            header,
            complained: Arc::default(),
        }
    }

    fn is_believed(&self, request: &RequestContext<'_>) -> bool {
        // What a proxy asks about has the client's headers, wherever the client is.
        if request.forwarded().is_some() {
            return false;
        }
        let trusted = &request.core().compiled().trusted_proxies;
        let peer = request.peer();
        if peer.is_some_and(|peer| trusted.contains(peer)) {
            return true;
        }
        if !self.complained.swap(true, Ordering::Relaxed) {
            let peer =
                peer.map_or_else(|| "an unknown address".to_owned(), |peer| peer.to_string());
            tracing::warn!(
                header = self.header.as_str(),
                peer,
                "this header names a user but comes from outside trusted_proxies: it is ignored, now and from now on"
            );
        }
        false
    }
}

impl Default for RemoteUserAuthentication {
    fn default() -> Self {
        Self::new()
    }
}

impl Authentication for RemoteUserAuthentication {
    async fn authenticate(
        &self,
        request: &RequestContext<'_>,
    ) -> Result<Option<Identity>, Rejection> {
        let name = request.text_header(&self.header);
        let Some(name) = name.filter(|name| !name.is_empty() && self.is_believed(request)) else {
            return Ok(None);
        };
        match request.authenticate_remote_user(&name).await? {
            Verdict::Accepted(accepted) if accepted.user.is_active() => {
                Ok(Some(Identity::new(accepted.user, "remote_user")))
            }
            Verdict::Accepted(_) | Verdict::Refused => Ok(None),
        }
    }
}
