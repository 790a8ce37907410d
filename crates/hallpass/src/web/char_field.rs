//! Text fields of a request's data, validated as DRF 3.16's `CharField` in a serializer.
//!
//! Serializers are not part of Hallpass; text is what the token endpoint takes, and what most forms hold.

use hallpass_formats::json::{Json, Object, Text};
use hallpass_formats::username::trim_python;

use super::data::Data;
use crate::rejection::Rejection;

/// One text field: DRF's `CharField(required=True, allow_blank=False, trim_whitespace=True)` unless told otherwise.
///
/// ```
/// use hallpass::{CharField, Data, Rejection};
///
/// async fn create(data: Data) -> Result<String, Rejection> {
///     let [name] = data.char_fields([CharField::new("name").max_length(50)])?;
///     Ok(name.unwrap_or_default())
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CharField {
    name: &'static str,
    trim_whitespace: bool,
    required: bool,
    max_length: Option<usize>,
}

impl CharField {
    /// A required field.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            trim_whitespace: true,
            required: true,
            max_length: None,
        }
    }

    /// Leaves white space at both ends: `trim_whitespace=False`.
    #[must_use]
    pub const fn untrimmed(mut self) -> Self {
        self.trim_whitespace = false;
        self
    }

    /// May be absent, as every field of a partial update.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// At most this many characters.
    #[must_use]
    pub const fn max_length(mut self, characters: usize) -> Self {
        self.max_length = Some(characters);
        self
    }

    /// The value, or everything that is wrong with it.
    fn validate(&self, value: Option<Json>) -> Result<Option<String>, Vec<String>> {
        let one = |message: &str| Err(vec![message.to_owned()]);
        let text = match value {
            None if self.required => return one("This field is required."),
            None => return Ok(None),
            Some(Json::Null) => return one("This field may not be null."),
            Some(Json::Bool(_) | Json::List(_) | Json::Object(_)) => {
                return one("Not a valid string.");
            }
            Some(Json::String(text)) => text,
            Some(number @ (Json::Int(_) | Json::Float(_))) => Text::from(number.to_compact()),
        };
        // Python's text may hold what is no Unicode; so it must be judged before it becomes a string of ours.
        let surrogate = text.first_lone_surrogate();
        let Some(text) = text.as_str() else {
            let code = surrogate.unwrap_or_default();
            return Err(vec![format!(
                "Surrogate characters are not allowed: U+{code:X}."
            )]);
        };
        let text = if self.trim_whitespace {
            trim_python(text)
        } else {
            text
        };
        if text.is_empty() {
            return one("This field may not be blank.");
        }
        let mut problems = Vec::new();
        if let Some(limit) = self
            .max_length
            .filter(|limit| text.chars().count() > *limit)
        {
            problems.push(format!(
                "Ensure this field has no more than {limit} characters."
            ));
        }
        if text.contains('\0') {
            problems.push("Null characters are not allowed.".to_owned());
        }
        if problems.is_empty() {
            Ok(Some(text.to_owned()))
        } else {
            Err(problems)
        }
    }
}

impl Data {
    /// The values of these fields, in their order; of an optional one that was not sent, `None`.
    ///
    /// # Errors
    /// 400 with the errors of all fields, as a serializer's `is_valid(raise_exception=True)`.
    pub fn char_fields<const N: usize>(
        &self,
        fields: [CharField; N],
    ) -> Result<[Option<String>; N], Rejection> {
        self.char_fields_under("non_field_errors", fields)
    }

    /// The same, with another key for errors that belong to no field.
    pub(crate) fn char_fields_under<const N: usize>(
        &self,
        non_field_errors_key: &str,
        fields: [CharField; N],
    ) -> Result<[Option<String>; N], Rejection> {
        if let Self::Json(document) = self
            && let Some(message) = not_a_dictionary(document)
        {
            let mut errors = Object::new();
            errors.insert(non_field_errors_key, Json::List(vec![Json::from(message)]));
            return Err(Rejection::validation(Json::Object(errors)));
        }
        let mut errors = Object::new();
        let values = fields.map(|field| match field.validate(self.field(field.name)) {
            Ok(value) => value,
            Err(problems) => {
                let problems = problems.into_iter().map(Json::from).collect();
                errors.insert(field.name, Json::List(problems));
                None
            }
        });
        if errors.is_empty() {
            Ok(values)
        } else {
            Err(Rejection::validation(Json::Object(errors)))
        }
    }

    fn field(&self, name: &str) -> Option<Json> {
        match self {
            Self::Empty => None,
            // A file counts as a value, and comes after the text: no string, says the serializer.
            Self::Form(form) if form.files().iter().any(|file| file.field == name) => {
                Some(Json::List(Vec::new()))
            }
            Self::Form(form) => form.last(name).map(Json::from),
            Self::Json(Json::Object(object)) => object.get(name).cloned(),
            Self::Json(_) => None,
        }
    }
}

/// What DRF says of a document that is no dictionary, with Python's name of its type.
fn not_a_dictionary(document: &Json) -> Option<String> {
    let kind = match document {
        Json::Object(_) => return None,
        Json::Null => return Some("No data provided".to_owned()),
        Json::Bool(_) => "bool",
        Json::Int(_) => "int",
        Json::Float(_) => "float",
        Json::String(_) => "str",
        Json::List(_) => "list",
    };
    Some(format!(
        "Invalid data. Expected a dictionary, but got {kind}."
    ))
}
