//! The macro behind the table of settings: one line makes a field, its reading, and its documentation.

/// Who gave a setting its name and meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A setting of Django, `django/conf/global_settings.py`.
    Django,
    /// A key of DRF's `REST_FRAMEWORK` dictionary.
    Drf,
    /// Ours.
    Hallpass,
}

impl Origin {
    /// The name as the docs write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Django => "Django",
            Self::Drf => "DRF",
            Self::Hallpass => "Hallpass",
        }
    }
}

/// What there is to know about one setting besides its value.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Definition {
    /// TOML table it stands in; empty for the top level.
    pub table: &'static str,
    /// Name in lower case.
    pub name: &'static str,
    /// Who defines it.
    pub origin: Origin,
    /// Why our default is not Django's or DRF's, if it is not.
    pub differs: Option<&'static str>,
    /// Whether the value must stay out of errors, `Debug` and logs.
    pub secret: bool,
    pub(super) doc: &'static str,
    pub(super) kind: fn() -> String,
    pub(super) default: fn() -> String,
}

impl Definition {
    /// What it means, in one or two sentences of Markdown.
    #[must_use]
    pub fn doc(&self) -> &'static str {
        self.doc.trim()
    }

    /// What a value looks like, for example `list of text`.
    #[must_use]
    pub fn kind(&self) -> String {
        (self.kind)()
    }

    /// The default as TOML writes it.
    #[must_use]
    pub fn default_toml(&self) -> String {
        (self.default)()
    }

    /// The name with its table: `rest_framework.num_proxies`.
    #[must_use]
    pub fn full_name(&self) -> String {
        if self.table.is_empty() {
            self.name.to_owned()
        } else {
            format!("{}.{}", self.table, self.name)
        }
    }
}

/// Defines one TOML table. A line reads
///
/// ```text
/// /// What it means (goes to rustdoc and to docs/settings.md).
/// Django session_cookie_name: String = text("sessionid"), rule(rules::cookie_name);
/// ```
///
/// that is: origin, name, type, default, and in this order, as needed: `rule(f)`, which checks or normalises a value
/// that was given; `secret(true)`; `differs("why the default is not Django's")`.
/// Fields in the closing `and { … }` are no settings; they start out as their `Default`.
macro_rules! define_settings {
    (
        $(#[$struct_attribute:meta])*
        pub struct $struct:ident in $table:literal;
        $(
            $(#[doc = $doc:literal])+
            $origin:ident $name:ident : $kind:ty = $default:expr
                $(, rule($rule:path))? $(, secret($secret:literal))? $(, differs($differs:literal))? ;
        )+
        $( and { $( $(#[$plus_attribute:meta])* $visibility:vis $plus:ident : $plus_kind:ty, )+ } )?
    ) => {
        $(#[$struct_attribute])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $struct {
            $( $(#[doc = $doc])+ pub $name: $kind, )+
            $( $( $(#[$plus_attribute])* $visibility $plus: $plus_kind, )+ )?
        }

        impl Default for $struct {
            fn default() -> Self {
                Self {
                    $( $name: $default, )+
                    $( $( $plus: Default::default(), )+ )?
                }
            }
        }

        impl std::fmt::Debug for $struct {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut fields = f.debug_struct(stringify!($struct));
                $( $crate::settings::define::debug_field!(fields, self.$name, stringify!($name) $(, $secret)?); )+
                $( $( fields.field(stringify!($plus), &self.$plus); )+ )?
                fields.finish()
            }
        }

        impl $struct {
            /// The definitions of this table's settings, in the order of the docs.
            pub(super) const DEFINITIONS: &'static [Definition] = &[ $( Definition {
                table: $table,
                name: stringify!($name),
                origin: Origin::$origin,
                differs: $crate::settings::define::optional!($($differs)?),
                secret: false $( | $secret )?,
                doc: concat!($($doc),+),
                kind: <$kind as SettingValue>::kind,
                default: || SettingValue::show(&$struct::default().$name),
            }, )+ ];

            /// Reads what was given for this table over the defaults.
            pub(super) fn read(given: &Given, context: &Context<'_>) -> Result<Self, SettingsError> {
                let mut settings = Self::default();
                $( if let Some(entry) = given.find($table, stringify!($name)) {
                    let rule: Option<Rule<$kind>> = $crate::settings::define::optional!($($rule)?);
                    settings.$name = entry.read(false $( | $secret )?, context, rule)?;
                } )+
                Ok(settings)
            }
        }
    };
}

/// `Some(value)` if there is a value, else `None`.
macro_rules! optional {
    () => {
        None
    };
    ($value:expr) => {
        Some($value)
    };
}

/// Adds a field to a `Debug` output; a secret one without its value.
macro_rules! debug_field {
    ($fields:ident, $value:expr, $name:expr) => {
        $fields.field($name, &$value)
    };
    ($fields:ident, $value:expr, $name:expr, $secret:literal) => {
        $fields.field($name, &format_args!("(hidden)"))
    };
}

pub(super) use {debug_field, define_settings, optional};
