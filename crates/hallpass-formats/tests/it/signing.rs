//! `signing.json`.

use hallpass_formats::json::{self, Json};
use hallpass_formats::secret::{SecretKey, SecretKeys};
use hallpass_formats::signing::{
    Algorithm, DUMPS_SALT, Signer, SigningError, TimestampSigner, dumps, loads, salted_hmac_sha1,
    salted_hmac_sha256, salted_hmac_sha512,
};
use hallpass_formats::{base62, base64};

use crate::vectors::{Row, Vectors};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_worked_example_holds_at_every_stage() {
    let vectors = Vectors::load("signing.json");
    let (keys, example) = (vectors.keys(), vectors.row("worked_example"));
    let text = example.value("object").to_ascii();
    assert_eq!(hex(text.as_bytes()), example.str("json_bytes_hex"));
    assert_eq!(
        base64::encode_urlsafe(text.as_bytes()),
        example.str("payload_base64url")
    );
    assert_eq!(
        base62::encode(example.i64("timestamp")),
        example.str("timestamp_b62")
    );
    let mac = salted_hmac_sha256(
        example.str("key_salt"),
        example.str("signed_text"),
        &keys.current,
    );
    assert_eq!(hex(&mac), example.str("mac_hex"));
    assert_eq!(
        base64::encode_urlsafe(&mac),
        example.str("signature_base64url")
    );
    let signed = dumps(
        example.value("object"),
        &keys,
        DUMPS_SALT,
        example.i64("timestamp"),
        false,
    );
    assert_eq!(signed, example.str("result"));
}

#[test]
fn base62_both_ways() {
    for row in Vectors::load("signing.json").rows("b62") {
        let Json::Int(number) = row.value("n") else {
            panic!("{row:?}")
        };
        let number: i128 = number.to_string().parse().expect("fits");
        assert_eq!(base62::encode(number), row.str("text"));
        assert_eq!(base62::decode(row.str("text")), Some(number));
    }
    assert_eq!(base62::decode("-"), Some(0));
    for text in ["", "a b", "é", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"] {
        assert_eq!(base62::decode(text), None, "{text}");
    }
    assert_eq!(
        base62::decode(&base62::encode(i128::MIN + 1)),
        Some(i128::MIN + 1)
    );
    assert!(base62::encode(i128::MIN).starts_with('-'));
}

#[test]
fn salted_hmacs() {
    for row in Vectors::load("signing.json").rows("salted_hmac") {
        let key = SecretKey::new(row.str("secret"));
        let (salt, value) = (row.str("key_salt"), row.str("value"));
        let mac = match row.str("algorithm") {
            "sha1" => salted_hmac_sha1(salt, value, &key).to_vec(),
            "sha256" => salted_hmac_sha256(salt, value, &key).to_vec(),
            "sha512" => salted_hmac_sha512(salt, value, &key).to_vec(),
            other => panic!("{other}"),
        };
        assert_eq!(hex(&mac), row.str("hex"), "{row:?}");
    }
}

fn signer_of(options: &Row) -> Signer {
    let signer = options
        .opt_str("salt")
        .map_or_else(Signer::default, Signer::new);
    let signer = signer.with_algorithm(match options.opt_str("algorithm") {
        Some("sha1") => Algorithm::Sha1,
        Some("sha512") => Algorithm::Sha512,
        _ => Algorithm::Sha256,
    });
    match options.opt_str("sep") {
        Some(separator) => signer.with_separator(separator).expect("a safe separator"),
        None => signer,
    }
}

#[test]
fn signers_with_their_options() {
    let vectors = Vectors::load("signing.json");
    for row in vectors.rows("signer") {
        let options = row.row("options");
        let keys = match options.opt_str("key") {
            Some(key) => SecretKeys::new(SecretKey::new(key), vec![]),
            None => vectors.keys(),
        };
        let signer = signer_of(&options);
        assert_eq!(
            signer.sign(row.str("value"), &keys),
            row.str("signed"),
            "{row:?}"
        );
        assert_eq!(
            signer.unsign(row.str("signed"), &keys),
            Ok(row.str("value")),
            "{row:?}"
        );
    }
}

#[test]
fn timestamp_signers() {
    let vectors = Vectors::load("signing.json");
    let (keys, signer) = (vectors.keys(), TimestampSigner::default());
    for row in vectors.rows("timestamp_signer") {
        let at = row.i64("at");
        assert_eq!(signer.sign(row.str("value"), &keys, at), row.str("signed"));
        assert_eq!(
            signer.unsign(row.str("signed"), &keys, at, Some(0)),
            Ok(row.str("value"))
        );
    }
}

