//! Path converters: Django 5.2's `<int:pk>` in axum's braces, `{int:pk}`.
//!
//! A path whose part does not fit its converter does not match the route at all: it leads nowhere, before anybody is
//! asked who they are.

/// What a part of a path must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Converter {
    /// ASCII digits.
    Int,
    /// ASCII letters, digits, `-` and `_`.
    Slug,
    /// A UUID in lower case, with its hyphens.
    Uuid,
    /// Anything that is not empty: what a parameter without a converter takes.
    Str,
}

impl Converter {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "int" => Self::Int,
            "slug" => Self::Slug,
            "uuid" => Self::Uuid,
            "str" => Self::Str,
            _ => return None,
        })
    }

    fn fits(self, part: &str) -> bool {
        let all = |fits: fn(&u8) -> bool| !part.is_empty() && part.as_bytes().iter().all(fits);
        match self {
            Self::Int => all(u8::is_ascii_digit),
            Self::Slug => all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')),
            Self::Uuid => is_uuid(part),
            // A slash that hides in an encoding would be no part of the parameter in Django.
            Self::Str => !part.is_empty() && !part.to_ascii_lowercase().contains("%2f"),
        }
    }
}

fn is_uuid(part: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let mut groups = part.split('-');
    lengths.iter().all(|length| {
        groups.next().is_some_and(|group| {
            group.len() == *length
                && group
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        })
    }) && groups.next().is_none()
}

/// Why a path is no route's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PatternError {
    #[error(
        "there is no path converter `{0}`: there are int, slug, uuid and str, and Django's path is written {{*name}}"
    )]
    UnknownConverter(String),
    #[error(
        "`{0}` has a brace too few, or something behind a parameter that is no slash; a brace that begins or ends no \
         parameter is written twice"
    )]
    Braces(String),
}

/// One part of a pattern between two slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    /// `v{int:id}`: a parameter behind what always stands before it.
    Parameter(String, Converter),
    /// `{*rest}`: everything that follows, at least one character.
    Rest(String),
}

/// A route's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    parts: Vec<Part>,
    axum_path: String,
}

impl Pattern {
    /// Reads `/items/{int:id}/`.
    ///
    /// # Errors
    /// A converter that there is not, which Django refuses too, and braces whose meaning axum and we might see differently:
    /// a part that is not understood must not become one that fits everything.
    pub(super) fn parse(path: &str) -> Result<Self, PatternError> {
        let mut parts = Vec::new();
        let mut axum_parts = Vec::new();
        for text in path.split('/') {
            let (part, axum_part) = part(text)?;
            parts.push(part);
            axum_parts.push(axum_part);
        }
        Ok(Self {
            parts,
            axum_path: axum_parts.join("/"),
        })
    }

    /// The same in axum's syntax, which knows no converters.
    pub(super) fn axum_path(&self) -> &str {
        &self.axum_path
    }

    /// Whether a path that axum's own matching took may pass without another look.
    pub(super) fn is_plain(&self) -> bool {
        !self
            .parts
            .iter()
            .any(|part| matches!(part, Part::Parameter(..)))
    }

    /// Whether the pattern fits a whole path.
    pub(super) fn matches(&self, path: &str) -> bool {
        let mut segments = path.split('/');
        for part in &self.parts {
            let Some(segment) = segments.next() else {
                return false;
            };
            let fits = match part {
                Part::Literal(literal) => segment == literal,
                Part::Parameter(before, converter) => segment
                    .strip_prefix(before.as_str())
                    .is_some_and(|value| converter.fits(value)),
                Part::Rest(before) => {
                    return segment
                        .strip_prefix(before.as_str())
                        .is_some_and(|rest| !rest.is_empty() || segments.next().is_some());
                }
            };
            if !fits {
                return false;
            }
        }
        segments.next().is_none()
    }
}

/// A part, and how axum writes it.
fn part(text: &str) -> Result<(Part, String), PatternError> {
    let braces = || PatternError::Braces(text.to_owned());
    let (before, parameter) = literal(text).ok_or_else(braces)?;
    if parameter.is_empty() {
        return Ok((Part::Literal(before), text.to_owned()));
    }
    let inside = parameter
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .filter(|inside| !inside.contains(['{', '}']))
        .ok_or_else(braces)?;
    let (converter, name) = match inside.split_once(':') {
        Some((converter, name)) => {
            let unknown = || PatternError::UnknownConverter(converter.to_owned());
            (Converter::named(converter).ok_or_else(unknown)?, name)
        }
        None if inside.starts_with('*') => return Ok((Part::Rest(before), text.to_owned())),
        None => (Converter::Str, inside),
    };
    let raw_before = text.strip_suffix(parameter).unwrap_or_default();
    let axum_part = format!("{raw_before}{{{name}}}");
    Ok((Part::Parameter(before, converter), axum_part))
}

