//! What the doctor wants to know beyond [`Inspection`](crate::Inspection): the rows, the keys between tables, the
//! clock and the rights.

use hallpass_formats::timestamp::Timestamp;

/// Findings, never values of rows. `None` where a missing table leaves nothing to look at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Examination {
    /// Tables that exist although the migration that makes them is not recorded.
    pub made_but_unrecorded: Vec<String>,
    /// Each migration that is recorded although one that it depends on is not, in Django's words.
    pub inconsistent_history: Vec<String>,
    /// True after a `migrate` of ours, on a database without transactions around DDL, that did not finish.
    pub is_half_made: bool,
    /// Foreign keys to another table than the user model's: `table.column` and what it refers to.
    pub foreign_user_keys: Vec<(String, String)>,
    /// Tokens whose user does not exist.
    pub tokens_without_user: Option<u64>,
    /// Tokens that were made later than now, by our clock and a minute's grace.
    pub tokens_of_the_future: Option<u64>,
    /// Groups of users whose login names differ in nothing but the case of letters.
    pub logins_alike: Option<u64>,
    /// Of the newest users: PBKDF2 iterations of `pbkdf2_sha256` passwords, and how many have them.
    pub pbkdf2_iterations: Option<Vec<(u32, u64)>>,
    /// The database's clock at the moment of the look; SQLite has none of its own.
    pub database_time: Option<Timestamp>,
    /// Our clock at the same moment.
    pub our_time: Option<Timestamp>,
    /// Whether the database takes `a` and `A` of a token's key for the same letter.
    pub is_token_key_caseless: bool,
    /// The tables without the triggers that tell of changes, where there must be some; see
    /// [`Store::make_triggers`](crate::Store::make_triggers).
    pub untold_tables: Vec<String>,
}
