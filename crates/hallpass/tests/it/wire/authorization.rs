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
