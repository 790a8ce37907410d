//! Receivers of logins, and own backends: what stops a chain, what grants a permission.

use std::sync::{Arc, Mutex};

use axum::routing::any;
use hallpass::signals::LoginReceiver;
use hallpass::store::UserId;
use hallpass::views::{LoginView, ObtainAuthToken};
use hallpass::{
    Accounts, Answer, ApiView, Auth, BasicAuthentication, CredentialBackend, Credentials,
    DjangoModelPermissions, Model, Rejection, RequestContext, User, Verdict,
};
use http::request::Parts;

use super::bench::{BOB, BOBS_SESSION, Bench, SECRET, get, send};

/// Writes down what it hears.
#[derive(Clone, Default)]
struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    fn write(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl LoginReceiver for Diary {
    async fn user_logged_in(&self, request: &RequestContext<'_>, user: &User) {
        let moved = user.last_login().is_some();
        self.write(format!(
            "in: {} at {}, {moved}",
            user.username(),
            request.uri()
        ));
    }

    async fn user_logged_out(&self, _: &RequestContext<'_>, user: Option<&User>) {
        self.write(format!("out: {:?}", user.map(User::username)));
    }

    async fn user_login_failed(&self, request: Option<&RequestContext<'_>>, username: &str) {
        let path = request.map(|request| request.uri().path());
        self.write(format!("failed: {username} at {path:?}"));
    }
}

async fn log_out(parts: Parts) -> Result<&'static str, Rejection> {
    hallpass::logout(&RequestContext::of(&parts)?).await?;
    Ok("bye")
}

