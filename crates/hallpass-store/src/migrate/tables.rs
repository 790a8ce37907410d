//! The tables of each application in the final shape that Django 5.2 leaves behind, in
//! words of ours; how a database writes them stands in its folder (`ddl`).

use crate::migrate::AutoField;
use crate::migrate::apps::{App, Apps};
use crate::user_model::{UserColumns, UserModel};

/// One table with its indexes.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    /// In the order of the model.
    pub(crate) columns: Vec<Column>,
    pub(crate) unique_together: Option<[String; 2]>,
    /// Columns with an index of their own.
    pub(crate) indexes: Vec<String>,
}

/// One column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) null: bool,
    pub(crate) unique: bool,
    pub(crate) primary: bool,
    pub(crate) references: Option<Reference>,
    /// A later migration altered it: SQLite rebuilt the table, and the column went to its end.
    pub(crate) altered: bool,
}

/// The key that a column refers to.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    pub(crate) table: String,
    pub(crate) column: String,
}

/// What a column holds, as Django's field says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A key that the database counts up.
    Id(AutoField),
    /// A whole number as wide as such a key.
    Integer(AutoField),
    /// A `UUIDField` where the database has such a type.
    Uuid,
    /// A `UUIDField` as 32 hexadecimal digits.
    Hex,
    Text(u16),
    LongText,
    Boolean,
    Time,
    PositiveSmall,
}

/// Where Django keeps what it applied.
pub(crate) fn django_migrations(apps: &Apps) -> Table {
    let columns = vec![
        id(apps.auto_field),
        text("app", 255),
        text("name", 255),
        column("applied", Kind::Time),
    ];
    Table::new("django_migrations", columns)
}

/// The tables that an application's migrations make; `None` for a user model whose
/// columns only the project knows.
pub(crate) fn of_app(apps: &Apps, app: App) -> Option<Vec<Table>> {
    Some(match app {
        App::ContentTypes => vec![content_type()],
        App::Sessions => vec![session()],
        App::AuthToken => vec![token(apps)],
        App::Admin => vec![admin_log(apps)],
        App::User => user_tables(apps)?,
        App::Auth => {
            let mut tables = vec![permission(), group(), group_permissions(apps)];
            if apps.model.is_django_own() {
                tables.extend(user_tables(apps)?);
            }
            tables
        }
    })
}

/// The names of those tables, also of a user model that we cannot make.
pub(crate) fn names_of_app(apps: &Apps, app: App) -> Vec<String> {
    match of_app(apps, app) {
        Some(tables) => tables.into_iter().map(|table| table.name).collect(),
        None => vec![
            apps.model.table.clone(),
            apps.model.groups_table(),
            apps.model.permissions_table(),
        ],
    }
}

impl Table {
    fn new(name: &str, columns: Vec<Column>) -> Self {
        Self {
            name: name.to_owned(),
            columns,
            unique_together: None,
            indexes: Vec::new(),
        }
    }

    fn index(mut self, column: &str) -> Self {
        self.indexes.push(column.to_owned());
        self
    }

    fn unique_together(mut self, columns: [&str; 2]) -> Self {
        self.unique_together = Some(columns.map(ToOwned::to_owned));
        self
    }
}

impl Column {
    fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    fn primary(mut self) -> Self {
        self.primary = true;
        self
    }

    fn null(mut self) -> Self {
        self.null = true;
        self
    }

    fn altered(mut self) -> Self {
        self.altered = true;
        self
    }
}

fn column(name: &str, kind: Kind) -> Column {
    Column {
        name: name.to_owned(),
        kind,
        null: false,
        unique: false,
        primary: false,
        references: None,
        altered: false,
    }
}

fn id(kind: AutoField) -> Column {
    column("id", Kind::Id(kind)).primary()
}

fn text(name: &str, length: u16) -> Column {
    column(name, Kind::Text(length))
}

fn reference(name: &str, kind: AutoField, table: &str) -> Column {
    reference_to(name, Kind::Integer(kind), table, "id")
}

fn user_reference(apps: &Apps, name: &str) -> Column {
    let model = &apps.model;
    reference_to(name, apps.user_reference(), &model.table, &model.columns.id)
}

fn reference_to(name: &str, kind: Kind, table: &str, key: &str) -> Column {
    let mut column = column(name, kind);
    column.references = Some(Reference {
        table: table.to_owned(),
        column: key.to_owned(),
    });
    column
}

fn content_type() -> Table {
    let columns = vec![
        id(AutoField::Auto),
        text("app_label", 100),
        text("model", 100),
    ];
    Table::new("django_content_type", columns).unique_together(["app_label", "model"])
}

