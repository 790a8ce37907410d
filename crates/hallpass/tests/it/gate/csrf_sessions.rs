//! `csrf_use_sessions`: the secret is an entry of the session, and no cookie.

use axum::Router;
use axum::routing::any;
use hallpass::{
    ApiView, Auth, Credentials, CsrfToken, RequestContext, SessionAuthentication, Verdict,
};
use http::request::Parts;

use super::bench::{BOBS_SESSION, Bench, SECRET, get, send};

async fn bench() -> Bench {
    Bench::with_settings(|settings| settings.csrf_use_sessions = true).await
}

async fn log_in(parts: Parts) -> Result<String, hallpass::Rejection> {
    let request = RequestContext::of(&parts)?;
    let credentials = Credentials::new("bob", "bob:pass:2");
    let verdict = request.authenticate(&credentials).await?;
    if let Verdict::Accepted(accepted) = verdict {
        hallpass::login(&request, accepted).await?;
    }
    Ok(request.csrf_token())
}

fn app(bench: &Bench) -> Router {
    let name = async |auth: Auth| auth.user().username().to_owned();
    let session = || ApiView::new("Name").get(name).post(name);
    bench
        .hallpass
        .router()
        .route(
            "/name/",
            session().authentication([SessionAuthentication::new()]),
        )
        .route(
            "/exempt/",
            session().authentication([SessionAuthentication::csrf_exempt()]),
        )
        .plain("/token/", any(async |CsrfToken(token): CsrfToken| token))
        .plain("/form/", any(async || "sent"))
        .plain_csrf_exempt("/login/", any(log_in))
        .into_router()
}

/// The stored secret of a session, of which its data is signed text.
async fn secret(bench: &Bench, cookie: &str) -> Option<String> {
    let app = bench
        .hallpass
        .router()
        .plain(
            "/",
            any(async |session: hallpass::Session| {
                session
                    .get_str("_csrftoken")
                    .await
                    .unwrap()
                    .unwrap_or_default()
            }),
        )
        .into_router();
    let kept = get(&app, "/", &[("cookie", cookie)]).await.body;
    Some(kept).filter(|kept| !kept.is_empty())
}

#[tokio::test]
async fn a_token_is_kept_in_a_session_that_is_made_for_it() {
    let bench = bench().await;
    let app = app(&bench);
    let answer = get(&app, "/token/", &[]).await;
    assert_eq!(answer.cookie("csrftoken"), None);
    let (key, _) = answer.cookie("sessionid").unwrap().split_once(';').unwrap();
    let cookie = format!("sessionid={key}");
    let token = answer.body;
    assert_eq!(secret(&bench, &cookie).await.unwrap().len(), 32);
    let with_token = [("cookie", cookie.as_str()), ("x-csrftoken", token.as_str())];
    assert_eq!(
        send(&app, "POST", "/form/", &with_token, "").await.status,
        200
    );
    let again = get(&app, "/token/", &[("cookie", &cookie)]).await;
    assert_eq!(
        again.cookie("sessionid"),
        None,
        "an unchanged secret is not saved again"
    );
    let second = [
        ("cookie", cookie.as_str()),
        ("x-csrftoken", again.body.as_str()),
    ];
    assert_eq!(send(&app, "POST", "/form/", &second, "").await.status, 200);
    for headers in [&with_token[..1], &with_token[1..]] {
        assert_eq!(send(&app, "POST", "/form/", headers, "").await.status, 403);
    }
}

#[tokio::test]
async fn the_cookie_of_that_name_means_nothing() {
    let bench = bench().await;
    let app = app(&bench);
    let cookies = format!("{BOBS_SESSION}; csrftoken={SECRET}");
    let headers = [("cookie", cookies.as_str()), ("x-csrftoken", SECRET)];
    let answer = send(&app, "POST", "/name/", &headers, "").await;
    assert_eq!(
        answer.body,
        r#"{"detail":"CSRF Failed: CSRF cookie not set."}"#
    );
    let answer = send(&app, "POST", "/exempt/", &headers[..1], "").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "bob"));
    assert_eq!(answer.header("vary"), Some("Cookie"));
}

#[tokio::test]
async fn a_login_replaces_the_secret() {
    let bench = bench().await;
    let app = app(&bench);
    let before = get(&app, "/token/", &[]).await;
    let (key, _) = before.cookie("sessionid").unwrap().split_once(';').unwrap();
    let cookie = format!("sessionid={key}");
    let old = secret(&bench, &cookie).await.unwrap();
    let answer = send(&app, "POST", "/login/", &[("cookie", &cookie)], "").await;
    let (key, _) = answer.cookie("sessionid").unwrap().split_once(';').unwrap();
    let cookie = format!("sessionid={key}");
    assert_ne!(secret(&bench, &cookie).await.unwrap(), old);
    let stale = [
        ("cookie", cookie.as_str()),
        ("x-csrftoken", before.body.as_str()),
    ];
    assert_eq!(send(&app, "POST", "/name/", &stale, "").await.status, 403);
    let fresh = [
        ("cookie", cookie.as_str()),
        ("x-csrftoken", answer.body.as_str()),
    ];
    let answer = send(&app, "POST", "/name/", &fresh, "").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "bob"));
}
