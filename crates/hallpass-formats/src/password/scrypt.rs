//! `scrypt$N$salt$r$p$hash`: the salt stands between N and r.
//!
//! Django computes it with OpenSSL, which refuses parameters that need more than 32 MiB or break the
//! rules of RFC 7914; Django then answers 500. The same parameters are malformed here.

use scrypt::Params;

use super::fields::{check_salt, python_int};
use super::{EncodeError, EncodedPassword, MalformedHash, PasswordHasher};
use crate::base64;
use crate::signing::constant_time_eq;

/// Bytes that one hash may need, `128 * r * (N + p + 2)`: OpenSSL's limit, which Django leaves as it is
/// (`maxmem = 0`). No hash that Django can verify needs more.
pub const MAX_SCRYPT_MEMORY: u64 = 32 * 1024 * 1024;

/// The largest `N * r * p` that is run: a hundred times Django's default, some ten seconds. OpenSSL
/// leaves p free, so that a row could ask for hours.
pub const MAX_SCRYPT_WORK: u64 = 1 << 26;

/// Django 5.2 `ScryptPasswordHasher`; `Default` has Django's parameters.
///
/// ```
/// use hallpass_formats::password::{PasswordHasher, Scrypt};
///
/// let stored = Scrypt::default().encode("letmein", "seasalt").expect("the salt is fine");
/// assert!(stored.as_str().starts_with("scrypt$16384$seasalt$8$5$"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scrypt {
    /// N, a power of two.
    pub work_factor: u32,
    /// r.
    pub block_size: u32,
    /// p.
    pub parallelism: u32,
}

/// A stored text taken apart; zeros stand for "as in a new hash".
struct Decoded<'a> {
    cost: Scrypt,
    salt: &'a str,
}

const ALGORITHM: &str = "scrypt";

impl Default for Scrypt {
    fn default() -> Scrypt {
        Scrypt {
            work_factor: 1 << 14,
            block_size: 8,
            parallelism: 5,
        }
    }
}

impl PasswordHasher for Scrypt {
    fn algorithm(&self) -> &'static str {
        ALGORITHM
    }

    fn encode(&self, password: &str, salt: &str) -> Result<EncodedPassword, EncodeError> {
        check_salt(salt)?;
        text(password, salt, *self)
            .map(EncodedPassword::new)
            .map_err(|refused| EncodeError::Refused(refused.reason))
    }

    fn verify(&self, password: &str, stored: &EncodedPassword) -> Result<bool, MalformedHash> {
        let Decoded { cost, salt } = decode(stored)?;
        // Django reads zero as "not given": the work is that of a new hash, the comparison then fails.
        let or_ours = |stored: u32, ours: u32| if stored == 0 { ours } else { stored };
        let cost = Scrypt {
            work_factor: or_ours(cost.work_factor, self.work_factor),
            block_size: or_ours(cost.block_size, self.block_size),
            parallelism: or_ours(cost.parallelism, self.parallelism),
        };
        let again = text(password, salt, cost)?;
        Ok(constant_time_eq(
            again.as_bytes(),
            stored.as_str().as_bytes(),
        ))
    }

    /// The salt's length does not count, as in Django.
    fn must_update(&self, stored: &EncodedPassword) -> bool {
        decode(stored).map_or(true, |decoded| decoded.cost != *self)
    }

    /// Nothing, as in Django: memory and time do not add up.
    fn harden_runtime(&self, _password: &str, _stored: &EncodedPassword) {}
}

fn text(password: &str, salt: &str, cost: Scrypt) -> Result<String, MalformedHash> {
    let params = cost.params()?;
    let mut hash = [0_u8; 64];
    scrypt::scrypt(password.as_bytes(), salt.as_bytes(), &params, &mut hash)
        .map_err(|_| MalformedHash::new("scrypt refuses the parameters"))?;
    Ok(format!(
        "{ALGORITHM}${}${salt}${}${}${}",
        cost.work_factor,
        cost.block_size,
        cost.parallelism,
        base64::encode_standard(&hash)
    ))
}

impl Scrypt {
    /// The parameters if OpenSSL would take them and they end within [`MAX_SCRYPT_WORK`].
    fn params(self) -> Result<Params, MalformedHash> {
        let [n, r, p] = [self.work_factor, self.block_size, self.parallelism].map(u64::from);
        if n < 2 || !n.is_power_of_two() || (r == 1 && n >= 1 << 16) {
            return Err(MalformedHash::new(
                "scrypt needs a power of two as N, below 65536 if r is 1",
            ));
        }
        let memory = (n + p + 2).saturating_mul(r).saturating_mul(128);
        let work = n.saturating_mul(r).saturating_mul(p);
        if r == 0 || p == 0 || memory > MAX_SCRYPT_MEMORY || work > MAX_SCRYPT_WORK {
            return Err(MalformedHash::new(
                "scrypt's parameters ask for nothing, or for more memory or time than is given",
            ));
        }
        let log_n = u8::try_from(n.trailing_zeros()).unwrap_or(u8::MAX);
        Params::new(log_n, self.block_size, self.parallelism)
            .map_err(|_| MalformedHash::new("scrypt refuses the parameters"))
    }
}

fn decode(stored: &EncodedPassword) -> Result<Decoded<'_>, MalformedHash> {
    let mut fields = stored.as_str().split('$');
    let mut field = || fields.next();
    let (Some(ALGORITHM), Some(n), Some(salt), Some(r), Some(p), Some(_hash), None) = (
        field(),
        field(),
        field(),
        field(),
        field(),
        field(),
        field(),
    ) else {
        return Err(MalformedHash::new("scrypt needs N, salt, r, p and hash"));
    };
    let number = |text| {
        python_int(text, u32::MAX)
            .ok_or_else(|| MalformedHash::new("a parameter of scrypt is not a number"))
    };
    let cost = Scrypt {
        work_factor: number(n)?,
        block_size: number(r)?,
        parallelism: number(p)?,
    };
    if salt.is_empty() {
        return Err(MalformedHash::new("the salt is empty"));
    }
    Ok(Decoded { cost, salt })
}
