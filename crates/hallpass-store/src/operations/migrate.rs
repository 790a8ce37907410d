//! Applying migrations, all in one transaction.

use hallpass_formats::timestamp::Timestamp;

use crate::decode;
use crate::engine::{Connection, ExistingColumn, Job, Parameter};
use crate::error::StoreError;
use crate::migrate::apps::{App, Apps};
use crate::migrate::graph::{Migration, ordered};
use crate::migrate::{MigrationError, MigrationState, content, tables};
use crate::statements::migrations as sql;
use crate::user_model::UserModel;

/// One step of the plan. The user's application may have migrations of its own instead
/// of ours; any of them counts, for its table is Django's business then.
struct Step {
    migration: Migration,
    state: MigrationState,
}

/// All migrations in Django's order.
#[derive(Debug)]
pub(crate) struct State(pub(crate) Apps);

impl Job for State {
    type Output = Vec<MigrationState>;

    async fn run<C: Connection>(
        self,
        connection: &mut C,
        _: &UserModel,
    ) -> Result<Self::Output, StoreError> {
        state(connection, &self.0).await
    }
}

/// See [`State`].
pub(crate) async fn state<C: Connection>(
    connection: &mut C,
    apps: &Apps,
) -> Result<Vec<MigrationState>, StoreError> {
    let steps = steps(connection, apps).await?;
    Ok(steps.into_iter().map(|step| step.state).collect())
}

/// Applies what is missing.
pub(crate) struct Migrate<F> {
    pub(crate) apps: Apps,
    pub(crate) on_applied: F,
}

/// What was applied.
#[derive(Debug)]
pub(crate) struct Migrated {
    pub(crate) applied: Vec<MigrationState>,
    /// There was no table at all before.
    pub(crate) was_empty: bool,
}

impl<F: FnMut(&MigrationState) + Send + 'static> Job for Migrate<F> {
    type Output = Migrated;

    async fn run<C: Connection>(
        mut self,
        connection: &mut C,
        _: &UserModel,
    ) -> Result<Migrated, StoreError> {
        let user_columns = connection.columns(&self.apps.model.table).await?;
        let apps = &self.apps.beside(&user_columns);
        let existing = connection.tables().await?;
        let was_empty = existing.is_empty();
        let steps = steps(connection, apps).await?;
        let missing: Vec<&Step> = steps.iter().filter(|step| !step.state.applied).collect();
        let mut applied = Vec::with_capacity(missing.len());
        let half_made = connection.is_half_made().await?;
        if missing.is_empty() && !half_made {
            return Ok(Migrated { applied, was_empty });
        }
        apps.check()?;
        check_history(apps, &steps)?;
        for app in &apps.installed {
            check_app(connection, apps, *app, &missing, &existing, half_made).await?;
        }
        connection.mark_half_made(true).await?;
        if !existing.iter().any(|name| name == "django_migrations") {
            create(connection, &tables::django_migrations(apps)).await?;
        }
        for step in &missing {
            let state = apply(connection, apps, step).await?;
            (self.on_applied)(&state);
            applied.push(state);
        }
        for app in &apps.installed {
            if half_made || missing.iter().any(|step| step.migration.app == *app) {
                make_content(connection, apps, *app).await?;
            }
        }
        connection.mark_half_made(false).await?;
        Ok(Migrated { applied, was_empty })
    }
}

async fn steps<C: Connection>(connection: &mut C, apps: &Apps) -> Result<Vec<Step>, StoreError> {
    let recorded = recorded(connection).await?;
    let mut steps = Vec::new();
    for migration in ordered(apps) {
        let app = apps.label(migration.app);
        let of_app = recorded.iter().filter(|(label, _)| label == app);
        let own: Vec<&str> = match migration.app {
            App::User => of_app.map(|(_, name)| name.as_str()).collect(),
            _ => Vec::new(),
        };
        if own.is_empty() {
            let name = migration.name();
            let applied = recorded.iter().any(|(a, n)| a == app && n == name);
            steps.push(step(apps, migration, name, applied));
        }
        steps.extend(
            own.into_iter()
                .map(|name| step(apps, migration, name, true)),
        );
    }
    Ok(steps)
}

