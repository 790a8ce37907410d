//! The shape of the user table: which of its columns exist.

use std::sync::Arc;

use parking_lot::RwLock;

use crate::column_type::{self, Field, KeyType};
use crate::engine::{Connection, Dialect, ExistingColumn, Parameter};
use crate::error::StoreError;
use crate::rarely::rarely;
use crate::statements::Statements;
use crate::user_id::UserId;
use crate::user_model::{UserColumns, UserModel};

/// What was found, and the statements that follow from it.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) model: UserModel,
    pub(crate) statements: Statements,
    /// What the user table's key is; so are the columns that refer to it.
    pub(crate) key: KeyType,
    /// The model's extra columns, in its order.
    pub(crate) extra: Vec<ExtraColumn>,
    /// False for a model without `PermissionsMixin`: it has no groups.
    pub(crate) has_groups: bool,
}

/// A column that only the application understands.
#[derive(Debug)]
pub(crate) struct ExtraColumn {
    pub(crate) name: Arc<str>,
    pub(crate) is_uuid: bool,
}

impl Schema {
    /// Looks at the user table.
    pub(crate) async fn load<C: Connection>(
        connection: &mut C,
        model: &UserModel,
    ) -> Result<Self, StoreError> {
        let existing = connection.columns(&model.table).await?;
        if existing.is_empty() {
            return Err(StoreError::MissingTables(vec![model.table.clone()]));
        }
        let model = model.settled(&existing);
        for name in required(&model) {
            find(&model.table, &existing, name)?;
        }
        let key = KeyType::of(
            &model.table,
            find(&model.table, &existing, &model.columns.id)?,
        )?;
        check_types(C::DIALECT, &model, &existing)?;
        let has_groups = existing
            .iter()
            .any(|column| column.name == model.columns.is_superuser)
            || !connection.columns(&model.groups_table()).await?.is_empty();
        Ok(Self {
            statements: Statements::build(C::DIALECT, &model, &existing, key),
            key,
            extra: extra(&model, &existing),
            has_groups,
            model,
        })
    }

    /// The key as a parameter. `None` for one of another type: it is nobody's, and a database that compares
    /// a text with a number after its own fashion must not be asked.
    pub(crate) fn key(&self, id: UserId) -> Option<Parameter<'static>> {
        self.key.is_of(id).then_some(Parameter::Id(id))
    }

    /// The same for a row that is to refer to this user.
    pub(crate) fn key_to_store(&self, id: UserId) -> Result<Parameter<'static>, StoreError> {
        self.key(id).ok_or_else(|| {
            let wanted = self.key.described();
            StoreError::Constraint(format!("no user has this key: keys are {wanted} here"))
        })
    }
}

fn find<'a>(
    table: &str,
    existing: &'a [ExistingColumn],
    name: &str,
) -> Result<&'a ExistingColumn, StoreError> {
    existing
        .iter()
        .find(|column| column.name == name)
        .ok_or_else(|| StoreError::UnknownColumn {
            table: table.to_owned(),
            column: name.to_owned(),
            nearest: nearest(name, existing),
        })
}

/// The types of the columns that have a role.
fn check_types(
    dialect: Dialect,
    model: &UserModel,
    existing: &[ExistingColumn],
) -> Result<(), StoreError> {
    let columns = &model.columns;
    let roles = [
        (&columns.username, Field::Text),
        (&columns.password, Field::Text),
        (&columns.last_login, Field::Time),
        (&columns.is_superuser, Field::Boolean),
        (&columns.is_staff, Field::Boolean),
        (&columns.is_active, Field::Boolean),
        (&columns.first_name, Field::Text),
        (&columns.last_name, Field::Text),
        (&columns.email, Field::Text),
        (&columns.date_joined, Field::Time),
    ];
    for (name, field) in roles {
        if let Some(column) = existing.iter().find(|column| column.name == *name) {
            column_type::require(dialect, &model.table, column, field)?;
        }
    }
    Ok(())
}

fn extra(model: &UserModel, existing: &[ExistingColumn]) -> Vec<ExtraColumn> {
    let is_uuid = |name: &String| {
        let column = existing.iter().find(|column| column.name == *name);
        column.is_some_and(|column| column_type::is_uuid(&column.kind))
    };
    model
        .extra_columns
        .iter()
        .map(|name| ExtraColumn {
            name: name.as_str().into(),
            is_uuid: is_uuid(name),
        })
        .collect()
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

    /// What is known.
    pub(crate) fn known(&self) -> Option<Arc<Schema>> {
        self.schema.read().clone()
    }

    /// The same, looked at now if nothing is.
    pub(crate) async fn current<C: Connection>(
        &self,
        connection: &mut C,
    ) -> Result<Arc<Schema>, StoreError> {
        if let Some(schema) = self.known() {
            return Ok(schema);
        }
        let schema = Arc::new(rarely(Schema::load(connection, &self.model)).await?);
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

fn nearest(absent: &str, existing: &[ExistingColumn]) -> Vec<String> {
    let mut scored: Vec<(f64, &String)> = existing
        .iter()
        .map(|column| (strsim::jaro_winkler(absent, &column.name), &column.name))
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored
        .into_iter()
        .take(3)
        .map(|(_, name)| name.clone())
        .collect()
}
