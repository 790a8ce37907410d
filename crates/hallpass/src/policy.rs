//! A policy: which schemes, permissions and throttles guard a route.
//!
//! DRF 3.16's `APIView.initial`: authenticate, then permissions, then throttles; and its rule for what a refusal
//! says. [`Policy::admit`] is the only evaluator: the layer and the router both call it.

use http::HeaderValue;

use crate::authentication::{self, Scheme};
use crate::identity::Identity;
use crate::permissions::Requirement;
use crate::rejection::Rejection;
use crate::request::RequestContext;
use crate::throttling::{self, Limit};

/// The class lists of one view. Cheap to build, cheap to clone.
///
/// ```
/// use hallpass::{IsAdminUser, Policy, TokenAuthentication};
///
/// let policy = Policy::new().authentication([TokenAuthentication::new()]).permissions([IsAdminUser]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Policy {
    authentication: Vec<Scheme>,
    permissions: Vec<Requirement>,
    throttles: Vec<Limit>,
}

impl Policy {
    /// Empty lists: nobody is recognised and everybody is allowed, as a DRF view with empty class lists.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces the authentication classes.
    #[must_use]
    pub fn authentication<T: Into<Scheme>>(mut self, schemes: impl IntoIterator<Item = T>) -> Self {
        self.authentication = schemes.into_iter().map(Into::into).collect();
        self
    }

    /// Replaces the permission classes; all of them must allow.
    #[must_use]
    pub fn permissions<T: Into<Requirement>>(
        mut self,
        permissions: impl IntoIterator<Item = T>,
    ) -> Self {
        self.permissions = permissions.into_iter().map(Into::into).collect();
        self
    }

    /// Replaces the throttles.
    #[must_use]
    pub fn throttles<T: Into<Limit>>(mut self, throttles: impl IntoIterator<Item = T>) -> Self {
        self.throttles = throttles.into_iter().map(Into::into).collect();
        self
    }

    /// The challenge of unauthenticated refusals: that of the first authentication class.
    pub fn challenge(&self) -> Option<HeaderValue> {
        authentication::first_challenge(&self.authentication)
    }

    /// Whether this request may go on, and as whom.
    ///
    /// # Errors
    /// The refusal. A scheme's own refusal comes first, also where everybody is allowed.
    pub async fn admit(&self, request: &RequestContext<'_>) -> Result<Option<Identity>, Rejection> {
        let identity = authentication::authenticate(&self.authentication, request).await?;
        for permission in &self.permissions {
            if !permission.allows(request, identity.as_ref()).await? {
                return Err(self.refusal(permission, identity.as_ref()));
            }
        }
        throttling::check(&self.throttles, request, identity.as_ref()).await?;
        Ok(identity)
    }

    /// DRF's `permission_denied`: who could still authenticate is asked to, without the permission's own message.
    fn refusal(&self, permission: &Requirement, identity: Option<&Identity>) -> Rejection {
        if identity.is_none() && !self.authentication.is_empty() {
            return Rejection::not_authenticated();
        }
        Rejection::permission_denied(permission.message())
    }
}
