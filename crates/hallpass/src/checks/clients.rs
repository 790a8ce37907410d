//! Whom throttles take a client for.

use super::Finding;
use super::Settings;
use super::table::CLIENTS_NAME_THEMSELVES;
use crate::settings::ThrottleClass;

/// Throttles that count, by what clients say of themselves. Rules of forward-auth count by what the proxy says.
pub(super) fn name_themselves(settings: &Settings) -> Option<Finding> {
    let framework = &settings.rest_framework;
    if framework.num_proxies.is_some() {
        return None;
    }
    let rates = &framework.default_throttle_rates;
    let counts = |class: &&ThrottleClass| match class {
        ThrottleClass::Anon | ThrottleClass::User => {
            matches!(rates.get(class.as_str()), Some(Some(_)))
        }
        // Its rates are those of the views' scopes; of an application's own nothing is known.
        ThrottleClass::Scoped | ThrottleClass::Custom(_) => true,
    };
    let classes = framework.default_throttle_classes.iter().filter(counts);
    let names: Vec<&str> = classes.map(ThrottleClass::as_str).collect();
    (!names.is_empty()).then(|| {
        Finding::new(
            &CLIENTS_NAME_THEMSELVES,
            format!(
                "default_throttle_classes has {}, and num_proxies is not set.",
                names.join(", ")
            ),
        )
    })
}
