//! `demo`: one command from nothing to an authenticated request.
//!
//! It works in `./hallpass-demo` and nowhere else. A second run finds everything there and changes nothing: same user,
//! same password, same token. The password is a random one and is kept in `demo-password.txt`, readable by its owner
//! only, because the demo has to show it again.

use std::io;
use std::path::{Path, PathBuf};

use hallpass::formats::random::{ALPHANUMERIC, random_string};
use hallpass::settings::{Settings, Sources};
use hallpass::{Hallpass, NewAccount};

use super::init;
use crate::args::Demo;
use crate::console::{self, Console};
use crate::failure::Failure;
use crate::server::{self, Socket};
use crate::start::{LOG_VARIABLE, SETTINGS_FILE, Start};

const FOLDER: &str = "hallpass-demo";
const PASSWORD_FILE: &str = "demo-password.txt";
const USER: &str = "demo";

/// Prepares the folder, prints what to try, serves.
pub(crate) async fn run(start: &Start, args: &Demo) -> Result<(), Failure> {
    if start.global().config.is_some() || start.global().database.is_some() {
        return Err(Failure::refused(
            "the demo keeps to ./hallpass-demo and takes neither --config nor --database; `hallpass serve` does",
        ));
    }
    server::start_log(&Settings::default())?;
    // The port first: when it is taken, nothing has been made yet.
    let socket = Socket::bind(args.bind)?;
    let address = socket.address()?;
    let console = start.console();
    let folder = Path::new(FOLDER);
    prepare_folder(folder)?;
    let hallpass = open(folder, args).await?;
    let password = password(&folder.join(PASSWORD_FILE))?;
    let token = demo_user(console, &hallpass, &password).await?;
    console::print(&lines(
        &hallpass,
        &server::local_url(address),
        &password,
        &token,
    ))?;
    server::serve(socket.listen()?, None, &hallpass).await
}

fn prepare_folder(folder: &Path) -> Result<(), Failure> {
    make_private(folder)
        .map_err(|error| Failure::refused(format!("./{FOLDER} cannot be made: {error}")))?;
    if !is_ours(folder)? {
        return Err(Failure::refused(format!(
            "./{FOLDER} is a link or belongs to another account, whose settings are not to be followed: start the \
             demo in a folder of your own"
        )));
    }
    let file = folder.join(SETTINGS_FILE);
    if file.exists() {
        Ok(())
    } else {
        init::write_new(&file)
    }
}

/// Makes the folder if it is not there, for its owner only: the database in it holds tokens.
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Where everybody may write, somebody may have put the folder there with settings that name another database.
#[cfg(unix)]
fn is_ours(folder: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;

    let found = std::fs::symlink_metadata(folder)?;
    // The owner of this process, without asking the C library. Where there is no such file, only links are seen.
    let process = std::fs::metadata("/proc/self").ok();
    let is_mine = process.is_none_or(|process| process.uid() == found.uid());
    Ok(found.is_dir() && is_mine)
}

#[cfg(not(unix))]
fn is_ours(folder: &Path) -> io::Result<bool> {
    Ok(std::fs::symlink_metadata(folder)?.is_dir())
}

/// Whatever database the environment names is somebody's: the demo has its own.
async fn open(folder: &Path, args: &Demo) -> Result<Hallpass, Failure> {
    let mut sources = Sources::process(Some(folder.join(SETTINGS_FILE)))?;
    let foreign = [LOG_VARIABLE, "DATABASE_URL", "HALLPASS_DATABASE_URL"];
    sources
        .environment
        .retain(|(name, _)| !foreign.contains(&name.as_str()));
    let mut settings = Settings::load(sources)?;
    let ip = args.bind.ip();
    if !ip.is_loopback() && !ip.is_unspecified() {
        settings.allowed_hosts.push(ip.to_string());
    }
    let hallpass = Hallpass::builder(settings)
        .for_migrations(true)
        .build()
        .await?;
    hallpass.store().migrate(|_| {}).await?;
    hallpass.store().verify().await?;
    Ok(hallpass)
}

/// The password that an earlier run wrote down, or a new one.
fn password(file: &PathBuf) -> Result<String, Failure> {
    let refuse = |error: io::Error| Failure::refused(format!("{}: {error}", file.display()));
    match std::fs::read_to_string(file) {
        Ok(text) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        Ok(_) => {
            std::fs::remove_file(file).map_err(refuse)?;
            new_password(file).map_err(refuse)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => new_password(file).map_err(refuse),
        Err(error) => Err(refuse(error)),
    }
}

fn new_password(file: &Path) -> io::Result<String> {
    let password = random_string(16, ALPHANUMERIC);
    init::write_private(file, &format!("{password}\n"))?;
    Ok(password)
}

/// Makes the user, or brings back the password that is shown; returns its token.
async fn demo_user(
    console: &Console,
    hallpass: &Hallpass,
    password: &str,
) -> Result<String, Failure> {
    let accounts = hallpass.accounts();
    let user = match accounts.by_username(USER).await? {
        Some(user) => {
            let check = accounts.check_password(&user, password);
            let is_right = console
                .waiting("Checking the demo user's password", check)
                .await;
            if is_right.is_ok_and(|is_right| is_right) {
                user
            } else {
                accounts.set_password(&user, password).await?
            }
        }
        None => {
            let account = NewAccount {
                username: USER.to_owned(),
                email: "demo@example.com".to_owned(),
                password: Some(password.to_owned()),
                ..NewAccount::default()
            };
            console
                .waiting(
                    "Hashing the demo user's password",
                    accounts.create_user(account),
                )
                .await?
        }
    };
    Ok(hallpass
        .tokens()
        .get_or_create(&user)
        .await?
        .key()
        .to_owned())
}

/// What to try: each line can be pasted as it stands.
fn lines(hallpass: &Hallpass, url: &str, password: &str, token: &str) -> String {
    let settings = hallpass.settings();
    let mut text = format!(
        "The demo lives in ./{FOLDER}: settings, database and password are there. Ctrl-C ends it.\n\n\
         User {USER}, password {password}, token {token}\n\n"
    );
    if !settings.token.path.is_empty() {
        text.push_str(&format!(
            "Fetch the token with the password:\n  curl -X POST -d username={USER} -d password={password} {url}{}\n",
            settings.token.path
        ));
    }
    if !settings.whoami_path.is_empty() {
        let whoami = format!("{url}{}", settings.whoami_path);
        text.push_str(&format!(
            "Call the API with the token:\n  curl -H \"Authorization: {} {token}\" {whoami}\n\
             Or with the password:\n  curl -u {USER}:{password} {whoami}\n",
            settings.token.keyword
        ));
    }
    if !settings.login_path.is_empty() {
        text.push_str(&format!(
            "Or log in with a browser:\n  {url}{}\n",
            settings.login_path
        ));
    }
    text.push('\n');
    text
}
