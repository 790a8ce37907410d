//! The primary key of a user.

use std::fmt;
use std::str::FromStr;

use hallpass_formats::json::Json;
use hallpass_formats::random::random_bytes;
use uuid::{Builder, Uuid};

/// A user's primary key: a whole number, or a UUID where the model has a `UUIDField`.
///
/// Its text is Django's `str(user.pk)`, which is also what a session keeps in `_auth_user_id`.
///
/// ```
/// use hallpass_store::UserId;
///
/// let id: UserId = "42".parse().unwrap();
/// assert_eq!((id.as_integer(), id.as_uuid()), (Some(42), None));
///
/// let id: UserId = "{6F9619FF8B86D011B42D00C04FC964FF}".parse().unwrap();
/// assert_eq!(id.to_string(), "6f9619ff-8b86-d011-b42d-00c04fc964ff");
///
/// assert!("forty-two".parse::<UserId>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(Key);

/// The two kinds of keys, for those who store them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Key {
    Integer(i64),
    Uuid(Uuid),
}

/// The text is no primary key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a user id is a whole number or a UUID")]
pub struct InvalidUserId;

impl UserId {
    /// The number; `None` for a UUID.
    #[must_use]
    pub const fn as_integer(self) -> Option<i64> {
        match self.0 {
            Key::Integer(number) => Some(number),
            Key::Uuid(_) => None,
        }
    }

    /// The UUID; `None` for a number.
    #[must_use]
    pub const fn as_uuid(self) -> Option<Uuid> {
        match self.0 {
            Key::Integer(_) => None,
            Key::Uuid(uuid) => Some(uuid),
        }
    }

    pub(crate) const fn key(self) -> Key {
        self.0
    }

    /// A new key as `default=uuid.uuid4` makes it.
    pub(crate) fn random_uuid() -> Self {
        Builder::from_random_bytes(random_bytes())
            .into_uuid()
            .into()
    }
}

impl From<i64> for UserId {
    fn from(number: i64) -> Self {
        Self(Key::Integer(number))
    }
}

impl From<Uuid> for UserId {
    fn from(uuid: Uuid) -> Self {
        Self(Key::Uuid(uuid))
    }
}

/// As DRF's renderer writes a key: a number, or the UUID as a string.
impl From<UserId> for Json {
    fn from(id: UserId) -> Self {
        match id.0 {
            Key::Integer(number) => number.into(),
            Key::Uuid(uuid) => uuid.to_string().into(),
        }
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Key::Integer(number) => number.fmt(f),
            Key::Uuid(uuid) => uuid.fmt(f),
        }
    }
}

/// What Django's fields read in a session. 32 hexadecimal digits are a UUID, also when they are decimal ones.
impl FromStr for UserId {
    type Err = InvalidUserId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(uuid) = uuid_from_text(text) {
            return Ok(uuid.into());
        }
        text.parse::<i64>()
            .map(Self::from)
            .map_err(|_| InvalidUserId)
    }
}

/// Python's `uuid.UUID(hex=text)`: 32 digits, whatever `urn:`, `uuid:`, braces and hyphens stand between.
pub(crate) fn uuid_from_text(text: &str) -> Option<Uuid> {
    // Most texts are short numbers: what has no room for the digits is not searched for them.
    if text.len() < 32 {
        return None;
    }
    if let Ok(uuid) = Uuid::try_parse(text) {
        return Some(uuid);
    }
    let digits = text.replace("urn:", "").replace("uuid:", "");
    let digits = digits.trim_matches(['{', '}']).replace('-', "");
    Uuid::try_parse(&digits).ok().filter(|_| digits.len() == 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "01234567-89ab-4cde-8f01-23456789abcd";

    #[test]
    fn a_uuid_is_read_as_python_reads_it() {
        let wanted = UserId::from(Uuid::try_parse(TEXT).unwrap());
        for text in [
            TEXT,
            "0123456789AB4CDE8F0123456789ABCD",
            "urn:uuid:01234567-89ab-4cde-8f01-23456789abcd",
            "{01234567-89ab-4cde-8f01-23456789abcd}",
            "{urn:uuid:0-123456789ab4cde8f0123456789abcd}}",
        ] {
            let read: Result<UserId, _> = text.parse();
            assert_eq!(read, Ok(wanted), "{text}");
        }
        assert_eq!(wanted.to_string(), TEXT);
        assert_eq!(Json::from(wanted), Json::from(TEXT));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in [
            "",
            "x",
            "1.5",
            "99999999999999999999",
            "0123456789ab4cde8f0123456789abc",
            "0123456789ab4cde8f0123456789abcde",
            "g1234567-89ab-4cde-8f01-23456789abcd",
            "é1234567-89ab-4cde-8f01-23456789abc",
        ] {
            assert_eq!(text.parse::<UserId>(), Err(InvalidUserId), "{text:?}");
        }
    }

    #[test]
    fn numbers_stay_numbers() {
        for number in [i64::MIN, -1, 0, 7, i64::MAX] {
            let id: UserId = number.to_string().parse().unwrap();
            assert_eq!(id, UserId::from(number));
            assert_eq!(Json::from(id), Json::from(number));
        }
    }

    #[test]
    fn new_uuids_are_of_version_4() {
        let uuid = UserId::random_uuid().as_uuid().unwrap();
        assert_eq!(uuid.get_version_num(), 4);
        assert_eq!(uuid.get_variant(), uuid::Variant::RFC4122);
        assert_ne!(UserId::random_uuid(), UserId::random_uuid());
    }
}
