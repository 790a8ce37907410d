//! Rows that hurt: logins that look alike, hashes that are made anew again and again, times that cannot be.

use hallpass_formats::timestamp::Timestamp;
use hallpass_store::Examination;

use super::table::{
    CLOCKS_DIFFER, ITERATIONS_OLDER, ITERATIONS_PING_PONG, LOGINS_ALIKE, RIGHTS_MISSING,
    TOKEN_KEY_CASELESS, TOKENS_OF_THE_FUTURE, TRIGGERS_MISSING,
};
use super::{Finding, Settings};

/// How far two clocks may be apart, in seconds; asking takes a part of it.
const CLOCK_TOLERANCE: i64 = 5;

pub(super) fn logins_alike(examination: &Examination) -> Option<Finding> {
    let count = examination.logins_alike.filter(|count| *count > 0)?;
    let seen = match count {
        1 => "1 login name exists in several spellings that differ in case only.".to_owned(),
        _ => format!("{count} login names exist in several spellings that differ in case only."),
    };
    Some(Finding::new(&LOGINS_ALIKE, seen))
}

/// More than ours: only a newer Django writes them. Fewer: mostly an older one's, before its users come back.
pub(super) fn iterations(settings: &Settings, examination: &Examination) -> Vec<Finding> {
    let Some(stored) = &examination.pbkdf2_iterations else {
        return Vec::new();
    };
    let ours = settings
        .pbkdf2_iterations
        .unwrap_or(settings.django_version.pbkdf2_iterations());
    let describe = |wanted: fn(&u32, &u32) -> bool| {
        let others = stored.iter().filter(|(count, _)| wanted(count, &ours));
        let parts: Vec<String> = others
            .map(|(count, users)| format!("{count} iterations ({users})"))
            .collect();
        parts.join(", ")
    };
    let seen = |others: &str| {
        format!("Of the newest users some have hashes with {others}; new ones get {ours} here.")
    };
    let (more, fewer) = (describe(u32::gt), describe(u32::lt));
    let mut findings = Vec::new();
    if !more.is_empty() {
        findings.push(Finding::new(&ITERATIONS_PING_PONG, seen(&more)));
    }
    if !fewer.is_empty() {
        findings.push(Finding::new(&ITERATIONS_OLDER, seen(&fewer)));
    }
    findings
}

pub(super) fn token_key_caseless(examination: &Examination) -> Option<Finding> {
    examination.is_token_key_caseless.then(|| {
        Finding::new(
            &TOKEN_KEY_CASELESS,
            "authtoken_token.key has a collation that ignores case.",
        )
    })
}

pub(super) fn tokens_of_the_future(examination: &Examination) -> Option<Finding> {
    let count = examination
        .tokens_of_the_future
        .filter(|count| *count > 0)?;
    let seen = format!("{count} token(s) were made in the future, by this machine's clock.");
    Some(Finding::new(&TOKENS_OF_THE_FUTURE, seen))
}

pub(super) fn clocks(examination: &Examination) -> Option<Finding> {
    let (theirs, ours) = (examination.database_time?, examination.our_time?);
    let apart = apart(theirs, ours);
    (apart.abs() > CLOCK_TOLERANCE).then(|| {
        let direction = if apart > 0 { "ahead of" } else { "behind" };
        let seen = format!(
            "The database's clock is {} s {direction} this machine's.",
            apart.abs()
        );
        Finding::new(&CLOCKS_DIFFER, seen)
    })
}

fn apart(theirs: Timestamp, ours: Timestamp) -> i64 {
    theirs.unix_seconds().saturating_sub(ours.unix_seconds())
}

pub(super) fn missing_rights(missing: &[String]) -> Option<Finding> {
    (!missing.is_empty()).then(|| {
        let seen = format!("The database account lacks {}.", missing.join(", "));
        Finding::new(&RIGHTS_MISSING, seen)
    })
}

/// Only where somebody wants identities to be remembered.
pub(super) fn without_triggers(settings: &Settings, examination: &Examination) -> Option<Finding> {
    let tables = &examination.untold_tables;
    if tables.is_empty() || settings.identity_cache.size == 0 {
        return None;
    }
    let seen = format!(
        "No triggers tell of changes in {}: identities are not remembered.",
        tables.join(", ")
    );
    Some(Finding::new(&TRIGGERS_MISSING, seen))
}
