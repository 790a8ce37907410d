//! Rows of the user table.

use std::sync::Arc;

use hallpass_formats::password::EncodedPassword;
use hallpass_formats::timestamp::Timestamp;

use crate::column_type::KeyType;
use crate::decode;
use crate::engine::{Connection, Job, Parameter, PointRead, Statement, Tables, Write};
use crate::error::StoreError;
use crate::operations::tokens;
use crate::receivers::{RelatedRow, RelatedRows, UserCreated};
use crate::rows::{NewUser, TokenOwner, TokenRow};
use crate::schema::Schema;
use crate::statements::users::UserColumn;
use crate::user_id::UserId;
use crate::user_model::UserModel;
use crate::user_row::UserRow;

/// The token whose key is the text, and its user.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ByToken;

impl PointRead for ByToken {
    type Output = Option<(TokenRow, UserRow)>;

    async fn read<C: Connection>(
        self,
        tables: Tables<'_, C>,
        key: &str,
    ) -> Result<Self::Output, StoreError> {
        let schema = tables.schema;
        let sql = &schema.statements.users.by_token;
        let parameters = [Parameter::Text(key)];
        tables
            .connection
            .one(sql, &parameters, |row| {
                let user = decode::user(schema, row, 2)?;
                Ok((decode::token_of(row, *user.id())?, user))
            })
            .await
    }
}

/// The owner of the token whose key is the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OwnerOfToken;

impl PointRead for OwnerOfToken {
    type Output = Option<TokenOwner>;

    async fn read<C: Connection>(
        self,
        tables: Tables<'_, C>,
        key: &str,
    ) -> Result<Self::Output, StoreError> {
        let schema = tables.schema;
        let sql = &schema.statements.users.by_token;
        let parameters = [Parameter::Text(key)];
        tables
            .connection
            .one(sql, &parameters, |row| {
                decode::token_owner(schema, row, key)
            })
            .await
    }
}

/// The user with this key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ById(pub(crate) UserId);

impl PointRead for ById {
    type Output = Option<UserRow>;

    async fn read<C: Connection>(
        self,
        tables: Tables<'_, C>,
        _: &str,
    ) -> Result<Self::Output, StoreError> {
        let Some(id) = tables.schema.key(self.0) else {
            return Ok(None);
        };
        let sql = &tables.schema.statements.users.by_id;
        user(tables, sql, id).await
    }
}

/// The user whose login column is the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ByUsername;

impl PointRead for ByUsername {
    type Output = Option<UserRow>;

    async fn read<C: Connection>(
        self,
        tables: Tables<'_, C>,
        username: &str,
    ) -> Result<Self::Output, StoreError> {
        let sql = &tables.schema.statements.users.by_username;
        user(tables, sql, Parameter::Text(username)).await
    }
}

async fn user<C: Connection>(
    tables: Tables<'_, C>,
    sql: &Statement,
    parameter: Parameter<'_>,
) -> Result<Option<UserRow>, StoreError> {
    let schema = tables.schema;
    tables
        .connection
        .one(sql, &[parameter], |row| decode::user(schema, row, 0))
        .await
}

/// The names of this user's groups.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GroupNames(pub(crate) UserId);

impl PointRead for GroupNames {
    type Output = Vec<String>;

    async fn read<C: Connection>(
        self,
        tables: Tables<'_, C>,
        _: &str,
    ) -> Result<Vec<String>, StoreError> {
        let id = tables.schema.key(self.0);
        let Some(id) = id.filter(|_| tables.schema.has_groups) else {
            return Ok(Vec::new());
        };
        let sql = &tables.schema.statements.users.group_names;
        tables
            .connection
            .all(sql, &[id], |row| decode::text(row, 0, "auth_group", "name"))
            .await
    }
}

/// The user's row, then the rows that each receiver names.
pub(crate) struct Create {
    pub(crate) user: NewUser,
    pub(crate) receivers: Vec<Arc<dyn UserCreated>>,
}

impl Write for Create {
    type Output = UserRow;

    async fn write<C: Connection>(self, mut tables: Tables<'_, C>) -> Result<UserRow, StoreError> {
        let statements = &tables.schema.statements.users;
        let mut values: Vec<Parameter<'_>> = statements
            .insert_columns
            .iter()
            .map(|column| new_value(&self.user, *column))
            .collect();
        let insert = &statements.insert;
        let id = match tables.schema.key {
            KeyType::Integer => tables.connection.insert(insert, &values).await?.into(),
            KeyType::Uuid => {
                let id = UserId::random_uuid();
                values.push(Parameter::Id(id));
                tables.connection.execute(insert, &values).await?;
                id
            }
        };
        let user = ById(id)
            .read(tables.lend(), "")
            .await?
            .ok_or_else(|| StoreError::Other("the new user's key is not its own".to_owned()))?;
        for receiver in &self.receivers {
            let mut rows = RelatedRows::default();
            receiver.user_created(&user, &mut rows);
            for row in rows.wanted {
                insert_related(tables.lend(), id, row).await?;
            }
        }
        Ok(user)
    }
}

fn new_value(new: &NewUser, column: UserColumn) -> Parameter<'_> {
    match column {
        UserColumn::Username => Parameter::Text(&new.username),
        UserColumn::Password => Parameter::Text(new.password.as_str()),
        UserColumn::IsSuperuser => Parameter::Boolean(new.is_superuser),
        UserColumn::IsStaff => Parameter::Boolean(new.is_staff),
        UserColumn::IsActive => Parameter::Boolean(new.is_active),
        UserColumn::FirstName => Parameter::Text(&new.first_name),
        UserColumn::LastName => Parameter::Text(&new.last_name),
        UserColumn::Email => Parameter::Text(new.email.as_deref().unwrap_or_default()),
        UserColumn::DateJoined => Parameter::Time(new.date_joined),
    }
}

