//! Instants in whole microseconds, and the two texts Django writes them as.
//!
//! Django stores `2026-01-02 03:04:05.678901` on SQLite (UTC, fraction only if not zero) and Python's
//! `isoformat` elsewhere. Reading takes what `datetime.fromisoformat` takes of these layouts.

use std::time::{SystemTime, UNIX_EPOCH};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Microseconds since the Unix epoch, UTC.
///
/// ```
/// use hallpass_formats::timestamp::Timestamp;
///
/// let stored = Timestamp::parse_django_text("2026-01-02 03:04:05.678901").expect("a stored time");
/// assert_eq!(stored.to_iso8601(), "2026-01-02T03:04:05.678901+00:00");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The clock of the operating system.
    pub fn now() -> Timestamp {
        let micros = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
            Err(before) => {
                i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros)
            }
        };
        Timestamp(micros)
    }

    /// From microseconds since the Unix epoch.
    pub const fn from_unix_micros(micros: i64) -> Timestamp {
        Timestamp(micros)
    }

    /// Microseconds since the Unix epoch.
    pub const fn unix_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(SECOND)
    }

    /// That many seconds later, or earlier if negative; stops at the ends of the range.
    #[must_use]
    pub const fn add_seconds(self, seconds: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(seconds.saturating_mul(SECOND)))
    }

    /// The text of a `datetime` column on SQLite: `2026-01-02 03:04:05.678901`, no fraction if zero.
    pub fn to_django_text(self) -> String {
        self.text(' ')
    }

    /// Python's `isoformat()` of a UTC time: `2026-01-02T03:04:05+00:00`.
    pub fn to_iso8601(self) -> String {
        self.text('T') + "+00:00"
    }

    /// Reads a `datetime` column; without an offset the time is UTC.
    pub fn parse_django_text(text: &str) -> Option<Timestamp> {
        let usual = parse_usual(text.as_bytes()).map(|micros| (micros, None));
        let (micros, offset) = usual.or_else(|| parse(text))?;
        Some(Timestamp(micros.checked_sub(offset.unwrap_or(0))?))
    }

    /// Reads an ISO 8601 time, which must state its offset.
    pub fn parse_iso8601(text: &str) -> Option<Timestamp> {
        let (micros, offset) = parse(text)?;
        Some(Timestamp(micros.checked_sub(offset?)?))
    }

    fn text(self, separator: char) -> String {
        let (year, month, day) = civil_from_days(self.0.div_euclid(DAY));
        let of_day = self.0.rem_euclid(DAY);
        let (seconds, fraction) = (of_day / SECOND, of_day % SECOND);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let mut text =
            format!("{year:04}-{month:02}-{day:02}{separator}{hour:02}:{minute:02}:{second:02}");
        if fraction != 0 {
            text.push_str(&format!(".{fraction:06}"));
        }
        text
    }
}

/// What Django itself writes on SQLite, read in one go: each row of a user holds several. `None` says nothing.
fn parse_usual(text: &[u8]) -> Option<i64> {
    let (to_second, fraction) = text.split_first_chunk::<19>()?;
    let &[
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b' ',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
    ] = to_second
    else {
        return None;
    };
    let micros = match fraction {
        [] => 0,
        [b'.', digits @ ..] => digits_of::<6>(*digits.as_array()?)?,
        _ => return None,
    };
    let [year, month, day] = [
        digits_of([y1, y2, y3, y4]),
        digits_of([m1, m2]),
        digits_of([d1, d2]),
    ];
    let [hour, minute, second] = [[h1, h2], [n1, n2], [s1, s2]].map(digits_of);
    let date = days_of_date(year?, month?, day?)?;
    Some(date * DAY + micros_of_time(hour?, minute?, second?)? + micros)
}

/// Local microseconds, and the offset in microseconds if one is given.
fn parse(text: &str) -> Option<(i64, Option<i64>)> {
    let mut rest = text.as_bytes();
    let year = number(&mut rest, 4)?;
    literal(&mut rest, b"-")?;
    let month = number(&mut rest, 2)?;
    literal(&mut rest, b"-")?;
    let day = number(&mut rest, 2)?;
    literal(&mut rest, b" ").or_else(|| literal(&mut rest, b"T"))?;
    let days = days_of_date(year, month, day)?;
    let of_day = time_of_day(&mut rest)?;
    if of_day >= DAY {
        return None;
    }
    let offset = match rest.split_first() {
        None => None,
        Some((b'Z', [])) => Some(0),
        Some((sign @ (b'+' | b'-'), after)) => {
            rest = after;
            let offset = time_of_day(&mut rest)?;
            if !rest.is_empty() || offset >= DAY {
                return None;
            }
            Some(if *sign == b'-' { -offset } else { offset })
        }
        Some(_) => return None,
    };
    Some((days * DAY + of_day, offset))
}

/// `HH:MM`, then perhaps `:SS`, then perhaps a fraction, of which six digits count.
fn time_of_day(rest: &mut &[u8]) -> Option<i64> {
    let hour = number(rest, 2)?;
    literal(rest, b":")?;
    let minute = number(rest, 2)?;
    let mut second = 0;
    let mut micros = 0;
    if literal(rest, b":").is_some() {
        second = number(rest, 2)?;
        if literal(rest, b".").is_some() {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let counted = digits.min(6);
            micros = number(rest, counted)?;
            for _ in counted..6 {
                micros *= 10;
            }
            *rest = rest.get(digits - counted..)?;
        }
    }
    Some(micros_of_time(hour, minute, second)? + micros)
}

/// Days since 1970-01-01 of a date that is in the calendar.
fn days_of_date(year: i64, month: i64, day: i64) -> Option<i64> {
    let in_calendar =
        year >= 1 && (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
    in_calendar.then(|| days_from_civil(year, month, day))
}

/// Microseconds since midnight of a time that is on the clock.
fn micros_of_time(hour: i64, minute: i64, second: i64) -> Option<i64> {
    let on_clock = hour <= 23 && minute <= 59 && second <= 59;
    on_clock.then_some(((hour * 60 + minute) * 60 + second) * SECOND)
}

/// A number of exactly these digits.
fn digits_of<const N: usize>(digits: [u8; N]) -> Option<i64> {
    digits.iter().try_fold(0, |value, digit| {
        digit
            .is_ascii_digit()
            .then(|| value * 10 + i64::from(digit - b'0'))
    })
}

/// Exactly that many digits, at least one.
fn number(rest: &mut &[u8], digits: usize) -> Option<i64> {
    let (text, after) = rest.split_at_checked(digits)?;
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    *rest = after;
    Some(
        text.iter()
            .fold(0, |value, digit| value * 10 + i64::from(digit - b'0')),
    )
}

fn literal(rest: &mut &[u8], expected: &[u8]) -> Option<()> {
    *rest = rest.strip_prefix(expected)?;
    Some(())
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01. Years are counted from March, so that the leap day ends them.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a number of days since 1970-01-01: the reverse of [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let year = year + era * 400;
    if month < 10 {
        (year, month + 3, day)
    } else {
        (year + 1, month - 9, day)
    }
}

#[cfg(test)]
mod tests;
