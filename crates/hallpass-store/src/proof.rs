//! What proves that rows still are what they were when they were read.

#[cfg(feature = "postgres")]
use crate::postgres::Heard;
use crate::sqlite::FileStamp;

/// Taken before rows are read: while [`Store::holds`](crate::Store::holds) affirms it, nobody has changed them since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof(pub(crate) Evidence);

/// What each database has to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Evidence {
    Sqlite(FileStamp),
    #[cfg(feature = "postgres")]
    Postgres(Heard),
}

/// An answer, and what proves it later. Without a proof it must not be kept.
#[derive(Debug, Clone)]
pub struct Proven<T> {
    /// What was read.
    pub answer: T,
    /// `None` where changes cannot be watched, or not just now.
    pub proof: Option<Proof>,
}

#[cfg(test)]
mod tests {
    use super::Proof;

    /// Each remembered identity has one.
    #[test]
    fn a_proof_is_small() {
        assert!(size_of::<Proof>() <= 16);
    }
}
