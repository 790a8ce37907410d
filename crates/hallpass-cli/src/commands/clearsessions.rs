//! `clearsessions`: removes the expired sessions. Silent, as in Django.

use std::cell::Cell;

use crate::failure::Failure;
use crate::start::Start;

/// Removes them in batches, so that nobody else waits long for the database.
pub(crate) async fn run(start: &Start) -> Result<(), Failure> {
    let hallpass = start.open().await?;
    let removed = Cell::new(0);
    let sessions = hallpass.sessions();
    let work = sessions.clear_expired(|so_far| removed.set(so_far));
    start
        .console()
        .counting(
            || format!("Removed {} expired sessions", removed.get()),
            work,
        )
        .await?;
    Ok(())
}
