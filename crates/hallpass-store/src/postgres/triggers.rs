//! Triggers that tell of each changed row of the users, the tokens and the sessions: `hallpass migrate --with-triggers`.
//!
//! `TRUNCATE` is told of as a change of everything; of `DROP TABLE` see [`WATCHED`].
//!
//! A notification names a row, by its id or by half of a hash of its key, so that whoever listens learns no secret. It
//! is sent by the server when the change is committed, and not at all when it is rolled back. The triggers also fire
//! for changes that replication applies (`ENABLE ALWAYS`).

use crate::statements::quoted;
use crate::user_model::UserModel;

/// Where it is told.
pub(super) const CHANNEL: &str = "hallpass_change";
/// For each row.
const CHANGED: &str = "hallpass_changed";
/// When all rows go at once.
const EMPTIED: &str = "hallpass_emptied";

/// One parameter: the names of tables, as an array. If each of them that exists has its triggers and this connection is
/// told of changes: which tables these are, as one text. NULL otherwise.
///
/// No trigger tells of `DROP TABLE`, and an event trigger would want a superuser. So the tables are known by their
/// numbers, which no later table of the same name has.
pub(super) const WATCHED: &str = "SELECT CASE WHEN \
    (SELECT count(*) FROM pg_catalog.pg_listening_channels() AS c WHERE c = 'hallpass_change') = 1 \
    AND coalesce(bool_and((SELECT count(*) FROM pg_catalog.pg_trigger t \
        WHERE t.tgrelid = pg_catalog.to_regclass(n) AND t.tgenabled = 'A' \
        AND t.tgname IN ('hallpass_changed', 'hallpass_emptied')) = 2) \
        FILTER (WHERE pg_catalog.to_regclass(n) IS NOT NULL), FALSE) \
    THEN pg_catalog.string_agg(coalesce(pg_catalog.to_regclass(n)::oid::text, '-'), ' ' ORDER BY n) END \
    FROM pg_catalog.unnest($1::text[]) AS n";

/// One parameter: the names of tables, as an array. Those that exist without their triggers.
pub(super) const UNTOLD: &str = "SELECT n FROM pg_catalog.unnest($1::text[]) AS n \
    WHERE pg_catalog.to_regclass(n) IS NOT NULL AND (SELECT count(*) FROM pg_catalog.pg_trigger t \
        WHERE t.tgrelid = pg_catalog.to_regclass(n) AND t.tgenabled = 'A' \
        AND t.tgname IN ('hallpass_changed', 'hallpass_emptied')) <> 2";

/// The tables that must have them, in quotes.
pub(super) fn tables(model: &UserModel) -> Vec<String> {
    let names = [model.table.as_str(), "authtoken_token", "django_session"];
    names.map(quoted).to_vec()
}

/// Makes the functions, and the triggers on those of the tables that exist; it may be said again at any time.
pub(super) fn make(model: &UserModel, existing: &[String]) -> String {
    let id = quoted(&model.columns.id);
    let users = (
        "hallpass_user_changed",
        vec![format!("'u' || {{row}}.{id}::text")],
    );
    let tokens = (
        "hallpass_token_changed",
        vec![
            r#"'u' || {row}."user_id"::text"#.to_owned(),
            hashed('t', "key"),
        ],
    );
    let sessions = ("hallpass_session_changed", vec![hashed('s', "session_key")]);
    let mut sql = function(EMPTIED, &notify("'*'"));
    let tables = tables(model);
    for (table, (name, payloads)) in tables.iter().zip([users, tokens, sessions]) {
        if !existing.iter().any(|existing| quoted(existing) == *table) {
            continue;
        }
        sql.push_str(&function(name, &of_rows(&payloads)));
        let row = "AFTER INSERT OR UPDATE OR DELETE";
        sql.push_str(&trigger(table, CHANGED, row, "ROW", name));
        sql.push_str(&trigger(
            table,
            EMPTIED,
            "AFTER TRUNCATE",
            "STATEMENT",
            EMPTIED,
        ));
    }
    sql
}

fn hashed(kind: char, column: &str) -> String {
    let column = quoted(column);
    format!(
        "'{kind}' || pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(\
         {{row}}.{column}, 'UTF8')), 'hex'), 16)"
    )
}

fn notify(payload: &str) -> String {
    format!("PERFORM pg_catalog.pg_notify('{CHANNEL}', {payload});")
}

/// What cannot be named must not keep anybody from writing it: then everything is said to have changed.
fn of_rows(payloads: &[String]) -> String {
    let all = |row: &str| -> String {
        let of_row = |payload: &String| notify(&payload.replace("{row}", row));
        payloads.iter().map(of_row).collect()
    };
    let (old, new, everything) = (all("OLD"), all("NEW"), notify("'*'"));
    format!(
        "BEGIN IF TG_OP <> 'INSERT' THEN {old} END IF; IF TG_OP <> 'DELETE' THEN {new} END IF; \
         EXCEPTION WHEN OTHERS THEN {everything} END;"
    )
}

fn function(name: &str, body: &str) -> String {
    format!(
        "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $hallpass$ \
         BEGIN {body} RETURN NULL; END $hallpass$;\n"
    )
}

fn trigger(table: &str, name: &str, when: &str, each: &str, function: &str) -> String {
    format!(
        "DROP TRIGGER IF EXISTS {name} ON {table};\n\
         CREATE TRIGGER {name} {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}();\n\
         ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};\n"
    )
}
