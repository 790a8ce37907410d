//! Permissions that ask Django's permission rows: DRF 3.16's `DjangoModelPermissions` and its relatives.
//!
//! A view says which model it serves ([`ApiView::model`](crate::ApiView::model)), where DRF's view has a `queryset`;
//! what a method needs is `<app_label>.add_<model>` for `POST`, `change` for `PUT` and `PATCH`, `delete` for `DELETE`,
//! nothing for safe methods. Any other method is 405 from here, before the caller is told anything else.

use http::Method;

use super::{Object, Permission, is_safe};
use crate::identity::Identity;
use crate::model::{Model, QuerySet};
use crate::rejection::Rejection;
use crate::request::RequestContext;

/// What each method needs: DRF's `perms_map`, in actions (`add`, `change`, `delete`, `view`).
#[derive(Clone, Debug, PartialEq, Eq)]
struct PermsMap(Vec<(Method, Vec<&'static str>)>);

impl Default for PermsMap {
    fn default() -> Self {
        Self(vec![
            (Method::GET, vec![]),
            (Method::OPTIONS, vec![]),
            (Method::HEAD, vec![]),
            (Method::POST, vec!["add"]),
            (Method::PUT, vec!["change"]),
            (Method::PATCH, vec!["change"]),
            (Method::DELETE, vec!["delete"]),
        ])
    }
}

impl PermsMap {
    fn set(&mut self, method: Method, actions: &[&'static str]) {
        self.0.retain(|(known, _)| *known != method);
        self.0.push((method, actions.to_vec()));
    }

    /// The permissions that a method needs on a model; a method that the map does not know is 405.
    fn needed(&self, method: &Method, model: &Model) -> Result<Vec<String>, Rejection> {
        let (_, actions) = self
            .0
            .iter()
            .find(|(known, _)| known == method)
            .ok_or_else(|| Rejection::method_not_allowed(method))?;
        Ok(actions
            .iter()
            .map(|action| model.permission(action))
            .collect())
    }
}

/// Authenticated callers who hold the permissions that the method needs on the view's model.
/// DRF's `DjangoModelPermissions`.
///
/// ```
/// use hallpass::{ApiView, DjangoModelPermissions, Model};
/// use axum::http::Method;
///
/// let view: ApiView = ApiView::new("Widget List")
///     .model(Model::new("shop", "Widget"))
///     // Stricter than DRF's own map: reading needs `shop.view_widget`.
///     .permissions([DjangoModelPermissions::new().require(Method::GET, &["view"])])
///     .get(async || "[]");
/// ```
#[derive(Clone, Debug, Default)]
pub struct DjangoModelPermissions {
    perms_map: PermsMap,
}

/// The same, and everybody for methods that need no permission. DRF's `DjangoModelPermissionsOrAnonReadOnly`.
#[derive(Clone, Debug, Default)]
pub struct DjangoModelPermissionsOrAnonReadOnly {
    perms_map: PermsMap,
}

/// As [`DjangoModelPermissions`], and about an object the same permissions on that very object, which a credential
/// backend of the application's own grants
/// ([`CredentialBackend::has_object_perm`](crate::CredentialBackend::has_object_perm)); Django's own grants none but to
/// active superusers. Who lacks what `GET` needs on the object gets 404 instead of 403.
/// DRF's `DjangoObjectPermissions`.
#[derive(Clone, Debug, Default)]
pub struct DjangoObjectPermissions {
    perms_map: PermsMap,
}

/// The constructor and `require` of the three.
macro_rules! mapped {
    ($($class:ident),+) => {$(
        impl $class {
            /// With DRF's map.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }

            /// Makes `method` need these actions on the model instead, in place of DRF's.
            #[must_use]
            pub fn require(mut self, method: Method, actions: &[&'static str]) -> Self {
                self.perms_map.set(method, actions);
                self
            }
        }
    )+};
}

mapped!(
    DjangoModelPermissions,
    DjangoModelPermissionsOrAnonReadOnly,
    DjangoObjectPermissions
);

impl Permission for DjangoModelPermissions {
    async fn has_permission(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        to_authenticated(&self.perms_map, request, identity).await
    }

    fn has_permission_now(
        &self,
        _: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Option<bool> {
        identity.is_none().then_some(false)
    }
}

impl Permission for DjangoModelPermissionsOrAnonReadOnly {
    async fn has_permission(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        on_model(&self.perms_map, request, identity).await
    }
}

impl Permission for DjangoObjectPermissions {
    async fn has_permission(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        to_authenticated(&self.perms_map, request, identity).await
    }

    async fn has_object_permission(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
        object: Object<'_>,
    ) -> Result<bool, Rejection> {
        let (model, method) = (model(request)?, request.method());
        let needed = self.perms_map.needed(method, model)?;
        if on_object(request, identity, &needed, object).await? {
            return Ok(true);
        }
        if is_safe(method) {
            return Err(Rejection::not_found());
        }
        let to_read = self.perms_map.needed(&Method::GET, model)?;
        if on_object(request, identity, &to_read, object).await? {
            return Ok(false);
        }
        Err(Rejection::not_found())
    }
}

/// As [`on_model`], and nobody else for methods that need no permission either.
async fn to_authenticated(
    perms_map: &PermsMap,
    request: &RequestContext<'_>,
    identity: Option<&Identity>,
) -> Result<bool, Rejection> {
    match identity {
        Some(_) => on_model(perms_map, request, identity).await,
        None => Ok(false),
    }
}

/// Whether the caller holds what the method needs on the view's model.
async fn on_model(
    perms_map: &PermsMap,
    request: &RequestContext<'_>,
    identity: Option<&Identity>,
) -> Result<bool, Rejection> {
    if matches!(request.query_set(), QuerySet::Ignored) {
        return Ok(true);
    }
    let needed = perms_map.needed(request.method(), model(request)?)?;
    if needed.is_empty() {
        return Ok(true);
    }
    let Some(caller) = identity else {
        return Ok(false);
    };
    let permissions = request.core().permissions();
    permissions.has_perms(caller.user(), &needed).await
}

/// Whether the caller holds all of these on the object itself: Django's `has_perms` with an object.
async fn on_object(
    request: &RequestContext<'_>,
    identity: Option<&Identity>,
    needed: &[String],
    object: Object<'_>,
) -> Result<bool, Rejection> {
    for permission in needed {
        let Some(caller) = identity else {
            return Ok(false);
        };
        let permissions = request.core().permissions();
        if !permissions
            .granted_on(caller.user(), permission, object)
            .await?
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The view's model. A view without one is a mistake of the application: DRF fails an assertion there.
fn model<'a>(request: &RequestContext<'a>) -> Result<&'a Model, Rejection> {
    match request.query_set() {
        QuerySet::Of(model) => Ok(model),
        QuerySet::Missing | QuerySet::Ignored => {
            tracing::error!(
                path = request.uri().path(),
                "model permissions guard a view that names no model: call ApiView::model"
            );
            Err(Rejection::server_error())
        }
    }
}
