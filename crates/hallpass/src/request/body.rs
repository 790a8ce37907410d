//! A request's body, read at most once and never past the limit.

use axum::body::Body;
use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http_body::Body as _;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use parking_lot::Mutex;

use super::head;
use crate::rejection::Rejection;

/// Where a body stands.
#[derive(Debug, Default)]
enum State {
    /// Not looked at. Without a length it is empty to Django.
    Streaming { body: Body, has_length: bool },
    /// Read by us; handlers get the same bytes again.
    Read(Bytes),
    /// Refused once, refused again.
    Refused(Rejection),
    /// With the request, or being read.
    #[default]
    Taken,
}

/// The body of one exchange, while somebody may want to read it who has not got the request.
#[derive(Debug, Default)]
pub(crate) struct BodySlot {
    state: Mutex<State>,
}

impl BodySlot {
    /// All bytes, at most `limit` (`None`: no limit). Django's `request.body`: past `data_upload_max_memory_size`
    /// the answer is its `Bad Request (400)` page. A body without a length is empty to Django, and so it is here.
    pub(crate) async fn read(
        &self,
        headers: &HeaderMap,
        limit: Option<u64>,
    ) -> Result<Bytes, Rejection> {
        // Taken out first: the lock must not be held by the scrutinee while an arm puts the state back.
        let state = std::mem::take(&mut *self.state.lock());
        let (body, has_length) = match state {
            State::Streaming { body, has_length } => (body, has_length),
            State::Read(bytes) => {
                *self.state.lock() = State::Read(bytes.clone());
                return Ok(bytes);
            }
            State::Refused(rejection) => {
                *self.state.lock() = State::Refused(rejection.clone());
                return Err(rejection);
            }
            State::Taken => {
                tracing::error!("the body was asked for after the handler took it");
                return Err(Rejection::server_error());
            }
        };
        let outcome = if has_length {
            collect(body, headers, limit).await
        } else {
            Ok(Bytes::new())
        };
        *self.state.lock() = match &outcome {
            Ok(bytes) => State::Read(bytes.clone()),
            Err(rejection) => State::Refused(rejection.clone()),
        };
        outcome
    }

    /// The body for the handler: the untouched stream, or what was read of it.
    pub(crate) fn take(&self) -> Body {
        let state = std::mem::take(&mut *self.state.lock());
        match state {
            State::Streaming { body, .. } => body,
            State::Read(bytes) => Body::from(bytes),
            State::Refused(_) | State::Taken => Body::empty(),
        }
    }

    /// Takes the body of the request with these headers, unless it has been read already.
    pub(crate) fn keep(&self, body: Body, headers: &HeaderMap) {
        let mut state = self.state.lock();
        if matches!(*state, State::Taken) {
            let has_length =
                body.size_hint().exact().is_some() || headers.contains_key(CONTENT_LENGTH);
            *state = State::Streaming { body, has_length };
        }
    }
}

async fn collect(body: Body, headers: &HeaderMap, limit: Option<u64>) -> Result<Bytes, Rejection> {
    let limit = usize::try_from(limit.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
    if head::content_length(headers).is_some_and(|length| length > limit as u64) {
        return Err(Rejection::bad_request_page());
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Rejection::bad_request_page()),
        Err(error) => {
            tracing::info!(%error, "the client's body ended early");
            Err(Rejection::bad_request_page())
        }
    }
}