#[test]
fn dumped_values() {
    let vectors = Vectors::load("signing.json");
    let keys = vectors.keys();
    for row in vectors.rows("dumps") {
        let (object, salt, at) = (row.value("object"), row.str("salt"), row.i64("at"));
        if let Some(text) = row.opt_str("json") {
            assert_eq!(object.to_ascii(), text);
        }
        let signed = dumps(object, &keys, salt, at, row.bool("compress"));
        if row.str("signed").starts_with('.') {
            // Deflate implementations differ by a few bytes, which decides for the shortest texts.
            assert!(signed.starts_with('.') || signed.len() < 200, "{row:?}");
        } else {
            assert_eq!(signed, row.str("signed"));
        }
        for text in [signed.as_str(), row.str("signed")] {
            assert_eq!(
                loads(text, &keys, salt, at, Some(0)).as_ref(),
                Ok(object),
                "{row:?}"
            );
        }
    }
}

/// Django's class of an error, and its message where ours is the same.
fn judge<T: PartialEq + std::fmt::Debug>(
    row: &Row,
    got: Result<T, SigningError>,
    value: Option<&T>,
) {
    let result = row.row("result");
    match result.opt_str("error") {
        None => assert_eq!(got.as_ref().ok(), value, "{row:?}"),
        Some("BadSignature") => {
            let expected = match result.str("message") {
                "No \":\" found in value" => SigningError::NoSeparator,
                _ => SigningError::BadSignature,
            };
            assert_eq!(got, Err(expected), "{row:?}");
        }
        Some("SignatureExpired") => {
            assert_eq!(
                got.err().map(|error| error.to_string()).as_deref(),
                result.opt_str("message")
            );
        }
        Some(_) => assert!(
            matches!(got, Err(SigningError::Malformed(_))),
            "{row:?} gave {got:?}"
        ),
    }
}

#[test]
fn unsigning() {
    let vectors = Vectors::load("signing.json");
    let keys = vectors.keys();
    for row in vectors.rows("unsign_cases") {
        let (input, now, max_age) = (row.str("input"), row.i64("now"), row.opt_i64("max_age"));
        let result = row.row("result");
        if row.str("kind") == "timestamp" {
            let got = TimestampSigner::default().unsign(input, &keys, now, max_age);
            judge(&row, got, result.opt_str("value").as_ref());
        } else {
            let got = loads(
                input,
                &keys,
                row.opt_str("salt").unwrap_or(DUMPS_SALT),
                now,
                max_age,
            );
            judge(&row, got, result.get("value"));
        }
    }
}

#[test]
fn signed_cookies_are_timestamped_values_with_their_own_key() {
    let vectors = Vectors::load("signing.json");
    let current = format!("django.http.cookies{}", vectors.keys().current.expose());
    let keys = SecretKeys::new(SecretKey::new(current), vec![]);
    for row in vectors.rows("signed_cookie") {
        let (name, salt) = (row.str("name"), row.str("salt"));
        let own_salt = format!(
            "django.http.cookies.v2:{}:{salt}{name}",
            salt.chars().count()
        );
        let signed = TimestampSigner::new(own_salt).sign("value", &keys, row.i64("at"));
        assert_eq!(signed, row.str("signed"));
        let signed =
            TimestampSigner::new(format!("{name}{salt}")).sign("value", &keys, row.i64("at"));
        assert_eq!(signed, row.str("legacy_signed"));
    }
}

#[test]
fn unsafe_separators_are_refused() {
    for separator in ["", "a", "Z9", "-", "_", "=", "-_=", "[", "`", "^\\]"] {
        let signer = Signer::default().with_separator(separator);
        assert_eq!(signer, Err(SigningError::UnsafeSeparator), "{separator}");
    }
    for separator in [":", "a:", "/", "é", " ", "+"] {
        assert!(
            Signer::default().with_separator(separator).is_ok(),
            "{separator}"
        );
    }
}

/// Well signed, but nothing `loads` could have been given.
#[test]
fn signed_nonsense_is_malformed() {
    let keys = SecretKeys::new(SecretKey::new("key"), vec![]);
    let stamped = |payload: &str| TimestampSigner::new("s").sign(payload, &keys, 0);
    let untimed = Signer::new("s").sign("nocolon", &keys);
    let bad_time = Signer::new("s").sign("e30:!", &keys);
    for text in [
        untimed,
        bad_time,
        stamped("a"),
        stamped(".e30"),
        stamped(""),
        stamped("."),
        stamped("eyJh"),
    ] {
        let got = loads(&text, &keys, "s", 0, None);
        assert!(
            matches!(got, Err(SigningError::Malformed(_))),
            "{text} gave {got:?}"
        );
    }
    let latin1 = base64::encode_urlsafe(b"\"\xe9\"");
    assert_eq!(
        loads(&stamped(&latin1), &keys, "s", 0, None),
        Ok(json::parse("\"é\"").expect("JSON"))
    );
}
