//! `multipart/form-data` bodies, as Django 5.2's `MultiPartParser` reads them.
//!
//! The parser is lenient: the boundary counts wherever it stands, not only at the start of a line,
//! the closing `--` has no meaning, and a part without a `Content-Disposition` is passed over, so
//! a body of garbage is an empty form. Files are counted and named, their contents are skipped
//! (Django would also undo a Base64 transfer encoding of a file, and refuse a broken one).

use hallpass_formats::base64;
use memchr::memmem;

use super::charset::Charset;
use super::form::{DEFAULT_MAX_FIELDS, FilePart, FormData};
use super::header_parameters::HeaderParameters;
use super::text::trim;

/// Bytes of a part's header, its blank line included.
const MAX_HEADER: usize = 1024;
/// The longest boundary Django takes; RFC 2046 allows 70.
const MAX_BOUNDARY: usize = 201;

/// Bounds on what a form may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Parts (`DATA_UPLOAD_MAX_NUMBER_FIELDS`).
    pub max_fields: usize,
    /// Files (`DATA_UPLOAD_MAX_NUMBER_FILES`).
    pub max_files: usize,
    /// Bytes of all fields together, files not counted (`DATA_UPLOAD_MAX_MEMORY_SIZE`).
    pub max_memory: usize,
}

/// Django's defaults: 1000 parts, 100 files, 2.5 MiB.
impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_fields: DEFAULT_MAX_FIELDS,
            max_files: 100,
            max_memory: 2_621_440,
        }
    }
}

/// Why a multipart body cannot be read. The text is Django's.
///
/// The first four are parse errors, which DRF answers with `Multipart form parse error - <text>`;
/// the others are limits, which Django answers with a bare 400, see [`MultipartError::is_limit`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MultipartError {
    /// The content type does not start with `multipart/` in lower case.
    #[error("Invalid Content-Type: {0}")]
    InvalidContentType(String),
    /// The content type holds a character outside ASCII.
    #[error("Invalid non-ASCII Content-Type in multipart: {0}")]
    NonAsciiContentType(String),
    /// The boundary is missing (`None`), empty, too long, or holds control characters.
    #[error("Invalid boundary in multipart: {0}")]
    InvalidBoundary(String),
    /// A part's header is not over after 1024 bytes.
    #[error("Request max total header size exceeded.")]
    HeaderTooLong,
    /// More parts than allowed.
    #[error("The number of GET/POST parameters exceeded settings.DATA_UPLOAD_MAX_NUMBER_FIELDS.")]
    TooManyFields,
    /// More files than allowed.
    #[error("The number of files exceeded settings.DATA_UPLOAD_MAX_NUMBER_FILES.")]
    TooManyFiles,
    /// More bytes in fields than allowed.
    #[error("Request body exceeded settings.DATA_UPLOAD_MAX_MEMORY_SIZE.")]
    TooMuchData,
}

impl MultipartError {
    /// Whether a limit was passed, rather than the grammar broken.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(
            self,
            MultipartError::TooManyFields
                | MultipartError::TooManyFiles
                | MultipartError::TooMuchData
        )
    }
}

/// The boundary a content type names.
///
/// # Errors
///
/// [`MultipartError`] if the type is not multipart, not ASCII, or its boundary not usable.
///
/// ```
/// use hallpass::wire::multipart::boundary;
/// assert_eq!(boundary("multipart/form-data; boundary=\"a b\"").unwrap(), "a b");
/// let error = boundary("multipart/form-data").unwrap_err();
/// assert_eq!(error.to_string(), "Invalid boundary in multipart: None");
/// ```
pub fn boundary(content_type: &str) -> Result<String, MultipartError> {
    if !content_type.starts_with("multipart/") {
        return Err(MultipartError::InvalidContentType(content_type.to_owned()));
    }
    if !content_type.is_ascii() {
        return Err(MultipartError::NonAsciiContentType(content_type.to_owned()));
    }
    // Django fails with a 500 where the parameters cannot be decoded; to us they are missing.
    let parameters = HeaderParameters::parse(content_type).unwrap_or_default();
    let Some(boundary) = parameters.get("boundary") else {
        return Err(MultipartError::InvalidBoundary("None".to_owned()));
    };
    let is_printable = boundary.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if boundary.is_empty()
        || boundary.len() > MAX_BOUNDARY
        || boundary.ends_with(' ')
        || !is_printable
    {
        return Err(MultipartError::InvalidBoundary(boundary.to_owned()));
    }
    Ok(boundary.to_owned())
}

