//! What stands around every view: the redirect to HTTPS and the Host check.

use axum::Router;
use hallpass::{AllowAny, ApiView};

use super::bench::{Answer, Bench, get, request, send};

fn app(bench: &Bench) -> Router {
    let view = ApiView::new("Item")
        .permissions([AllowAny])
        .get(async || "here");
    bench
        .hallpass
        .router()
        .route("/item/{name}/", view)
        .into_router()
}

async fn ask(bench: &Bench, host: &str) -> Answer {
    use tower::ServiceExt as _;

    let mut request = request("GET", "/nowhere/?a=b", &[], "");
    request.headers_mut().insert("host", host.parse().unwrap());
    let app: Router = bench.hallpass.router().into_router();
    Answer::of(app.oneshot(request).await.unwrap()).await
}

#[tokio::test]
async fn the_redirect_to_https_never_follows_a_forged_host() {
    let bench = Bench::with_settings(|settings| settings.secure_ssl_redirect = true).await;
    let answer = ask(&bench, "testserver").await;
    let target = "https://testserver/nowhere/?a=b";
    assert_eq!(
        (answer.status, answer.header("location")),
        (301, Some(target))
    );
    for host in ["evil.example", "testserver@evil.example", ""] {
        let answer = ask(&bench, host).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (400, None),
            "{host}"
        );
    }
}

/// As in Django, which asks for no host where the setting names one.
#[tokio::test]
async fn a_fixed_host_is_redirected_to_whatever_was_asked_for() {
    let bench = Bench::with_settings(|settings| {
        settings.secure_ssl_redirect = true;
        settings.secure_ssl_host = Some("good.example".to_owned());
    })
    .await;
    let answer = ask(&bench, "evil.example").await;
    let target = "https://good.example/nowhere/?a=b";
    assert_eq!(
        (answer.status, answer.header("location")),
        (301, Some(target))
    );
}

async fn ask_with(bench: &Bench, path: &str, headers: &[(&str, &str)]) -> Answer {
    use tower::ServiceExt as _;

    let request = request("POST", path, headers, "");
    let view = ApiView::new("Open").permissions([AllowAny]);
    let router = bench
        .hallpass
        .router()
        .route("/open/", view.post(async || "in"));
    let app: Router = router.into_router();
    Answer::of(app.oneshot(request).await.unwrap()).await
}

#[tokio::test]
async fn exempt_paths_are_not_redirected_to_https() {
    let bench = Bench::with_settings(|settings| {
        settings.secure_ssl_redirect = true;
        settings.secure_redirect_exempt = vec!["^open/$".to_owned()];
    })
    .await;
    assert_eq!(ask_with(&bench, "/open/", &[]).await.status, 200);
    assert_eq!(ask_with(&bench, "/reopen/", &[]).await.status, 301);
}

#[tokio::test]
async fn unwanted_browsers_get_403() {
    let bench = Bench::with_settings(|settings| {
        settings.disallowed_user_agents =
            vec!["^Bad(Bot|Spider)".to_owned(), "(?i)scan".to_owned()];
    })
    .await;
    for (agent, status) in [
        ("BadBot/1.0", 403),
        ("My SCANNER", 403),
        ("Not BadBot", 200),
        ("", 200),
    ] {
        let answer = ask_with(&bench, "/open/", &[("user-agent", agent)]).await;
        assert_eq!(answer.status, status, "{agent}");
        let page = answer.body.contains("<title>403 Forbidden</title>");
        assert_eq!(page, status == 403);
        assert_eq!(answer.header("x-frame-options").is_none(), page);
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
}

#[tokio::test]
async fn www_is_put_before_the_host_and_the_slash_behind_the_path() {
    let bench = Bench::with_settings(|settings| {
        settings.prepend_www = true;
        settings.allowed_hosts = vec![".testserver".to_owned()];
    })
    .await;
    for (path, target) in [
        ("/open/?a=b", "http://www.testserver/open/?a=b"),
        ("/open?a=b", "http://www.testserver/open/?a=b"),
        ("/nowhere", "http://www.testserver/nowhere"),
    ] {
        let answer = ask_with(&bench, path, &[]).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (301, Some(target))
        );
    }
    let secure = [("x-forwarded-proto", "https")];
    let answer = ask_with(&bench, "/open/", &secure).await;
    assert_eq!(
        answer.header("location"),
        Some("https://www.testserver/open/")
    );
}

/// While developing, Django does not redirect what would lose its data.
#[tokio::test]
async fn a_lost_body_is_told_while_developing() {
    for (debug, status) in [(true, 500), (false, 301)] {
        let bench = Bench::with_settings(|settings| settings.debug = debug).await;
        assert_eq!(ask_with(&bench, "/open", &[]).await.status, status);
    }
}

#[tokio::test]
async fn fixed_headers_are_written_as_django_writes_them() {
    let bench = Bench::with_settings(|settings| {
        settings.x_frame_options = "sameorigin".to_owned();
        settings.secure_referrer_policy = Some("no-referrer, same-origin".to_owned());
    })
    .await;
    let answer = ask_with(&bench, "/open/", &[]).await;
    assert_eq!(answer.header("x-frame-options"), Some("SAMEORIGIN"));
    assert_eq!(
        answer.header("referrer-policy"),
        Some("no-referrer,same-origin")
    );
}

#[tokio::test]
async fn the_redirect_to_the_slash_spells_the_path_as_django_does() {
    let bench = Bench::new().await;
    let app = app(&bench);
    for (asked, location) in [
        ("/item/a%40b?", "/item/a@b/"),
        ("/item/%c3%a9?x=%c3%a9", "/item/%C3%A9/?x=%c3%a9"),
        ("/item/%FF", "/item/%25FF/"),
        ("/item/a;b", "/item/a%3Bb/"),
    ] {
        let answer = get(&app, asked, &[]).await;
        let found = (answer.status, answer.header("location"));
        assert_eq!(found, (301, Some(location)), "{asked}");
    }
}

/// The session's middleware stands around the redirect, the CSRF cookie's within.
#[tokio::test]
async fn a_redirect_takes_a_dead_session_and_leaves_the_csrf_cookie() {
    let bench = Bench::new().await;
    let app = app(&bench);
    let cookies = [("cookie", "sessionid=short77; csrftoken=short")];
    let answer = get(&app, "/item/a", &cookies).await;
    assert!(answer.cookie("sessionid").is_some());
    assert_eq!(answer.cookie("csrftoken"), None);
    assert_eq!(answer.header("vary"), Some("Cookie"));
}

/// Django's page for a bad request may hold a form, so that the cookie is mended there as anywhere.
#[tokio::test]
async fn a_forbidden_host_mends_cookies() {
    let bench = Bench::new().await;
    let cookies = [("cookie", "sessionid=short77; csrftoken=short")];
    let mut asked = request("GET", "/item/a/", &cookies, "");
    asked
        .headers_mut()
        .insert("host", "evil.example".parse().unwrap());
    let response = tower::ServiceExt::oneshot(app(&bench), asked)
        .await
        .unwrap();
    let answer = Answer::of(response).await;
    assert_eq!(answer.status, 400);
    assert!(answer.cookie("sessionid").is_some() && answer.cookie("csrftoken").is_some());
}

#[tokio::test]
async fn methods_are_read_in_upper_case() {
    let bench = Bench::new().await;
    let app = app(&bench);
    assert_eq!(send(&app, "get", "/item/a/", &[], "").await.body, "here");
    let refused = send(&app, "Post", "/item/a/", &[], "").await;
    assert_eq!(refused.body, r#"{"detail":"Method \"POST\" not allowed."}"#);
}
