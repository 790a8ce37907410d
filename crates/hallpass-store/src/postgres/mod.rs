//! PostgreSQL: look-ups on a few shared connections, transactions on a small pool.
//!
//! No answer takes much longer than the time allowed: the server itself stops a statement
//! then, and a server that does not even do that loses the connection. A connection that
//! broke is made again by the next question, and a look-up that it broke under is asked again.

mod changes;
mod client;
mod connect;
mod ddl;
mod errors;
mod listener;
mod owners;
mod pool;
mod question;
mod tls;
mod triggers;
mod values;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::engine::{Connection as _, Job, Nothing, PointRead, Tables, Write};
use crate::error::{StoreError, Unavailable};
use crate::operations::migrate::Migrated;
use crate::operations::users::OwnerOfToken;
use crate::postgres::changes::{Changes, Moment};
use crate::postgres::client::{Client, Session};
use crate::postgres::connect::Connector;
use crate::postgres::owners::{Line, Owner};
use crate::postgres::pool::{Pool, Shared};
use crate::postgres::question::{Question, Usual};
use crate::rarely::rarely;
use crate::schema::KnownSchema;
use crate::store::StoreOptions;
use crate::subject::Subject;
use crate::url::ServerUrl;

pub(crate) use changes::Heard;

/// Shared connections; each carries many questions at once.
const MOST_SHARED: usize = 4;
/// With fewer questions under way a connection takes one more before the next is used.
const FEW_QUESTIONS: usize = 8;
/// Looking at every row may take this many times as long as other work.
const SCAN_FACTOR: u32 = 12;
/// The server stops its statement; its answer still has to arrive.
const GRACE: Duration = Duration::from_millis(500);
/// Whoever migrates holds this lock, so that two never do at once.
const MIGRATION_LOCK: i64 = 0x6861_6c6c_7061_7373;

/// One PostgreSQL database.
#[derive(Debug)]
pub(crate) struct Postgres {
    connector: Arc<Connector>,
    changes: Arc<Changes>,
    shared: Box<[Shared]>,
    line: Line,
    pool: Pool,
    known: KnownSchema,
    limit: Duration,
}

impl Postgres {
    /// Connects once, so that a wrong URL is told now.
    pub(crate) async fn open(url: &ServerUrl, options: &StoreOptions) -> Result<Self, StoreError> {
        // To the server no time at all means no limit at all.
        let limit = options.busy_timeout.max(Duration::from_millis(1));
        let most = options.max_connections;
        let shared = (most / 2).clamp(1, MOST_SHARED);
        let store = Self {
            connector: Arc::new(Connector::new(url, options.read_only, limit)?),
            changes: Arc::new(Changes::new()),
            shared: (0..shared).map(|_| Shared::default()).collect(),
            line: Line::default(),
            pool: Pool::new(most.saturating_sub(shared).max(1)),
            known: KnownSchema::new(options.user_model.clone()),
            limit,
        };
        // A table that `migrate` has still to make is no error yet.
        match store.point_read("", Nothing).await {
            Ok(()) | Err(StoreError::MissingTables(_)) => Ok(store),
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn point_read<R: PointRead>(
        &self,
        text: &str,
        read: R,
    ) -> Result<R::Output, StoreError> {
        self.look_up(&Usual { text, read }).await
    }

    /// The owner of a token, asked for together with others that are wanted at the same time.
    pub(crate) async fn token_owner(self: &Arc<Self>, key: &str) -> Owner {
        if owners::may_stand_in_line(key) {
            let answer = owners::join(self, key);
            match timeout(self.limit + GRACE, answer).await {
                Ok(Ok(owner)) => return owner,
                Ok(Err(_)) => {}
                Err(_) => return Err(Unavailable::TimedOut.into()),
            }
        }
        rarely(self.point_read(key, OwnerOfToken)).await
    }

    /// On a shared connection, asked again once if the connection proves to be broken.
    async fn look_up<Q: Question>(&self, question: &Q) -> Result<Q::Answer, StoreError> {
        let shared = self.least_busy().ok_or(StoreError::Closed)?;
        let _question = shared.question();
        let work = pin!(async {
            match self.ask(shared, question).await {
                Err(Refused { again: true, .. }) => rarely(self.ask(shared, question)).await,
                answer => answer,
            }
        });
        match timeout(self.limit + GRACE, work).await {
            Ok(answer) => answer.map_err(|refused| refused.error),
            Err(_) => {
                shared.abandon();
                Err(Unavailable::TimedOut.into())
            }
        }
    }

    /// The moment before a read, from which on changes are heard of; `None` while they are not. The first call begins
    /// to listen.
    fn moment(&self) -> Option<Moment> {
        let tables = || triggers::tables(&self.known.model);
        listener::start(&self.changes, &self.connector, tables);
        self.changes.moment()
    }

    /// A look-up's answer, with what proves it for as long as nothing is heard of the rows that it is about.
    pub(crate) async fn proven<'a, T>(
        &self,
        read: impl Future<Output = Result<T, StoreError>>,
        about: impl Fn(&T) -> Option<(Subject<'a>, Option<Subject<'a>>)>,
    ) -> Result<(T, Option<Heard>), StoreError> {
        let moment = self.moment();
        let answer = read.await?;
        let heard = moment.and_then(|moment| {
            let (first, second) = about(&answer)?;
            Some(moment.about(first, second))
        });
        Ok((answer, heard))
    }

    pub(crate) fn holds(&self, heard: &Heard) -> bool {
        self.changes.holds(heard)
    }

    /// A row that this process has just changed.
    pub(crate) fn touched(&self, subject: Subject<'_>) {
        self.changes.touched(subject);
    }

    /// Makes the triggers that tell of changes.
    pub(crate) async fn make_triggers(&self) -> Result<(), StoreError> {
        let begin = Some("BEGIN ISOLATION LEVEL READ COMMITTED");
        self.in_transaction(begin, self.limit, async |session| {
            let schema = self.known.current(session).await?;
            let existing = session.tables().await?;
            session.run(&triggers::make(&schema.model, &existing)).await
        })
        .await
    }

    /// The first connection with few questions under way: to stay with one keeps it and its
    /// server process warm. If all have many, the one with the fewest.
    fn least_busy(&self) -> Option<&Shared> {
        let few = |shared: &&Shared| shared.questions() < FEW_QUESTIONS;
        let least = || self.shared.iter().min_by_key(|shared| shared.questions());
        self.shared.iter().find(few).or_else(least)
    }

    async fn ask<Q: Question>(&self, shared: &Shared, question: &Q) -> Result<Q::Answer, Refused> {
        let client = shared
            .client(&self.connector)
            .await
            .map_err(Refused::finally)?;
        let mut session = Session::new(&client);
        let answer = async {
            let schema = self.known.current(&mut session).await?;
            question.ask(&mut session, &schema).await
        }
        .await;
        self.known.learn(&answer);
        if session.stale {
            self.known.forget();
        }
        answer.map_err(|error| Refused {
            again: session.stale || (errors::is_lost(&error) && !client.is_usable()),
            error,
        })
    }

    /// A transaction on a connection of its own.
    pub(crate) async fn write<W: Write>(&self, write: W) -> Result<W::Output, StoreError> {
        let begin = (!W::ONE_STATEMENT).then_some("BEGIN ISOLATION LEVEL READ COMMITTED");
        self.in_transaction(begin, self.limit, async |session| {
            let schema = self.known.current(session).await?;
            let tables = Tables {
                connection: &mut *session,
                schema: &schema,
            };
            let answer = write.write(tables).await;
            self.known.learn(&answer);
            if session.stale {
                self.known.forget();
            }
            answer
        })
        .await
    }

    /// One snapshot for several statements, with more time.
    pub(crate) async fn scan<J: Job>(&self, job: J) -> Result<J::Output, StoreError> {
        let limit = self.limit * SCAN_FACTOR;
        let begin = format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = {}",
            limit.as_millis()
        );
        self.in_transaction(Some(&begin), limit, async |session| {
            job.run(session, &self.known.model).await
        })
        .await
    }

