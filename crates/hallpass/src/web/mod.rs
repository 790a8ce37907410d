//! The top of the library: the tower layer, the router, the extractors and the ready-made views.

mod caller;
mod data;
mod extract;
mod finish;
mod indent;
mod layer;
mod metadata;
mod router;
mod site;
mod view;
pub mod views;

pub use data::Data;
pub use extract::{Auth, CsrfToken};
pub use layer::{Guard, GuardLayer};
pub use router::GuardedRouter;
pub use view::ApiView;

pub(crate) use caller::{Caller, with_context};
