//! Every path, with the classes that guard it.

use axum::http::HeaderName;
use hallpass::store::TokenTable;
use hallpass::views::{LoginView, LogoutView, ObtainAuthToken};
use hallpass::{
    AllowAny, AnonRateThrottle, ApiView, BasicAuthentication, DjangoModelPermissions,
    DjangoModelPermissionsOrAnonReadOnly, GuardedRouter, Hallpass, IsAdminUser, IsAuthenticated,
    IsAuthenticatedOrReadOnly, Limit, Permission, Rate, RemoteUserAuthentication, Requirement,
    Scheme, SessionAuthentication, TokenAuthentication, UserRateThrottle,
};

use crate::compose::InThePath;
use crate::permissions::{Denied, IsOwner, IsOwnerOrReadOnly, ObjectDenied, ReadOnly};
use crate::rows::Rows;
use crate::schemes::AlwaysFails;
use crate::throttles::OfNonce;
use crate::views::mock::{composed, composed_with_owner, mock, owned, saying, who_am_i};
use crate::views::models::{BASIC_MODEL, WIDGET};
use crate::views::password::password;
use crate::views::plain::{csrf, ok};
use crate::views::renderer::WhetherAuthenticated;

const NOBODY: [Scheme; 0] = [];
const EVERYBODY: [Requirement; 0] = [];

/// All routes.
pub(crate) fn router(hallpass: &Hallpass, rows: &Rows, custom_tokens: TokenTable) -> GuardedRouter {
    let all = hallpass
        .router()
        .merge(schemes(hallpass, custom_tokens))
        .merge(permissions(hallpass))
        .merge(objects(hallpass, rows))
        .merge(plain(hallpass))
        .nest("/t/auth", unusual(hallpass))
        .nest("/t/permissions", model_permissions(hallpass, rows))
        .nest("/t/throttle/{nonce}", throttles(hallpass));
    all.route(
        "/throttled/",
        mock().permissions([AllowAny]).throttles([
            Limit::new(AnonRateThrottle::new()),
            Limit::new(UserRateThrottle::new()),
        ]),
    )
}

fn session() -> Scheme {
    SessionAuthentication::new().into()
}

fn token() -> Scheme {
    TokenAuthentication::new().into()
}

fn basic() -> Scheme {
    BasicAuthentication::new().into()
}

/// Views that differ in how callers prove who they are.
fn schemes(hallpass: &Hallpass, custom_tokens: TokenTable) -> GuardedRouter {
    let remote_user = HeaderName::from_static("x-remote-user");
    let remote_user = RemoteUserAuthentication::with_header(remote_user);
    let custom = TokenAuthentication::new().table(custom_tokens);
    let bearer = TokenAuthentication::with_keyword("Bearer");
    hallpass
        .router()
        .route("/session/", mock().authentication([session()]))
        .route("/basic/", mock().authentication([basic()]))
        .route("/token/", mock().authentication([token()]))
        .route("/remote-user/", mock().authentication([remote_user]))
        .route("/customtoken/", mock().authentication([custom]))
        .route("/customkeywordtoken/", mock().authentication([bearer]))
        .route("/default/", mock())
        .route(
            "/token-first/",
            mock().authentication([token(), session(), basic()]),
        )
        .route(
            "/basic-first/",
            mock().authentication([basic(), session(), token()]),
        )
        .route(
            "/session-exempt/",
            mock().authentication([SessionAuthentication::csrf_exempt().into(), basic()]),
        )
        .route("/whoami/", who_am_i())
        .route("/whoami-open/", who_am_i().permissions([AllowAny]))
        .route("/auth-token/", ObtainAuthToken::new().into_view())
        .route("/api-token-auth/", ObtainAuthToken::new().into_view())
        .route(
            "/custom-auth-token/",
            ObtainAuthToken::new()
                .name("Custom Auth Token")
                .authentication(NOBODY)
                .into_view(),
        )
        .route("/password/", password().authentication([session()]))
}

/// Views that differ in who may pass.
fn permissions(hallpass: &Hallpass) -> GuardedRouter {
    let guarded = |permission: Requirement| mock().permissions([permission]);
    let deep = ((IsAuthenticated & !IsAdminUser) & IsAuthenticated) & !IsAdminUser.and(IsAdminUser);
    let precedence = (IsAuthenticated & IsAdminUser) | (IsAuthenticated & ReadOnly);
    hallpass
        .router()
        .route(
            "/open/",
            mock().authentication(NOBODY).permissions([AllowAny]),
        )
        .route("/locked/", mock().authentication(NOBODY))
        .route("/readonly/", guarded(IsAuthenticatedOrReadOnly.into()))
        .route("/admin-only/", guarded(IsAdminUser.into()))
        .route("/composed/", guarded((IsAdminUser | ReadOnly).into()))
        .route(
            "/composed-and/",
            guarded((IsAuthenticated & IsAdminUser).into()),
        )
        .route("/composed-deep/", guarded(deep.into()))
        .route("/composed-precedence/", guarded(precedence.into()))
        .route("/not/", guarded((!IsAuthenticated).into()))
        .route("/denied/", guarded(Denied::WITH_MESSAGE.into()))
        .route(
            "/denied-noauth/",
            guarded(Denied::WITH_MESSAGE.into()).authentication(NOBODY),
        )
        .route(
            "/t/compose/{expression}/",
            composed().permissions([InThePath]),
        )
        .route(
            "/t/compose/{expression}/{owner}/",
            composed_with_owner().permissions([InThePath]),
        )
}

