//! `serve`: the token endpoint, the login pages and whoami over HTTP.

use crate::args::Serve;
use crate::console;
use crate::failure::Failure;
use crate::server::{self, Socket};
use crate::start::Start;

/// Serves until Ctrl-C or SIGTERM.
pub(crate) async fn run(start: &Start, args: &Serve) -> Result<(), Failure> {
    server::start_log()?;
    let hallpass = start.open().await?;
    let listener = Socket::bind(args.bind)?.listen()?;
    console::say(&format!("Listening on {}", listener.url()))?;
    server::serve(listener, &hallpass).await
}
