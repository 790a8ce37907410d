//! `init`: a file that works, for its owner only, never over another.

use std::fs;

use crate::support::Folder;

#[test]
fn writes_a_private_file_with_a_fresh_key() {
    let (first, second) = (Folder::empty(), Folder::empty());
    let key = |folder: &Folder| {
        let run = folder.run(&["init"]);
        let text = fs::read_to_string(folder.path("hallpass.toml")).unwrap();
        let line = text
            .lines()
            .find(|line| line.starts_with("secret_key = "))
            .unwrap();
        let key = line
            .trim_start_matches("secret_key = ")
            .trim_matches('"')
            .to_owned();
        assert!(!run.done().contains(&key), "the key is printed");
        key
    };
    let (one, other) = (key(&first), key(&second));
    assert!(one.len() >= 50, "{one}");
    assert_ne!(one, other);
    first.run(&["migrate"]).done();
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::empty();
    folder.run(&["init"]).done();
    let mode = fs::metadata(folder.path("hallpass.toml"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn never_overwrites() {
    let folder = Folder::with_settings("");
    let before = fs::read(folder.path("hallpass.toml")).unwrap();
    folder.run(&["init"]).refused(&["hallpass.toml"]);
    assert_eq!(fs::read(folder.path("hallpass.toml")).unwrap(), before);
}

#[test]
fn writes_where_it_is_told_to() {
    let folder = Folder::empty();
    folder.run(&["init", "--config", "other.toml"]).done();
    assert_eq!(folder.names(), ["other.toml"]);
    folder
        .run(&["--config", "no/such/folder/x.toml", "init"])
        .refused(&["no/such/folder/x.toml"]);
}
