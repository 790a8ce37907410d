//! `negotiation.json`.

use hallpass::wire::header_parameters::HeaderParameters;
use hallpass::wire::negotiation::{NegotiationError, Renderer, negotiate};
use serde_json::{Map, Value};

use crate::vectors::{rows, text, texts};

#[test]
fn accept_headers() {
    for row in rows("negotiation.json", "accept") {
        let mut renderers = vec![Renderer::new("json", "application/json")];
        if texts(&row, "renderers").contains(&"html") {
            renderers.push(Renderer::new("api", "text/html"));
        }
        let outcome = negotiate(&renderers, text(&row, "accept"), None);
        match text(&row, "chosen") {
            None => assert_eq!(outcome, Err(NegotiationError::NotAcceptable), "{row}"),
            Some(chosen) => {
                let accepted = outcome.unwrap_or_else(|error| panic!("{row}: {error}"));
                assert_eq!(renderers[accepted.renderer].format, chosen, "{row}");
                assert_eq!(
                    Some(accepted.media_type.as_str()),
                    text(&row, "accepted_media_type"),
                    "{row}"
                );
            }
        }
    }
}

#[test]
fn media_types() {
    for row in rows("negotiation.json", "media_types") {
        let parsed = HeaderParameters::parse(text(&row, "header").unwrap()).unwrap();
        assert_eq!(Some(parsed.value.as_str()), text(&row, "type"), "{row}");
        let parameters: Map<String, Value> = parsed
            .parameters
            .into_iter()
            .map(|(name, value)| (name, value.into()))
            .collect();
        assert_eq!(Value::Object(parameters), row["params"], "{row}");
    }
}
