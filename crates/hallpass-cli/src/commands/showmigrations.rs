//! `showmigrations`: every migration and whether it is applied.

use std::collections::BTreeSet;

use hallpass::store::MigrationState;

use super::migrate;
use crate::args::Showmigrations;
use crate::console;
use crate::failure::Failure;
use crate::start::Start;

/// Lists the migrations, by application or in the order in which they are applied.
pub(crate) async fn run(start: &Start, args: &Showmigrations) -> Result<(), Failure> {
    let state = migrate::state(start).await?;
    refuse_unknown(start, args, &state)?;
    let text = if args.plan {
        plan(args, &state)
    } else {
        list(args, &state)
    };
    console::print(&text)
}

/// Django names every unknown application, then exits with 2.
fn refuse_unknown(
    start: &Start,
    args: &Showmigrations,
    state: &[MigrationState],
) -> Result<(), Failure> {
    let settings = start.settings()?;
    let mut is_refused = false;
    for app in &args.apps {
        if !state.iter().any(|step| step.app == *app) && !migrate::is_installed(&settings, app) {
            start
                .console()
                .complain(&format!("No installed app with label '{app}'."));
            is_refused = true;
        }
    }
    if is_refused {
        Err(Failure::Said(2))
    } else {
        Ok(())
    }
}

fn list(args: &Showmigrations, state: &[MigrationState]) -> String {
    let all: Vec<&MigrationState> = state.iter().collect();
    let mut labels = migrate::labels(&all);
    if !args.apps.is_empty() {
        labels = args.apps.iter().map(String::as_str).collect();
        labels.sort_unstable();
        labels.dedup();
    }
    let mut text = String::new();
    for label in labels {
        text.push_str(&format!("{label}\n"));
        let of_app: Vec<&MigrationState> = state.iter().filter(|step| step.app == label).collect();
        for step in &of_app {
            text.push_str(&format!(" {} {}\n", mark(step), step.name));
        }
        if of_app.is_empty() {
            text.push_str(" (no migrations)\n");
        }
    }
    text
}

fn plan(args: &Showmigrations, state: &[MigrationState]) -> String {
    let mut text = String::new();
    for step in wanted(args, state) {
        text.push_str(&format!("{}  {}.{}\n", mark(step), step.app, step.name));
    }
    if text.is_empty() {
        text.push_str("(no migrations)\n");
    }
    text
}

/// The migrations of the applications that were asked for, and whatever they need, in the order of application.
fn wanted<'a>(args: &Showmigrations, state: &'a [MigrationState]) -> Vec<&'a MigrationState> {
    let mut needed = BTreeSet::new();
    // From the last to the first: whoever needs a migration stands behind it.
    for step in state.iter().rev() {
        let name = format!("{}.{}", step.app, step.name);
        if args.apps.is_empty() || args.apps.contains(&step.app) || needed.contains(&name) {
            needed.extend(step.requires.iter().cloned());
            needed.insert(name);
        }
    }
    let is_needed =
        |step: &&MigrationState| needed.contains(&format!("{}.{}", step.app, step.name));
    state.iter().filter(is_needed).collect()
}

fn mark(step: &MigrationState) -> &'static str {
    if step.applied { "[X]" } else { "[ ]" }
}
