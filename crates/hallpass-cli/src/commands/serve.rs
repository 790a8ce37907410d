//! `serve`: the token endpoint, the login pages and whoami over HTTP.

use crate::args::Serve;
use crate::console;
use crate::failure::Failure;
use crate::server::{self, Socket};
use crate::start::Start;

/// Serves until Ctrl-C or SIGTERM.
pub(crate) async fn run(start: &Start, args: &Serve) -> Result<(), Failure> {
    server::start_log(&start.settings()?)?;
    let hallpass = start.open().await?;
    let listener = Socket::bind(args.bind)?.listen()?;
    let operations = server::operations_listener(hallpass.settings())?;
    console::say(&format!("Listening on {}", listener.url()))?;
    if let Some(operations) = &operations {
        console::say(&format!("Metrics on {}/metrics", operations.url()))?;
    }
    server::serve(listener, operations, &hallpass).await
}
