//! The refusals of the last while, kept so that an operator can ask about one.

use std::collections::VecDeque;

use hallpass_formats::json::{Json, Object};
use hallpass_formats::timestamp::Timestamp;
use parking_lot::Mutex;

use super::reason::Cause;

/// How many refusals are remembered; older ones are in the log only.
const CAPACITY: usize = 1024;
/// The longest path and the longest detail that are kept, in bytes.
const LONGEST: usize = 512;

/// One refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// What the client was given in the header `Hallpass-Diagnostic`.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// The request's method.
    pub method: String,
    /// The request's path, without the query.
    pub path: String,
    /// The status that the client got.
    pub status: u16,
    /// The kind of reason.
    pub cause: Cause,
    /// The scheme that refused, if one did.
    pub scheme: Option<&'static str>,
    /// What there is to say beyond that.
    pub detail: String,
}

impl Record {
    /// As the operations listener tells it.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let mut object = Object::new();
        object.insert("id", self.id.as_str());
        object.insert("time", self.at.to_iso8601().as_str());
        object.insert("method", self.method.as_str());
        object.insert("path", self.path.as_str());
        object.insert("status", Json::from(i64::from(self.status)));
        object.insert("reason", self.cause.as_str());
        object.insert("scheme", self.scheme.map_or(Json::Null, Json::from));
        object.insert("detail", self.detail.as_str());
        Json::Object(object)
    }
}

/// The last refusals.
#[derive(Debug, Default)]
pub(crate) struct Records(Mutex<VecDeque<Record>>);

impl Records {
    pub(super) fn keep(&self, mut record: Record) {
        shorten(&mut record.path);
        shorten(&mut record.detail);
        let mut records = self.0.lock();
        if records.len() >= CAPACITY {
            records.pop_front();
        }
        records.push_back(record);
    }

    pub(crate) fn find(&self, id: &str) -> Option<Record> {
        let records = self.0.lock();
        records.iter().rev().find(|record| record.id == id).cloned()
    }
}

fn shorten(text: &mut String) {
    if text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
        text.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: usize) -> Record {
        Record {
            id: number.to_string(),
            at: Timestamp::now(),
            method: "GET".to_owned(),
            path: "/é".repeat(LONGEST),
            status: 401,
            cause: Cause::NoCredentials,
            scheme: None,
            detail: String::new(),
        }
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let records = Records::default();
        for number in 0..CAPACITY + 2 {
            records.keep(record(number));
        }
        assert_eq!(records.0.lock().len(), CAPACITY);
        assert_eq!(records.find("1"), None);
        let kept = records.find("2").unwrap();
        assert!(kept.path.len() <= LONGEST + '…'.len_utf8());
    }
}
