//! `hallpass.permissions()` on the fixture that Django made. The transcripts of `/api/perms/` hold the rest.

use hallpass::settings::Settings;
use hallpass::{Hallpass, UserPermissions};
use rusqlite::Connection;

struct Site {
    _folder: tempfile::TempDir,
    hallpass: Hallpass,
}

impl Site {
    async fn open(changes: &str, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db.sqlite3");
        let fixture = include_str!("../../../../tests/vectors/fixture.sql");
        let database = Connection::open(&path).unwrap();
        database
            .execute_batch(&format!("PRAGMA foreign_keys = OFF; {fixture} {changes}"))
            .unwrap();
        let settings = Settings::from_toml(&format!(
            "secret_key = 'k'\nhash_threads = 1\ndatabase_url = 'sqlite:///{}'\n{more}",
            path.display()
        ))
        .unwrap();
        let hallpass = Hallpass::builder(settings).build().await.unwrap();
        Self {
            _folder: folder,
            hallpass,
        }
    }

    async fn of(&self, name: &str) -> UserPermissions {
        let user = self.hallpass.accounts().by_username(name).await.unwrap();
        self.hallpass
            .permissions()
            .of(&user.unwrap())
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn a_permission_of_two_groups_and_a_direct_one_counts_once() {
    let both = "INSERT INTO auth_user_groups (user_id, group_id) SELECT u.id, g.id FROM auth_user u, auth_group g \
                WHERE u.username = 'bob';
                INSERT INTO auth_user_user_permissions (user_id, permission_id) SELECT u.id, p.id FROM auth_user u, \
                auth_permission p WHERE u.username = 'bob' AND p.codename = 'view_group';";
    let site = Site::open(both, "").await;
    let held = site.of("bob").await;
    let group: Vec<&str> = held.group().collect();
    assert_eq!(
        group,
        ["auth.add_group", "auth.change_group", "auth.view_group"]
    );
    assert_eq!(held.user().collect::<Vec<_>>(), ["auth.view_group"]);
    assert_eq!(held.all().count(), 3);
    assert!(held.has_module_perms("auth") && !held.has_module_perms("sessions"));
}

#[tokio::test]
async fn an_inactive_superuser_holds_nothing() {
    let site = Site::open(
        "UPDATE auth_user SET is_active = 0 WHERE username = 'alice';",
        "",
    )
    .await;
    let held = site.of("alice").await;
    assert!(!held.has_perm("auth.add_group") && held.all().next().is_none());
    assert_eq!(held, UserPermissions::default());
}

#[tokio::test]
async fn a_damaged_row_is_a_fault_and_no_verdict() {
    let damage = "UPDATE django_content_type SET app_label = x'ff';";
    let site = Site::open(damage, "").await;
    let user = site.hallpass.accounts().by_username("alice").await.unwrap();
    let answer = site.hallpass.permissions().of(&user.unwrap()).await;
    assert!(answer.is_err());
}

#[tokio::test]
async fn a_user_model_without_permissions_grants_none() {
    let bare =
        "CREATE TABLE bare_user (id integer PRIMARY KEY, email text UNIQUE, password text); \
                INSERT INTO bare_user VALUES (1, 'a@example.com', '!');
                DROP TABLE authtoken_token;";
    let site = Site::open(
        bare,
        "auth_user_model = 'bare.User'\ninstalled_apps = ['auth', 'contenttypes', 'sessions']",
    )
    .await;
    assert_eq!(site.of("a@example.com").await, UserPermissions::default());
}
