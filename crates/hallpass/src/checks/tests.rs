//! Each check that looks at settings alone, on a broken fixture. Those that look at a database are tested with the
//! command, on real files.

use std::collections::BTreeSet;

use super::{Finding, Level, all, deployment, schemes, secret_key, settings as other, users};
use crate::hallpass::StartError;
use crate::settings::Settings;

const GOOD_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz";

fn settings(toml: &str) -> Settings {
    Settings::from_toml(toml).unwrap()
}

fn id(finding: Option<Finding>) -> Option<&'static str> {
    finding.map(|finding| finding.check.id)
}

#[test]
fn ids_are_unique_numbered_and_say_their_level() {
    let ids: BTreeSet<&str> = all().iter().map(|check| check.id).collect();
    assert_eq!(ids.len(), all().len());
    for (position, check) in all().iter().enumerate() {
        let letter = match check.level {
            Level::Info => 'I',
            Level::Warning => 'W',
            Level::Error => 'E',
        };
        assert_eq!(check.id, format!("hallpass.{letter}{:03}", position + 1));
    }
}

#[test]
fn secret_keys_follow_djangos_rule() {
    let with = |key: &str| settings(&format!("secret_key = \"{key}\""));
    assert_eq!(id(secret_key::missing(&with(""))), Some("hallpass.E002"));
    assert_eq!(id(secret_key::weak(&with(""))), None);
    assert_eq!(id(secret_key::weak(&with(GOOD_KEY))), None);
    let insecure = format!("django-insecure-{GOOD_KEY}");
    for weak in [insecure.as_str(), &GOOD_KEY[..49], &"abcd".repeat(20)] {
        let finding = secret_key::weak(&with(weak)).unwrap();
        assert_eq!(finding.check.id, "hallpass.W003");
        assert!(!finding.seen.contains(weak));
    }
    let fallbacks = settings(&format!(
        "secret_key = \"{GOOD_KEY}\"\nsecret_key_fallbacks = [\"{GOOD_KEY}\", \"short\"]"
    ));
    let findings = secret_key::weak_fallbacks(&fallbacks);
    assert_eq!(findings.len(), 1);
    assert!(findings[0].seen.starts_with("secret_key_fallbacks[1] "));
}

#[test]
fn class_lists_without_token_or_challenge_are_named() {
    let with = |classes: &str| {
        settings(&format!(
            "[rest_framework]\ndefault_authentication_classes = {classes}"
        ))
    };
    let drf = with("[\"session\", \"basic\"]");
    assert_eq!(id(schemes::token_not_listed(&drf)), Some("hallpass.W014"));
    assert_eq!(id(schemes::no_challenge(&drf)), Some("hallpass.I015"));
    let good = with("[\"token\", \"session\"]");
    assert_eq!(id(schemes::token_not_listed(&good)), None);
    assert_eq!(id(schemes::no_challenge(&good)), None);
}

#[test]
fn a_public_site_is_looked_at_more_closely() {
    let bare = settings("debug = true");
    assert_eq!(id(deployment::debug(&bare)), Some("hallpass.W020"));
    assert_eq!(id(deployment::allowed_hosts(&bare)), Some("hallpass.W017"));
    assert_eq!(id(deployment::session_cookie(&bare)), Some("hallpass.W018"));
    assert_eq!(id(deployment::csrf_cookie(&bare)), Some("hallpass.W019"));
    let open = settings("allowed_hosts = [\"example.com\", \"*\"]");
    assert_eq!(id(deployment::allowed_hosts(&open)), Some("hallpass.W017"));
    let good = settings(
        "allowed_hosts = [\"example.com\"]\nsession_cookie_secure = true\ncsrf_cookie_secure = true",
    );
    assert_eq!(id(deployment::debug(&good)), None);
    assert_eq!(id(deployment::allowed_hosts(&good)), None);
    assert_eq!(id(deployment::session_cookie(&good)), None);
    assert_eq!(id(deployment::csrf_cookie(&good)), None);
}

#[test]
fn settings_without_effect_are_listed() {
    let findings = other::without_effect(&settings("ROOT_URLCONF = \"site.urls\""));
    assert_eq!(findings.len(), 1);
    assert!(findings[0].seen.contains("ROOT_URLCONF"));
}

#[test]
fn settings_that_cannot_be_read_or_built_from_are_findings() {
    let error = Settings::from_toml("alowed_hosts = []").unwrap_err();
    let finding = Finding::of_settings_error(&error);
    assert_eq!(finding.check.id, "hallpass.E001");
    assert!(finding.seen.contains("allowed_hosts"));
    assert_eq!(
        id(other::cannot_start(&StartError::NoBackends)),
        Some("hallpass.E021")
    );
    assert_eq!(id(other::cannot_start(&StartError::MissingSecretKey)), None);
}

#[test]
fn any_name_of_a_check_silences_it() {
    for name in ["hallpass.W003", "KEY-06", "security.W009"] {
        let quiet = settings(&format!(
            "secret_key = \"short\"\nsilenced_system_checks = [\"{name}\"]"
        ));
        assert!(secret_key::weak(&quiet).unwrap().is_silenced(&quiet));
    }
    let loud = settings("secret_key = \"short\"\nsilenced_system_checks = [\"security.W025\"]");
    assert!(!secret_key::weak(&loud).unwrap().is_silenced(&loud));
}

#[test]
fn what_may_be_a_stored_password_is_not_shown() {
    assert_eq!(users::described("bcrypt_sha256"), "bcrypt_sha256");
    assert_eq!(users::described("My Password"), "no known algorithm");
}
