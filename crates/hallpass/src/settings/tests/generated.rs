//! What is written from the definitions: the page of the docs and the file of `hallpass init`.

use std::path::Path;

use hallpass_formats::secret::SecretKey;

use crate::settings::{Settings, reference_page};

#[test]
fn the_docs_page_is_up_to_date() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/settings.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, reference_page()).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == reference_page(),
        "docs/settings.md is not what the definitions say; run `UPDATE_DOCS=1 cargo test -p hallpass settings`"
    );
}

#[test]
fn the_page_has_every_setting() {
    let page = reference_page();
    for definition in Settings::definitions() {
        assert!(
            page.contains(&format!("| `{}` | ", definition.name)),
            "{}",
            definition.full_name()
        );
    }
    assert!(page.contains(
        "| `rest_framework.default_permission_classes` | `[\"is_authenticated\"]` | DRF: AllowAny."
    ));
}

#[test]
fn the_template_is_a_settings_file() {
    let key = SecretKey::new("k\"e\\y#\t'");
    let settings = Settings::from_toml(&Settings::init_template(&key)).unwrap();
    let mut expected = Settings {
        secret_key: key,
        allowed_hosts: ["localhost", "127.0.0.1", "[::1]"]
            .map(str::to_owned)
            .to_vec(),
        login_url: "/api-auth/login/".to_owned(),
        login_redirect_url: "/api/whoami/".to_owned(),
        ..Settings::default()
    };
    expected.auth_password_validators = Settings::from_toml(
        "auth_password_validators = ['user_attribute_similarity', 'minimum_length', 'common_password', 'numeric_password']",
    )
    .unwrap()
    .auth_password_validators;
    expected.token.auto_create = true;
    assert_eq!(settings, expected);
}

#[test]
fn every_comment_of_the_template_can_be_taken_away() {
    let template = Settings::init_template(&SecretKey::new("key"));
    let mut uncommented = 0;
    let lines: Vec<&str> = template
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(setting) if !setting.starts_with(' ') && !setting.is_empty() => {
                uncommented += 1;
                setting
            }
            _ => line,
        })
        .collect();
    assert!(uncommented > 70, "{uncommented}");
    let mut settings = Settings::from_toml(&lines.join("\n")).unwrap();
    settings.notes.clear();
    assert_eq!(settings, Settings::from_toml(&template).unwrap());
}

/// Left out are only settings that accept one value in this release, or none of interest.
#[test]
fn the_template_leaves_out_little() {
    let template = Settings::init_template(&SecretKey::new("key"));
    let missing: Vec<String> = Settings::definitions()
        .filter(|known| !template.contains(&format!("\n#{} = ", known.name)))
        .filter(|known| !template.contains(&format!("\n{} = ", known.name)))
        .map(crate::settings::Definition::full_name)
        .collect();
    assert_eq!(
        missing,
        [
            "session_cache_alias",
            "session_serializer",
            "use_tz",
            "time_zone",
            "rule"
        ]
    );
    assert!(
        template
            .lines()
            .all(|line| line.starts_with('#') || !line.contains("  "))
    );
}
