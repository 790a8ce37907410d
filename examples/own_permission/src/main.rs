//! A permission of one's own that looks at the object. See the README beside it.

use axum::extract::Path;
use hallpass::settings::Settings;
use hallpass::{
    ApiView, BasicAuthentication, Hallpass, Identity, IsAdminUser, IsAuthenticated, NewAccount,
    Object, ObjectPermissions, Permission, Rejection, RequestContext,
};

const SETTINGS: &str = r#"
secret_key = "only-for-this-example-0123456789-abcdefghijklmnopqrstuvwxyz"
database_url = "sqlite:///example-own-permission.sqlite3"
"#;

struct Diary {
    owner: String,
    text: &'static str,
}

/// Lets people read their own diary only.
struct IsOwner;

impl Permission for IsOwner {
    async fn has_permission(
        &self,
        _: &RequestContext<'_>,
        _: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        Ok(true) // about the view: the object decides
    }

    async fn has_object_permission(
        &self,
        _: &RequestContext<'_>,
        identity: Option<&Identity>,
        object: Object<'_>,
    ) -> Result<bool, Rejection> {
        let diary: &Diary = object.get()?;
        Ok(identity.is_some_and(|identity| identity.user().username() == diary.owner))
    }
}

hallpass::permission_operators!(IsOwner);

async fn read(
    permissions: ObjectPermissions,
    Path(owner): Path<String>,
) -> Result<&'static str, Rejection> {
    let diary = Diary {
        owner,
        text: "Dear diary…\n",
    };
    permissions.check(&diary).await?;
    Ok(diary.text)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let hallpass = Hallpass::builder(Settings::from_toml(SETTINGS)?)
        .migrate()
        .build()
        .await?;
    for (name, is_staff) in [("ada", false), ("bob", false), ("root", true)] {
        if hallpass.accounts().by_username(name).await?.is_none() {
            let account = NewAccount {
                username: name.to_owned(),
                password: Some("secret".to_owned()),
                is_staff,
                ..NewAccount::default()
            };
            hallpass.accounts().create_user(account).await?;
        }
    }

    let diary = ApiView::new("Diary")
        .authentication([BasicAuthentication::new()])
        .permissions([(IsAuthenticated & IsOwner) | IsAdminUser])
        .get(read);
    let app = hallpass
        .router()
        .route("/diary/{owner}/", diary)
        .into_router();
    axum::serve(tokio::net::TcpListener::bind("127.0.0.1:3000").await?, app).await?;
    Ok(())
}
