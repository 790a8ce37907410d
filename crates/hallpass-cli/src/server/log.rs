//! The log: text on standard error, `HALLPASS_LOG` says how much.

use std::io::{self, IsTerminal};

use tracing_subscriber::filter::LevelFilter;

use crate::failure::Failure;
use crate::start::LOG_VARIABLE;

/// Starts the log: `info` unless `HALLPASS_LOG` is one of off, error, warn, info, debug, trace.
pub(crate) fn start_log() -> Result<(), Failure> {
    let level = match std::env::var(LOG_VARIABLE) {
        Ok(level) if !level.is_empty() => level.parse::<LevelFilter>().map_err(|_| {
            Failure::refused(format!(
                "{LOG_VARIABLE} is one of off, error, warn, info, debug, trace, not {level:?}"
            ))
        })?,
        _ => LevelFilter::INFO,
    };
    let log = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false)
        .with_writer(io::stderr)
        // A log that cannot be written is no reason to stop.
        .log_internal_errors(false)
        .finish();
    // Only a second call fails, and then the first log goes on.
    let _ = tracing::subscriber::set_global_default(log);
    Ok(())
}
