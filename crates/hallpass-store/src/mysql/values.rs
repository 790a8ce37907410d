//! Columns and parameters in the binary protocol. Times are UTC and carry no zone.

use hallpass_formats::timestamp::Timestamp;
use mysql_async::consts::ColumnType;
use mysql_async::{Row, Value as Wire};
use uuid::Uuid;

use crate::engine::{Columns, Mismatch, Parameter};
use crate::user_id::{Key, UserId, uuid_from_text};
use crate::value::Value;

/// The number of the character set of what is no text.
const BINARY: u16 = 63;
const DAY: i64 = 86_400;

/// A row at hand.
pub(super) struct MySqlRow<'a>(pub(super) &'a Row);

impl MySqlRow<'_> {
    fn value(&self, index: usize) -> Result<&Wire, Mismatch> {
        self.0.as_ref(index).ok_or(Mismatch {
            found: "nothing",
            wanted: "a column",
        })
    }

    fn is_text(&self, index: usize) -> bool {
        self.0.columns_ref().get(index).is_some_and(|column| {
            column.character_set() != BINARY
                || matches!(
                    column.column_type(),
                    ColumnType::MYSQL_TYPE_JSON
                        | ColumnType::MYSQL_TYPE_DECIMAL
                        | ColumnType::MYSQL_TYPE_NEWDECIMAL
                )
        })
    }

    /// A day without a time.
    fn is_date(&self, index: usize) -> bool {
        let column = self.0.columns_ref().get(index);
        column.is_some_and(|column| column.column_type() == ColumnType::MYSQL_TYPE_DATE)
    }

    fn mismatch<T>(&self, index: usize, wanted: &'static str) -> Result<T, Mismatch> {
        let found = match self.value(index)? {
            Wire::NULL => "NULL",
            Wire::Bytes(_) if self.is_text(index) => "text",
            Wire::Bytes(_) => "bytes",
            Wire::Int(_) | Wire::UInt(_) => "a whole number",
            Wire::Float(_) | Wire::Double(_) => "a fraction",
            Wire::Date(..) => "a date and time",
            Wire::Time(..) => "a time",
        };
        Err(Mismatch { found, wanted })
    }
}

impl Columns for MySqlRow<'_> {
    fn id(&self, index: usize) -> Result<Option<UserId>, Mismatch> {
        let Wire::Bytes(_) = self.value(index)? else {
            return Ok(self.integer(index)?.map(UserId::from));
        };
        match self.text(index)?.and_then(uuid_from_text) {
            Some(uuid) => Ok(Some(uuid.into())),
            None => self.mismatch(index, "a primary key"),
        }
    }

    fn text(&self, index: usize) -> Result<Option<&str>, Mismatch> {
        match self.value(index)? {
            Wire::NULL => Ok(None),
            Wire::Bytes(bytes) if self.is_text(index) => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Some(text)),
                Err(_) => Err(Mismatch {
                    found: "other bytes",
                    wanted: "valid UTF-8",
                }),
            },
            _ => self.mismatch(index, "text"),
        }
    }

    fn boolean(&self, index: usize) -> Result<Option<bool>, Mismatch> {
        match self.value(index)? {
            Wire::NULL => Ok(None),
            Wire::Int(0) | Wire::UInt(0) => Ok(Some(false)),
            Wire::Int(1) | Wire::UInt(1) => Ok(Some(true)),
            _ => self.mismatch(index, "a boolean"),
        }
    }

    fn timestamp(&self, index: usize) -> Result<Option<Timestamp>, Mismatch> {
        match *self.value(index)? {
            Wire::NULL => Ok(None),
            Wire::Date(year, month, day, hour, minute, second, micros) => {
                // `0000-00-00` and the like, which no strict server stores.
                if year == 0 || month == 0 || day == 0 {
                    return Err(Mismatch {
                        found: "a date that is none",
                        wanted: "a date and time",
                    });
                }
                let days = days_from_civil(i64::from(year), i64::from(month), i64::from(day));
                let time = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
                let at = (days * DAY + time) * 1_000_000 + i64::from(micros);
                Ok(Some(Timestamp::from_unix_micros(at)))
            }
            _ => self.mismatch(index, "a date and time"),
        }
    }

    fn integer(&self, index: usize) -> Result<Option<i64>, Mismatch> {
        match *self.value(index)? {
            Wire::NULL => Ok(None),
            Wire::Int(number) => Ok(Some(number)),
            Wire::UInt(number) => match i64::try_from(number) {
                Ok(number) => Ok(Some(number)),
                Err(_) => self.mismatch(index, "a whole number of 64 bits"),
            },
            _ => self.mismatch(index, "a whole number"),
        }
    }

    fn plain(&self, index: usize) -> Result<Value, Mismatch> {
        Ok(match self.value(index)? {
            Wire::NULL => Value::Null,
            Wire::Int(number) => Value::Integer(*number),
            Wire::UInt(number) => match i64::try_from(*number) {
                Ok(number) => Value::Integer(number),
                Err(_) => Value::Text(number.to_string()),
            },
            Wire::Float(fraction) => Value::Real(f64::from(*fraction)),
            Wire::Double(fraction) => Value::Real(*fraction),
            Wire::Bytes(bytes) if !self.is_text(index) => Value::Blob(bytes.clone()),
            Wire::Bytes(_) => self
                .text(index)?
                .map_or(Value::Null, |text| Value::Text(text.to_owned())),
            Wire::Date(year, month, day, ..) if self.is_date(index) => {
                Value::Text(format!("{year:04}-{month:02}-{day:02}"))
            }
            Wire::Date(..) => self
                .timestamp(index)?
                .map_or(Value::Null, |at| Value::Text(at.to_django_text())),
            Wire::Time(negative, days, hours, minutes, seconds, micros) => {
                let sign = if *negative { "-" } else { "" };
                let hours = u64::from(*days) * 24 + u64::from(*hours);
                let mut text = format!("{sign}{hours:02}:{minutes:02}:{seconds:02}");
                if *micros != 0 {
                    text.push_str(&format!(".{micros:06}"));
                }
                Value::Text(text)
            }
        })
    }
}

