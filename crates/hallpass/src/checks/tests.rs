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
fn throttles_that_believe_what_clients_say_of_themselves() {
    use super::clients::name_themselves;

    let with = |toml: &str| {
        id(name_themselves(&settings(&format!(
            "[rest_framework]\n{toml}"
        ))))
    };
    let anon = "default_throttle_classes = ['anon']";
    let rates = "default_throttle_rates = { anon = '5/min', user = 'none' }";
    let warned = Some("hallpass.W059");
    assert_eq!(with(&format!("{anon}\n{rates}")), warned);
    assert_eq!(with("default_throttle_classes = ['scoped']"), warned);
    // Nothing is counted, or clients are told apart by what a proxy says.
    assert_eq!(with(""), None);
    assert_eq!(with(anon), None);
    assert_eq!(
        with(&format!("default_throttle_classes = ['user']\n{rates}")),
        None
    );
    assert_eq!(with(&format!("{anon}\n{rates}\nnum_proxies = 0")), None);
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

#[test]
fn browsers_are_told_right() {
    use super::browsers;

    let ids = |findings: Vec<Finding>| -> Vec<&str> {
        findings.iter().map(|finding| finding.check.id).collect()
    };
    let good = settings(
        "allowed_hosts = [\".example.com\"]\ncsrf_trusted_origins = [\"https://other.org\"]\nsession_cookie_domain = \"example.com\"",
    );
    assert!(browsers::own_origin(&good).is_empty());
    assert!(browsers::plain_origins(&good).is_empty());
    assert!(browsers::cookie_domains(&good).is_empty());
    assert!(browsers::same_site_none(&good).is_empty());
    assert_eq!(id(browsers::redirect_for_ever(&good)), None);

    let own = settings(
        "allowed_hosts = [\"shop.example.com\"]\ncsrf_trusted_origins = [\"https://shop.example.com\", \"http://b.org\"]",
    );
    assert_eq!(ids(browsers::own_origin(&own)), ["hallpass.W039"]);
    assert_eq!(ids(browsers::plain_origins(&own)), ["hallpass.W041"]);
    let proxied = settings(
        "allowed_hosts = [\"a.org\"]\ncsrf_trusted_origins = [\"https://a.org\"]\nsecure_proxy_ssl_header = [\"HTTP_X_FORWARDED_PROTO\", \"https\"]\nsecure_ssl_redirect = true",
    );
    assert!(browsers::own_origin(&proxied).is_empty());
    assert_eq!(id(browsers::redirect_for_ever(&proxied)), None);
    let blind = settings("secure_ssl_redirect = true");
    assert_eq!(
        id(browsers::redirect_for_ever(&blind)),
        Some("hallpass.E040")
    );

    let cookies = settings(
        "allowed_hosts = [\"shop.example.com\"]\nsession_cookie_domain = \"ample.com\"\ncsrf_cookie_domain = \".example.com\"\nsession_cookie_samesite = \"None\"\nsession_cookie_httponly = false",
    );
    assert_eq!(ids(browsers::cookie_domains(&cookies)), ["hallpass.W045"]);
    assert_eq!(ids(browsers::same_site_none(&cookies)), ["hallpass.W046"]);
    assert_eq!(
        id(browsers::session_cookie_for_scripts(&cookies)),
        Some("hallpass.W044")
    );
    assert_eq!(id(browsers::hsts(&cookies)), Some("hallpass.I042"));
    assert_eq!(
        id(browsers::https_redirect(&cookies)),
        Some("hallpass.I043")
    );
}

#[test]
fn clocks_that_disagree() {
    use hallpass_formats::timestamp::Timestamp;
    use hallpass_store::Examination;

    use super::rows;

    let ours = Timestamp::from_unix_micros(1_800_000_000_000_000);
    let with = |seconds: i64| {
        let mut examination = Examination::default();
        examination.our_time = Some(ours);
        examination.database_time = Some(ours.add_seconds(seconds));
        rows::clocks(&examination)
    };
    assert_eq!(id(with(4)), None);
    assert_eq!(id(with(-4)), None);
    assert_eq!(id(with(-3600)), Some("hallpass.W027"));
    assert!(with(7200).unwrap().seen.contains("7200 s ahead of"));
    assert_eq!(id(rows::clocks(&Examination::default())), None);
}

#[test]
fn the_docs_page_is_up_to_date() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/doctor.md");
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    let wanted = super::reference_page(&committed).expect("docs/doctor.md has lost its marks");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, &wanted).unwrap();
        return;
    }
    assert!(
        committed == wanted,
        "docs/doctor.md is not what the checks say; run `UPDATE_DOCS=1 cargo test -p hallpass checks`"
    );
}

