//! The top of the library: the tower layer, the router, the extractors and the ready-made views.

mod caller;
mod char_field;
mod common;
mod converters;
mod data;
mod extract;
mod finish;
mod handlers;
mod indent;
mod layer;
mod mounted;
mod object_permissions;
mod passage;
mod passing;
mod router;
mod routes;
mod service;
mod site;
mod standard_headers;
pub(crate) mod view;
pub mod views;

pub use char_field::CharField;
pub use data::Data;
pub use extract::{Auth, CsrfToken, CurrentUser};
pub use layer::{Guard, GuardFuture, GuardLayer};
pub use object_permissions::ObjectPermissions;
pub use router::GuardedRouter;
pub use routes::Route;
pub use service::{GuardedService, ServiceFuture};
pub use view::{ApiView, GetObject, Renderer, Rendering};

pub(crate) use caller::with_context;
