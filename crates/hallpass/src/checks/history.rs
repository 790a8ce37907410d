//! Migrations that stopped half-way, and tables that belong to other users.

use hallpass_store::Examination;

use super::Finding;
use super::table::{FOREIGN_USER_KEYS, MIGRATIONS_HALF_APPLIED, TOKENS_WITHOUT_USER};

pub(super) fn half_applied(examination: &Examination) -> Vec<Finding> {
    let mut seen = examination.inconsistent_history.clone();
    let tables = &examination.made_but_unrecorded;
    if !tables.is_empty() {
        seen.push(format!(
            "The tables {} exist, but django_migrations does not record the migrations that make them.",
            tables.join(", ")
        ));
    }
    if examination.is_half_made {
        seen.push("A `hallpass migrate` was interrupted while it made tables.".to_owned());
    }
    seen.into_iter()
        .map(|seen| Finding::new(&MIGRATIONS_HALF_APPLIED, seen))
        .collect()
}

pub(super) fn foreign_user_keys(examination: &Examination, user_table: &str) -> Vec<Finding> {
    let keys = examination.foreign_user_keys.iter();
    keys.map(|(column, referred)| {
        let seen =
            format!("{column} points to {referred}, but the user model's table is {user_table}.");
        Finding::new(&FOREIGN_USER_KEYS, seen)
    })
    .collect()
}

pub(super) fn tokens_without_user(examination: &Examination) -> Option<Finding> {
    let count = examination.tokens_without_user.filter(|count| *count > 0)?;
    let seen = match count {
        1 => "1 token belongs to a user who does not exist.".to_owned(),
        _ => format!("{count} tokens belong to users who do not exist."),
    };
    Some(Finding::new(&TOKENS_WITHOUT_USER, seen))
}
