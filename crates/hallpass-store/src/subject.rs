//! What a remembered answer depends on, where changes are told of row by row.

use crate::user_id::UserId;

/// One row, by what it is looked up with.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "postgres"), allow(dead_code))]
pub(crate) enum Subject<'a> {
    User(UserId),
    Token(&'a str),
    Session(&'a str),
}