fn step(apps: &Apps, migration: Migration, name: &str, applied: bool) -> Step {
    let full_name = |parent: &Migration| format!("{}.{}", apps.label(parent.app), parent.name());
    Step {
        migration,
        state: MigrationState {
            app: apps.label(migration.app).to_owned(),
            name: name.to_owned(),
            applied,
            requires: migration.parents(apps).iter().map(full_name).collect(),
        },
    }
}

async fn recorded<C: Connection>(connection: &mut C) -> Result<Vec<(String, String)>, StoreError> {
    if connection.columns("django_migrations").await?.is_empty() {
        return Ok(Vec::new());
    }
    let recorded = C::DIALECT.statement(sql::RECORDED);
    connection
        .all(&recorded, &[], |row| {
            let text = |index, name| decode::text(row, index, "django_migrations", name);
            Ok((text(0, "app")?, text(1, "name")?))
        })
        .await
}

/// Every migration that is recorded without one that it depends on, in Django's words.
pub(crate) async fn inconsistencies<C: Connection>(
    connection: &mut C,
    apps: &Apps,
) -> Result<Vec<String>, StoreError> {
    let steps = steps(connection, apps).await?;
    let each = steps
        .iter()
        .filter_map(|step| inconsistency(apps, &steps, step));
    Ok(each.map(|error| error.to_string()).collect())
}

/// Django refuses to go on when a dependency of an applied migration is not applied,
/// most often because `AUTH_USER_MODEL` was changed after the first `migrate`.
fn check_history(apps: &Apps, steps: &[Step]) -> Result<(), MigrationError> {
    let first = steps
        .iter()
        .find_map(|step| inconsistency(apps, steps, step));
    first.map_or(Ok(()), Err)
}

fn inconsistency(apps: &Apps, steps: &[Step], step: &Step) -> Option<MigrationError> {
    let unapplied = |migration: &Migration| {
        steps
            .iter()
            .find(|other| other.migration == *migration && !other.state.applied)
    };
    if !step.state.applied {
        return None;
    }
    let parents = step.migration.parents(apps);
    let parent = parents.iter().find_map(unapplied)?;
    Some(MigrationError::InconsistentHistory {
        migration: format!("{}.{}", step.state.app, step.state.name),
        dependency: format!("{}.{}", parent.state.app, parent.state.name),
    })
}

/// Everything missing: the tables must not be there. Only later migrations missing: the
/// tables must have their final shape already, so that recording is all there is to do.
/// Half made: both may be.
async fn check_app<C: Connection>(
    connection: &mut C,
    apps: &Apps,
    app: App,
    missing: &[&Step],
    existing: &[String],
    half_made: bool,
) -> Result<(), StoreError> {
    let mut of_app = missing.iter().filter(|step| step.migration.app == app);
    let Some(first) = of_app.next() else {
        return Ok(());
    };
    if !first.migration.is_initial() {
        return check_shape(connection, apps, app, &first.state, None).await;
    }
    let mut present = tables::names_of_app(apps, app);
    present.retain(|name| existing.contains(name));
    if half_made {
        check_shape(connection, apps, app, &first.state, Some(existing)).await?;
    } else if !present.is_empty() {
        return Err(MigrationError::TablesExist(present).into());
    }
    if tables::of_app(apps, app).is_none() {
        return Err(MigrationError::CustomUserModel(apps.model.label()).into());
    }
    Ok(())
}

