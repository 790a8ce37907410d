//! Loads `tests/vectors/*.json` of the repository with the crate's own parser, which keeps the order
//! of keys that signed values depend on. The parser itself is judged in `json.rs`.

use hallpass_formats::json::{self, Json, Object};
use hallpass_formats::secret::{SecretKey, SecretKeys};

/// One file of vectors.
pub(crate) struct Vectors(Json);

impl Vectors {
    pub(crate) fn load(name: &str) -> Vectors {
        let path = format!("{}/../../tests/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).expect("the vector file exists");
        Vectors(json::parse(&text).expect("the vector file is JSON"))
    }

    /// The rows of one list; an empty list would make a test pass without testing.
    pub(crate) fn rows(&self, name: &str) -> Vec<Row> {
        let rows = field(&self.0, name)
            .and_then(Json::as_list)
            .expect("a list of rows");
        assert!(!rows.is_empty());
        rows.iter().cloned().map(Row).collect()
    }

    pub(crate) fn row(&self, name: &str) -> Row {
        Row(field(&self.0, name).expect("a row").clone())
    }

    /// The values of a list that has no rows.
    pub(crate) fn list(&self, name: &str) -> &[Json] {
        field(&self.0, name)
            .and_then(Json::as_list)
            .expect("a list")
    }

    /// The secret key of the file with its two retired ones.
    pub(crate) fn keys(&self) -> SecretKeys {
        let top = Row(self.0.clone());
        let fallbacks = field(&self.0, "secret_key_fallbacks")
            .and_then(Json::as_list)
            .expect("fallbacks");
        let fallbacks = fallbacks
            .iter()
            .filter_map(Json::as_str)
            .map(SecretKey::new)
            .collect();
        SecretKeys::new(SecretKey::new(top.str("secret_key")), fallbacks)
    }
}

/// One case.
#[derive(Debug)]
pub(crate) struct Row(Json);

impl Row {
    /// The cases in a list of this one.
    pub(crate) fn rows(&self, name: &str) -> Vec<Row> {
        let rows = self.value(name).as_list().expect("a list of rows");
        rows.iter().cloned().map(Row).collect()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Json> {
        field(&self.0, name).filter(|value| **value != Json::Null)
    }

    pub(crate) fn value(&self, name: &str) -> &Json {
        field(&self.0, name).unwrap_or_else(|| panic!("{name} in {self:?}"))
    }

    pub(crate) fn opt_str(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Json::as_str)
    }

    pub(crate) fn str(&self, name: &str) -> &str {
        self.opt_str(name)
            .unwrap_or_else(|| panic!("text {name} in {self:?}"))
    }

    pub(crate) fn opt_i64(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(Json::as_i64)
    }

    pub(crate) fn i64(&self, name: &str) -> i64 {
        self.opt_i64(name)
            .unwrap_or_else(|| panic!("integer {name} in {self:?}"))
    }

    pub(crate) fn opt_bool(&self, name: &str) -> Option<bool> {
        self.get(name).and_then(Json::as_bool)
    }

    pub(crate) fn bool(&self, name: &str) -> bool {
        self.opt_bool(name)
            .unwrap_or_else(|| panic!("flag {name} in {self:?}"))
    }

    pub(crate) fn row(&self, name: &str) -> Row {
        Row(self.value(name).clone())
    }
}

fn field<'a>(value: &'a Json, name: &str) -> Option<&'a Json> {
    value
        .as_object()
        .and_then(|object: &Object| object.get(name))
}
