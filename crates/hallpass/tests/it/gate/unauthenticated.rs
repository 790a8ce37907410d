//! 401 or 403: what a bad token and a missing credential come to under each list of classes.

use axum::Router;
use hallpass::{
    ApiView, BasicAuthentication, IsAuthenticated, Scheme, SessionAuthentication,
    TokenAuthentication,
};

use super::bench::{Answer, Bench, get};

const NOT_PROVIDED: &str = r#"{"detail":"Authentication credentials were not provided."}"#;
const INVALID_TOKEN: &str = r#"{"detail":"Invalid token."}"#;
const NO_PERMISSION: &str = r#"{"detail":"You do not have permission to perform this action."}"#;

fn assert_refused(answer: &Answer, status: u16, challenge: Option<&str>, body: &str) {
    assert_eq!(answer.status, status);
    assert_eq!(answer.header("www-authenticate"), challenge);
    assert_eq!(answer.body, body);
}

#[tokio::test]
async fn the_first_class_decides() {
    let token = || Scheme::from(TokenAuthentication::new());
    let basic = || Scheme::from(BasicAuthentication::new());
    let session = || Scheme::from(SessionAuthentication::new());
    let api = "Basic realm=\"api\"";
    let table = [
        (
            vec![token()],
            401,
            Some("Token"),
            INVALID_TOKEN,
            NOT_PROVIDED,
        ),
        (
            vec![token(), basic()],
            401,
            Some("Token"),
            INVALID_TOKEN,
            NOT_PROVIDED,
        ),
        (
            vec![basic(), token()],
            401,
            Some(api),
            INVALID_TOKEN,
            NOT_PROVIDED,
        ),
        (
            vec![session(), token(), basic()],
            403,
            None,
            INVALID_TOKEN,
            NOT_PROVIDED,
        ),
        (
            vec![session(), basic()],
            403,
            None,
            NOT_PROVIDED,
            NOT_PROVIDED,
        ),
        (vec![], 403, None, NO_PERMISSION, NO_PERMISSION),
    ];
    let bench = Bench::new().await;
    for (schemes, status, challenge, bad_token, nothing) in table {
        let view = ApiView::new("Guarded")
            .authentication(schemes)
            .permissions([IsAuthenticated])
            .get(async || "in");
        let app: Router = bench.hallpass.router().route("/", view).into_router();
        let answer = get(&app, "/", &[("authorization", "Token nope")]).await;
        assert_refused(&answer, status, challenge, bad_token);
        assert_refused(&get(&app, "/", &[]).await, status, challenge, nothing);
    }
}

/// A refusal that a handler returns gets the view's challenge too.
#[tokio::test]
async fn a_handlers_own_refusal_carries_the_challenge() {
    let bench = Bench::new().await;
    let view = ApiView::new("Strict")
        .authentication([TokenAuthentication::new()])
        .permissions(Vec::<hallpass::Requirement>::new())
        .get(async |auth: hallpass::Auth| auth.user().username().to_owned());
    let app: Router = bench.hallpass.router().route("/", view).into_router();
    assert_refused(&get(&app, "/", &[]).await, 401, Some("Token"), NOT_PROVIDED);
}
