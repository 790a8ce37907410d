//! What is said to whoever started the command: lines, errors, progress.
//!
//! Django writes answers to standard output and errors to standard error, the latter in red on a terminal.

use std::future::Future;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval_at};

use crate::failure::Failure;

/// Work that takes longer than this shows that it goes on.
const PATIENCE: Duration = Duration::from_secs(1);

/// How to talk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Console {
    red_errors: bool,
    verbosity: u8,
}

impl Console {
    /// Colours only on a terminal that wants them.
    pub(crate) fn new(no_color: bool, verbosity: u8) -> Self {
        let unwanted =
            no_color || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            red_errors: !unwanted && io::stderr().is_terminal(),
            verbosity,
        }
    }

    /// Writes a line to standard output unless `-v 0` was given.
    pub(crate) fn confirm(&self, line: &str) -> Result<(), Failure> {
        if self.verbosity == 0 {
            return Ok(());
        }
        say(line)
    }

    /// Writes a line to standard error. That nobody may be there to read it is no fault.
    pub(crate) fn complain(&self, line: &str) {
        let mut errors = io::stderr().lock();
        let _ = if self.red_errors {
            write!(errors, "\x1b[31;1m{line}\n\x1b[0m")
        } else {
            writeln!(errors, "{line}")
        };
    }

    /// Does `work`; when it takes more than a second, a terminal shows that it goes on.
    pub(crate) async fn waiting<T>(&self, what: &str, work: impl Future<Output = T>) -> T {
        self.counting(|| what.to_owned(), work).await
    }

    /// As [`waiting`](Self::waiting), with a text that changes while the work goes on.
    pub(crate) async fn counting<T>(
        &self,
        what: impl Fn() -> String,
        work: impl Future<Output = T>,
    ) -> T {
        let began = Instant::now();
        if !io::stderr().is_terminal() || self.verbosity == 0 {
            return work.await;
        }
        let mut ticks = interval_at(tokio::time::Instant::now() + PATIENCE, PATIENCE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut shown = false;
        tokio::pin!(work);
        let result = loop {
            tokio::select! {
                result = &mut work => break result,
                _ = ticks.tick() => {
                    shown = true;
                    show_progress(&format!("{} ({} s)", what(), began.elapsed().as_secs()));
                }
            }
        };
        if shown {
            show_progress("");
        }
        result
    }
}

/// Writes text to standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    output.write_all(text.as_bytes())?;
    Ok(output.flush()?)
}

/// Writes a line to standard output.
pub(crate) fn say(line: &str) -> Result<(), Failure> {
    print(&format!("{line}\n"))
}

/// Writes text to standard error, without colour. That nobody may be there to read it is no fault.
pub(crate) fn tell(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Replaces the line that the cursor is on.
fn show_progress(line: &str) {
    let mut errors = io::stderr().lock();
    let _ = write!(errors, "\r\x1b[K{line}");
    let _ = errors.flush();
}
