//! What the parts of a run share: databases and the PostgreSQL server, made when the first of them asks.

use std::cell::OnceCell;

use crate::Failure;
use crate::databases::Database;
use crate::pin::Place;
use crate::plan::Plan;
use crate::postgres::Postgres;
use crate::report::Report;
use crate::servers::Scratch;

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) plan: Plan,
    // Before the folder that it works in, so that it is stopped first.
    postgres: OnceCell<Option<Postgres>>,
    wal: OnceCell<Database>,
    delete: OnceCell<Database>,
    pub(crate) scratch: Scratch,
}

impl World {
    /// Takes the client's processor.
    pub(crate) fn new(plan: Plan) -> Result<Self, Failure> {
        Place::Client.take(std::process::id());
        Ok(Self {
            plan,
            postgres: OnceCell::new(),
            wal: OnceCell::new(),
            delete: OnceCell::new(),
            scratch: Scratch::new()?,
        })
    }

    /// SQLite as Hallpass makes it, with a write-ahead log.
    pub(crate) fn wal(&self) -> Result<&Database, Failure> {
        if let Some(made) = self.wal.get() {
            return Ok(made);
        }
        let made = Database::wal(&self.plan, &self.scratch, "hallpass")?;
        Ok(self.wal.get_or_init(|| made))
    }

    /// SQLite as Django makes it, with a rollback journal.
    pub(crate) fn delete(&self) -> Result<&Database, Failure> {
        if let Some(made) = self.delete.get() {
            return Ok(made);
        }
        let made = Database::delete(&self.plan, &self.scratch)?;
        Ok(self.delete.get_or_init(|| made))
    }

    /// A server; where there is none the report says so.
    pub(crate) fn postgres(&self, report: &mut Report) -> Result<Option<&Postgres>, Failure> {
        if let Some(started) = self.postgres.get() {
            return Ok(started.as_ref());
        }
        let started = Postgres::start(&self.scratch)?;
        if started.is_none() {
            report.note("PostgreSQL is not installed: its rows are missing");
        }
        Ok(self.postgres.get_or_init(|| started).as_ref())
    }
}
