//! Signals: what an application hears of.
//!
//! Django's `post_save` with `created=True` is [`UserCreated`]: it runs inside the transaction that inserts the user,
//! whichever way the user is made, so that what a receiver adds is there with the user or not at all.
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
//!         let id = Value::from(user.id);
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
use std::sync::Arc;

use hallpass_formats::token::TokenKey;

pub use hallpass_store::{RelatedRows, UserCreated, UserRow};

/// The receivers of one Hallpass.
#[derive(Clone, Default)]
pub(crate) struct Signals {
    pub(crate) user_created: Vec<Arc<dyn UserCreated>>,
}

impl fmt::Debug for Signals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signals")
            .field("user_created", &self.user_created.len())
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
