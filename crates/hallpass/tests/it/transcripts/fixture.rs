//! The fixture database, made cheap to replay: quick passwords, and sessions that fit them.
//!
//! The recorded rows hold hashes of seven algorithms, each dear; the hashers have vectors of their own. Where the password is known the row gets a `pbkdf2_sha256` hash of
//! it: with the configured iterations where Django's row was up to date, with fewer where Django would upgrade it, so
//! that upgrades still happen. The sessions' auth hashes are made anew and the rows signed as they were.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use hallpass::formats::password::{EncodedPassword, PasswordHasher, Pbkdf2Sha256};
use hallpass::formats::secret::{SecretKey, SecretKeys};
use hallpass::formats::session::{
    AuthHashMatch, DB_SALT, SessionData, USER_HASH, USER_ID, match_auth_hash, session_auth_hash,
};
use hallpass::formats::timestamp::Timestamp;
use rusqlite::Connection;
use serde_json::Value;

use super::read::vectors;

/// The count that Django 5.2 writes.
pub(crate) const DJANGO_ITERATIONS: u32 = 1_000_000;

/// A count that is below every configured one.
const OUTDATED_ITERATIONS: u32 = 500;

/// The salt of every fixture hash that is up to date.
const SALT: &str = "fixturesalt0123456789A";

/// The recorded texts that scenarios compare with, and the database they were recorded on.
pub(crate) struct Fixture {
    database: Vec<u8>,
    pub(crate) secret_key: String,
    pub(crate) secret_key_fallbacks: Vec<String>,
    pub(crate) session_keys: Vec<String>,
    pub(crate) tokens: Vec<String>,
    /// Auth hashes as Django recorded them, under those that the rewritten rows have.
    pub(crate) auth_hashes: HashMap<String, String>,
}

/// The fixtures made so far, by user model and iterations.
#[derive(Default)]
pub(crate) struct Fixtures(Mutex<HashMap<(bool, u32), Arc<Fixture>>>);

impl Fixtures {
    /// The database of `auth.User`, or of `app.User` with login by e-mail, for a site with these PBKDF2 iterations.
    pub(crate) fn of(&self, email_login: bool, iterations: u32) -> Arc<Fixture> {
        let mut made = self.0.lock().unwrap();
        let fixture = made
            .entry((email_login, iterations))
            .or_insert_with(|| Arc::new(Fixture::make(email_login, iterations)));
        Arc::clone(fixture)
    }
}

impl Fixture {
    fn make(email_login: bool, iterations: u32) -> Self {
        let name = if email_login {
            "fixture-email-user"
        } else {
            "fixture"
        };
        let sql = std::fs::read_to_string(vectors().join(format!("{name}.sql"))).unwrap();
        let plain = std::fs::read_to_string(vectors().join(format!("{name}.json"))).unwrap();
        let plain: Value = serde_json::from_str(&plain).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let texts = |value: &Value| value.as_array().unwrap().iter().map(text).collect();

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("fixture.sqlite3");
        let database = Connection::open(&file).unwrap();
        // The dump names tables before it makes them.
        database.pragma_update(None, "foreign_keys", false).unwrap();
        database.execute_batch(&sql).unwrap();
        let mut fixture = Self {
            database: Vec::new(),
            secret_key: text(&plain["secret_key"]),
            secret_key_fallbacks: texts(&plain["secret_key_fallbacks"]),
            session_keys: Vec::new(),
            tokens: Vec::new(),
            auth_hashes: HashMap::new(),
        };
        let table = if email_login { "app_user" } else { "auth_user" };
        let passwords = rewrite_passwords(&database, table, &plain, iterations);
        fixture.rewrite_sessions(&database, &plain, &passwords);
        for user in plain["users"].as_array().unwrap() {
            fixture
                .tokens
                .extend(user["token"].as_str().map(str::to_owned));
        }
        database.close().unwrap();
        fixture.database = std::fs::read(&file).unwrap();
        fixture
    }

