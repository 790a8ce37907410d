//! `password_hashes.json`.

use std::sync::{Arc, Mutex};

use hallpass_formats::password::{
    Argon2, Bcrypt, BcryptSha256, DjangoVersion, EncodeError, EncodedPassword, MalformedHash, Md5,
    PasswordHasher, PasswordHashers, Pbkdf2Sha256, Scrypt, Verdict,
};

use crate::vectors::{Row, Vectors};

/// All of Django's hashers behind one that is cheap enough to run often; the vectors' `must_update` is asked
/// of Django's real parameters.
fn cheap() -> PasswordHashers {
    let mut hashers: Vec<Arc<dyn PasswordHasher>> = vec![Arc::new(Pbkdf2Sha256 { iterations: 10 })];
    hashers.extend(
        [
            "pbkdf2_sha1",
            "argon2",
            "bcrypt_sha256",
            "bcrypt",
            "scrypt",
            "md5",
        ]
        .map(|name| PasswordHashers::of_django(name, 10).expect("a hasher of Django")),
    );
    PasswordHashers::new(hashers).expect("seven hashers")
}

const DJANGO: Pbkdf2Sha256 = Pbkdf2Sha256 {
    iterations: DjangoVersion::V5_2.pbkdf2_iterations(),
};

#[test]
fn recorded_hashes_verify() {
    let rows = Vectors::load("password_hashes.json").rows("hashes");
    assert_eq!(rows.len(), 96);
    for row in rows {
        let (algorithm, password) = (row.str("algorithm"), row.str("password"));
        let Some(encoded) = row.opt_str("encoded") else {
            bcrypt_refuses(&row);
            continue;
        };
        let stored = EncodedPassword::new(encoded);
        assert_eq!(stored.algorithm(), algorithm);
        let verdict = cheap().verify(password, &stored);
        assert_eq!(verdict, Verdict::Correct { must_update: true }, "{row:?}");
        let must_update = algorithm != DJANGO.algorithm() || DJANGO.must_update(&stored);
        assert_eq!(must_update, row.bool("must_update"), "{row:?}");
        if let Some((hasher, salt)) = maker(&row) {
            assert_eq!(hasher.encode(password, &salt), Ok(stored.clone()));
            assert!(!hasher.must_update(&stored) || salt.len() < 22, "{row:?}");
        }
        // The long ones are judged once; their time is better spent elsewhere.
        if row.row("parts").opt_i64("iterations").unwrap_or_default() <= 1000 {
            let verdict = cheap().verify(row.str("wrong_password"), &stored);
            assert_eq!(verdict, Verdict::Wrong, "{row:?}");
        }
    }
}

/// The recorded refusals are all of one kind: more than 72 bytes for plain bcrypt.
fn bcrypt_refuses(row: &Row) {
    let (hasher, password) = (Bcrypt { rounds: 4 }, row.str("password"));
    assert_eq!(row.str("algorithm"), hasher.algorithm());
    assert!(row.str("encode_raises").contains("72 bytes"));
    let made = hasher.encode(password, &hasher.salt());
    assert!(matches!(made, Err(EncodeError::Refused(_))), "{row:?}");
    let cut = hasher.encode(&password[..72], &hasher.salt());
    let cut = cut.expect("72 bytes are allowed");
    assert_eq!(hasher.verify(password, &cut), Ok(false));
    assert_eq!(hasher.verify(&password[..72], &cut), Ok(true));
}

