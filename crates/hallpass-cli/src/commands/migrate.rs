//! `migrate`: Django's tables and the rows of `django_migrations`, as Django 5.2 and DRF 3.16 make them.

use hallpass::Hallpass;
use hallpass::StartError;
use hallpass::settings::Settings;
use hallpass::store::{MigrationState, StoreError, Triggers};

use crate::args::Migrate;
use crate::console;
use crate::failure::Failure;
use crate::start::{IN_MEMORY, Start};

/// Applies what is missing, or says what it would do.
pub(crate) async fn run(start: &Start, args: &Migrate) -> Result<(), Failure> {
    let state = state(start).await?;
    let wanted = target(start, args, &state)?;
    let pending: Vec<&MigrationState> = wanted
        .iter()
        .filter(|step| !step.applied)
        .copied()
        .collect();
    if args.check {
        return if pending.is_empty() {
            Ok(())
        } else {
            Err(Failure::Said(1))
        };
    }
    if args.plan {
        return plan(&pending);
    }
    if args.app.is_some() && !pending.is_empty() {
        return Err(Failure::command(
            "applications are migrated together here: run `hallpass migrate` without a name",
        ));
    }
    let hallpass = start.open_unverified(true).await?;
    let console = start.console();
    let labels = labels(&wanted);
    console.confirm("Operations to perform:")?;
    console.confirm(&format!("  Apply all migrations: {}", labels.join(", ")))?;
    console.confirm("Running migrations:")?;
    let applied = console
        .waiting("Applying migrations", hallpass.store().migrate(|_| {}))
        .await?;
    for step in &applied {
        console.confirm(&format!("  Applying {}.{}... OK", step.app, step.name))?;
    }
    if applied.is_empty() {
        console.confirm("  No migrations to apply.")?;
    }
    if args.with_triggers {
        console.confirm(triggers(&hallpass).await?)?;
    }
    Ok(())
}

/// The triggers that let the identity cache know of changes: the one thing that is made beside Django's tables, and only
/// when it is asked for.
async fn triggers(hallpass: &Hallpass) -> Result<&'static str, Failure> {
    match hallpass.store().make_triggers().await? {
        Triggers::Made => Ok("  Making triggers... OK"),
        Triggers::NotNeeded => Ok("  SQLite tells of changes without triggers."),
        Triggers::NotSupported => Err(Failure::command(
            "triggers are for PostgreSQL: on this database every request asks anew, and nothing is remembered",
        )),
    }
}

/// All migrations in Django's order; none is applied where there is no database yet, and none is made.
pub(super) async fn state(start: &Start) -> Result<Vec<MigrationState>, Failure> {
    let settings = start.settings()?;
    match state_of(settings.clone()).await {
        Err(StartError::Store(StoreError::NotFound(_))) => {
            let mut empty = settings;
            empty.database_url = IN_MEMORY.to_owned();
            Ok(state_of(empty).await?)
        }
        other => Ok(other?),
    }
}

async fn state_of(settings: Settings) -> Result<Vec<MigrationState>, StartError> {
    let hallpass = Hallpass::builder(settings)
        .for_migrations(false)
        .build()
        .await?;
    Ok(hallpass.store().migration_state().await?)
}

/// What Django says before commands that need the tables in their newest shape.
pub(super) async fn warn_of_pending(start: &Start) -> Result<(), Failure> {
    let state = state(start).await?;
    let pending: Vec<&MigrationState> = state.iter().filter(|step| !step.applied).collect();
    if pending.is_empty() {
        return Ok(());
    }
    console::say(&format!(
        "\nYou have {} unapplied migration(s). Your project may not work properly until you apply the migrations for \
         app(s): {}.\nRun 'hallpass migrate' to apply them.",
        pending.len(),
        labels(&pending).join(", ")
    ))
}

/// The migrations that were asked for.
fn target<'a>(
    start: &Start,
    args: &Migrate,
    state: &'a [MigrationState],
) -> Result<Vec<&'a MigrationState>, Failure> {
    let Some(app) = &args.app else {
        return Ok(state.iter().collect());
    };
    let of_app: Vec<&MigrationState> = state.iter().filter(|step| step.app == *app).collect();
    if of_app.is_empty() {
        return Err(Failure::command(if is_installed(&start.settings()?, app) {
            format!("App '{app}' does not have migrations.")
        } else {
            format!("No installed app with label '{app}'.")
        }));
    }
    let Some(name) = &args.migration else {
        return Ok(of_app);
    };
    let matching: Vec<&&MigrationState> = of_app
        .iter()
        .filter(|step| step.name.starts_with(name.as_str()))
        .collect();
    match matching.as_slice() {
        _ if name == "zero" => Err(Failure::command(format!(
            "migrations are never taken back here: run Django's `python manage.py migrate {app} zero`"
        ))),
        [] => Err(Failure::command(format!(
            "Cannot find a migration matching '{name}' from app '{app}'."
        ))),
        [only] if of_app.last().is_some_and(|last| last.name == only.name) => Ok(of_app),
        [only] => Err(Failure::command(format!(
            "tables are made in their final shape here: {app} can be migrated to its last migration only, not to {}",
            only.name
        ))),
        _ => Err(Failure::command(format!(
            "More than one migration matches '{name}' in app '{app}'. Please be more specific."
        ))),
    }
}

/// Whether `installed_apps` has an application of this label.
pub(super) fn is_installed(settings: &Settings, label: &str) -> bool {
    settings.installed_apps.iter().any(|path| {
        let path = path.split(".apps.").next().unwrap_or(path);
        path.rsplit('.').next() == Some(label)
    })
}

/// The labels of the migrations' applications, sorted.
pub(super) fn labels<'a>(steps: &[&'a MigrationState]) -> Vec<&'a str> {
    let mut labels: Vec<&str> = steps.iter().map(|step| step.app.as_str()).collect();
    labels.sort_unstable();
    labels.dedup();
    labels
}

fn plan(pending: &[&MigrationState]) -> Result<(), Failure> {
    console::say("Planned operations:")?;
    for step in pending {
        console::say(&format!("{}.{}", step.app, step.name))?;
    }
    if pending.is_empty() {
        console::say("  No planned migration operations.")?;
    }
    Ok(())
}
