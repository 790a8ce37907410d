//! The four layouts Django and DRF write.

use std::fmt::Write;

use super::float;
use super::{Json, Text};

/// What stands between the pieces, and which characters are escaped.
#[derive(Clone, Copy)]
struct Layout {
    item_separator: &'static str,
    key_separator: &'static str,
    /// Spaces for each level on a line of its own.
    indent: Option<usize>,
    string: fn(&Text, &mut String),
}

impl Json {
    /// `,` and `:` without spaces, everything beyond ASCII as `\uXXXX`: what Django signs.
    pub fn to_ascii(&self) -> String {
        self.written(Layout {
            item_separator: ",",
            key_separator: ":",
            indent: None,
            string: ascii_string,
        })
    }

    /// DRF's `JSONRenderer` by default: no spaces, characters as they are, but U+2028 and U+2029 escaped.
    ///
    /// Where DRF fails with 500, this writes something: `Infinity` and `NaN` for such numbers, `\udXXX`
    /// for a lone surrogate.
    pub fn to_compact(&self) -> String {
        self.written(Layout {
            item_separator: ",",
            key_separator: ":",
            indent: None,
            string: unicode_string,
        })
    }

    /// DRF's `JSONRenderer` for `Accept: application/json; indent=N`. Zero is the compact layout.
    pub fn to_pretty(&self, indent: usize) -> String {
        if indent == 0 {
            return self.to_compact();
        }
        let indent = Some(indent);
        self.written(Layout {
            item_separator: ",",
            key_separator: ": ",
            indent,
            string: unicode_string,
        })
    }

    /// Django's `JsonResponse`: `, ` and `: `, everything beyond ASCII as `\uXXXX`.
    pub fn to_django(&self) -> String {
        self.written(Layout {
            item_separator: ", ",
            key_separator: ": ",
            indent: None,
            string: ascii_string,
        })
    }

    fn written(&self, layout: Layout) -> String {
        let mut out = String::new();
        self.write(layout, 0, &mut out);
        out
    }

    fn write(&self, layout: Layout, level: usize, out: &mut String) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Json::Int(integer) => push(out, integer),
            Json::Float(number) => out.push_str(&float::repr(*number)),
            Json::String(text) => (layout.string)(text, out),
            Json::List(items) if items.is_empty() => out.push_str("[]"),
            Json::Object(object) if object.is_empty() => out.push_str("{}"),
            Json::List(items) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    layout.before_item(place, level + 1, out);
                    item.write(layout, level + 1, out);
                }
                layout.new_line(level, out);
                out.push(']');
            }
            Json::Object(object) => {
                out.push('{');
                for (place, (key, value)) in object.iter().enumerate() {
                    layout.before_item(place, level + 1, out);
                    (layout.string)(key, out);
                    out.push_str(layout.key_separator);
                    value.write(layout, level + 1, out);
                }
                layout.new_line(level, out);
                out.push('}');
            }
        }
    }
}

impl Layout {
    fn before_item(&self, place: usize, level: usize, out: &mut String) {
        if place > 0 {
            out.push_str(self.item_separator);
        }
        self.new_line(level, out);
    }

    fn new_line(&self, level: usize, out: &mut String) {
        if let Some(indent) = self.indent {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent * level));
        }
    }
}

/// Quoted, with everything outside printable ASCII escaped (Python's `ensure_ascii`).
pub(super) fn ascii_string(text: &Text, out: &mut String) {
    quoted(text, out, |point| (0x20..0x7f).contains(&point));
}

/// Quoted, with characters as they are except U+2028 and U+2029, which DRF escapes for old browsers.
fn unicode_string(text: &Text, out: &mut String) {
    quoted(text, out, |point| {
        point >= 0x20 && point != 0x2028 && point != 0x2029
    });
}

fn quoted(text: &Text, out: &mut String, is_literal: impl Fn(u32) -> bool) {
    out.push('"');
    for point in text.code_points() {
        match (point, char::from_u32(point)) {
            (0x22, _) => out.push_str("\\\""),
            (0x5c, _) => out.push_str("\\\\"),
            (0x08, _) => out.push_str("\\b"),
            (0x0c, _) => out.push_str("\\f"),
            (0x0a, _) => out.push_str("\\n"),
            (0x0d, _) => out.push_str("\\r"),
            (0x09, _) => out.push_str("\\t"),
            (point, Some(symbol)) if is_literal(point) => out.push(symbol),
            (_, Some(symbol)) => {
                for unit in symbol.encode_utf16(&mut [0; 2]) {
                    push(out, format_args!("\\u{unit:04x}"));
                }
            }
            (surrogate, None) => push(out, format_args!("\\u{surrogate:04x}")),
        }
    }
    out.push('"');
}

/// Writing to a `String` cannot fail.
fn push(out: &mut String, piece: impl std::fmt::Display) {
    let _ = write!(out, "{piece}");
}
