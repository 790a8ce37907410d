//! Models: what a view serves, as Django's permissions name it.

/// A model of Django's, as its permissions name it.
///
/// ```
/// use hallpass::Model;
///
/// let widget = Model::new("shop", "Widget");
/// assert_eq!(widget.permission("add"), "shop.add_widget");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    app_label: String,
    name: String,
}

impl Model {
    /// The model `name` of the application `app_label`.
    pub fn new(app_label: impl Into<String>, name: &str) -> Self {
        Self {
            app_label: app_label.into(),
            name: name.to_lowercase(),
        }
    }

    /// `<app_label>.<action>_<model>`.
    #[must_use]
    pub fn permission(&self, action: &str) -> String {
        format!("{}.{action}_{}", self.app_label, self.name)
    }
}

/// Which model a view serves: the place of DRF's `queryset`.
#[derive(Clone, Debug, Default)]
pub(crate) enum QuerySet {
    /// The view does not say.
    #[default]
    Missing,
    /// This one.
    Of(Model),
    /// Model permissions do not apply to the view: DRF's `_ignore_model_permissions`.
    Ignored,
}