/// A parameter as it is sent.
pub(super) fn wire(parameter: &Parameter<'_>) -> Wire {
    match *parameter {
        Parameter::Id(id) => match id.key() {
            Key::Integer(number) => Wire::Int(number),
            Key::Uuid(uuid) => hex(uuid),
        },
        Parameter::Integer(number) => Wire::Int(number),
        Parameter::Boolean(flag) => Wire::Int(i64::from(flag)),
        Parameter::Text(text) => Wire::Bytes(text.as_bytes().to_vec()),
        Parameter::Time(at) => date(at),
        Parameter::Plain(value) => match value {
            Value::Null => Wire::NULL,
            Value::Integer(number) => Wire::Int(*number),
            Value::Real(fraction) => Wire::Double(*fraction),
            Value::Text(text) => Wire::Bytes(text.clone().into_bytes()),
            Value::Blob(bytes) => Wire::Bytes(bytes.clone()),
            Value::Uuid(uuid) => hex(*uuid),
        },
    }
}

/// Django's `char(32)`, which a native `uuid` reads as well.
fn hex(uuid: Uuid) -> Wire {
    Wire::Bytes(uuid.simple().to_string().into_bytes())
}

/// Outside the years 1 to 9999, which the server does not know, the nearest end.
fn date(at: Timestamp) -> Wire {
    const FIRST: i64 = -62_135_596_800_000_000;
    const LAST: i64 = 253_402_300_799_999_999;
    let micros = at.unix_micros().clamp(FIRST, LAST);
    let seconds = micros.div_euclid(1_000_000);
    let (year, month, day) = civil_from_days(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    let small = |number: i64| u8::try_from(number).unwrap_or_default();
    Wire::Date(
        u16::try_from(year).unwrap_or_default(),
        small(month),
        small(day),
        small(second / 3600),
        small(second / 60 % 60),
        small(second % 60),
        u32::try_from(micros.rem_euclid(1_000_000)).unwrap_or_default(),
    )
}

/// Days since 1970-01-01 in the Gregorian calendar. Years are counted from March, in eras
/// of 400, so that the leap day is the last of its year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    year.div_euclid(400) * 146_097 + days - 719_468
}

/// The way back: year, month, day.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year + days.div_euclid(146_097) * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_django() {
        for text in [
            "0001-01-01 00:00:00",
            "1969-12-31 23:59:59.999999",
            "2024-02-29 12:34:56.000001",
            "2026-01-02 03:04:05.678901",
            "9999-12-31 23:59:59.999999",
        ] {
            let at = Timestamp::parse_django_text(text).unwrap();
            let Wire::Date(year, month, day, hour, minute, second, micros) = date(at) else {
                panic!("no date");
            };
            let seconds = format!("{second:02}.{micros:06}");
            let seconds = seconds.strip_suffix(".000000").unwrap_or(&seconds);
            let made = format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{seconds}");
            assert_eq!(made, text);
        }
        let far = date(Timestamp::from_unix_micros(i64::MAX));
        assert_eq!(far, Wire::Date(9999, 12, 31, 23, 59, 59, 999_999));
    }

    #[test]
    fn every_day_of_a_millennium_comes_back() {
        for days in -200_000..200_000 {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, month, day), days);
        }
    }
}