/// The hasher and the salt that make this very text again, if ours can: new hashes are of one kind only.
fn maker(row: &Row) -> Option<(Arc<dyn PasswordHasher>, String)> {
    let parts = row.row("parts");
    let number = |name: &str| u32::try_from(parts.i64(name)).expect("fits");
    let salt = parts.str("salt").to_owned();
    Some(match row.str("algorithm") {
        name @ ("pbkdf2_sha256" | "pbkdf2_sha1") if number("iterations") <= 1000 => {
            let hasher = PasswordHashers::of_django(name, number("iterations"))?;
            (hasher, salt)
        }
        "argon2" if (parts.str("variety"), number("version")) == ("argon2id", 19) => {
            let hasher = Argon2 {
                time_cost: number("time_cost"),
                memory_cost: number("memory_cost"),
                parallelism: number("parallelism"),
            };
            (Arc::new(hasher), salt)
        }
        name @ ("bcrypt" | "bcrypt_sha256") => {
            let rounds = number("work_factor");
            let salt = format!("${}${rounds:02}${salt}", parts.str("algostr"));
            if name == "bcrypt" {
                (Arc::new(Bcrypt { rounds }), salt)
            } else {
                (Arc::new(BcryptSha256 { rounds }), salt)
            }
        }
        "scrypt" => {
            let hasher = Scrypt {
                work_factor: number("work_factor"),
                block_size: number("block_size"),
                parallelism: number("parallelism"),
            };
            (Arc::new(hasher), salt)
        }
        "md5" => (Arc::new(Md5), salt),
        _ => return None,
    })
}

#[test]
fn odd_rows_never_verify() {
    let rows = Vectors::load("password_hashes.json").rows("odd");
    assert_eq!(rows.len(), 33);
    for row in rows {
        let stored = EncodedPassword::new(row.str("encoded"));
        assert_eq!(stored.is_usable(), row.bool("usable"), "{row:?}");
        let raises = row.get("raises").is_some();
        match cheap().verify(row.str("password"), &stored) {
            Verdict::Malformed(_) => assert!(raises, "{row:?}"),
            // Django finds no hasher for it either, and says that nothing needs to be updated.
            Verdict::UnknownAlgorithm(_) => {
                assert!(!raises && !row.bool("must_update"), "{row:?}");
            }
            Verdict::Wrong => assert!(
                !raises && (row.bool("must_update") || !stored.is_usable()),
                "{row:?}"
            ),
            other => panic!("{row:?} gave {other:?}"),
        }
        if !raises && stored.algorithm() == DJANGO.algorithm() {
            assert_eq!(DJANGO.must_update(&stored), row.bool("must_update"));
        }
    }
}

#[test]
fn the_defaults_are_those_of_the_releases() {
    let defaults = Vectors::load("password_hashes.json").row("defaults");
    let counts = defaults.row("pbkdf2_iterations_by_django");
    assert_eq!(
        i64::from(DjangoVersion::V5_2.pbkdf2_iterations()),
        counts.i64("5.2")
    );
    assert_eq!(
        i64::from(DjangoVersion::V6_0.pbkdf2_iterations()),
        counts.i64("6.0")
    );
    assert_eq!(DjangoVersion::V6_1.pbkdf2_iterations(), 1_500_000);
    assert_eq!(
        PasswordHashers::django(DjangoVersion::V6_0)
            .preferred()
            .algorithm(),
        "pbkdf2_sha256"
    );
}

#[test]
fn new_hashes_have_djangos_shape() {
    let stored = cheap().make(Some("letmein")).expect("any password");
    let fields: Vec<&str> = stored.as_str().split('$').collect();
    assert!(
        matches!(fields[..], ["pbkdf2_sha256", "10", salt, hash] if salt.len() == 22 && hash.len() == 44)
    );
    assert_eq!(
        cheap().verify("letmein", &stored),
        Verdict::Correct { must_update: false }
    );
    let unusable = cheap().make(None).expect("no password");
    assert!(unusable.as_str().starts_with('!') && unusable.as_str().len() == 41);
    assert_eq!(cheap().verify("letmein", &unusable), Verdict::Wrong);
    for salt in ["", "a$b"] {
        assert_eq!(DJANGO.encode("letmein", salt), Err(EncodeError::Salt));
    }
    assert!(PasswordHashers::new(vec![]).is_none());
}