#[test]
fn what_a_proxy_does_is_read_from_its_answers() {
    use super::{Probe, of_probe};

    let ids = |probe: &Probe| -> Vec<&str> {
        let settings =
            settings("secure_proxy_ssl_header = [\"HTTP_X_FORWARDED_PROTO\", \"https\"]");
        let findings = of_probe(&settings, probe).into_iter();
        findings.map(|finding| finding.check.id).collect()
    };
    let answer = |marker: &str, more: &str, authorization: &str| {
        format!(
            r#"{{"marker":"{marker}","host_allowed":true,"secure":false,"origin_accepted":true,"headers":{{"authorization":"{authorization}","cookie":"ours","x-forwarded-for":"other"{more}}}}}"#
        )
    };
    let sound = || {
        let mut probe = Probe::new("https://example.com");
        probe.first = ("a".to_owned(), Some(Ok(answer("a", "", "ours"))));
        probe.second = ("b".to_owned(), Some(Ok(answer("b", "", "ours"))));
        probe.post = Some((400, None));
        probe.preflight = Some(200);
        probe
    };
    assert_eq!(ids(&sound()), Vec::<&str>::new());
    let with = |body: String| {
        let mut probe = sound();
        probe.first.1 = Some(Ok(body));
        probe
    };
    assert_eq!(ids(&with(answer("a", "", "absent"))), ["hallpass.E050"]);
    let passed = r#","remote-user":"ours","x-forwarded-user":"other""#;
    assert_eq!(ids(&with(answer("a", passed, "ours"))), ["hallpass.W051"]);
    let appended = answer("a", "", "ours").replace(r#"for":"other""#, r#"for":"ours""#);
    assert_eq!(ids(&with(appended)), ["hallpass.W052"]);
    let host = answer("a", "", "ours").replace(r#"host_allowed":true"#, r#"host_allowed":false"#);
    assert_eq!(ids(&with(host)), ["hallpass.E056"]);
    let origin = answer("a", "", "ours").replace(r#"accepted":true"#, r#"accepted":false"#);
    assert_eq!(ids(&with(origin)), ["hallpass.W057"]);
    let mut claimed = with(answer("a", "", "ours").replace(r#"secure":false"#, r#"secure":true"#));
    claimed.url = "http://example.com".to_owned();
    assert_eq!(ids(&claimed), Vec::<&str>::new());
    claimed.claims_https = true;
    assert_eq!(ids(&claimed), ["hallpass.W058"]);
    let mut cached = sound();
    cached.second.1 = Some(Ok(answer("a", "", "ours")));
    assert_eq!(ids(&cached), ["hallpass.E055"]);
    let mut moved = sound();
    moved.post = Some((301, Some("https://example.com/api-token-auth/".to_owned())));
    moved.preflight = Some(401);
    assert_eq!(ids(&moved), ["hallpass.E053", "hallpass.I054"]);
    let mut gone = sound();
    gone.first.1 = Some(Err("connection refused".to_owned()));
    assert_eq!(ids(&gone), ["hallpass.E049"]);
    assert_eq!(ids(&with("<html>".to_owned())), ["hallpass.E049"]);
}
