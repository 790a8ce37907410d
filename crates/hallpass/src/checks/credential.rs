//! A credential as a client sends it: is it well written, and does it open anything?

use super::table::{CREDENTIAL_MISTYPED, CREDENTIAL_REFUSED};
use super::{Finding, Settings};
use crate::diagnostics::{Expected, mistake};
use crate::hallpass::Hallpass;
use crate::wire::authorization::token_credentials;

/// What is wrong with a credential: a header line such as `Authorization: Token …`, its value, or the key alone. A
/// well-written token is looked up; a password is not tried, because a try can change its hash.
///
/// No finding repeats it.
pub async fn of_credential(settings: &Settings, line: &str) -> Vec<Finding> {
    if let Some(mistake) = mistake(line, &Expected::of(settings)) {
        let seen = format!("The credential is mistyped: {mistake}.");
        return vec![Finding::new(&CREDENTIAL_MISTYPED, seen)];
    }
    let value = match line.split_once(':') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("authorization") => value,
        _ => line,
    };
    match token_credentials(value.trim().as_bytes(), &settings.token.keyword) {
        Ok(Some(key)) => refused(settings, key).await.into_iter().collect(),
        Ok(None) => Vec::new(),
        Err(error) => {
            let seen = format!("The credential is mistyped: {error}");
            vec![Finding::new(&CREDENTIAL_MISTYPED, seen)]
        }
    }
}

/// A database that does not answer is a finding of its own.
async fn refused(settings: &Settings, key: &str) -> Option<Finding> {
    let builder = Hallpass::builder(settings.clone()).for_migrations(false);
    let hallpass = builder.build().await.ok()?;
    let seen = match hallpass.tokens().find(key).await.ok()? {
        None => "No row of authtoken_token has this key.".to_owned(),
        Some((_, user)) if !user.is_active() => {
            format!("The token's user ({}) is not active.", user.id())
        }
        Some(_) => return None,
    };
    Some(Finding::new(&CREDENTIAL_REFUSED, seen))
}