    /// A fresh copy of the database.
    pub(crate) fn write(&self, file: &Path) {
        std::fs::write(file, &self.database).unwrap();
    }

    fn rewrite_sessions(
        &mut self,
        database: &Connection,
        plain: &Value,
        passwords: &HashMap<String, Rewritten>,
    ) {
        let all_keys = self.secret_keys();
        for session in plain["sessions"].as_array().unwrap() {
            let key = session["session_key"].as_str().unwrap();
            self.session_keys.push(key.to_owned());
            let stored = session["session_data"].as_str().unwrap();
            let Ok(mut data) = SessionData::decode(stored, &all_keys, DB_SALT) else {
                continue;
            };
            let id = data.get_str(USER_ID).unwrap_or_default();
            let (Some(hash), Some(password)) = (
                data.get_str(USER_HASH).map(str::to_owned),
                passwords.get(id),
            ) else {
                continue;
            };
            let signer = match match_auth_hash(&hash, &password.recorded, &all_keys) {
                AuthHashMatch::Current => &all_keys.current,
                AuthHashMatch::Fallback => &all_keys.fallbacks[1],
                AuthHashMatch::None => continue,
            };
            let fresh = session_auth_hash(&password.rewritten, signer);
            self.auth_hashes.insert(fresh.clone(), hash);
            data.insert(USER_HASH, fresh.as_str());
            let under = signed_with(stored, &all_keys);
            let text = data.encode(&under, DB_SALT, Timestamp::now());
            database
                .execute(
                    "UPDATE django_session SET session_data = ?1 WHERE session_key = ?2",
                    (text, key),
                )
                .unwrap();
        }
    }

    fn secret_keys(&self) -> SecretKeys {
        SecretKeys::new(
            SecretKey::new(self.secret_key.as_str()),
            self.secret_key_fallbacks
                .iter()
                .map(|key| SecretKey::new(key.as_str()))
                .collect(),
        )
    }
}

/// The one key that signed this row, as the current one.
fn signed_with(stored: &str, keys: &SecretKeys) -> SecretKeys {
    keys.iter()
        .map(|key| SecretKeys::new(key.clone(), Vec::new()))
        .find(|key| SessionData::decode(stored, key, DB_SALT).is_ok())
        .unwrap()
}

/// One user's stored password.
struct Rewritten {
    recorded: EncodedPassword,
    rewritten: EncodedPassword,
}

fn rewrite_passwords(
    database: &Connection,
    table: &str,
    plain: &Value,
    iterations: u32,
) -> HashMap<String, Rewritten> {
    let mut passwords = HashMap::new();
    for user in plain["users"].as_array().unwrap() {
        let recorded = EncodedPassword::new(user["stored_password"].as_str().unwrap());
        let rewritten = match user["raw_password"].as_str() {
            Some(password) => rewrite(password, &recorded, iterations),
            None => recorded.clone(),
        };
        let sql = format!("UPDATE {table} SET password = ?1 WHERE id = ?2");
        let id = user["id"].as_i64().unwrap();
        database.execute(&sql, (rewritten.as_str(), id)).unwrap();
        passwords.insert(
            id.to_string(),
            Rewritten {
                recorded,
                rewritten,
            },
        );
    }
    passwords
}

fn rewrite(password: &str, recorded: &EncodedPassword, iterations: u32) -> EncodedPassword {
    let text = recorded.as_str();
    let up_to_date = text.starts_with(&format!("pbkdf2_sha256${DJANGO_ITERATIONS}$"));
    let fits_already = up_to_date && iterations == DJANGO_ITERATIONS;
    if fits_already || text.contains("$shortsalt$") {
        return recorded.clone();
    }
    let iterations = if up_to_date {
        iterations
    } else {
        OUTDATED_ITERATIONS
    };
    Pbkdf2Sha256 { iterations }.encode(password, SALT).unwrap()
}
