//! The connections: a few that all look-ups share, and a small pool for transactions.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, RwLock};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::StoreError;
use crate::postgres::client::Client;
use crate::postgres::connect::Connector;
use crate::rarely::rarely;

/// After a failed attempt nobody tries again for this long: a server that is down must
/// not be met by one attempt for each request.
const PAUSE: Duration = Duration::from_millis(200);

/// What is asked here goes by an index whatever its parameters are. Elsewhere it may matter how many rows are meant.
const PLANNED_ONCE: &str = "SET plan_cache_mode = force_generic_plan";

/// The last attempt to connect that failed.
type LastFailure = tokio::sync::Mutex<Option<(Instant, StoreError)>>;

/// One connection that all who ask share, made again when it broke.
#[derive(Debug, Default)]
pub(super) struct Shared {
    current: RwLock<Option<Arc<Client>>>,
    questions: AtomicUsize,
    failed: LastFailure,
}

impl Shared {
    pub(super) async fn client(&self, connector: &Connector) -> Result<Arc<Client>, StoreError> {
        match self.usable() {
            Some(client) => Ok(client),
            None => rarely(self.connect(connector)).await,
        }
    }

    /// One attempt for all who ask at once.
    async fn connect(&self, connector: &Connector) -> Result<Arc<Client>, StoreError> {
        let mut failed = self.failed.lock().await;
        if let Some(client) = self.usable() {
            return Ok(client);
        }
        let client = attempt(connector, &mut failed).await?;
        client.say(PLANNED_ONCE).await?;
        let client = Arc::new(client);
        *self.current.write() = Some(Arc::clone(&client));
        Ok(client)
    }

    /// How many questions are under way.
    pub(super) fn questions(&self) -> usize {
        self.questions.load(Ordering::Relaxed)
    }

    /// One more, until the answer is dropped.
    pub(super) fn question(&self) -> Question<'_> {
        self.questions.fetch_add(1, Ordering::Relaxed);
        Question(&self.questions)
    }

    /// Gives up the connection: it does not answer.
    pub(super) fn abandon(&self) {
        if let Some(client) = self.current.write().take() {
            client.abandon();
        }
    }

    fn usable(&self) -> Option<Arc<Client>> {
        self.current
            .read()
            .clone()
            .filter(|client| client.is_usable())
    }
}

/// A question under way.
#[derive(Debug)]
pub(super) struct Question<'a>(&'a AtomicUsize);

impl Drop for Question<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn attempt(
    connector: &Connector,
    failed: &mut Option<(Instant, StoreError)>,
) -> Result<Client, StoreError> {
    if let Some((at, error)) = failed
        && at.elapsed() < PAUSE
    {
        return Err(error.clone());
    }
    match connector.connect().await {
        Ok(client) => {
            *failed = None;
            Ok(client)
        }
        Err(error) => {
            *failed = Some((Instant::now(), error.clone()));
            Err(error)
        }
    }
}

/// Connections for one caller at a time.
#[derive(Debug)]
pub(super) struct Pool {
    places: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Client>>>,
    failed: LastFailure,
}

impl Pool {
    pub(super) fn new(size: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(size)),
            idle: Arc::default(),
            failed: LastFailure::default(),
        }
    }

    /// A connection of one's own, waiting at most `limit` for a place.
    pub(super) async fn take(
        &self,
        connector: &Connector,
        limit: Duration,
    ) -> Result<Taken, StoreError> {
        let place = Arc::clone(&self.places).acquire_owned();
        let place = tokio::time::timeout(limit, place)
            .await
            .map_err(|_| StoreError::TooBusy)?
            .map_err(|_| StoreError::Closed)?;
        let client = match self.idle_client() {
            Some(client) => client,
            None => attempt(connector, &mut *self.failed.lock().await).await?,
        };
        Ok(Taken {
            client: Some(client),
            idle: Arc::clone(&self.idle),
            _place: place,
        })
    }

    fn idle_client(&self) -> Option<Client> {
        let mut idle = self.idle.lock();
        while let Some(client) = idle.pop() {
            if client.is_usable() {
                return Some(client);
            }
        }
        None
    }
}

/// A connection with its place. Dropped without [`Taken::give_back`] it is closed, and
/// the server rolls back what was begun on it.
#[derive(Debug)]
pub(super) struct Taken {
    client: Option<Client>,
    idle: Arc<Mutex<Vec<Client>>>,
    _place: OwnedSemaphorePermit,
}

impl Taken {
    pub(super) fn client(&self) -> Result<&Client, StoreError> {
        self.client.as_ref().ok_or(StoreError::Closed)
    }

    /// For the next one: no transaction is open on it.
    pub(super) fn give_back(mut self) {
        if let Some(client) = self.client.take().filter(Client::is_usable) {
            self.idle.lock().push(client);
        }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if let Some(client) = &self.client {
            client.abandon();
        }
    }
}
