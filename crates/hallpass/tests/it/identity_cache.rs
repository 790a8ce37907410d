//! What is remembered of users, tokens and sessions, and that nothing revoked is.

mod basic;
mod remembered;
mod revocation;
