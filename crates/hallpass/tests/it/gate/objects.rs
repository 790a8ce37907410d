//! Permissions about objects and models.

use axum::Router;
use axum::extract::Path;
use hallpass::store::UserId;
use hallpass::{
    Accounts, Answer, ApiView, CredentialBackend, Credentials, DjangoModelPermissions,
    DjangoModelPermissionsOrAnonReadOnly, DjangoObjectPermissions, GetObject, Identity,
    IsAuthenticated, Model, Object, ObjectPermissions, Permission, Rejection, RequestContext,
    Requirement, TokenAuthentication, User,
};
use http::Method;

use super::bench::{BOB, BOBS_SESSION, Bench, CAROL, get, send};

const ALICE: &str = "Token a11ce00000000000000000000000000000000001";

fn by_token(key: &str) -> [(&'static str, &str); 1] {
    [("authorization", key)]
}

/// A note on somebody's desk.
struct Note {
    owner: String,
}

struct IsOwner;

impl Permission for IsOwner {
    async fn has_permission(
        &self,
        _: &RequestContext<'_>,
        _: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        Ok(true)
    }

    async fn has_object_permission(
        &self,
        _: &RequestContext<'_>,
        identity: Option<&Identity>,
        object: Object<'_>,
    ) -> Result<bool, Rejection> {
        let note: &Note = object.get()?;
        Ok(identity.is_some_and(|identity| identity.user().username() == note.owner))
    }

    fn message(&self) -> Option<&str> {
        Some("Not your note.")
    }

    fn code(&self) -> Option<&'static str> {
        Some("not_yours")
    }
}

async fn note(
    permissions: ObjectPermissions,
    Path(owner): Path<String>,
) -> Result<String, Rejection> {
    permissions
        .check(&Note { owner })
        .await
        .inspect_err(|refusal| {
            let code = refusal.code();
            assert!(["not_yours", "not_authenticated"].contains(&code), "{code}");
        })?;
    Ok("read".to_owned())
}

