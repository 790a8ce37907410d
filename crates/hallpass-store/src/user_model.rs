//! Which table holds the users: Django's `AUTH_USER_MODEL`.
//!
//! Django derives the table from the label (`auth.User` is `auth_user`, `app.User` is
//! `app_user`) and the login column from the model's `USERNAME_FIELD`. The same rules
//! hold here; what a project changed by hand (`db_table`, `db_column`) is set in the fields.

use crate::engine::ExistingColumn;

/// The user table and its columns.
///
/// ```
/// use hallpass_store::UserModel;
/// let model = UserModel::from_label("app.User", None).unwrap();
/// assert_eq!((model.table.as_str(), model.username_column()), ("app_user", "email"));
/// assert_eq!(UserModel::default().table, "auth_user");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserModel {
    pub(crate) app_label: String,
    pub(crate) model_name: String,
    /// The table; `<app>_<model in lower case>` unless `db_table` says otherwise.
    pub table: String,
    /// Columns by the role that they play.
    pub columns: UserColumns,
    /// More columns to read into [`UserRow::extra`](crate::UserRow::extra).
    pub extra_columns: Vec<String>,
    /// Nobody said which column people log in by.
    login_is_assumed: bool,
}

/// The names of the user table's columns. All but `id`, `password` and `username` may
/// be absent from the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserColumns {
    /// Primary key.
    pub id: String,
    /// The login column (`USERNAME_FIELD`).
    pub username: String,
    /// Encoded password.
    pub password: String,
    /// Last login.
    pub last_login: String,
    /// Superuser flag.
    pub is_superuser: String,
    /// Staff flag.
    pub is_staff: String,
    /// Active flag.
    pub is_active: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Address.
    pub email: String,
    /// Date of the account.
    pub date_joined: String,
}

/// The label is not `app_label.ModelName`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("AUTH_USER_MODEL must be of the form 'app_label.model_name'")]
pub struct InvalidUserModel;

/// The login column of every model that inherits from Django's `AbstractUser` and keeps it.
const INHERITED_LOGIN: &str = "username";

impl UserModel {
    /// The model that a label names. Without a `username_field` the login column of any other
    /// model than `auth.User` is `username` where the table has such a column (what
    /// `class User(AbstractUser)` inherits), else `email`.
    ///
    /// # Errors
    /// [`InvalidUserModel`] unless the label is two names with one dot between.
    pub fn from_label(label: &str, username_field: Option<&str>) -> Result<Self, InvalidUserModel> {
        let (app_label, model) = label.split_once('.').ok_or(InvalidUserModel)?;
        if !is_identifier(app_label) || !is_identifier(model) {
            return Err(InvalidUserModel);
        }
        let django_own = app_label == "auth" && model == "User";
        let default_field = if django_own { "username" } else { "email" };
        Ok(Self {
            app_label: app_label.to_owned(),
            model_name: model.to_owned(),
            table: format!("{app_label}_{}", model.to_lowercase()),
            columns: UserColumns::named(username_field.unwrap_or(default_field)),
            extra_columns: Vec::new(),
            login_is_assumed: username_field.is_none() && !django_own,
        })
    }

    /// The same model with the login column that its table shows.
    pub(crate) fn settled(&self, existing: &[ExistingColumn]) -> Self {
        let mut model = self.clone();
        let is_there = |column: &ExistingColumn| column.name == INHERITED_LOGIN;
        if self.login_is_assumed && existing.iter().any(is_there) {
            INHERITED_LOGIN.clone_into(&mut model.columns.username);
        }
        model
    }

    /// `auth.User`, `app.User`, ...
    #[must_use]
    pub fn label(&self) -> String {
        format!("{}.{}", self.app_label, self.model_name)
    }

    /// The application of the label.
    #[must_use]
    pub fn app_label(&self) -> &str {
        &self.app_label
    }

    /// The login column.
    #[must_use]
    pub fn username_column(&self) -> &str {
        &self.columns.username
    }

    /// True for Django's own `auth.User`.
    #[must_use]
    pub fn is_django_own(&self) -> bool {
        self.app_label == "auth" && self.model_name == "User"
    }

    /// The link table between users and groups.
    #[must_use]
    pub fn groups_table(&self) -> String {
        format!("{}_groups", self.table)
    }

    /// The link table between users and permissions.
    #[must_use]
    pub fn permissions_table(&self) -> String {
        format!("{}_user_permissions", self.table)
    }

    /// The column of the link tables that names the user: `user_id` for a model called `User`.
    #[must_use]
    pub fn link_column(&self) -> String {
        format!("{}_id", self.model_key())
    }

    /// The model as `django_content_type.model` spells it.
    pub(crate) fn model_key(&self) -> String {
        self.model_name.to_lowercase()
    }
}

impl Default for UserModel {
    /// `auth.User`.
    fn default() -> Self {
        Self {
            app_label: "auth".to_owned(),
            model_name: "User".to_owned(),
            table: "auth_user".to_owned(),
            columns: UserColumns::named("username"),
            extra_columns: Vec::new(),
            login_is_assumed: false,
        }
    }
}

impl UserColumns {
    pub(crate) fn named(username: &str) -> Self {
        Self {
            id: "id".to_owned(),
            username: username.to_owned(),
            password: "password".to_owned(),
            last_login: "last_login".to_owned(),
            is_superuser: "is_superuser".to_owned(),
            is_staff: "is_staff".to_owned(),
            is_active: "is_active".to_owned(),
            first_name: "first_name".to_owned(),
            last_name: "last_name".to_owned(),
            email: "email".to_owned(),
            date_joined: "date_joined".to_owned(),
        }
    }
}

fn is_identifier(text: &str) -> bool {
    let mut letters = text.chars();
    letters
        .next()
        .is_some_and(|c| c.is_alphabetic() || c == '_')
        && letters.all(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_name_tables_as_django_does() {
        assert_eq!(
            UserModel::from_label("auth.User", None),
            Ok(UserModel::default())
        );
        let staff = UserModel::from_label("crew.StaffMember", Some("badge")).unwrap();
        assert_eq!(staff.table, "crew_staffmember");
        assert_eq!(staff.link_column(), "staffmember_id");
        assert_eq!(staff.groups_table(), "crew_staffmember_groups");
        assert_eq!(staff.username_column(), "badge");
    }

    #[test]
    fn a_label_has_one_dot() {
        for label in ["User", "", ".User", "auth.", "a.b.User", "a b.User"] {
            assert_eq!(UserModel::from_label(label, None), Err(InvalidUserModel));
        }
    }
}
