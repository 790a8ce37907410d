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

/// One part of a pattern between two slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Parameter(Converter),
    /// `{*rest}`: everything that follows, at least one character.
    Rest,
}

/// A route's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    parts: Vec<Part>,
    axum_path: String,
}

impl Pattern {
    /// Reads `/items/{int:id}/`. An unknown converter is left as it stands, and axum refuses it.
    pub(super) fn parse(path: &str) -> Self {
        let mut parts = Vec::new();
        let mut axum_parts = Vec::new();
        for text in path.split('/') {
            let (part, axum_part) = part(text);
            parts.push(part);
            axum_parts.push(axum_part);
        }
        Self {
            parts,
            axum_path: axum_parts.join("/"),
        }
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
            .any(|part| matches!(part, Part::Parameter(_)))
    }

    /// Whether the pattern fits a whole path.
    pub(super) fn matches(&self, path: &str) -> bool {
        let mut segments = path.split('/');
        for part in &self.parts {
            let Some(segment) = segments.next() else {
                return false;
            };
            match part {
                Part::Rest => return !segment.is_empty() || segments.next().is_some(),
                Part::Literal(literal) if literal == segment => {}
                Part::Parameter(converter) if converter.fits(segment) => {}
                Part::Literal(_) | Part::Parameter(_) => return false,
            }
        }
        segments.next().is_none()
    }
}

fn part(text: &str) -> (Part, String) {
    let inside = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        // Doubled braces are axum's way to write a brace.
        .filter(|inside| !inside.starts_with('{'));
    let Some(inside) = inside else {
        return (Part::Literal(text.to_owned()), text.to_owned());
    };
    if inside.starts_with('*') {
        return (Part::Rest, text.to_owned());
    }
    let converted = inside
        .split_once(':')
        .and_then(|(converter, name)| Some((Converter::named(converter)?, name)));
    match converted {
        Some((converter, name)) => (Part::Parameter(converter), format!("{{{name}}}")),
        None => (Part::Parameter(Converter::Str), text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        Pattern::parse(pattern).matches(path)
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
        let pattern = Pattern::parse("/a/{int:pk}/{*rest}");
        assert_eq!(pattern.axum_path(), "/a/{pk}/{*rest}");
        assert!(!pattern.is_plain());
        assert!(Pattern::parse("/a/{*rest}").is_plain());
    }
}
