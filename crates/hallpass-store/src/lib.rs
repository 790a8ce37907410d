#![doc = include_str!("../README.md")]

mod column_type;
mod decode;
mod engine;
mod error;
mod examination;
mod inspect;
mod migrate;
#[cfg(feature = "mysql")]
mod mysql;
mod operations;
#[cfg(feature = "postgres")]
mod postgres;
mod proof;
mod rarely;
mod receivers;
mod rows;
mod schema;
mod sqlite;
mod statements;
mod store;
mod subject;
mod url;
mod user_id;
mod user_model;
mod user_row;
mod value;

pub use error::{StoreError, Unavailable};
pub use examination::Examination;
pub use inspect::Inspection;
pub use migrate::{AutoField, MigrationError, MigrationState};
pub use proof::{Proof, Proven};
pub use receivers::{RelatedRows, UserCreated};
pub use rows::{
    NewUser, OwnTokenRow, PermissionRow, SessionPage, SessionRow, TokenOwner, TokenRow,
};
pub use store::{Store, StoreOptions, TokenTable, Triggers};
pub use url::{DatabaseUrl, DatabaseUrlError};
pub use user_id::{InvalidUserId, UserId};
pub use user_model::{InvalidUserModel, UserColumns, UserModel};
pub use user_row::UserRow;
/// What [`UserId::as_uuid`] gives.
pub use uuid::Uuid;
pub use value::Value;
