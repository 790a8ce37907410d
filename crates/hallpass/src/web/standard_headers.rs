//! The headers that nearly all responses of a view have, as a map to be copied: a copy looks nothing up and grows
//! nothing, which for a handful of headers is most of what they cost.

use axum::response::Response;
use http::header::{ALLOW, CONTENT_TYPE, Entry, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::view::gate::Gate;
use crate::core::Core;
use crate::rejection::Rejection;

/// Django's fixed headers, DRF's `Allow`, and room for the type of the content.
#[derive(Clone, Debug)]
pub(super) struct StandardHeaders {
    plain: HeaderMap,
    /// The same where somebody looked at the session.
    varying: HeaderMap,
    /// What comes with them on HTTPS.
    hsts: Option<(HeaderName, HeaderValue)>,
}

impl StandardHeaders {
    pub(super) fn new(core: &Core, gate: Option<&Gate>) -> Self {
        let fixed = &core.compiled().fixed_headers;
        let mut plain = HeaderMap::new();
        plain.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        );
        for (name, value) in [&fixed.of_frames].into_iter().chain(&fixed.always) {
            plain.insert(name, value.clone());
        }
        if let Some(allow) = gate.and_then(Gate::allow) {
            plain.insert(ALLOW, allow.clone());
        }
        let mut varying = plain.clone();
        varying.insert(VARY, HeaderValue::from_static("Cookie"));
        Self {
            plain,
            varying,
            hsts: fixed.hsts.clone(),
        }
    }

    /// Gives them to a response that has a type and none of the others. Any other response is left as it is, and false:
    /// so are refusals, and what leads nowhere, which may still become something else.
    pub(super) fn give(&self, response: &mut Response, varies: bool, is_secure: bool) -> bool {
        let may_change =
            response.status() == StatusCode::NOT_FOUND || Rejection::of(response).is_some();
        let standard = match varies {
            true => &self.varying,
            false => &self.plain,
        };
        if may_change || !leaves_room(response.headers(), standard) {
            return false;
        }
        let headers = response.headers_mut();
        let own = std::mem::replace(headers, standard.clone());
        let mut last = None;
        for (name, value) in own {
            match (name, &last) {
                (Some(name), _) => {
                    headers.insert(name.clone(), value);
                    last = Some(name);
                }
                // A further value under the same name.
                (None, Some(name)) => {
                    headers.append(name, value);
                }
                (None, None) => {}
            }
        }
        if let Some((name, value)) = self.hsts.as_ref().filter(|_| is_secure)
            && let Entry::Vacant(vacant) = headers.entry(name)
        {
            vacant.insert(value.clone());
        }
        true
    }
}

/// Whether a response has the one header that it must bring, and none of the others.
fn leaves_room(own: &HeaderMap, standard: &HeaderMap) -> bool {
    let has_type = own.keys().any(|name| *name == CONTENT_TYPE);
    let is_taken =
        |name: &HeaderName| *name != CONTENT_TYPE && standard.keys().any(|taken| taken == name);
    has_type && !own.keys().any(is_taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(all: &[(&'static str, &'static str)]) -> HeaderMap {
        all.iter()
            .map(|(name, value)| {
                let value = HeaderValue::from_static(value);
                (HeaderName::from_static(name), value)
            })
            .collect()
    }

    #[test]
    fn only_responses_that_leave_room_are_given_them() {
        let standard = map(&[("content-type", "x"), ("vary", "Cookie")]);
        let room = |own: &[(&'static str, &'static str)]| leaves_room(&map(own), &standard);
        assert!(room(&[("content-type", "text/html")]));
        assert!(room(&[("content-type", "text/html"), ("x-own", "1")]));
        assert!(!room(&[]) && !room(&[("x-own", "1")]));
        assert!(!room(&[("content-type", "text/html"), ("vary", "Accept")]));
    }
}
