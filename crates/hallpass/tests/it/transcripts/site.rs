//! The recording site once more: the same paths under the same classes, on Hallpass.

mod api;
mod classes;
mod errors;
mod permissions;
mod plain;
mod throttles;

use axum::Router;
use axum::routing::{MethodRouter, any};
use hallpass::settings::Settings;
use hallpass::views::{LoginView, LogoutView, ObtainAuthToken};
use hallpass::{
    AllowAny, ApiView, BasicAuthentication, GuardedRouter, Hallpass, IsAdminUser, IsAuthenticated,
    IsAuthenticatedOrReadOnly, RemoteUserAuthentication, Requirement, Scheme,
    SessionAuthentication, TokenAuthentication,
};
use http::HeaderName;

use api::{echo, echo_json, get_only, whoami};
use classes::{Custom, CustomStructured, DenyBob, MagicWord, Renamed};

pub(super) use throttles::Clock;

/// The application under these settings.
pub(super) async fn app(settings: Settings, csrf_middleware: bool) -> Router {
    let hallpass = Hallpass::builder(settings)
        .backend(DenyBob)
        .backend(MagicWord)
        .build()
        .await
        .unwrap();
    let router = hallpass.router();
    let router = identity_routes(router);
    let router = permission_routes(router).route("/api/perms/", permissions::dump(&hallpass));
    let router = throttles::routes(token_routes(error_routes(router)));
    plain_routes(page_routes(router), csrf_middleware).into_router()
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

fn bearer() -> Scheme {
    Renamed::new(
        TokenAuthentication::with_keyword("Bearer"),
        "BearerAuthentication",
    )
    .into()
}

fn realm() -> Scheme {
    Renamed::new(
        BasicAuthentication::with_realm("Hall of records"),
        "RealmBasic",
    )
    .into()
}

fn remote_user() -> Scheme {
    let header = HeaderName::from_static("x-remote-user");
    Renamed::new(
        RemoteUserAuthentication::with_header(header),
        "HeaderRemoteUser",
    )
    .into()
}

fn open(view: ApiView) -> ApiView {
    view.permissions(Vec::<Requirement>::new())
}

fn identity_routes(mut router: GuardedRouter) -> GuardedRouter {
    router = router
        .route("/api/whoami/", whoami("Who Am I"))
        .route("/api/open/", whoami("Open").permissions([AllowAny]));
    let guarded = [
        ("/api/s/", "Session Only", vec![session()]),
        ("/api/t/", "Token Only", vec![token()]),
        ("/api/b/", "Basic Only", vec![basic()]),
        ("/api/tb/", "Token Basic", vec![token(), basic()]),
        ("/api/bt/", "Basic Token", vec![basic(), token()]),
        ("/api/ts/", "Token Session", vec![token(), session()]),
        ("/api/st/", "Session Token", vec![session(), token()]),
        ("/api/bearer/", "Bearer Only", vec![bearer()]),
        (
            "/api/bearer-token/",
            "Bearer Token",
            vec![bearer(), token()],
        ),
        ("/api/realm/", "Realm", vec![realm()]),
        ("/api/remote/", "Remote", vec![remote_user()]),
        ("/api/none/", "No Auth", vec![]),
    ];
    for (path, name, schemes) in guarded {
        let view = whoami(name).authentication(schemes);
        router = router.route(path, view.permissions([IsAuthenticated]));
    }
    let open = [
        ("/api/none-open/", "No Auth Open", vec![]),
        ("/api/open-t/", "Open Token", vec![token()]),
        ("/api/open-s/", "Open Session", vec![session()]),
        ("/api/open-b/", "Open Basic", vec![basic()]),
    ];
    for (path, name, schemes) in open {
        let view = whoami(name).authentication(schemes);
        router = router.route(path, view.permissions([AllowAny]));
    }
    router
}

fn permission_routes(router: GuardedRouter) -> GuardedRouter {
    let by_token = |name: &str| whoami(name).authentication([token()]);
    router
        .route("/api/p/any/", whoami("P Any").permissions([AllowAny]))
        .route("/api/p/empty/", open(whoami("P Empty")))
        .route(
            "/api/p/auth/",
            whoami("P Auth").permissions([IsAuthenticated]),
        )
        .route(
            "/api/p/admin/",
            whoami("P Admin").permissions([IsAdminUser]),
        )
        .route(
            "/api/p/admin-t/",
            by_token("P Admin T").permissions([IsAdminUser]),
        )
        .route(
            "/api/p/ro/",
            by_token("P Read Only").permissions([IsAuthenticatedOrReadOnly]),
        )
        .route("/api/p/custom/", by_token("P Custom").permissions([Custom]))
        .route(
            "/api/p/custom-dict/",
            by_token("P Custom Dict").permissions([CustomStructured]),
        )
}

fn error_routes(router: GuardedRouter) -> GuardedRouter {
    let nobody = Vec::<Scheme>::new;
    router
        .route(
            "/api/get-only/",
            open(ApiView::new("Get Only").get(get_only)),
        )
        .route(
            "/api/echo/",
            open(ApiView::new("Echo").post(echo).put(echo)).authentication(nobody()),
        )
        .route(
            "/api/echo-json/",
            open(ApiView::new("Echo Json").post(echo_json).put(echo_json)).authentication(nobody()),
        )
        .route(
            "/api/e/{what}/",
            open(ApiView::new("Boom").get(errors::raise)).authentication(nobody()),
        )
        .route(
            "/api/te/{what}/",
            open(ApiView::new("Authed Boom").get(errors::raise)).authentication([token()]),
        )
}

fn token_routes(router: GuardedRouter) -> GuardedRouter {
    let own = ObtainAuthToken::new()
        .name("Custom Auth Token")
        .authentication(Vec::<Scheme>::new());
    let throttled = ObtainAuthToken::new()
        .name("Obtain Throttled")
        .throttles([throttles::anon_two_per_minute()]);
    router
        .route("/api-token-auth/", ObtainAuthToken::new().into_view())
        .route("/token-no-slash", ObtainAuthToken::new().into_view())
        .route("/token-custom/", own.into_view())
        .route("/token-throttled/", throttled.into_view())
}

/// The login and logout pages; they bring their own CSRF check, so that no setting takes it away.
fn page_routes(router: GuardedRouter) -> GuardedRouter {
    let for_visitors = LoginView::new().redirect_authenticated_user(true);
    let for_partners = LoginView::new().success_url_allowed_hosts(["partner.example"]);
    let parting = LogoutView::new().next_page("/parting/");
    router
        .plain("/api-auth/login/", LoginView::new().into_handlers())
        .plain("/api-auth/logout/", LogoutView::new().into_handlers())
        .plain("/accounts/login/", LoginView::new().into_handlers())
        .plain("/accounts/login-redir/", for_visitors.into_handlers())
        .plain("/accounts/login-hosts/", for_partners.into_handlers())
        .plain("/accounts/logout/", LogoutView::new().into_handlers())
        .plain("/accounts/logout-next/", parting.into_handlers())
}

fn plain_routes(mut router: GuardedRouter, csrf_middleware: bool) -> GuardedRouter {
    let views: [(&str, MethodRouter); 7] = [
        ("/csrf/ensure/", any(plain::csrf_ensure)),
        ("/csrf/token/", any(plain::csrf_token)),
        ("/csrf/post/", any(plain::passed)),
        ("/csrf/rotate/", any(plain::csrf_rotate)),
        ("/plain/whoami/", any(plain::whoami)),
        ("/plain/host/", any(plain::host)),
        ("/session/{op}/", any(plain::session)),
    ];
    for (path, view) in views {
        let exempt = !csrf_middleware || path.starts_with("/session/");
        router = if exempt {
            router.plain_csrf_exempt(path, view)
        } else {
            router.plain(path, view)
        };
    }
    router.plain_csrf_exempt("/csrf/exempt/", any(plain::passed))
}
