//! Permissions of the application's own.

use hallpass::{Identity, Object, Permission, Rejection, RequestContext, is_safe};

const MESSAGE: &str = "Custom: You cannot access this resource";

/// Something that somebody owns.
pub(crate) struct Owned {
    pub(crate) owner: String,
}

/// Everybody who only reads.
#[derive(Clone, Copy)]
pub(crate) struct ReadOnly;

/// Everybody, but an object only to its owner.
#[derive(Clone, Copy)]
pub(crate) struct IsOwner;

/// Everybody, but an object to strangers only for reading.
#[derive(Clone, Copy)]
pub(crate) struct IsOwnerOrReadOnly;

/// Nobody, with the words to say so, if it has any.
#[derive(Clone, Copy)]
pub(crate) struct Denied(pub(crate) Option<&'static str>);

/// Everybody, but no object.
#[derive(Clone, Copy)]
pub(crate) struct ObjectDenied(pub(crate) Option<&'static str>);

hallpass::permission_operators!(ReadOnly, IsOwner, IsOwnerOrReadOnly, Denied, ObjectDenied);

impl Denied {
    pub(crate) const WITH_MESSAGE: Self = Self(Some(MESSAGE));
}

impl ObjectDenied {
    pub(crate) const WITH_MESSAGE: Self = Self(Some(MESSAGE));
}

impl Permission for ReadOnly {
    async fn has_permission(
        &self,
        request: &RequestContext<'_>,
        _: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        Ok(is_safe(request.method()))
    }
}

impl Permission for IsOwner {
    async fn has_permission(
        &self,
        _: &RequestContext<'_>,
        _: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        Ok(true)
    }

    async fn has_object_permission(
        &self,
        _: &RequestContext<'_>,
        caller: Option<&Identity>,
        object: Object<'_>,
    ) -> Result<bool, Rejection> {
        let object: &Owned = object.get()?;
        // An anonymous caller's name is empty, as Django's `AnonymousUser` has it.
        Ok(object.owner == caller.map_or("", |caller| caller.user().username()))
    }
}

impl Permission for IsOwnerOrReadOnly {
    async fn has_permission(
        &self,
        _: &RequestContext<'_>,
        _: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        Ok(true)
    }

    async fn has_object_permission(
        &self,
        request: &RequestContext<'_>,
        caller: Option<&Identity>,
        object: Object<'_>,
    ) -> Result<bool, Rejection> {
        Ok(is_safe(request.method())
            || IsOwner
                .has_object_permission(request, caller, object)
                .await?)
    }
}

impl Permission for Denied {
    async fn has_permission(
        &self,
        _: &RequestContext<'_>,
        _: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        Ok(false)
    }

    fn message(&self) -> Option<&str> {
        self.0
    }
}

impl Permission for ObjectDenied {
    async fn has_permission(
        &self,
        _: &RequestContext<'_>,
        _: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        Ok(true)
    }

    async fn has_object_permission(
        &self,
        _: &RequestContext<'_>,
        _: Option<&Identity>,
        _: Object<'_>,
    ) -> Result<bool, Rejection> {
        Ok(false)
    }

    fn message(&self) -> Option<&str> {
        self.0
    }
}
