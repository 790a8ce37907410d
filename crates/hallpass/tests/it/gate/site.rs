//! What stands around every view: the redirect to HTTPS and the Host check.

use super::bench::{Answer, Bench, request};

async fn ask(bench: &Bench, host: &str) -> Answer {
    use tower::ServiceExt as _;

    let mut request = request("GET", "/nowhere/?a=b", &[], "");
    request.headers_mut().insert("host", host.parse().unwrap());
    let app: axum::Router = bench.hallpass.router().into_router();
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
