//! `cookies.json`.

use std::collections::BTreeMap;

use hallpass::wire::cookies::Cookies;
use hallpass::wire::set_cookie::SetCookie;
use serde_json::Value;

use crate::vectors::{rows, text};

#[test]
fn request_cookies() {
    for row in rows("cookies.json", "parse") {
        let cookies = Cookies::parse([text(&row, "cookie").unwrap().as_bytes()]);
        let expected = row["parsed"].as_object().unwrap();
        for (name, value) in expected {
            assert_eq!(cookies.find(name).as_deref(), value.as_str(), "{row}");
        }
        let all: BTreeMap<String, Value> = cookies
            .iter()
            .map(|(name, value)| (name.to_owned(), Value::from(value.into_owned())))
            .collect();
        assert_eq!(all, expected.clone().into_iter().collect(), "{row}");
    }
}

#[test]
fn several_headers_are_one() {
    let cookies = Cookies::parse([b"a=1".as_slice(), b"b=\xff", b"a=2"]);
    assert_eq!(cookies.find("a").as_deref(), Some("2"));
    assert_eq!(cookies.find("b").as_deref(), Some("\u{fffd}"));
    assert_eq!(cookies.find("A"), None);
}

#[test]
fn response_cookies() {
    for row in rows("cookies.json", "format") {
        let mut cookie = match row["delete"] {
            Value::Null => SetCookie::new("k", text(&row, "value").unwrap_or("v")),
            Value::Bool(_) => SetCookie::delete("k"),
            _ => SetCookie::delete("__Secure-k").same_site(Some("Strict")),
        };
        let options = row["options"].as_object().cloned().unwrap_or_default();
        for (option, value) in options {
            cookie = match option.as_str() {
                "max_age" => cookie.max_age(value.as_i64().unwrap(), 1_700_000_000),
                "httponly" => cookie.http_only(value.as_bool().unwrap()),
                "secure" => cookie.secure(value.as_bool().unwrap()),
                "samesite" => cookie.same_site(value.as_str()),
                "domain" => cookie.domain(value.as_str()),
                "path" => cookie.path(value.as_str()),
                other => panic!("{other}"),
            };
        }
        let expected = text(&row, "header").unwrap();
        let date = match row["options"]["max_age"].as_i64() {
            Some(10) => "Tue, 14 Nov 2023 22:13:30 GMT",
            _ => "Tue, 14 Nov 2023 22:13:20 GMT",
        };
        assert_eq!(
            cookie.to_text(),
            expected.replace("<<date>>", date),
            "{row}"
        );
    }
}

#[test]
fn a_cookie_far_in_the_future_is_capped() {
    let text = SetCookie::new("k", "v")
        .max_age(i64::MAX, i64::MAX)
        .to_text();
    assert!(
        text.contains("expires=Fri, 31 Dec 9999 23:59:59 GMT"),
        "{text}"
    );
    assert!(
        SetCookie::new("k", "v")
            .domain(Some("a\nb"))
            .to_header_value()
            .is_none()
    );
    assert!(
        SetCookie::delete("k")
            .same_site(Some("none"))
            .to_text()
            .ends_with("; SameSite=none; Secure")
    );
}
