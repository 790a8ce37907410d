//! Places for connections, and what happens when all of them are taken.
//!
//! Who waits must not wait for people who say nothing. So when a client finds no place, connections that have been idle
//! for a moment are closed, some at a time. Where nobody is idle the client is refused in so many words: 503 with
//! `Retry-After`. HTTP allows a server to close an idle connection at any time; clients open another.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};

/// Who says nothing for this long, and has nothing to wait for, is idle.
const IDLE: Duration = Duration::from_millis(300);

/// How often a connection looks whether it is idle, when it is asked to: as long as the client waits.
const LOOKS: usize = 3;

/// How long a client waits for a place that an idle connection leaves.
const PATIENCE: Duration = Duration::from_secs(1);

/// One in so many connections is asked to leave at a time, so that not all come back at once.
const SHARE: usize = 16;

/// Clients that are being refused at once; others hear nothing.
const REFUSALS: usize = 64;

/// How long a refused client may take to say what it wants and to hear the answer.
const REFUSAL: Duration = Duration::from_secs(1);

const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: application/json\r\n\
    retry-after: 1\r\n\
    connection: close\r\n\
    content-length: 45\r\n\r\n\
    {\"detail\":\"Service temporarily unavailable.\"}";

/// The places of one listener.
#[derive(Debug)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    asked: watch::Sender<()>,
    may_leave: Arc<AtomicUsize>,
    share: usize,
    last_asked: Option<Instant>,
    refusals: Arc<Semaphore>,
}

/// What one connection is told of the crowd: whenever it is asked, so many may leave.
#[derive(Debug)]
pub(super) struct Crowd {
    asked: watch::Receiver<()>,
    may_leave: Arc<AtomicUsize>,
}

impl Places {
    pub(super) fn new(number: usize) -> Self {
        Self {
            free: Arc::new(Semaphore::new(number)),
            asked: watch::Sender::new(()),
            may_leave: Arc::default(),
            share: number.div_ceil(SHARE),
            last_asked: None,
            refusals: Arc::new(Semaphore::new(REFUSALS)),
        }
    }

    /// For one connection, which hears everything from now on.
    pub(super) fn crowd(&self) -> Crowd {
        Crowd {
            asked: self.asked.subscribe(),
            may_leave: Arc::clone(&self.may_leave),
        }
    }

    /// A place, if there is one or somebody leaves. Nobody waits when others have just waited in vain.
    pub(super) async fn take(&mut self) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = Arc::clone(&self.free).try_acquire_owned() {
            return Some(place);
        }
        if self.last_asked.is_some_and(|at| at.elapsed() < PATIENCE) {
            return None;
        }
        self.may_leave.store(self.share, Ordering::Relaxed);
        self.asked.send_replace(());
        let place = timeout(PATIENCE, Arc::clone(&self.free).acquire_owned()).await;
        let place = place.ok().and_then(Result::ok);
        self.last_asked = place.is_none().then(Instant::now);
        if place.is_none() {
            tracing::warn!("all max_connections are in use, and none is idle: new clients get 503");
        }
        place
    }

    /// Tells a client that there is no place for it.
    ///
    /// Where too many are being told already, the connection is closed without a word: nobody else waits for them.
    pub(super) fn refuse(&self, stream: TcpStream) {
        if let Ok(turn) = Arc::clone(&self.refusals).try_acquire_owned() {
            tokio::spawn(async move {
                let _ = timeout(REFUSAL, say_no(stream)).await;
                drop(turn);
            });
        }
    }
}

/// Listens before it answers and after: a client that still speaks when the connection is closed may not hear the answer.
async fn say_no(mut stream: TcpStream) -> std::io::Result<()> {
    let mut ignored = [0; 4096];
    if stream.read(&mut ignored).await? == 0 {
        return Ok(());
    }
    stream.write_all(FULL).await?;
    stream.shutdown().await?;
    while stream.read(&mut ignored).await? > 0 {}
    Ok(())
}

/// What one connection has been doing.
#[derive(Debug, Default)]
pub(super) struct Activity {
    asked: AtomicU64,
    answered: AtomicU64,
}

impl Activity {
    /// A request's head has been read. Only the connection's own task writes here.
    pub(super) fn begins(&self) {
        let asked = self.asked.load(Ordering::Relaxed);
        self.asked.store(asked + 1, Ordering::Relaxed);
    }

    /// Its answer is on its way.
    pub(super) fn ends(&self) {
        let answered = self.answered.load(Ordering::Relaxed);
        self.answered.store(answered + 1, Ordering::Relaxed);
    }

    pub(super) fn has_asked(&self) -> bool {
        self.requests().0 > 0
    }

    fn requests(&self) -> (u64, u64) {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (load(&self.asked), load(&self.answered))
    }
}

impl Crowd {
    /// Waits until this connection is to leave, because it is idle while others find no place.
    pub(super) async fn is_to_leave(&mut self, activity: &Activity) {
        while self.asked.changed().await.is_ok() {
            for _ in 0..LOOKS {
                let before = activity.requests();
                sleep(IDLE).await;
                let is_idle = before.0 == before.1 && before == activity.requests();
                if is_idle && self.leave() {
                    return;
                }
            }
        }
    }

    fn leave(&self) -> bool {
        let one_less = |number: usize| number.checked_sub(1);
        self.may_leave
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less)
            .is_ok()
    }
}
