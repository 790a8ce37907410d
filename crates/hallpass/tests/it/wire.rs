//! The text grammar against Django's and DRF's recorded answers.

mod authorization;
mod cookies;
mod csrf;
mod multipart;
mod negotiation;
mod redirect;
