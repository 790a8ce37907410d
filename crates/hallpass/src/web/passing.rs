//! The future of a request that passes a door: in, through whatever stands behind it, and out again.
//!
//! Where nothing has to be waited for, which is what the caches are for, a request goes on in the same call in which it
//! came, and its future is not put into a box. Everything else, and all that goes wrong, is [`Passing::Waiting`].

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use pin_project_lite::pin_project;

use super::finish::Due;
use super::passage::Passage;
use super::view::gate::Gate;
use crate::future::BoxFuture;
use crate::rejection::Rejection;

/// What a guard has to say at both ends of the way.
pub(super) trait Door: Send + Sync + 'static {
    /// The gate that the request was asked at; `None` where it did not come that far.
    fn gate(&self, passage: &Passage) -> Option<&Gate>;

    /// The first look at a response. What is due after it may have to wait.
    fn receive(&self, passage: &Passage, response: &mut Response) -> Due;

    /// What a response needs that takes the place of one whose work could not be remembered.
    fn repair(&self, passage: &Passage, response: &mut Response);
}

pin_project! {
    /// A request on its way; `F` is the future of what stands behind the door.
    #[project = At]
    pub(super) enum Passing<D, F, E> {
        Inside { door: Arc<D>, passage: Passage, #[pin] inner: F },
        Waiting { future: BoxFuture<'static, Result<Response, E>> },
        Over { response: Option<Response> },
    }
}

impl<D: Door, F, E: Send + 'static> Passing<D, F, E> {
    /// It was answered at the door.
    pub(super) fn answered(door: Arc<D>, passage: Passage, mut response: Response) -> Self {
        match leave_now(&*door, &passage, &mut response) {
            None => Self::Over {
                response: Some(response),
            },
            Some(due) => Self::Waiting {
                future: Box::pin(async move { Ok(leave(&*door, &passage, due, response).await) }),
            },
        }
    }
}

impl<D, F, B, E> Future for Passing<D, F, E>
where
    D: Door,
    F: Future<Output = Result<http::Response<B>, E>>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
    E: Send + 'static,
{
    type Output = Result<Response, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let waiting = match self.as_mut().project() {
            At::Over { response } => {
                let taken = response.take();
                // Asked once more than there are answers: whatever it is, it is no success.
                return Poll::Ready(Ok(taken.unwrap_or_else(asked_too_often)));
            }
            At::Waiting { future } => return future.as_mut().poll(cx),
            At::Inside {
                door,
                passage,
                inner,
            } => {
                let mut response = ready!(inner.poll(cx))?.map(Body::new);
                passage.translate(door.gate(passage), &mut response);
                let Some(due) = leave_now(&**door, passage, &mut response) else {
                    return Poll::Ready(Ok(response));
                };
                let (door, passage) = (Arc::clone(door), passage.clone());
                Box::pin(async move { Ok(leave(&*door, &passage, due, response).await) })
            }
        };
        self.set(Self::Waiting { future: waiting });
        self.poll(cx)
    }
}

fn asked_too_often() -> Response {
    Rejection::server_error().into_response()
}

/// All that is due to a response, unless something has to be waited for.
fn leave_now<D: Door>(door: &D, passage: &Passage, response: &mut Response) -> Option<Due> {
    let due = door.receive(passage, response);
    if !due.pay_now(&passage.exchange, response) {
        return Some(due);
    }
    passage.stamp(response);
    None
}

async fn leave<D: Door>(door: &D, passage: &Passage, due: Due, mut response: Response) -> Response {
    if let Err(fault) = due.pay(&passage.exchange, &mut response).await {
        response = fault.into_response_with(None);
        door.repair(passage, &mut response);
    }
    passage.stamp(&mut response);
    response
}

/// The same for a response that was waited for from the beginning.
pub(super) async fn conclude<D: Door>(
    door: &D,
    passage: &Passage,
    mut response: Response,
) -> Response {
    match leave_now(door, passage, &mut response) {
        None => response,
        Some(due) => Box::pin(leave(door, passage, due, response)).await,
    }
}
