//! Rates as DRF writes them: `"100/hour"`.
//!
//! DRF 3.16's `parse_rate`: a whole number as Python's `int` reads it, a slash, and a period of which only the first
//! letter counts: `s`, `m`, `h` or `d`. So `1/month` is one a minute. Where DRF fails at the first request, reading
//! the settings fails here.

use std::fmt;
use std::str::FromStr;

/// More requests than this are not remembered for anybody: each takes eight bytes.
const MOST_REQUESTS: i64 = 1_000_000;

/// How many requests are let through in any stretch of one period.
///
/// ```
/// use hallpass::Rate;
///
/// let rate: Rate = "100/hour".parse()?;
/// assert_eq!(rate, Rate::per_hour(100));
/// assert_eq!("100/h".parse(), Ok(rate));
/// assert!("100/fortnight".parse::<Rate>().is_err());
/// # Ok::<(), hallpass::InvalidRate>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    requests: i64,
    period: Period,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Period {
    Second,
    Minute,
    Hour,
    Day,
}

impl Rate {
    /// This many a second.
    #[must_use]
    pub const fn per_second(requests: u16) -> Self {
        Self::new(requests, Period::Second)
    }

    /// This many a minute.
    #[must_use]
    pub const fn per_minute(requests: u16) -> Self {
        Self::new(requests, Period::Minute)
    }

    /// This many an hour.
    #[must_use]
    pub const fn per_hour(requests: u16) -> Self {
        Self::new(requests, Period::Hour)
    }

    /// This many a day.
    #[must_use]
    pub const fn per_day(requests: u16) -> Self {
        Self::new(requests, Period::Day)
    }

    const fn new(requests: u16, period: Period) -> Self {
        Self {
            requests: requests as i64,
            period,
        }
    }

    /// How many requests; not positive when nobody is ever let through.
    #[must_use]
    pub const fn requests(self) -> i64 {
        self.requests
    }

    /// The period in seconds.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        match self.period {
            Period::Second => 1,
            Period::Minute => 60,
            Period::Hour => 3_600,
            Period::Day => 86_400,
        }
    }
}

/// Why a text is no rate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRate {
    /// Not a number, a slash and a period.
    #[error(
        "a rate is a whole number, a slash and a period in lower case (s, m, h or d), such as \"100/hour\""
    )]
    Malformed,
    /// More than a million requests would have to be remembered for each caller.
    #[error("at most 1000000 requests can be remembered for a caller; use a shorter period")]
    TooMany,
}

impl FromStr for Rate {
    type Err = InvalidRate;

    fn from_str(text: &str) -> Result<Self, InvalidRate> {
        let (number, period) = text.split_once('/').ok_or(InvalidRate::Malformed)?;
        if period.contains('/') {
            return Err(InvalidRate::Malformed);
        }
        let period = match period.chars().next() {
            Some('s') => Period::Second,
            Some('m') => Period::Minute,
            Some('h') => Period::Hour,
            Some('d') => Period::Day,
            _ => return Err(InvalidRate::Malformed),
        };
        let requests = python_int(number).ok_or(InvalidRate::Malformed)?;
        if requests > MOST_REQUESTS {
            return Err(InvalidRate::TooMany);
        }
        Ok(Self { requests, period })
    }
}

/// Python's `int`: spaces around, a sign, single underscores between digits. What leaves 64 bits stays at their end.
fn python_int(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut number: i64 = 0;
    for group in digits.split('_') {
        if group.is_empty() || !group.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        for byte in group.bytes() {
            number = number
                .saturating_mul(10)
                .saturating_add(i64::from(byte - b'0'));
        }
    }
    Some(if negative { -number } else { number })
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let period = match self.period {
            Period::Second => "sec",
            Period::Minute => "min",
            Period::Hour => "hour",
            Period::Day => "day",
        };
        write!(f, "{}/{period}", self.requests)
    }
}
