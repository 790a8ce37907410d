//! Signed values: `salted_hmac`, `Signer`, `TimestampSigner`, `dumps` and `loads` of Django 5.2.
//!
//! The bytes are Django's. Only the compressed form of [`dumps`] may differ, because it depends on the
//! deflate implementation; each side reads what the other wrote.

mod hmac;
mod payload;
mod signer;

pub use hmac::{Algorithm, salted_hmac_sha1, salted_hmac_sha256, salted_hmac_sha512};
pub use payload::{DUMPS_SALT, dumps, loads};
pub use signer::{Signer, SigningError, TimestampSigner};

use subtle::ConstantTimeEq;

/// Whether both are the same bytes, in a time that depends on their lengths only (Django's
/// `constant_time_compare`).
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}
