//! The queue: requests put jobs into it and never wait for longer than its lock, hashing threads sleep on it.

use std::fmt;

use hallpass_formats::password::PasswordHashers;
use parking_lot::{Condvar, Mutex};

use super::lanes::{Client, Lanes};

/// One hash to be made; without hashers it is told that there is no room for it.
pub(super) type Job = Box<dyn FnOnce(Option<&PasswordHashers>) + Send>;

/// Jobs that wait for a thread.
pub(super) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
}

struct State {
    lanes: Lanes<Job>,
    is_closed: bool,
}

impl Queue {
    /// Room for so many jobs.
    pub(super) fn new(room: usize) -> Self {
        Self {
            state: Mutex::new(State {
                lanes: Lanes::new(room),
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
            refused(None);
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
            self.filled.wait(&mut state);
        }
        None
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
