//! The list of authentication classes and what follows from its order.

use super::table::{NO_CHALLENGE, TOKEN_NOT_LISTED};
use super::{Finding, Settings};
use crate::settings::AuthenticationClass;

pub(super) fn token_not_listed(settings: &Settings) -> Option<Finding> {
    let classes = &settings.rest_framework.default_authentication_classes;
    if classes.contains(&AuthenticationClass::Token) {
        return None;
    }
    let names: Vec<&str> = classes.iter().map(AuthenticationClass::as_str).collect();
    Some(Finding::new(
        &TOKEN_NOT_LISTED,
        format!(
            "default_authentication_classes is [{}], without token.",
            names.join(", ")
        ),
    ))
}

/// Of the built-in classes only the session has no challenge; what an application's own class has, it knows itself.
pub(super) fn no_challenge(settings: &Settings) -> Option<Finding> {
    let classes = &settings.rest_framework.default_authentication_classes;
    let is_session = classes.first() == Some(&AuthenticationClass::Session);
    is_session.then(|| {
        Finding::new(
            &NO_CHALLENGE,
            "session is the first of default_authentication_classes and has no challenge.",
        )
    })
}
