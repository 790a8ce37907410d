//! Each hasher as the preferred one: when it updates, what it refuses. The expectations of the first test
//! are Django 5.2.19's answers with argon2-cffi 25.1 and bcrypt 5.0.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hallpass_formats::password::{
    Argon2, Bcrypt, BcryptSha256, DjangoVersion, EncodeError, EncodedPassword, MAX_ARGON2_MEMORY,
    MAX_BCRYPT_ROUNDS, MAX_ITERATIONS, MAX_SCRYPT_WORK, PasswordHasher, PasswordHashers,
    Pbkdf2Sha1, Pbkdf2Sha256, Scrypt, Verdict,
};

fn of_django(name: &str) -> Arc<dyn PasswordHasher> {
    PasswordHashers::of_django(name, DjangoVersion::V5_2.pbkdf2_iterations())
        .expect("a hasher of Django")
}

#[test]
fn a_hash_is_made_anew_when_django_would() {
    const SALT_22: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NQ";
    const HASH_32: &str = "jzLVSfsOVZ7Pb2BHGYo0JnDPWcvzOGxL16CAUHQdO0Y";
    let argon2 = |head: &str| format!("argon2${head}${SALT_22}${HASH_32}");
    for (stored, must_update) in [
        (
            "pbkdf2_sha1$1000000$seasaltseasaltseasalt1$x".to_owned(),
            false,
        ),
        (
            "pbkdf2_sha1$1000000$seasaltseasaltseasalt$x".to_owned(),
            true,
        ),
        (
            "pbkdf2_sha1$1200000$seasaltseasaltseasalt1$x".to_owned(),
            true,
        ),
        (argon2("argon2id$v=19$m=102400,t=2,p=8"), false),
        (argon2("argon2i$v=19$m=102400,t=2,p=8"), true),
        (argon2("argon2id$v=16$m=102400,t=2,p=8"), true),
        (argon2("argon2id$m=102400,t=2,p=8"), true),
        (argon2("argon2id$v=19$m=102401,t=2,p=8"), true),
        (argon2("argon2id$v=19$m=102400,t=3,p=8"), true),
        (argon2("argon2id$v=19$m=102400,t=2,p=4"), true),
        (
            argon2("argon2id$v=19$m=102400,t=2,p=8").replace("NQ$", "$"),
            true,
        ),
        (
            argon2("argon2id$v=19$m=102400,t=2,p=8").replace("dO0Y", "dO0"),
            true,
        ),
        (
            format!("bcrypt$$2b$12${}u{}", "a".repeat(21), "a".repeat(31)),
            false,
        ),
        (
            format!("bcrypt$$2a$12${}u{}", "a".repeat(21), "a".repeat(31)),
            false,
        ),
        (
            format!("bcrypt_sha256$$2b$11${}u{}", "a".repeat(21), "a".repeat(31)),
            true,
        ),
        ("scrypt$16384$x$8$5$x".to_owned(), false),
        ("scrypt$16384$x$8$1$x".to_owned(), true),
        ("scrypt$8192$x$8$5$x".to_owned(), true),
        ("scrypt$16384$x$4$5$x".to_owned(), true),
        ("md5$seasaltseasaltseasalt1$x".to_owned(), false),
        ("md5$seasaltseasaltseasalt$x".to_owned(), true),
    ] {
        let stored = EncodedPassword::new(stored);
        let hasher = of_django(stored.algorithm());
        assert_eq!(
            hasher.must_update(&stored),
            must_update,
            "{}",
            stored.as_str()
        );
    }
}

#[test]
fn django_lists_five_and_knows_seven() {
    let hashers = PasswordHashers::django(DjangoVersion::V6_0);
    assert_eq!(hashers.preferred().algorithm(), "pbkdf2_sha256");
    for (name, is_default) in [
        ("pbkdf2_sha1", true),
        ("argon2", true),
        ("bcrypt_sha256", true),
        ("scrypt", true),
        ("bcrypt", false),
        ("md5", false),
    ] {
        let cannot_verify = EncodedPassword::new(format!("{name}$"));
        let verdict = hashers.verify("x", &cannot_verify);
        assert_eq!(
            matches!(verdict, Verdict::Malformed(_)),
            is_default,
            "{name}"
        );
        assert_eq!(of_django(name).algorithm(), name);
    }
    assert!(PasswordHashers::of_django("unsalted_md5", 1).is_none());
}

