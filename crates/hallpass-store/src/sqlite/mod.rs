//! SQLite: the file, its connections and who may use them when.

mod attached;
mod connection;
mod ddl;
mod errors;
mod readers;
mod row;
mod seen;
mod slot;
mod transaction;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;

use crate::engine::{Job, Nothing, PointRead, Tables, Write};
use crate::error::StoreError;
use crate::operations::migrate::Migrated;
use crate::schema::KnownSchema;
use crate::sqlite::attached::now;
use crate::sqlite::readers::Readers;
use crate::sqlite::slot::Open;
use crate::sqlite::transaction::Begun;
use crate::sqlite::writer::{Target, Writer};
use crate::user_model::UserModel;

pub(crate) use seen::FileStamp;

/// One SQLite database.
#[derive(Debug)]
pub(crate) struct Sqlite {
    shared: Arc<Shared>,
    writer: Writer,
}

/// What reads on other threads need too.
#[derive(Debug)]
struct Shared {
    /// `None` for a database in memory: it has one connection, the writer's.
    readers: Option<Readers>,
    known: KnownSchema,
}

impl Sqlite {
    /// Opens a file, or memory without a path.
    pub(crate) async fn open(
        path: Option<&Path>,
        model: UserModel,
        create: bool,
        read_only: bool,
        busy_timeout: Duration,
    ) -> Result<Self, StoreError> {
        let target = match path {
            None => Target::Memory,
            Some(path) => {
                if create && !path.exists() {
                    connection::create(path)?;
                }
                connection::require_file(path)?;
                Target::File {
                    path: path.to_owned(),
                    read_only,
                }
            }
        };
        let store = Self {
            shared: Arc::new(Shared {
                readers: path.map(|path| Readers::new(path, read_only, busy_timeout)),
                known: KnownSchema::new(model),
            }),
            writer: Writer::start(target, busy_timeout)?,
        };
        // A table that `migrate` has still to make is no error yet.
        match store.point_read("", Nothing).await {
            Ok(()) | Err(StoreError::MissingTables(_)) => Ok(store),
            Err(error) => Err(error),
        }
    }

    /// On the calling thread unless it would have to wait.
    pub(crate) async fn point_read<R: PointRead>(
        &self,
        text: &str,
        read: R,
    ) -> Result<R::Output, StoreError> {
        let Some(readers) = &self.shared.readers else {
            let text = text.to_owned();
            return self
                .on_writer(move |known, connection| known.read(connection, &text, read))
                .await;
        };
        let work = move |shared: &Shared, _: &Readers, open: &mut Open, text: &str| {
            shared.known.read(open.connection(), text, read.clone())
        };
        self.on_reader(readers, text, work).await
    }

    /// The same where nothing has to be waited for; `None` says nothing.
    pub(crate) fn point_read_now<R: PointRead>(
        &self,
        text: &str,
        read: R,
    ) -> Option<Result<R::Output, StoreError>> {
        let Shared { readers, known } = &*self.shared;
        let work = |open: &mut Open| known.read(open.connection(), text, read);
        let answer = readers.as_ref()?.run_now(work);
        (!is_locked(&answer)).then_some(answer)
    }

    /// The same, with the stamp of the file that the answer belongs to.
    pub(crate) async fn proven_read<R: PointRead>(
        &self,
        text: &str,
        read: R,
    ) -> Result<(R::Output, Option<FileStamp>), StoreError> {
        let Some(readers) = &self.shared.readers else {
            return Ok((self.point_read(text, read).await?, None));
        };
        let work = move |shared: &Shared, readers: &Readers, open: &mut Open, text: &str| {
            let read = read.clone();
            readers.read_proven(open, |connection| shared.known.read(connection, text, read))
        };
        self.on_reader(readers, text, work).await
    }

    /// What the file looks like now; `None` if that cannot be told without waiting.
    pub(crate) fn stamp(&self) -> Option<FileStamp> {
        self.shared.readers.as_ref()?.stamp()
    }

