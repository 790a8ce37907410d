//! The views, one file a subject.

pub(crate) mod mock;
pub(crate) mod models;
pub(crate) mod password;
pub(crate) mod plain;
pub(crate) mod renderer;