#[tokio::test]
async fn an_object_is_its_owners() {
    let bench = Bench::new().await;
    let view = |permissions: Vec<Requirement>| -> ApiView {
        ApiView::new("Note")
            .authentication([TokenAuthentication::new()])
            .permissions(permissions)
            .get(note)
    };
    let app: Router = bench
        .hallpass
        .router()
        .route(
            "/note/{owner}/",
            view(vec![IsAuthenticated.into(), IsOwner.into()]),
        )
        .route("/open/{owner}/", view(vec![IsOwner.into()]))
        .into_router();
    assert_eq!(get(&app, "/note/bob/", &by_token(BOB)).await.body, "read");
    let stranger = get(&app, "/note/bob/", &by_token(CAROL)).await;
    assert_eq!(stranger.status, 403);
    assert_eq!(stranger.body, r#"{"detail":"Not your note."}"#);
    // Who could still authenticate is asked to, with the view's own challenge.
    let anonymous = get(&app, "/open/bob/", &[]).await;
    assert_eq!(anonymous.status, 401);
    assert_eq!(anonymous.header("www-authenticate"), Some("Token"));
}

#[tokio::test]
async fn debug_shows_whose_request_it_is_and_no_credential() {
    let bench = Bench::new().await;
    let shown = async |permissions: ObjectPermissions| format!("{permissions:?}");
    let view = ApiView::new("Note").authentication([TokenAuthentication::new()]);
    let app: Router = bench
        .hallpass
        .router()
        .route("/note/", view.get(shown))
        .into_router();
    let headers = [("authorization", BOB), ("cookie", BOBS_SESSION)];
    let answer = get(&app, "/note/?password=hunter2", &headers).await;
    assert_eq!(
        answer.body,
        r#"ObjectPermissions { method: GET, path: "/note/", who: Some("bob"), .. }"#
    );
}

#[tokio::test]
async fn an_object_of_another_type_is_nobodys() {
    let bench = Bench::new().await;
    let view: ApiView = ApiView::new("Note")
        .authentication([TokenAuthentication::new()])
        .permissions([IsOwner])
        .get(async |permissions: ObjectPermissions| permissions.check(&"bob").await);
    let app: Router = bench.hallpass.router().route("/", view).into_router();
    assert_eq!(get(&app, "/", &by_token(BOB)).await.status, 500);
}

#[tokio::test]
async fn a_permission_may_be_asked_beside_the_views_own() {
    let bench = Bench::new().await;
    let handler = async |permissions: ObjectPermissions, Path(owner): Path<String>| {
        permissions.check_with(IsOwner, &Note { owner }).await
    };
    let view: ApiView = ApiView::new("Note")
        .authentication([TokenAuthentication::new()])
        .permissions([IsAuthenticated])
        .get(handler);
    let app: Router = bench
        .hallpass
        .router()
        .route("/{owner}/", view)
        .into_router();
    assert_eq!(get(&app, "/bob/", &by_token(BOB)).await.status, 200);
    assert_eq!(get(&app, "/bob/", &by_token(CAROL)).await.status, 403);
}

fn groups(name: &str, permission: impl Permission) -> ApiView {
    ApiView::new(name)
        .model(Model::new("auth", "Group"))
        .authentication([TokenAuthentication::new()])
        .permissions([permission])
        .get(async || "list")
        .post(async || "made")
        .put(async || "changed")
        .delete(async || "gone")
}

/// carol's group may add, change and see groups, not delete them; alice is a superuser; bob may nothing.
#[tokio::test]
async fn models_ask_the_permission_rows() {
    let bench = Bench::new().await;
    let or_anonymous = DjangoModelPermissionsOrAnonReadOnly::new();
    let app: Router = bench
        .hallpass
        .router()
        .route("/g/", groups("Groups", DjangoModelPermissions::new()))
        .route("/open/", groups("Groups", or_anonymous))
        .route(
            "/ignored/",
            groups("Groups", DjangoModelPermissions::new()).ignore_model_permissions(),
        )
        .into_router();
    let table = [
        ("/g/", "GET", None, 401),
        ("/g/", "GET", Some(BOB), 200),
        ("/g/", "POST", Some(BOB), 403),
        ("/g/", "POST", Some(CAROL), 200),
        ("/g/", "PUT", Some(CAROL), 200),
        ("/g/", "DELETE", Some(CAROL), 403),
        ("/g/", "DELETE", Some(ALICE), 200),
        ("/g/", "TRACE", Some(ALICE), 405),
        ("/g/", "TRACE", None, 401),
        ("/open/", "GET", None, 200),
        ("/open/", "POST", None, 401),
        ("/open/", "TRACE", None, 405),
        ("/ignored/", "DELETE", Some(BOB), 200),
        ("/ignored/", "GET", None, 401),
    ];
    for (path, method, key, status) in table {
        let headers: Vec<(&str, &str)> =
            key.into_iter().map(|key| ("authorization", key)).collect();
        let answer = send(&app, method, path, &headers, "").await;
        assert_eq!(answer.status, status, "{method} {path} {key:?}");
    }
}

#[tokio::test]
async fn a_map_of_ones_own_asks_for_more() {
    let bench = Bench::new().await;
    let strict = DjangoModelPermissions::new().require(Method::GET, &["view"]);
    let app: Router = bench
        .hallpass
        .router()
        .route("/", groups("Groups", strict))
        .into_router();
    assert_eq!(get(&app, "/", &by_token(BOB)).await.status, 403);
    assert_eq!(get(&app, "/", &by_token(ALICE)).await.status, 200);
}

/// DRF's assertion: a loud 500, and only for those who come that far.
#[tokio::test]
async fn a_view_without_a_model_is_a_mistake() {
    let bench = Bench::new().await;
    let view: ApiView = ApiView::new("None")
        .authentication([TokenAuthentication::new()])
        .permissions([DjangoModelPermissions::new()])
        .get(async || "list");
    let app: Router = bench.hallpass.router().route("/", view).into_router();
    assert_eq!(get(&app, "/", &[]).await.status, 401);
    assert_eq!(get(&app, "/", &by_token(ALICE)).await.status, 500);
}

/// Grants permissions on the notes that one owns.
#[derive(Debug)]
struct Desk;

impl CredentialBackend for Desk {
    fn path(&self) -> &str {
        "app.Desk"
    }

    async fn authenticate(&self, _: &Accounts<'_>, _: &Credentials) -> Result<Answer, Rejection> {
        Ok(Answer::Pass)
    }

    async fn user(&self, _: &Accounts<'_>, _: &UserId) -> Result<Option<User>, Rejection> {
        Ok(None)
    }

    async fn has_object_perm(
        &self,
        _: &Accounts<'_>,
        user: &User,
        permission: &str,
        object: Object<'_>,
    ) -> Result<bool, Rejection> {
        let note = object.downcast::<Note>();
        Ok(permission == "auth.change_group"
            && note.is_some_and(|note| note.owner == user.username()))
    }
}

#[tokio::test]
async fn objects_ask_the_backends() {
    let own_backend = |settings: &mut hallpass::settings::Settings| {
        settings.authentication_backends.push("app.Desk".to_owned());
    };
    let bench = Bench::made(own_backend, |builder| builder.backend(Desk)).await;
    let view =
        |permission: DjangoObjectPermissions| groups("Notes", permission).patch(note_of_the_path);
    let strict = DjangoObjectPermissions::new().require(Method::GET, &["view"]);
    let app: Router = bench
        .hallpass
        .router()
        .route("/{owner}/", view(DjangoObjectPermissions::new()))
        .route("/strict/{owner}/", view(strict))
        .into_router();
    let table = [
        ("/carol/", CAROL, 200),
        ("/bob/", CAROL, 403),
        ("/bob/", BOB, 403),
        ("/bob/", ALICE, 200),
        // Whoever may not read it is not told that it exists.
        ("/strict/bob/", CAROL, 404),
        ("/strict/carol/", CAROL, 200),
    ];
    for (path, key, status) in table {
        let answer = send(&app, "PATCH", path, &by_token(key), "").await;
        assert_eq!(answer.status, status, "{path} {key}");
    }
}

async fn note_of_the_path(
    permissions: ObjectPermissions,
    Path(owner): Path<String>,
) -> Result<&'static str, Rejection> {
    permissions.check(&Note { owner }).await?;
    Ok("changed")
}

