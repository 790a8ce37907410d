//! The application's own type of users.

use axum::Router;
use hallpass::settings::Settings;
use hallpass::store::StoreError;
use hallpass::{
    AllowAny, ApiView, CurrentUser, FromUser, Hallpass, StartError, Token, TokenAuthentication,
    User, WrongColumn,
};

use super::bench::{BOB, Bench, get};

/// A user whose table has grown a column.
struct Member {
    name: String,
    points: i64,
    motto: Option<String>,
}

impl FromUser for Member {
    const COLUMNS: &'static [&'static str] = &["points", "motto"];

    fn from_user(user: &User) -> Result<Self, WrongColumn> {
        Ok(Self {
            name: user.username().to_owned(),
            points: user.column("points")?,
            motto: user.column("motto")?,
        })
    }
}

async fn bench() -> (Bench, Hallpass) {
    let bench = Bench::new().await;
    bench
        .database()
        .execute_batch(
            "ALTER TABLE auth_user ADD COLUMN points integer NOT NULL DEFAULT 3;
             ALTER TABLE auth_user ADD COLUMN motto text;
             UPDATE auth_user SET points = 'many' WHERE username = 'carol'",
        )
        .unwrap();
    let settings: Settings = bench.hallpass.settings().clone();
    let builder = Hallpass::builder(settings).user_type::<Member>();
    (bench, builder.build().await.unwrap())
}

fn app(hallpass: &Hallpass) -> Router {
    let view = |name: &str| {
        ApiView::new(name)
            .authentication([TokenAuthentication::new()])
            .permissions([AllowAny])
    };
    hallpass
        .router()
        .route(
            "/me/",
            view("Me").get(async |CurrentUser(member): CurrentUser<Member>| {
                format!("{} {} {:?}", member.name, member.points, member.motto)
            }),
        )
        .route(
            "/maybe/",
            view("Maybe").get(async |member: Option<CurrentUser<Member>>| {
                member.map_or("nobody".to_owned(), |CurrentUser(member)| member.name)
            }),
        )
        .route(
            "/key/",
            view("Key").get(async |token: Token| token.key().to_owned()),
        )
        .into_router()
}

#[tokio::test]
async fn a_handler_gets_the_applications_own_type() {
    let (_bench, hallpass) = bench().await;
    let app = app(&hallpass);
    let bob = [("authorization", BOB)];
    assert_eq!(get(&app, "/me/", &bob).await.body, "bob 3 None");
    assert_eq!(get(&app, "/maybe/", &bob).await.body, "bob");
    assert_eq!(get(&app, "/maybe/", &[]).await.body, "nobody");
    assert_eq!(get(&app, "/me/", &[]).await.status, 401);
    assert!(BOB.ends_with(&get(&app, "/key/", &bob).await.body));
    assert_eq!(get(&app, "/key/", &[]).await.status, 401);
    let carol = [("authorization", super::bench::CAROL)];
    assert_eq!(get(&app, "/me/", &carol).await.status, 500);
}

#[tokio::test]
async fn a_missing_column_is_told_at_start() {
    let bench = Bench::new().await;
    let builder = Hallpass::builder(bench.hallpass.settings().clone()).user_type::<Member>();
    let error = builder.build().await.unwrap_err();
    assert!(
        matches!(error, StartError::Store(StoreError::UnknownColumn { .. })),
        "{error}"
    );
}

/// A type that was not registered is a loud mistake, never a user without the column.
#[tokio::test]
async fn an_unregistered_type_is_a_mistake() {
    let bench = Bench::new().await;
    let app = app(&bench.hallpass);
    assert_eq!(
        get(&app, "/me/", &[("authorization", BOB)]).await.status,
        500
    );
}
