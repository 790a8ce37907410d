//! `drf_create_token`: DRF's command. Prints the user's token, made when there is none; ours beyond DRF: one for
//! everybody without.

use std::cell::Cell;

use hallpass::Hallpass;

use crate::args::DrfCreateToken;
use crate::console;
use crate::failure::Failure;
use crate::start::Start;

/// Prints the token; `-v 0` does not silence it, as in DRF.
pub(crate) async fn run(start: &Start, args: &DrfCreateToken) -> Result<(), Failure> {
    let hallpass = start.open().await?;
    let Some(name) = &args.username else {
        return all_missing(start, &hallpass).await;
    };
    let Some(user) = hallpass.accounts().by_username(name).await? else {
        return Err(Failure::command(format!(
            "Cannot create the Token: user {name} does not exist"
        )));
    };
    let tokens = hallpass.tokens();
    let token = if args.reset {
        tokens.reset(&user).await?
    } else {
        tokens.get_or_create(&user).await?
    };
    console::say(&format!("Generated token {} for user {name}", token.key()))
}

/// A token for every user without one, in batches; an interrupted run is finished by the next one.
async fn all_missing(start: &Start, hallpass: &Hallpass) -> Result<(), Failure> {
    let so_far = Cell::new(0);
    let tokens = hallpass.tokens();
    let work = tokens.create_missing(|count| so_far.set(count));
    let count = start
        .console()
        .counting(|| format!("Generated {} tokens", so_far.get()), work)
        .await?;
    let (tokens, users) = if count == 1 {
        ("token", "user")
    } else {
        ("tokens", "users")
    };
    console::say(&format!(
        "Generated {count} {tokens} for {users} without one"
    ))
}
