//! Settings: Django's and DRF's names in lower case, plus a few of our own.
//!
//! Django reads a Python module and ignores keys it does not know; a misspelt setting silently keeps its default.
//! We read `hallpass.toml` and the environment, and refuse what we do not know, naming the nearest known name.
//! Keys that Django or DRF know but that mean nothing here (`TEMPLATES`, `PAGE_SIZE`) are accepted, so that a
//! settings file can be carried over line by line; [`Settings::notes`] lists them for `hallpass check`.
//!
//! Each setting is defined once, as one line in `table.rs`: the field, its TOML and environment spelling, its
//! default, and its row in `docs/settings.md` come from that line. To add a setting, add a line there and read the field.
//!
//! Precedence: overrides (command line flags), `HALLPASS_*` environment variables, `DATABASE_URL`, the file, the default.

mod classes;
mod define;
mod docs;
mod entry;
mod error;
mod forward_auth;
mod from_django;
mod given;
mod ignored;
mod known;
mod load;
mod nearest;
mod note;
mod read_environment;
mod read_toml;
mod rules;
mod table;
mod template;
mod throttles;
mod validators;
mod value;

#[cfg(test)]
mod tests;

pub use classes::{AuthenticationClass, PermissionClass};
pub use define::{Definition, Origin};
pub use docs::reference_page;
pub use error::{Place, SettingsError};
pub use forward_auth::{CsrfMode, ForwardAuthRule, ForwardAuthRules};
pub use from_django::{DiffsettingsError, FromDjango};
pub use load::Sources;
pub use note::Note;
pub use rules::header_of_meta_name;
pub use table::{
    CacheSettings, ForwardAuthSettings, IdentityCacheSettings, RestFrameworkSettings, Settings,
    TokenSettings, UserModelSettings,
};
pub use throttles::{ThrottleClass, ThrottleRates};
pub use validators::PasswordValidatorClass;
pub use value::{CacheBackend, SameSite, SessionEngine};
