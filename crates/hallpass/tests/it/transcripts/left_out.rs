//! Every transcript that is not replayed, and why.

use Reason::{Differs, Missing};

/// Why a transcript is left out.
#[derive(Clone, Copy)]
pub(super) enum Reason {
    /// This release does not have it.
    Missing(&'static str),
    /// Hallpass answers otherwise, on purpose.
    Differs(&'static str),
}

/// Ids, or the first and the last of a row of scenarios, or a beginning with `*`.
pub(super) const TABLE: &[(&str, Reason)] = &[
    (
        "permissions-024..permissions-051",
        Missing("model permissions"),
    ),
    (
        "permissions-052..permissions-058",
        Missing("object permissions"),
    ),
    (
        "permissions-059..permissions-068",
        Missing("object permissions and combinators"),
    ),
    (
        "token-auth-094*",
        Missing("the browsable API, which DRF's defaults include"),
    ),
    ("errors-115*", Missing("the browsable API")),
    (
        "errors-114*",
        Missing("STRICT_JSON, COMPACT_JSON and UNICODE_JSON"),
    ),
    (
        "errors-106..errors-113",
        Missing("DRF's serializers: a handler validates its own data"),
    ),
    ("errors-127.1", Missing("LoginRequiredMiddleware")),
    ("obtain-token-091", Missing("the DEBUG error page")),
    (
        "errors-018",
        Missing("an exception in a view: a handler answers its own failure"),
    ),
    (
        "errors-087",
        Missing("a renderer that fails: a handler writes its own body"),
    ),
    (
        "errors-068",
        Differs("a Content-Type that Django cannot parse is 415, not a page of the WSGI server"),
    ),
    ("errors-095", Differs("bodies in UTF-16 are not read")),
    (
        "session-auth-028",
        Differs("several Cookie headers are joined as HTTP says, not with a comma"),
    ),
    (
        "session-auth-029",
        Differs("a session with a malformed user id is anonymous, not a 500"),
    ),
];

impl Reason {
    pub(super) fn is_difference(self) -> bool {
        matches!(self, Differs(_))
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Missing(what) => write!(f, "not in this release: {what}"),
            Differs(how) => write!(f, "differs: {how}"),
        }
    }
}

/// The rows that leave this transcript out.
pub(super) fn rows(id: &str) -> impl Iterator<Item = usize> {
    let scenario = id.split('.').next().unwrap();
    TABLE
        .iter()
        .enumerate()
        .filter_map(move |(row, (pattern, _))| {
            let matches = match (pattern.split_once(".."), pattern.strip_suffix('*')) {
                (Some((first, last)), _) => (first..=last).contains(&scenario),
                (None, Some(beginning)) => id.starts_with(beginning),
                (None, None) => *pattern == id || *pattern == scenario,
            };
            matches.then_some(row)
        })
}
