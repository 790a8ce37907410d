//! Users whom a proxy names in a header, and those who only say that they are one.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::ConnectInfo;
use hallpass::settings::AuthenticationClass;
use hallpass::signals::CreateToken;
use hallpass::{ApiView, Auth, Hallpass, RemoteUserBackend};
use tower::ServiceExt as _;

use super::bench::{Answer, Bench, request};

const REMOTE_USER: &str = "django.contrib.auth.backends.RemoteUserBackend";
const ALL_REMOTE_USERS: &str = "django.contrib.auth.backends.AllowAllUsersRemoteUserBackend";
const USERS: &str = "SELECT count(*) FROM auth_user";

async fn bench(backend: RemoteUserBackend, path: &str) -> Bench {
    Bench::made(
        |settings| {
            settings.rest_framework.default_authentication_classes =
                vec![AuthenticationClass::RemoteUser];
            settings.authentication_backends = vec![path.to_owned()];
            settings.remote_user_header = "HTTP_X_REMOTE_USER".to_owned();
            settings.trusted_proxies = vec!["10.0.0.0/8".to_owned()];
        },
        |builder| builder.backend(backend).on_user_created(CreateToken),
    )
    .await
}

fn app(hallpass: &Hallpass) -> Router {
    let name =
        async |auth: Auth| format!("{} by {}", auth.user().username(), auth.authenticated_by());
    let view = ApiView::new("Name").get(name).post(name);
    hallpass.router().route("/", view).into_router()
}

async fn ask(app: &Router, from: Option<[u8; 4]>, headers: &[(&str, &str)]) -> Answer {
    let mut request = request("POST", "/", headers, "");
    if let Some(address) = from {
        let peer = SocketAddr::from((address, 4_000));
        request.extensions_mut().insert(ConnectInfo(peer));
    }
    Answer::of(app.clone().oneshot(request).await.unwrap()).await
}

const PROXY: Option<[u8; 4]> = Some([10, 1, 2, 3]);

#[tokio::test]
async fn a_header_is_believed_from_trusted_proxies_only() {
    let bench = bench(RemoteUserBackend::new(), REMOTE_USER).await;
    let app = app(&bench.hallpass);
    let before = bench.count(USERS);
    let bob = [("x-remote-user", "bob")];
    let answer = ask(&app, PROXY, &bob).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, "bob by remote_user")
    );
    assert_eq!(answer.header("set-cookie"), None, "no session is made");
    for outsider in [Some([127, 0, 0, 1]), Some([192, 0, 2, 1]), None] {
        let answer = ask(&app, outsider, &bob).await;
        assert_eq!(answer.status, 403);
        assert_eq!(answer.header("www-authenticate"), None);
        assert_eq!(
            answer.body,
            r#"{"detail":"Authentication credentials were not provided."}"#
        );
        ask(&app, outsider, &[("x-remote-user", "intruder")]).await;
    }
    for other in [
        "remote-user",
        "x_remote_user",
        "remote_user",
        "http-x-remote-user",
    ] {
        assert_eq!(
            ask(&app, PROXY, &[(other, "bob")]).await.status,
            403,
            "{other}"
        );
    }
    assert_eq!(ask(&app, PROXY, &[("x-remote-user", "")]).await.status, 403);
    assert_eq!(bench.count(USERS), before);
}

/// Each request by its own header: who came before leaves nothing behind.
#[tokio::test]
async fn the_next_name_on_the_same_connection_is_the_next_user() {
    let bench = bench(RemoteUserBackend::new(), REMOTE_USER).await;
    let app = app(&bench.hallpass);
    for name in ["bob", "carol", "bob"] {
        let answer = ask(&app, PROXY, &[("x-remote-user", name)]).await;
        assert_eq!(answer.body, format!("{name} by remote_user"));
    }
    assert_eq!(ask(&app, PROXY, &[]).await.status, 403);
}

#[tokio::test]
async fn an_unknown_user_is_made_with_what_every_new_user_gets() {
    let bench = bench(RemoteUserBackend::new(), REMOTE_USER).await;
    let app = app(&bench.hallpass);
    let newcomer = [("x-remote-user", "newcomer")];
    let at_once = tokio::join!(ask(&app, PROXY, &newcomer), ask(&app, PROXY, &newcomer));
    assert_eq!((at_once.0.status, at_once.1.status), (200, 200));
    let made = "SELECT count(*) FROM auth_user JOIN authtoken_token ON user_id = id WHERE username = 'newcomer' \
        AND password = '' AND is_active AND NOT is_staff AND NOT is_superuser AND email = ''";
    assert_eq!(bench.count(made), 1);
    let user = bench
        .hallpass
        .accounts()
        .by_username("newcomer")
        .await
        .unwrap()
        .unwrap();
    for password in ["", "!", "newcomer"] {
        assert!(
            !bench
                .hallpass
                .accounts()
                .check_password(&user, password)
                .await
                .unwrap()
        );
    }
    let endless = "n".repeat(151);
    let answer = ask(&app, PROXY, &[("x-remote-user", &endless)]).await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn nobody_is_made_where_that_is_switched_off() {
    let backend = RemoteUserBackend::new()
        .create_unknown_user(false)
        .clean_username(|name| name.trim_end_matches("@EXAMPLE.COM").to_owned());
    let bench = bench(backend, REMOTE_USER).await;
    let app = app(&bench.hallpass);
    let before = bench.count(USERS);
    let answer = ask(&app, PROXY, &[("x-remote-user", "bob@EXAMPLE.COM")]).await;
    assert_eq!(answer.body, "bob by remote_user");
    assert_eq!(
        ask(&app, PROXY, &[("x-remote-user", "nobody")])
            .await
            .status,
        403
    );
    assert_eq!(bench.count(USERS), before);
}

/// Dave is inactive. `AllowAllUsersRemoteUserBackend` lets him pass, the scheme does not.
#[tokio::test]
async fn inactive_users_stay_outside() {
    for (backend, path) in [
        (RemoteUserBackend::new(), REMOTE_USER),
        (RemoteUserBackend::allow_all_users(), ALL_REMOTE_USERS),
    ] {
        let bench = bench(backend, path).await;
        let app = app(&bench.hallpass);
        assert_eq!(
            ask(&app, PROXY, &[("x-remote-user", "dave")]).await.status,
            403
        );
        let verdict = bench
            .hallpass
            .authenticate_remote_user("dave")
            .await
            .unwrap();
        let passed = matches!(verdict, hallpass::Verdict::Accepted(_));
        assert_eq!(passed, path == ALL_REMOTE_USERS);
    }
}

/// No backend knows remote users: nobody is recognised, as in Django.
#[tokio::test]
async fn other_backends_pass_a_remote_user_over() {
    let model = "django.contrib.auth.backends.ModelBackend";
    let bench = bench(RemoteUserBackend::new(), model).await;
    let app = app(&bench.hallpass);
    assert_eq!(
        ask(&app, PROXY, &[("x-remote-user", "bob")]).await.status,
        403
    );
}
