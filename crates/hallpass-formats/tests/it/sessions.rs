//! `sessions.json` and `session_auth_hash.json`.

use hallpass_formats::json::Json;
use hallpass_formats::password::EncodedPassword;
use hallpass_formats::session::{
    AuthHashMatch, DB_SALT, EXPIRY, SIGNED_COOKIE_SALT, SessionData, SessionDataError, SessionKey,
    match_auth_hash, session_auth_hash,
};
use hallpass_formats::signing;
use hallpass_formats::timestamp::Timestamp;

use crate::vectors::Vectors;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_micros(seconds * 1_000_000)
}

#[test]
fn encodings() {
    let vectors = Vectors::load("sessions.json");
    let keys = vectors.keys();
    for row in vectors.rows("encodings") {
        let (text, salt) = (row.str("session_data"), row.str("salt"));
        let data = SessionData::from(row.value("data").as_object().expect("a dict").clone());
        assert_eq!(
            SessionData::decode(text, &keys, salt).as_ref(),
            Ok(&data),
            "{row:?}"
        );
        let ours = data.encode(&keys, salt, at(row.i64("at")));
        if row.bool("compressed") {
            // Deflate implementations differ by a few bytes, which decides for the shortest texts.
            assert!(ours.starts_with('.') || text.len() < 200, "{row:?}");
            assert_eq!(SessionData::decode(&ours, &keys, salt), Ok(data));
        } else {
            assert_eq!(ours, text);
        }
    }
}

#[test]
fn decode_verdicts() {
    let vectors = Vectors::load("sessions.json");
    for row in vectors.rows("decode") {
        let got = SessionData::decode(row.str("session_data"), &vectors.keys(), DB_SALT);
        match row.value("decoded") {
            Json::Object(object) if !object.is_empty() => {
                assert_eq!(got, Ok(SessionData::from(object.clone())), "{row:?}");
            }
            Json::Object(_) => assert_eq!(got, Err(SessionDataError::BadSignature), "{row:?}"),
            _ => assert_eq!(got, Err(SessionDataError::Malformed), "{row:?}"),
        }
    }
}

#[test]
fn signed_cookies_age() {
    let vectors = Vectors::load("sessions.json");
    for row in vectors.rows("signed_cookie_age") {
        let keys = vectors.keys();
        let got = signing::loads(
            row.str("cookie"),
            &keys,
            SIGNED_COOKIE_SALT,
            row.i64("now"),
            Some(1_209_600),
        );
        let loaded = row.value("loaded").as_object().expect("a dict");
        match got {
            Ok(value) => assert_eq!(value.as_object(), Some(loaded), "{row:?}"),
            Err(_) => assert!(loaded.is_empty(), "{row:?}"),
        }
    }
}

#[test]
fn expiry() {
    for row in Vectors::load("sessions.json").rows("expiry") {
        let mut data = SessionData::new();
        if let Some(value) = row.get(EXPIRY) {
            data.insert(EXPIRY, value.clone());
        }
        let now = Timestamp::parse_iso8601(row.str("now")).expect("a time");
        let expiry = data.expiry(now, 1_209_600, false);
        assert_eq!(expiry.age_seconds, row.i64("age_seconds"), "{row:?}");
        assert_eq!(
            Some(expiry.expire_date),
            Timestamp::parse_iso8601(row.str("expire_date")),
            "{row:?}"
        );
        assert_eq!(
            expiry.at_browser_close,
            row.bool("at_browser_close"),
            "{row:?}"
        );
    }
}

#[test]
fn expiry_follows_the_settings_and_survives_odd_values() {
    let mut data = SessionData::new();
    assert!(data.expiry(at(0), 60, true).at_browser_close);
    for odd in [
        Json::Null,
        "".into(),
        "soon".into(),
        "2026-01-01T00:00:00".into(),
        vec![1_i64].into(),
    ] {
        data.insert(EXPIRY, odd.clone());
        let expiry = data.expiry(at(0), 60, true);
        assert_eq!(
            (expiry.age_seconds, expiry.at_browser_close),
            (60, true),
            "{odd:?}"
        );
    }
    data.insert(EXPIRY, i64::MAX);
    assert_eq!(data.expiry(at(0), 60, true).age_seconds, i64::MAX);
}

#[test]
fn keys() {
    for row in Vectors::load("sessions.json").rows("key_validation") {
        let kept = row.opt_str("key").and_then(SessionKey::from_cookie);
        assert_eq!(kept.is_some(), row.bool("kept"), "{row:?}");
        if let Some(key) = kept {
            assert_eq!(key.as_str(), row.str("key"));
        }
    }
    let key = SessionKey::generate();
    assert_eq!(key.as_str().len(), 32);
    assert!(
        key.as_str()
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'))
    );
    assert_ne!(key, SessionKey::generate());
}

#[test]
fn auth_hashes() {
    let vectors = Vectors::load("session_auth_hash.json");
    let keys = vectors.keys();
    for row in vectors.rows("cases") {
        let password = EncodedPassword::new(row.str("stored_password"));
        assert_eq!(session_auth_hash(&password, &keys.current), row.str("hash"));
        assert_eq!(
            match_auth_hash(row.str("hash"), &password, &keys),
            AuthHashMatch::Current
        );
        let retired = row.value("fallback_hashes").as_list().expect("hashes");
        assert_eq!(retired.len(), keys.fallbacks.len());
        for (key, hash) in keys
            .fallbacks
            .iter()
            .zip(retired.iter().filter_map(Json::as_str))
        {
            assert_eq!(session_auth_hash(&password, key), hash);
            assert_eq!(
                match_auth_hash(hash, &password, &keys),
                AuthHashMatch::Fallback
            );
        }
        for wrong in ["", &row.str("hash")[1..], &row.str("hash").to_uppercase()] {
            assert_eq!(
                match_auth_hash(wrong, &password, &keys),
                AuthHashMatch::None
            );
        }
    }
}

#[test]
fn entries_keep_their_place() {
    let mut data = SessionData::new();
    data.insert("a", "1");
    data.insert("b", "2");
    assert_eq!(data.insert("a", "3"), Some("1".into()));
    assert_eq!(data.get_str("a"), Some("3"));
    let keys: Vec<_> = data.iter().filter_map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["a", "b"]);
    assert_eq!(data.remove("a"), Some("3".into()));
    assert_eq!(data.remove("a"), None);
    data.clear();
    assert!(data.is_empty());
}
