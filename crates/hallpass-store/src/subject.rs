//! What a remembered answer depends on.

use crate::user_id::UserId;

/// One row, by what it is looked up with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject<'a> {
    User(UserId),
    Token(&'a str),
    Session(&'a str),
}