/// Finds every note but that of nobody.
struct Find;

impl GetObject for Find {
    type Object = Note;

    async fn get_object(&self, request: &RequestContext<'_>) -> Result<Note, Rejection> {
        let owner: String = request.path().await?;
        if owner == "nobody" {
            return Err(Rejection::not_found());
        }
        Ok(Note { owner })
    }
}

/// DRF's metadata names the methods that the caller could use, and `PUT` only where the object is there.
#[tokio::test]
async fn options_shows_what_the_caller_could_send() {
    use hallpass::formats::json::{Json, Object as Fields};

    let bench = Bench::new().await;
    let mut fields = Fields::new();
    fields.insert("name", Json::Null);
    let view = groups("Groups", DjangoModelPermissions::new() & IsOwner)
        .serializer_fields(Json::Object(fields))
        .get_object(Find);
    let app: Router = bench
        .hallpass
        .router()
        .route("/{owner}/", view)
        .into_router();
    let actions = async |path: &str, key: &str| {
        let answer = send(&app, "OPTIONS", path, &by_token(key), "").await;
        assert_eq!(answer.status, 200, "{path}");
        let document: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        document["actions"].to_string()
    };
    let both = r#"{"POST":{"name":null},"PUT":{"name":null}}"#;
    assert_eq!(actions("/carol/", CAROL).await, both);
    assert_eq!(actions("/bob/", CAROL).await, r#"{"POST":{"name":null}}"#);
    assert_eq!(
        actions("/nobody/", CAROL).await,
        r#"{"POST":{"name":null}}"#
    );
    assert_eq!(actions("/bob/", BOB).await, "null");
}
