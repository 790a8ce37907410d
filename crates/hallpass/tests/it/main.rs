//! Integration tests of `hallpass`, one binary.

#[cfg(feature = "redis")]
mod fake_redis;
mod forward_auth;
mod gate;
mod hashers;
mod identity_cache;
mod passwords;
mod permissions;
mod throttling;
mod transcripts;
mod vectors;
mod wire;
