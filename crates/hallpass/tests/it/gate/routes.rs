//! The router: what stands under which policy, and what nesting, merging and services do to it.

use std::convert::Infallible;

use axum::Router;
use axum::extract::Path;
use hallpass::{
    AllowAny, ApiView, Auth, IsAdminUser, IsAuthenticated, Policy, Requirement, TokenAuthentication,
};
use http::{Method, Request, Response};

use super::bench::{BOB, Bench, CAROL, get, send};

fn by_token(key: &str) -> [(&'static str, &str); 1] {
    [("authorization", key)]
}

fn news() -> ApiView {
    ApiView::new("News")
        .authentication([TokenAuthentication::new()])
        .get(async || "read")
        .post(async || "written")
        .permissions_for([Method::POST], [IsAdminUser])
        .permissions_for([Method::OPTIONS], [AllowAny])
}

#[tokio::test]
async fn each_method_may_have_its_own_lists() {
    let bench = Bench::new().await;
    let app: Router = bench.hallpass.router().route("/", news()).into_router();
    let table = [
        ("GET", Some(BOB), 200),
        ("GET", None, 401),
        ("POST", Some(BOB), 403),
        ("POST", Some(CAROL), 200),
        ("OPTIONS", None, 200),
        ("HEAD", None, 401),
        // The permission comes before the method's own absence.
        ("DELETE", None, 401),
        ("DELETE", Some(BOB), 405),
    ];
    for (method, key, status) in table {
        let headers: Vec<(&str, &str)> =
            key.into_iter().map(|key| ("authorization", key)).collect();
        let answer = send(&app, method, "/", &headers, "").await;
        assert_eq!(answer.status, status, "{method} {key:?}");
    }
}

/// `HEAD` runs the handler of `GET`, and must not run it under anybody else's rules.
#[tokio::test]
async fn head_follows_get_unless_it_is_named() {
    let bench = Bench::new().await;
    let report = || -> ApiView {
        ApiView::new("Report")
            .authentication([TokenAuthentication::new()])
            .permissions([AllowAny])
            .get(async || "secret")
            .permissions_for([Method::GET], [IsAdminUser])
    };
    let app: Router = bench
        .hallpass
        .router()
        .route("/report/", report())
        .route(
            "/named/",
            report().permissions_for([Method::HEAD], [AllowAny]),
        )
        .into_router();
    assert_eq!(send(&app, "HEAD", "/report/", &[], "").await.status, 401);
    assert_eq!(
        send(&app, "HEAD", "/report/", &by_token(CAROL), "")
            .await
            .status,
        200
    );
    assert_eq!(send(&app, "HEAD", "/named/", &[], "").await.status, 200);
}

/// A refusal carries the challenge of the method's own list.
#[tokio::test]
async fn a_methods_own_schemes_decide_its_challenge() {
    let bench = Bench::new().await;
    let view: ApiView = ApiView::new("Mixed")
        .get(async || "read")
        .authentication_for([Method::GET], [TokenAuthentication::with_keyword("Bearer")]);
    let app: Router = bench.hallpass.router().route("/", view).into_router();
    let refused = get(&app, "/", &[]).await;
    assert_eq!(
        (refused.status, refused.header("www-authenticate")),
        (401, Some("Bearer"))
    );
    // The default list begins with the session, which has none.
    assert_eq!(send(&app, "OPTIONS", "/", &[], "").await.status, 403);
}

#[tokio::test]
async fn what_is_nested_keeps_its_guard_and_its_path() {
    let bench = Bench::new().await;
    let inner = bench
        .hallpass
        .router()
        .route(
            "/{int:id}/",
            ApiView::new("Item")
                .get(async |_: Auth, Path((shop, id)): Path<(String, u64)>| format!("{shop} {id}")),
        )
        .route("/", news());
    let app: Router = bench
        .hallpass
        .router()
        .nest("/shops/{shop}/items", inner)
        .merge(bench.hallpass.router().route("/other/", news()))
        .into_router();
    assert_eq!(
        get(&app, "/shops/x/items/7/", &by_token(BOB)).await.body,
        "x 7"
    );
    assert_eq!(get(&app, "/shops/x/items/7/", &[]).await.status, 403);
    assert_eq!(get(&app, "/other/", &[]).await.status, 401);
    // What does not fit leads nowhere, before anybody is asked who they are.
    for path in ["/shops/x/items/seven/", "/nowhere/", "/shops/x/items/7/8/"] {
        let answer = get(&app, path, &[]).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(
            answer.body.contains("<h1>Not Found</h1>"),
            "{path}: {}",
            answer.body
        );
    }
    // The slash is appended only where that leads somewhere.
    let redirect = get(&app, "/shops/x/items/7", &[]).await;
    assert_eq!(redirect.header("location"), Some("/shops/x/items/7/"));
    assert_eq!(get(&app, "/shops/x/items/seven", &[]).await.status, 404);
}

/// As a WebSocket endpoint or a gRPC router would be mounted.
#[tokio::test]
async fn a_service_stands_under_its_policy_for_every_method() {
    let bench = Bench::new().await;
    let service = tower::service_fn(async |request: Request<axum::body::Body>| {
        Ok::<_, Infallible>(Response::new(request.method().to_string()))
    });
    let policy = Policy::new()
        .authentication([TokenAuthentication::new()])
        .permissions([IsAuthenticated]);
    let app: Router = bench
        .hallpass
        .router()
        .route_service("/{*rest}", policy, service)
        .into_router();
    let upgrade = [("connection", "upgrade"), ("upgrade", "websocket")];
    assert_eq!(get(&app, "/ws/chat", &upgrade).await.status, 401);
    for method in ["GET", "OPTIONS", "PROPFIND"] {
        assert_eq!(
            send(&app, method, "/a/b", &[], "").await.status,
            401,
            "{method}"
        );
        let answer = send(&app, method, "/a/b", &by_token(BOB), "").await;
        assert_eq!(answer.body, method);
    }
}

/// Outside the guard, as `tower_http`'s: a preflight is answered before DRF's rule, which refuses an anonymous OPTIONS.
#[tokio::test]
async fn a_layer_around_everything_may_answer_preflights() {
    use axum::middleware::{Next, from_fn};
    use axum::response::IntoResponse as _;

    let bench = Bench::new().await;
    let guarded: Router = bench
        .hallpass
        .router()
        .route(
            "/",
            news().permissions_for([Method::OPTIONS], [IsAuthenticated]),
        )
        .into_router();
    let preflight = [
        ("origin", "https://a.example"),
        ("access-control-request-method", "GET"),
    ];
    assert_eq!(
        send(&guarded, "OPTIONS", "/", &preflight, "").await.status,
        401
    );
    let cors = guarded.layer(from_fn(
        async |request: axum::extract::Request, next: Next| {
            let is_preflight = request
                .headers()
                .contains_key("access-control-request-method");
            if request.method() == Method::OPTIONS && is_preflight {
                return http::StatusCode::NO_CONTENT.into_response();
            }
            next.run(request).await
        },
    ));
    assert_eq!(
        send(&cors, "OPTIONS", "/", &preflight, "").await.status,
        204
    );
    assert_eq!(send(&cors, "OPTIONS", "/", &[], "").await.status, 401);
}

#[tokio::test]
async fn routes_are_listed_with_their_policies() {
    let bench = Bench::new().await;
    let router = bench
        .hallpass
        .router::<()>()
        .nest("/api", bench.hallpass.router().route("/news/", news()))
        .route("/me/", ApiView::new("Me").get(async || "me"))
        .plain("/page/", axum::routing::get(async || "page"))
        .plain_csrf_exempt("/hook/", axum::routing::post(async || "hook"))
        .route_service(
            "/files/{*rest}",
            Policy::new(),
            tower::service_fn(async |_: Request<axum::body::Body>| {
                Ok::<_, Infallible>(Response::new(String::new()))
            }),
        );
    let lines: Vec<String> = router.routes().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "GET, HEAD /api/news/ TokenAuthentication: IsAuthenticated\n\
             POST /api/news/ TokenAuthentication: IsAdminUser\n\
             OPTIONS /api/news/ TokenAuthentication: AllowAny",
            "GET, HEAD, OPTIONS /me/ SessionAuthentication, TokenAuthentication, BasicAuthentication: IsAuthenticated",
            "ANY /page/ plain view",
            "ANY /hook/ plain view without CSRF check",
            "ANY /files/{*rest} nobody: everybody",
        ]
    );
    let news = router.routes().next().unwrap();
    let open = |method: &Method| {
        let policy = news.policy(method).unwrap();
        let open = |requirement: &Requirement| requirement.to_string() == "AllowAny";
        policy.permission_classes().iter().all(open)
    };
    let open: Vec<&Method> = news
        .methods()
        .iter()
        .filter(|method| open(method))
        .collect();
    assert_eq!(open, [Method::OPTIONS]);
}

