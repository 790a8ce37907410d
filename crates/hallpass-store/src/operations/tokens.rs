//! Rows of `authtoken_token`.

use hallpass_formats::timestamp::Timestamp;
use hallpass_formats::token::TokenKey;

use crate::decode;
use crate::engine::{Connection, Parameter, PointRead, Tables, Write};
use crate::error::StoreError;
use crate::rows::TokenRow;
use crate::schema::Schema;
use crate::user_id::UserId;

/// The token of this user.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OfUser(pub(crate) UserId);

impl PointRead for OfUser {
    type Output = Option<TokenRow>;

    async fn read<C: Connection>(
        self,
        tables: Tables<'_, C>,
        _: &str,
    ) -> Result<Self::Output, StoreError> {
        let Some(id) = tables.schema.key(self.0) else {
            return Ok(None);
        };
        let sql = &tables.schema.statements.tokens.of_user;
        tables
            .connection
            .one(sql, &[id], |row| decode::token_of(row, self.0))
            .await
    }
}

/// A token for this user.
#[derive(Debug)]
struct New<'a> {
    user_id: UserId,
    key: &'a TokenKey,
    created: Timestamp,
}

impl New<'_> {
    fn parameters(&self, schema: &Schema) -> Result<[Parameter<'_>; 3], StoreError> {
        Ok([
            Parameter::Text(self.key.as_str()),
            Parameter::Time(self.created),
            schema.key_to_store(self.user_id)?,
        ])
    }
}

/// Stores a token.
pub(crate) async fn insert<C: Connection>(
    tables: Tables<'_, C>,
    user_id: UserId,
    key: &TokenKey,
    created: Timestamp,
) -> Result<(), StoreError> {
    let new = New {
        user_id,
        key,
        created,
    };
    let parameters = new.parameters(tables.schema)?;
    let sql = &tables.schema.statements.tokens.insert;
    tables.connection.execute(sql, &parameters).await?;
    Ok(())
}

/// The user's token, or the candidate if there is none.
#[derive(Debug)]
pub(crate) struct GetOrCreate(pub(crate) TokenRow);

impl Write for GetOrCreate {
    type Output = TokenRow;

    async fn write<C: Connection>(self, mut tables: Tables<'_, C>) -> Result<TokenRow, StoreError> {
        let candidate = self.0;
        let of_user = OfUser(candidate.user_id);
        if let Some(token) = of_user.read(tables.lend(), "").await? {
            return Ok(token);
        }
        let sql = &tables.schema.statements.tokens.insert_unless_any;
        let new = New {
            user_id: candidate.user_id,
            key: &candidate.key,
            created: candidate.created,
        };
        let parameters = new.parameters(tables.schema)?;
        match tables.connection.execute(sql, &parameters).await {
            Ok(0) => {}
            // MySQL's way of doing nothing.
            Err(StoreError::Duplicate { column }) if column == "user_id" => {}
            answer => return answer.map(|_| candidate),
        }
        // Somebody was faster; theirs it is.
        of_user
            .read(tables, "")
            .await?
            .ok_or_else(|| StoreError::Duplicate {
                column: "key".to_owned(),
            })
    }
}

/// Each token whose user has none; how many those are.
#[derive(Debug)]
pub(crate) struct CreateMissing(pub(crate) Vec<TokenRow>);

impl Write for CreateMissing {
    type Output = u64;

    async fn write<C: Connection>(self, tables: Tables<'_, C>) -> Result<u64, StoreError> {
        let sql = &tables.schema.statements.tokens.insert_unless_any;
        let mut created = 0;
        for token in &self.0 {
            let new = New {
                user_id: token.user_id,
                key: &token.key,
                created: token.created,
            };
            let parameters = new.parameters(tables.schema)?;
            created += match tables.connection.execute(sql, &parameters).await {
                // MySQL's way of doing nothing.
                Err(StoreError::Duplicate { column }) if column == "user_id" => 0,
                answer => answer?,
            };
        }
        Ok(created)
    }
}

/// Removes the user's token, if any, and puts this one in its place.
#[derive(Debug)]
pub(crate) struct Replace(pub(crate) TokenRow);

impl Write for Replace {
    type Output = TokenRow;

    async fn write<C: Connection>(self, mut tables: Tables<'_, C>) -> Result<TokenRow, StoreError> {
        let token = self.0;
        let user = [tables.schema.key_to_store(token.user_id)?];
        let sql = &tables.schema.statements.tokens;
        if let Some(lock) = &sql.lock_user {
            tables.connection.one(lock, &user, |_| Ok(())).await?;
        }
        tables
            .connection
            .execute(&sql.delete_of_user, &user)
            .await?;
        insert(tables.lend(), token.user_id, &token.key, token.created).await?;
        Ok(token)
    }
}
