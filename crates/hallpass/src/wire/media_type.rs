//! Media types as DRF 3.16 compares them, and the choice of a parser for a request body.

use super::charset::Charset;
use super::header_parameters::{HeaderParameters, UndecodableParameter};

/// Longest media type read (DRF 3.18; 3.16 has no limit). Longer ones match nothing.
pub const MAX_MEDIA_TYPE_LENGTH: usize = 256;

/// `main/sub; parameters`, any of the two halves possibly `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaType {
    main: String,
    sub: String,
    parameters: HeaderParameters,
}

impl MediaType {
    /// Reads a media type. Anything is one: the text `json` has an empty second half and so
    /// matches no real type.
    ///
    /// # Errors
    ///
    /// [`UndecodableParameter`] for an RFC 2231 parameter that cannot be decoded.
    ///
    /// ```
    /// use hallpass::wire::media_type::MediaType;
    /// let json = MediaType::parse("application/json").unwrap();
    /// assert!(json.matches(&MediaType::parse("Application/*; q=0").unwrap()));
    /// assert!(!json.matches(&MediaType::parse("json").unwrap()));
    /// ```
    pub fn parse(text: &str) -> Result<MediaType, UndecodableParameter> {
        let parameters = HeaderParameters::parse(text)?;
        let (main, sub) = parameters
            .value
            .split_once('/')
            .unwrap_or((&parameters.value, ""));
        Ok(MediaType {
            main: main.to_owned(),
            sub: sub.to_owned(),
            parameters,
        })
    }

    /// Whether a renderer or parser of this type may serve `requested`. Only this type's own
    /// parameters (except `q`) must be met, not those of the request.
    #[must_use]
    pub fn matches(&self, requested: &MediaType) -> bool {
        let parameters_match = || {
            self.parameters()
                .iter()
                .filter(|(name, _)| name != "q")
                .all(|(name, value)| requested.parameter(name) == Some(value))
        };
        half_matches(&self.main, &requested.main)
            && half_matches(&self.sub, &requested.sub)
            && parameters_match()
    }

    /// How precise the type is: 0 for `*/*`, 1 for `type/*`, 2 for `type/subtype`, 3 with a
    /// parameter other than a lone `q`.
    #[must_use]
    pub fn precedence(&self) -> u8 {
        match (self.main.as_str(), self.sub.as_str(), self.parameters()) {
            ("*", _, _) => 0,
            (_, "*", _) => 1,
            (_, _, []) => 2,
            (_, _, [(name, _)]) if name == "q" => 2,
            _ => 3,
        }
    }

    /// `main/sub` in lower case, without parameters.
    #[must_use]
    pub fn essence(&self) -> &str {
        &self.parameters.value
    }

    /// The parameters in order.
    #[must_use]
    pub fn parameters(&self) -> &[(String, String)] {
        &self.parameters.parameters
    }

    /// The parameter called `name` (lower case).
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name)
    }

    /// The `charset` parameter; UTF-8 if it is missing or unknown.
    #[must_use]
    pub fn charset(&self) -> Charset {
        self.parameter("charset")
            .and_then(Charset::from_label)
            .unwrap_or_default()
    }
}

fn half_matches(ours: &str, theirs: &str) -> bool {
    ours == "*" || theirs == "*" || ours == theirs
}

/// The index of the first parser whose media type matches a `Content-Type` (empty if missing), as
/// DRF's `select_parser`. `None` means 415.
///
/// ```
/// use hallpass::wire::media_type::select_parser;
/// let parsers = ["application/json", "application/x-www-form-urlencoded"];
/// assert_eq!(select_parser(&parsers, "application/JSON; charset=utf-8"), Some(0));
/// assert_eq!(select_parser(&parsers, "application/vnd.api+json"), None);
/// assert_eq!(select_parser(&parsers, ""), None);
/// ```
#[must_use]
pub fn select_parser(parsers: &[&str], content_type: &str) -> Option<usize> {
    if content_type.chars().nth(MAX_MEDIA_TYPE_LENGTH).is_some() {
        return None;
    }
    let requested = MediaType::parse(content_type).ok()?;
    let accepts =
        |parser: &&str| MediaType::parse(parser).is_ok_and(|parser| parser.matches(&requested));
    parsers.iter().position(accepts)
}
