//! Whom the guard let in, as the exchange remembers it for whoever comes after the guard.

use std::sync::Arc;

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
