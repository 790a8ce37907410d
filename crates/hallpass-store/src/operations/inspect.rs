//! Looking at a whole database.

use hallpass_formats::timestamp::Timestamp;

use crate::column_type::{self, Field};
use crate::decode;
use crate::engine::{Connection, ExistingColumn, Job, Parameter};
use crate::error::StoreError;
use crate::inspect::Inspection;
use crate::migrate::MigrationState;
use crate::migrate::apps::{App, Apps};
use crate::migrate::tables;
use crate::operations::{migrate, users};
use crate::schema::{Schema, column_names};
use crate::statements::sessions::COUNT_EXPIRED;
use crate::user_model::UserModel;

/// The first thing that makes serving wrong.
#[derive(Debug)]
pub(crate) struct Verify(pub(crate) Apps);

impl Job for Verify {
    type Output = ();

    async fn run<C: Connection>(
        self,
        connection: &mut C,
        model: &UserModel,
    ) -> Result<(), StoreError> {
        let missing = missing_tables(connection, &self.0).await?;
        if !missing.is_empty() {
            return Err(StoreError::MissingTables(missing));
        }
        let schema = Schema::load(connection, model).await?;
        verify_login(connection, &schema.model).await?;
        verify_columns(connection, &self.0).await?;
        if let Some(table) = token_user_table(connection).await?
            && !is_same(&table, &model.table)
        {
            return Err(StoreError::WrongUserTable {
                points_to: table,
                expected: model.table.clone(),
            });
        }
        verify_references(connection, &self.0, &schema).await
    }
}

/// A column that the statements name, of a table whose shape no setting changes.
struct FixedColumn {
    app: App,
    table: &'static str,
    name: &'static str,
    field: Field,
}

const FIXED_COLUMNS: [FixedColumn; 9] = [
    of_auth("auth_group", "name"),
    of_auth("auth_permission", "codename"),
    of_content_types("app_label"),
    of_content_types("model"),
    of_token("key", Field::Text),
    of_token("created", Field::Time),
    of_session("session_key", Field::Text),
    of_session("session_data", Field::Text),
    of_session("expire_date", Field::Time),
];

const fn of_auth(table: &'static str, name: &'static str) -> FixedColumn {
    FixedColumn {
        app: App::Auth,
        table,
        name,
        field: Field::Text,
    }
}

const fn of_content_types(name: &'static str) -> FixedColumn {
    FixedColumn {
        app: App::ContentTypes,
        table: "django_content_type",
        name,
        field: Field::Text,
    }
}

const fn of_token(name: &'static str, field: Field) -> FixedColumn {
    FixedColumn {
        app: App::AuthToken,
        table: "authtoken_token",
        name,
        field,
    }
}

const fn of_session(name: &'static str, field: Field) -> FixedColumn {
    FixedColumn {
        app: App::Sessions,
        table: "django_session",
        name,
        field,
    }
}

/// Django's auth.E003. A login that two people share would open one's account to the other.
async fn verify_login<C: Connection>(
    connection: &mut C,
    model: &UserModel,
) -> Result<(), StoreError> {
    let column = model.username_column();
    if connection.is_unique(&model.table, column).await? {
        return Ok(());
    }
    Err(StoreError::LoginNotUnique {
        table: model.table.clone(),
        column: column.to_owned(),
    })
}

/// The user model with the login column that its table shows, once there is one.
#[derive(Debug)]
pub(crate) struct SettledModel;

impl Job for SettledModel {
    type Output = UserModel;

    async fn run<C: Connection>(
        self,
        connection: &mut C,
        model: &UserModel,
    ) -> Result<UserModel, StoreError> {
        let existing = connection.columns(&model.table).await?;
        Ok(model.settled(&existing))
    }
}

/// A table of another application may have the name of one of ours.
async fn verify_columns<C: Connection>(connection: &mut C, apps: &Apps) -> Result<(), StoreError> {
    for fixed in FIXED_COLUMNS {
        if !apps.has(fixed.app) {
            continue;
        }
        let existing = connection.columns(fixed.table).await?;
        if !existing.is_empty() {
            let column = of_django(fixed.table, &existing, fixed.name)?;
            column_type::require(C::DIALECT, fixed.table, column, fixed.field)?;
        }
    }
    Ok(())
}

/// What refers to a user has the type of the user's key: PostgreSQL refuses to compare others, and MySQL finds a UUID
/// equal to the number that it begins with.
async fn verify_references<C: Connection>(
    connection: &mut C,
    apps: &Apps,
    schema: &Schema,
) -> Result<(), StoreError> {
    let model = &schema.model;
    let mut references = Vec::new();
    if apps.has(App::AuthToken) {
        references.push(("authtoken_token".to_owned(), "user_id".to_owned()));
    }
    if schema.has_groups {
        references.push((model.groups_table(), model.link_column()));
        references.push((model.permissions_table(), model.link_column()));
    }
    for (table, name) in references {
        let existing = connection.columns(&table).await?;
        if !existing.is_empty() {
            let column = of_django(&table, &existing, &name)?;
            column_type::require_key(&table, column, schema.key)?;
        }
    }
    Ok(())
}

