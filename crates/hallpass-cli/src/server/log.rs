//! The log on standard error: one event a line, as text or as JSON. `HALLPASS_LOG` says how much, `log_format` how.
//!
//! The text form is `TIME LEVEL message name=value`; a value that is not one plain word stands in quotes and is written
//! as JSON writes it, so that no client can begin a line of its own or colour a terminal. The JSON form is one flat
//! object. Both name the request, if one is being answered.

use std::fmt;
use std::io;

use hallpass::formats::json::{Json, Object};
use hallpass::formats::timestamp::Timestamp;
use hallpass::settings::Settings;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::request_id;
use crate::failure::Failure;
use crate::start::LOG_VARIABLE;

/// What a line about a refusal says besides its id, for whoever reads it again.
pub(crate) const LINE_FIELDS: [&str; 8] = [
    "time",
    "status",
    "reason",
    "scheme",
    "detail",
    "method",
    "path",
    "request_id",
];

/// Starts the log: `info` unless `HALLPASS_LOG` is one of off, error, warn, info, debug, trace.
pub(crate) fn start_log(settings: &Settings) -> Result<(), Failure> {
    let level = match std::env::var(LOG_VARIABLE) {
        Ok(level) if !level.is_empty() => level.parse::<LevelFilter>().map_err(|_| {
            Failure::refused(format!(
                "{LOG_VARIABLE} is one of off, error, warn, info, debug, trace, not {level:?}"
            ))
        })?,
        _ => LevelFilter::INFO,
    };
    let form = match settings.log_format.as_str() {
        "json" => Form::Json,
        _ => Form::Text,
    };
    let log = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(io::stderr)
        // A log that cannot be written is no reason to stop.
        .log_internal_errors(false)
        .event_format(form)
        .finish();
    // Only a second call fails, and then the first log goes on.
    let _ = tracing::subscriber::set_global_default(log);
    Ok(())
}

/// How a line looks.
#[derive(Clone, Copy, Debug)]
enum Form {
    Text,
    Json,
}

impl<S, N> FormatEvent<S, N> for Form
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        if let Some(id) = request_id::current() {
            fields.more.push(("request_id", Json::from(id.as_str())));
        }
        let time = Timestamp::now().to_iso8601();
        let level = event.metadata().level();
        match self {
            Self::Text => write_text(&mut writer, &time, level.as_str(), &fields),
            Self::Json => {
                let mut line = Object::new();
                line.insert("time", time.as_str());
                line.insert("level", level.as_str());
                line.insert("target", event.metadata().target());
                line.insert("message", fields.message.as_str());
                for (name, value) in fields.more {
                    line.insert(name, value);
                }
                writeln!(writer, "{}", Json::Object(line).to_compact())
            }
        }
    }
}

fn write_text(writer: &mut Writer<'_>, time: &str, level: &str, fields: &Fields) -> fmt::Result {
    write!(
        writer,
        "{time} {level:>5} {}",
        printable(&fields.message, ' ')
    )?;
    for (name, value) in &fields.more {
        match value {
            Json::String(text) if is_plain(text.as_str().unwrap_or_default()) => {
                write!(writer, " {name}={}", text.as_str().unwrap_or_default())?;
            }
            value => write!(
                writer,
                " {name}={}",
                printable(&value.to_compact(), '\u{fffd}')
            )?,
        }
    }
    writeln!(writer)
}

fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~:+%@".contains(&byte);
    !text.is_empty() && text.bytes().all(plain)
}

/// Without what would move a terminal's cursor; JSON leaves some of it as it is.
fn printable(text: &str, instead: char) -> String {
    text.chars()
        .map(|c| if c.is_control() { instead } else { c })
        .collect()
}

/// The fields of one event.
#[derive(Default)]
struct Fields {
    message: String,
    more: Vec<(&'static str, Json)>,
}

impl Fields {
    fn add(&mut self, field: &Field, value: Json) {
        self.more.push((field.name(), value));
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            _ => self.add(field, Json::from(format!("{value:?}"))),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, Json::from(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, Json::from(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, Json::from(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, Json::from(i64::try_from(value).unwrap_or(i64::MAX)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_clients_stay_within_their_quotes() {
        let mut fields = Fields {
            message: "refused\nnext".to_owned(),
            ..Fields::default()
        };
        fields.more.push(("plain", Json::from("/api/")));
        fields
            .more
            .push(("odd", Json::from("a b\"\n\u{1b}[1m\u{9b}")));
        let mut text = String::new();
        write_text(&mut Writer::new(&mut text), "T", "INFO", &fields).unwrap();
        assert_eq!(
            text,
            "T  INFO refused next plain=/api/ odd=\"a b\\\"\\n\\u001b[1m\u{fffd}\"\n"
        );
    }
}
