//! `auth_password_validators`: tables, names, options.

use crate::settings::{PasswordValidatorClass, Settings, Sources};

fn read(value: &str) -> Result<Vec<PasswordValidatorClass>, String> {
    Settings::from_toml(&format!("AUTH_PASSWORD_VALIDATORS = {value}"))
        .map(|settings| settings.auth_password_validators)
        .map_err(|error| error.to_string())
}

#[test]
fn none_unless_named() {
    assert_eq!(Settings::default().auth_password_validators, []);
}

#[test]
fn entries_are_djangos_tables_or_names() {
    let path = "django.contrib.auth.password_validation";
    let tables = read(&format!(
        r#"[
            {{ NAME = "{path}.UserAttributeSimilarityValidator", OPTIONS = {{ max_similarity = 1 }} }},
            {{ NAME = "{path}.MinimumLengthValidator", OPTIONS = {{ min_length = 12 }} }},
            {{ NAME = "{path}.CommonPasswordValidator", OPTIONS = {{ password_list_path = "words.gz" }} }},
            {{ NAME = "{path}.NumericPasswordValidator" }},
        ]"#
    ))
    .unwrap();
    let [similarity, length, common, numeric] = tables.as_slice() else {
        panic!("{tables:?}");
    };
    let PasswordValidatorClass::UserAttributeSimilarity {
        user_attributes,
        max_similarity,
    } = similarity
    else {
        panic!("{similarity:?}");
    };
    assert_eq!(
        user_attributes.join(" "),
        "username first_name last_name email"
    );
    assert!((max_similarity - 1.0).abs() < f64::EPSILON);
    assert_eq!(
        *length,
        PasswordValidatorClass::MinimumLength { min_length: 12 }
    );
    let list = Some("words.gz".to_owned());
    assert_eq!(
        *common,
        PasswordValidatorClass::CommonPassword {
            password_list_path: list
        }
    );
    assert_eq!(*numeric, PasswordValidatorClass::NumericPassword);
    let names = read(r#"["minimum_length", "numeric_password"]"#).unwrap();
    assert_eq!(
        names[0],
        PasswordValidatorClass::MinimumLength { min_length: 8 }
    );
}

#[test]
fn what_is_shown_can_be_read() {
    use crate::settings::value::SettingValue;

    let written =
        r#"[{ NAME = "user_attribute_similarity", OPTIONS = { user_attributes = ["badge"] } },
        "minimum_length", { NAME = "common_password", OPTIONS = { password_list_path = "a\\b" } }]"#
            .replace('\n', " ");
    let settings = read(&written).unwrap();
    assert_eq!(read(&settings.show()).unwrap(), settings);
}

#[test]
fn the_environment_names_them() {
    let settings = Settings::load(Sources {
        environment: vec![(
            "HALLPASS_AUTH_PASSWORD_VALIDATORS".to_owned(),
            "minimum_length, own".to_owned(),
        )],
        custom_classes: vec!["own".to_owned()],
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(
        settings.auth_password_validators[1],
        PasswordValidatorClass::Custom("own".to_owned())
    );
}

#[test]
fn errors_say_what_is_wrong() {
    let refused = |value: &str, words: &[&str]| {
        let error = read(value).unwrap_err();
        for word in words {
            assert!(error.contains(word), "{word:?} is not in {error:?}");
        }
    };
    refused(r#"["minimum_lenght"]"#, &["nearest", "minimum_length"]);
    refused(
        r#"[{ NAME = "minimum_length", OPTIONS = { min = 3 } }]"#,
        &["\"min\"", "min_length"],
    );
    refused(
        r#"[{ NAME = "numeric_password", OPTIONS = { min = 3 } }]"#,
        &["takes none"],
    );
    refused(
        r#"[{ NAME = "minimum_length", OPTIONS = { min_length = "x" } }]"#,
        &["whole number for min_length"],
    );
    refused(
        r#"[{ NAME = "user_attribute_similarity", OPTIONS = { max_similarity = 0.01 } }]"#,
        &["max_similarity must be at least 0.1"],
    );
    refused("[{ OPTIONS = {} }]", &["no NAME"]);
    refused("[{ NAME = 'minimum_length', OPTION = {} }]", &["OPTION"]);
    refused("[3]", &["3"]);
}
