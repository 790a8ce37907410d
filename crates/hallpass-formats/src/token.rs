//! Keys of DRF's `authtoken_token` table.
//!
//! DRF writes 40 lowercase hex digits of 20 random bytes and stores them in clear. A row may hold any
//! other text up to 40 characters, so reading accepts whatever is there.

use std::fmt;
use std::sync::Arc;

use crate::{hex, random, signing::constant_time_eq};

/// A token key. Cheap to clone; `Debug` does not show it.
#[derive(Clone)]
pub struct TokenKey(Arc<str>);

impl TokenKey {
    /// A fresh key: 40 lowercase hex digits (DRF 3.16 `Token.generate_key`).
    ///
    /// ```
    /// use hallpass_formats::token::TokenKey;
    ///
    /// assert_eq!(TokenKey::generate().as_str().len(), 40);
    /// ```
    pub fn generate() -> TokenKey {
        let mut bytes = [0_u8; 20];
        random::fill(&mut bytes);
        TokenKey(hex::lower(&bytes).into())
    }

    /// The text of the `key` column.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for TokenKey {
    fn from(text: String) -> TokenKey {
        TokenKey(text.into())
    }
}

impl From<&str> for TokenKey {
    fn from(text: &str) -> TokenKey {
        TokenKey(text.into())
    }
}

impl PartialEq for TokenKey {
    fn eq(&self, other: &TokenKey) -> bool {
        constant_time_eq(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl Eq for TokenKey {}

impl fmt::Debug for TokenKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenKey(..)")
    }
}
