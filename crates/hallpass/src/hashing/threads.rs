//! The threads: each takes jobs from the queue, PBKDF2 hashes two at a time while others wait.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use hallpass_formats::password::{SIDE_BY_SIDE, Work, advance};

use super::queue::{Queue, Turn};

/// How nice the threads are: at 10 a busy thread gets about a tenth of what one of the others gets.
#[cfg(target_os = "linux")]
pub(super) const NICENESS: i32 = 10;

/// After so many iterations, about half a millisecond, a thread with a free place looks whether somebody waits for it.
const ITERATIONS: u32 = 4096;

/// Starts a thread that ends when the queue is closed.
pub(super) fn start(number: usize, queue: &Arc<Queue>) -> std::io::Result<()> {
    let queue = Arc::clone(queue);
    let thread = thread::Builder::new().name(format!("hallpass-hash-{number}"));
    thread.spawn(move || {
        step_back();
        work(&queue);
    })?;
    Ok(())
}

/// Lowers the priority of the calling thread. Linux counts niceness by thread; elsewhere it would be the whole process's.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::warn!(%error, "the hashing threads keep the priority of all others");
    }
}

fn work(queue: &Queue) {
    let mut underway = Vec::with_capacity(SIDE_BY_SIDE);
    loop {
        while underway.len() < SIDE_BY_SIDE {
            let job = if underway.is_empty() {
                queue.next()
            } else {
                queue.next_beside()
            };
            let Some(job) = job else { break };
            underway.extend(go_on(|| (job.begin)(Turn::Come)));
        }
        if underway.is_empty() {
            return;
        }
        advance(&mut underway, ITERATIONS);
        underway = underway
            .into_iter()
            .filter_map(|work| go_on(|| work))
            .collect();
    }
}

/// Does what cannot be done in steps; what is left has steps.
fn go_on(work: impl FnOnce() -> Work<()>) -> Option<Work<()>> {
    // A hasher of the application may panic. Its login fails; the thread must live on for everybody else.
    let Ok(work) = catch_unwind(AssertUnwindSafe(|| work().go_on())) else {
        tracing::error!("a password hasher panicked");
        return None;
    };
    (!work.is_done()).then_some(work)
}
