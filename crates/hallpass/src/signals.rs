//! Signals: what an application hears of.
//!
//! Django's `post_save` with `created=True` is [`UserCreated`]: it runs inside the transaction that inserts the user,
//! whichever way the user is made, so that what a receiver adds is there with the user or not at all. Django's
//! `user_logged_in`, `user_logged_out` and `user_login_failed` are the methods of a [`LoginReceiver`].
//!
//! ```no_run
//! # async fn run(settings: hallpass::settings::Settings) -> Result<(), hallpass::StartError> {
//! use hallpass::Hallpass;
//! use hallpass::signals::{RelatedRows, UserCreated, UserRow};
//! use hallpass::store::Value;
//!
//! /// Gives every new user an empty profile.
//! struct CreateProfile;
//!
//! impl UserCreated for CreateProfile {
//!     fn user_created(&self, user: &UserRow, rows: &mut RelatedRows) {
//!         let id = Value::from(*user.id());
//!         rows.execute("INSERT INTO shop_profile (user_id, points) VALUES (?1, 0)", vec![id]);
//!     }
//! }
//!
//! let hallpass = Hallpass::builder(settings).on_user_created(CreateProfile).build().await?;
//! # let _ = hallpass;
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use hallpass_formats::token::TokenKey;

use crate::future::BoxFuture;
use crate::identity::User;
use crate::request::RequestContext;

pub use hallpass_store::{RelatedRows, UserCreated, UserRow};

/// What an application does when people log in and out: Django's signals of these names.
///
/// Receivers run one after the other, in the order of [`Builder::on_login`](crate::Builder::on_login), before the
/// answer is sent; work that may take long belongs into a task of its own. They are told and cannot refuse: what should
/// refuse is a credential backend. Tokens and Basic credentials log nobody in, so of these only failures are told.
///
/// ```
/// use hallpass::signals::LoginReceiver;
/// use hallpass::{RequestContext, User};
///
/// /// Counts failures by address.
/// struct Failures;
///
/// impl LoginReceiver for Failures {
///     async fn user_login_failed(&self, request: Option<&RequestContext<'_>>, username: &str) {
///         let from = request.and_then(RequestContext::peer);
///         eprintln!("{username} from {from:?}");
///     }
/// }
///
/// # fn run(settings: hallpass::settings::Settings) {
/// let builder = hallpass::Hallpass::builder(settings).on_login(Failures);
/// # let _ = builder;
/// # }
/// ```
pub trait LoginReceiver: Send + Sync + 'static {
    /// Somebody logged in with a session, and `last_login` has been moved.
    fn user_logged_in(
        &self,
        _request: &RequestContext<'_>,
        _user: &User,
    ) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// A session is about to be flushed; `None` if nobody was logged in.
    fn user_logged_out(
        &self,
        _request: &RequestContext<'_>,
        _user: Option<&User>,
    ) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// No backend accepted what was offered under this name, which need not be anybody's. Without a request where
    /// [`Core::authenticate`](crate::Core::authenticate) was asked directly.
    fn user_login_failed(
        &self,
        _request: Option<&RequestContext<'_>>,
        _username: &str,
    ) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// The object-safe twin of [`LoginReceiver`].
pub(crate) trait ErasedLoginReceiver: Send + Sync {
    fn user_logged_in<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        user: &'a User,
    ) -> BoxFuture<'a, ()>;
    fn user_logged_out<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        user: Option<&'a User>,
    ) -> BoxFuture<'a, ()>;
    fn user_login_failed<'a>(
        &'a self,
        request: Option<&'a RequestContext<'a>>,
        username: &'a str,
    ) -> BoxFuture<'a, ()>;
}

impl<R: LoginReceiver> ErasedLoginReceiver for R {
    fn user_logged_in<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        user: &'a User,
    ) -> BoxFuture<'a, ()> {
        Box::pin(LoginReceiver::user_logged_in(self, request, user))
    }

    fn user_logged_out<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        user: Option<&'a User>,
    ) -> BoxFuture<'a, ()> {
        Box::pin(LoginReceiver::user_logged_out(self, request, user))
    }

    fn user_login_failed<'a>(
        &'a self,
        request: Option<&'a RequestContext<'a>>,
        username: &'a str,
    ) -> BoxFuture<'a, ()> {
        Box::pin(LoginReceiver::user_login_failed(self, request, username))
    }
}

/// The receivers of one Hallpass.
#[derive(Clone, Default)]
pub(crate) struct Signals {
    pub(crate) user_created: Vec<Arc<dyn UserCreated>>,
    pub(crate) login: Vec<Arc<dyn ErasedLoginReceiver>>,
}

impl fmt::Debug for Signals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signals")
            .field("user_created", &self.user_created.len())
            .field("login", &self.login.len())
            .finish()
    }
}

/// A token for every new user: the receiver that `[token] auto_create` connects, and the usual guide's
/// `create_auth_token`.
#[derive(Clone, Copy, Debug, Default)]
pub struct CreateToken;

impl UserCreated for CreateToken {
    fn user_created(&self, _user: &UserRow, rows: &mut RelatedRows) {
        rows.token(TokenKey::generate());
    }
}