/// What stands before the parameter, with its doubled braces undone, and the parameter; `None` for a brace that closes
/// nothing.
fn literal(text: &str) -> Option<(String, &str)> {
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        literal.push_str(before);
        let doubled = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}"));
        match doubled {
            Some(after) => {
                literal.push_str(&from[..1]);
                rest = after;
            }
            None if from.starts_with('{') => return Some((literal, from)),
            None => return None,
        }
    }
    literal.push_str(rest);
    Some((literal, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        Pattern::parse(pattern).unwrap().matches(path)
    }

    #[test]
    fn patterns_fit_whole_paths() {
        assert!(matches("/api/{id}/", "/api/7/"));
        assert!(!matches("/api/{id}/", "/api/7"));
        assert!(!matches("/api/{id}/", "/api//"));
        assert!(matches("/files/{*rest}", "/files/a/b"));
        assert!(!matches("/api/", "/api/x/"));
    }

    #[test]
    fn a_converter_decides() {
        assert!(matches("/api/{int:id}/", "/api/007/"));
        for path in ["/api/-7/", "/api/7a/", "/api/%37/", "/api/\u{664}/"] {
            assert!(!matches("/api/{int:id}/", path), "{path}");
        }
        assert!(matches("/{slug:name}/", "/a-B_9/"));
        assert!(!matches("/{slug:name}/", "/a.b/"));
        let uuid = "/075194d3-6885-417e-a8a8-6c931e272f00/";
        assert!(matches("/{uuid:id}/", uuid));
        assert!(!matches("/{uuid:id}/", &uuid.to_uppercase()));
        assert!(!matches("/{str:owner}/", "/a%2Fb/"));
    }

    #[test]
    fn axum_sees_its_own_syntax() {
        let axum_path = |path: &str| Pattern::parse(path).unwrap().axum_path;
        assert_eq!(axum_path("/a/{int:pk}/{*rest}"), "/a/{pk}/{*rest}");
        assert_eq!(axum_path("/{{a}}-{slug:b}/{{c}}/"), "/{{a}}-{b}/{{c}}/");
        assert!(!Pattern::parse("/a/{int:pk}/{*rest}").unwrap().is_plain());
        assert!(Pattern::parse("/a/{*rest}").unwrap().is_plain());
    }

    #[test]
    fn a_parameter_may_follow_text() {
        assert!(matches("/v{int:id}/", "/v7/"));
        for path in ["/vabc/", "/v/", "/7/", "/w7/"] {
            assert!(!matches("/v{int:id}/", path), "{path}");
        }
        assert!(matches("/u-{name}/", "/u-bob/"));
        assert!(!matches("/u-{name}/", "/u-a%2Fb/"));
        assert!(matches("/a{*rest}", "/ab/c"));
        assert!(matches("/a{*rest}", "/a/c"));
        assert!(!matches("/a{*rest}", "/a"));
        assert!(!matches("/a{*rest}", "/b"));
    }

    #[test]
    fn doubled_braces_are_braces() {
        assert!(matches("/{{a}}-{int:b}/", "/{a}-7/"));
        assert!(!matches("/{{a}}-{int:b}/", "/{{a}}-7/"));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let refused = |path: &str| Pattern::parse(path).unwrap_err();
        for (path, converter) in [
            ("/t/{integer:id}/", "integer"),
            ("/{path:rest}", "path"),
            ("/{Int:id}/", "Int"),
            ("/{:id}/", ""),
            ("/{*int:rest}", "*int"),
        ] {
            let unknown = PatternError::UnknownConverter(converter.to_owned());
            assert_eq!(refused(path), unknown, "{path}");
        }
        for part in ["{a}.json", "{a}{b}", "{a", "a}", "{a}}", "{{a}", "{a}}b}"] {
            let path = format!("/x/{part}/");
            assert_eq!(refused(&path), PatternError::Braces(part.to_owned()));
        }
    }
}
