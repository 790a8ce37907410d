//! `argon2$argon2id$v=19$m=102400,t=2,p=8$salt$hash`: the name and the text of Argon2's own library.
//!
//! Django makes argon2id, version 19; it verifies whatever the library can read: argon2i and argon2d,
//! version 16, other sizes. The lanes are computed one after the other, so a hash takes one core.

mod memory;
mod text;

use argon2::{Algorithm, Params, Version};

use super::{EncodeError, EncodedPassword, MalformedHash, PasswordHasher, SALT_LENGTH};
use crate::signing::constant_time_eq;
use text::Decoded;

pub use memory::argon2_memory;

/// KiB that one hash may need: 2 GiB, the most that RFC 9106 recommends. Django would try to get
/// whatever a row says, up to 4 TiB.
pub const MAX_ARGON2_MEMORY: u32 = 2 * 1024 * 1024;

/// The largest product of memory in KiB and passes that is run: some eighty times Django's default,
/// about ten seconds.
pub const MAX_ARGON2_WORK: u64 = 1 << 24;

/// Bytes of a new hash: argon2-cffi's `DEFAULT_HASH_LENGTH`.
const HASH_LENGTH: usize = 32;
const ALGORITHM: &str = "argon2";

/// Django 5.2 `Argon2PasswordHasher`; `Default` has Django's parameters.
///
/// Each thread that hashes keeps up to 100 MiB, which is what a hash with Django's parameters needs,
/// until it ends: getting fresh pages from the system would cost a third of the time. What a larger
/// hash needs is given back at once. So call it from few threads that live long.
///
/// ```
/// use hallpass_formats::password::{Argon2, PasswordHasher};
///
/// let hasher = Argon2 { memory_cost: 64, time_cost: 1, parallelism: 1 };
/// let stored = hasher.encode("letmein", "seasaltseasalt").expect("the salt is fine");
/// assert!(stored.as_str().starts_with("argon2$argon2id$v=19$m=64,t=1,p=1$"));
/// assert_eq!(hasher.verify("letmein", &stored), Ok(true));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2 {
    /// Passes over the memory, t.
    pub time_cost: u32,
    /// Memory in KiB, m.
    pub memory_cost: u32,
    /// Lanes, p.
    pub parallelism: u32,
}

impl Default for Argon2 {
    fn default() -> Argon2 {
        Argon2 {
            time_cost: 2,
            memory_cost: 102_400,
            parallelism: 8,
        }
    }
}

impl PasswordHasher for Argon2 {
    fn algorithm(&self) -> &'static str {
        ALGORITHM
    }

    /// The salt needs eight bytes; unlike elsewhere `$` may be in it, since it is stored as base64.
    fn encode(&self, password: &str, salt: &str) -> Result<EncodedPassword, EncodeError> {
        let mut fresh = Decoded {
            variety: Algorithm::Argon2id,
            version: Version::V0x13,
            cost: *self,
            salt: salt.as_bytes().to_vec(),
            hash: vec![0; HASH_LENGTH],
        };
        let refused = |reason: &str| EncodeError::Refused(reason.to_owned());
        if self.is_absurd() {
            return Err(refused("argon2's parameters could not be verified"));
        }
        fresh.hash = derive(password, &fresh)
            .map_err(|malformed| EncodeError::Refused(malformed.reason))?
            .ok_or_else(|| refused("argon2 refuses the salt or the parameters"))?;
        Ok(EncodedPassword::new(fresh.to_text()))
    }

    /// Malformed if not even the variety can be read or the parameters are absurd; whatever else is
    /// wrong with the text makes the password wrong, as in Django.
    fn verify(&self, password: &str, stored: &EncodedPassword) -> Result<bool, MalformedHash> {
        let Some(decoded) = text::read(stored.as_str())? else {
            return Ok(false);
        };
        if decoded.cost.is_absurd() {
            return Err(MalformedHash::new(
                "argon2's parameters ask for more memory or time than is given",
            ));
        }
        let again = derive(password, &decoded)?;
        Ok(again.is_some_and(|again| constant_time_eq(&again, &decoded.hash)))
    }

    fn must_update(&self, stored: &EncodedPassword) -> bool {
        let Ok(Some(decoded)) = text::read(stored.as_str()) else {
            return true;
        };
        decoded.variety != Algorithm::Argon2id
            || decoded.version != Version::V0x13
            || decoded.cost != *self
            || decoded.hash.len() != HASH_LENGTH
            || decoded.salt.len() < SALT_LENGTH
    }

    /// Nothing, as in Django: memory and time do not add up.
    fn harden_runtime(&self, _password: &str, _stored: &EncodedPassword) {}
}

impl Argon2 {
    fn is_absurd(self) -> bool {
        let work = u64::from(self.memory_cost) * u64::from(self.time_cost);
        self.memory_cost > MAX_ARGON2_MEMORY || work > MAX_ARGON2_WORK
    }
}

/// A hash as long as the stored one; nothing if the algorithm does not allow these sizes.
fn derive(password: &str, decoded: &Decoded) -> Result<Option<Vec<u8>>, MalformedHash> {
    let Argon2 {
        time_cost,
        memory_cost,
        parallelism,
    } = decoded.cost;
    let length = decoded.hash.len();
    let Ok(params) = Params::new(memory_cost, time_cost, parallelism, Some(length)) else {
        return Ok(None);
    };
    let hasher = argon2::Argon2::new(decoded.variety, decoded.version, params);
    let mut hash = vec![0; length];
    memory::with(hasher.params(), |blocks| {
        hasher
            .hash_password_into_with_memory(password.as_bytes(), &decoded.salt, &mut hash, blocks)
            .is_ok()
    })
    .map(|computed| computed.then_some(hash))
    .ok_or_else(|| MalformedHash::new("there is not enough memory for this argon2 hash"))
}
