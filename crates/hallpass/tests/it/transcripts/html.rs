//! What counts of an HTML page: its title, the sentences that users see, the form's hidden fields.

use super::read::Page;

/// Sentences as they stand on Django's pages.
const SENTENCES: [&str; 13] = [
    "This account is inactive.",
    "This field is required.",
    "Null characters are not allowed.",
    "CSRF verification failed. Request aborted.",
    "More information is available with DEBUG=True.",
    "CSRF cookie not set.",
    "CSRF token missing.",
    "The requested resource was not found on this server.",
    "Server Error (500)",
    "Bad Request (400)",
    "requires a “Referer header” to be sent",
    "requires a CSRF cookie when submitting forms",
    "Reason given for failure:",
];

/// Beginnings of sentences that go on to the end of their line.
const BEGINNINGS: [&str; 4] = [
    "Please enter a correct ",
    "Origin checking failed",
    "Referer checking failed",
    "CSRF token from ",
];

/// The summary of a page.
pub(super) fn summary(markup: &str) -> Page {
    let text = visible_text(markup);
    let mut visible: Vec<String> = SENTENCES
        .iter()
        .filter(|sentence| text.contains(*sentence))
        .map(|sentence| (*sentence).to_owned())
        .collect();
    for beginning in BEGINNINGS {
        for line in text.lines() {
            if let Some(start) = line.find(beginning) {
                visible.push(line[start..].trim().to_owned());
            }
        }
    }
    visible.sort();
    Page {
        title: unescape(
            between(markup, "<title>", "</title>")
                .unwrap_or_default()
                .trim(),
        ),
        visible,
        next_field: between(markup, "name=\"next\" value=\"", "\"").map(unescape),
        has_csrf_field: between(markup, "name=\"csrfmiddlewaretoken\" value=\"", "\"")
            .is_some_and(is_masked_token),
    }
}

fn is_masked_token(text: &str) -> bool {
    text.len() == 64
        && text
            .chars()
            .all(|character| character.is_ascii_alphanumeric())
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    let (inner, _) = rest.split_once(end)?;
    Some(inner)
}

/// The page without tags; each tag ends a line.
fn visible_text(markup: &str) -> String {
    let mut text = String::new();
    let mut rest = markup;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        text.push('\n');
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    unescape(&text)
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
}
