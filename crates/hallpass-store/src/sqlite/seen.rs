//! What the file was seen to look like, as numbers: each cached answer keeps one, and a look is five words long.

use hallpass_sqlite_stamp::Stamp;
use parking_lot::Mutex;

use crate::sqlite::connection::FileIdentity;

/// A look at the file. A number stands for one look only; two numbers may stand for the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileStamp(u64);

/// All that this process has seen; it counts.
#[derive(Debug, Default)]
pub(super) struct Seen {
    files: Mutex<(Option<FileIdentity>, u64)>,
    looks: Mutex<Option<(Look, FileStamp)>>,
}

/// Which file, and its stamp.
type Look = (u64, Stamp);

/// What one connection saw last, with its number: mostly it sees the same again, and asks nobody.
#[derive(Debug, Default)]
pub(super) struct LastLook(Option<(Look, FileStamp)>);

impl Seen {
    /// A number for the file at the path. The files that stood there are counted: a restored backup may bear a stamp
    /// that was there before.
    pub(super) fn file(&self, identity: Option<FileIdentity>) -> u64 {
        let mut latest = self.files.lock();
        if latest.0 != identity {
            *latest = (identity, latest.1 + 1);
        }
        latest.1
    }

    /// The number of the latest look, if it was the same, else the next.
    fn number(&self, look: Look) -> FileStamp {
        let mut latest = self.looks.lock();
        match *latest {
            Some((known, stamp)) if known == look => stamp,
            before => {
                let next = FileStamp(before.map_or(0, |(_, FileStamp(number))| number + 1));
                *latest = Some((look, next));
                next
            }
        }
    }
}

impl LastLook {
    pub(super) fn number(&mut self, file: u64, stamp: Stamp, seen: &Seen) -> FileStamp {
        match self.0 {
            Some((last, number)) if last == (file, stamp) => number,
            _ => {
                let number = seen.number((file, stamp));
                self.0 = Some(((file, stamp), number));
                number
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallpass_sqlite_stamp::Watch;
    use rusqlite::{Connection, OpenFlags};

    /// Before and after a commit.
    fn two_stamps() -> (Stamp, Stamp) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db.sqlite3");
        let writer = Connection::open(&path).unwrap();
        writer.execute_batch("CREATE TABLE t (x)").unwrap();
        let mut watch = Watch::open(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        let before = watch.stamp().unwrap();
        writer.execute_batch("INSERT INTO t VALUES (1)").unwrap();
        (before, watch.stamp().unwrap())
    }

    #[test]
    fn a_number_stands_for_one_look() {
        let (before, after) = two_stamps();
        let seen = Seen::default();
        let (mut one, mut other) = (LastLook::default(), LastLook::default());
        let first = one.number(1, before, &seen);
        assert_eq!(other.number(1, before, &seen), first);
        let second = other.number(1, after, &seen);
        assert_ne!(second, first);
        // This connection has not seen the change yet, then sees it.
        assert_eq!(one.number(1, before, &seen), first);
        assert_eq!(one.number(1, after, &seen), second);
        // The same stamp on another file, and what was seen before others saw something else.
        let another = one.number(2, after, &seen);
        assert!(![first, second].contains(&another));
        let again = one.number(1, before, &seen);
        assert!(![second, another].contains(&again));
    }

    #[test]
    fn the_file_is_counted_each_time_it_is_another() {
        let seen = Seen::default();
        let identities = [Some(FileIdentity(1, 1)), Some(FileIdentity(1, 2))];
        let [one, two] = identities.map(|identity| seen.file(identity));
        assert_ne!(one, two);
        assert_eq!(seen.file(identities[1]), two);
        assert_ne!(seen.file(identities[0]), one);
    }
}
