//! What Django's default middleware does around every view of a [`GuardedRouter`](super::GuardedRouter):
//! HTTPS redirect, Host check, session and CSRF cookies, slash redirect, fixed headers.

use axum::response::Response;
use http::Method;

use super::common::Early;
use super::converters::Pattern;
use super::finish::{Cookies, Due, finish, finish_session, secure};
use super::passage::Passage;
use super::view::gate::Gate;
use crate::core::Core;

/// One site: its settings, and the paths that lead somewhere.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) core: Core,
    pub(super) paths: Vec<Pattern>,
}

impl Site {
    /// What is left to say of an answer that one of the middleware gave before any view was asked.
    pub(super) async fn end_early(&self, early: Early, passage: &Passage) -> Response {
        let exchange = &passage.exchange;
        let (mut response, finished) = match early {
            Early::OfSecurity(response) => (response, Ok(())),
            Early::OfCommon(mut response) => {
                let finished = finish_session(exchange, &mut response).await;
                (response, finished)
            }
            Early::Page(mut response) => {
                let finished = match exchange.read_csrf_secret().await {
                    Ok(()) => finish(exchange, &mut response).await,
                    Err(fault) => Err(fault),
                };
                (response, finished)
            }
        };
        if let Err(fault) = finished {
            response = fault.into_response_with(None);
        }
        self.secure(passage, &mut response, true);
        passage.stamp(&mut response);
        response
    }

    /// The first look at a response; `gate` is that of the view that answered, if one did.
    pub(super) fn receive(
        &self,
        passage: &Passage,
        gate: Option<&Gate>,
        response: &mut Response,
    ) -> Due {
        let redirect = self.slash_redirect(&passage.method, passage.target(), response);
        if let Some(redirect) = redirect {
            *response = redirect;
            self.secure(passage, response, true);
            return Due {
                indent: false,
                cookies: Cookies::OfSession,
                varies: false,
            };
        }
        // First, because it makes room for what follows.
        self.secure(passage, response, false);
        if let Some(gate) = gate {
            gate.stamp(response);
        }
        Due {
            indent: gate.is_some(),
            cookies: Cookies::All,
            varies: false,
        }
    }

    pub(super) fn secure(&self, passage: &Passage, response: &mut Response, early: bool) {
        secure(&self.core, response.headers_mut(), passage.is_secure, early);
    }
}

/// Django knows no method in lower case: `post` is `POST` to it.
pub(super) fn put_in_upper_case(method: &mut Method) {
    let text = method.as_str();
    if text.bytes().any(|byte| byte.is_ascii_lowercase())
        && let Ok(upper) = Method::from_bytes(text.to_ascii_uppercase().as_bytes())
    {
        *method = upper;
    }
}
