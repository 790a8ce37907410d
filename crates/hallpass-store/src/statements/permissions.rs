//! Statements on permissions: direct ones, those of groups, all there are.

use crate::engine::{Dialect, Statement};
use crate::statements::quoted;
use crate::user_model::UserModel;

/// The statements for one user model.
#[derive(Debug)]
pub(crate) struct PermissionStatements {
    /// Parameter: user id. Application, code name, and 1 for a permission that comes through a group; a permission
    /// that several groups grant comes several times.
    pub(crate) of_user: Statement,
    /// No parameters. Application, code name, 0: every permission there is, which is what a superuser has.
    pub(crate) all: Statement,
}

impl PermissionStatements {
    pub(crate) fn build(dialect: Dialect, model: &UserModel) -> Self {
        let named =
            r#""auth_permission" p JOIN "django_content_type" c ON c."id" = p."content_type_id""#;
        let user = quoted(&model.link_column());
        let direct = quoted(&model.permissions_table());
        let groups = quoted(&model.groups_table());
        Self {
            of_user: dialect.statement(&format!(
                r#"SELECT c."app_label", p."codename", 0 FROM {named} JOIN {direct} d ON d."permission_id" = p."id" WHERE d.{user} = ?1 UNION ALL SELECT c."app_label", p."codename", 1 FROM {named} JOIN "auth_group_permissions" g ON g."permission_id" = p."id" JOIN {groups} m ON m."group_id" = g."group_id" WHERE m.{user} = ?1"#
            )),
            all: dialect.statement(&format!(r#"SELECT c."app_label", p."codename", 0 FROM {named}"#)),
        }
    }
}
