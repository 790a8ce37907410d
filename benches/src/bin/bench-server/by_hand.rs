//! What the hand-written handlers have in common: the least that one would write for a token.

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};

/// The key behind `Token `.
pub(crate) fn token(headers: &HeaderMap) -> Result<&str, StatusCode> {
    headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Token "))
        .ok_or(StatusCode::UNAUTHORIZED)
}
