//! How many files the system lets this process have open: each connection is one.
//!
//! Systems give a process 1024 unless it asks for more, which it may up to a second, hard limit.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files besides clients' connections: the databases', Redis's, the listeners, and room for what opens for a moment.
const OTHERS: u64 = 128;

/// Asks for room for so many connections, and returns how many there may be.
pub(super) fn allow(connections: usize) -> usize {
    let wanted = u64::try_from(connections)
        .unwrap_or(u64::MAX)
        .saturating_add(OTHERS);
    let limit = getrlimit(Resource::Nofile);
    let may = |limit: Option<u64>| limit.unwrap_or(u64::MAX);
    if may(limit.current) >= wanted {
        return connections;
    }
    let raised = Rlimit {
        current: Some(wanted.min(may(limit.maximum))),
        maximum: limit.maximum,
    };
    let now = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised.current,
        Err(_) => limit.current,
    };
    if may(now) >= wanted {
        return connections;
    }
    let fitting = may(now).saturating_sub(OTHERS).max(1);
    tracing::warn!(
        max_connections = connections,
        fitting,
        "the limit for open files (ulimit -n) leaves room for fewer connections: raise it, or lower max_connections"
    );
    usize::try_from(fitting).unwrap_or(connections)
}
