//! `csrf.json`, except the masks.

use hallpass::wire::csrf_token::{header_display_name, verdict};
use hallpass::wire::host::{AllowedHosts, HostError, is_same_domain, split_domain_port};
use hallpass::wire::origin::{
    RefererContext, TrustedOriginError, TrustedOrigins, check_origin, check_referer,
};

use crate::vectors::{load, rows, text, texts};

#[test]
fn token_verdicts() {
    let display = header_display_name("HTTP_X_CSRFTOKEN");
    for row in rows("csrf.json", "token_verdicts") {
        let verdict = verdict(
            text(&row, "cookie"),
            text(&row, "field"),
            text(&row, "header"),
            &display,
        );
        assert_eq!(verdict.err().as_deref(), text(&row, "reason"), "{row}");
    }
}

#[test]
fn origins() {
    for row in rows("csrf.json", "origins") {
        let trusted = TrustedOrigins::new(texts(&row, "trusted")).unwrap();
        let origin = text(&row, "origin").unwrap();
        let secure = row["secure"].as_bool().unwrap();
        let verdict = check_origin(origin, text(&row, "host"), secure, &trusted);
        assert_eq!(verdict.is_ok(), row["ok"].as_bool().unwrap(), "{row}");
    }
    let refused = check_origin("null", Some("a"), false, &TrustedOrigins::default());
    let reason = "Origin checking failed - null does not match any trusted origins.";
    assert_eq!(refused, Err(reason.to_owned()));
    assert!(check_origin("http://a", None, false, &TrustedOrigins::default()).is_err());
}

#[test]
fn trusted_origins_need_a_scheme_and_a_host() {
    let missing = TrustedOriginError::MissingScheme("example.com".to_owned());
    assert_eq!(TrustedOrigins::new(["example.com"]), Err(missing));
    let malformed = TrustedOriginError::Malformed("https://[".to_owned());
    assert_eq!(TrustedOrigins::new(["https://["]), Err(malformed));
}

#[test]
fn referers() {
    let allowed = AllowedHosts::new(vec!["testserver".into(), ".testserver".into()], false);
    for row in rows("csrf.json", "referers") {
        let trusted = TrustedOrigins::new(texts(&row, "trusted")).unwrap();
        let domain_setting = match row["use_sessions"].as_bool().unwrap() {
            true => "session_cookie_domain",
            false => "csrf_cookie_domain",
        };
        let request = RefererContext {
            host: text(&row, "host").filter(|host| allowed.check(host).is_ok()),
            cookie_domain: text(&row, domain_setting),
            server_port: text(&row, "port").unwrap(),
        };
        let verdict = check_referer(text(&row, "referer"), &request, &trusted);
        assert_eq!(verdict.err().as_deref(), text(&row, "reason"), "{row}");
    }
}

#[test]
fn same_domains() {
    for row in rows("csrf.json", "is_same_domain") {
        let verdict = is_same_domain(text(&row, "host").unwrap(), text(&row, "pattern").unwrap());
        assert_eq!(verdict, row["match"].as_bool().unwrap(), "{row}");
    }
}

#[test]
fn host_headers() {
    let vectors = load("csrf.json");
    let patterns = texts(&vectors, "allowed_hosts_used")
        .into_iter()
        .map(str::to_owned)
        .collect();
    let allowed = AllowedHosts::new(patterns, false);
    for row in rows("csrf.json", "host_headers") {
        let host = text(&row, "host").unwrap();
        let (domain, port) = split_domain_port(host)
            .map_or_else(Default::default, |parts| (parts.domain, parts.port));
        assert_eq!(Some(domain.as_str()), text(&row, "domain"), "{row}");
        assert_eq!(Some(port.as_str()), text(&row, "port"), "{row}");
        assert_eq!(
            allowed.check(host).is_ok(),
            row["allowed"].as_bool().unwrap(),
            "{row}"
        );
    }
}

#[test]
fn no_hosts_in_debug_means_this_machine() {
    let local = AllowedHosts::new(Vec::new(), true);
    assert!(local.check("app.localhost:8000").is_ok() && local.check("[::1]").is_ok());
    assert!(
        AllowedHosts::new(vec!["*".into()], false)
            .check("any.example")
            .is_ok()
    );
    let refused = AllowedHosts::new(Vec::new(), false)
        .check("Any.Example:80")
        .unwrap_err();
    assert!(matches!(&refused, HostError::NotAllowed { domain, .. } if domain == "any.example"));
    assert!(matches!(local.check("."), Err(HostError::Malformed { .. })));
}

/// The short way never lets in what the long way refuses.
#[test]
fn a_host_that_is_named_is_a_host_that_is_allowed() {
    let patterns = [
        "example.com",
        ".sub.example",
        "[::1]",
        "a b",
        "dot.",
        "Upper.example",
    ];
    let hosts = AllowedHosts::new(patterns.map(str::to_owned).to_vec(), false);
    for header in [
        "example.com",
        "example.com:8000",
        "[::1]",
        "[::1]:80",
        "x.sub.example",
        "sub.example:1",
    ] {
        assert!(hosts.plainly_allows(header.as_bytes()), "{header}");
    }
    for header in [
        "example.com:",
        "example.com:x",
        "X.sub.example",
        "x.sub.example.",
        "xsub.example",
        "a b",
        "dot.",
        "",
        ":80",
        "Upper.example",
        "other.example",
    ] {
        assert!(!hosts.plainly_allows(header.as_bytes()), "{header}");
    }
    for header in ["example.com:1", "[::1]:1", "Upper.example", "x.sub.example"] {
        assert!(hosts.check(header).is_ok(), "{header}");
    }
}
