//! What `OPTIONS` says of a view: DRF 3.16's `SimpleMetadata`.

use hallpass_formats::json::{Json, Object};

/// What a view says of itself.
#[derive(Clone, Debug)]
pub(super) struct Metadata {
    pub(super) name: String,
    pub(super) description: String,
    /// The fields of the view's serializer, where it has one.
    pub(super) fields: Option<Json>,
}

impl Metadata {
    /// The document. `actions` are the methods that would take the serializer's fields from this caller.
    pub(super) fn to_json(&self, renders: &[&str], parses: &[&str], actions: &[&str]) -> Json {
        let list =
            |types: &[&str]| Json::List(types.iter().map(|&name| Json::from(name)).collect());
        let mut metadata = Object::new();
        metadata.insert("name", Json::from(self.name.as_str()));
        metadata.insert("description", Json::from(self.description.as_str()));
        metadata.insert("renders", list(renders));
        metadata.insert("parses", list(parses));
        if let Some(fields) = self.fields.as_ref().filter(|_| !actions.is_empty()) {
            let mut described = Object::new();
            for action in actions {
                described.insert(*action, fields.clone());
            }
            metadata.insert("actions", Json::Object(described));
        }
        Json::Object(metadata)
    }
}

/// One text field of a serializer.
pub(crate) fn text_field(label: &str, read_only: bool) -> Json {
    let mut field = Object::new();
    field.insert("type", Json::from("string"));
    field.insert("required", Json::Bool(!read_only));
    field.insert("read_only", Json::Bool(read_only));
    field.insert("label", Json::from(label));
    Json::Object(field)
}
