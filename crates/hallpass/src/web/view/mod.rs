//! API views: DRF's `APIView` as a builder. What stands in front of its handlers is the [`gate`].

mod class_lists;
pub(super) mod gate;
mod get_object;
pub(crate) mod metadata;
mod renderer;

use std::borrow::Cow;
use std::sync::Arc;

use axum::handler::Handler;
use hallpass_formats::json::Json;
use http::Method;

use self::class_lists::{ByMethod, ClassLists};
use self::gate::{ApiGate, Policies};
use self::get_object::ErasedGetObject;
use self::metadata::Metadata;
use self::renderer::JsonRenderer;
use super::handlers::ApiHandlers;
use crate::authentication::Scheme;
use crate::model::{Model, QuerySet};
use crate::permissions::Requirement;
use crate::policy::Policy;
use crate::request::{NO_VIEW, ViewAttributes};
use crate::throttling::Limit;

pub use get_object::GetObject;
pub use renderer::{Renderer, Rendering};

/// A view: handlers by method, and the class lists that replace the defaults.
///
/// ```
/// use hallpass::{AllowAny, ApiView, IsAdminUser};
/// use axum::http::Method;
///
/// // Guarded by the default policy.
/// let whoami: ApiView = ApiView::new("Who Am I").get(|auth: hallpass::Auth| async move {
///     auth.user().username().to_owned()
/// });
/// // Open to everybody: the list replaces the default one.
/// let health: ApiView = ApiView::new("Health").permissions([AllowAny]).get(|| async { "ok" });
/// // Everybody who is authenticated reads, staff writes.
/// let news: ApiView = ApiView::new("News")
///     .get(|| async { "none" })
///     .post(|| async { "written" })
///     .permissions_for([Method::POST], [IsAdminUser]);
/// ```
#[derive(Clone)]
pub struct ApiView<S = ()> {
    metadata: Metadata,
    attributes: ViewAttributes,
    lists: ClassLists,
    by_method: ByMethod,
    renderers: Vec<Arc<dyn Renderer>>,
    get_object: Option<Arc<dyn ErasedGetObject>>,
    handlers: ApiHandlers<S>,
}

