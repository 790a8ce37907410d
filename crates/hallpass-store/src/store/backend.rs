//! Which database it is: the one place that asks.
//!
//! A server's future is boxed: it is deep, and a caller that embeds it would meet the compiler's limit on how deep
//! types may be. Beside a network round trip the box costs nothing; SQLite's way has none.

#[cfg(feature = "postgres")]
use std::sync::Arc;

use crate::engine::{Job, PointRead, Write};
use crate::error::StoreError;
#[cfg(feature = "mysql")]
use crate::mysql::MySql;
use crate::operations::migrate::Migrated;
use crate::operations::users::OwnerOfToken;
#[cfg(feature = "postgres")]
use crate::postgres::{Heard, Postgres};
use crate::proof::{Evidence, Proof, Proven};
use crate::rows::TokenOwner;
use crate::sqlite::Sqlite;
use crate::store::{StoreOptions, Triggers};
use crate::subject::Subject;
use crate::url::{DatabaseUrlError, ServerUrl};

#[derive(Debug)]
pub(super) enum Backend {
    Sqlite(Sqlite),
    #[cfg(feature = "postgres")]
    Postgres(Arc<Postgres>),
    #[cfg(feature = "mysql")]
    MySql(Box<MySql>),
}

impl Backend {
    pub(super) async fn open(options: StoreOptions) -> Result<Self, StoreError> {
        if let Some(server) = options.url.server() {
            return Self::on_server(server, &options).await;
        }
        let sqlite = Sqlite::open(
            options.url.path(),
            options.user_model,
            options.create,
            options.read_only,
            options.busy_timeout,
        );
        Ok(Self::Sqlite(sqlite.await?))
    }

