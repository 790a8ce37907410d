//! The shape of the user table: which of its columns exist.

use std::sync::Arc;

use parking_lot::RwLock;

use crate::engine::Connection;
use crate::error::StoreError;
use crate::statements::Statements;
use crate::user_model::{UserColumns, UserModel};

/// What was found, and the statements that follow from it.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) model: UserModel,
    pub(crate) statements: Statements,
    /// False for a model without `PermissionsMixin`: it has no groups.
    pub(crate) has_groups: bool,
}

impl Schema {
    /// Looks at the user table.
    pub(crate) async fn load<C: Connection>(
        connection: &mut C,
        model: &UserModel,
    ) -> Result<Self, StoreError> {
        let existing = column_names(connection, &model.table).await?;
        if existing.is_empty() {
            return Err(StoreError::MissingTables(vec![model.table.clone()]));
        }
        let model = &model.settled(&existing);
        let has = |name: &str| existing.iter().any(|column| column == name);
        if let Some(absent) = required(model).into_iter().find(|name| !has(name)) {
            return Err(StoreError::UnknownColumn {
                table: model.table.clone(),
                column: absent.to_owned(),
                nearest: nearest(absent, &existing),
            });
        }
        let has_groups = has(&model.columns.is_superuser)
            || !connection.columns(&model.groups_table()).await?.is_empty();
        Ok(Self {
            statements: Statements::build(C::DIALECT, model, has),
            has_groups,
            model: model.clone(),
        })
    }
}

/// The columns of a table, empty without such a table.
pub(crate) async fn column_names<C: Connection>(
    connection: &mut C,
    table: &str,
) -> Result<Vec<String>, StoreError> {
    let columns = connection.columns(table).await?;
    Ok(columns.into_iter().map(|column| column.name).collect())
}

/// The schema, looked at once and again after it changed.
#[derive(Debug)]
pub(crate) struct KnownSchema {
    pub(crate) model: UserModel,
    schema: RwLock<Option<Arc<Schema>>>,
}

impl KnownSchema {
    pub(crate) fn new(model: UserModel) -> Self {
        Self {
            model,
            schema: RwLock::new(None),
        }
    }

    /// What is known, looked at now if nothing is.
    pub(crate) async fn current<C: Connection>(
        &self,
        connection: &mut C,
    ) -> Result<Arc<Schema>, StoreError> {
        let known = self.schema.read().clone();
        if let Some(schema) = known {
            return Ok(schema);
        }
        let schema = Arc::new(Schema::load(connection, &self.model).await?);
        *self.schema.write() = Some(Arc::clone(&schema));
        Ok(schema)
    }

    /// Forgets what an answer shows to be no longer true.
    pub(crate) fn learn<T>(&self, answer: &Result<T, StoreError>) {
        if answer.as_ref().is_err_and(means_changed_schema) {
            self.forget();
        }
    }

    pub(crate) fn forget(&self) {
        *self.schema.write() = None;
    }
}

/// True when the tables are no longer those that the statements were built for.
fn means_changed_schema(error: &StoreError) -> bool {
    match error {
        StoreError::MissingTables(_) => true,
        StoreError::Other(text) => text.contains("no such column"),
        _ => false,
    }
}

/// Identity, name and password always. A name that was set by hand must exist too: an
/// `is_active` column that was mistyped would make every closed account active.
fn required(model: &UserModel) -> Vec<&str> {
    let columns = &model.columns;
    let usual = UserColumns::named(&columns.username);
    let mut names = vec![
        columns.id.as_str(),
        columns.password.as_str(),
        columns.username.as_str(),
    ];
    let optional = [
        (&columns.last_login, &usual.last_login),
        (&columns.is_superuser, &usual.is_superuser),
        (&columns.is_staff, &usual.is_staff),
        (&columns.is_active, &usual.is_active),
        (&columns.first_name, &usual.first_name),
        (&columns.last_name, &usual.last_name),
        (&columns.email, &usual.email),
        (&columns.date_joined, &usual.date_joined),
    ];
    for (name, usual) in optional {
        if name != usual || model.is_django_own() {
            names.push(name);
        }
    }
    names.extend(model.extra_columns.iter().map(String::as_str));
    names
}

fn nearest(absent: &str, existing: &[String]) -> Vec<String> {
    let mut scored: Vec<(f64, &String)> = existing
        .iter()
        .map(|name| (strsim::jaro_winkler(absent, name), name))
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored
        .into_iter()
        .take(3)
        .map(|(_, name)| name.clone())
        .collect()
}
