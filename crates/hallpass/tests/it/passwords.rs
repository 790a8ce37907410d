//! `auth_password_validators` from the settings to the verdict: what they know of the owner, what cannot start.

use std::io::Write;

use hallpass::formats::password_validation::{PasswordOwner, PasswordProblem, PasswordValidator};
use hallpass::settings::{Settings, Sources};
use hallpass::{Hallpass, NewAccount, StartError};

const STOCK: &str = "auth_password_validators = ['user_attribute_similarity', 'minimum_length', \
                     'common_password', 'numeric_password']";

fn settings(toml: &str) -> Settings {
    let base = "secret_key = \"tests-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz\"\n\
                database_url = \"sqlite://:memory:\"\npbkdf2_iterations = 10\nhash_threads = 1\n";
    Settings::from_toml(&format!("{base}{toml}")).expect("the settings are fine")
}

async fn open(toml: &str) -> Hallpass {
    let builder = Hallpass::builder(settings(toml)).migrate();
    builder.build().await.expect("it starts")
}

fn codes(problems: &[PasswordProblem]) -> Vec<&'static str> {
    problems.iter().map(|problem| problem.code).collect()
}

#[tokio::test]
async fn all_are_asked_in_their_order() {
    let hallpass = open(STOCK).await;
    let account = NewAccount {
        username: "liddell".to_owned(),
        first_name: "Alice".to_owned(),
        ..NewAccount::default()
    };
    let owner = hallpass.accounts().new_password_owner(&account);
    let judge = |password: &str| codes(&hallpass.validate_password(password, Some(&owner)));
    assert_eq!(
        judge("alicE7x"),
        ["password_too_similar", "password_too_short"]
    );
    assert_eq!(
        judge("12345678"),
        ["password_too_common", "password_entirely_numeric"]
    );
    assert!(judge("sufficiently-odd-77").is_empty());
    assert_eq!(hallpass.password_help_texts().len(), 4);

    let user = hallpass.accounts().create_user(account).await.unwrap();
    let owner = hallpass.accounts().password_owner(&user);
    let problems = hallpass.validate_password("Liddell-li", Some(&owner));
    assert_eq!(codes(&problems), ["password_too_similar"]);
    assert_eq!(
        problems[0].message,
        "The password is too similar to the username."
    );
}

#[tokio::test]
async fn nobody_asks_them_where_a_program_sets_the_password() {
    let hallpass = open(STOCK).await;
    let account = NewAccount {
        username: "suraj".to_owned(),
        password: Some("1".to_owned()),
        ..NewAccount::default()
    };
    let user = hallpass.accounts().create_user(account).await.unwrap();
    hallpass.accounts().set_password(&user, "2").await.unwrap();
}

#[tokio::test]
async fn the_address_of_an_email_login_is_called_so() {
    let hallpass = open(&format!("auth_user_model = 'app.User'\n{STOCK}")).await;
    let account = NewAccount {
        username: "alice@wonderland.example".to_owned(),
        ..NewAccount::default()
    };
    let owner = hallpass.accounts().new_password_owner(&account);
    let problems = hallpass.validate_password("wonderland-al", Some(&owner));
    assert_eq!(
        problems[0].message,
        "The password is too similar to the email address."
    );
}

#[tokio::test]
async fn a_list_of_ones_own_is_read_beside_the_settings_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hallpass.toml");
    let with_list = |name: &str| {
        let text = format!(
            "secret_key = 'k'\ndatabase_url = 'sqlite://:memory:'\nauth_password_validators = \
             [{{ NAME = 'common_password', OPTIONS = {{ password_list_path = '{name}' }} }}]"
        );
        std::fs::write(&file, text).unwrap();
        // Not `from_file`: what the environment of whoever runs the tests says is not meant.
        let sources = Sources {
            file: Some(file.clone()),
            ..Sources::default()
        };
        Hallpass::builder(Settings::load(sources).unwrap())
            .migrate()
            .build()
    };
    let mut list = std::fs::File::create(folder.path().join("words.txt")).unwrap();
    writeln!(list, "doormat").unwrap();
    let hallpass = with_list("words.txt").await.unwrap();
    assert_eq!(hallpass.validate_password(" DOORMAT", None).len(), 1);
    assert!(hallpass.validate_password("password", None).is_empty());

    let missing = with_list("nowhere.gz").await.unwrap_err();
    assert!(missing.to_string().contains("nowhere.gz"), "{missing}");
    assert!(matches!(missing, StartError::PasswordList { .. }));
}

#[derive(Debug)]
struct NoSpaces;

impl PasswordValidator for NoSpaces {
    fn validate(&self, password: &str, _: Option<&PasswordOwner>) -> Result<(), PasswordProblem> {
        if !password.contains(' ') {
            return Ok(());
        }
        Err(PasswordProblem {
            code: "password_has_spaces",
            message: "No spaces, please.".to_owned(),
        })
    }

    fn help_text(&self) -> String {
        "No spaces.".to_owned()
    }
}

#[tokio::test]
async fn an_application_brings_its_own() {
    let settings = Settings::load(Sources {
        environment: [
            ("HALLPASS_SECRET_KEY", "k"),
            ("HALLPASS_DATABASE_URL", "sqlite://:memory:"),
            ("HALLPASS_AUTH_PASSWORD_VALIDATORS", "app.NoSpaces"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec(),
        custom_classes: vec!["app.NoSpaces".to_owned()],
        ..Sources::default()
    })
    .unwrap();
    let forgotten = Hallpass::builder(settings.clone()).migrate().build().await;
    assert!(matches!(forgotten, Err(StartError::NotRegistered { .. })));
    let builder = Hallpass::builder(settings).migrate();
    let hallpass = builder
        .password_validator("app.NoSpaces", NoSpaces)
        .build()
        .await
        .unwrap();
    assert_eq!(
        codes(&hallpass.validate_password("a b", None)),
        ["password_has_spaces"]
    );
}
