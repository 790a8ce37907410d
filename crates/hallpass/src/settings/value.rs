//! Values as they were given, and how each type of setting reads them.

use hallpass_formats::password::DjangoVersion;
use hallpass_formats::secret::SecretKey;

/// A value before its setting's type is known. No `Debug`: it may be a secret.
pub(super) enum Value {
    Bool(bool),
    Integer(i64),
    Fraction(f64),
    /// A whole number beyond 64 bits: no setting takes one.
    OtherNumber,
    Text(String),
    Moment,
    List(Vec<Value>),
    Table(Vec<(String, Value)>),
    /// Text without a type of its own, from the environment or an override; the setting's type decides.
    Plain(String),
}

impl Value {
    /// What the value is, for an error; `secret` leaves out the value itself.
    fn describe(&self, secret: bool) -> String {
        match self {
            Self::Bool(value) => value.to_string(),
            Self::Integer(number) if !secret => format!("the number {number}"),
            Self::Integer(_) | Self::Fraction(_) | Self::OtherNumber => "a number".to_owned(),
            Self::Text(text) | Self::Plain(text) if !secret => {
                format!("text {:?}", shortened(text))
            }
            Self::Text(_) | Self::Plain(_) => "text".to_owned(),
            Self::Moment => "a date or time".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Table(_) => "a table".to_owned(),
        }
    }

    pub(super) fn wrong_type(&self, expected: impl Into<String>, context: &Context<'_>) -> Problem {
        Problem::WrongType {
            expected: expected.into(),
            found: self.describe(context.secret),
        }
    }
}

/// The first 60 characters of a text, for an error.
pub(super) fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// What reading a value may depend on.
pub(super) struct Context<'a> {
    /// Names of classes that the application registers.
    pub(super) custom_classes: &'a [String],
    /// Whether errors must not show the value.
    pub(super) secret: bool,
}

/// What is wrong with a value; the caller adds place and name.
#[derive(Debug, PartialEq)]
pub(super) enum Problem {
    WrongType { expected: String, found: String },
    Invalid(String),
    UnknownClass { class: String, nearest: String },
    NotInThisRelease(String),
}

/// A type that a setting can have.
pub(super) trait SettingValue: Sized {
    /// What a value looks like; also follows "expected" in errors.
    fn kind() -> String;
    fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem>;
    /// The value as TOML writes it.
    fn show(&self) -> String;
}

/// The value of a `SameSite` attribute, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// `SameSite=Lax`.
    Lax,
    /// `SameSite=Strict`.
    Strict,
    /// `SameSite=None`: also sent on requests from other sites.
    None,
    /// No `SameSite` attribute; Django's `False`.
    Omit,
}

impl SameSite {
    /// The attribute's value; `None` when there is no attribute.
    #[must_use]
    pub fn attribute(self) -> Option<&'static str> {
        match self {
            Self::Lax => Some("Lax"),
            Self::Strict => Some("Strict"),
            Self::None => Some("None"),
            Self::Omit => None,
        }
    }
}

/// Where sessions are kept: Django 5.2's engines, but for `file`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionEngine {
    /// Rows of `django_session`, Django's `django.contrib.sessions.backends.db`.
    Db,
    /// The same rows with copies in the cache, Django's `django.contrib.sessions.backends.cached_db`.
    CachedDb,
    /// The cache alone, Django's `django.contrib.sessions.backends.cache`.
    Cache,
    /// The cookie itself, Django's `django.contrib.sessions.backends.signed_cookies`.
    SignedCookies,
}

/// What a cache is: the backends of Django 5.2 that can be shared or done without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CacheBackend {
    /// Django's default: the memory of one process, which nobody else sees.
    LocalMemory,
    /// Keeps nothing.
    Dummy,
    /// A Redis that several processes share.
    Redis,
}

impl SettingValue for bool {
    fn kind() -> String {
        "true or false".to_owned()
    }

    fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem> {
        match value {
            Value::Bool(given) => Ok(*given),
            Value::Plain(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" => Ok(true),
                "false" | "0" => Ok(false),
                _ => Err(value.wrong_type(Self::kind(), context)),
            },
            _ => Err(value.wrong_type(Self::kind(), context)),
        }
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

fn read_integer(value: &Value, context: &Context<'_>) -> Result<i64, Problem> {
    let number = match value {
        Value::Integer(number) => Some(*number),
        Value::Plain(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| value.wrong_type("whole number", context))
}

/// The integer types, each with its own bounds.
macro_rules! integer_setting {
    ($($integer:ty),+) => { $(
        impl SettingValue for $integer {
            fn kind() -> String {
                "whole number".to_owned()
            }

            fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem> {
                let number = read_integer(value, context)?;
                Self::try_from(number)
                    .map_err(|_| Problem::Invalid(format!("{number} is outside {} to {}", Self::MIN, Self::MAX)))
            }

            fn show(&self) -> String {
                self.to_string()
            }
        }
    )+ };
}

integer_setting!(i64, u32, u64, usize);

impl SettingValue for f64 {
    fn kind() -> String {
        "number".to_owned()
    }

    fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem> {
        let number = match value {
            Value::Fraction(number) => Some(*number),
            Value::Integer(number) => i32::try_from(*number).ok().map(Self::from),
            Value::Plain(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| value.wrong_type(Self::kind(), context))
    }

    fn show(&self) -> String {
        format!("{self:?}")
    }
}

impl SettingValue for String {
    fn kind() -> String {
        "text".to_owned()
    }

    fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem> {
        match value {
            Value::Text(text) | Value::Plain(text) => Ok(text.clone()),
            _ => Err(value.wrong_type(Self::kind(), context)),
        }
    }

    fn show(&self) -> String {
        toml_text(self)
    }
}

impl SettingValue for SecretKey {
    fn kind() -> String {
        "text".to_owned()
    }

    fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem> {
        String::read(value, context).map(Self::new)
    }

    fn show(&self) -> String {
        toml_text(if self.is_empty() { "" } else { "(hidden)" })
    }
}

impl<T: SettingValue> SettingValue for Vec<T> {
    fn kind() -> String {
        format!("list of {}", T::kind())
    }

    fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem> {
        match value {
            Value::List(items) => items
                .iter()
                .map(|item| {
                    T::read(item, context).map_err(|problem| match problem {
                        Problem::WrongType { found, .. } => Problem::WrongType {
                            expected: Self::kind(),
                            found: format!("{found} in the list"),
                        },
                        other => other,
                    })
                })
                .collect(),
            Value::Plain(text) => text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| T::read(&Value::Plain(item.to_owned()), context))
                .collect(),
            _ => Err(value.wrong_type(Self::kind(), context)),
        }
    }

    fn show(&self) -> String {
        let items: Vec<String> = self.iter().map(SettingValue::show).collect();
        format!("[{}]", items.join(", "))
    }
}

/// TOML has no null: the text `none` stands for it, and in the environment so does an empty value.
impl<T: SettingValue> SettingValue for Option<T> {
    fn kind() -> String {
        format!("{} or \"none\"", T::kind())
    }

    fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem> {
        let none = match value {
            Value::Text(text) => text.eq_ignore_ascii_case("none"),
            Value::Plain(text) => {
                text.trim().is_empty() || text.trim().eq_ignore_ascii_case("none")
            }
            _ => false,
        };
        if none {
            return Ok(None);
        }
        T::read(value, context)
            .map(Some)
            .map_err(|problem| match problem {
                Problem::WrongType { found, .. } => Problem::WrongType {
                    expected: Self::kind(),
                    found,
                },
                other => other,
            })
    }

    fn show(&self) -> String {
        self.as_ref()
            .map_or_else(|| toml_text("none"), SettingValue::show)
    }
}

impl SettingValue for (String, String) {
    fn kind() -> String {
        "list of two texts".to_owned()
    }

    fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem> {
        let items = Vec::<String>::read(value, context)?;
        <[String; 2]>::try_from(items)
            .map(|[first, second]| (first, second))
            .map_err(|_| value.wrong_type(Self::kind(), context))
    }

    fn show(&self) -> String {
        format!("[{}, {}]", toml_text(&self.0), toml_text(&self.1))
    }
}

impl SettingValue for SameSite {
    fn kind() -> String {
        "\"Lax\", \"Strict\", \"None\" or false".to_owned()
    }

    fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem> {
        match value {
            Value::Bool(false) => Ok(Self::Omit),
            Value::Text(text) | Value::Plain(text) => {
                match text.trim().to_ascii_lowercase().as_str() {
                    "lax" => Ok(Self::Lax),
                    "strict" => Ok(Self::Strict),
                    "none" => Ok(Self::None),
                    "false" | "0" | "omit" => Ok(Self::Omit),
                    _ => Err(value.wrong_type(Self::kind(), context)),
                }
            }
            _ => Err(value.wrong_type(Self::kind(), context)),
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Lax => toml_text("Lax"),
            Self::Strict => toml_text("Strict"),
            Self::None => toml_text("None"),
            Self::Omit => "false".to_owned(),
        }
    }
}

/// The versions that may share the database, as Django writes them.
const VERSIONS: [(&str, DjangoVersion); 3] = [
    ("5.2", DjangoVersion::V5_2),
    ("6.0", DjangoVersion::V6_0),
    ("6.1", DjangoVersion::V6_1),
];

impl SettingValue for DjangoVersion {
    fn kind() -> String {
        VERSIONS.map(|(text, _)| toml_text(text)).join(" or ")
    }

    fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem> {
        let (Value::Text(text) | Value::Plain(text)) = value else {
            return Err(value.wrong_type(Self::kind(), context));
        };
        let known = VERSIONS.iter().find(|(name, _)| *name == text.trim());
        known
            .map(|(_, version)| *version)
            .ok_or_else(|| value.wrong_type(Self::kind(), context))
    }

    fn show(&self) -> String {
        let known = VERSIONS.iter().find(|(_, version)| version == self);
        toml_text(known.map_or("", |(text, _)| text))
    }
}

/// A text as a TOML basic string.
pub(super) fn toml_text(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\u{0}'..='\u{1f}' | '\u{7f}' => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(character)));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
