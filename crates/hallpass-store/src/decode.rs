//! Columns as rows of ours.
//!
//! Django answers 500 for a value that it cannot read; here the one row is refused
//! with [`StoreError::Corrupt`] and nothing else is touched.

use std::sync::Arc;

use hallpass_formats::session::SessionKey;
use hallpass_formats::timestamp::Timestamp;

use crate::column_type::KeyType;
use crate::engine::{Columns, Mismatch};
use crate::error::StoreError;
use crate::rows::{PermissionRow, SessionRow, TokenOwner, TokenRow};
use crate::schema::{ExtraColumn, Schema};
use crate::statements::users::FIXED_COLUMNS;
use crate::user_id::{UserId, uuid_from_text};
use crate::user_row::{UserColumnValues, UserRow};
use crate::value::Value;

/// One column of a row, with its name for the error.
#[derive(Clone, Copy)]
struct Column<'row> {
    row: &'row dyn Columns,
    index: usize,
    table: &'row str,
    name: &'row str,
}

impl<'row> Column<'row> {
    fn corrupt(&self, found: &str, wanted: &str) -> StoreError {
        StoreError::Corrupt {
            table: self.table.to_owned(),
            what: format!("{} holds {found}, not {wanted}", self.name),
        }
    }

    fn read<T>(
        &self,
        read: fn(&'row dyn Columns, usize) -> Result<Option<T>, Mismatch>,
    ) -> Result<Option<T>, StoreError> {
        read(self.row, self.index).map_err(|wrong| self.corrupt(wrong.found, wrong.wanted))
    }

    fn id(&self, key: KeyType) -> Result<UserId, StoreError> {
        let id = self.read(Columns::id)?;
        let id = id.ok_or_else(|| self.corrupt("NULL", "a primary key"))?;
        if !key.is_of(id) {
            return Err(self.corrupt("a key of another type", key.described()));
        }
        Ok(id)
    }

    fn optional_text(&self) -> Result<Option<&'row str>, StoreError> {
        self.read(Columns::text)
    }

    fn text(&self) -> Result<&'row str, StoreError> {
        self.optional_text()?
            .ok_or_else(|| self.corrupt("NULL", "text"))
    }

    fn optional_boolean(&self) -> Result<Option<bool>, StoreError> {
        self.read(Columns::boolean)
    }

    fn optional_timestamp(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(Columns::timestamp)
    }

    fn timestamp(&self) -> Result<Timestamp, StoreError> {
        self.optional_timestamp()?
            .ok_or_else(|| self.corrupt("NULL", "a date and time"))
    }

    /// Whatever it is. What is no UUID in a column of UUIDs stays as it is.
    fn extra(&self, column: &ExtraColumn) -> Result<Value, StoreError> {
        let value = self
            .row
            .plain(self.index)
            .map_err(|wrong| self.corrupt(wrong.found, wrong.wanted))?;
        let uuid = match &value {
            Value::Text(text) if column.is_uuid => uuid_from_text(text),
            _ => None,
        };
        Ok(uuid.map_or(value, Value::Uuid))
    }
}

/// One row of several: where Django would fail for all of them, one that cannot be read is left out, and the log says so.
pub(crate) fn if_readable<T>(row: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match row {
        Err(fault @ StoreError::Corrupt { .. }) => {
            tracing::error!(%fault, "a row is left out");
            Ok(None)
        }
        row => row.map(Some),
    }
}

/// A user whose columns start at `first`.
pub(crate) fn user(
    schema: &Schema,
    row: &dyn Columns,
    first: usize,
) -> Result<UserRow, StoreError> {
    let model = &schema.model;
    let names = &model.columns;
    let column = |offset: usize, name| Column {
        row,
        index: first + offset,
        table: &model.table,
        name,
    };
    let mut extra = Vec::with_capacity(schema.extra.len());
    for (offset, of_application) in schema.extra.iter().enumerate() {
        let name = &of_application.name;
        let value = column(FIXED_COLUMNS + offset, name).extra(of_application)?;
        extra.push((Arc::clone(name), value));
    }
    let values = UserColumnValues {
        id: column(0, &names.id).id(schema.key)?,
        username: column(1, &names.username).text()?,
        password: column(2, &names.password).text()?,
        last_login: column(3, &names.last_login).optional_timestamp()?,
        is_superuser: column(4, &names.is_superuser).optional_boolean()?,
        is_staff: column(5, &names.is_staff).optional_boolean()?,
        // NULL is no yes.
        is_active: column(6, &names.is_active)
            .optional_boolean()?
            .unwrap_or(false),
        first_name: column(7, &names.first_name).optional_text()?,
        last_name: column(8, &names.last_name).optional_text()?,
        email: column(9, &names.email).optional_text()?,
        date_joined: column(10, &names.date_joined).optional_timestamp()?,
        extra,
    };
    UserRow::pack(values).ok_or_else(|| StoreError::Corrupt {
        table: model.table.clone(),
        what: "a row holds more than 2 GiB of text".to_owned(),
    })
}

