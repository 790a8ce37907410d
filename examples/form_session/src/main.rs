//! Pages with a session and a form. See the README beside it.

use axum::response::{Html, Redirect};
use axum::routing::get;
use hallpass::settings::Settings;
use hallpass::views::{LoginView, LogoutView};
use hallpass::{Auth, CsrfToken, Data, Hallpass, NewAccount, Rejection, Session};

const SETTINGS: &str = r#"
secret_key = "only-for-this-example-0123456789-abcdefghijklmnopqrstuvwxyz"
database_url = "sqlite:///example-form-session.sqlite3"
login_url = "/login/"
login_redirect_url = "/"
logout_redirect_url = "/"
"#;

/// The page: who is there, the colour of the session, and two forms with their CSRF token.
async fn page(
    auth: Option<Auth>,
    session: Session,
    CsrfToken(token): CsrfToken,
) -> Result<Html<String>, Rejection> {
    let name = auth
        .as_ref()
        .map_or("stranger", |auth| auth.user().username());
    let colour = session.get_str("colour").await?;
    // One of three words that we wrote ourselves, so that nothing has to be escaped.
    let colour = COLOURS
        .iter()
        .find(|known| Some(**known) == colour.as_deref());
    let hidden = format!(r#"<input type="hidden" name="csrfmiddlewaretoken" value="{token}">"#);
    Ok(Html(format!(
        r#"<!doctype html><title>Colours</title>
<p>Hello, {name}. Your colour: {colour}.
<form method="post">{hidden}<button name="colour" value="red">red</button>
<button name="colour" value="blue">blue</button></form>
<p><a href="/login/">Log in</a> as ada, password lovelace.
<form method="post" action="/logout/">{hidden}<button>Log out</button></form>"#,
        colour = colour.unwrap_or(&"none yet"),
    )))
}

const COLOURS: [&str; 2] = ["red", "blue"];

/// The form: refused with 403 before it comes here when another site sent it.
async fn choose(session: Session, data: Data) -> Result<Redirect, Rejection> {
    if let Data::Form(form) = data
        && let Some(colour) = form.last("colour")
    {
        session.insert("colour", colour).await?;
    }
    Ok(Redirect::to("/"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let hallpass = Hallpass::builder(Settings::from_toml(SETTINGS)?)
        .migrate()
        .build()
        .await?;
    if hallpass.accounts().by_username("ada").await?.is_none() {
        let account = NewAccount {
            username: "ada".to_owned(),
            password: Some("lovelace".to_owned()),
            ..NewAccount::default()
        };
        hallpass.accounts().create_user(account).await?;
    }

    let app = hallpass
        .router()
        .plain("/", get(page).post(choose))
        .plain("/login/", LoginView::new().into_handlers())
        .plain("/logout/", LogoutView::new().into_handlers())
        .into_router();
    println!("http://127.0.0.1:3000/");
    axum::serve(tokio::net::TcpListener::bind("127.0.0.1:3000").await?, app).await?;
    Ok(())
}
