//! `init`: a commented `hallpass.toml` with a fresh secret key, or with what a Django project says.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;

use hallpass::formats::random::random_string;
use hallpass::formats::secret::SecretKey;
use hallpass::settings::Settings;

use crate::args::Init;
use crate::failure::Failure;
use crate::start::Start;

/// The characters of Django's `get_random_secret_key`, without those that a shell or TOML could take as its own.
const KEY_ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz0123456789!@%^*(-_=+)";

/// More than the 50 characters of `startproject`: about 333 bits.
const KEY_LENGTH: usize = 60;

/// Longer input is no list of settings, in bytes.
const LONGEST_INPUT: u64 = 4 * 1024 * 1024;

/// Writes the file.
pub(crate) fn run(start: &Start, args: &Init) -> Result<(), Failure> {
    let file = start.settings_file();
    if args.from_django {
        return from_django(start, &file);
    }
    write_new(&file)?;
    start.console().confirm(&format!(
        "Wrote {} with a fresh secret key. Next: `hallpass migrate`, then `hallpass createsuperuser`. \
         Beside Django, set secret_key, database_url and auth_user_model to those of the project instead, then run \
         `hallpass check`.",
        file.display()
    ))
}

/// Writes a fresh settings file, readable by its owner only. Never over an existing one.
pub(crate) fn write_new(file: &Path) -> Result<(), Failure> {
    let key = SecretKey::new(random_string(KEY_LENGTH, KEY_ALPHABET));
    write(file, &Settings::init_template(&key))
}

/// Writes what the project's settings say. What cannot be carried over stands in the file as a comment and is told.
fn from_django(start: &Start, file: &Path) -> Result<(), Failure> {
    let carried = Settings::from_diffsettings(&read_input()?)
        .map_err(|error| Failure::refused(error.to_string()))?;
    write(file, &carried.file)?;
    let console = start.console();
    for left in &carried.left_out {
        console.complain(&format!("left out: {left}"));
    }
    console.confirm(&format!(
        "Wrote {} with {} settings of the Django project. Next: read its first lines, then `hallpass check`.",
        file.display(),
        carried.settings
    ))
}

fn read_input() -> Result<String, Failure> {
    let how = "python manage.py diffsettings --all | hallpass init --from-django";
    if io::stdin().is_terminal() {
        return Err(Failure::refused(format!(
            "the settings are read from standard input: {how}"
        )));
    }
    let mut bytes = Vec::new();
    let input = io::stdin().lock();
    input.take(LONGEST_INPUT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST_INPUT {
        return Err(Failure::refused(format!(
            "standard input is longer than {LONGEST_INPUT} bytes, so not what `{how}` gives"
        )));
    }
    String::from_utf8(bytes).map_err(|_| Failure::refused("standard input is not UTF-8"))
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    write_private(file, text).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::refused(format!(
            "{} exists already and is left as it is; name another file with --config",
            file.display()
        )),
        _ => Failure::refused(format!("{} cannot be written: {error}", file.display())),
    })
}

/// Makes a file that only its owner may read. It is there whole or not at all.
pub(crate) fn write_private(file: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut written = options.open(file)?;
    let outcome = written
        .write_all(text.as_bytes())
        .and_then(|()| written.sync_all());
    if outcome.is_err() {
        let _ = std::fs::remove_file(file);
    }
    outcome
}
