//! The truth table of DRF's four permission classes, recorded with every user and method.

use axum::Router;
use hallpass::{
    AllowAny, ApiView, IsAdminUser, IsAuthenticated, IsAuthenticatedOrReadOnly, Permission,
    TokenAuthentication,
};
use tower::ServiceBuilder;

use super::bench::{Answer, BOB, Bench, CAROL, request};
use crate::vectors::{rows, text};

/// The service behind the layer answers every method, also those that a view would refuse.
async fn allows(bench: &Bench, permission: impl Permission, user: &str, method: &str) -> bool {
    let policy = hallpass::Policy::new()
        .authentication([TokenAuthentication::new()])
        .permissions([permission]);
    let service = ServiceBuilder::new()
        .layer(bench.hallpass.layer(policy))
        .service_fn(async |_: http::Request<axum::body::Body>| {
            Ok::<_, std::convert::Infallible>(http::Response::new(axum::body::Body::empty()))
        });
    let credentials = match user {
        "user" => vec![("authorization", BOB)],
        "staff" => vec![("authorization", CAROL)],
        _ => vec![],
    };
    let response =
        tower::ServiceExt::oneshot(service, request(method, "/", &credentials, "")).await;
    match Answer::of(response.unwrap()).await.status {
        200 => true,
        401 | 403 => false,
        status => panic!("{status}"),
    }
}

#[tokio::test]
async fn classes_grant_what_drf_grants() {
    let bench = Bench::new().await;
    let mut seen = 0;
    for row in rows("permissions.json", "classes") {
        let (class, user) = (text(&row, "class").unwrap(), text(&row, "user").unwrap());
        let method = text(&row, "method").unwrap();
        let granted = match class {
            "AllowAny" => allows(&bench, AllowAny, user, method).await,
            "IsAuthenticated" => allows(&bench, IsAuthenticated, user, method).await,
            "IsAdminUser" => allows(&bench, IsAdminUser, user, method).await,
            "IsAuthenticatedOrReadOnly" => {
                allows(&bench, IsAuthenticatedOrReadOnly, user, method).await
            }
            other => panic!("no class {other}"),
        };
        assert_eq!(granted, row["granted"], "{row}");
        seen += 1;
    }
    assert_eq!(seen, 4 * 4 * 9);
}

#[tokio::test]
async fn every_permission_of_a_list_must_agree() {
    let bench = Bench::new().await;
    let view: ApiView = ApiView::new("Both")
        .authentication([TokenAuthentication::new()])
        .permissions([
            hallpass::Requirement::new(IsAuthenticated),
            IsAdminUser.into(),
        ])
        .get(async || "in");
    let app: Router = bench.hallpass.router().route("/", view).into_router();
    assert_eq!(
        super::bench::get(&app, "/", &[("authorization", CAROL)])
            .await
            .status,
        200
    );
    assert_eq!(
        super::bench::get(&app, "/", &[("authorization", BOB)])
            .await
            .status,
        403
    );
    assert_eq!(super::bench::get(&app, "/", &[]).await.status, 401);
}
