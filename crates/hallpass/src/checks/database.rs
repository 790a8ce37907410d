//! The database: is it there, and is it the one that the settings mean?

use hallpass_store::{Inspection, StoreError};

use super::Finding;
use super::table::{
    DATABASE_UNREACHABLE, FOREIGN_TOKENS, MIGRATIONS_UNAPPLIED, RECORDED_BUT_MISSING,
    TABLE_OF_ANOTHER_KIND, TABLES_MISSING, TOKEN_TABLE_MISSING, USER_COLUMN_WRONG,
};

const TOKEN_TABLE: &str = "authtoken_token";

/// A database that could not be looked at.
pub(super) fn fault(fault: &StoreError) -> Finding {
    match fault {
        StoreError::UnknownColumn { .. } | StoreError::LoginNotUnique { .. } => {
            Finding::new(&USER_COLUMN_WRONG, sentence(fault))
        }
        StoreError::ColumnType { table, .. } if !is_of_django(table) => {
            Finding::new(&USER_COLUMN_WRONG, sentence(fault))
        }
        StoreError::ForeignTable { .. } | StoreError::ColumnType { .. } => {
            Finding::new(&TABLE_OF_ANOTHER_KIND, sentence(fault))
        }
        StoreError::WrongUserTable { .. } => Finding::new(&FOREIGN_TOKENS, sentence(fault)),
        _ => Finding::new(&DATABASE_UNREACHABLE, sentence(fault)),
    }
}

/// One of the tables whose shape no user model changes.
fn is_of_django(table: &str) -> bool {
    table == TOKEN_TABLE
        || table.starts_with("django_")
        || matches!(table, "auth_group" | "auth_permission")
}

pub(super) fn token_table_missing(inspection: &Inspection) -> Option<Finding> {
    let is_missing = inspection
        .missing_tables
        .iter()
        .any(|table| table == TOKEN_TABLE);
    is_missing.then(|| {
        Finding::new(
            &TOKEN_TABLE_MISSING,
            format!("The table {TOKEN_TABLE} does not exist."),
        )
    })
}

pub(super) fn tables_missing(inspection: &Inspection) -> Option<Finding> {
    let others: Vec<&str> = inspection
        .missing_tables
        .iter()
        .map(String::as_str)
        .filter(|table| *table != TOKEN_TABLE)
        .collect();
    (!others.is_empty()).then(|| {
        Finding::new(
            &TABLES_MISSING,
            format!("Missing tables: {}.", others.join(", ")),
        )
    })
}

pub(super) fn recorded_but_missing(inspection: &Inspection) -> Option<Finding> {
    let tables = &inspection.recorded_but_missing;
    (!tables.is_empty()).then(|| {
        Finding::new(
            &RECORDED_BUT_MISSING,
            format!(
                "django_migrations records the migrations that make {}, but the tables do not exist.",
                tables.join(", ")
            ),
        )
    })
}

pub(super) fn unapplied_migrations(inspection: &Inspection) -> Option<Finding> {
    let pending = &inspection.unapplied_migrations;
    if pending.is_empty() {
        return None;
    }
    let names: Vec<String> = pending
        .iter()
        .map(|step| format!("{}.{}", step.app, step.name))
        .collect();
    Some(Finding::new(
        &MIGRATIONS_UNAPPLIED,
        format!(
            "{} unapplied migration(s): {}.",
            names.len(),
            names.join(", ")
        ),
    ))
}

pub(super) fn foreign_tokens(inspection: &Inspection) -> Option<Finding> {
    let (expected, found) = (
        &inspection.user_table,
        inspection.token_user_table.as_ref()?,
    );
    (!found.eq_ignore_ascii_case(expected)).then(|| {
        Finding::new(
            &FOREIGN_TOKENS,
            format!(
                "{TOKEN_TABLE}.user_id points to {found}, but the user model's table is {expected}."
            ),
        )
    })
}

/// The error's text with a capital letter and a full stop.
fn sentence(fault: &StoreError) -> String {
    let text = fault.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    let text: String = first.into_iter().flatten().chain(letters).collect();
    format!("{}.", text.trim_end_matches('.'))
}
