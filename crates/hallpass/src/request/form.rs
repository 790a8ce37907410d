//! Form bodies as Django's `request.POST` and DRF's form parsers read them.

use bytes::Bytes;
use http::header::CONTENT_TYPE;

use super::RequestContext;
use crate::rejection::Rejection;
use crate::wire::charset::Charset;
use crate::wire::form::{self, FormData};
use crate::wire::media_type::MediaType;
use crate::wire::multipart::{self, Limits};

const URLENCODED: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// What kind of form a request's `Content-Type` announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormKind {
    /// `application/x-www-form-urlencoded`.
    Urlencoded,
    /// `multipart/form-data`.
    Multipart,
}

/// Why a form could not be read.
#[derive(Debug)]
pub(crate) enum FormFault {
    /// The grammar is broken: DRF says so in JSON, Django's own views with a page.
    Malformed(String),
    /// The body cannot be had, or a limit was passed.
    Refused(Rejection),
}

impl RequestContext<'_> {
    /// The `Content-Type` as text; empty when there is none.
    pub(crate) fn content_type(&self) -> String {
        self.text_header(&CONTENT_TYPE).unwrap_or_default()
    }

    /// The kind of form that the request announces, as Django's `request.POST` takes it: `*/*` is none, other than for
    /// DRF's parsers.
    pub(crate) fn form_kind(&self) -> Option<FormKind> {
        match MediaType::parse(&self.content_type()).ok()?.essence() {
            URLENCODED => Some(FormKind::Urlencoded),
            MULTIPART => Some(FormKind::Multipart),
            _ => None,
        }
    }

    /// Reads the body as a form of this kind.
    pub(crate) async fn form(&self, kind: FormKind) -> Result<FormData, FormFault> {
        let body = self.body().await.map_err(FormFault::Refused)?;
        let content_type = self.content_type();
        let charset = MediaType::parse(&content_type)
            .map(|parsed| parsed.charset())
            .unwrap_or_default();
        match kind {
            FormKind::Urlencoded => self.urlencoded(&body, charset),
            FormKind::Multipart => self.multipart(&body, &content_type, charset),
        }
    }

    fn urlencoded(&self, body: &Bytes, charset: Charset) -> Result<FormData, FormFault> {
        form::parse_urlencoded(body, charset, self.max_fields())
            .map_err(|_| FormFault::Refused(Rejection::bad_request_page()))
    }

    fn multipart(
        &self,
        body: &Bytes,
        content_type: &str,
        charset: Charset,
    ) -> Result<FormData, FormFault> {
        let limits = Limits {
            max_fields: self.max_fields(),
            ..Limits::default()
        };
        multipart::boundary(content_type)
            .and_then(|boundary| multipart::parse(body, &boundary, charset, &limits))
            .map_err(|error| {
                if error.is_limit() {
                    return FormFault::Refused(Rejection::bad_request_page());
                }
                FormFault::Malformed(error.to_string())
            })
    }

    fn max_fields(&self) -> usize {
        let limit = self.core().settings().data_upload_max_number_fields;
        limit
            .and_then(|limit| usize::try_from(limit).ok())
            .unwrap_or(usize::MAX)
    }
}

/// The last value of a query parameter.
pub(crate) fn query_value(query: Option<&str>, name: &str) -> Option<String> {
    let query = query?.as_bytes();
    let parsed = form::parse_urlencoded(query, Charset::Utf8, usize::MAX).ok()?;
    parsed.last(name).map(str::to_owned)
}
