//! The definition as a whole, and addresses.

use super::*;

#[test]
fn the_definition_is_sound() {
    use clap::CommandFactory;
    Arguments::command().debug_assert();
}

#[test]
fn upstreams_are_plain_http() {
    for (text, authority) in [
        ("http://127.0.0.1:9000", "127.0.0.1:9000"),
        ("http://app/", "app:80"),
        ("http://[::1]:9000", "[::1]:9000"),
        ("http://[::1]", "[::1]:80"),
    ] {
        assert_eq!(http_authority(text).unwrap().to_string(), authority);
    }
    for text in [
        "127.0.0.1:9000",
        "https://app",
        "http://",
        "http://app/path",
        "http://app:x",
        "http://a;b",
        "http://[x]",
    ] {
        assert!(http_authority(text).is_err(), "{text}");
    }
}

#[test]
fn addresses_may_be_ports_alone() {
    for text in ["8000", ":8000", "127.0.0.1:8000"] {
        assert_eq!(address(text).unwrap().to_string(), "127.0.0.1:8000");
    }
    assert_eq!(address("[::1]:0").unwrap().to_string(), "[::1]:0");
    for text in ["", "127.0.0.1", "70000", "a b:1", "::"] {
        assert!(address(text).is_err(), "{text}");
    }
}
