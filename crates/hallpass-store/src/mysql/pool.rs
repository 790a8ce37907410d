//! The connections, each for one caller at a time.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mysql_async::Conn;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::StoreError;
use crate::mysql::connect::Connector;

/// After a failed attempt nobody tries again for this long: a server that is down must
/// not be met by one attempt for each request.
const PAUSE: Duration = Duration::from_millis(200);
/// A connection idle for longer is closed: the server may close it any time.
const LONGEST_IDLE: Duration = Duration::from_secs(600);

/// The connections in use and the idle ones.
#[derive(Debug)]
pub(super) struct Pool {
    connector: Connector,
    places: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Idle>>>,
    failed: tokio::sync::Mutex<Option<(Instant, StoreError)>>,
}

struct Idle {
    connection: Conn,
    since: Instant,
}

/// A connection shows the options that it was made with, and so the password.
impl fmt::Debug for Idle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Idle")
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}

impl Pool {
    pub(super) fn new(connector: Connector, size: usize) -> Self {
        Self {
            connector,
            places: Arc::new(Semaphore::new(size)),
            idle: Arc::default(),
            failed: tokio::sync::Mutex::default(),
        }
    }

    /// A connection, waiting at most `limit` for a place: an idle one, or a new one whose
    /// statements the server gives up after `limit`.
    pub(super) async fn take(&self, limit: Duration) -> Result<Taken, StoreError> {
        let place = self.place(limit).await?;
        let idle = self.latest_idle();
        let (connection, idle_for) = match idle {
            Some(idle) => (idle.connection, Some(idle.since.elapsed())),
            None => (self.connect(limit).await?, None),
        };
        Ok(self.taken(connection, idle_for, place))
    }

    /// A new connection. To give it back is wrong if `longest` is not the usual limit.
    pub(super) async fn take_new(
        &self,
        limit: Duration,
        longest: Duration,
    ) -> Result<Taken, StoreError> {
        let place = self.place(limit).await?;
        Ok(self.taken(self.connect(longest).await?, None, place))
    }

    /// One of the idle connections was broken: most likely all are.
    pub(super) fn forget_idle(&self) {
        let idle = std::mem::take(&mut *self.idle.lock());
        drop(idle);
    }

    async fn place(&self, limit: Duration) -> Result<OwnedSemaphorePermit, StoreError> {
        let place = Arc::clone(&self.places).acquire_owned();
        tokio::time::timeout(limit, place)
            .await
            .map_err(|_| StoreError::TooBusy)?
            .map_err(|_| StoreError::Closed)
    }

    fn latest_idle(&self) -> Option<Idle> {
        // The latest first: those at the bottom grow old and go.
        let idle = self.idle.lock().pop()?;
        if idle.since.elapsed() < LONGEST_IDLE {
            return Some(idle);
        }
        self.forget_idle();
        None
    }

    async fn connect(&self, longest: Duration) -> Result<Conn, StoreError> {
        let recent = |failed: &Option<(Instant, StoreError)>| match failed {
            Some((at, error)) if at.elapsed() < PAUSE => Err(error.clone()),
            _ => Ok(()),
        };
        recent(&*self.failed.lock().await)?;
        let answer = self.connector.connect(longest).await;
        *self.failed.lock().await = match &answer {
            Ok(_) => None,
            Err(error) => Some((Instant::now(), error.clone())),
        };
        answer
    }

    fn taken(
        &self,
        connection: Conn,
        idle_for: Option<Duration>,
        place: OwnedSemaphorePermit,
    ) -> Taken {
        Taken {
            connection,
            idle_for,
            idle: Arc::clone(&self.idle),
            _place: place,
        }
    }
}

/// A connection with its place. Dropped without [`Taken::give_back`] it is closed, and
/// the server rolls back what was begun on it.
pub(super) struct Taken {
    pub(super) connection: Conn,
    /// How long it was idle; `None` for a new one.
    pub(super) idle_for: Option<Duration>,
    idle: Arc<Mutex<Vec<Idle>>>,
    _place: OwnedSemaphorePermit,
}

impl Taken {
    /// For the next one: no transaction is open on it.
    pub(super) fn give_back(self) {
        self.idle.lock().push(Idle {
            connection: self.connection,
            since: Instant::now(),
        });
    }
}
