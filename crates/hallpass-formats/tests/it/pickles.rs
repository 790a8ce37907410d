//! `tests/data/pickles.json`: what Python's pickle writes, and pickles that must not be read.

use std::time::{Duration, Instant};

use hallpass_formats::json::{self, Json};
use hallpass_formats::pickle::{PickleError, dumps, loads};

fn rows(name: &str) -> Vec<(String, Option<Json>, Vec<Vec<u8>>)> {
    let path = format!("{}/tests/data/pickles.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the file exists");
    let file = json::parse(&text).expect("the file is JSON");
    let rows = file.as_object().and_then(|file| file.get(name));
    let rows = rows.and_then(Json::as_list).expect("a list of rows");
    assert!(!rows.is_empty());
    let row = |row: &Json| {
        let row = row.as_object().expect("a row");
        let text = |name: &str| row.get(name).and_then(Json::as_str);
        let value = text("json").map(|text| json::parse(text).expect("JSON"));
        let pickles = row.get("pickles").and_then(Json::as_list).expect("pickles");
        let pickles = pickles
            .iter()
            .map(|text| bytes(text.as_str().expect("text")));
        let name = text("name").expect("a name").to_owned();
        (name, value, pickles.collect())
    };
    rows.iter().map(row).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let (pairs, []) = hex.as_bytes().as_chunks::<2>() else {
        panic!("odd hex")
    };
    let byte = |pair: &[u8; 2]| std::str::from_utf8(pair).map(|pair| u8::from_str_radix(pair, 16));
    pairs
        .iter()
        .map(|pair| byte(pair).unwrap().unwrap())
        .collect()
}

/// The text tells order and spelling apart, which `==` does not.
fn text(value: &Json) -> String {
    value.to_ascii()
}

#[test]
fn what_python_writes_is_read_and_written_again() {
    for (name, value, pickles) in rows("values") {
        let value = text(&value.expect("a value"));
        for pickle in pickles {
            let read = loads(&pickle).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(text(&read), value, "{name}");
            assert_eq!(text(&loads(&dumps(&read)).unwrap()), value, "{name}");
        }
    }
}

#[test]
fn what_is_more_than_data_is_refused() {
    for (name, _, pickles) in rows("refused") {
        for pickle in pickles {
            let began = Instant::now();
            assert!(loads(&pickle).is_err(), "{name}");
            assert!(began.elapsed() < Duration::from_secs(5), "{name}");
        }
    }
}

#[test]
fn a_pickle_cut_off_anywhere_is_refused() {
    for (name, _, pickles) in rows("values") {
        let longest = pickles.last().expect("protocol 5");
        for end in 0..longest.len().min(600) {
            assert!(loads(&longest[..end]).is_err(), "{name} to {end}");
        }
        let mut with_tail = longest.clone();
        with_tail.push(b'.');
        assert!(loads(&with_tail).is_err(), "{name}");
    }
}

#[test]
fn growth_has_bounds() {
    // One megabyte of text, then its place in the memo again and again.
    let mut again = b"\x80\x04]\x94(X\x00\x00\x10\x00".to_vec();
    again.extend(vec![b'x'; 1 << 20]);
    again.push(0x94);
    for _ in 0..100 {
        again.extend(b"h\x01");
    }
    again.extend(b"e.");
    assert_eq!(loads(&again), Err(PickleError::TooLarge));

    let mut values = b"\x80\x04](".to_vec();
    values.extend(vec![b'N'; 2_000_000]);
    values.extend(b"e.");
    assert_eq!(loads(&values), Err(PickleError::TooLarge));

    // A memo that fills without making values, and a length that nobody can have.
    assert_eq!(
        loads(&[b"\x80\x04N".as_slice(), &[0x94; 2_000_000], b"."].concat()),
        Err(PickleError::TooLarge)
    );
    assert_eq!(
        loads(b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff."),
        Err(PickleError::Truncated)
    );
    assert_eq!(
        loads(b"\x80\x04\x8b\xff\xff\xff\xff."),
        Err(PickleError::Truncated)
    );
}

#[test]
fn instructions_without_sense_are_refused() {
    let bodies: [&[u8]; 14] = [
        b".",
        b"e.",
        b"u.",
        b"a.",
        b"s.",
        b"(.",
        b"]N.",
        b"](N.",
        b"Ns.",
        b"}(Ku.",
        b"}(K\x01u.",
        b"N(Na.",
        b"](e(.",
        b"h\x00.",
    ];
    for body in bodies {
        let pickle = [b"\x80\x04".as_slice(), body].concat();
        assert!(loads(&pickle).is_err(), "{body:?}");
    }
    for protocol in [0, 1, 6, 255] {
        assert!(loads(&[0x80, protocol, b'N', b'.']).is_err());
    }
    assert_eq!(loads(b"(dp0\n."), Err(PickleError::Refused(b'(')));
    // A mark hides what is below it.
    assert!(loads(b"\x80\x04](a.").is_err());
}

/// Every byte of a pickle changed to every value: an error or a value, never a panic.
#[test]
fn damaged_pickles_do_no_harm() {
    for (_, _, pickles) in rows("values") {
        for pickle in pickles.iter().filter(|pickle| pickle.len() < 200) {
            for place in 0..pickle.len() {
                let mut damaged = pickle.clone();
                for byte in 0..=255 {
                    damaged[place] = byte;
                    let _ = loads(&damaged);
                }
            }
        }
    }
}

#[test]
fn deep_values_pass_as_deep_as_json_does() {
    let deepest = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    let value = json::parse(&deepest).unwrap();
    assert_eq!(text(&loads(&dumps(&value)).unwrap()), deepest);
}