fn session() -> Table {
    let columns = vec![
        text("session_key", 40).primary(),
        column("session_data", Kind::LongText),
        column("expire_date", Kind::Time),
    ];
    Table::new("django_session", columns).index("expire_date")
}

fn token(apps: &Apps) -> Table {
    let columns = vec![
        text("key", 40).primary(),
        column("created", Kind::Time),
        user_reference(apps, "user_id").unique(),
    ];
    Table::new("authtoken_token", columns)
}

fn admin_log(apps: &Apps) -> Table {
    let columns = vec![
        id(AutoField::Auto),
        column("action_time", Kind::Time).altered(),
        column("object_id", Kind::LongText).null(),
        text("object_repr", 200),
        column("action_flag", Kind::PositiveSmall),
        column("change_message", Kind::LongText),
        reference("content_type_id", AutoField::Auto, "django_content_type").null(),
        user_reference(apps, "user_id"),
    ];
    Table::new("django_admin_log", columns)
        .index("content_type_id")
        .index("user_id")
}

fn permission() -> Table {
    let columns = vec![
        id(AutoField::Auto),
        text("name", 255).altered(),
        reference("content_type_id", AutoField::Auto, "django_content_type"),
        text("codename", 100),
    ];
    Table::new("auth_permission", columns)
        .unique_together(["content_type_id", "codename"])
        .index("content_type_id")
}

fn group() -> Table {
    let columns = vec![id(AutoField::Auto), text("name", 150).unique()];
    Table::new("auth_group", columns)
}

fn group_permissions(apps: &Apps) -> Table {
    let group = ("group_id", AutoField::Auto, "auth_group");
    link(apps, "auth_group_permissions", group, PERMISSION)
}

const PERMISSION: (&str, AutoField, &str) = ("permission_id", AutoField::Auto, "auth_permission");

/// A many-to-many table between two (column, type, table). Its own key is not written in
/// any migration, so that it follows `DEFAULT_AUTO_FIELD`.
fn link(
    apps: &Apps,
    name: &str,
    from: (&str, AutoField, &str),
    to: (&str, AutoField, &str),
) -> Table {
    let columns = vec![
        id(apps.auto_field),
        reference(from.0, from.1, from.2),
        reference(to.0, to.1, to.2),
    ];
    Table::new(name, columns)
        .unique_together([from.0, to.0])
        .index(from.0)
        .index(to.0)
}

fn user_tables(apps: &Apps) -> Option<Vec<Table>> {
    let model = &apps.model;
    let key = apps.user_key();
    let mut columns = vec![
        id(key),
        text("password", 128),
        column("last_login", Kind::Time).null(),
        column("is_superuser", Kind::Boolean),
    ];
    let kind = user_kind(model)?;
    if kind != UserKind::EmailLogin {
        columns.push(text("username", 150).unique());
    }
    let first_name = text("first_name", 150);
    columns.push(match kind {
        UserKind::Django => first_name.altered(),
        UserKind::AbstractUser | UserKind::EmailLogin => first_name,
    });
    columns.push(text("last_name", 150));
    if kind != UserKind::EmailLogin {
        columns.push(text("email", 254));
    }
    columns.push(column("is_staff", Kind::Boolean));
    columns.push(column("is_active", Kind::Boolean));
    columns.push(column("date_joined", Kind::Time));
    if kind == UserKind::EmailLogin {
        columns.push(text("email", 254).unique());
    }
    let link_column = model.link_column();
    let user = (link_column.as_str(), key, model.table.as_str());
    let group = ("group_id", AutoField::Auto, "auth_group");
    Some(vec![
        Table::new(&model.table, columns),
        link(apps, &model.groups_table(), user, group),
        link(apps, &model.permissions_table(), user, PERMISSION),
    ])
}

/// The user models whose columns are known without the project's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UserKind {
    Django,
    /// A subclass of `AbstractUser` as it is.
    AbstractUser,
    /// The same without `username`, with a unique address to log in.
    EmailLogin,
}

fn user_kind(model: &UserModel) -> Option<UserKind> {
    let as_made = |name| model.columns == UserColumns::named(name);
    if !model.extra_columns.is_empty() {
        return None;
    }
    if model.is_django_own() {
        return (as_made("username") && model.table == "auth_user").then_some(UserKind::Django);
    }
    if as_made("username") {
        return Some(UserKind::AbstractUser);
    }
    as_made("email").then_some(UserKind::EmailLogin)
}
