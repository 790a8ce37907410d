//! `docs/settings.md`, written from the definitions.

use std::collections::BTreeMap;

use super::define::Definition;
use super::ignored;
use super::known::{TABLES, definitions};

const INTRODUCTION: &str = "\
# Settings

Hallpass reads `hallpass.toml` in the current directory, or the file after `--config`. `hallpass init` writes one.
Names are those of Django and Django REST framework (DRF) in lower case; upper case is accepted too, so that a line of a
Django settings file can be carried over. A name that nobody knows is an error, not a silent default.

A value is looked for in this order, and the first one found wins:

1. a flag of the command (`--database URL`);
2. an environment variable `HALLPASS_<NAME>`, for a key of a table `HALLPASS_<TABLE>__<NAME>`:
   `HALLPASS_SESSION_COOKIE_AGE=3600`, `HALLPASS_REST_FRAMEWORK__NUM_PROXIES=1`. Lists are separated by commas, booleans
   are `true`, `false`, `1` or `0`, and where a setting may be none, `none` or nothing at all says so;
3. for `database_url`: the environment variable `DATABASE_URL`;
4. the file;
5. the default.

Relative paths start at the directory of the file. TOML has no null: where this page says `\"none\"`, that text stands
for Django's `None`. Variables that start with `HALLPASS_SERVICE_` or `HALLPASS_PORT` are left alone, because Kubernetes
sets them beside a Service called `hallpass`.

This page is written from the definitions in the program; a test keeps it up to date.
";

/// The text of `docs/settings.md`.
#[must_use]
pub fn reference_page() -> String {
    let mut page = INTRODUCTION.to_owned();
    page.push_str("\n## Top level\n\n");
    push_table(&mut page, "");
    for table in TABLES {
        page.push_str(&format!("\n## `[{table}]`\n\n"));
        push_table(&mut page, table);
    }
    push_differences(&mut page);
    push_ignored(&mut page);
    page
}

fn push_table(page: &mut String, table: &str) {
    page.push_str("| Setting | Value | Default | From | Meaning |\n|---|---|---|---|---|\n");
    for definition in definitions().filter(|definition| definition.table == table) {
        page.push_str(&format!(
            "| `{}` | {} | {} | {} | {} |\n",
            definition.name,
            cell(&definition.kind()),
            cell(&default(definition)),
            definition.origin.name(),
            cell(definition.doc()),
        ));
    }
}

fn default(definition: &Definition) -> String {
    format!("`{}`", definition.default_toml())
}

/// A text that does not end its table cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn push_differences(page: &mut String) {
    page.push_str(
        "\n## Defaults that differ\n\nAll other defaults are Django's and DRF's.\n\n| Setting | Default here | Django or DRF, and why |\n|---|---|---|\n",
    );
    for definition in definitions() {
        if let Some(why) = definition.differs {
            page.push_str(&format!(
                "| `{}` | {} | {} |\n",
                definition.full_name(),
                cell(&default(definition)),
                cell(why)
            ));
        }
    }
}

fn push_ignored(page: &mut String) {
    page.push_str(
        "\n## Accepted without effect\n\nThese settings of Django and DRF may stand in the file; `hallpass check` lists them with the reason.\n\n| Reason | Settings |\n|---|---|\n",
    );
    let mut names_by_reason: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for ignored in ignored::all() {
        let table = if ignored.table.is_empty() {
            String::new()
        } else {
            format!("{}.", ignored.table)
        };
        names_by_reason
            .entry(ignored.reason)
            .or_default()
            .push(format!("`{table}{}`", ignored.name));
    }
    for (reason, names) in names_by_reason {
        page.push_str(&format!("| {} | {} |\n", cell(reason), names.join(", ")));
    }
}