async fn insert_related<C: Connection>(
    tables: Tables<'_, C>,
    id: UserId,
    row: RelatedRow,
) -> Result<(), StoreError> {
    match row {
        RelatedRow::Token(key) => tokens::insert(tables, id, &key, Timestamp::now()).await,
        RelatedRow::Statement { sql, values } => {
            let values: Vec<Parameter<'_>> = values.iter().map(Parameter::Plain).collect();
            let statement = C::DIALECT.statement(&sql);
            tables.connection.execute(&statement, &values).await?;
            Ok(())
        }
    }
}

/// Stores a password, whatever was there.
#[derive(Debug)]
pub(crate) struct SetPassword(pub(crate) UserId, pub(crate) EncodedPassword);

impl Write for SetPassword {
    type Output = bool;

    const ONE_STATEMENT: bool = true;

    async fn write<C: Connection>(self, tables: Tables<'_, C>) -> Result<bool, StoreError> {
        let Some(id) = tables.schema.key(self.0) else {
            return Ok(false);
        };
        let sql = &tables.schema.statements.users.set_password;
        let parameters = [id, Parameter::Text(self.1.as_str())];
        Ok(tables.connection.execute(sql, &parameters).await? > 0)
    }
}

/// Replaces `old`, if that is still the password.
#[derive(Debug)]
pub(crate) struct UpgradePassword {
    pub(crate) id: UserId,
    pub(crate) old: EncodedPassword,
    pub(crate) new: EncodedPassword,
}

impl Write for UpgradePassword {
    type Output = bool;

    const ONE_STATEMENT: bool = true;

    async fn write<C: Connection>(self, tables: Tables<'_, C>) -> Result<bool, StoreError> {
        let Some(id) = tables.schema.key(self.id) else {
            return Ok(false);
        };
        let sql = &tables.schema.statements.users.upgrade_password;
        let parameters = [
            id,
            Parameter::Text(self.new.as_str()),
            Parameter::Text(self.old.as_str()),
        ];
        Ok(tables.connection.execute(sql, &parameters).await? > 0)
    }
}

/// The time of a login.
#[derive(Debug)]
pub(crate) struct SetLastLogin(pub(crate) UserId, pub(crate) Timestamp);

impl Write for SetLastLogin {
    type Output = bool;

    const ONE_STATEMENT: bool = true;

    async fn write<C: Connection>(self, tables: Tables<'_, C>) -> Result<bool, StoreError> {
        let sql = &tables.schema.statements.users.set_last_login;
        let (Some(sql), Some(id)) = (sql, tables.schema.key(self.0)) else {
            return Ok(false);
        };
        let parameters = [id, Parameter::Time(self.1)];
        Ok(tables.connection.execute(sql, &parameters).await? > 0)
    }
}

/// Users without a token: id and login name.
#[derive(Debug)]
pub(crate) struct WithoutToken;

impl Job for WithoutToken {
    type Output = Vec<(UserId, String)>;

    async fn run<C: Connection>(
        self,
        connection: &mut C,
        model: &UserModel,
    ) -> Result<Self::Output, StoreError> {
        let schema = Schema::load(connection, model).await?;
        let sql = &schema.statements.users.without_token;
        let users = connection.all(sql, &[], |row| {
            decode::if_readable(decode::user_name(&schema, row))
        });
        Ok(users.await?.into_iter().flatten().collect())
    }
}

/// How many users there are.
#[derive(Debug)]
pub(crate) struct Count;

impl Job for Count {
    type Output = u64;

    async fn run<C: Connection>(
        self,
        connection: &mut C,
        model: &UserModel,
    ) -> Result<u64, StoreError> {
        let schema = Schema::load(connection, model).await?;
        count(connection, &schema.statements.users.count).await
    }
}

/// The answer to a `SELECT count(*)` without parameters.
pub(crate) async fn count<C: Connection>(
    connection: &mut C,
    sql: &Statement,
) -> Result<u64, StoreError> {
    let counted = connection
        .one(sql, &[], |row| decode::count(row, 0))
        .await?;
    Ok(counted.unwrap_or(0))
}

/// Algorithms and how many passwords each has; see `password_algorithms`.
#[derive(Debug)]
pub(crate) struct PasswordAlgorithms;

impl Job for PasswordAlgorithms {
    type Output = Vec<(String, u64)>;

    async fn run<C: Connection>(
        self,
        connection: &mut C,
        model: &UserModel,
    ) -> Result<Self::Output, StoreError> {
        let schema = Schema::load(connection, model).await?;
        password_algorithms(connection, &schema).await
    }
}

/// Unusable passwords as `!`, what names no algorithm as empty text; by name.
pub(crate) async fn password_algorithms<C: Connection>(
    connection: &mut C,
    schema: &Schema,
) -> Result<Vec<(String, u64)>, StoreError> {
    let sql = &schema.statements.users.password_algorithms;
    let read = |row: &dyn crate::engine::Columns| {
        let name = decode::text(row, 0, &schema.model.table, &schema.model.columns.password)?;
        Ok((name, decode::count(row, 1)?))
    };
    let mut found = connection.all(sql, &[], read).await?;
    // Collations differ; bytes do not.
    found.sort();
    Ok(found)
}
