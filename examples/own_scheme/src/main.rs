//! An authentication scheme of one's own. See the README beside it.

use axum::http::HeaderValue;
use hallpass::settings::Settings;
use hallpass::{
    ApiView, Auth, Authentication, Hallpass, Identity, NewAccount, Rejection, RequestContext,
    Scheme, TokenAuthentication,
};

const SETTINGS: &str = r#"
secret_key = "only-for-this-example-0123456789-abcdefghijklmnopqrstuvwxyz"
database_url = "sqlite:///example-own-scheme.sqlite3"
"#;

/// Recognises the machines of our own house by a header, each as the user of its name.
struct DeviceKey;

impl Authentication for DeviceKey {
    async fn authenticate(
        &self,
        request: &RequestContext<'_>,
    ) -> Result<Option<Identity>, Rejection> {
        let Some(header) = request.headers().get("x-device") else {
            return Ok(None); // not for us: the next scheme is asked
        };
        let (name, key) = header
            .to_str()
            .ok()
            .and_then(|text| text.split_once(':'))
            .ok_or_else(|| Rejection::authentication_failed("X-Device is <name>:<key>."))?;
        if key != "opensesame" {
            return Err(Rejection::authentication_failed("Wrong device key."));
        }
        let user = request.core().accounts().find_by_username(name).await?;
        let user = user
            .filter(hallpass::User::is_active)
            .ok_or_else(|| Rejection::authentication_failed("Unknown device."))?;
        Ok(Some(Identity::new(user, "device")))
    }

    fn challenge(&self) -> Option<HeaderValue> {
        Some(HeaderValue::from_static("Device"))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let hallpass = Hallpass::builder(Settings::from_toml(SETTINGS)?)
        .migrate()
        .build()
        .await?;
    if hallpass.accounts().by_username("printer").await?.is_none() {
        let account = NewAccount {
            username: "printer".to_owned(),
            ..NewAccount::default()
        };
        hallpass.accounts().create_user(account).await?;
    }

    let whoami = ApiView::new("Who Am I")
        .authentication([
            Scheme::new(DeviceKey),
            Scheme::new(TokenAuthentication::new()),
        ])
        .get(async |auth: Auth| {
            format!(
                "{} by {}\n",
                auth.user().username(),
                auth.authenticated_by()
            )
        });
    let app = hallpass.router().route("/", whoami).into_router();
    axum::serve(tokio::net::TcpListener::bind("127.0.0.1:3000").await?, app).await?;
    Ok(())
}
