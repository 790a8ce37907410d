//! `changepassword`: Django's dialogue, or a password from standard input.

use hallpass::{Hallpass, User};

use super::account_name;
use crate::args::Changepassword;
use crate::console::{self, Console};
use crate::failure::Failure;
use crate::prompt;
use crate::start::Start;

/// How often Django lets one try.
const TRIES: usize = 3;

/// Replaces the password; the user's sessions end with it.
pub(crate) async fn run(start: &Start, args: Changepassword) -> Result<(), Failure> {
    let console = start.console();
    super::migrate::warn_of_pending(start).await?;
    let hallpass = start.open().await?;
    let name = args
        .username
        .filter(|name| !name.is_empty())
        .or_else(account_name);
    let Some(name) = name else {
        return Err(Failure::command(
            "no user was named, and your account on this machine has no name",
        ));
    };
    let accounts = hallpass.accounts();
    let Some(user) = accounts.by_username(&name).await? else {
        return Err(Failure::command(format!("user '{name}' does not exist")));
    };
    console::say(&format!("Changing password for user '{}'", user.username()))?;
    let password = if args.password_stdin {
        prompt::read_password()?
    } else if prompt::is_possible() {
        ask(console, &hallpass, &user).await?
    } else {
        return Err(Failure::command(
            "passwords are typed on a terminal; in a script use --password-stdin",
        ));
    };
    console
        .waiting(
            "Hashing the password",
            accounts.set_password(&user, &password),
        )
        .await?;
    console::say(&format!(
        "Password changed successfully for user '{}'",
        user.username()
    ))
}

/// A password that the validators refuse counts as a try; nothing bypasses them here, as in Django.
async fn ask(console: &Console, hallpass: &Hallpass, user: &User) -> Result<String, Failure> {
    let owner = hallpass.accounts().password_owner(user);
    for _ in 0..TRIES {
        let password = ask_once("Password: ").await?;
        if ask_once("Password (again): ").await? != password {
            console::say("Passwords do not match. Please try again.")?;
            continue;
        }
        let problems = hallpass.validate_password(&password, Some(&owner));
        if problems.is_empty() {
            return Ok(password);
        }
        prompt::complain_of(console, &problems);
    }
    Err(Failure::command(format!(
        "Aborting password change for user '{}' after {TRIES} attempts",
        user.username()
    )))
}

async fn ask_once(prompt: &'static str) -> Result<String, Failure> {
    let password = prompt::ask_hidden(prompt).await?;
    if password.is_empty() {
        return Err(Failure::command("aborted"));
    }
    Ok(password)
}
