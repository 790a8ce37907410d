//! `explain ID`: why was this refused? The running server knows, and so does its log.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;

use axum::http::Uri;
use hallpass::formats::json::{Json, Object, parse};

use crate::args::Explain;
use crate::console;
use crate::failure::Failure;
use crate::http_client;
use crate::server::{LINE_FIELDS, local_url};
use crate::start::Start;

/// The longest line of a log that is looked at, in bytes; longer ones are cut.
const LONGEST_LINE: u64 = 65_536;

/// Prints what is known of the refusal.
pub(crate) async fn run(start: &Start, args: &Explain) -> Result<(), Failure> {
    let found = match &args.log {
        Some(file) if file.as_os_str() == "-" => in_log(io::stdin().lock(), &args.id)?,
        Some(file) => {
            let log = File::open(file).map_err(|error| {
                Failure::refused(format!("{} cannot be read: {error}", file.display()))
            })?;
            in_log(BufReader::new(log), &args.id)?
        }
        None => asked(start, &args.id).await?,
    };
    let Some(found) = found else {
        let place = match &args.log {
            Some(_) => {
                "that log has no such id: the log must be of level info (HALLPASS_LOG) and of the time in question"
            }
            None => {
                "the server does not know it: it remembers the last 1024 refusals since its start; give --log FILE for older ones"
            }
        };
        return Err(Failure::refused(format!(
            "nothing is known of {}: {place}",
            args.id
        )));
    };
    match args.json {
        true => console::say(&Json::Object(found).to_pretty(2)),
        false => console::print(&told(&found)),
    }
}

/// One line a field.
fn told(found: &Object) -> String {
    let mut text = String::new();
    for (name, value) in found.iter() {
        let name = name.as_str().unwrap_or_default();
        let value = match value {
            Json::Null => continue,
            Json::String(value) => value.as_str().unwrap_or_default().to_owned(),
            other => other.to_compact(),
        };
        let plain: String = value
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        text.push_str(&format!("{name:8} {plain}\n"));
    }
    text
}

/// Asks the operations listener of the server that runs with the same settings.
async fn asked(start: &Start, id: &str) -> Result<Option<Object>, Failure> {
    let settings = start.settings()?;
    let address: Option<SocketAddr> = settings
        .metrics_bind
        .as_ref()
        .and_then(|address| address.parse().ok());
    let Some(address) = address.filter(|address| address.port() != 0) else {
        return Err(Failure::refused(
            "the server can be asked only where metrics_bind is set, to a port of its own: set it, or give --log FILE",
        ));
    };
    let url: Uri = format!("{}/explain/{id}", local_url(address))
        .parse()
        .map_err(|_| Failure::refused(format!("{address} is no address")))?;
    let answer = http_client::send("GET", &url, &[], "").await;
    let answer = answer.map_err(|reason| {
        Failure::refused(format!(
            "the server at {address} does not answer: {reason}; is `hallpass serve` running?"
        ))
    })?;
    match (answer.status, parse(&answer.body)) {
        (200, Ok(Json::Object(found))) => Ok(Some(found)),
        (404, _) => Ok(None),
        (status, _) => Err(Failure::refused(format!(
            "{address} answers {status}: is it the operations listener of this server?"
        ))),
    }
}

/// The line with the id, in either form of the log. Lines of other programs around it do no harm.
fn in_log(log: impl BufRead, id: &str) -> Result<Option<Object>, Failure> {
    let mut log = log;
    loop {
        let mut line = Vec::new();
        let length = io::Read::take(&mut log, LONGEST_LINE).read_until(b'\n', &mut line)?;
        if length == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        if line.contains(id)
            && let Some(found) = of_line(&line, id)
        {
            return Ok(Some(found));
        }
    }
}

fn of_line(line: &str, id: &str) -> Option<Object> {
    let fields = match line
        .find('{')
        .map(|begin| parse(line.get(begin..).unwrap_or_default().trim()))
    {
        Some(Ok(Json::Object(object))) => object,
        _ => of_text(line)?,
    };
    let is_it = fields.get("diagnostic").and_then(Json::as_str) == Some(id);
    // The line of the answer has the id as well, but not the reason.
    fields.get("reason").filter(|_| is_it)?;
    let mut found = Object::new();
    found.insert("id", id);
    for name in LINE_FIELDS {
        if let Some(value) = fields.get(name) {
            found.insert(name, value.clone());
        }
    }
    Some(found)
}

/// `TIME LEVEL message name=value name="quoted"`, as our own log writes it.
fn of_text(line: &str) -> Option<Object> {
    let mut fields = Object::new();
    let begin = line.find("diagnostic=")?;
    let time = line
        .split_whitespace()
        .find(|word| word.contains('T') && word.contains(':'));
    fields.insert("time", time.map_or(Json::Null, Json::from));
    let mut rest = line.get(begin..)?.trim_end();
    while let Some((name, after)) = rest.split_once('=') {
        let (value, next) = match after.starts_with('"') {
            true => quoted(after)?,
            false => {
                let end = after.find(' ').unwrap_or(after.len());
                let (value, next) = after.split_at(end);
                (Json::from(value), next)
            }
        };
        fields.insert(name.trim(), value);
        rest = next.trim_start();
    }
    Some(fields)
}

/// A value in quotes, which is JSON, and what follows it.
fn quoted(text: &str) -> Option<(Json, &str)> {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find_map(|(at, c)| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(at + 1)
    })?;
    let (value, rest) = text.split_at(end);
    Some((parse(value).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "abcdefgh12345678";

    #[test]
    fn both_forms_of_the_log_are_read() {
        let text = format!(
            "Nov 24 host hallpass[7]: 2026-11-24T10:00:00.5+00:00  INFO refused diagnostic={ID} status=401 reason=\"unknown_token\" scheme=\"token\" detail=\"say \\\"a=b\\\", \\u001b\" method=GET path=\"/a b/\"\n"
        );
        let json = format!(
            "{{\"time\":\"2026-11-24T10:00:00.5+00:00\",\"level\":\"INFO\",\"message\":\"refused\",\"diagnostic\":\"{ID}\",\"status\":401,\"reason\":\"unknown_token\",\"scheme\":\"token\",\"detail\":\"say \\\"a=b\\\", \\u001b\",\"method\":\"GET\",\"path\":\"/a b/\"}}\n"
        );
        for line in [text, json] {
            let log = format!("noise {ID}\n{{\"diagnostic\":\"{ID}\"}}\n{line}");
            let found = in_log(log.as_bytes(), ID).unwrap().unwrap();
            let told = told(&found);
            assert!(told.contains("reason   unknown_token\n"), "{told}");
            assert!(told.contains("detail   say \"a=b\",  \n"), "{told}");
            assert!(told.contains("path     /a b/\n"), "{told}");
            assert!(
                told.contains("time     2026-11-24T10:00:00.5+00:00\n"),
                "{told}"
            );
        }
        assert!(in_log("nothing\n".as_bytes(), ID).unwrap().is_none());
    }
}
