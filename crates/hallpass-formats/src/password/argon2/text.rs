//! The text of Argon2's C library, read as strictly as it does: `decode_string` of `encoding.c`.

use argon2::{Algorithm, Version};

use super::{ALGORITHM, Argon2};
use crate::base64;
use crate::password::MalformedHash;

/// A stored text taken apart.
pub(super) struct Decoded {
    pub(super) variety: Algorithm,
    pub(super) version: Version,
    pub(super) cost: Argon2,
    pub(super) salt: Vec<u8>,
    pub(super) hash: Vec<u8>,
}

impl Decoded {
    pub(super) fn to_text(&self) -> String {
        let Argon2 {
            time_cost,
            memory_cost,
            parallelism,
        } = self.cost;
        format!(
            "{ALGORITHM}${}$v={}$m={memory_cost},t={time_cost},p={parallelism}${}${}",
            self.variety.as_str(),
            u32::from(self.version),
            base64::encode_standard_unpadded(&self.salt),
            base64::encode_standard_unpadded(&self.hash)
        )
    }
}

/// Takes the text apart; nothing if only what follows a good beginning is wrong, which Django takes for a
/// wrong password.
pub(super) fn read(stored: &str) -> Result<Option<Decoded>, MalformedHash> {
    let rest = stored
        .strip_prefix(ALGORITHM)
        .and_then(|rest| rest.strip_prefix('$'))
        .filter(|rest| rest.is_ascii());
    // As argon2-cffi does, with its first nine bytes: the third name has no `$` behind it.
    let variety = [
        ("argon2i$", "argon2i", Algorithm::Argon2i),
        ("argon2d$", "argon2d", Algorithm::Argon2d),
        ("argon2id", "argon2id", Algorithm::Argon2id),
    ]
    .into_iter()
    .find_map(|(start, name, variety)| {
        let rest = rest?;
        rest.starts_with(start).then_some(())?;
        Some((rest.strip_prefix(name)?, variety))
    });
    match variety {
        Some((tail, variety)) => Ok(read_tail(tail, variety)),
        None => Err(MalformedHash::new(
            "the text after the name is not argon2's",
        )),
    }
}

fn read_tail(tail: &str, variety: Algorithm) -> Option<Decoded> {
    let (version, tail) = match tail.strip_prefix("$v=") {
        Some(tail) => decimal(tail)?,
        // Hashes from before there were versions.
        None => (0x10, tail),
    };
    let (memory_cost, tail) = decimal(tail.strip_prefix("$m=")?)?;
    let (time_cost, tail) = decimal(tail.strip_prefix(",t=")?)?;
    let (parallelism, tail) = decimal(tail.strip_prefix(",p=")?)?;
    let (salt, hash) = tail.strip_prefix('$')?.split_once('$')?;
    Some(Decoded {
        variety,
        version: Version::try_from(version).ok()?,
        cost: Argon2 {
            time_cost,
            memory_cost,
            parallelism,
        },
        salt: base64::decode_standard_unpadded(salt)?,
        hash: base64::decode_standard_unpadded(hash)?,
    })
}

/// A number in its shortest spelling, and what follows it.
fn decimal(text: &str) -> Option<(u32, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(length)?;
    if digits.len() > 1 && digits.starts_with('0') {
        return None;
    }
    Some((digits.parse().ok()?, rest))
}