    /// On the calling thread unless it would have to wait.
    async fn on_reader<T: Send + 'static>(
        &self,
        readers: &Readers,
        text: &str,
        work: impl Fn(&Shared, &Readers, &mut Open, &str) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let deadline = readers.deadline();
        let answer = readers.run_now(|open| work(&self.shared, readers, open, text));
        if !is_locked(&answer) {
            return answer;
        }
        let place = readers.wait()?;
        let (shared, text) = (Arc::clone(&self.shared), text.to_owned());
        blocking(move || {
            let _place = place;
            let readers = shared.readers.as_ref().ok_or(StoreError::Closed)?;
            readers.run_waiting(deadline, |open| work(&shared, readers, open, &text))
        })
        .await
    }

    /// Work that may look at every row: never on the calling thread.
    pub(crate) async fn scan<J: Job>(&self, job: J) -> Result<J::Output, StoreError> {
        let Some(readers) = &self.shared.readers else {
            return self
                .on_writer(move |known, connection| now(job.run(connection, &known.model)))
                .await;
        };
        let place = readers.wait()?;
        let shared = Arc::clone(&self.shared);
        blocking(move || {
            let _place = place;
            let readers = shared.readers.as_ref().ok_or(StoreError::Closed)?;
            let mut file = readers.open_for_scan()?;
            // One transaction, so that several statements see one state.
            let snapshot = Begun::new(&mut file.connection, "BEGIN")?;
            now(job.run(snapshot.connection, &shared.known.model))
        })
        .await
    }

    /// A transaction that has the write lock from its first statement. Committed if
    /// `write` succeeds, else rolled back.
    pub(crate) async fn write<W: Write>(&self, write: W) -> Result<W::Output, StoreError> {
        self.on_writer(move |known, connection| {
            let transaction = Begun::new(connection, "BEGIN IMMEDIATE")?;
            let schema = now(known.current(transaction.connection))?;
            let tables = Tables {
                connection: &mut *transaction.connection,
                schema: &schema,
            };
            let answer = now(write.write(tables));
            known.learn(&answer);
            let answer = answer?;
            transaction.commit()?;
            Ok(answer)
        })
        .await
    }

    /// Work of migrations, after which the user table is looked at anew.
    pub(crate) async fn migrate<J>(&self, job: J) -> Result<Migrated, StoreError>
    where
        J: Job<Output = Migrated>,
    {
        self.on_writer(move |known, connection| {
            let transaction = Begun::new(connection, "BEGIN IMMEDIATE")?;
            let answer = now(job.run(transaction.connection, &known.model));
            known.forget();
            let migrated = answer?;
            transaction.commit()?;
            if migrated.was_empty && !migrated.applied.is_empty() {
                switch_to_wal(connection);
            }
            Ok(migrated)
        })
        .await
    }

    async fn on_writer<T: Send + 'static>(
        &self,
        job: impl FnOnce(&KnownSchema, &mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let shared = Arc::clone(&self.shared);
        self.writer
            .run(move |connection| job(&shared.known, connection))
            .await
    }
}

impl KnownSchema {
    fn read<R: PointRead>(
        &self,
        connection: &mut Connection,
        text: &str,
        read: R,
    ) -> Result<R::Output, StoreError> {
        let schema = now(self.current(connection))?;
        let tables = Tables {
            connection,
            schema: &schema,
        };
        let answer = now(read.read(tables, text));
        self.learn(&answer);
        answer
    }
}

/// Readers and the writer get on in WAL. Only for a file that is ours from the start; it
/// is no fault if somebody else has it open just now and it stays as it is.
fn switch_to_wal(connection: &Connection) {
    let answer = connection.query_row("PRAGMA journal_mode = WAL", [], |row| {
        row.get::<_, String>(0)
    });
    if let Err(error) = answer {
        tracing::warn!(%error, "the new database stays in rollback-journal mode");
    }
}

fn is_locked<T>(answer: &Result<T, StoreError>) -> bool {
    matches!(
        answer,
        Err(StoreError::Unavailable(crate::error::Unavailable::Locked))
    )
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(StoreError::Closed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::users::ByToken;
    use rusqlite::StatementStatus;

    const FIXTURE: &str = include_str!("../../../../tests/vectors/fixture.sql");
    const ALICE: &str = "a11ce00000000000000000000000000000000001";

    /// The dump names tables before it makes them.
    fn load(connection: &Connection) {
        connection
            .execute_batch(&format!(
                "PRAGMA foreign_keys = OFF; {FIXTURE} PRAGMA foreign_keys = ON"
            ))
            .unwrap();
    }

    /// Without the planner's stability guarantee this is 999, and each look-up costs five times as much.
    #[tokio::test]
    async fn cached_statements_are_compiled_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db.sqlite3");
        let fixture = Connection::open(&path).unwrap();
        load(&fixture);
        let timeout = Duration::from_secs(1);
        let store = Sqlite::open(Some(&path), UserModel::default(), false, false, timeout)
            .await
            .unwrap();
        for _ in 0..1000 {
            let found = store.point_read(ALICE, ByToken).await.unwrap();
            assert_eq!(found.unwrap().1.username(), "alice");
        }
        let readers = store.shared.readers.as_ref().unwrap();
        let reprepared = readers.run_now(|open| {
            let connection = open.connection();
            let schema = now(store.shared.known.current(connection))?;
            let sql = &schema.statements.users.by_token.sql;
            let statement = connection.prepare_cached(sql)?;
            let runs = statement.get_status(StatementStatus::Run);
            assert!(runs >= 1000, "not the statement that ran");
            Ok(statement.get_status(StatementStatus::RePrepare))
        });
        assert_eq!(reprepared, Ok(0));
    }

    /// As a receiver of the application may.
    struct Panicking;

    impl Write for Panicking {
        type Output = ();

        async fn write<C: crate::engine::Connection>(
            self,
            tables: Tables<'_, C>,
        ) -> Result<(), StoreError> {
            tables.connection.run("DELETE FROM authtoken_token").await?;
            panic!("a receiver of the application");
        }
    }

    #[tokio::test]
    async fn a_panicking_write_rolls_back_and_the_writer_lives_on() {
        let timeout = Duration::from_secs(1);
        let store = Sqlite::open(None, UserModel::default(), false, false, timeout)
            .await
            .unwrap();
        store
            .on_writer(|_, connection| {
                load(connection);
                Ok(())
            })
            .await
            .unwrap();
        let answer = store.write(Panicking).await;
        assert!(matches!(answer, Err(StoreError::Other(_))));
        let found = store.point_read(ALICE, ByToken).await.unwrap();
        assert!(found.is_some());
    }
}
