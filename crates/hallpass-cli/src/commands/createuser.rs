//! `createuser`: Django lacks it. A user in one line, for people and for scripts.

use hallpass::formats::email;
use hallpass::{Hallpass, NewAccount};

use crate::args::Createuser;
use crate::console::Console;
use crate::failure::Failure;
use crate::prompt;
use crate::start::Start;

/// Makes the user, and its token where the settings say so: both or neither.
pub(crate) async fn run(start: &Start, args: Createuser) -> Result<(), Failure> {
    let console = start.console();
    let hallpass = start.open().await?;
    let accounts = hallpass.accounts();
    let name = args.username;
    if accounts.by_username(&name).await?.is_some() {
        let field = accounts.username_verbose_name();
        return Err(Failure::command(format!(
            "Error: That {field} is already taken."
        )));
    }
    if name.is_empty() {
        return Err(Failure::command("the name of a user cannot be blank"));
    }
    if let Some(problem) = accounts.username_problem(&name) {
        return Err(Failure::Command(problem));
    }
    let address = args.email.unwrap_or_default();
    if !address.is_empty() && !email::is_valid(&address) {
        return Err(Failure::command("Enter a valid email address."));
    }
    let mut account = NewAccount {
        username: name,
        email: address,
        is_staff: args.staff || args.superuser,
        is_superuser: args.superuser,
        ..NewAccount::default()
    };
    account.password = if args.no_password {
        None
    } else if args.password_stdin {
        Some(prompt::read_password()?)
    } else {
        Some(ask_password(console, &hallpass, &account).await?)
    };
    console
        .waiting("Hashing the password", accounts.create_user(account))
        .await?;
    console.confirm("User created successfully.")
}

async fn ask_password(
    console: &Console,
    hallpass: &Hallpass,
    account: &NewAccount,
) -> Result<String, Failure> {
    if !prompt::is_possible() {
        return Err(Failure::command(
            "passwords are typed on a terminal; in a script use --password-stdin or --no-password",
        ));
    }
    let owner = hallpass.accounts().new_password_owner(account);
    let judge = |password: &str| hallpass.validate_password(password, Some(&owner));
    prompt::ask_new_password(console, judge).await
}