#[test]
fn new_hashes_have_djangos_shapes_and_verify() {
    for (name, prefix, length) in [
        ("pbkdf2_sha256", "pbkdf2_sha256$10$", 84),
        ("pbkdf2_sha1", "pbkdf2_sha1$10$", 66),
        ("argon2", "argon2$argon2id$v=19$m=102400,t=2,p=8$", 112),
        ("bcrypt_sha256", "bcrypt_sha256$$2b$12$", 74),
        ("bcrypt", "bcrypt$$2b$12$", 67),
        ("scrypt", "scrypt$16384$", 128),
        ("md5", "md5$", 59),
    ] {
        let hasher = PasswordHashers::of_django(name, 10).expect("a hasher of Django");
        let hashers = PasswordHashers::new(vec![hasher]).expect("one hasher");
        let stored = hashers.make(Some("pässword")).expect("a short password");
        assert!(
            stored.as_str().starts_with(prefix) && stored.as_str().len() == length,
            "{name}"
        );
        let correct = Verdict::Correct { must_update: false };
        assert_eq!(hashers.verify("pässword", &stored), correct, "{name}");
        assert_eq!(
            hashers.verify("passwort", &stored),
            Verdict::Wrong,
            "{name}"
        );
        assert!(
            hashers
                .make(None)
                .is_ok_and(|unusable| !unusable.is_usable())
        );
    }
}