    #[cfg_attr(
        not(any(feature = "postgres", feature = "mysql")),
        allow(unused_variables)
    )]
    async fn on_server(server: &ServerUrl, options: &StoreOptions) -> Result<Self, StoreError> {
        match server.engine.as_str() {
            #[cfg(feature = "postgres")]
            "postgres" | "postgresql" | "pgsql" => {
                let postgres = Postgres::open(server, options).await?;
                Ok(Self::Postgres(Arc::new(postgres)))
            }
            #[cfg(feature = "mysql")]
            "mysql" | "mariadb" => {
                let mysql = MySql::open(server, options).await?;
                Ok(Self::MySql(Box::new(mysql)))
            }
            engine => Err(DatabaseUrlError::UnsupportedEngine(engine.to_owned()).into()),
        }
    }

    pub(super) async fn point_read<R: PointRead>(
        &self,
        text: &str,
        read: R,
    ) -> Result<R::Output, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.point_read(text, read).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => Box::pin(postgres.point_read(text, read)).await,
            #[cfg(feature = "mysql")]
            Self::MySql(mysql) => Box::pin(mysql.point_read(text, read)).await,
        }
    }

    /// The same where nothing has to be waited for; `None` says nothing.
    pub(super) fn point_read_now<R: PointRead>(
        &self,
        text: &str,
        read: R,
    ) -> Option<Result<R::Output, StoreError>> {
        match self {
            Self::Sqlite(sqlite) => sqlite.point_read_now(text, read),
            #[cfg(any(feature = "postgres", feature = "mysql"))]
            _ => None,
        }
    }

    /// `about` says which rows the answer depends on, where changes are told of row by row; `None` if they cannot be
    /// named. Where nothing tells of changes the answer has no proof.
    #[cfg_attr(not(feature = "postgres"), allow(unused_variables))]
    pub(super) async fn proven_read<'a, R: PointRead>(
        &self,
        text: &str,
        read: R,
        about: impl Fn(&R::Output) -> Option<(Subject<'a>, Option<Subject<'a>>)>,
    ) -> Result<Proven<R::Output>, StoreError> {
        match self {
            Self::Sqlite(sqlite) => {
                let (answer, stamp) = sqlite.proven_read(text, read).await?;
                let proof = stamp.map(|stamp| Proof(Evidence::Sqlite(stamp)));
                Ok(Proven { answer, proof })
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => {
                let read = postgres.point_read(text, read);
                told(Box::pin(postgres.proven(read, about)).await)
            }
            #[cfg(feature = "mysql")]
            Self::MySql(_) => Ok(Proven {
                answer: self.point_read(text, read).await?,
                proof: None,
            }),
        }
    }

    /// The owner of a token: on PostgreSQL asked for together with others.
    pub(super) async fn token_owner(&self, key: &str) -> Result<Option<TokenOwner>, StoreError> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => Box::pin(postgres.token_owner(key)).await,
            _ => self.point_read(key, OwnerOfToken).await,
        }
    }

    /// The same with its proof.
    pub(super) async fn proven_token_owner(
        &self,
        key: &str,
    ) -> Result<Proven<Option<TokenOwner>>, StoreError> {
        let about = |found: &Option<TokenOwner>| {
            let user = found.as_ref().map(|owner| Subject::User(*owner.user.id()));
            Some((Subject::Token(key), user))
        };
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => {
                let read = postgres.token_owner(key);
                told(Box::pin(postgres.proven(read, about)).await)
            }
            _ => self.proven_read(key, OwnerOfToken, about).await,
        }
    }

    pub(super) fn holds(&self, proof: &Proof) -> bool {
        match (self, proof.0) {
            (Self::Sqlite(sqlite), Evidence::Sqlite(stamp)) => sqlite.stamp() == Some(stamp),
            #[cfg(feature = "postgres")]
            (Self::Postgres(postgres), Evidence::Postgres(heard)) => postgres.holds(&heard),
            #[cfg(any(feature = "postgres", feature = "mysql"))]
            _ => false,
        }
    }

    /// [`Backend::write`] of what is remembered under this name.
    pub(super) async fn write_to<W: Write>(
        &self,
        subject: Subject<'_>,
        write: W,
    ) -> Result<W::Output, StoreError> {
        let answer = self.write(write).await;
        // Whatever came of it: a write whose answer was lost may stand.
        self.touched(subject);
        answer
    }

    /// A row that this process has just changed, where a proof would not show it by itself.
    #[cfg_attr(not(feature = "postgres"), allow(unused_variables))]
    fn touched(&self, subject: Subject<'_>) {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => postgres.touched(subject),
            _ => {}
        }
    }

    pub(super) async fn make_triggers(&self) -> Result<Triggers, StoreError> {
        match self {
            Self::Sqlite(_) => Ok(Triggers::NotNeeded),
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => {
                Box::pin(postgres.make_triggers()).await?;
                Ok(Triggers::Made)
            }
            #[cfg(feature = "mysql")]
            Self::MySql(_) => Ok(Triggers::NotSupported),
        }
    }

    pub(super) async fn write<W: Write>(&self, write: W) -> Result<W::Output, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.write(write).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => Box::pin(postgres.write(write)).await,
            #[cfg(feature = "mysql")]
            Self::MySql(mysql) => Box::pin(mysql.write(write)).await,
        }
    }

    pub(super) async fn scan<J: Job>(&self, job: J) -> Result<J::Output, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.scan(job).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => Box::pin(postgres.scan(job)).await,
            #[cfg(feature = "mysql")]
            Self::MySql(mysql) => Box::pin(mysql.scan(job)).await,
        }
    }

    pub(super) async fn migrate<J>(&self, job: J) -> Result<Migrated, StoreError>
    where
        J: Job<Output = Migrated>,
    {
        match self {
            Self::Sqlite(sqlite) => sqlite.migrate(job).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => Box::pin(postgres.migrate(job)).await,
            #[cfg(feature = "mysql")]
            Self::MySql(mysql) => Box::pin(mysql.migrate(job)).await,
        }
    }
}

/// An answer of PostgreSQL's with its proof.
#[cfg(feature = "postgres")]
fn told<T>(answer: Result<(T, Option<Heard>), StoreError>) -> Result<Proven<T>, StoreError> {
    let (answer, heard) = answer?;
    let proof = heard.map(|heard| Proof(Evidence::Postgres(heard)));
    Ok(Proven { answer, proof })
}
