//! Choosing a renderer from `?format=` and `Accept`, as DRF 3.16's `DefaultContentNegotiation`.
//!
//! The types of the header fall into buckets by precision, `q` values are ignored (even `q=0`),
//! and inside the most precise matching bucket the order of the renderers decides. DRF 3.18's
//! limits bound the work: 8192 characters of header, 64 types, 256 characters a type.

use super::media_type::{MAX_MEDIA_TYPE_LENGTH, MediaType};
use super::text::trim;

/// Longest `Accept` header read, in characters; the rest is cut at the last comma.
pub const MAX_ACCEPT_LENGTH: usize = 8192;
/// Most types read from an `Accept` header.
pub const MAX_ACCEPT_TYPES: usize = 64;

/// What a view can answer with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renderer {
    /// The word for `?format=`, such as `json`.
    pub format: String,
    /// The media type, such as `application/json`.
    pub media_type: String,
}

impl Renderer {
    /// A renderer of that format and media type.
    #[must_use]
    pub fn new(format: &str, media_type: &str) -> Renderer {
        Renderer {
            format: format.to_owned(),
            media_type: media_type.to_owned(),
        }
    }
}

/// The outcome of a negotiation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Index of the chosen renderer in the list given.
    pub renderer: usize,
    /// The media type accepted, with the parameters the client sent.
    pub media_type: String,
}

impl Accepted {
    /// The indentation asked for with `application/json; indent=4`, 1 to 8. `None` for compact:
    /// no parameter, not a number, or not above zero.
    #[must_use]
    pub fn indent(&self) -> Option<u8> {
        let media_type = MediaType::parse(&self.media_type).ok()?;
        python_int(media_type.parameter("indent")?)
            .map(|spaces| spaces.min(8))
            .filter(|spaces| *spaces > 0)
    }
}

/// Reads what Python's `int()` reads, as far as the sign and 255 matter.
fn python_int(text: &str) -> Option<u8> {
    let text = trim(text);
    let (negative, digits) = match text.strip_prefix(['+', '-']) {
        Some(digits) => (text.starts_with('-'), digits),
        None => (false, text),
    };
    let mut value = 0_u8;
    // Single underscores may stand between digits.
    for group in digits.split('_') {
        if group.is_empty() {
            return None;
        }
        for digit in group.chars() {
            let digit = u8::try_from(digit.to_digit(10)?).ok()?;
            value = value.saturating_mul(10).saturating_add(digit);
        }
    }
    Some(if negative { 0 } else { value })
}

/// Why no renderer was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NegotiationError {
    /// `?format=` names no renderer: 404.
    #[error("Not found.")]
    UnknownFormat,
    /// No renderer suits the `Accept` header: 406.
    #[error("Could not satisfy the request Accept header.")]
    NotAcceptable,
}

/// Chooses a renderer.
///
/// `accept` is the header (`None` if missing, which means `*/*`; an empty one means nothing
/// suits), `format` the value of `?format=` or the format suffix, an empty one counting as none.
///
/// # Errors
///
/// [`NegotiationError`]; its text is DRF's `detail`.
///
/// ```
/// use hallpass::wire::negotiation::{Renderer, negotiate};
/// let renderers = [Renderer::new("json", "application/json"), Renderer::new("api", "text/html")];
/// assert_eq!(negotiate(&renderers, Some("text/html"), None).unwrap().renderer, 1);
/// assert_eq!(negotiate(&renderers, None, Some("json")).unwrap().renderer, 0);
/// assert!(negotiate(&renderers, Some("image/png"), None).is_err());
/// ```
pub fn negotiate(
    renderers: &[Renderer],
    accept: Option<&str>,
    format: Option<&str>,
) -> Result<Accepted, NegotiationError> {
    let format = format.filter(|format| !format.is_empty());
    let candidates: Vec<(usize, &Renderer, MediaType)> = renderers
        .iter()
        .enumerate()
        .filter(|(_, renderer)| format.is_none_or(|format| renderer.format == format))
        .filter_map(|(index, renderer)| {
            Some((
                index,
                renderer,
                MediaType::parse(&renderer.media_type).ok()?,
            ))
        })
        .collect();
    if candidates.is_empty() && format.is_some() {
        return Err(NegotiationError::UnknownFormat);
    }
    let requested = accept_list(accept.unwrap_or("*/*"))?;
    for precedence in (0..=3).rev() {
        for (index, renderer, ours) in &candidates {
            let suits = |(_, theirs): &&(&str, MediaType)| {
                theirs.precedence() == precedence && ours.matches(theirs)
            };
            if let Some((text, theirs)) = requested.iter().find(suits) {
                return Ok(Accepted {
                    renderer: *index,
                    media_type: accepted_text(renderer, ours, text, theirs),
                });
            }
        }
    }
    Err(NegotiationError::NotAcceptable)
}