/// A token of one Hallpass is nobody's where another one guards, however their routers are put together.
#[tokio::test]
async fn what_another_hallpass_guards_keeps_its_users() {
    let (site, other) = (Bench::new().await, Bench::new().await);
    other
        .database()
        .execute("DELETE FROM authtoken_token", [])
        .unwrap();
    let mine = "Token 5e1f000000000000000000000000000000000000";
    other
        .database()
        .execute(
            "INSERT INTO authtoken_token (key, created, user_id) \
             SELECT ?1, '2026-01-01 00:00:00', id FROM auth_user WHERE username = 'carol'",
            ["5e1f000000000000000000000000000000000000"],
        )
        .unwrap();
    let who = || -> ApiView {
        ApiView::new("Who")
            .authentication([TokenAuthentication::new()])
            .get(async |auth: Auth| auth.user().username().to_owned())
    };
    let app: Router = site
        .hallpass
        .router()
        .route("/site/{int:id}/", who())
        .merge(other.hallpass.router().route("/merged/{int:id}/", who()))
        .nest("/in", other.hallpass.router().route("/{int:id}/", who()))
        .into_router();
    let asked = async |path: &str, key: &str| {
        let answer = get(&app, path, &by_token(key)).await;
        let challenge = answer.header("www-authenticate").map(str::to_owned);
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(answer.header("allow"), Some("GET, HEAD, OPTIONS"), "{path}");
        (answer.status, challenge, answer.body)
    };
    let refused = (
        401,
        Some("Token".to_owned()),
        r#"{"detail":"Invalid token."}"#.to_owned(),
    );
    assert_eq!(asked("/site/1/", BOB).await, (200, None, "bob".to_owned()));
    assert_eq!(asked("/site/1/", mine).await, refused);
    for path in ["/merged/1/", "/in/1/"] {
        assert_eq!(asked(path, BOB).await, refused, "{path}");
        assert_eq!(
            asked(path, mine).await,
            (200, None, "carol".to_owned()),
            "{path}"
        );
    }
    // Its paths are the site's, converters included.
    assert_eq!(get(&app, "/merged/x/", &by_token(mine)).await.status, 404);
    assert_eq!(get(&app, "/merged/1", &by_token(mine)).await.status, 301);
}

