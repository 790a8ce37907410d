//! What a view says of itself to those who judge and read its requests: DRF's class attributes.

use std::borrow::Cow;
use std::sync::Arc;

use crate::model::QuerySet;

/// DRF's default parsers, in its order.
pub(crate) const PARSERS: [&str; 3] = [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
];

/// The attributes of one view.
#[derive(Clone, Debug)]
pub(crate) struct ViewAttributes {
    pub(crate) query_set: QuerySet,
    pub(crate) parsers: Cow<'static, [&'static str]>,
    pub(crate) throttle_scope: Option<Arc<str>>,
}

impl ViewAttributes {
    /// Whether they are those of [`NO_VIEW`].
    pub(crate) fn say_nothing(&self) -> bool {
        matches!(self.query_set, QuerySet::Missing)
            && matches!(self.parsers, Cow::Borrowed(_))
            && self.throttle_scope.is_none()
    }
}

/// Those of a view that says nothing.
pub(crate) static NO_VIEW: ViewAttributes = ViewAttributes {
    query_set: QuerySet::Missing,
    parsers: Cow::Borrowed(&PARSERS),
    throttle_scope: None,
};