fn of_django<'a>(
    table: &str,
    existing: &'a [ExistingColumn],
    name: &str,
) -> Result<&'a ExistingColumn, StoreError> {
    existing
        .iter()
        .find(|column| column.name == name)
        .ok_or_else(|| StoreError::ForeignTable {
            table: table.to_owned(),
            column: name.to_owned(),
        })
}

/// Everything, whatever is missing.
#[derive(Debug)]
pub(crate) struct Inspect(pub(crate) Apps);

impl Job for Inspect {
    type Output = Inspection;

    async fn run<C: Connection>(
        self,
        connection: &mut C,
        model: &UserModel,
    ) -> Result<Inspection, StoreError> {
        let apps = &self.0;
        verify_columns(connection, apps).await?;
        let missing_tables = missing_tables(connection, apps).await?;
        let migrations = migrate::state(connection, apps).await?;
        let has = |app: App, table: &str| {
            apps.has(app) && !missing_tables.iter().any(|missing| missing == table)
        };
        let engine = connection.engine().await?;
        let mut found = Inspection {
            recorded_but_missing: recorded_but_missing(apps, &migrations, &missing_tables),
            unapplied_migrations: migrations.into_iter().filter(|m| !m.applied).collect(),
            user_table: model.table.clone(),
            token_user_table: token_user_table(connection).await?,
            users: None,
            password_algorithms: None,
            users_without_token: None,
            expired_sessions: None,
            journal_mode: engine.journal_mode,
            engine_version: engine.version,
            missing_tables: Vec::new(),
        };
        if has(App::Sessions, "django_session") {
            found.expired_sessions = Some(expired_sessions(connection).await?);
        }
        match Schema::load(connection, model).await {
            Ok(schema) => {
                verify_login(connection, &schema.model).await?;
                let sql = &schema.statements.users;
                found.users = Some(users::count(connection, &sql.count).await?);
                let algorithms = users::password_algorithms(connection, &schema).await?;
                found.password_algorithms = Some(algorithms);
                let elsewhere = found.token_user_table.as_ref();
                let elsewhere = elsewhere.is_some_and(|table| !is_same(table, &model.table));
                if !elsewhere {
                    verify_references(connection, apps, &schema).await?;
                }
                if !elsewhere && has(App::AuthToken, "authtoken_token") {
                    let without = users::count(connection, &sql.count_without_token).await?;
                    found.users_without_token = Some(without);
                }
            }
            Err(StoreError::MissingTables(_)) => {}
            Err(error) => return Err(error),
        }
        found.missing_tables = missing_tables;
        Ok(found)
    }
}

async fn expired_sessions<C: Connection>(connection: &mut C) -> Result<u64, StoreError> {
    let sql = C::DIALECT.statement(COUNT_EXPIRED);
    let now = [Parameter::Time(Timestamp::now())];
    let counted = connection
        .one(&sql, &now, |row| decode::count(row, 0))
        .await?;
    Ok(counted.unwrap_or(0))
}

/// Missing tables of the installed applications and of the user model. A model without
/// `PermissionsMixin` has no link tables, and needs none.
async fn missing_tables<C: Connection>(
    connection: &mut C,
    apps: &Apps,
) -> Result<Vec<String>, StoreError> {
    let model = &apps.model;
    let mut needed = vec![model.table.clone()];
    for app in &apps.installed {
        needed.extend(tables::names_of_app(apps, *app));
    }
    let user_columns = column_names(connection, &model.table).await?;
    if !user_columns.is_empty() && !user_columns.contains(&model.columns.is_superuser) {
        let links = [model.groups_table(), model.permissions_table()];
        needed.retain(|table| !links.contains(table));
    }
    needed.sort();
    needed.dedup();
    let existing = connection.tables().await?;
    needed.retain(|table| !existing.contains(table));
    Ok(needed)
}

fn recorded_but_missing(
    apps: &Apps,
    migrations: &[MigrationState],
    missing: &[String],
) -> Vec<String> {
    let applied = |app: App| {
        let label = apps.label(app);
        migrations.iter().any(|m| m.applied && m.app == label)
    };
    let mut tables: Vec<String> = apps
        .installed
        .iter()
        .filter(|app| applied(**app))
        .flat_map(|app| tables::names_of_app(apps, *app))
        .filter(|table| missing.contains(table))
        .collect();
    tables.sort();
    tables
}

/// MySQL may keep the names of tables in lower case.
fn is_same(table: &str, other: &str) -> bool {
    table.eq_ignore_ascii_case(other)
}

/// `None` without the table or without a foreign key on it.
async fn token_user_table<C: Connection>(connection: &mut C) -> Result<Option<String>, StoreError> {
    connection
        .referred_table("authtoken_token", "user_id")
        .await
}
