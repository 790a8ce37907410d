//! Renderers: how a view writes what it says, DRF 3.16's `renderer_classes`.
//!
//! Handlers write their own bodies; what a renderer writes is what the guard says in the view's name: refusals and the
//! answer to `OPTIONS`. Its media type is what `Accept` and `?format=` are held against.

use hallpass_formats::json::Json;
use http::{HeaderValue, StatusCode};

use crate::identity::Identity;
use crate::wire::negotiation;

/// What a renderer knows beside the data.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Rendering<'a> {
    /// The caller, if one was recognised by then.
    pub identity: Option<&'a Identity>,
    /// The status of the response.
    pub status: StatusCode,
}

/// One renderer: DRF's `BaseRenderer`.
///
/// ```
/// use hallpass::formats::json::Json;
/// use hallpass::{ApiView, Renderer, Rendering};
///
/// /// Lets `Accept: text/event-stream` pass the content negotiation.
/// struct EventStream;
///
/// impl Renderer for EventStream {
///     fn media_type(&self) -> &'static str {
///         "text/event-stream"
///     }
///
///     fn format(&self) -> &'static str {
///         "events"
///     }
///
///     fn render(&self, data: &Json, _: Rendering<'_>) -> String {
///         format!("event: error\ndata: {}\n\n", data.to_compact())
///     }
/// }
///
/// let view: ApiView = ApiView::new("Events").renderer(EventStream).get(async || "data: hello\n\n");
/// ```
pub trait Renderer: Send + Sync + 'static {
    /// What `Accept` must name, such as `text/plain`.
    fn media_type(&self) -> &'static str;

    /// What `?format=` must name, such as `txt`.
    fn format(&self) -> &'static str;

    /// The charset of the `Content-Type`; `None` leaves it out.
    fn charset(&self) -> Option<&'static str> {
        Some("utf-8")
    }

    /// A body that says `data`.
    fn render(&self, data: &Json, rendering: Rendering<'_>) -> String;
}

/// DRF's `JSONRenderer`: what every view has unless it names others.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct JsonRenderer;

impl Renderer for JsonRenderer {
    fn media_type(&self) -> &'static str {
        "application/json"
    }

    fn format(&self) -> &'static str {
        "json"
    }

    fn charset(&self) -> Option<&'static str> {
        None
    }

    fn render(&self, data: &Json, _: Rendering<'_>) -> String {
        data.to_compact()
    }
}

/// A renderer as the negotiation sees it.
pub(super) fn offer(renderer: &dyn Renderer) -> negotiation::Renderer {
    negotiation::Renderer::new(renderer.format(), renderer.media_type())
}

/// The `Content-Type` of what it writes.
pub(super) fn content_type(renderer: &dyn Renderer) -> HeaderValue {
    let text = match renderer.charset() {
        None => renderer.media_type().to_owned(),
        Some(charset) => format!("{}; charset={charset}", renderer.media_type()),
    };
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}
