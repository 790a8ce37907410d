//! Ready-made views: the token endpoint, login and logout pages, and who-am-I.

mod healthz;
mod login;
mod logout;
mod obtain_token;
mod require_http_methods;
mod whoami;

pub use crate::forward_auth::forward_auth;
pub use healthz::healthz;
pub use login::LoginView;
pub use logout::LogoutView;
pub use obtain_token::ObtainAuthToken;
pub use require_http_methods::require_http_methods;
pub use whoami::whoami;
