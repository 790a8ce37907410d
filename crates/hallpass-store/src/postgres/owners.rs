//! Token keys that come while others are asked for: they are asked for together, in one statement, as soon as the answer
//! is there. The more requests are under way, the less of a statement each one costs, here and on the server.
//!
//! Nobody joins a question that was sent before he came, so that every answer is of a time after its request. A task of
//! its own asks, and whoever waits may go away. A question that is long in coming back is waited for by those alone
//! whom it is for: for the next ones another task begins.

use std::fmt;
use std::future::poll_fn;
use std::mem;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::decode;
use crate::error::StoreError;
use crate::operations::users::OwnerOfToken;
use crate::postgres::Postgres;
use crate::postgres::client::Session;
use crate::postgres::question::Question;
use crate::rows::TokenOwner;
use crate::schema::Schema;

/// Longer than a look-up takes in a database that is near and well.
const SLOW: Duration = Duration::from_millis(5);
/// At most so many keys in one statement.
const MOST: usize = 64;
/// At most so long a key: Django's have 40 characters, and its column holds no more.
const LONGEST: usize = 64;

pub(super) type Owner = Result<Option<TokenOwner>, StoreError>;

/// Everybody who asks for the owner of a token.
#[derive(Debug, Default)]
pub(super) struct Line(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    waiting: Vec<Asker>,
    /// Since when the task that asks, the latest if there are several, has been asking.
    asks_since: Option<Instant>,
}

/// Somebody in line. Whose `tell` is dropped has to ask by himself.
struct Asker {
    key: Box<str>,
    tell: oneshot::Sender<Owner>,
}

/// Whether a key may be asked for with others: one that no database takes amiss, so that nobody's key spoils the
/// question of others.
pub(super) fn may_stand_in_line(key: &str) -> bool {
    key.len() <= LONGEST && key.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Gets in line; the answer comes when it is there.
pub(super) fn join(store: &Arc<Postgres>, key: &str) -> oneshot::Receiver<Owner> {
    let (tell, answer) = oneshot::channel();
    let key = key.into();
    if store.line.add(Asker { key, tell }) {
        begin(store);
    }
    answer
}

/// Begins to ask. If that takes long, another task begins for those who have come since.
fn begin(store: &Arc<Postgres>) {
    // Made here, so that it is given up too by a task that never runs.
    let place = Place(Arc::clone(store));
    tokio::spawn(async move {
        while let Some(askers) = place.next().await {
            let mut asked = pin!(place.0.ask_for(askers));
            if timeout(SLOW, &mut asked).await.is_err() {
                if place.0.line.is_left_waiting() {
                    begin(&place.0);
                }
                asked.await;
            }
        }
    });
}

impl Line {
    /// Whether one more has to begin to ask.
    fn add(&self, asker: Asker) -> bool {
        let mut state = self.0.lock();
        state.waiting.push(asker);
        let is_slow = |since: Instant| since.elapsed() >= SLOW;
        let begins = state.asks_since.is_none_or(is_slow);
        if begins {
            state.asks_since = Some(Instant::now());
        }
        begins
    }

    /// Whether somebody waits for whom nobody else has begun to ask meanwhile.
    fn is_left_waiting(&self) -> bool {
        let mut state = self.0.lock();
        let is_slow = |since: Instant| since.elapsed() >= SLOW;
        let left = !state.waiting.is_empty() && state.asks_since.is_none_or(is_slow);
        if left {
            state.asks_since = Some(Instant::now());
        }
        left
    }
}

/// The place of a task that asks, until it is dropped.
struct Place(Arc<Postgres>);

impl Place {
    /// For whom to ask next; nothing when nobody waits. All who can come at once are let come first.
    async fn next(&self) -> Option<Vec<Asker>> {
        after_all_others().await;
        let mut state = self.0.line.0.lock();
        let first = match state.waiting.len() {
            0 => return None,
            1..=MOST => mem::take(&mut state.waiting),
            _ => state.waiting.drain(..MOST).collect(),
        };
        state.asks_since = Some(Instant::now());
        Some(first)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.0.line.0.lock();
        state.asks_since = None;
        // Who came just now, or was here when the runtime ended, asks by himself. They are woken outside of the lock.
        let left = mem::take(&mut state.waiting);
        drop(state);
        drop(left);
    }
}

/// Lets all run that can run now: they may have something to ask too.
async fn after_all_others() {
    let mut is_last = false;
    poll_fn(|context| {
        if mem::replace(&mut is_last, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl Postgres {
    async fn ask_for(&self, mut askers: Vec<Asker>) {
        askers.retain(|asker| !asker.tell.is_closed());
        if askers.len() < 2 {
            for only in askers {
                let owner = self.point_read(&only.key, OwnerOfToken).await;
                only.hear(owner);
            }
            return;
        }
        let keys: Vec<&str> = askers.iter().map(|asker| &*asker.key).collect();
        let answer = self.look_up(&OfTokens(&keys)).await;
        let mut owners = match answer {
            Ok(Some(owners)) => owners.into_iter(),
            // Each has to ask by himself.
            Ok(None) => return,
            Err(fault) => vec![Err(fault); askers.len()].into_iter(),
        };
        for asker in askers {
            asker.hear(owners.next().unwrap_or(Ok(None)));
        }
    }
}

impl Asker {
    fn hear(self, owner: Owner) {
        // Who has gone needs no answer.
        let _ = self.tell.send(owner);
    }
}

/// The owners of several tokens.
struct OfTokens<'a>(&'a [&'a str]);

impl Question for OfTokens<'_> {
    /// Each key's owner, in order; nothing where the column has an idea of its own of what is the same.
    type Answer = Option<Vec<Owner>>;

    async fn ask(
        &self,
        session: &mut Session<'_>,
        schema: &Schema,
    ) -> Result<Self::Answer, StoreError> {
        let statements = &schema.statements.users;
        if !session.takes_text(&statements.by_token).await? {
            return Ok(None);
        }
        let rows = session.of_list(&statements.by_tokens, self.0, |row| {
            let place = decode::place_in_list(schema, row)?;
            let owner = |key: &&str| decode::token_owner(schema, row, key);
            Ok((place, self.0.get(place).map(owner)))
        });
        let mut owners: Vec<Owner> = vec![Ok(None); self.0.len()];
        for (place, owner) in rows.await? {
            if let (Some(place), Some(owner)) = (owners.get_mut(place), owner) {
                *place = owner.map(Some);
            }
        }
        Ok(Some(owners))
    }
}

/// Without the key.
impl fmt::Debug for Asker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asker").finish_non_exhaustive()
    }
}