/// Reads a complete body.
///
/// # Errors
///
/// [`MultipartError`] if a part's header is too long or a limit is passed.
pub fn parse(
    body: &[u8],
    boundary: &str,
    charset: Charset,
    limits: &Limits,
) -> Result<FormData, MultipartError> {
    let mut data = FormData::default();
    let mut bytes_read = 0_usize;
    let mut files = 0_usize;
    // Django completes a file when the next stretch begins, so a file at the very end is dropped.
    let mut unfinished = None;
    for (count, part) in parts(body, boundary).enumerate() {
        let part = Part::parse(part)?;
        data.extend_files(unfinished.take());
        // What stands before the first and after the last boundary counts too, hence two more.
        if count >= limits.max_fields.saturating_add(2) {
            return Err(MultipartError::TooManyFields);
        }
        let Some(Part {
            name,
            file_name,
            is_base64,
            content,
        }) = part
        else {
            continue;
        };
        let name = charset.decode(trim(&name).as_bytes()).into_owned();
        if let Some(file_name) = file_name {
            files += 1;
            if files > limits.max_files {
                return Err(MultipartError::TooManyFiles);
            }
            let file_name = charset.decode(file_name.as_bytes()).into_owned();
            unfinished = Some(FilePart {
                field: name,
                file_name,
            });
            continue;
        }
        // Two more for the `&` and `=` it would cost in a urlencoded body.
        bytes_read = bytes_read.saturating_add(content.len() + name.chars().count() + 2);
        if bytes_read > limits.max_memory {
            return Err(MultipartError::TooMuchData);
        }
        let decoded = if is_base64 {
            base64::decode_lenient(content)
        } else {
            None
        };
        let value = charset
            .decode(decoded.as_deref().unwrap_or(content))
            .into_owned();
        data.push(name, value);
    }
    Ok(data)
}

/// The stretches between boundaries, without the line end before each. The last one, which no
/// boundary ends, counts only if it is not empty.
fn parts<'a>(body: &'a [u8], boundary: &str) -> impl Iterator<Item = &'a [u8]> {
    let separator = format!("--{boundary}");
    let length = separator.len();
    let finder = memmem::Finder::new(separator.as_bytes()).into_owned();
    let mut rest = Some(body);
    std::iter::from_fn(move || {
        let stretch = rest?;
        let Some(end) = finder.find(stretch) else {
            rest = None;
            return (!stretch.is_empty()).then_some(stretch);
        };
        rest = stretch.get(end + length..);
        let part = stretch.get(..end)?;
        // Each byte of the line end is optional on its own.
        let part = part.strip_suffix(b"\n").unwrap_or(part);
        Some(part.strip_suffix(b"\r").unwrap_or(part))
    })
}

/// One form field.
struct Part<'a> {
    name: String,
    file_name: Option<String>,
    is_base64: bool,
    content: &'a [u8],
}

impl Part<'_> {
    /// `None` if there is no field in it.
    fn parse(part: &[u8]) -> Result<Option<Part<'_>>, MultipartError> {
        let head = part.get(..MAX_HEADER).unwrap_or(part);
        let Some(end) = memmem::find(head, b"\r\n\r\n") else {
            return if part.len() < MAX_HEADER {
                Ok(None)
            } else {
                Err(MultipartError::HeaderTooLong)
            };
        };
        let content = part.get(end + 4..).unwrap_or_default();
        let mut disposition = None;
        let mut is_base64 = false;
        for line in header_lines(head.get(..end).unwrap_or_default()) {
            match line.value.split_once(':') {
                Some(("content-disposition", _)) => disposition = Some(line),
                Some(("content-transfer-encoding", encoding)) => {
                    is_base64 = trim(encoding) == "base64";
                }
                _ => {}
            }
        }
        Ok(disposition.and_then(|line| {
            let file_name = line.get("filename").filter(|name| !name.is_empty());
            let is_file = file_name.is_some();
            let file_name = file_name.and_then(base_name);
            if is_file && file_name.is_none() {
                return None;
            }
            Some(Part {
                name: line.get("name")?.to_owned(),
                file_name,
                is_base64,
                content,
            })
        }))
    }
}

/// The header's lines; those that are not UTF-8 or cannot be decoded are passed over.
fn header_lines(header: &[u8]) -> impl Iterator<Item = HeaderParameters> {
    let text_of = |line| HeaderParameters::parse(std::str::from_utf8(line).ok()?).ok();
    let mut rest = Some(header);
    std::iter::from_fn(move || {
        let line = rest?;
        match memmem::find(line, b"\r\n") {
            Some(end) => {
                rest = line.get(end + 2..);
                line.get(..end)
            }
            None => {
                rest = None;
                Some(line)
            }
        }
    })
    .filter_map(text_of)
}

/// The file name without directories and control characters; `None` if nothing is left.
fn base_name(file_name: &str) -> Option<String> {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let name = trim(&name);
    (!matches!(name, "" | "." | "..")).then(|| name.to_owned())
}
