//! Lists of classes: those that are known here are taken over, the project's own are named.

use super::super::classes::{BACKENDS, find};
use super::super::define::Definition;
use super::literal::Literal;
use super::{converted, tried};

/// Lists of which a part may be taken over: leaving out an entry lets nobody in whom the project keeps out.
const MAY_LOSE_ENTRIES: [&str; 4] = [
    "authentication_backends",
    "password_hashers",
    "auth_password_validators",
    "default_authentication_classes",
];

/// The value without the classes that only the project has; `None` when the setting is left at its default.
pub(super) fn known_ones(
    known: &Definition,
    value: &Literal,
    remarks: &mut Vec<String>,
) -> Option<Literal> {
    let Literal::List(items) = value else {
        return Some(value.clone());
    };
    if known.name == "default_permission_classes" {
        // A permission that is missing would open a door, so it is all of them or our own default.
        if items.iter().all(|item| is_known(known, item)) {
            return Some(value.clone());
        }
        remarks.push(
            "the project has permissions of its own, so the default is left: authenticated callers only"
                .to_owned(),
        );
        return None;
    }
    if !MAY_LOSE_ENTRIES.contains(&known.name) {
        return Some(value.clone());
    }
    let (kept, lost): (Vec<Literal>, Vec<Literal>) = items
        .iter()
        .cloned()
        .partition(|item| is_known(known, item));
    for item in &lost {
        remarks.push(format!(
            "{} is the project's own and is left out",
            class_name(item)
        ));
    }
    if kept.is_empty() && !lost.is_empty() {
        remarks.push("nothing else is listed, so the default is left".to_owned());
        return None;
    }
    Some(Literal::List(kept))
}

fn is_known(known: &Definition, item: &Literal) -> bool {
    if known.name == "authentication_backends" {
        // Any path is accepted by the settings, because the application may register it; a command cannot.
        let path = item.as_text();
        return path.is_some_and(|path| find(BACKENDS, path).is_some());
    }
    let alone = Literal::List(vec![item.clone()]);
    converted(known, &alone)
        .and_then(|toml| tried(known, toml))
        .is_ok()
}

/// The path of a class, or of a validator's table.
fn class_name(item: &Literal) -> &str {
    item.as_text()
        .or_else(|| item.get("NAME").and_then(Literal::as_text))
        .unwrap_or("an entry that is no path")
}
