//! MySQL and MariaDB: a pool of connections, each asking one thing at a time.
//!
//! No answer takes much longer than the time allowed: the server itself stops a statement
//! then (MySQL only a SELECT), and a server that does not even do that loses the
//! connection. A look-up that a broken connection failed is asked again on another.

mod connect;
mod ddl;
mod errors;
mod pool;
mod session;
mod values;
mod words;

use std::time::Duration;

use mysql_async::prelude::Queryable;
use tokio::time::timeout;

use crate::engine::{Job, Nothing, PointRead, Tables, Write};
use crate::error::{StoreError, Unavailable};
use crate::mysql::connect::Connector;
use crate::mysql::pool::{Pool, Taken};
use crate::mysql::session::Session;
use crate::operations::migrate::Migrated;
use crate::schema::KnownSchema;
use crate::store::StoreOptions;
use crate::url::ServerUrl;

pub(crate) use words::statement;

/// Looking at every row may take this many times as long as other work.
const SCAN_FACTOR: u32 = 12;
/// The server stops its statement; its answer still has to arrive.
const GRACE: Duration = Duration::from_millis(500);
/// A connection idle for longer is asked whether it lives before a statement that must not
/// be repeated goes out on it.
const FRESH: Duration = Duration::from_millis(20);

/// One database.
#[derive(Debug)]
pub(crate) struct MySql {
    pool: Pool,
    known: KnownSchema,
    limit: Duration,
}

impl MySql {
    /// Connects once, so that a wrong URL is told now.
    pub(crate) async fn open(url: &ServerUrl, options: &StoreOptions) -> Result<Self, StoreError> {
        // To the server no time at all means no limit at all.
        let limit = options.busy_timeout.max(Duration::from_millis(1));
        let connector = Connector::new(url, options.read_only, limit)?;
        let store = Self {
            pool: Pool::new(connector, options.max_connections.max(2)),
            known: KnownSchema::new(options.user_model.clone()),
            limit,
        };
        // A table that `migrate` has still to make is no error yet.
        match store.point_read("", Nothing).await {
            Ok(()) | Err(StoreError::MissingTables(_)) => Ok(store),
            Err(error) => Err(error),
        }
    }

    /// Asked again once if an idle connection proves to be broken.
    pub(crate) async fn point_read<R: PointRead>(
        &self,
        text: &str,
        read: R,
    ) -> Result<R::Output, StoreError> {
        let work = async {
            let taken = self.pool.take(self.limit).await?;
            let was_idle = taken.idle_for.is_some();
            match self.ask(taken, text, read.clone()).await {
                Err(error) if was_idle && errors::is_lost(&error) => {
                    self.pool.forget_idle();
                    let taken = self.pool.take(self.limit).await?;
                    self.ask(taken, text, read).await
                }
                answer => answer,
            }
        };
        within(self.limit, work).await
    }

    async fn ask<R: PointRead>(
        &self,
        mut taken: Taken,
        text: &str,
        read: R,
    ) -> Result<R::Output, StoreError> {
        let mut session = Session(&mut taken.connection);
        let answer = async {
            let schema = self.known.current(&mut session).await?;
            let tables = Tables {
                connection: &mut session,
                schema: &schema,
            };
            read.read(tables, text).await
        }
        .await;
        self.known.learn(&answer);
        keep(taken, &answer);
        answer
    }

    /// A transaction, or one statement.
    pub(crate) async fn write<W: Write>(&self, write: W) -> Result<W::Output, StoreError> {
        let work = async {
            let mut taken = self
                .begun((!W::ONE_STATEMENT).then_some("START TRANSACTION"))
                .await?;
            let mut session = Session(&mut taken.connection);
            let answer = async {
                let schema = self.known.current(&mut session).await?;
                let tables = Tables {
                    connection: &mut session,
                    schema: &schema,
                };
                write.write(tables).await
            }
            .await;
            self.known.learn(&answer);
            let answer = if W::ONE_STATEMENT {
                answer
            } else {
                end(&mut taken, answer).await
            };
            keep(taken, &answer);
            answer
        };
        within(self.limit, work).await
    }

