//! `Accept: application/json; indent=4`: DRF 3.16's renderer then writes JSON for people.

use axum::body::Body;
use axum::response::Response;
use hallpass_formats::json;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http_body_util::BodyExt;

/// Rewrites a JSON body with `spaces` of indentation; everything else passes.
pub(super) async fn indent(response: Response, spaces: u8) -> Response {
    let is_json = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|content_type| content_type == "application/json");
    if !is_json {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = match body.collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) => {
            tracing::error!(%error, "a handler's body ended early");
            return Response::from_parts(parts, Body::empty());
        }
    };
    parts.headers.remove(CONTENT_LENGTH);
    match json::parse_bytes(&bytes) {
        Ok(document) => Response::from_parts(parts, Body::from(document.to_pretty(spaces.into()))),
        Err(_) => Response::from_parts(parts, Body::from(bytes)),
    }
}
