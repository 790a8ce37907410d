//! Databases to measure on, each with the user `bench`, a token and a session, and settings files for Hallpass.

use std::path::{Path, PathBuf};

use crate::Failure;
use crate::plan::{Plan, clean};
use crate::postgres::Postgres;
use crate::servers::{SECRET_KEY, Scratch, django, output};

pub(crate) const USER: &str = "bench";
pub(crate) const PASSWORD: &str = "sufficiently-odd-77";

/// Hallpass's settings file with the identity cache, and the one without.
pub(crate) const CACHED: &str = "hallpass.toml";
pub(crate) const UNCACHED: &str = "uncached.toml";

/// Where an SQLite file says which kind of journal its readers must know, and what it says there.
const READ_VERSION: usize = 19;
const ROLLBACK_JOURNAL: u8 = 1;
const WRITE_AHEAD_LOG: u8 = 2;

/// A database with one user and the user's token and session.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) folder: PathBuf,
    /// What `BENCH_DATABASE` says to `settings.py`: a file or a URL.
    pub(crate) for_django: String,
    pub(crate) token: String,
    pub(crate) session: String,
}

impl Database {
    /// The file of an SQLite database.
    pub(crate) fn file(&self) -> &Path {
        Path::new(&self.for_django)
    }

    /// Made by Hallpass: SQLite with a write-ahead log.
    pub(crate) fn wal(plan: &Plan, scratch: &Scratch, name: &str) -> Result<Self, Failure> {
        let folder = scratch.folder(name)?;
        let file = folder.join("db.sqlite3");
        let database = Self::by_hallpass(
            plan,
            folder,
            &format!("sqlite:///{}", file.display()),
            file.display().to_string(),
            &[],
        )?;
        check_journal(&file, WRITE_AHEAD_LOG)?;
        Ok(database)
    }

    /// Made by Django: SQLite with a rollback journal.
    pub(crate) fn delete(plan: &Plan, scratch: &Scratch) -> Result<Self, Failure> {
        let folder = scratch.folder("django")?;
        let file = folder.join("db.sqlite3");
        let for_django = file.display().to_string();
        configure(&folder, &format!("sqlite:///{for_django}"))?;
        let django = || django(plan, &for_django);
        output(django().args(["-m", "django", "migrate", "--verbosity", "0"]))?;
        let token = output(django().args(["add_user.py", USER, PASSWORD]))?;
        check_journal(&file, ROLLBACK_JOURNAL)?;
        let session = run(plan, &folder, &["session", "create", USER])?;
        Ok(Self {
            folder,
            token: token.trim().to_owned(),
            session: session.trim().to_owned(),
            for_django,
        })
    }

    /// On a PostgreSQL server, with the triggers that the identity cache listens to.
    pub(crate) fn postgres(
        plan: &Plan,
        scratch: &Scratch,
        server: &Postgres,
        name: &str,
    ) -> Result<Self, Failure> {
        server.sql("postgres", &format!("CREATE DATABASE {name};"))?;
        let url = server.url(name);
        let folder = scratch.folder(&format!("postgres-{name}"))?;
        Self::by_hallpass(plan, folder, &url, url.clone(), &["--with-triggers"])
    }

    fn by_hallpass(
        plan: &Plan,
        folder: PathBuf,
        url: &str,
        for_django: String,
        migrate: &[&str],
    ) -> Result<Self, Failure> {
        configure(&folder, url)?;
        run(plan, &folder, &[&["migrate"], migrate].concat())?;
        let superuser = ["createsuperuser", "--noinput", "--username", USER];
        let email = ["--email", "bench@example.com"];
        run(plan, &folder, &[&superuser[..], &email].concat())?;
        let said = run(plan, &folder, &["drf_create_token", USER])?;
        let token = said
            .split_whitespace()
            .nth(2)
            .ok_or_else(|| Failure(format!("drf_create_token printed no token: {said}")))?
            .to_owned();
        let session = run(plan, &folder, &["session", "create", USER])?;
        Ok(Self {
            folder,
            for_django,
            token,
            session: session.trim().to_owned(),
        })
    }
}

/// The command in a folder with settings.
fn run(plan: &Plan, folder: &Path, arguments: &[&str]) -> Result<String, Failure> {
    output(
        clean(&plan.hallpass)
            .args(arguments)
            .current_dir(folder)
            .env("DJANGO_SUPERUSER_PASSWORD", PASSWORD),
    )
}

/// Makes sure that the table says the truth about the file.
fn check_journal(file: &Path, expected: u8) -> Result<(), Failure> {
    match std::fs::read(file)?.get(READ_VERSION) {
        Some(version) if *version == expected => Ok(()),
        version => Err(Failure(format!(
            "{}: the journal is not of the expected kind (read version {version:?}, not {expected})",
            file.display()
        ))),
    }
}

/// DRF's guide has these classes, and `settings.py` the same.
fn configure(folder: &Path, url: &str) -> Result<(), Failure> {
    let text = format!(
        "secret_key = \"{SECRET_KEY}\"\n\
         database_url = \"{url}\"\n\
         allowed_hosts = [\"127.0.0.1\"]\n\n\
         [rest_framework]\n\
         default_authentication_classes = [\"session\", \"token\", \"basic\"]\n\
         default_permission_classes = [\"is_authenticated\"]\n\n\
         [identity_cache]\n"
    );
    std::fs::write(folder.join(CACHED), &text)?;
    let nothing = "size = 0\nremember_basic = 0\n";
    Ok(std::fs::write(folder.join(UNCACHED), text + nothing)?)
}
