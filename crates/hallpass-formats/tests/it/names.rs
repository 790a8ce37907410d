//! `usernames.json`: names, address normalisation, address syntax.

use hallpass_formats::username::{MESSAGE_UNICODE, is_valid_ascii, is_valid_unicode, trim_python};
use hallpass_formats::{email, username};

use crate::vectors::Vectors;

#[test]
fn names_are_judged_as_by_django() {
    for row in Vectors::load("usernames.json").rows("usernames") {
        let name = row.str("input");
        assert_eq!(username::normalize(name), row.str("nfkc"), "{row:?}");
        assert_eq!(
            is_valid_unicode(name),
            row.bool("unicode_validator"),
            "{row:?}"
        );
        assert_eq!(is_valid_ascii(name), row.bool("ascii_validator"), "{row:?}");
        if !is_valid_unicode(name) && !name.is_empty() {
            let messages = row.value("field_clean").as_list().expect("messages");
            assert_eq!(
                messages.first().and_then(|first| first.as_str()),
                Some(MESSAGE_UNICODE)
            );
        }
    }
}

#[test]
fn addresses_are_normalised_as_by_django() {
    for row in Vectors::load("usernames.json").rows("normalize_email") {
        let address = row.opt_str("input").unwrap_or_default();
        assert_eq!(email::normalize(address), row.str("normalized"), "{row:?}");
    }
    assert_eq!(email::normalize("  no-at "), "  no-at ");
}

#[test]
fn address_syntax_is_djangos() {
    for row in Vectors::load("usernames.json").rows("email_syntax") {
        assert_eq!(
            email::is_valid(row.str("input")),
            row.bool("valid"),
            "{row:?}"
        );
    }
}

/// Corners of Django's regular expressions that the vectors do not reach.
#[test]
fn address_corners() {
    for address in [
        "\"\"@b.co",
        "\"a\\ b\"@c.de",
        "\"a\\\"b\"@c.de",
        "a@b.xn--p1ai",
        "a@b.XN--1",
        "a@1.co",
        "a@a.b.c.de",
        "\u{17f}@b.co",
        "a@[1::2]",
        "A@LOCALHOST.co",
        "a@\u{3002}.co",
        "\"\u{1}\"@b.co",
        "a@b.c-d",
    ] {
        assert!(email::is_valid(address), "{address}");
    }
    for address in [
        "\"a\"b\"@c.de",
        "\"@c.de",
        "a\\\"@c.de",
        "\"a\\\"@c.de",
        "a..b@c.de",
        ".a@c.de",
        "a.@c.de",
        "a@LOCALHOST",
        "a@b.xn--",
        "a@b.c0m",
        "a@b.-co",
        "a@b.co-",
        "a@b-.co",
        "a@\u{a0}.co",
        "a@\u{10400}.co",
        "a@[]",
        "a@[1.2.3]",
        "a@[01.2.3.4]",
        "a@[::1%eth0]",
        "a@[0000:0000:0000:0000:0000:ffff:255.255.255.255]",
        "\"a\nb\"@c.de",
        "a@b.c",
        "\"a\tb\"@c.de",
        "\"\u{e9}\"@c.de",
        "\"a\\\n\"@c.de",
    ] {
        assert!(!email::is_valid(address), "{address}");
    }
}

#[test]
fn white_space_is_pythons() {
    assert_eq!(
        trim_python("\u{1c}\u{1f}\u{85}\u{a0}\u{2003}\u{3000} a b\t\r\n\u{b}\u{c}"),
        "a b"
    );
    assert_eq!(trim_python("\u{200b}a\u{feff}"), "\u{200b}a\u{feff}");
}