    /// One snapshot for several statements, on a connection with more time.
    pub(crate) async fn scan<J: Job>(&self, job: J) -> Result<J::Output, StoreError> {
        let limit = self.limit * SCAN_FACTOR;
        let work = async {
            let mut taken = self.pool.take_new(self.limit, limit).await?;
            let connection = &mut taken.connection;
            connection
                .query_drop("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                .await?;
            connection
                .query_drop("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
                .await?;
            let answer = job.run(&mut Session(connection), &self.known.model).await;
            close(taken, answer).await
        };
        within(limit, work).await
    }

    /// Statement by statement, for DDL ends every transaction. Whoever else migrates this
    /// database waits before it; the lock goes with the connection.
    pub(crate) async fn migrate<J>(&self, job: J) -> Result<Migrated, StoreError>
    where
        J: Job<Output = Migrated>,
    {
        let limit = self.limit * SCAN_FACTOR;
        let work = async {
            let mut taken = self.pool.take_new(self.limit, limit).await?;
            let connection = &mut taken.connection;
            // Locks belong to the server; their names must not be longer than 64.
            let lock = "SELECT GET_LOCK(CONCAT('hallpass_migrate_', MD5(DATABASE())), ?)";
            let seconds = self.limit.as_secs_f64();
            let got: Option<Option<i64>> = connection.exec_first(lock, (seconds,)).await?;
            if got.flatten() != Some(1) {
                return Err(Unavailable::Locked.into());
            }
            let answer = job.run(&mut Session(connection), &self.known.model).await;
            close(taken, answer).await
        };
        let answer = within(limit, work).await;
        self.known.forget();
        answer
    }

    /// A connection that lives, on which `begin` was said.
    async fn begun(&self, begin: Option<&str>) -> Result<Taken, StoreError> {
        let mut taken = self.pool.take(self.limit).await?;
        let Some(idle_for) = taken.idle_for else {
            return begin_on(taken, begin).await;
        };
        let lives = match begin {
            Some(begin) => taken.connection.query_drop(begin).await,
            None if idle_for > FRESH => taken.connection.ping().await,
            None => Ok(()),
        };
        match lives.map_err(StoreError::from) {
            Ok(()) => Ok(taken),
            Err(error) if !errors::is_lost(&error) => Err(error),
            Err(_) => {
                drop(taken);
                self.pool.forget_idle();
                begin_on(self.pool.take(self.limit).await?, begin).await
            }
        }
    }
}

async fn begin_on(mut taken: Taken, begin: Option<&str>) -> Result<Taken, StoreError> {
    if let Some(begin) = begin {
        taken.connection.query_drop(begin).await?;
    }
    Ok(taken)
}

async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    timeout(limit + GRACE, work)
        .await
        .unwrap_or(Err(Unavailable::TimedOut.into()))
}

/// A connection in doubt is closed.
fn keep<T>(taken: Taken, answer: &Result<T, StoreError>) {
    if !matches!(answer, Err(error) if errors::is_lost(error)) {
        taken.give_back();
    }
}

async fn end<T>(taken: &mut Taken, answer: Result<T, StoreError>) -> Result<T, StoreError> {
    match answer {
        Ok(value) => Ok(taken
            .connection
            .query_drop("COMMIT")
            .await
            .map(|()| value)?),
        // The first fault is the one to tell; one of the ROLLBACK shows itself to the next.
        Err(error) => {
            drop(taken.connection.query_drop("ROLLBACK").await);
            Err(error)
        }
    }
}

/// Ends a connection that had more time than others. The answer is known already.
async fn close<T>(taken: Taken, answer: Result<T, StoreError>) -> Result<T, StoreError> {
    let Taken { connection, .. } = taken;
    drop(connection.disconnect().await);
    answer
}
