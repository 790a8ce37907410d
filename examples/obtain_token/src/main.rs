//! A token endpoint of one's own. See the README beside it.

use hallpass::formats::json::{Json, Object};
use hallpass::settings::Settings;
use hallpass::views::ObtainAuthToken;
use hallpass::{Hallpass, NewAccount, Rejection, Scheme, Token, User};

const SETTINGS: &str = r#"
secret_key = "only-for-this-example-0123456789-abcdefghijklmnopqrstuvwxyz"
database_url = "sqlite:///example-obtain-token.sqlite3"
"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let hallpass = Hallpass::builder(Settings::from_toml(SETTINGS)?)
        .migrate()
        .build()
        .await?;
    for (name, password, is_staff) in [("ada", "lovelace", true), ("bob", "builder", false)] {
        if hallpass.accounts().by_username(name).await?.is_none() {
            let password = Some(password.to_owned());
            let account = NewAccount {
                username: name.to_owned(),
                password,
                is_staff,
                ..NewAccount::default()
            };
            hallpass.accounts().create_user(account).await?;
        }
    }

    let view = ObtainAuthToken::new()
        .name("Custom Auth Token")
        .authentication(Vec::<Scheme>::new())
        .credential_check(staff_only)
        .response_fields(fields)
        .into_view();
    let app = hallpass
        .router()
        .route("/api-token-auth/", view)
        .into_router();
    axum::serve(tokio::net::TcpListener::bind("127.0.0.1:3000").await?, app).await?;
    Ok(())
}

/// What a serializer's `validate` would do: the password was right, but is this user welcome?
fn staff_only(user: User) -> Result<User, Rejection> {
    if user.is_staff() {
        return Ok(user);
    }
    let mut errors = Object::new();
    errors.insert(
        "non_field_errors",
        Json::List(vec![Json::from("Staff only.")]),
    );
    Err(Rejection::validation(Json::Object(errors)))
}

/// The answer: what a subclass of DRF's view would put into its `Response`.
fn fields(user: &User, token: &Token) -> Json {
    let mut body = Object::new();
    body.insert("token", Json::from(token.key()));
    body.insert("user_id", Json::from(*user.id()));
    body.insert("email", Json::from(user.email().unwrap_or_default()));
    Json::Object(body)
}
