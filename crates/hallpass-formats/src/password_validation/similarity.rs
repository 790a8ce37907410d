//! Django's `UserAttributeSimilarityValidator`: a password must not resemble its owner's name or address.
//!
//! Likeness is `quick_ratio` of Python's `difflib.SequenceMatcher`: twice the characters that both have, whatever
//! their order, over the length of both. A password is compared with each word of an attribute, then with all of it.

use std::collections::HashMap;

use super::{PasswordOwner, PasswordProblem, PasswordValidator};
use crate::username;

/// Refuses passwords that resemble what is known of their owner.
#[derive(Clone, Debug, PartialEq)]
pub struct UserAttributeSimilarityValidator {
    user_attributes: Vec<String>,
    max_similarity: f64,
}

/// `max_similarity` would refuse every password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("max_similarity must be at least 0.1")]
pub struct MaxSimilarityTooSmall;

impl UserAttributeSimilarityValidator {
    /// Django's `DEFAULT_USER_ATTRIBUTES`.
    pub const DEFAULT_USER_ATTRIBUTES: [&str; 4] = ["username", "first_name", "last_name", "email"];

    /// Looks at these attributes, and refuses from this likeness on; 1 asks for the same characters.
    ///
    /// # Errors
    /// A likeness below 0.1, as in Django, or none at all (not a number).
    pub fn new(
        user_attributes: impl IntoIterator<Item = impl Into<String>>,
        max_similarity: f64,
    ) -> Result<Self, MaxSimilarityTooSmall> {
        if max_similarity.is_nan() || max_similarity < 0.1 {
            return Err(MaxSimilarityTooSmall);
        }
        Ok(Self {
            user_attributes: user_attributes.into_iter().map(Into::into).collect(),
            max_similarity,
        })
    }

    fn resembles(&self, password: &Characters, part: &str) -> bool {
        let part_length = part.chars().count();
        // Django's `exceeds_maximum_length_ratio`: much longer than the part, so never like it.
        let bound = self.max_similarity / 2.0 * as_float(password.length);
        if password.length >= part_length.saturating_mul(10) && as_float(part_length) < bound {
            return false;
        }
        quick_ratio(password, part, part_length) >= self.max_similarity
    }
}

impl Default for UserAttributeSimilarityValidator {
    fn default() -> Self {
        Self {
            user_attributes: Self::DEFAULT_USER_ATTRIBUTES.map(str::to_owned).to_vec(),
            max_similarity: 0.7,
        }
    }
}

impl PasswordValidator for UserAttributeSimilarityValidator {
    fn validate(
        &self,
        password: &str,
        owner: Option<&PasswordOwner>,
    ) -> Result<(), PasswordProblem> {
        let Some(owner) = owner else {
            return Ok(());
        };
        let password = Characters::of(&password.to_lowercase());
        for name in &self.user_attributes {
            let Some(attribute) = owner.find(name).filter(|found| !found.value.is_empty()) else {
                continue;
            };
            let value = attribute.value.to_lowercase();
            let words = value.split(|symbol| !username::is_word(symbol));
            if words
                .chain([value.as_str()])
                .any(|part| self.resembles(&password, part))
            {
                return Err(PasswordProblem {
                    code: "password_too_similar",
                    message: format!(
                        "The password is too similar to the {}.",
                        attribute.verbose_name
                    ),
                });
            }
        }
        Ok(())
    }

    fn help_text(&self) -> String {
        "Your password can\u{2019}t be too similar to your other personal information.".to_owned()
    }
}

/// A text by how often it has each character.
struct Characters {
    counts: HashMap<char, usize>,
    length: usize,
}

impl Characters {
    fn of(text: &str) -> Self {
        let mut counts = HashMap::new();
        let mut length = 0;
        for symbol in text.chars() {
            *counts.entry(symbol).or_insert(0) += 1;
            length += 1;
        }
        Self { counts, length }
    }
}

fn quick_ratio(password: &Characters, part: &str, part_length: usize) -> f64 {
    let total = password.length + part_length;
    if total == 0 {
        return 1.0;
    }
    let part = Characters::of(part);
    let shared: usize = part
        .counts
        .iter()
        .map(|(symbol, count)| {
            let there = password.counts.get(symbol).copied().unwrap_or(0);
            there.min(*count)
        })
        .sum();
    2.0 * as_float(shared) / as_float(total)
}

/// Lengths are far below 2^53.
#[expect(
    clippy::cast_precision_loss,
    reason = "no text is as long as 2^53 characters"
)]
fn as_float(length: usize) -> f64 {
    length as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_is_pythons() {
        let ratio = |password: &str, part: &str| {
            quick_ratio(&Characters::of(password), part, part.chars().count())
        };
        assert!((ratio("alice123", "alice") - 10.0 / 13.0).abs() < f64::EPSILON);
        assert!((ratio("aaaa", "a") - 0.4).abs() < f64::EPSILON);
        assert!((ratio("", "") - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn nothing_below_a_tenth() {
        let with = |likeness| UserAttributeSimilarityValidator::new(["username"], likeness);
        assert_eq!(with(0.05), Err(MaxSimilarityTooSmall));
        assert_eq!(with(f64::NAN), Err(MaxSimilarityTooSmall));
        assert!(with(0.1).is_ok());
    }
}
