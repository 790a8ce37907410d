//! Who is logged in: Django 5.2's `django.contrib.auth.get_user`.

use hallpass_formats::session::{AuthHashMatch, BACKEND, USER_HASH, USER_ID, session_auth_hash};
use hallpass_store::{InvalidUserId, UserId};

use crate::backends::Backend;
use crate::core::Core;
use crate::identity::User;
use crate::rejection::Rejection;
use crate::request::RequestContext;
use crate::sessions::Held;

/// The user of the request's session, resolved at most once.
///
/// The session is flushed when its auth hash is missing or no longer fits the stored password; with a hash made
/// under a fallback secret the key is cycled and the hash renewed.
pub(crate) async fn user(request: &RequestContext<'_>) -> Result<Option<User>, Rejection> {
    let exchange = request.exchange();
    if exchange.looks_and_finds_no_session() {
        return Ok(None);
    }
    exchange.session_user().or_resolve(resolve(request)).await
}

/// [`user`] where nothing has to be waited for, because the identity cache knows the session and its user; `None` says
/// nothing.
pub(crate) fn user_now(request: &RequestContext<'_>) -> Option<User> {
    let (core, exchange) = (request.core(), request.exchange());
    exchange.session_user().or_find_now(|| {
        exchange.session_slot().look_now(core, |held| {
            let (id, backend) = named(core, held)?;
            let user = backend?.user_now(&core.accounts(), &id.ok()?)?;
            let verdict = held.match_auth_hash(&user, core.secret_keys());
            (verdict == AuthHashMatch::Current).then_some(user)
        })?
    })
}

/// Who is logged in, as the session's values say it, and the backend that let them in.
fn named<'a>(
    core: &'a Core,
    held: &Held,
) -> Option<(Result<UserId, InvalidUserId>, Option<&'a Backend>)> {
    let values = held.values();
    let (id, path) = (values.get_str(USER_ID)?, values.get_str(BACKEND)?);
    let backend = core.backends().iter().find(|known| known.path() == path);
    Some((id.parse::<UserId>(), backend))
}

async fn resolve(request: &RequestContext<'_>) -> Result<Option<User>, Rejection> {
    let core = request.core();
    let session = request.exchange().session_slot();
    let named = session.look(core, |held| named(core, held));
    let Some((id, backend)) = named.await? else {
        return Ok(None);
    };
    let Ok(id) = id else {
        tracing::warn!("a session names a user id that is not one: it counts as anonymous");
        return Ok(None);
    };
    let Some(backend) = backend else {
        return Ok(None);
    };
    let Some(user) = backend.user(&core.accounts(), &id).await? else {
        return Ok(None);
    };
    verify(request, user).await
}

/// Ends sessions that a password change has outlived.
async fn verify(request: &RequestContext<'_>, user: User) -> Result<Option<User>, Rejection> {
    let (core, session) = (request.core(), request.session());
    let keys = core.secret_keys();
    let slot = request.exchange().session_slot();
    let verdict = slot.look(core, |held| held.match_auth_hash(&user, keys));
    match verdict.await? {
        AuthHashMatch::Current => Ok(Some(user)),
        // A proxy's question changes no session: its answer cannot be relied on to bring the browser a cookie.
        AuthHashMatch::Fallback if request.forwarded().is_some() => Ok(Some(user)),
        AuthHashMatch::None if request.forwarded().is_some() => Ok(None),
        AuthHashMatch::Fallback => {
            session.cycle_key().await?;
            session
                .insert(
                    USER_HASH,
                    session_auth_hash(&user.password(), &keys.current).as_str(),
                )
                .await?;
            Ok(Some(user))
        }
        AuthHashMatch::None => {
            session.flush().await?;
            Ok(None)
        }
    }
}
