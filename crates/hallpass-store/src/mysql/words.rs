//! Statements as MySQL reads them: names in backticks, parameters as bare `?`.

use crate::engine::Statement;

/// A name in backticks, as Django's MySQL backend writes it.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Where a walk over a statement is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    Name,
    Text,
}

/// Translates a statement in the spelling of `statements`. A text ends as MySQL sees it:
/// there a backslash takes the next letter along.
pub(crate) fn statement(sql: &str) -> Statement {
    let mut out = String::with_capacity(sql.len());
    let mut places = Vec::new();
    let mut inside = Inside::Nothing;
    let mut letters = sql.chars().peekable();
    while let Some(letter) = letters.next() {
        match (inside, letter) {
            (Inside::Nothing, '"') => {
                inside = Inside::Name;
                out.push('`');
            }
            (Inside::Name, '"') if letters.peek() == Some(&'"') => {
                letters.next();
                out.push('"');
            }
            (Inside::Name, '"') => {
                inside = Inside::Nothing;
                out.push('`');
            }
            (Inside::Name, '`') => out.push_str("``"),
            (Inside::Nothing, '\'') => {
                inside = Inside::Text;
                out.push('\'');
            }
            (Inside::Text, '\\') => {
                out.push('\\');
                out.extend(letters.next());
            }
            (Inside::Text, '\'') => {
                inside = Inside::Nothing;
                out.push('\'');
            }
            (Inside::Nothing, '?') => {
                let mut number = 0_usize;
                while let Some(digit) = letters.peek().and_then(|letter| letter.to_digit(10)) {
                    letters.next();
                    number = number.saturating_mul(10).saturating_add(digit as usize);
                }
                out.push('?');
                // A bare `?` is the one after the last.
                places.push(number.checked_sub(1).unwrap_or(places.len()));
            }
            _ => out.push(letter),
        }
    }
    Statement { sql: out, places }
}

/// The first name in backticks: the table of an INSERT or UPDATE.
pub(super) fn first_name(sql: &str) -> Option<String> {
    let (_, rest) = sql.split_once('`')?;
    let mut name = String::new();
    let mut letters = rest.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '`' && letters.next_if_eq(&'`').is_none() {
            return Some(name);
        }
        name.push(letter);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_parameters_are_translated_and_texts_are_not() {
        let made = statement(r#"UPDATE "a?1`" SET "b""?" = ?2, c = '?''"?\'?' WHERE d = ?1"#);
        assert_eq!(
            made.sql,
            r#"UPDATE `a?1``` SET `b"?` = ?, c = '?''"?\'?' WHERE d = ?"#
        );
        assert_eq!(made.places, [1, 0]);
        assert_eq!(first_name(&made.sql).as_deref(), Some("a?1`"));
        assert_eq!(statement("SELECT ?, ?").places, [0, 1]);
        assert_eq!(first_name("SELECT 1"), None);
    }
}
