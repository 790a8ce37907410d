//! A request's parsed body: DRF 3.16's `request.data` with its JSON, form and multipart parsers.

use axum::extract::{FromRequest, Request};
use hallpass_formats::json::{self, Json};

use crate::rejection::Rejection;
use crate::request::{FormFault, FormKind, RequestContext};
use crate::wire::charset::{Charset, is_no_text_encoding};
use crate::wire::form::FormData;
use crate::wire::media_type::{MediaType, select_parser};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// What a client sent.
#[derive(Clone, Debug)]
pub enum Data {
    /// No body, whatever its type.
    Empty,
    /// A JSON document.
    Json(Json),
    /// Form fields; files are left out.
    Form(FormData),
}

impl Data {
    /// Reads the body with the first of the view's parsers that fits its type; `*/*` fits the first of all.
    ///
    /// # Errors
    /// 415 for a type without a parser, 400 for a malformed body or one over the limits.
    pub(crate) async fn of(request: &RequestContext<'_>) -> Result<Self, Rejection> {
        if request.body().await?.is_empty() {
            return Ok(Self::Empty);
        }
        let (parsers, content_type) = (request.parsers(), request.content_type());
        let parser = select_parser(parsers, &content_type).and_then(|index| parsers.get(index));
        if parser.is_some_and(|parser| *parser != MULTIPART) {
            refuse_no_text_encoding(&content_type)?;
        }
        match parser.copied() {
            Some(JSON) => parse_json(&request.body().await?, &content_type),
            Some(FORM) => read_form(request, FormKind::Urlencoded).await,
            Some(MULTIPART) => read_form(request, FormKind::Multipart).await,
            _ => Err(Rejection::unsupported_media_type(&content_type)),
        }
    }

    /// The last value of a form's field; other documents have no fields.
    pub(crate) fn form_field(&self, name: &str) -> Option<&str> {
        match self {
            Self::Form(form) => form.last(name),
            Self::Empty | Self::Json(_) => None,
        }
    }
}

/// DRF's `request.data`, in a handler of a guarded route; elsewhere it is a 500.
impl<S: Sync> FromRequest<S> for Data {
    type Rejection = Rejection;

    async fn from_request(request: Request, _: &S) -> Result<Self, Rejection> {
        let (parts, body) = request.into_parts();
        let context = RequestContext::of(&parts)?;
        context.exchange().body().keep(body, &parts.headers);
        Self::of(&context).await
    }
}

/// DRF 3.18's `get_encoding`.
fn refuse_no_text_encoding(content_type: &str) -> Result<(), Rejection> {
    let parsed = MediaType::parse(content_type).ok();
    let charset = parsed
        .as_ref()
        .and_then(|parsed| parsed.parameter("charset"));
    match charset {
        Some(charset) if is_no_text_encoding(charset) => Err(Rejection::parse_error(format!(
            "Unsupported charset \"{charset}\" in request Content-Type header."
        ))),
        _ => Ok(()),
    }
}

fn parse_json(body: &[u8], content_type: &str) -> Result<Data, Rejection> {
    let charset = MediaType::parse(content_type)
        .map(|parsed| parsed.charset())
        .unwrap_or_default();
    let parsed = match charset {
        Charset::Utf8 => json::parse_bytes(body),
        other => json::parse_strict(&other.decode(body)),
    };
    parsed
        .map(Data::Json)
        .map_err(|error| Rejection::parse_error(format!("JSON parse error - {error}")))
}

async fn read_form(request: &RequestContext<'_>, kind: FormKind) -> Result<Data, Rejection> {
    match request.form(kind).await {
        Ok(form) => Ok(Data::Form(form)),
        Err(FormFault::Malformed(error)) => Err(Rejection::parse_error(format!(
            "Multipart form parse error - {error}"
        ))),
        Err(FormFault::Refused(rejection)) => Err(rejection),
    }
}
