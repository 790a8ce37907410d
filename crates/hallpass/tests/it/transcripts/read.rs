//! `tests/vectors/transcripts.jsonl`: one JSON object a line.

use std::path::{Path, PathBuf};

use hallpass::formats::base64;
use serde::Deserialize;
use serde_json::Value;

/// One request and what Django answered.
#[derive(Deserialize)]
pub(super) struct Transcript {
    pub(super) id: String,
    pub(super) scenario: String,
    pub(super) group: String,
    pub(super) profile: String,
    pub(super) note: String,
    pub(super) request: Request,
    response: Response,
    /// The clock of the throttles, in seconds.
    pub(super) clock: Option<f64>,
    #[serde(default)]
    pub(super) database_after: Vec<Query>,
    /// The response of DRF 3.18 where it differs from 3.16.
    drf_3_18_3: Option<Variant>,
}

#[derive(Deserialize)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) target: String,
    /// Values are byte strings shown as latin-1.
    pub(super) headers: Vec<(String, String)>,
    body: Option<String>,
    body_base64: Option<String>,
    body_runs: Option<Vec<(String, usize)>>,
}

#[derive(Deserialize)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
    pub(super) html: Option<Page>,
}

/// What counts of an HTML page.
#[derive(Debug, Deserialize, PartialEq)]
pub(super) struct Page {
    pub(super) title: String,
    pub(super) visible: Vec<String>,
    pub(super) next_field: Option<String>,
    pub(super) has_csrf_field: bool,
}

#[derive(Deserialize)]
pub(super) struct Query {
    pub(super) sql: String,
    pub(super) rows: Vec<Vec<Value>>,
}

#[derive(Deserialize)]
struct Variant {
    response: Response,
}

impl Transcript {
    /// What Hallpass must answer: DRF 3.18's response where it has one of its own.
    pub(super) fn expected(&self) -> &Response {
        self.drf_3_18_3
            .as_ref()
            .map_or(&self.response, |variant| &variant.response)
    }
}

impl Request {
    /// The body as sent, placeholders included.
    pub(super) fn body(&self) -> Vec<u8> {
        if let Some(text) = &self.body {
            return text.clone().into_bytes();
        }
        if let Some(encoded) = &self.body_base64 {
            return base64::decode_lenient(encoded.as_bytes()).unwrap();
        }
        let runs = self.body_runs.as_deref().unwrap_or_default();
        let text: String = runs
            .iter()
            .map(|(text, count)| text.repeat(*count))
            .collect();
        text.into_bytes()
    }
}

/// The folder with the vectors.
pub(super) fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors")
}

/// Every transcript, in order.
pub(super) fn all() -> Vec<Transcript> {
    let text = std::fs::read_to_string(vectors().join("transcripts.jsonl")).unwrap();
    // Python writes a bare NaN into the one parsed body that has it; parsed bodies are not looked at here.
    text.replace("{\"a\": NaN}", "null")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}
