//! Good credentials, and every mistake in them.

use super::*;

const KEY: &str = "a11ce00000000000000000000000000000000001";

fn expected() -> Expected {
    Expected::of(&Settings::default())
}

#[test]
fn good_credentials_have_no_mistake() {
    for line in [
        format!("Authorization: Token {KEY}\r\n"),
        format!("authorization: token  {KEY}"),
        format!("Token {KEY}"),
        "Authorization: Basic YWxpY2U6aHVudGVyMg==".to_owned(),
        "Basic YWxpY2U6".to_owned(),
        // A key of the application's own making.
        "Token own-alphabet_Key".to_owned(),
    ] {
        assert_eq!(mistake(&line, &expected()), None, "{line}");
    }
}

#[test]
fn each_mistake_is_told_apart_and_never_repeats_the_key() {
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln";
    let cases = [
        (
            format!("HTTP_AUTHORIZATION: Token {KEY}"),
            Mistake::HeaderName("http-authorization"),
        ),
        (
            format!("X-Auth-Token: {KEY}"),
            Mistake::HeaderName("x-auth-token"),
        ),
        (format!("Token {KEY}, Token {KEY}"), Mistake::BlankInside),
        (format!("Token {KEY},{KEY}"), Mistake::Several),
        ("Authorization:".to_owned(), Mistake::Empty),
        ("Token ".to_owned(), Mistake::Empty),
        ("Bearer".to_owned(), Mistake::OtherKeyword(Some("Bearer"))),
        (KEY.to_owned(), Mistake::NoKeyword),
        (format!("Token Token {KEY}"), Mistake::KeywordTwice),
        (format!("Token Bearer {KEY}"), Mistake::KeywordTwice),
        (format!("Token: {KEY}"), Mistake::KeywordMark(':')),
        (
            format!("Authorization: Token: {KEY}"),
            Mistake::KeywordMark(':'),
        ),
        (format!("Token={KEY}"), Mistake::KeywordMark('=')),
        (
            format!("Bearer {KEY}"),
            Mistake::OtherKeyword(Some("Bearer")),
        ),
        (format!("JWT {KEY}"), Mistake::OtherKeyword(Some("JWT"))),
        (format!("Tok {KEY}"), Mistake::OtherKeyword(None)),
        (format!("Token \"{KEY}\""), Mistake::Quoted),
        (format!("Token “{KEY}”"), Mistake::Quoted),
        (format!("\"Token {KEY}\""), Mistake::Quoted),
        ("Token null".to_owned(), Mistake::Placeholder("null")),
        (
            "Token undefined".to_owned(),
            Mistake::Placeholder("undefined"),
        ),
        ("Token None".to_owned(), Mistake::Placeholder("none")),
        (
            "Token [object Object]".to_owned(),
            Mistake::Placeholder("[object"),
        ),
        ("Token {{token}}".to_owned(), Mistake::Placeholder("{{")),
        ("Token <your token>".to_owned(), Mistake::Placeholder("<")),
        ("undefined".to_owned(), Mistake::Placeholder("undefined")),
        (format!("Token\u{a0}{KEY}"), Mistake::NoKeyword),
        (format!("Token {KEY}\u{a0}"), Mistake::BlankInside),
        (
            format!("Token {} {}", &KEY[..20], &KEY[20..]),
            Mistake::BlankInside,
        ),
        (format!("Token%20{KEY}"), Mistake::PercentEncoded),
        (format!("Token {jwt}"), Mistake::Jwt),
        (format!("Bearer {jwt}"), Mistake::Jwt),
        (
            "Bearer YWxpY2U6aHVudGVyMg==".to_owned(),
            Mistake::BasicElsewhere,
        ),
        (
            "Token YWxpY2U6aHVudGVyMg==".to_owned(),
            Mistake::BasicElsewhere,
        ),
        ("Basic alice:hunter2".to_owned(), Mistake::NotBasic),
        (
            format!("Token abcdefgh.{}", "x".repeat(32)),
            Mistake::ApiKey,
        ),
        (format!("Token {}", &KEY[1..]), Mistake::Length(39)),
        (format!("Token {KEY}{}", &KEY[..24]), Mistake::Length(64)),
        (format!("Token {}", KEY.to_uppercase()), Mistake::Capitals),
    ];
    for (line, wanted) in cases {
        let found = mistake(&line, &expected());
        assert_eq!(found.as_ref(), Some(&wanted), "{line}");
        let said = wanted.to_string();
        assert!(
            !said.contains("a11ce") && !said.contains("hunter2"),
            "{said}"
        );
    }
}

#[test]
fn what_is_expected_decides() {
    let settings = Settings::from_toml(
        "[rest_framework]\ndefault_authentication_classes = [\"token\"]\n[token]\nkeyword = \"Bearer\"",
    );
    let bearer = Expected::of(&settings.unwrap());
    assert_eq!(mistake(&format!("Bearer {KEY}"), &bearer), None);
    let token = mistake(&format!("Token {KEY}"), &bearer);
    assert_eq!(token, Some(Mistake::OtherKeyword(Some("Token"))));
    let basic = mistake("Basic YWxpY2U6aHVudGVyMg==", &bearer);
    assert_eq!(basic, Some(Mistake::OtherKeyword(Some("Basic"))));
}
