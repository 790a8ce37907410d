//! What `OPTIONS` says of a view: DRF 3.16's `SimpleMetadata`.

use hallpass_formats::json::{Json, Object};

/// The media type of the one renderer of our views.
pub(super) const JSON: &str = "application/json";

/// What a view says of itself.
#[derive(Clone, Debug)]
pub(super) struct Metadata {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) parses: Vec<&'static str>,
    /// The fields by method, where the view has a serializer.
    pub(super) actions: Option<Json>,
}

impl Metadata {
    pub(super) fn to_json(&self) -> Json {
        let parses = self
            .parses
            .iter()
            .map(|media_type| Json::from(*media_type))
            .collect();
        let mut metadata = Object::new();
        metadata.insert("name", Json::from(self.name.as_str()));
        metadata.insert("description", Json::from(self.description.as_str()));
        metadata.insert("renders", Json::List(vec![Json::from(JSON)]));
        metadata.insert("parses", Json::List(parses));
        if let Some(actions) = &self.actions {
            metadata.insert("actions", actions.clone());
        }
        Json::Object(metadata)
    }
}

/// One text field of a serializer.
pub(super) fn text_field(label: &str, read_only: bool) -> Json {
    let mut field = Object::new();
    field.insert("type", Json::from("string"));
    field.insert("required", Json::Bool(!read_only));
    field.insert("read_only", Json::Bool(read_only));
    field.insert("label", Json::from(label));
    Json::Object(field)
}
