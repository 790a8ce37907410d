//! Whom the guard let in, as the exchange remembers it for whoever comes after the guard.

use std::sync::Arc;

use http::request::Parts;

use super::Exchange;
use crate::identity::Identity;
use crate::policy::Policy;

/// Who the guard let in. Its absence means that no guard ran.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// What a policy found out.
    Admitted(Admitted),
    /// A plain view asks the session, and only when somebody wants to know: Django's lazy `request.user`.
    OfSession,
}

/// Whom a policy let in, and that policy, which may be asked about objects later.
#[derive(Clone, Debug)]
pub(crate) struct Admitted {
    pub(crate) identity: Option<Identity>,
    pub(crate) policy: Arc<Policy>,
}

impl Caller {
    /// Whom the innermost guard of this request let in; `None` means that no guard ran.
    pub(crate) fn of(parts: &Parts) -> Option<&Self> {
        let further_in = parts.extensions.get::<Self>();
        further_in.or_else(|| parts.extensions.get::<Exchange>()?.caller())
    }

    pub(crate) fn admitted(identity: Option<Identity>, policy: &Arc<Policy>) -> Self {
        Self::Admitted(Admitted {
            identity,
            policy: Arc::clone(policy),
        })
    }

    /// The caller that a policy recognised.
    pub(crate) fn identity(&self) -> Option<&Identity> {
        match self {
            Self::Admitted(admitted) => admitted.identity.as_ref(),
            Self::OfSession => None,
        }
    }
}