#[tokio::test]
async fn a_converter_holds_wherever_its_parameter_stands() {
    let bench = Bench::new().await;
    let view = || ApiView::new("Item").permissions([AllowAny]);
    let view = || -> ApiView { view().get(async |Path(it): Path<String>| it) };
    let app: Router = bench
        .hallpass
        .router()
        .route("/v{int:id}/", view())
        .route("/u-{name}/", view())
        .into_router();
    for (path, status) in [
        ("/v7/", 200),
        ("/v7", 301),
        ("/vabc/", 404),
        ("/vabc", 404),
        ("/u-bob/", 200),
        ("/u-a%2Fb/", 404),
    ] {
        assert_eq!(get(&app, path, &[]).await.status, status, "{path}");
    }
}

/// It would be a parameter that takes anything, behind the name of one that does not.
#[tokio::test]
#[should_panic(expected = "route `/t/{integer:id}/`: there is no path converter `integer`")]
async fn a_converter_that_there_is_not_is_refused_by_the_router() {
    let bench = Bench::new().await;
    let router = bench.hallpass.router::<()>();
    let _ = router.route("/t/{integer:id}/", news()).into_router();
}

#[tokio::test]
#[should_panic(expected = "there is no path converter `integer`")]
async fn a_converter_that_there_is_not_is_refused_by_the_service() {
    let bench = Bench::new().await;
    let inner = bench.hallpass.router().route("/", news());
    let _ = bench
        .hallpass
        .router()
        .nest("/t/{integer:id}", inner)
        .into_service();
}
