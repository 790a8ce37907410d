//! Forward-auth: a proxy asks about each request before it passes it on.
//!
//! nginx's `auth_request`, Traefik's `ForwardAuth`, Caddy's `forward_auth`, Envoy's `ext_authz` and HAProxy (with a few
//! lines of Lua) send a request of their own that tells of the [original](original) one: its method, URL and client,
//! in headers that each proxy has its own names for, and its `Authorization` and `Cookie`. The original request is
//! judged as if it had come here itself: a [rule](rules) of the settings says which policy it stands under, and
//! [`Policy::admit`](crate::Policy::admit) is asked. The [answer](answer) tells the proxy whether to go on, and the
//! application behind it who is calling.
//!
//! Three things differ from a request that comes here itself. The proxy must be one of `trusted_proxies`, because
//! whatever it says is believed. The session is read and never written: a page asks for fifty files at once, and a
//! cookie that is set while they are answered would reach the browser out of order or not at all. The body is not
//! there, so CSRF tokens come from the header only.

mod answer;
mod browser;
mod identity_headers;
mod original;
mod proxy;
mod rules;
mod upgrade;
mod view;

pub(crate) use rules::{Rule, Rules};
pub use view::forward_auth;
