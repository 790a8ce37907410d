//! Ready-made views: the token endpoint, login and logout pages, and who-am-I.

mod healthz;
mod login;
mod logout;
mod obtain_token;
mod whoami;

pub use healthz::healthz;
pub use login::LoginView;
pub use logout::LogoutView;
pub use obtain_token::ObtainAuthToken;
pub use whoami::whoami;
