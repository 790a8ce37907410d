//! `safe_redirects.json`.

use hallpass::wire::redirect::{encode_location, encode_next, is_safe};

use crate::vectors::{rows, text, texts};

#[test]
fn safe_targets() {
    for row in rows("safe_redirects.json", "verdicts") {
        let hosts = if row["allowed_hosts"].is_null() {
            Vec::new()
        } else {
            texts(&row, "allowed_hosts")
        };
        let require_https = row["require_https"].as_bool().unwrap();
        // A missing target is an empty one.
        let verdict = is_safe(text(&row, "url").unwrap_or_default(), &hosts, require_https);
        assert_eq!(verdict, row["safe"].as_bool().unwrap(), "{row}");
    }
}

#[test]
fn locations() {
    for row in rows("safe_redirects.json", "location_encoding") {
        assert_eq!(
            Some(encode_location(text(&row, "iri").unwrap()).as_str()),
            text(&row, "location"),
            "{row}"
        );
    }
    assert_eq!(encode_next("/a b/é?x=1&y"), "/a+b/%C3%A9%3Fx%3D1%26y");
}