#[tokio::test]
async fn receivers_hear_of_logins_logouts_and_failures() {
    let diary = Diary::default();
    let bench = Bench::with(|builder| builder.on_login(diary.clone())).await;
    let basic = ApiView::new("Basic").authentication([BasicAuthentication::new()]);
    let app = bench
        .hallpass
        .router()
        .route("/token/", ObtainAuthToken::new().into_view())
        .route(
            "/basic/",
            basic.get(async |auth: Auth| auth.user().username().to_owned()),
        )
        .plain("/login/", LoginView::new().into_handlers())
        .plain_csrf_exempt("/logout/", any(log_out))
        .into_router();
    let csrf = format!("csrftoken={SECRET}");
    let form =
        |password: &str| format!("username=alice&password={password}&csrfmiddlewaretoken={SECRET}");
    let headers = [
        ("cookie", csrf.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    send(&app, "POST", "/login/", &headers, &form("alice-pass-1")).await;
    assert_eq!(diary.take(), ["in: alice at /login/, true"]);
    send(&app, "POST", "/login/", &headers, &form("wrong")).await;
    assert_eq!(diary.take(), [r#"failed: alice at Some("/login/")"#]);
    send(
        &app,
        "POST",
        "/token/",
        &headers[1..],
        &form("alice-pass-1"),
    )
    .await;
    assert_eq!(diary.take(), Vec::<String>::new(), "a token is no login");
    send(&app, "POST", "/token/", &headers[1..], &form("wrong")).await;
    assert_eq!(diary.take(), [r#"failed: alice at Some("/token/")"#]);
    let wrong = [("authorization", "Basic YWxpY2U6d3Jvbmc=")];
    assert_eq!(get(&app, "/basic/", &wrong).await.status, 401);
    assert_eq!(diary.take(), [r#"failed: alice at Some("/basic/")"#]);
    let right = [("authorization", "Basic YWxpY2U6YWxpY2UtcGFzcy0x")];
    assert_eq!(get(&app, "/basic/", &right).await.status, 200);
    get(&app, "/logout/", &[("cookie", BOBS_SESSION)]).await;
    get(&app, "/logout/", &[("cookie", BOBS_SESSION)]).await;
    assert_eq!(diary.take(), [r#"out: Some("bob")"#, "out: None"]);
    let nobody = Credentials::new("nobody", "secret");
    let verdict = bench.hallpass.authenticate(&nobody).await.unwrap();
    assert!(matches!(verdict, Verdict::Refused));
    assert_eq!(diary.take(), ["failed: nobody at None"]);
}

/// Grants everybody what begins with `own.`, and ends the search at `own.forbidden` and `shop.forbidden`.
struct Own;

impl CredentialBackend for Own {
    fn path(&self) -> &str {
        "app.Own"
    }

    async fn authenticate(
        &self,
        _: &Accounts<'_>,
        credentials: &Credentials,
    ) -> Result<Answer, Rejection> {
        Ok(if credentials.username() == "alice" {
            Answer::Deny
        } else {
            Answer::Pass
        })
    }

    async fn user(&self, _: &Accounts<'_>, _: &UserId) -> Result<Option<User>, Rejection> {
        Ok(None)
    }

    async fn has_perm(
        &self,
        _: &Accounts<'_>,
        _: &User,
        permission: &str,
    ) -> Result<bool, Rejection> {
        if permission.ends_with(".forbidden") || permission == "auth.add_group" {
            return Err(Rejection::permission_denied(None));
        }
        if permission == "own.broken" {
            return Err(Rejection::unavailable());
        }
        Ok(permission.starts_with("own."))
    }
}

const MODEL: &str = "django.contrib.auth.backends.ModelBackend";

async fn bench(backends: &[&str]) -> Bench {
    Bench::made(
        |settings| {
            settings.authentication_backends =
                backends.iter().map(|&path| path.to_owned()).collect();
        },
        |builder| builder.backend(Own),
    )
    .await
}

/// DRF tells no difference between a wrong password and a backend that denies.
#[tokio::test]
async fn a_backend_that_denies_stops_the_chain() {
    for (backends, status) in [(["app.Own", MODEL], 401), ([MODEL, "app.Own"], 200)] {
        let bench = bench(&backends).await;
        let view = ApiView::new("Basic").authentication([BasicAuthentication::new()]);
        let app = bench
            .hallpass
            .router()
            .route("/", view.get(async || "in"))
            .into_router();
        let right = [("authorization", "Basic YWxpY2U6YWxpY2UtcGFzcy0x")];
        let answer = get(&app, "/", &right).await;
        assert_eq!(answer.status, status);
        if status == 401 {
            assert_eq!(answer.body, r#"{"detail":"Invalid username/password."}"#);
        }
    }
}

#[tokio::test]
async fn any_backend_grants_a_permission_and_a_denial_ends_the_search() {
    let bench = bench(&["app.Own", MODEL]).await;
    let bob = bench
        .hallpass
        .accounts()
        .by_username("bob")
        .await
        .unwrap()
        .unwrap();
    bench
        .database()
        .execute_batch(
            "INSERT INTO auth_user_user_permissions (user_id, permission_id) SELECT u.id, p.id \
             FROM auth_user u, auth_permission p JOIN django_content_type c ON c.id = content_type_id \
             WHERE username = 'bob' AND app_label = 'auth' AND codename IN ('add_group', 'change_group', 'delete_group') \
             AND NOT EXISTS (SELECT 1 FROM auth_user_user_permissions g WHERE g.user_id = u.id AND g.permission_id = p.id)",
        )
        .unwrap();
    let permissions = bench.hallpass.permissions();
    for (permission, granted) in [
        ("own.anything", true),
        ("auth.change_group", true),
        ("auth.add_group", false),
        ("own.forbidden", false),
        ("other.thing", false),
    ] {
        let held = permissions.has_perm(&bob, permission).await.unwrap();
        assert_eq!(held, granted, "{permission}");
    }
    let both = ["own.anything", "auth.change_group"];
    assert!(permissions.has_perms(&bob, both).await.unwrap());
    assert!(
        !permissions
            .has_perms(&bob, ["own.anything", "x.y"])
            .await
            .unwrap()
    );
    assert!(permissions.has_perm(&bob, "own.broken").await.is_err());
    let carol = bench
        .hallpass
        .accounts()
        .by_username("dave")
        .await
        .unwrap()
        .unwrap();
    assert!(
        !permissions.has_perm(&carol, "own.anything").await.unwrap(),
        "inactive"
    );
    let table = |name| {
        ApiView::new("Model")
            .model(Model::new("own", name))
            .permissions([DjangoModelPermissions::new()])
            .post(async || "made")
    };
    let app = bench
        .hallpass
        .router()
        .route("/", table("thing"))
        .into_router();
    assert_eq!(
        send(&app, "POST", "/", &[("authorization", BOB)], "")
            .await
            .status,
        200
    );
}
