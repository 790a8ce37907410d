//! One file a command.

mod account_name;
mod changepassword;
mod check;
mod clearsessions;
mod completions;
mod createsuperuser;
mod createuser;
mod demo;
mod drf_create_token;
mod explain;
mod init;
mod man;
mod migrate;
mod probe;
mod proxy_config;
mod serve;
mod session;
mod showmigrations;

use account_name::account_name;

use crate::args::Command;
use crate::failure::Failure;
use crate::start::Start;

/// Runs the command that was asked for.
pub(crate) async fn run(start: &Start, command: Command) -> Result<(), Failure> {
    match command {
        Command::Demo(args) => demo::run(start, &args).await,
        Command::Init(args) => init::run(start, &args),
        Command::Migrate(args) => migrate::run(start, &args).await,
        Command::Showmigrations(args) => showmigrations::run(start, &args).await,
        Command::Createsuperuser(args) => createsuperuser::run(start, args).await,
        Command::Createuser(args) => createuser::run(start, args).await,
        Command::Changepassword(args) => changepassword::run(start, args).await,
        Command::DrfCreateToken(args) => drf_create_token::run(start, &args).await,
        Command::Session(command) => session::run(start, command).await,
        Command::Clearsessions => clearsessions::run(start).await,
        Command::Serve(args) => serve::run(start, &args).await,
        Command::Check(args) => check::run(start, &args).await,
        Command::ProxyConfig(args) => proxy_config::run(start, &args),
        Command::Explain(args) => explain::run(start, &args).await,
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    }
}
