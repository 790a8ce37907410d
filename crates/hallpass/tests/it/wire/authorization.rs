//! `auth_headers.json`.

use hallpass::wire::authorization::{AuthorizationError, basic_credentials, token_credentials};
use hallpass_formats::base64::decode_lenient;
use serde_json::{Value, json};

use crate::vectors::{rows, text};

fn header(row: &Value) -> Vec<u8> {
    decode_lenient(text(row, "header_base64").unwrap().as_bytes()).unwrap()
}

fn assert_outcome(row: &Value, outcome: &Result<Option<Value>, AuthorizationError>) {
    let expected = match text(row, "outcome").unwrap() {
        "ignored" => Ok(None),
        "credentials" => Ok(Some(row["value"].clone())),
        "error" => Err(text(row, "detail").unwrap()),
        other => panic!("{other}"),
    };
    assert_eq!(
        outcome.as_ref().map_err(AuthorizationError::detail),
        expected.as_ref().map_err(|e| *e),
        "{row}"
    );
}

#[test]
fn basic_headers() {
    for row in rows("auth_headers.json", "basic") {
        let outcome = basic_credentials(&header(&row));
        assert_outcome(
            &row,
            &outcome.map(|found| found.map(|c| json!([c.username, c.password]))),
        );
    }
}

#[test]
fn token_headers() {
    for row in rows("auth_headers.json", "token") {
        let header = header(&row);
        let outcome = token_credentials(&header, "Token");
        assert_outcome(&row, &outcome.map(|found| found.map(|key| json!([key]))));
    }
}

#[test]
fn other_keywords() {
    for row in rows("auth_headers.json", "keyword_override") {
        let header = header(&row);
        let outcome = token_credentials(&header, text(&row, "keyword").unwrap());
        assert_outcome(&row, &outcome.map(|found| found.map(|key| json!([key]))));
    }
}

/// What usual clients send is read on a shorter way, which must say the same as the way of all others: a blank in front
/// of a header is nobody's affair, and sends it there.
#[test]
fn the_short_way_says_what_the_long_way_says() {
    let mut read = 0;
    for keyword in [
        "Token",
        "My Token",
        "",
        " ",
        "Token ",
        "T\u{f6}ken",
        "to\tken",
        "To\u{7f}",
    ] {
        for word in [
            "Token",
            "tOKEN",
            "My Token",
            "my",
            "",
            "T\u{f6}ken",
            "To\u{7f}",
        ] {
            for gap in [" ", "  ", "\t", ""] {
                for key in ["abc", "a b", "", " ", "\u{e4}", "a\u{7f}", "~!"] {
                    let header = format!("{word}{gap}{key}");
                    let detour = format!(" {header}");
                    let short = token_credentials(header.as_bytes(), keyword);
                    let long = token_credentials(detour.as_bytes(), keyword);
                    assert_eq!(short, long, "{header:?} {keyword:?}");
                    read += usize::from(matches!(short, Ok(Some(_))));
                }
            }
        }
    }
    assert!(read > 10, "{read}");
    assert_eq!(token_credentials(b"My Token abc", "My Token"), Ok(None));
    assert_eq!(token_credentials(b" abc", ""), Ok(None));
}
