//! The queue: requests put jobs into it and never wait for longer than its lock, hashing threads sleep on it.

use std::fmt;

use hallpass_formats::password::Work;
use parking_lot::{Condvar, Mutex};

use super::lanes::{Client, Lanes};

/// One hash to be made.
pub(super) struct Job {
    /// Whether a thread can take it beside another one.
    pub(super) is_in_steps: bool,
    /// What is to be done when its turn has come, or when it never will.
    pub(super) begin: Box<dyn FnOnce(Turn) -> Work<()> + Send>,
}

/// What has become of a job that waited.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// A thread takes it.
    Come,
    /// There was no room for it.
    Refused,
}

/// Jobs that wait for a thread.
pub(super) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
}

struct State {
    lanes: Lanes<Job>,
    /// Threads that have nothing to do, or have not yet noticed that they have.
    idle: usize,
    is_closed: bool,
}

impl Queue {
    /// Room for so many jobs.
    pub(super) fn new(room: usize) -> Self {
        Self {
            state: Mutex::new(State {
                lanes: Lanes::new(room),
                idle: 0,
                is_closed: false,
            }),
            filled: Condvar::new(),
        }
    }

    /// Lets a job in and returns its ticket. One for which there is no room, this or another, is told so.
    pub(super) fn enter(&self, client: Client, job: Job) -> u64 {
        let (ticket, refused) = self.state.lock().lanes.enter(client, job);
        self.filled.notify_one();
        if let Some(refused) = refused {
            (refused.begin)(Turn::Refused).finish();
        }
        ticket
    }

    /// Takes a job out that nobody waits for any more; false if it has had its turn.
    pub(super) fn leave(&self, client: Client, ticket: u64) -> bool {
        let left = self.state.lock().lanes.leave(client, ticket);
        left.is_some()
    }

    /// The next job, waited for; nothing at the end.
    pub(super) fn next(&self) -> Option<Job> {
        let mut state = self.state.lock();
        while !state.is_closed {
            if let Some(job) = state.lanes.take() {
                return Some(job);
            }
            state.idle += 1;
            self.filled.wait(&mut state);
            state.idle -= 1;
        }
        None
    }

    /// The next job for a thread that already has one, if it can be taken beside that and no other thread is free for
    /// it. Nobody is overtaken: a job that has to be alone keeps those behind it waiting too.
    pub(super) fn next_beside(&self) -> Option<Job> {
        let mut state = self.state.lock();
        let fits = state.lanes.next().is_some_and(|job| job.is_in_steps);
        if state.is_closed || state.idle > 0 || !fits {
            return None;
        }
        state.lanes.take()
    }

    /// How many threads wait for work.
    #[cfg(test)]
    pub(super) fn idle(&self) -> usize {
        self.state.lock().idle
    }

    /// Sends the threads home.
    pub(super) fn close(&self) {
        self.state.lock().is_closed = true;
        self.filled.notify_all();
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}
