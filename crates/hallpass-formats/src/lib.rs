#![doc = include_str!("../README.md")]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod base62;
pub mod base64;
pub mod csrf;
pub mod email;
mod hex;
pub mod json;
pub mod password;
pub mod password_validation;
pub mod pickle;
pub mod random;
pub mod secret;
pub mod session;
pub mod signing;
pub mod timestamp;
pub mod token;
pub mod username;
