//! Throttles as the settings name them: classes, and rates by scope.

use std::collections::BTreeMap;

use super::classes::{KnownClass, known, resolve};
use super::error::SettingsError;
use super::given::Given;
use super::value::{Context, Problem, SettingValue, Value, shortened, toml_text};
use crate::throttling::Rate;

/// One entry of DRF's `DEFAULT_THROTTLE_CLASSES`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ThrottleClass {
    /// `"anon"`, DRF's `AnonRateThrottle`.
    Anon,
    /// `"user"`, DRF's `UserRateThrottle`.
    User,
    /// `"scoped"`, DRF's `ScopedRateThrottle`.
    Scoped,
    /// A class that the application registers under this name.
    Custom(String),
}

impl ThrottleClass {
    /// The short name, for example `anon`, or the name the application gave.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Anon => "anon",
            Self::User => "user",
            Self::Scoped => "scoped",
            Self::Custom(name) => name,
        }
    }
}

#[rustfmt::skip]
static THROTTLES: &[KnownClass<ThrottleClass>] = &[
    known("anon", "rest_framework.throttling.AnonRateThrottle", Some(ThrottleClass::Anon)),
    known("user", "rest_framework.throttling.UserRateThrottle", Some(ThrottleClass::User)),
    known("scoped", "rest_framework.throttling.ScopedRateThrottle", Some(ThrottleClass::Scoped)),
];

impl SettingValue for ThrottleClass {
    fn kind() -> String {
        "throttle classes".to_owned()
    }

    fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem> {
        let text = String::read(value, context)?;
        resolve(THROTTLES, &text, context, Some(Self::Custom))
    }

    fn show(&self) -> String {
        toml_text(self.as_str())
    }
}

/// DRF's `DEFAULT_THROTTLE_RATES`: how often each scope may be asked.
///
/// ```
/// use hallpass::Rate;
/// use hallpass::settings::Settings;
///
/// let settings = Settings::from_toml("[rest_framework.default_throttle_rates]\nanon = '20/min'")?;
/// let rates = &settings.rest_framework.default_throttle_rates;
/// assert_eq!(rates.get("anon"), Some(Some(Rate::per_minute(20))));
/// assert_eq!(rates.get("user"), None);
/// # Ok::<(), hallpass::settings::SettingsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThrottleRates(BTreeMap<String, Option<Rate>>);

impl ThrottleRates {
    /// The rate of a scope: `Some(None)` is no limit, `None` a scope that nobody named.
    #[must_use]
    pub fn get(&self, scope: &str) -> Option<Option<Rate>> {
        self.0.get(scope).copied()
    }
}

/// The table of scopes that are given one by one, in the environment.
pub(super) const RATES_BY_SCOPE: &str = "rest_framework.default_throttle_rates";

impl ThrottleRates {
    /// Lays scopes that were given one by one over the others.
    pub(super) fn read_single_scopes(
        &mut self,
        given: &Given,
        context: &Context<'_>,
    ) -> Result<(), SettingsError> {
        for entry in given.of_table(RATES_BY_SCOPE) {
            let rate = entry.read::<Option<Rate>>(false, context, None)?;
            self.0.insert(entry.name.clone(), rate);
        }
        Ok(())
    }
}

/// DRF's: `user` and `anon` are there, without limit.
impl Default for ThrottleRates {
    fn default() -> Self {
        let scopes = ["anon", "user"].map(|scope| (scope.to_owned(), None));
        Self(BTreeMap::from(scopes))
    }
}

impl SettingValue for ThrottleRates {
    fn kind() -> String {
        "table of rates".to_owned()
    }

    fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem> {
        match value {
            Value::Table(rates) => rates
                .iter()
                .map(|(scope, rate)| read_rate(scope, rate, context))
                .collect(),
            Value::Plain(text) => text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| match item.split_once('=') {
                    Some((scope, rate)) => {
                        read_rate(scope.trim(), &Value::Plain(rate.trim().to_owned()), context)
                    }
                    None => {
                        Err(value.wrong_type("rates by scope: anon=100/day,user=10/min", context))
                    }
                })
                .collect(),
            _ => Err(value.wrong_type("a table of rates: { anon = \"100/day\" }", context)),
        }
        .map(Self)
    }

    fn show(&self) -> String {
        let rates: Vec<String> = self
            .0
            .iter()
            .map(|(scope, rate)| format!("{scope} = {}", rate.show()))
            .collect();
        format!("{{ {} }}", rates.join(", "))
    }
}

fn read_rate(
    scope: &str,
    value: &Value,
    context: &Context<'_>,
) -> Result<(String, Option<Rate>), Problem> {
    let rate = Option::<Rate>::read(value, context).map_err(|problem| match problem {
        Problem::Invalid(reason) => Problem::Invalid(format!("{scope:?}: {reason}")),
        other => other,
    })?;
    Ok((scope.to_owned(), rate))
}

impl SettingValue for Rate {
    fn kind() -> String {
        "rate such as \"100/day\"".to_owned()
    }

    fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem> {
        let text = String::read(value, context)?;
        text.parse()
            .map_err(|error| Problem::Invalid(format!("{:?}: {error}", shortened(&text))))
    }

    fn show(&self) -> String {
        toml_text(&self.to_string())
    }
}
