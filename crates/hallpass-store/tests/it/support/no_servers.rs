//! This build speaks to no server.

use hallpass_store::UserModel;

use crate::support::Database;

pub(super) async fn fixture(_: &str, _: &UserModel) -> Option<Database> {
    None
}

pub(super) fn empty() -> Option<Database> {
    None
}
