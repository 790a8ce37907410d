//! `init --from-django`: a Django project's settings become a file that works.

use std::fs;

use crate::support::Folder;

const PRINTED: &str = "\
ALLOWED_HOSTS = ['example.com']
BASE_DIR = PosixPath('/srv/site')  ###
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'site.sqlite3', 'OPTIONS': {}}}
### DEBUG = False
EMAIL_HOST_PASSWORD = 'hunter2'
PASSWORD_HASHERS = ['project.hashers.Fast', 'django.contrib.auth.hashers.Argon2PasswordHasher']
SECRET_KEY = 'django-insecure-tests-0123456789-abcdefghijklmnopqrstuvwxyz'
SESSION_COOKIE_NAME = 'sid'
";

#[test]
fn the_file_works_and_says_what_it_lacks() {
    let folder = Folder::empty();
    let run = folder.run_with(&["init", "--from-django"], PRINTED);
    let said = format!("{}{}", run.out, run.err);
    assert!(
        run.err.contains("PASSWORD_HASHERS: project.hashers.Fast"),
        "{}",
        run.err
    );
    assert!(run.err.contains("EMAIL_HOST_PASSWORD") && run.err.contains("BASE_DIR"));
    run.done();
    let file = fs::read_to_string(folder.path("hallpass.toml")).unwrap();
    for secret in ["hunter2", "django-insecure"] {
        assert!(!said.contains(secret), "{said}");
    }
    assert!(!file.contains("hunter2"));
    assert!(file.contains("\nsession_cookie_name = \"sid\"\n"));
    assert!(
        file.contains(
            "\npassword_hashers = [\"django.contrib.auth.hashers.Argon2PasswordHasher\"]\n"
        )
    );
    folder.run(&["migrate"]).done();
    assert!(folder.names().contains(&"site.sqlite3".to_owned()));
}

#[cfg(unix)]
#[test]
fn the_file_is_private() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::empty();
    folder.run_with(&["init", "--from-django"], PRINTED).done();
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
    folder
        .run_with(&["init", "--from-django"], PRINTED)
        .refused(&["hallpass.toml", "exists already"]);
    assert_eq!(fs::read(folder.path("hallpass.toml")).unwrap(), before);
}

#[test]
fn other_input_is_refused() {
    let folder = Folder::empty();
    let refused = |input: &str, words: &[&str]| {
        folder
            .run_with(&["init", "--from-django"], input)
            .refused(words);
    };
    refused("", &["diffsettings --all"]);
    refused("Traceback\n", &["diffsettings --all"]);
    refused("DEBUG = True\n", &["SECRET_KEY"]);
    assert!(folder.names().is_empty());
}