/// Name, type, NOT NULL and primary key of each column, whatever their order, of
/// every table or of those `among` some.
async fn check_shape<C: Connection>(
    connection: &mut C,
    apps: &Apps,
    app: App,
    first_missing: &MigrationState,
    among: Option<&[String]>,
) -> Result<(), StoreError> {
    let tables = tables::of_app(apps, app).unwrap_or_default();
    for table in tables {
        if among.is_some_and(|names| !names.contains(&table.name)) {
            continue;
        }
        let mut wanted: Vec<ExistingColumn> = table
            .columns
            .iter()
            .map(|column| ExistingColumn {
                name: column.name.clone(),
                kind: C::column_type(column.kind),
                not_null: !column.null,
                primary: column.primary,
            })
            .collect();
        wanted.sort();
        let mut found = connection.columns(&table.name).await?;
        found.sort();
        if found != wanted {
            return Err(MigrationError::OlderShape {
                table: table.name,
                migration: format!("{}.{}", first_missing.app, first_missing.name),
            }
            .into());
        }
    }
    Ok(())
}

async fn create<C: Connection>(
    connection: &mut C,
    table: &tables::Table,
) -> Result<(), StoreError> {
    for statement in C::create_table(table) {
        connection.run(&statement).await?;
    }
    Ok(())
}

async fn apply<C: Connection>(
    connection: &mut C,
    apps: &Apps,
    step: &Step,
) -> Result<MigrationState, StoreError> {
    if step.migration.is_initial() {
        for table in tables::of_app(apps, step.migration.app).unwrap_or_default() {
            create(connection, &table).await?;
        }
    }
    let parameters = [
        Parameter::Text(&step.state.app),
        Parameter::Text(&step.state.name),
        Parameter::Time(Timestamp::now()),
    ];
    let record = C::DIALECT.statement(sql::RECORD);
    connection.execute(&record, &parameters).await?;
    Ok(MigrationState {
        applied: true,
        ..step.state.clone()
    })
}

/// The content types and permissions of an application that are not there yet.
async fn make_content<C: Connection>(
    connection: &mut C,
    apps: &Apps,
    app: App,
) -> Result<(), StoreError> {
    if !apps.has(App::ContentTypes) {
        return Ok(());
    }
    let models = content::models(apps, app);
    let mut types = Vec::with_capacity(models.len());
    for model in &models {
        types.push(content_type(connection, apps.label(app), &model.key).await?);
    }
    if !apps.has(App::Auth) {
        return Ok(());
    }
    for (model, content_type) in models.iter().zip(types) {
        for action in content::ACTIONS {
            let codename = format!("{action}_{}", model.key);
            let name = format!("Can {action} {}", model.verbose_name);
            permission(connection, content_type, &codename, &name).await?;
        }
    }
    Ok(())
}

async fn content_type<C: Connection>(
    connection: &mut C,
    app: &str,
    model: &str,
) -> Result<i64, StoreError> {
    let find = C::DIALECT.statement(sql::CONTENT_TYPE);
    let insert = C::DIALECT.statement(sql::INSERT_CONTENT_TYPE);
    let parameters = [Parameter::Text(app), Parameter::Text(model)];
    if let Some(id) = id(connection, &find, &parameters).await? {
        return Ok(id);
    }
    connection.execute(&insert, &parameters).await?;
    id(connection, &find, &parameters)
        .await?
        .ok_or_else(|| StoreError::Other("a new content type is not to be found".to_owned()))
}

async fn permission<C: Connection>(
    connection: &mut C,
    content_type: i64,
    codename: &str,
    name: &str,
) -> Result<(), StoreError> {
    let find = C::DIALECT.statement(sql::PERMISSION);
    let insert = C::DIALECT.statement(sql::INSERT_PERMISSION);
    let parameters = [
        Parameter::Integer(content_type),
        Parameter::Text(codename),
        Parameter::Text(name),
    ];
    if id(connection, &find, &parameters[..2]).await?.is_none() {
        connection.execute(&insert, &parameters).await?;
    }
    Ok(())
}

async fn id<C: Connection>(
    connection: &mut C,
    find: &crate::engine::Statement,
    parameters: &[Parameter<'_>],
) -> Result<Option<i64>, StoreError> {
    connection
        .one(find, parameters, |row| {
            decode::integer(row, 0, "django_content_type", "id")
        })
        .await
}
