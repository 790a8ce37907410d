//! No secret shows in `Debug`, in errors, or in verdicts.

use hallpass_formats::csrf::CsrfSecret;
use hallpass_formats::password::{EncodedPassword, PasswordHashers};
use hallpass_formats::secret::{SecretKey, SecretKeys};
use hallpass_formats::session::{SessionData, SessionKey};
use hallpass_formats::token::TokenKey;

#[test]
fn debug_shows_no_secret() {
    const SECRET: &str = "abcdefghijABCDEFGHIJ0123456789Zz";
    let mut session = SessionData::new();
    session.insert("_csrftoken", SECRET);
    let keys = SecretKeys::new(SecretKey::new(SECRET), vec![SecretKey::new(SECRET)]);
    let shown = [
        format!("{keys:?}"),
        format!("{:?}", CsrfSecret::parse(SECRET)),
        format!("{:?}", SessionKey::from_cookie(SECRET)),
        format!("{:?}", TokenKey::from(SECRET)),
        format!("{session:?}"),
        format!("{:?}", EncodedPassword::new(SECRET)),
        format!("{:?}", EncodedPassword::new(format!("!{SECRET}"))),
        format!(
            "{:?}",
            EncodedPassword::new(format!("pbkdf2_sha256$1${SECRET}${SECRET}"))
        ),
        format!(
            "{:?}",
            EncodedPassword::new(format!("my pass{SECRET}$word"))
        ),
    ];
    for text in &shown {
        assert!(!text.contains(SECRET), "{text}");
    }
    assert_eq!(shown[4], "SessionData{\"_csrftoken\"}");
    assert_eq!(shown[7], "EncodedPassword(pbkdf2_sha256)");
}

#[test]
fn a_malformed_hash_is_not_repeated_in_its_error() {
    for text in [
        "pbkdf2_sha256$s3cret",
        "pbkdf2_sha256$s3cret$s3cret$s3cret",
        "pbkdf2_sha256$1$$s3cret",
        "pbkdf2_sha1$1$$s3cret",
        "argon2$s3cret",
        "bcrypt$$2b$04$s3cret",
        "bcrypt_sha256$s3cret$s3cret$s3cret",
        "scrypt$16$s3cret$s3cret$1$s3cret",
        "md5$s3cret",
    ] {
        let algorithm = text.split('$').next().expect("a name");
        let hasher = PasswordHashers::of_django(algorithm, 1).expect("a hasher of Django");
        let error = hasher
            .verify("s3cret", &EncodedPassword::new(text))
            .expect_err("malformed");
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}

#[test]
fn token_keys_are_forty_hex_digits() {
    let (one, other) = (TokenKey::generate(), TokenKey::generate());
    assert_ne!(one, other);
    assert_eq!(one.as_str().len(), 40);
    assert!(
        one.as_str()
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    );
}
