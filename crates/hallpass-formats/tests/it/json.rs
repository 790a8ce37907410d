//! `json_errors.json`, and the writers against what Python prints.

use hallpass_formats::json::{Json, Object, ParseError, Text, parse, parse_bytes, parse_strict};

use crate::vectors::Vectors;

#[test]
fn verdicts_and_texts_are_pythons() {
    for row in Vectors::load("json_errors.json").rows("cases") {
        let text = row.str("text");
        for got in [parse_strict(text), parse_bytes(text.as_bytes())] {
            match (row.bool("ok"), got) {
                (true, got) => assert!(got.is_ok(), "{row:?} gave {got:?}"),
                (false, Ok(value)) => panic!("{row:?} gave {value:?}"),
                (false, Err(error)) => {
                    assert_eq!(
                        format!("JSON parse error - {error}"),
                        row.str("detail"),
                        "{row:?}"
                    );
                }
            }
        }
    }
}

/// Recorded from CPython 3.11.7.
#[test]
fn undecodable_bytes_are_named_as_by_pythons_codec() {
    let cases: [(&[u8], &str); 9] = [
        (
            b"{\"username\": \"\xff\"}",
            "byte 0xff in position 14: invalid start byte",
        ),
        (b"\"\x80\"", "byte 0x80 in position 1: invalid start byte"),
        (
            b"\"\xc3\"",
            "byte 0xc3 in position 1: invalid continuation byte",
        ),
        (
            b"\"\xc0\x80\"",
            "byte 0xc0 in position 1: invalid start byte",
        ),
        (
            b"\"\xe2\x82\"",
            "bytes in position 1-2: invalid continuation byte",
        ),
        (
            b"\"\xf0\x9f\x98\"",
            "bytes in position 1-3: invalid continuation byte",
        ),
        (
            b"\"\xed\xa0\x80\"",
            "byte 0xed in position 1: invalid continuation byte",
        ),
        (
            b"\"\xf5\x80\x80\x80\"",
            "byte 0xf5 in position 1: invalid start byte",
        ),
        (
            b"\xc3\xa9\xf4\x90\x80\x80",
            "byte 0xf4 in position 2: invalid continuation byte",
        ),
    ];
    for (body, expected) in cases {
        let error = parse_bytes(body).expect_err("not UTF-8");
        assert_eq!(
            error.to_string(),
            format!("'utf-8' codec can't decode {expected}")
        );
    }
    for body in [
        &b"{}\xc3"[..],
        b"{}\xe2\x82",
        b"{}\xf0\x9f\x98",
        b"{}\xed\xa0",
    ] {
        assert_eq!(
            parse_bytes(body),
            Ok(Object::new().into()),
            "an incomplete end is dropped"
        );
    }
}

