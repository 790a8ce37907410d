//! What is done with rows, once for every database.

pub(crate) mod examine;
pub(crate) mod inspect;
pub(crate) mod migrate;
pub(crate) mod permissions;
pub(crate) mod rights;
pub(crate) mod sessions;
pub(crate) mod token_table;
pub(crate) mod tokens;
pub(crate) mod users;