/// The header's types. One that cannot be decoded spoils the whole header, as in DRF 3.18.
fn accept_list(accept: &str) -> Result<Vec<(&str, MediaType)>, NegotiationError> {
    cut(accept)
        .split(',')
        .map(trim)
        .filter(|text| !text.is_empty())
        .take(MAX_ACCEPT_TYPES)
        .filter(|text| text.chars().nth(MAX_MEDIA_TYPE_LENGTH).is_none())
        .map(|text| match MediaType::parse(text) {
            Ok(media_type) => Ok((text, media_type)),
            Err(_) => Err(NegotiationError::NotAcceptable),
        })
        .collect()
}

/// The header up to the last comma that lies within the limit.
fn cut(accept: &str) -> &str {
    let Some((limit, _)) = accept.char_indices().nth(MAX_ACCEPT_LENGTH) else {
        return accept;
    };
    let kept = accept.get(..limit).unwrap_or_default();
    kept.rsplit_once(',').map_or("", |(kept, _)| kept)
}

/// The type as the client wrote it, or the renderer's with the client's parameters if the client
/// was less precise.
fn accepted_text(renderer: &Renderer, ours: &MediaType, text: &str, theirs: &MediaType) -> String {
    if ours.precedence() <= theirs.precedence() {
        return text.to_owned();
    }
    let mut full = renderer.media_type.clone();
    for (name, value) in theirs.parameters() {
        for piece in [";", name, "=", value] {
            full.push_str(piece);
        }
    }
    full
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(accept: &str) -> Result<Accepted, NegotiationError> {
        negotiate(
            &[Renderer::new("json", "application/json")],
            Some(accept),
            None,
        )
    }

    #[test]
    fn indents_between_one_and_eight() {
        let indent = |parameter: &str| {
            json(&format!("application/json; indent={parameter}"))
                .unwrap()
                .indent()
        };
        assert_eq!(indent("4"), Some(4));
        assert_eq!(indent("99999999999999999999"), Some(8));
        assert_eq!(indent("0"), None);
        assert_eq!(indent("-3"), None);
        assert_eq!(indent("x"), None);
        assert_eq!(indent("\" +0_3 \""), Some(3));
        assert_eq!(indent("1__0"), None);
    }

    #[test]
    fn bounds_the_header() {
        assert!(json(&format!("{}application/json", "a/b,".repeat(63))).is_ok());
        assert!(json(&format!("{}application/json", "a/b,".repeat(64))).is_err());
        assert!(json(&format!("{}application/json", ",".repeat(70))).is_ok());
        assert!(json(&format!("application/json;{}", "x".repeat(239))).is_ok());
        assert!(json(&format!("application/json;{}", "x".repeat(240))).is_err());
        assert!(json(&format!("{},application/json", " ".repeat(9000))).is_err());
        assert!(json("application/json; a*=bogus''y").is_err());
    }

    #[test]
    fn format_must_be_known() {
        let renderers = [Renderer::new("json", "application/json")];
        assert_eq!(
            negotiate(&renderers, None, Some("xml")),
            Err(NegotiationError::UnknownFormat)
        );
        assert!(negotiate(&renderers, None, Some("")).is_ok());
    }
}