#[test]
fn surrogates_are_joined_or_kept() {
    let joined = parse(r#""\ud83d\udd11""#).expect("JSON");
    assert_eq!(joined.as_str(), Some("🔑"));
    let Json::String(text) = parse(r#""a\udc00\ud83dé\ud83d\ud83d\udd11""#).expect("JSON") else {
        panic!()
    };
    assert_eq!(text.as_str(), None);
    assert_eq!(text.first_lone_surrogate(), Some(0xdc00));
    assert_eq!(text.len_chars(), 6);
    assert_eq!(
        Json::from(text.clone()).to_ascii(),
        r#""a\udc00\ud83d\u00e9\ud83d\ud83d\udd11""#
    );
    assert_eq!(
        format!("{text:?}"),
        r#""a\udc00\ud83d\u00e9\ud83d\ud83d\udd11""#
    );
    assert_eq!(Text::from("é").first_lone_surrogate(), None);
    assert_eq!(Text::from("é🔑").len_chars(), 2);
}

#[test]
fn nesting_ends_at_a_thousand() {
    for (open, close) in [("[", "]"), ("{\"a\":[", "]}")] {
        let levels = 1000 / open.matches(['[', '{']).count();
        let nested = |levels: usize| open.repeat(levels) + &close.repeat(levels);
        let value = parse(&nested(levels)).expect("deep, but allowed");
        assert_eq!(value.to_ascii(), nested(levels));
        assert_eq!(parse(&nested(levels + 1)), Err(ParseError::TooDeep));
    }
    assert_eq!(parse(&"[".repeat(1_000_000)), Err(ParseError::TooDeep));
}

#[test]
fn integers_are_exact_up_to_pythons_limit() {
    let digits = "9".repeat(4300);
    assert_eq!(parse(&digits).expect("JSON").to_ascii(), digits);
    let error = parse(&format!("-{digits}9")).expect_err("too long");
    assert!(error.to_string().starts_with(
        "Exceeds the limit (4300 digits) for integer string conversion: value has 4301 digits;"
    ));
    assert_eq!(parse("-0").expect("JSON").to_ascii(), "0");
    assert_eq!(parse("9223372036854775808").expect("JSON").as_i64(), None);
    assert_eq!(
        parse("-9223372036854775808").expect("JSON").as_i64(),
        Some(i64::MIN)
    );
}

#[test]
fn floats_are_doubles() {
    for (text, written) in [
        ("1e400", "Infinity"),
        ("-1E+400", "-Infinity"),
        ("-0.0", "-0.0"),
        ("1E5", "100000.0"),
        ("1e-7", "1e-07"),
        ("0.1e1", "1.0"),
        ("NaN", "NaN"),
        ("2.5e-324", "5e-324"),
    ] {
        assert_eq!(parse(text).expect("JSON").to_ascii(), written);
    }
}

#[test]
fn many_keys_stay_linear_and_keep_their_first_place() {
    let mut text = String::from("{");
    for round in 0..2 {
        for key in 0..50_000 {
            text += &format!("\"k{key}\":{round},");
        }
    }
    text += "\"end\":0}";
    let Json::Object(object) = parse(&text).expect("JSON") else {
        panic!()
    };
    assert_eq!(object.len(), 50_001);
    assert_eq!(object.get("k49999").and_then(Json::as_i64), Some(1));
    assert_eq!(object.iter().next().map(|(key, _)| key), Some(&"k0".into()));
}

#[test]
fn an_object_is_an_ordered_dict() {
    let mut object = Object::new();
    for key in 0..40_i64 {
        object.insert(format!("k{key}"), key);
    }
    assert_eq!(object.remove("k3"), Some(3_i64.into()));
    assert_eq!(object.get("k3"), None);
    assert_eq!(object.get("k39"), Some(&39_i64.into()));
    for key in (0..38_i64).rev() {
        object.remove(&format!("k{key}"));
    }
    assert_eq!(
        Json::from(object.clone()).to_ascii(),
        r#"{"k38":38,"k39":39}"#
    );
    let mut other = Object::new();
    other.insert("k39", 39_i64);
    other.insert("k38", 38_i64);
    assert_eq!(object, other, "order does not matter for equality");
    other.insert("k38", true);
    assert_ne!(object, other);
}

/// Recorded from CPython 3.11.7 with the arguments Django and DRF pass.
#[test]
fn the_four_layouts() {
    let value =
        parse(r#"{"é\u2028\"\\/":[1,[],{}],"b":{"c":null,"d":"\u0000\u007f\n🔑"}}"#).expect("JSON");
    assert_eq!(
        value.to_ascii(),
        "{\"\\u00e9\\u2028\\\"\\\\/\":[1,[],{}],\"b\":{\"c\":null,\"d\":\"\\u0000\\u007f\\n\\ud83d\\udd11\"}}"
    );
    assert_eq!(
        value.to_django(),
        "{\"\\u00e9\\u2028\\\"\\\\/\": [1, [], {}], \"b\": {\"c\": null, \"d\": \"\\u0000\\u007f\\n\\ud83d\\udd11\"}}"
    );
    assert_eq!(
        value.to_compact(),
        "{\"é\\u2028\\\"\\\\/\":[1,[],{}],\"b\":{\"c\":null,\"d\":\"\\u0000\x7f\\n🔑\"}}"
    );
    assert_eq!(
        value.to_pretty(2),
        "{\n  \"é\\u2028\\\"\\\\/\": [\n    1,\n    [],\n    {}\n  ],\n  \"b\": {\n    \"c\": null,\n    \"d\": \"\\u0000\x7f\\n🔑\"\n  }\n}"
    );
    assert_eq!(value.to_pretty(0), value.to_compact());
}

#[test]
fn values_are_made_from_rusts() {
    let mut object = Object::new();
    object.insert("list", vec![Some("a"), None]);
    object.insert("flag", true);
    object.insert("float", 1.0);
    object.insert("own", String::from("b"));
    let value = Json::from(object);
    assert_eq!(
        value.to_compact(),
        r#"{"list":["a",null],"flag":true,"float":1.0,"own":"b"}"#
    );
    assert_eq!(parse(&value.to_compact()), Ok(value));
}
