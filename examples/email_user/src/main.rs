//! A user model with e-mail login and a column of its own. See the README beside it.

use hallpass::settings::Settings;
use hallpass::{ApiView, CurrentUser, FromUser, Hallpass, NewAccount, User, WrongColumn};

const SETTINGS: &str = r#"
secret_key = "only-for-this-example-0123456789-abcdefghijklmnopqrstuvwxyz"
database_url = "sqlite:///example-email-user.sqlite3"
auth_user_model = "app.User"
"#;

/// What our handlers want to know of a user; `is_superuser` stands for a column of the application's own.
struct Member {
    email: String,
    is_superuser: bool,
}

impl FromUser for Member {
    const COLUMNS: &'static [&'static str] = &["is_superuser"];

    fn from_user(user: &User) -> Result<Self, WrongColumn> {
        Ok(Self {
            email: user.username().to_owned(),
            is_superuser: user.column("is_superuser")?,
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings::from_toml(SETTINGS)?;
    // Makes the table, which is no business of `Member`: columns of its own would come from the project's migrations.
    Hallpass::builder(settings.clone())
        .migrate()
        .build()
        .await?;
    let hallpass = Hallpass::builder(settings)
        .user_type::<Member>()
        .build()
        .await?;
    let accounts = hallpass.accounts();
    let ada = match accounts.by_username("ada@example.com").await? {
        Some(ada) => ada,
        None => {
            let account = NewAccount {
                username: "ada@example.com".to_owned(),
                password: Some("lovelace".to_owned()),
                is_superuser: true,
                ..NewAccount::default()
            };
            accounts.create_user(account).await?
        }
    };
    let token = hallpass.tokens().get_or_create(&ada).await?;
    println!(
        "curl -H 'Authorization: Token {}' http://127.0.0.1:3000/me/",
        token.key()
    );

    let me = ApiView::new("Me").get(async |CurrentUser(member): CurrentUser<Member>| {
        format!("{} {}\n", member.email, member.is_superuser)
    });
    let app = hallpass.router().route("/me/", me).into_router();
    axum::serve(tokio::net::TcpListener::bind("127.0.0.1:3000").await?, app).await?;
    Ok(())
}
