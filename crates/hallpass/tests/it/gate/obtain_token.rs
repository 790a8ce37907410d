//! `ObtainAuthToken` with everything that DRF's users subclass it for.

use axum::Router;
use hallpass::formats::json::{Json, Object};
use hallpass::views::ObtainAuthToken;
use hallpass::{
    BasicAuthentication, Identity, IsAuthenticated, Rejection, RequestContext, Throttle, Throttled,
};

use super::bench::{Answer, BOB, Bench, send};

const ALICES_KEY: &str = "a11ce00000000000000000000000000000000001";

async fn post(view: ObtainAuthToken, headers: &[(&str, &str)]) -> (Bench, Answer) {
    let bench = Bench::new().await;
    let app: Router = bench
        .hallpass
        .router()
        .route("/", view.into_view())
        .into_router();
    let mut all = vec![("content-type", "application/json")];
    all.extend_from_slice(headers);
    let body = r#"{"username":"alice","password":"alice-pass-1"}"#;
    let answer = send(&app, "POST", "/", &all, body).await;
    (bench, answer)
}

struct Never(Option<f64>);

impl Throttle for Never {
    async fn allow_request(
        &self,
        _: &RequestContext<'_>,
        _: Option<&Identity>,
    ) -> Result<Throttled, Rejection> {
        Ok(Throttled::Refuse(self.0))
    }
}

#[tokio::test]
async fn own_authentication_classes_replace_the_defaults() {
    let view = ObtainAuthToken::new().authentication([BasicAuthentication::new()]);
    let (_bench, answer) = post(view.clone(), &[("authorization", "Token nope")]).await;
    assert_eq!((answer.status, answer.header("vary")), (200, None));
    let (_bench, answer) = post(view, &[("authorization", "Basic !")]).await;
    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.header("www-authenticate"),
        Some("Basic realm=\"api\"")
    );
}

#[tokio::test]
async fn own_permissions_are_asked_before_the_credentials() {
    let view = ObtainAuthToken::new().permissions([IsAuthenticated]);
    let (_bench, answer) = post(view.clone(), &[]).await;
    assert_eq!(answer.status, 403);
    let (_bench, answer) = post(view, &[("authorization", BOB)]).await;
    assert_eq!(
        (answer.status, answer.body),
        (200, format!(r#"{{"token":"{ALICES_KEY}"}}"#))
    );
}

#[tokio::test]
async fn throttles_answer_429_with_the_longest_wait() {
    let view = ObtainAuthToken::new().throttles([Never(Some(1.2)), Never(None), Never(Some(58.5))]);
    let (_bench, answer) = post(view, &[]).await;
    assert_eq!(
        (answer.status, answer.header("retry-after")),
        (429, Some("59"))
    );
    assert_eq!(
        answer.body,
        r#"{"detail":"Request was throttled. Expected available in 59 seconds."}"#
    );
    let (_bench, answer) = post(ObtainAuthToken::new().throttles([Never(None)]), &[]).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, None));
}

#[tokio::test]
async fn a_credential_check_may_refuse() {
    let view = ObtainAuthToken::new().credential_check(|user| {
        if user.username() == "alice" {
            return Err(Rejection::permission_denied(Some("Not on Mondays.")));
        }
        Ok(user)
    });
    let (bench, answer) = post(view, &[]).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (403, r#"{"detail":"Not on Mondays."}"#)
    );
    assert_eq!(bench.count("SELECT count(*) FROM authtoken_token"), 8);
}

#[tokio::test]
async fn response_fields_replace_the_body() {
    let view = ObtainAuthToken::new().response_fields(|user, token| {
        let mut fields = Object::new();
        fields.insert("key", Json::from(token.key()));
        fields.insert("user", Json::from(user.username()));
        Json::Object(fields)
    });
    let (_bench, answer) = post(view, &[]).await;
    assert_eq!(
        answer.body,
        format!(r#"{{"key":"{ALICES_KEY}","user":"alice"}}"#)
    );
}