    /// All migrations in one transaction; whoever else migrates waits before it.
    pub(crate) async fn migrate<J>(&self, job: J) -> Result<Migrated, StoreError>
    where
        J: Job<Output = Migrated>,
    {
        let limit = self.limit * SCAN_FACTOR;
        let begin = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = {}; \
             SELECT pg_catalog.pg_advisory_xact_lock({MIGRATION_LOCK})",
            limit.as_millis()
        );
        let answer = self
            .in_transaction(Some(&begin), limit, async |session| {
                job.run(session, &self.known.model).await
            })
            .await;
        self.known.forget();
        answer
    }

    /// Commits if `work` succeeds, else rolls back. If the caller stops waiting the
    /// connection is closed, and the server rolls back.
    async fn in_transaction<T>(
        &self,
        begin: Option<&str>,
        limit: Duration,
        work: impl AsyncFnOnce(&mut Session<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let whole = async {
            let taken = self.begun(begin).await?;
            let client = taken.client()?;
            let answer = work(&mut Session::new(client)).await;
            let answer = match begin {
                Some(_) => end(client, answer).await,
                None => answer,
            };
            // A connection in doubt is closed instead.
            if !matches!(answer, Err(ref error) if errors::is_lost(error)) {
                taken.give_back();
            }
            answer
        };
        timeout(limit + GRACE, whole)
            .await
            .unwrap_or(Err(Unavailable::TimedOut.into()))
    }

    /// A connection on which `begin` was said; of one that broke while it was idle, another.
    async fn begun(&self, begin: Option<&str>) -> Result<pool::Taken, StoreError> {
        let taken = self.pool.take(&self.connector, self.limit).await?;
        let Some(begin) = begin else {
            return Ok(taken);
        };
        match taken.client()?.say(begin).await {
            Ok(()) => return Ok(taken),
            Err(error) if !errors::is_lost(&error) => return Err(error),
            Err(_) => drop(taken),
        }
        let taken = self.pool.take(&self.connector, self.limit).await?;
        taken.client()?.say(begin).await?;
        Ok(taken)
    }
}

async fn end<T>(client: &Client, answer: Result<T, StoreError>) -> Result<T, StoreError> {
    match answer {
        Ok(value) => client.say("COMMIT").await.map(|()| value),
        Err(error) => {
            // The first fault is the one to tell.
            if client.say("ROLLBACK").await.is_err() {
                client.abandon();
            }
            Err(error)
        }
    }
}

/// A refusal, and whether the same question may find an answer at once.
struct Refused {
    error: StoreError,
    again: bool,
}

impl Refused {
    fn finally(error: StoreError) -> Self {
        Self {
            error,
            again: false,
        }
    }
}
