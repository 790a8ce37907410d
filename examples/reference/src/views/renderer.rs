//! A renderer that says whether there is a user.

use hallpass::formats::json::Json;
use hallpass::{Renderer, Rendering};

pub(crate) struct WhetherAuthenticated;

impl Renderer for WhetherAuthenticated {
    fn media_type(&self) -> &'static str {
        "text/plain"
    }

    fn format(&self) -> &'static str {
        "txt"
    }

    fn render(&self, _: &Json, rendering: Rendering<'_>) -> String {
        let text = match rendering.identity {
            Some(_) => "authenticated",
            None => "not authenticated",
        };
        text.to_owned()
    }
}
