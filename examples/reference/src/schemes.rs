//! Authentication schemes of the application's own.

use hallpass::{Authentication, Identity, Rejection, RequestContext};

/// Finds every credential wrong, with these words.
pub(crate) struct AlwaysFails(pub(crate) &'static str);

impl Authentication for AlwaysFails {
    async fn authenticate(&self, _: &RequestContext<'_>) -> Result<Option<Identity>, Rejection> {
        Err(Rejection::authentication_failed(self.0))
    }
}
