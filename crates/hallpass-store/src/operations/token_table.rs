//! Rows of a table of tokens that is the application's own.

use hallpass_formats::token::TokenKey;

use crate::column_type::{self, Field};
use crate::decode;
use crate::engine::{Connection, ExistingColumn, Job, Parameter, PointRead, Tables};
use crate::error::StoreError;
use crate::rows::OwnTokenRow;
use crate::schema::Schema;
use crate::statements::tokens::by_own_token;
use crate::store::TokenTable;
use crate::user_model::UserModel;
use crate::user_row::UserRow;

/// Looks at the table: whether it can be what its name says.
#[derive(Debug)]
pub(crate) struct Find(pub(crate) String);

impl Job for Find {
    type Output = TokenTable;

    async fn run<C: Connection>(
        self,
        connection: &mut C,
        model: &UserModel,
    ) -> Result<TokenTable, StoreError> {
        let table = self.0;
        let existing = connection.columns(&table).await?;
        if existing.is_empty() {
            return Err(StoreError::MissingTables(vec![table]));
        }
        let key = column(&table, &existing, "key")?;
        column_type::require(C::DIALECT, &table, key, Field::Text)?;
        if !connection.is_unique(&table, "key").await? {
            return Err(StoreError::TokenTable {
                table,
                what: "two rows could hold the same key: make it unique",
            });
        }
        let schema = Schema::load(connection, model).await?;
        let user_id = column(&table, &existing, "user_id")?;
        column_type::require_key(&table, user_id, schema.key)?;
        let created = existing.iter().find(|column| column.name == "created");
        if let Some(created) = created {
            column_type::require(C::DIALECT, &table, created, Field::Time)?;
        }
        let users = connection.referred_table(&table, "user_id").await?;
        if users.is_some_and(|users| users != schema.model.table) {
            return Err(StoreError::TokenTable {
                table,
                what: "its user_id points to another table than that of the users",
            });
        }
        Ok(TokenTable::new(table, created.is_some()))
    }
}

fn column<'a>(
    table: &str,
    existing: &'a [ExistingColumn],
    name: &'static str,
) -> Result<&'a ExistingColumn, StoreError> {
    let column = existing.iter().find(|column| column.name == name);
    column.ok_or_else(|| StoreError::TokenTable {
        table: table.to_owned(),
        what: if name == "key" {
            "it has no column key"
        } else {
            "it has no column user_id"
        },
    })
}

/// The token whose key is the text, and its user.
#[derive(Debug, Clone)]
pub(crate) struct ByOwnToken(pub(crate) TokenTable);

impl PointRead for ByOwnToken {
    type Output = Option<(OwnTokenRow, UserRow)>;

    async fn read<C: Connection>(
        self,
        tables: Tables<'_, C>,
        key: &str,
    ) -> Result<Self::Output, StoreError> {
        let Self(table) = self;
        let schema = tables.schema;
        let users = &schema.statements.users;
        let sql = by_own_token(C::DIALECT, users, table.name(), table.has_created());
        let parameters = [Parameter::Text(key)];
        tables
            .connection
            .one(&sql, &parameters, |row| {
                let user = decode::user(schema, row, 2)?;
                let token = OwnTokenRow {
                    key: TokenKey::from(decode::text(row, 0, table.name(), "key")?),
                    created: decode::optional_timestamp(row, 1, table.name(), "created")?,
                };
                Ok((token, user))
            })
            .await
    }
}
