//! The usual guide's walk, for both user models: from the empty folder to an authenticated request.

use crate::support::{Folder, PASSWORD, token_in};

const FORM: &str = "Content-Type: application/x-www-form-urlencoded";
const EMAIL_MODEL: &str = "auth_user_model = \"app.User\"\n[token]\nauto_create = true";

#[test]
fn with_the_file_that_init_writes() {
    let folder = Folder::empty();
    folder.run(&["init"]).done();
    walk(&folder, "suraj");
}

#[test]
fn with_a_user_model_that_logs_in_by_address() {
    let folder = Folder::with_settings(EMAIL_MODEL);
    walk(&folder, "suraj@gmail.com");
    assert_eq!(
        folder.count("SELECT count(*) FROM app_user WHERE email = 'suraj@gmail.com'"),
        1
    );
}

fn walk(folder: &Folder, login: &str) {
    folder.run(&["migrate"]).done();
    let created = folder
        .run_with(&["createuser", login, "--password-stdin"], PASSWORD)
        .done();
    assert_eq!(created, "User created successfully.\n");
    assert_eq!(folder.count("SELECT count(*) FROM authtoken_token"), 1);
    let line = folder.run(&["drf_create_token", login]).done();
    let token = token_in(&line);
    assert_eq!(line, format!("Generated token {token} for user {login}\n"));

    let server = folder.serve();
    let body = format!("username={}&password={PASSWORD}", login.replace('@', "%40"));
    let issued = server.send("POST", "/api-token-auth/", &[FORM], &body);
    assert_eq!(
        (issued.status, issued.body),
        (200, format!("{{\"token\":\"{token}\"}}"))
    );
    let header = format!("Authorization: Token {token}");
    let who = server.send("GET", "/api/whoami/", &[&header], "");
    assert_eq!(who.status, 200);
    assert!(
        who.body.contains(&format!("\"username\":\"{login}\"")),
        "{}",
        who.body
    );
    let wrong = format!("Authorization: Token {}", "0".repeat(40));
    let refused = server.send("GET", "/api/whoami/", &[&wrong], "");
    assert_eq!(
        (refused.status, refused.body.as_str()),
        (403, "{\"detail\":\"Invalid token.\"}")
    );

    let replaced = token_in(&folder.run(&["drf_create_token", "-r", login]).done());
    assert_ne!(replaced, token);
    assert_eq!(
        server.send("GET", "/api/whoami/", &[&header], "").status,
        403
    );
}

#[test]
fn the_endpoint_can_ignore_what_comes_along() {
    let ignoring = Folder::migrated("[token]\nignore_ambient_credentials = true");
    let strict = Folder::migrated("");
    for (folder, expected) in [(&ignoring, 200), (&strict, 403)] {
        folder
            .run_with(&["createuser", "suraj", "--password-stdin"], PASSWORD)
            .done();
        let stale = format!("Authorization: Token {}", "0".repeat(40));
        let body = format!("username=suraj&password={PASSWORD}");
        let answer = folder
            .serve()
            .send("POST", "/api-token-auth/", &[FORM, &stale], &body);
        assert_eq!(answer.status, expected, "{answer:?}");
    }
}