#[test]
fn absurd_parameters_are_never_run() {
    let started = Instant::now();
    let salt = "MDEyMzQ1Njc4OWFiY2RlZg";
    for stored in [
        format!("pbkdf2_sha1${}$salt$hash", MAX_ITERATIONS + 1),
        "pbkdf2_sha1$1000000000$salt$hash".to_owned(),
        format!("argon2$argon2id$v=19$m=67108864,t=1,p=1${salt}${salt}"),
        format!(
            "argon2$argon2id$v=19$m={},t=1,p=1${salt}${salt}",
            MAX_ARGON2_MEMORY + 1
        ),
        format!("argon2$argon2id$v=19$m=4294967295,t=4294967295,p=16777215${salt}${salt}"),
        format!("argon2$argon2id$v=19$m=102400,t=4294967295,p=8${salt}${salt}"),
        format!("argon2$argon2i$v=16$m=102400,t=164,p=1${salt}${salt}"),
        format!("bcrypt$$2b${}${}", MAX_BCRYPT_ROUNDS + 1, "u".repeat(53)),
        format!("bcrypt$$2b$31${}", "u".repeat(53)),
        format!("bcrypt$$2b$32${}", "u".repeat(53)),
        format!("bcrypt$$2b$03${}", "u".repeat(53)),
        format!("bcrypt_sha256$$2b$4294967300${}", "u".repeat(53)),
        "scrypt$32768$salt$8$1$hash".to_owned(),
        "scrypt$1073741824$salt$8$5$hash".to_owned(),
        "scrypt$65536$salt$1$1$hash".to_owned(),
        "scrypt$16384$salt$8$100000$hash".to_owned(),
        "scrypt$16384$salt$4294967295$4294967295$hash".to_owned(),
        format!("scrypt$32768$salt$1${}$hash", MAX_SCRYPT_WORK / 32768 + 1),
        "scrypt$1$salt$8$1$hash".to_owned(),
        "scrypt$12345$salt$8$1$hash".to_owned(),
    ] {
        let stored = EncodedPassword::new(stored);
        let hasher = of_django(stored.algorithm());
        assert!(hasher.verify("x", &stored).is_err(), "{}", stored.as_str());
        assert!(hasher.must_update(&stored));
        hasher.harden_runtime("x", &stored);
    }
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[test]
fn what_could_not_be_verified_is_not_made() {
    let many = MAX_ITERATIONS + 1;
    let hashers: [(Arc<dyn PasswordHasher>, &str); 12] = [
        (Arc::new(Pbkdf2Sha256 { iterations: many }), "salt"),
        (Arc::new(Pbkdf2Sha1 { iterations: many }), "salt"),
        (
            Arc::new(Argon2 {
                memory_cost: u32::MAX,
                ..Argon2::default()
            }),
            "saltsalt",
        ),
        (
            Arc::new(Argon2 {
                time_cost: u32::MAX,
                ..Argon2::default()
            }),
            "saltsalt",
        ),
        (
            Arc::new(Argon2 {
                parallelism: 0,
                ..Argon2::default()
            }),
            "saltsalt",
        ),
        (Arc::new(Argon2::default()), "seven77"),
        (Arc::new(Bcrypt::default()), "$2b$31$uuuuuuuuuuuuuuuuuuuuuu"),
        (Arc::new(Bcrypt::default()), "seasaltseasaltseasalt1"),
        (
            Arc::new(BcryptSha256::default()),
            "$2b$04$uuuuuuuuuuuuuuuuuuuuu",
        ),
        (
            Arc::new(BcryptSha256::default()),
            "$2b$04$aaaaaaaaaaaaaaaaaaaaaa",
        ),
        (
            Arc::new(Scrypt {
                work_factor: 3,
                ..Scrypt::default()
            }),
            "salt",
        ),
        (
            Arc::new(Scrypt {
                parallelism: 0,
                ..Scrypt::default()
            }),
            "salt",
        ),
    ];
    for (hasher, salt) in hashers {
        let made = hasher.encode("x", salt);
        assert!(
            matches!(made, Err(EncodeError::Refused(_))),
            "{hasher:?} made {made:?}"
        );
    }
    for name in ["pbkdf2_sha1", "scrypt", "md5"] {
        for salt in ["", "a$b"] {
            assert_eq!(of_django(name).encode("x", salt), Err(EncodeError::Salt));
        }
    }
    for rounds in [0, 3, 19, 31, u32::MAX] {
        let hasher = Bcrypt { rounds };
        assert!(hasher.encode("x", &hasher.salt()).is_err(), "{rounds}");
    }
}

#[test]
fn bcrypt_makes_up_for_missing_rounds() {
    let time = |work: &dyn Fn()| {
        let started = Instant::now();
        work();
        started.elapsed()
    };
    let stored =
        EncodedPassword::new("bcrypt$$2b$04$abcdefghijklmnopqrstuubyCG3zY1GIXMyxfivm.ClDiInHzxjiq");
    // 2^(10 - 4) - 1 = 63 hashes at the stored cost are missing to ten rounds, none to four.
    let dear = time(&|| Bcrypt { rounds: 10 }.harden_runtime("x", &stored));
    let cheap = time(&|| Bcrypt { rounds: 4 }.harden_runtime("x", &stored));
    let less = time(&|| Bcrypt { rounds: 3 }.harden_runtime("x", &stored));
    assert!(
        dear > cheap * 10 && dear > less * 10,
        "{dear:?}, {cheap:?}, {less:?}"
    );
}

#[test]
fn sizes_may_change_from_hash_to_hash_in_one_thread() {
    // Smaller and larger hashes in turn: what an earlier one left in the thread's memory must not count.
    let salt = "seasaltseasaltseasalt1";
    let hasher = |memory_cost, parallelism| Argon2 {
        time_cost: 2,
        memory_cost,
        parallelism,
    };
    let small = hasher(64, 2).encode("x", salt).expect("allowed");
    let large = hasher(110_000, 4).encode("x", salt).expect("allowed");
    for _ in 0..2 {
        for stored in [&small, &large] {
            assert_eq!(Argon2::default().verify("x", stored), Ok(true));
            assert_eq!(Argon2::default().verify("y", stored), Ok(false));
        }
    }
    let elsewhere = std::thread::spawn(move || hasher(64, 2).encode("x", salt));
    assert_eq!(elsewhere.join().expect("no panic"), Ok(small));
}