impl<S: Clone + Send + Sync + 'static> ApiView<S> {
    /// A view called `name` in its metadata; DRF derives it from the class name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            metadata: Metadata {
                name: name.into(),
                description: String::new(),
                fields: None,
            },
            attributes: NO_VIEW.clone(),
            lists: ClassLists::default(),
            by_method: ByMethod::default(),
            renderers: Vec::new(),
            get_object: None,
            handlers: ApiHandlers::new(),
        }
    }

    /// Replaces the default authentication classes; an empty list recognises nobody. A list of several types wraps
    /// each: `[Scheme::new(ApiKey), Scheme::new(TokenAuthentication::new())]`.
    #[must_use]
    pub fn authentication<T: Into<Scheme>>(mut self, schemes: impl IntoIterator<Item = T>) -> Self {
        self.lists.authentication = Some(schemes.into_iter().map(Into::into).collect());
        self
    }

    /// Replaces the default permission classes; an empty list allows everybody. A list of several types wraps each:
    /// `[Requirement::new(IsAuthenticated), Requirement::new(IsColleague)]`.
    #[must_use]
    pub fn permissions<T: Into<Requirement>>(
        mut self,
        permissions: impl IntoIterator<Item = T>,
    ) -> Self {
        self.lists.permissions = Some(permissions.into_iter().map(Into::into).collect());
        self
    }

    /// Replaces the throttles.
    #[must_use]
    pub fn throttles<T: Into<Limit>>(mut self, throttles: impl IntoIterator<Item = T>) -> Self {
        self.lists.throttles = Some(throttles.into_iter().map(Into::into).collect());
        self
    }

    /// The scope that [`ScopedRateThrottle`](crate::ScopedRateThrottle) counts this view under: DRF's
    /// `throttle_scope`.
    #[must_use]
    pub fn throttle_scope(mut self, scope: &str) -> Self {
        self.attributes.throttle_scope = Some(scope.into());
        self
    }

    /// Replaces the authentication classes for some methods: DRF's `get_authenticators` that looks at the method.
    /// As for every such list, `HEAD` has that of `GET` unless it is named too; `OPTIONS` is a method of its own.
    #[must_use]
    pub fn authentication_for<T: Into<Scheme>>(
        mut self,
        methods: impl IntoIterator<Item = Method>,
        schemes: impl IntoIterator<Item = T>,
    ) -> Self {
        let schemes: Vec<Scheme> = schemes.into_iter().map(Into::into).collect();
        self.by_method.change(methods, |lists| {
            lists.authentication = Some(schemes.clone());
        });
        self
    }

    /// Replaces the permission classes for some methods: DRF's `get_permissions` that looks at the method.
    #[must_use]
    pub fn permissions_for<T: Into<Requirement>>(
        mut self,
        methods: impl IntoIterator<Item = Method>,
        permissions: impl IntoIterator<Item = T>,
    ) -> Self {
        let permissions: Vec<Requirement> = permissions.into_iter().map(Into::into).collect();
        self.by_method.change(methods, |lists| {
            lists.permissions = Some(permissions.clone());
        });
        self
    }

    /// Replaces the throttles for some methods: DRF's `get_throttles` that looks at the method.
    #[must_use]
    pub fn throttles_for<T: Into<Limit>>(
        mut self,
        methods: impl IntoIterator<Item = Method>,
        throttles: impl IntoIterator<Item = T>,
    ) -> Self {
        let throttles: Vec<Limit> = throttles.into_iter().map(Into::into).collect();
        self.by_method.change(methods, |lists| {
            lists.throttles = Some(throttles.clone());
        });
        self
    }

    /// Which model the view serves, where DRF's view has a `queryset`: what
    /// [`DjangoModelPermissions`](crate::DjangoModelPermissions) asks about.
    #[must_use]
    pub fn model(mut self, model: Model) -> Self {
        self.attributes.query_set = QuerySet::Of(model);
        self
    }

    /// Keeps model permissions from the view, such as the root of an API: DRF's `_ignore_model_permissions`.
    #[must_use]
    pub fn ignore_model_permissions(mut self) -> Self {
        self.attributes.query_set = QuerySet::Ignored;
        self
    }

    /// Replaces the media types that [`Data`](crate::Data) reads on this view, DRF's `parser_classes`, in order:
    /// `application/json`, `application/x-www-form-urlencoded`, `multipart/form-data`. Others are answered 415.
    #[must_use]
    pub fn parsers(mut self, media_types: impl IntoIterator<Item = &'static str>) -> Self {
        self.attributes.parsers = Cow::Owned(media_types.into_iter().collect());
        self
    }

    /// Adds a renderer, and with the first one takes JSON away, DRF's `renderer_classes`.
    #[must_use]
    pub fn renderer(mut self, renderer: impl Renderer) -> Self {
        self.renderers.push(Arc::new(renderer));
        self
    }

    /// The description in the view's metadata.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.metadata.description = description.into();
        self
    }

    /// The fields that `POST` and `PUT` take, as DRF's metadata describes a serializer: a JSON object by field name.
    /// `OPTIONS` shows them under `actions` for the methods that the view's permissions would let the caller use.
    #[must_use]
    pub fn serializer_fields(mut self, fields: Json) -> Self {
        self.metadata.fields = Some(fields);
        self
    }

    /// How the view finds its object; `OPTIONS` shows `PUT` only where it does.
    #[must_use]
    pub fn get_object(mut self, get_object: impl GetObject) -> Self {
        self.get_object = Some(Arc::new(get_object));
        self
    }

    /// The handler of `GET`, and of `HEAD` without the body.
    #[must_use]
    pub fn get<H: Handler<T, S>, T: 'static>(self, handler: H) -> Self {
        self.on(Method::GET, handler)
    }

    /// The handler of `POST`.
    #[must_use]
    pub fn post<H: Handler<T, S>, T: 'static>(self, handler: H) -> Self {
        self.on(Method::POST, handler)
    }

    /// The handler of `PUT`.
    #[must_use]
    pub fn put<H: Handler<T, S>, T: 'static>(self, handler: H) -> Self {
        self.on(Method::PUT, handler)
    }

    /// The handler of `PATCH`.
    #[must_use]
    pub fn patch<H: Handler<T, S>, T: 'static>(self, handler: H) -> Self {
        self.on(Method::PATCH, handler)
    }

    /// The handler of `DELETE`.
    #[must_use]
    pub fn delete<H: Handler<T, S>, T: 'static>(self, handler: H) -> Self {
        self.on(Method::DELETE, handler)
    }

    fn on<H: Handler<T, S>, T: 'static>(mut self, method: Method, handler: H) -> Self {
        self.handlers.add(method, handler);
        self
    }

    /// The gate and the handlers behind it, with the class lists that the view does not replace.
    pub(super) fn into_parts(self, default: &Policy) -> (ApiGate, ApiHandlers<S>) {
        let base = self.lists.over(default);
        let policies = Policies::new(self.by_method.over(&base), base);
        let mut renderers = self.renderers;
        if renderers.is_empty() {
            renderers.push(Arc::new(JsonRenderer));
        }
        let gate = ApiGate::new(
            policies,
            self.attributes,
            self.handlers.methods(),
            renderers,
            self.metadata,
            self.get_object,
        );
        (gate, self.handlers)
    }
}

impl<S> std::fmt::Debug for ApiView<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let methods: Vec<&Method> = self.handlers.methods().collect();
        f.debug_struct("ApiView")
            .field("name", &self.metadata.name)
            .field("methods", &methods)
            .field("lists", &self.lists)
            .field("by_method", &self.by_method)
            .finish_non_exhaustive()
    }
}
