//! Logging in and out with a session: Django 5.2's `login`, `logout` and `get_user`.

mod user;

use hallpass_formats::session::{BACKEND, USER_HASH, USER_ID, session_auth_hash};
use hallpass_formats::signing::constant_time_eq;
use hallpass_formats::timestamp::Timestamp;

use crate::backends::Accepted;
use crate::identity::User;
use crate::rejection::Rejection;
use crate::request::RequestContext;

pub(crate) use user::{user, user_now};

/// Makes the session the user's: a fresh key, a fresh CSRF secret, `last_login` moved.
///
/// A session of another user is flushed first; an anonymous one keeps its data under a new key; the same user's
/// keeps its key.
///
/// # Errors
/// The store's fault, as 503.
pub async fn login(request: &RequestContext<'_>, accepted: Accepted) -> Result<User, Rejection> {
    let session = request.session();
    let core = request.core();
    let user = accepted.user;
    let id = user.id().to_string();
    let hash = session_auth_hash(&user.password(), &core.secret_keys().current);

    match session.get(USER_ID).await? {
        None => session.cycle_key().await?,
        Some(_) => {
            let same_user = session.get_str(USER_ID).await?.as_deref() == Some(id.as_str());
            let stored = session.get_str(USER_HASH).await?.unwrap_or_default();
            if !same_user || !constant_time_eq(stored.as_bytes(), hash.as_bytes()) {
                session.flush().await?;
            }
        }
    }
    session.insert(USER_ID, id.as_str()).await?;
    session.insert(BACKEND, accepted.backend.as_str()).await?;
    session.insert(USER_HASH, hash.as_str()).await?;
    request.exchange().csrf().rotate();
    let now = Timestamp::now();
    let user = match core.store().set_last_login(user.id(), now).await? {
        true => user.with_last_login(now),
        false => user,
    };
    request
        .exchange()
        .session_user()
        .replace(Some(user.clone()));
    tracing::info!(user = %user.id(), "logged in");
    for receiver in &core.signals().login {
        receiver.user_logged_in(request, &user).await;
    }
    Ok(user)
}

/// Keeps this session alive after its user's password was changed: Django's `update_session_auth_hash`. The key is
/// cycled; all other sessions of the user end at their next use.
///
/// # Errors
/// The store's fault, as 503.
pub async fn update_session_auth_hash(
    request: &RequestContext<'_>,
    user: &User,
) -> Result<(), Rejection> {
    let session = request.session();
    session.cycle_key().await?;
    let id = user.id().to_string();
    if session.get_str(USER_ID).await? == Some(id) {
        let key = &request.core().secret_keys().current;
        let hash = session_auth_hash(&user.password(), key);
        session.insert(USER_HASH, hash.as_str()).await?;
    }
    Ok(())
}

/// Flushes the session. The CSRF secret stays.
///
/// # Errors
/// The store's fault, as 503.
pub async fn logout(request: &RequestContext<'_>) -> Result<(), Rejection> {
    // Asked whether or not anybody listens: a key that leads nowhere is forgotten by it, and no row is removed for it.
    let user = user(request).await?;
    for receiver in &request.core().signals().login {
        receiver.user_logged_out(request, user.as_ref()).await;
    }
    request.session().flush().await?;
    request.exchange().session_user().replace(None);
    Ok(())
}
