//! The lenient reading, by the cases of the contract and the recorded Basic headers.

use hallpass_formats::base64::{
    decode_lenient, decode_urlsafe_lenient, encode_standard, encode_urlsafe,
};

use crate::vectors::Vectors;

#[test]
fn the_automaton_reads_what_cpython_reads() {
    let cases: [(&str, Option<&[u8]>); 22] = [
        ("dTpw", Some(b"u:p")),
        ("dTo=", Some(b"u:")),
        ("dXNlcjpwYXNzMQ", None),
        ("dXNlcjpwYXNzMQ=", None),
        ("dXNlcjpwYXNzMQ=====", Some(b"user:pass1")),
        ("dXNlcjpwYXNzMQ=!=", Some(b"user:pass1")),
        ("dXNlcjpwYXNzMQ==AAAA", Some(b"user:pass1")),
        ("dXNlcjpwYXNz=", Some(b"user:pass")),
        ("dXNlcjpwYXNz=AAA", None),
        ("dXNlcjpwYXNzAAAA", Some(b"user:pass\0\0\0")),
        ("dXNlc=jpwYXNz", Some(b"user:pass")),
        ("dXNlcj==pwYXNz", Some(b"user")),
        ("dXNlcj=pwYXNz", Some(b"user:pass")),
        ("-__-Ong=", Some(b":x")),
        ("Oh==", Some(b":")),
        ("Oj==", Some(b":")),
        ("%%%", Some(b"")),
        ("A", None),
        ("A==", None),
        ("=", Some(b"")),
        ("", Some(b"")),
        ("d\u{e9}Tpw\0", Some(b"u:p")),
    ];
    for (text, expected) in cases {
        assert_eq!(
            decode_lenient(text.as_bytes()).as_deref(),
            expected,
            "{text}"
        );
    }
}

/// The header's bytes are in base64 themselves; its second word holds the credentials.
#[test]
fn recorded_basic_headers_decode_alike() {
    let mut judged = 0;
    for row in Vectors::load("auth_headers.json").rows("basic") {
        let header = decode_lenient(row.str("header_base64").as_bytes()).expect("base64");
        let words: Vec<&[u8]> = header
            .split(|byte| matches!(byte, 9..=13 | 32))
            .filter(|word| !word.is_empty())
            .collect();
        let [scheme, credentials] = words.as_slice() else {
            continue;
        };
        if !scheme.eq_ignore_ascii_case(b"basic") {
            continue;
        }
        let decoded = decode_lenient(credentials).map(|bytes| match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => error
                .as_bytes()
                .iter()
                .map(|byte| char::from(*byte))
                .collect(),
        });
        let pair = decoded.as_deref().and_then(|text| text.split_once(':'));
        let expected = row.get("value").and_then(|value| value.as_list());
        let expected =
            expected.and_then(|value| Some((value.first()?.as_str()?, value.get(1)?.as_str()?)));
        assert_eq!(pair, expected, "{row:?}");
        judged += 1;
    }
    assert!(judged > 50, "{judged} headers judged");
}

#[test]
fn signed_values_take_both_alphabets_and_any_padding() {
    let bytes = [0xfb, 0xff, 0xfe, 0x01];
    assert_eq!(encode_urlsafe(&bytes), "-__-AQ");
    assert_eq!(encode_standard(&bytes), "+//+AQ==");
    for text in ["-__-AQ", "+//+AQ", "-__-AQ==", "-__-AQ====", "+//+AQ=="] {
        assert_eq!(
            decode_urlsafe_lenient(text.as_bytes()).as_deref(),
            Some(&bytes[..]),
            "{text}"
        );
    }
    assert_eq!(decode_urlsafe_lenient(b"a"), None);
}
