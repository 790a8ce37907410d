//! The migrations of Django 5.2 and DRF 3.16, their dependencies and Django's order.

use crate::migrate::apps::{App, Apps};

const ADMIN: &[&str] = &[
    "0001_initial",
    "0002_logentry_remove_auto_add",
    "0003_logentry_add_action_flag_choices",
];
const AUTH: &[&str] = &[
    "0001_initial",
    "0002_alter_permission_name_max_length",
    "0003_alter_user_email_max_length",
    "0004_alter_user_username_opts",
    "0005_alter_user_last_login_null",
    "0006_require_contenttypes_0002",
    "0007_alter_validators_add_error_messages",
    "0008_alter_user_username_max_length",
    "0009_alter_user_last_name_max_length",
    "0010_alter_group_name_max_length",
    "0011_update_proxy_permissions",
    "0012_alter_user_first_name_max_length",
];
const AUTHTOKEN: &[&str] = &[
    "0001_initial",
    "0002_auto_20160226_1747",
    "0003_tokenproxy",
    "0004_alter_tokenproxy_options",
];
const CONTENTTYPES: &[&str] = &["0001_initial", "0002_remove_content_type_name"];
const INITIAL: &[&str] = &["0001_initial"];

/// One migration: the application and the index of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Migration {
    pub(crate) app: App,
    index: usize,
}

impl Migration {
    pub(crate) fn name(self) -> &'static str {
        names(self.app).get(self.index).copied().unwrap_or_default()
    }

    /// True for the migration that makes the application's tables.
    pub(crate) fn is_initial(self) -> bool {
        self.index == 0
    }

    /// What must be applied before.
    pub(crate) fn parents(self, apps: &Apps) -> Vec<Self> {
        let at = |app, index| Self { app, index };
        if self.index > 0 {
            let mut parents = vec![at(self.app, self.index - 1)];
            if self.name() == "0006_require_contenttypes_0002" {
                parents.push(at(App::ContentTypes, 1));
            }
            return parents;
        }
        let first_of_user = apps.user_app().map(|app| at(app, 0));
        match self.app {
            App::ContentTypes | App::Sessions => Vec::new(),
            App::Auth => vec![at(App::ContentTypes, 0)],
            App::AuthToken => first_of_user.into_iter().collect(),
            App::Admin => first_of_user
                .into_iter()
                .chain([at(App::ContentTypes, 0)])
                .collect(),
            App::User => vec![at(App::Auth, AUTH.len() - 1)],
        }
    }
}

fn names(app: App) -> &'static [&'static str] {
    match app {
        App::Admin => ADMIN,
        App::Auth => AUTH,
        App::AuthToken => AUTHTOKEN,
        App::ContentTypes => CONTENTTYPES,
        App::Sessions | App::User => INITIAL,
    }
}

/// Every migration of the installed applications, as Django's executor would apply them
/// to an empty database: the last one of each application by label, each after what it
/// depends on.
pub(crate) fn ordered(apps: &Apps) -> Vec<Migration> {
    let mut targets: Vec<Migration> = apps
        .installed
        .iter()
        .map(|app| Migration {
            app: *app,
            index: names(*app).len() - 1,
        })
        .collect();
    targets.sort_by_key(|migration| apps.label(migration.app));
    let mut order = Vec::new();
    for target in targets {
        visit(apps, target, &mut order);
    }
    order
}

/// Django walks the dependencies depth first, of several the alphabetically last first.
fn visit(apps: &Apps, migration: Migration, order: &mut Vec<Migration>) {
    if order.contains(&migration) || !apps.has(migration.app) {
        return;
    }
    let mut parents = migration.parents(apps);
    parents.sort_by_key(|parent| (apps.label(parent.app), parent.name()));
    for parent in parents.into_iter().rev() {
        visit(apps, parent, order);
    }
    order.push(migration);
}
