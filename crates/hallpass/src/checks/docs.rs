//! The table of `docs/doctor.md`, written from the list of checks.

use super::{Check, all};

const BEFORE: &str = "<!-- checks: written from the program, a test keeps it up to date -->\n";
const AFTER: &str = "<!-- end of checks -->\n";

/// `page` with the list of checks between its two marks as the program has it now; `None` if a mark is missing.
///
/// ```
/// let page = "# The doctor\n\n<!-- checks: written from the program, a test keeps it up to date -->\n<!-- end of checks -->\n";
/// assert!(hallpass::checks::reference_page(page).unwrap().contains("| `hallpass.E001` |"));
/// assert_eq!(hallpass::checks::reference_page("no marks"), None);
/// ```
#[must_use]
pub fn reference_page(page: &str) -> Option<String> {
    let (front, rest) = page.split_once(BEFORE)?;
    let (_, back) = rest.split_once(AFTER)?;
    Some(format!("{front}{BEFORE}{}{AFTER}{back}", table()))
}

fn table() -> String {
    let mut text =
        "\n| Id | Code | Level | Why it matters | Cure |\n|---|---|---|---|---|\n".to_owned();
    for check in all() {
        text.push_str(&row(check));
    }
    text.push('\n');
    text
}

fn row(check: &Check) -> String {
    let id = match check.django_id {
        Some(django) => format!("`{}`, Django's `{django}`", check.id),
        None => format!("`{}`", check.id),
    };
    let cure = match check.django_cure {
        Some(cure) => format!("Django: {cure} Hallpass: {}", check.hallpass_cure),
        None => check.hallpass_cure.to_owned(),
    };
    format!(
        "| {id} | {} | {} | {} | {} |\n",
        check.code,
        check.level,
        cell(check.why),
        cell(&cure)
    )
}

/// A text that does not end its table cell, and whose angle brackets are no markup.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}
