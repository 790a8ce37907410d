//! Statements that need a right and change no row: their conditions are never true.

use crate::statements::quoted;
use crate::user_model::UserModel;

/// One thing that Hallpass does to rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attempt {
    ChangePasswords,
    MakeTokens,
    RemoveTokens,
    MakeSessions,
    ChangeSessions,
    RemoveSessions,
}

impl Attempt {
    pub(crate) const ALL: [Self; 6] = [
        Self::ChangePasswords,
        Self::MakeTokens,
        Self::RemoveTokens,
        Self::MakeSessions,
        Self::ChangeSessions,
        Self::RemoveSessions,
    ];

    pub(crate) fn sql(self, model: &UserModel) -> String {
        match self {
            Self::ChangePasswords => {
                let (table, password) = (quoted(&model.table), quoted(&model.columns.password));
                format!("UPDATE {table} SET {password} = {password} WHERE 1 = 0")
            }
            Self::MakeTokens => r#"INSERT INTO "authtoken_token" ("key", "created", "user_id") SELECT "key", "created", "user_id" FROM "authtoken_token" WHERE 1 = 0"#.to_owned(),
            Self::RemoveTokens => r#"DELETE FROM "authtoken_token" WHERE 1 = 0"#.to_owned(),
            Self::MakeSessions => r#"INSERT INTO "django_session" ("session_key", "session_data", "expire_date") SELECT "session_key", "session_data", "expire_date" FROM "django_session" WHERE 1 = 0"#.to_owned(),
            Self::ChangeSessions => r#"UPDATE "django_session" SET "session_data" = "session_data" WHERE 1 = 0"#.to_owned(),
            Self::RemoveSessions => r#"DELETE FROM "django_session" WHERE 1 = 0"#.to_owned(),
        }
    }

    /// As SQL's GRANT names the right and the table.
    pub(crate) fn right(self, model: &UserModel) -> String {
        match self {
            Self::ChangePasswords => format!("UPDATE on {}", model.table),
            Self::MakeTokens => "INSERT on authtoken_token".to_owned(),
            Self::RemoveTokens => "DELETE on authtoken_token".to_owned(),
            Self::MakeSessions => "INSERT on django_session".to_owned(),
            Self::ChangeSessions => "UPDATE on django_session".to_owned(),
            Self::RemoveSessions => "DELETE on django_session".to_owned(),
        }
    }
}