/// Views of objects and models.
fn objects(hallpass: &Hallpass, rows: &Rows) -> GuardedRouter {
    let model = || DjangoModelPermissions::new();
    let or_anonymous = DjangoModelPermissionsOrAnonReadOnly::new();
    hallpass
        .router()
        .route(
            "/object/{owner}/",
            owned().permissions([Requirement::new(IsAuthenticated), Requirement::new(IsOwner)]),
        )
        .route(
            "/object-ro/{owner}/",
            owned().permissions([IsOwnerOrReadOnly]),
        )
        .route(
            "/object-or/{owner}/",
            owned().permissions([IsOwner | IsAdminUser]),
        )
        .route("/object-not/{owner}/", owned().permissions([!IsOwner]))
        .route(
            "/model/",
            WIDGET.list("Widget List", rows).permissions([model()]),
        )
        .route(
            "/model/{int:pk}/",
            WIDGET.detail("Widget Detail", rows).permissions([model()]),
        )
        .route(
            "/model-anon/",
            WIDGET.list("Widget List", rows).permissions([or_anonymous]),
        )
}

/// Plain Django views.
fn plain(hallpass: &Hallpass) -> GuardedRouter {
    hallpass
        .router()
        .plain("/auth/login/", LoginView::new().into_handlers())
        .plain("/auth/logout/", LogoutView::new().into_handlers())
        .plain("/csrf/", csrf())
        .plain("/csrf-protected/", ok())
        .plain_csrf_exempt("/csrf-exempt/", ok())
}

/// Views with classes that no application would have.
fn unusual(hallpass: &Hallpass) -> GuardedRouter {
    hallpass
        .router()
        .route(
            "/incorrect-credentials/",
            mock()
                .authentication([AlwaysFails("Bad credentials")])
                .permissions(EVERYBODY),
        )
        .route(
            "/failing-renderer/",
            ApiView::new("Example")
                .authentication([AlwaysFails("authentication failed")])
                .permissions(EVERYBODY)
                .renderer(WhetherAuthenticated)
                .get(async || "nobody comes here"),
        )
        .route(
            "/no-authenticators/",
            mock()
                .authentication(NOBODY)
                .permissions([Denied(Some("Dummy permission message"))]),
        )
}

fn model_permissions(hallpass: &Hallpass, rows: &Rows) -> GuardedRouter {
    let of_basic_model = |view: ApiView| {
        view.authentication([basic()])
            .permissions([DjangoModelPermissions::new()])
    };
    let detail = |permission: Requirement| {
        BASIC_MODEL
            .detail("Permission Instance", rows)
            .permissions([permission])
    };
    hallpass
        .router()
        .route("/root/", of_basic_model(BASIC_MODEL.list("Root", rows)))
        .route(
            "/instance/{int:pk}/",
            of_basic_model(BASIC_MODEL.detail("Instance", rows)),
        )
        .route(
            "/empty/",
            of_basic_model(BASIC_MODEL.empty_list("Empty List", rows)),
        )
        .route(
            "/ignored/",
            of_basic_model(BASIC_MODEL.list("Ignored Get Query Set List", rows))
                .ignore_model_permissions(),
        )
        // It names no model: whoever is authenticated sees that as a fault, nobody else does.
        .route(
            "/exploding/",
            of_basic_model(ApiView::new("Exploding").get(async || "").post(async || "")),
        )
        .route(
            "/api-root/",
            ApiView::new("Root List").get(async || ([("content-type", "application/json")], "{}")),
        )
        .route("/denied/{int:pk}/", detail(Denied(None).into()))
        .route(
            "/denied-detail/{int:pk}/",
            detail(Denied::WITH_MESSAGE.into()),
        )
        .route(
            "/denied-object/{int:pk}/",
            detail(ObjectDenied(None).into()),
        )
        .route(
            "/denied-object-detail/{int:pk}/",
            detail(ObjectDenied::WITH_MESSAGE.into()),
        )
}

/// Throttled views; their prefix has a nonce.
fn throttles(hallpass: &Hallpass) -> GuardedRouter {
    let view = |name: &str, text: &'static str, limits: Vec<OfNonce>| {
        saying(name, text).permissions(EVERYBODY).throttles(limits)
    };
    let three_a_second = || OfNonce::new("seconds", Rate::per_second(3));
    let a_minute = |requests| OfNonce::new("minutes", Rate::per_minute(requests));
    let scoped = |scope, requests| vec![OfNonce::new(scope, Rate::per_minute(requests))];
    let proxied = OfNonce::new("test_limit", Rate::per_day(1)).behind_proxies_in_the_path();
    hallpass
        .router()
        .route(
            "/sec3/",
            view("Throttled Mock", "foo", vec![three_a_second()]),
        )
        .route("/min3/", view("Throttled Mock", "foo", vec![a_minute(3)]))
        .route(
            "/double/",
            view("Throttled Mock", "foo", vec![three_a_second(), a_minute(6)]),
        )
        .route("/scoped/x/", view("Scoped", "x", scoped("x", 3)))
        .route("/scoped/y/", view("Scoped", "y", scoped("y", 1)))
        .route("/scoped/none/", view("Scoped", "y", Vec::new()))
        .route(
            "/xff/{int:num_proxies}/",
            view("Proxied", "test_limit", vec![proxied]),
        )
}
