//! Extractors: the identity, the session and the CSRF token in a handler's arguments.
//!
//! Used outside a guarded route they are a 500 that the log explains, never an anonymous caller.

use std::any::type_name;
use std::convert::Infallible;
use std::ops::Deref;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;

use crate::identity::{Identity, Token};
use crate::login;
use crate::rejection::Rejection;
use crate::request::{Caller, Exchange, RequestContext};
use crate::sessions::Session;
use crate::typed_user::FromUser;

/// The authenticated caller. An anonymous one is refused as DRF's `NotAuthenticated`; `Option<Auth>` accepts both.
/// On a plain view it is the session's user, Django's `request.user`.
///
/// ```
/// use hallpass::Auth;
///
/// async fn greet(auth: Auth) -> String {
///     format!("Hello, {}", auth.user().username())
/// }
///
/// async fn greet_anybody(auth: Option<Auth>) -> String {
///     auth.map_or_else(|| "Hello".to_owned(), |auth| format!("Hello, {}", auth.user().username()))
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Auth(pub Identity);

impl Deref for Auth {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Auth {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        caller(parts)
            .await?
            .map(Self)
            .ok_or_else(Rejection::not_authenticated)
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Auth {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Rejection> {
        Ok(caller(parts).await?.map(Self))
    }
}

/// The authenticated caller as the application's own type. An anonymous one is refused as with [`Auth`]; a row that
/// does not fit the type is a 500 that the log explains. `Option<CurrentUser<T>>` accepts anonymous callers too.
/// See [`FromUser`] for an example.
#[derive(Clone, Debug)]
pub struct CurrentUser<T>(pub T);

impl<S: Sync, T: FromUser> FromRequestParts<S> for CurrentUser<T> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let identity = caller(parts)
            .await?
            .ok_or_else(Rejection::not_authenticated)?;
        typed(&identity)
    }
}

impl<S: Sync, T: FromUser> OptionalFromRequestParts<S> for CurrentUser<T> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Rejection> {
        caller(parts).await?.as_ref().map(typed).transpose()
    }
}

fn typed<T: FromUser>(identity: &Identity) -> Result<CurrentUser<T>, Rejection> {
    let user = identity.user();
    T::from_user(user).map(CurrentUser).map_err(|error| {
        tracing::error!(%error, user = %user.id(), wanted = type_name::<T>(), "a user row does not fit its type");
        Rejection::server_error()
    })
}

/// The token that proved who is calling: DRF's `request.auth`. Who came in without one is refused as an anonymous caller
/// is; `Option<Token>` accepts everybody.
impl<S: Sync> FromRequestParts<S> for Token {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let identity = caller(parts).await?;
        let token = identity.as_ref().and_then(Identity::token).cloned();
        token.ok_or_else(Rejection::not_authenticated)
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Token {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Rejection> {
        Ok(caller(parts)
            .await?
            .as_ref()
            .and_then(Identity::token)
            .cloned())
    }
}

async fn caller(parts: &Parts) -> Result<Option<Identity>, Rejection> {
    match Caller::of(parts) {
        Some(Caller::Admitted(admitted)) => Ok(admitted.identity.clone()),
        Some(Caller::OfSession) => {
            // Deep, and seldom: boxed, it does not weigh on every handler's future.
            let user = Box::pin(login::user(&RequestContext::of(parts)?)).await?;
            Ok(user.map(|user| Identity::new(user, "session")))
        }
        None => {
            tracing::error!(
                path = parts.uri.path(),
                "`Auth` was extracted on a route that no Hallpass layer guards"
            );
            Err(Rejection::server_error())
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        Ok(exchange(parts, "Session")?.session())
    }
}

/// A masked CSRF token for a form's `csrfmiddlewaretoken` field or a script's `X-CSRFToken` header: Django's
/// `get_token`. Asking for it makes the response send the cookie.
///
/// A route of [`GuardedRouter::plain`](crate::GuardedRouter::plain) refuses an unsafe request without it:
///
/// ```
/// use axum::response::Html;
/// use hallpass::{CsrfToken, Data, GuardedRouter};
///
/// async fn form(CsrfToken(token): CsrfToken) -> Html<String> {
///     Html(format!(
///         r#"<form method="post">
///         <input type="hidden" name="csrfmiddlewaretoken" value="{token}">
///         <input name="colour"><button>Go</button>
///         </form>"#
///     ))
/// }
///
/// async fn posted(data: Data) -> String {
///     match data {
///         Data::Form(form) => form.last("colour").unwrap_or_default().to_owned(),
///         _ => "Send the form.".to_owned(),
///     }
/// }
///
/// fn add(router: GuardedRouter) -> GuardedRouter {
///     router.plain("/form/", axum::routing::get(form).post(posted))
/// }
/// ```
#[derive(Clone, Debug)]
pub struct CsrfToken(pub String);

impl<S: Sync> FromRequestParts<S> for CsrfToken {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        Ok(Self(exchange(parts, "CsrfToken")?.csrf().token()))
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for CsrfToken {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts
            .extensions
            .get::<Exchange>()
            .map(|exchange| Self(exchange.csrf().token())))
    }
}

fn exchange<'a>(parts: &'a Parts, extractor: &str) -> Result<&'a Exchange, Rejection> {
    parts.extensions.get::<Exchange>().ok_or_else(|| {
        let path = parts.uri.path();
        tracing::error!(
            path,
            "`{extractor}` was extracted on a route that no Hallpass layer guards"
        );
        Rejection::server_error()
    })
}
