//! What the recorded requests do not reach: own classes, own services, faults.

pub(crate) mod bench;
#[cfg(feature = "redis")]
mod cached_session;
mod composed;
mod corrupt_rows;
mod csrf;
mod csrf_sessions;
mod diagnostics;
mod immediate;
mod layer;
mod login_signals;
mod objects;
mod obtain_token;
mod outside;
mod own_tokens;
mod permissions;
mod receivers;
mod remote_user;
mod routes;
mod service;
mod session;
mod session_age;
mod signed_cookies;
mod site;
mod standard_headers;
mod typed_user;
mod unauthenticated;
