//! Ready-made views: the token endpoint, login and logout pages, and who-am-I.

mod healthz;
mod login;
mod logout;
mod obtain_token;
mod probe;
mod readyz;
mod require_http_methods;
mod schema;
mod whoami;

pub use crate::forward_auth::forward_auth;
pub use healthz::healthz;
pub use login::LoginView;
pub use logout::LogoutView;
pub use obtain_token::ObtainAuthToken;
pub use probe::{PROBE_HEADER, PROBED_HEADERS, probe};
pub use readyz::readyz;
pub use require_http_methods::require_http_methods;
pub use schema::schema;
pub use whoami::whoami;