#[test]
fn absurd_iterations_are_never_run() {
    for iterations in [
        "100000001",
        "4294967296",
        "99999999999999999999",
        "1__0",
        "_1",
        "1_",
        "",
        "-1",
        "0x1",
        "1.0",
        "\u{1c}1",
    ] {
        let stored = EncodedPassword::new(format!("pbkdf2_sha256${iterations}$salt$hash"));
        assert!(
            matches!(cheap().verify("x", &stored), Verdict::Malformed(_)),
            "{iterations}"
        );
        assert!(DJANGO.must_update(&stored));
        DJANGO.harden_runtime("x", &stored);
    }
}

#[test]
fn a_password_in_clear_is_not_named_as_algorithm() {
    let verdict = cheap().verify("x", &EncodedPassword::new("hunter2"));
    assert_eq!(verdict, Verdict::UnknownAlgorithm(String::new()));
    let verdict = cheap().verify(
        "x",
        &EncodedPassword::new("0123456789abcdef0123456789abcdef"),
    );
    assert_eq!(
        verdict,
        Verdict::UnknownAlgorithm("unsalted_md5".to_owned())
    );
}

/// Counts calls, to compare the work with Django's.
#[derive(Debug)]
struct Counting {
    name: &'static str,
    outdated: bool,
    calls: Arc<Mutex<Vec<String>>>,
}

impl Counting {
    fn note(&self, call: &str) {
        self.calls
            .lock()
            .expect("no panic while counting")
            .push(format!("{} {call}", self.name));
    }
}

impl PasswordHasher for Counting {
    fn algorithm(&self) -> &'static str {
        self.name
    }

    fn encode(&self, _password: &str, salt: &str) -> Result<EncodedPassword, EncodeError> {
        self.note("encode");
        Ok(EncodedPassword::new(format!("{}${salt}$", self.name)))
    }

    fn verify(&self, password: &str, _stored: &EncodedPassword) -> Result<bool, MalformedHash> {
        self.note("verify");
        Ok(password == "right")
    }

    fn must_update(&self, _stored: &EncodedPassword) -> bool {
        self.outdated
    }

    fn harden_runtime(&self, _password: &str, _stored: &EncodedPassword) {
        self.note("harden");
    }
}

#[test]
fn the_work_is_djangos() {
    let work = |outdated: bool, password: &str, stored: &str| {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let hasher = |name| {
            Arc::new(Counting {
                name,
                outdated,
                calls: Arc::clone(&calls),
            })
        };
        let hashers =
            PasswordHashers::new(vec![hasher("new"), hasher("old")]).expect("two hashers");
        let verdict = hashers.verify(password, &EncodedPassword::new(stored));
        let calls = calls.lock().expect("no panic while counting").join(", ");
        (verdict, calls)
    };
    let correct = |must_update| Verdict::Correct { must_update };
    let unknown = |name: &str| Verdict::UnknownAlgorithm(name.to_owned());
    assert_eq!(
        work(false, "right", "new$"),
        (correct(false), "new verify".into())
    );
    assert_eq!(
        work(true, "right", "new$"),
        (correct(true), "new verify".into())
    );
    assert_eq!(
        work(false, "right", "old$"),
        (correct(true), "old verify".into())
    );
    assert_eq!(
        work(false, "wrong", "new$"),
        (Verdict::Wrong, "new verify".into())
    );
    assert_eq!(
        work(true, "wrong", "new$"),
        (Verdict::Wrong, "new verify, new harden".into())
    );
    assert_eq!(
        work(true, "wrong", "old$"),
        (Verdict::Wrong, "old verify".into())
    );
    assert_eq!(
        work(true, "right", "gone$"),
        (unknown("gone"), "new encode".into())
    );
    assert_eq!(work(true, "right", ""), (unknown(""), "new encode".into()));
    assert_eq!(
        work(true, "right", "!right"),
        (Verdict::Wrong, "new encode".into())
    );
}
