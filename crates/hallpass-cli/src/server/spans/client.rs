//! How spans reach the collector: our own client, so that no second HTTP library is needed.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use tokio::runtime::Handle;

use crate::http_client;

/// Sends on the server's runtime: whoever sends spans has a thread of their own, outside of it.
#[derive(Debug)]
pub(super) struct Client {
    runtime: Handle,
    is_failing: AtomicBool,
}

impl Client {
    pub(super) fn new(runtime: Handle) -> Self {
        Self {
            runtime,
            is_failing: AtomicBool::new(false),
        }
    }

    /// One line when it begins to fail and one when it works again, whatever the number of spans.
    fn tell(&self, answer: &Result<Response<Bytes>, String>) {
        let fault = match answer {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("it answers {}", answer.status().as_u16())),
            Err(fault) => Some(fault.clone()),
        };
        let was_failing = self.is_failing.swap(fault.is_some(), Ordering::Relaxed);
        match fault {
            Some(fault) if !was_failing => {
                tracing::warn!(fault, "spans do not reach the collector");
            }
            None if was_failing => tracing::info!("spans reach the collector again"),
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sent = self.runtime.spawn(http_client::send_bytes(request)).await;
        let answer = sent.unwrap_or_else(|ended| Err(ended.to_string()));
        self.tell(&answer);
        Ok(answer?)
    }
}
