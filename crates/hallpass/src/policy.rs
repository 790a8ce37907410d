//! A policy: which schemes, permissions and throttles guard a route.
//!
//! DRF 3.16's `APIView.initial`: authenticate, then permissions, then throttles; and its rule for what a refusal
//! says. [`Policy::admit`] is the only evaluator: the layer and the router both call it.

use std::fmt;

use http::HeaderValue;

use crate::authentication::{self, Scheme};
use crate::diagnostics::{self, Cause, Reason};
use crate::identity::Identity;
use crate::permissions::{Object, Requirement};
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
    challenge: Option<HeaderValue>,
}

/// What is said to a request at once.
pub(crate) enum Now<T> {
    Said(Result<T, Rejection>),
    /// Something has to be waited for; who is calling may be known, and is not asked again.
    Later(Option<Authenticated>),
}

/// Whom the authentication classes found; nobody, if none of them found anybody.
#[derive(Clone)]
pub(crate) struct Authenticated(Option<Box<Identity>>);

impl<T> Now<T> {
    fn later(identity: Option<Identity>) -> Self {
        Self::Later(Some(Authenticated(identity.map(Box::new))))
    }
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
        self.challenge = authentication::first_challenge(&self.authentication);
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
    pub fn challenge(&self) -> Option<&HeaderValue> {
        self.challenge.as_ref()
    }

    /// The authentication classes, in order.
    pub fn authentication_classes(&self) -> &[Scheme] {
        &self.authentication
    }

    /// The permission classes, in order.
    pub fn permission_classes(&self) -> &[Requirement] {
        &self.permissions
    }

    /// The throttles, in order.
    pub fn throttle_classes(&self) -> &[Limit] {
        &self.throttles
    }

    /// The challenges of all authentication classes, for answers that show each of them.
    pub(crate) fn challenges(&self) -> Vec<HeaderValue> {
        let challenges = self.authentication.iter().map(Scheme::challenge);
        challenges.flatten().collect()
    }

    /// Whether this request may go on, and as whom.
    ///
    /// # Errors
    /// The refusal. A scheme's own refusal comes first, also where everybody is allowed.
    pub async fn admit(&self, request: &RequestContext<'_>) -> Result<Option<Identity>, Rejection> {
        self.admit_known(request, None).await
    }

    /// The same where [`admit_now`](Self::admit_now) was asked before.
    pub(crate) async fn admit_known(
        &self,
        request: &RequestContext<'_>,
        caller: Option<Authenticated>,
    ) -> Result<Option<Identity>, Rejection> {
        diagnostics::observe(request, self.decide(request, caller).await)
    }

    /// The same where nothing has to be waited for.
    pub(crate) fn admit_now(&self, request: &RequestContext<'_>) -> Now<Option<Identity>> {
        match self.decide_now(request) {
            Now::Said(decided) => Now::Said(diagnostics::observe(request, decided)),
            later @ Now::Later(_) => later,
        }
    }

    fn decide_now(&self, request: &RequestContext<'_>) -> Now<Option<Identity>> {
        let identity = match authentication::authenticate_now(&self.authentication, request) {
            Some(Ok(identity)) => identity,
            Some(Err(refusal)) => return Now::Said(Err(refusal)),
            None => return Now::Later(None),
        };
        for permission in &self.permissions {
            match permission.allows_now(request, identity.as_ref()) {
                Some(true) => {}
                Some(false) => return Now::Said(Err(self.refusal(permission, identity.as_ref()))),
                None => return Now::later(identity),
            }
        }
        match self.throttles.is_empty() {
            true => Now::Said(Ok(identity)),
            false => Now::later(identity),
        }
    }

    async fn decide(
        &self,
        request: &RequestContext<'_>,
        caller: Option<Authenticated>,
    ) -> Result<Option<Identity>, Rejection> {
        let identity = match caller {
            Some(caller) => caller.0.map(|identity| *identity),
            None => authentication::authenticate(&self.authentication, request).await?,
        };
        self.check_permissions(request, identity.as_ref()).await?;
        if !self.throttles.is_empty() {
            Box::pin(throttling::check(
                &self.throttles,
                request,
                identity.as_ref(),
            ))
            .await?;
        }
        Ok(identity)
    }

    /// Whether every permission allows the request to this caller: DRF's `check_permissions`.
    ///
    /// # Errors
    /// The refusal of the first that does not.
    pub async fn check_permissions(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Result<(), Rejection> {
        for permission in &self.permissions {
            if !permission.allows(request, identity).await? {
                return Err(self.refusal(permission, identity));
            }
        }
        Ok(())
    }

    /// Whether every permission allows the caller this object: DRF's `check_object_permissions`.
    ///
    /// # Errors
    /// The refusal of the first that does not.
    pub async fn check_object_permissions(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
        object: Object<'_>,
    ) -> Result<(), Rejection> {
        for permission in &self.permissions {
            if !permission.allows_object(request, identity, object).await? {
                return Err(self.refusal(permission, identity));
            }
        }
        Ok(())
    }

    /// DRF's `permission_denied`: who could still authenticate is asked to, without the permission's own message.
    pub(crate) fn refusal(
        &self,
        permission: &Requirement,
        identity: Option<&Identity>,
    ) -> Rejection {
        if identity.is_none() && !self.authentication.is_empty() {
            return Rejection::not_authenticated();
        }
        let who = match identity {
            Some(identity) => format!("user {} ", identity.user().id()),
            None => String::new(),
        };
        let reason = Reason::new(Cause::Permission, format!("{who}refused by {permission:?}"));
        let refusal = Rejection::permission_denied(permission.message()).with_reason(reason);
        match permission.code() {
            Some(code) => refusal.with_code(code),
            None => refusal,
        }
    }
}

/// The class lists, as a list of routes shows them: `session, token: IsAuthenticated`.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_list(f, &self.authentication, "nobody")?;
        f.write_str(": ")?;
        write_list(f, &self.permissions, "everybody")?;
        if !self.throttles.is_empty() {
            f.write_str("; ")?;
            write_list(f, &self.throttles, "")?;
        }
        Ok(())
    }
}

fn write_list(f: &mut fmt::Formatter<'_>, items: &[impl fmt::Debug], none: &str) -> fmt::Result {
    if items.is_empty() {
        return f.write_str(none);
    }
    for (index, item) in items.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(f, "{comma}{item:?}")?;
    }
    Ok(())
}
