//! `password_validators.json`: the verdicts of Django's four validators.

use hallpass_formats::json::Json;
use hallpass_formats::password_validation::{
    CommonPasswordValidator, MinimumLengthValidator, NumericPasswordValidator, PasswordOwner,
    PasswordProblem, PasswordValidator, UserAttributeSimilarityValidator, validate_password,
};

use crate::vectors::{Row, Vectors};

const FIELDS: [(&str, &str); 4] = [
    ("username", "username"),
    ("first_name", "first name"),
    ("last_name", "last name"),
    ("email", "email address"),
];

/// The four in the order of `startproject`.
fn stock() -> Vec<Box<dyn PasswordValidator>> {
    vec![
        Box::new(UserAttributeSimilarityValidator::default()),
        Box::new(MinimumLengthValidator::default()),
        Box::new(CommonPasswordValidator::default()),
        Box::new(NumericPasswordValidator),
    ]
}

fn owner(row: &Row) -> PasswordOwner {
    FIELDS
        .iter()
        .fold(PasswordOwner::new(), |owner, (name, verbose)| {
            owner.with(*name, *verbose, row.str(name))
        })
}

fn expected(row: &Row) -> PasswordProblem {
    let code = [
        "password_too_similar",
        "password_too_short",
        "password_too_common",
        "password_entirely_numeric",
    ]
    .into_iter()
    .find(|code| *code == row.str("code"))
    .expect("one of the four codes");
    PasswordProblem {
        code,
        message: row.str("message").to_owned(),
    }
}

#[test]
fn verdicts_are_djangos() {
    let vectors = Vectors::load("password_validators.json");
    let users = vectors.row("users");
    let validators = stock();
    for row in vectors.rows("verdicts") {
        let user = users.get(row.str("user")).is_some();
        let owner = user.then(|| owner(&users.row(row.str("user"))));
        let found = validate_password(
            validators.iter().map(AsRef::as_ref),
            row.str("password"),
            owner.as_ref(),
        );
        let expected: Vec<PasswordProblem> = row.rows("errors").iter().map(expected).collect();
        assert_eq!(found, expected, "{row:?}");
    }
}

#[test]
fn options_are_djangos() {
    let vectors = Vectors::load("password_validators.json");
    let users = vectors.row("users");
    for row in vectors.rows("options") {
        let options = row.row("options");
        let validator: Box<dyn PasswordValidator> = match row.str("validator") {
            "MinimumLengthValidator" => Box::new(MinimumLengthValidator {
                min_length: usize::try_from(options.i64("min_length")).unwrap(),
            }),
            "UserAttributeSimilarityValidator" => Box::new(similarity(&options)),
            other => panic!("{other}"),
        };
        let owner = owner(&users.row("alice"));
        let found = validator.validate(row.str("password"), Some(&owner)).err();
        let wanted = row.get("error").map(|_| expected(&row.row("error")));
        assert_eq!(found, wanted, "{row:?}");
        assert_eq!(validator.help_text(), row.str("help_text"));
    }
}

fn similarity(options: &Row) -> UserAttributeSimilarityValidator {
    let names = options.get("user_attributes").and_then(Json::as_list);
    let names: Vec<String> = match names {
        Some(names) => names
            .iter()
            .filter_map(Json::as_str)
            .map(str::to_owned)
            .collect(),
        None => UserAttributeSimilarityValidator::DEFAULT_USER_ATTRIBUTES
            .map(str::to_owned)
            .to_vec(),
    };
    let likeness = match options.get("max_similarity") {
        Some(Json::Float(likeness)) => *likeness,
        _ => 0.7,
    };
    UserAttributeSimilarityValidator::new(names, likeness).unwrap()
}

#[test]
fn help_texts_are_djangos() {
    let vectors = Vectors::load("password_validators.json");
    let found: Vec<Json> = stock()
        .iter()
        .map(|validator| Json::from(validator.help_text()))
        .collect();
    assert_eq!(
        vectors.list("help_texts"),
        found,
        "as a form tells people beforehand"
    );
}

#[test]
fn a_long_password_is_judged_in_no_time() {
    let long = "ab".repeat(500_000);
    let owner = PasswordOwner::new().with("username", "username", "x-".repeat(2_000));
    let found = validate_password(stock().iter().map(AsRef::as_ref), &long, Some(&owner));
    assert_eq!(found, []);
}

#[test]
fn an_owner_is_not_printed() {
    let owner = PasswordOwner::new().with("email", "email address", "alice@example.com");
    assert_eq!(format!("{owner:?}"), r#"{"email"}"#);
}
