//! What stands in memory for a secret: a keyed hash of it, under a key that this process made and nobody else has.

use std::hash::{Hash, Hasher};

use hallpass_formats::random::random_bytes;

/// 128 bits of BLAKE3 in its keyed mode. Without the key it says nothing of what it was made from, and nobody can make
/// two secrets with one tag. In two words: a `u128` would have to lie at a multiple of its size, and waste the room between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag([u64; 2]);

/// A tag is as good as random, so a part of it is a hash.
impl Hash for Tag {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0[0]);
    }
}

/// The keys of all tags of one process: one for each kind of secret, so that a token is never taken for a session.
pub(super) struct TagKeys {
    tokens: [u8; 32],
    sessions: [u8; 32],
    names: [u8; 32],
    passwords: [u8; 32],
}

impl TagKeys {
    pub(super) fn generate() -> Self {
        Self {
            tokens: random_bytes(),
            sessions: random_bytes(),
            names: random_bytes(),
            passwords: random_bytes(),
        }
    }

    pub(super) fn of_token(&self, key: &str) -> Tag {
        Tag::of(blake3::keyed_hash(&self.tokens, key.as_bytes()))
    }

    pub(super) fn of_session(&self, key: &str) -> Tag {
        Tag::of(blake3::keyed_hash(&self.sessions, key.as_bytes()))
    }

    pub(super) fn of_name(&self, name: &str) -> Tag {
        Tag::of(blake3::keyed_hash(&self.names, name.as_bytes()))
    }

    /// Of a password together with the stored text that it was found to fit.
    pub(super) fn of_password(&self, stored: &str, password: &str) -> Tag {
        let stored = blake3::keyed_hash(&self.passwords, stored.as_bytes());
        let mut both = blake3::Hasher::new_keyed(&self.passwords);
        both.update(stored.as_bytes());
        both.update(password.as_bytes());
        Tag::of(both.finalize())
    }
}

impl Tag {
    fn of(hash: blake3::Hash) -> Self {
        let (words, _) = hash.as_bytes().as_chunks();
        let word = |index: usize| words.get(index).copied().map_or(0, u64::from_ne_bytes);
        Self([word(0), word(1)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_stands_for_one_secret_of_one_kind_in_one_process() {
        let keys = TagKeys::generate();
        let token = keys.of_token("secret");
        assert_eq!(token, keys.of_token("secret"));
        assert_ne!(token, keys.of_token("secrets"));
        assert_ne!(token, keys.of_session("secret"));
        assert_ne!(token, TagKeys::generate().of_token("secret"));
        assert_ne!(
            keys.of_password("stored1", "password"),
            keys.of_password("stored", "1password")
        );
    }
}
