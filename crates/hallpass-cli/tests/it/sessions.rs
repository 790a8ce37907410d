//! `session create|list|revoke`, and tokens for everybody.

use serde_json::Value;

use crate::support::{Folder, token_in};

fn with_users(names: &[&str]) -> Folder {
    let folder = Folder::migrated("");
    for name in names {
        folder.run(&["createuser", name, "--no-password"]).done();
    }
    folder
}

fn key_of(folder: &Folder, name: &str) -> String {
    folder
        .run(&["session", "create", name])
        .done()
        .trim()
        .to_owned()
}

#[test]
fn a_made_session_opens_the_site_and_a_revoked_one_does_not() {
    let folder = with_users(&["suraj", "asha"]);
    let key = key_of(&folder, "suraj");
    assert_eq!(key.len(), 32, "the key and nothing else: {key:?}");
    let others = key_of(&folder, "asha");
    let server = folder.serve();
    let whoami = |key: &str| {
        let cookie = format!("Cookie: sessionid={key}");
        server.send("GET", "/api/whoami/", &[&cookie], "")
    };
    let answer = whoami(&key);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.body.contains("\"suraj\""));
    assert_eq!(
        folder.count("SELECT count(*) FROM auth_user WHERE last_login IS NOT NULL"),
        0,
        "nobody logged in"
    );
    assert_eq!(
        folder.run(&["session", "revoke", "suraj"]).done(),
        "Revoked 1 session\n"
    );
    assert_ne!(whoami(&key).status, 200);
    assert_eq!(whoami(&others).status, 200);
    assert_eq!(
        folder.run(&["session", "revoke", "suraj"]).done(),
        "Revoked 0 sessions\n"
    );
}

#[test]
fn lists_show_no_whole_key() {
    let folder = with_users(&["suraj", "asha"]);
    let keys = [key_of(&folder, "suraj"), key_of(&folder, "asha")];
    let list = folder.run(&["session", "list"]).done();
    assert_eq!(list.lines().count(), 2, "{list}");
    let json: Value =
        serde_json::from_str(&folder.run(&["session", "list", "--json"]).done()).unwrap();
    for key in &keys {
        assert!(!list.contains(key) && !json.to_string().contains(key));
        assert!(list.contains(&key[..8]));
    }
    let one = folder.run(&["session", "list", "asha"]).done();
    assert!(one.contains("asha") && !one.contains("suraj"), "{one}");
    assert_eq!(json.as_array().unwrap().len(), 2);
    assert_eq!(json[0]["state"], "logged in");

    let ended = folder
        .run(&["session", "revoke", "--key", &keys[1][..8]])
        .done();
    assert_eq!(ended, "Revoked 1 session\n");
    assert_eq!(
        folder.run(&["session", "list", "asha", "--json"]).done(),
        "[]\n"
    );
}

#[test]
fn what_is_no_ones_session_is_listed_as_such() {
    let folder = with_users(&["suraj"]);
    let key = key_of(&folder, "suraj");
    folder
        .run_with(
            &["changepassword", "suraj", "--password-stdin"],
            "another-odd-5\n",
        )
        .done();
    folder
        .database()
        .execute(
            "INSERT INTO django_session VALUES ('unreadable00000000000', 'x', '2999-01-01 00:00:00'),
             ('expired00000000000000', 'x', '1999-01-01 00:00:00')",
            [],
        )
        .unwrap();
    let list = folder.run(&["session", "list"]).done();
    assert!(
        list.contains("(stale)") && list.contains("(unreadable)"),
        "{list}"
    );
    assert_eq!(list.lines().count(), 2, "{list}");
    folder
        .run(&["session", "revoke", "--key", "unreadable00000000000"])
        .done();
    assert_eq!(
        folder.run(&["session", "revoke", "suraj"]).done(),
        "Revoked 0 sessions\n"
    );
    folder.run(&["session", "revoke", "--key", &key]).done();
}

#[test]
fn more_sessions_than_one_page() {
    let folder = Folder::migrated("");
    folder
        .database()
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
             INSERT INTO django_session SELECT printf('key%029d', i), 'x', '2999-01-01 00:00:00' FROM n;
             INSERT INTO django_session VALUES (x'ff00', 'x', '2999-01-01 00:00:00');",
        )
        .unwrap();
    let list = folder.run(&["session", "list"]).done();
    assert_eq!(list.lines().count(), 1000);
}

#[test]
fn json_names_the_cookie() {
    let folder = with_users(&["suraj"]);
    let made = folder.run(&["session", "create", "suraj", "--json"]).done();
    let made: Value = serde_json::from_str(&made).unwrap();
    assert_eq!(
        (&made["cookie"], &made["user"]),
        (&"sessionid".into(), &"suraj".into())
    );
    assert_eq!(made["session_key"].as_str().map(str::len), Some(32));
}

#[test]
fn refusals_are_clear() {
    let folder = with_users(&["suraj"]);
    folder
        .database()
        .execute("UPDATE auth_user SET is_active = 0", [])
        .unwrap();
    let refused = |arguments: &[&str], words: &[&str]| {
        folder
            .run(&[&["session"], arguments].concat())
            .refused(words);
    };
    refused(
        &["create", "nobody"],
        &["CommandError: user 'nobody' does not exist"],
    );
    refused(&["create", "suraj"], &["inactive"]);
    refused(&["revoke", "nobody"], &["does not exist"]);
    refused(&["revoke", "--key", "short"], &["first 8 characters"]);
    refused(&["revoke", "--key", "nosuchkey"], &["no live session"]);
    for wrong in [
        &["session"][..],
        &["session", "revoke"],
        &["session", "create"],
    ] {
        assert_eq!(folder.run(wrong).code, Some(2), "{wrong:?}");
    }
}

#[test]
fn everybody_gets_a_token_once() {
    let folder = with_users(&["suraj", "asha", "noor"]);
    let key = token_in(&folder.run(&["drf_create_token", "asha"]).done());
    let out = folder.run(&["drf_create_token", "--all-missing"]).done();
    assert_eq!(out, "Generated 2 tokens for users without one\n");
    assert_eq!(
        token_in(&folder.run(&["drf_create_token", "asha"]).done()),
        key
    );
    let out = folder.run(&["drf_create_token", "--all-missing"]).done();
    assert_eq!(out, "Generated 0 tokens for users without one\n");
    assert_eq!(
        folder.count("SELECT count(DISTINCT key) FROM authtoken_token"),
        3
    );
    let both = folder.run(&["drf_create_token", "suraj", "--all-missing"]);
    assert_eq!(both.code, Some(2));
}

#[test]
fn more_users_than_one_batch() {
    let folder = Folder::migrated("");
    folder
        .database()
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1201)
             INSERT INTO auth_user (username, password, first_name, last_name, email, is_superuser, is_staff,
                                    is_active, date_joined)
             SELECT 'user' || i, '!', '', '', '', 0, 0, 1, '2026-01-01 00:00:00' FROM n",
        )
        .unwrap();
    let out = folder.run(&["drf_create_token", "--all-missing"]).done();
    assert_eq!(out, "Generated 1201 tokens for users without one\n");
}
