//! What Django's default middleware does around every view of a [`GuardedRouter`](super::GuardedRouter):
//! HTTPS redirect, Host check, session and CSRF cookies, slash redirect, fixed headers.

use axum::response::Response;
use http::Method;

use super::common::Early;
use super::converters::Pattern;
use super::finish::{finish, finish_session, secure};
use super::passage::Passage;
use super::view::gate::Gate;
use crate::core::Core;
use crate::request::{Head, RequestContext};

/// One site: its settings, and the paths that lead somewhere.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) core: Core,
    pub(super) paths: Vec<Pattern>,
}

impl Site {
    /// Answers before any view is asked, where one of the middleware does.
    pub(super) async fn answer_early(&self, passage: &Passage, head: Head<'_>) -> Option<Response> {
        let context = RequestContext::new(head, &passage.exchange);
        match self.early(&context) {
            Some(early) => Some(Box::pin(self.end_early(early, passage, &context)).await),
            None => None,
        }
    }

    async fn end_early(
        &self,
        early: Early,
        passage: &Passage,
        context: &RequestContext<'_>,
    ) -> Response {
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
        secure(
            &self.core,
            response.headers_mut(),
            context.is_secure(),
            true,
        );
        passage.stamp(&mut response);
        response
    }

    /// The last look at a response; `gate` is that of the view that answered, if one did.
    pub(super) async fn conclude(
        &self,
        passage: &Passage,
        gate: Option<&Gate>,
        is_secure: bool,
        response: &mut Response,
    ) {
        let redirect = self.slash_redirect(&passage.method, &passage.target, response);
        if let Some(redirect) = redirect {
            *response = redirect;
            if let Err(fault) = finish_session(&passage.exchange, response).await {
                *response = fault.into_response_with(None);
            }
            secure(&self.core, response.headers_mut(), is_secure, true);
        } else {
            // First, because it makes room for what follows.
            secure(&self.core, response.headers_mut(), is_secure, false);
            if let Some(gate) = gate {
                passage.complete(gate, response).await;
            }
            if let Err(fault) = finish(&passage.exchange, response).await {
                *response = fault.into_response_with(None);
                secure(&self.core, response.headers_mut(), is_secure, false);
            }
        }
        passage.stamp(response);
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