/// Key and date of a token at the first two columns; its user is known.
pub(crate) fn token_of(row: &dyn Columns, user_id: UserId) -> Result<TokenRow, StoreError> {
    let column = |index, name| Column {
        row,
        index,
        table: "authtoken_token",
        name,
    };
    Ok(TokenRow {
        key: column(0, "key").text()?.into(),
        user_id,
        created: column(1, "created").timestamp()?,
    })
}

/// The same before the columns of its user, for whoever asked with this key.
pub(crate) fn token_owner(
    schema: &Schema,
    row: &dyn Columns,
    key: &str,
) -> Result<TokenOwner, StoreError> {
    let column = |index, name| Column {
        row,
        index,
        table: "authtoken_token",
        name,
    };
    let stored = column(0, "key").text()?;
    Ok(TokenOwner {
        created: column(1, "created").timestamp()?,
        user: user(schema, row, 2)?,
        other_key: (stored != key).then(|| Box::new(stored.into())),
    })
}

/// Behind the columns of a token and its user: for which of the keys that were asked for the row is, from 0.
#[cfg(feature = "postgres")]
pub(crate) fn place_in_list(schema: &Schema, row: &dyn Columns) -> Result<usize, StoreError> {
    let last = 2 + FIXED_COLUMNS + schema.extra.len();
    let number = integer(row, last, "authtoken_token", "number")?;
    Ok(usize::try_from(number - 1).unwrap_or(usize::MAX))
}

/// Key, data and expiry of a session.
pub(crate) fn session(row: &dyn Columns) -> Result<SessionRow, StoreError> {
    let column = |index, name| Column {
        row,
        index,
        table: "django_session",
        name,
    };
    let key = column(0, "session_key");
    Ok(SessionRow {
        key: SessionKey::from_cookie(key.text()?)
            .ok_or_else(|| key.corrupt("text", "a session key"))?,
        data: column(1, "session_data").text()?.to_owned(),
        expire_date: column(2, "expire_date").timestamp()?,
    })
}

/// Id and login name.
pub(crate) fn user_name(
    schema: &Schema,
    row: &dyn Columns,
) -> Result<(UserId, String), StoreError> {
    let model = &schema.model;
    let column = |index, name| Column {
        row,
        index,
        table: &model.table,
        name,
    };
    Ok((
        column(0, &model.columns.id).id(schema.key)?,
        column(1, &model.columns.username).text()?.to_owned(),
    ))
}

/// Application and code name of a permission, and where it comes from.
pub(crate) fn permission(row: &dyn Columns) -> Result<PermissionRow, StoreError> {
    let through_group = Column {
        row,
        index: 2,
        table: "auth_permission",
        name: "origin",
    };
    Ok(PermissionRow {
        app_label: text(row, 0, "django_content_type", "app_label")?,
        codename: text(row, 1, "auth_permission", "codename")?,
        through_group: through_group.read(Columns::integer)? == Some(1),
    })
}

/// A text that must be there.
pub(crate) fn text(
    row: &dyn Columns,
    index: usize,
    table: &str,
    name: &str,
) -> Result<String, StoreError> {
    Column {
        row,
        index,
        table,
        name,
    }
    .text()
    .map(ToOwned::to_owned)
}

/// A date and time, or NULL.
pub(crate) fn optional_timestamp(
    row: &dyn Columns,
    index: usize,
    table: &str,
    name: &str,
) -> Result<Option<Timestamp>, StoreError> {
    Column {
        row,
        index,
        table,
        name,
    }
    .optional_timestamp()
}

/// A whole number that must be there.
pub(crate) fn integer(
    row: &dyn Columns,
    index: usize,
    table: &str,
    name: &str,
) -> Result<i64, StoreError> {
    let column = Column {
        row,
        index,
        table,
        name,
    };
    column
        .read(Columns::integer)?
        .ok_or_else(|| column.corrupt("NULL", "a whole number"))
}

/// A count, which databases give as a signed number.
pub(crate) fn count(row: &dyn Columns, index: usize) -> Result<u64, StoreError> {
    integer(row, index, "the answer", "count").map(i64::unsigned_abs)
}
