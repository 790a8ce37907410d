//! The `hallpass` command. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.

mod args;
mod commands;
mod console;
mod failure;
mod http_client;
mod prompt;
mod server;
mod start;

use std::process::ExitCode;

use args::Arguments;
use failure::Failure;
use start::Start;

fn main() -> ExitCode {
    let arguments = match Arguments::of_process() {
        Ok(arguments) => arguments,
        Err(usage) => {
            let _ = usage.print();
            return ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(2));
        }
    };
    let start = Start::new(arguments.global);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return report(
                &start,
                Failure::refused(format!("no threads can be started: {error}")),
            );
        }
    };
    let outcome = runtime.block_on(commands::run(&start, arguments.command));
    // A prompt that was cancelled still waits for its line; it is not waited for.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => report(&start, failure),
    }
}

/// Says why, in one line, and decides the exit code.
fn report(start: &Start, failure: Failure) -> ExitCode {
    let console = start.console();
    match failure {
        Failure::BrokenPipe => return ExitCode::SUCCESS,
        Failure::Said(code) => return ExitCode::from(code),
        Failure::Cancelled { on_new_line: true } => console.complain("Operation cancelled."),
        Failure::Cancelled { on_new_line: false } => console.complain("\nOperation cancelled."),
        Failure::Command(text) => console.complain(&format!("CommandError: {}", one_line(&text))),
        Failure::Refused(text) => console.complain(&format!("hallpass: {}", one_line(&text))),
    }
    ExitCode::from(1)
}

/// Text of others may have line ends and worse; a terminal gets none of them.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
