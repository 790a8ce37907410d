//! Lists and details of a table, where DRF has generic views and a `ModelSerializer`.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use hallpass::formats::json::{Json, Object};
use hallpass::{
    ApiView, CharField, Data, GetObject, Model, ObjectPermissions, Rejection, RequestContext,
};

use super::mock::json;
use crate::rows::{BASIC_MODELS, Row, Rows, Table, WIDGETS};

/// A model of the application: where its rows are, and what its one text is like.
#[derive(Clone, Copy)]
pub(crate) struct Resource {
    table: Table,
    app_label: &'static str,
    name: &'static str,
    field: &'static str,
    label: &'static str,
    max_length: u16,
}

pub(crate) const WIDGET: Resource = Resource {
    table: WIDGETS,
    app_label: "reference",
    name: "Widget",
    field: "name",
    label: "Name",
    max_length: 50,
};

pub(crate) const BASIC_MODEL: Resource = Resource {
    table: BASIC_MODELS,
    app_label: "tests",
    name: "BasicModel",
    field: "text",
    label: "Text",
    max_length: 100,
};

impl Resource {
    pub(crate) fn model(&self) -> Model {
        Model::new(self.app_label, self.name)
    }

    /// DRF's `ListCreateAPIView`.
    pub(crate) fn list(self, name: &str, rows: &Rows) -> ApiView {
        self.creates(name, rows).get({
            let rows = rows.clone();
            async move || -> Result<Response, Rejection> {
                let all = rows.all(self.table).await?;
                let all = all.iter().map(|row| self.to_json(row)).collect();
                Ok(json(&Json::List(all)))
            }
        })
    }

    /// The same over an empty query set.
    pub(crate) fn empty_list(self, name: &str, rows: &Rows) -> ApiView {
        self.creates(name, rows)
            .get(async || json(&Json::List(Vec::new())))
    }

    fn creates(self, name: &str, rows: &Rows) -> ApiView {
        let rows = rows.clone();
        ApiView::new(name)
            .model(self.model())
            .serializer_fields(self.fields())
            .post(async move |data: Data| -> Result<Response, Rejection> {
                let [text] = data.char_fields([self.char_field()])?;
                let row = rows.insert(self.table, &text.unwrap_or_default()).await?;
                Ok((StatusCode::CREATED, json(&self.to_json(&row))).into_response())
            })
    }

    /// DRF's `RetrieveUpdateDestroyAPIView`.
    pub(crate) fn detail(self, name: &str, rows: &Rows) -> ApiView {
        let find = Find {
            resource: self,
            rows: rows.clone(),
        };
        let (retrieve, update, partial, destroy) =
            (find.clone(), find.clone(), find.clone(), find.clone());
        ApiView::new(name)
            .model(self.model())
            .serializer_fields(self.fields())
            .get_object(find)
            .get(
                async move |permissions: ObjectPermissions, Path(id): Path<String>| {
                    let row = retrieve.allowed(&permissions, &id).await?;
                    Ok::<_, Rejection>(json(&self.to_json(&row)))
                },
            )
            .put(
                async move |permissions: ObjectPermissions,
                            Path(id): Path<String>,
                            request: axum::extract::Request| {
                    update
                        .change(&permissions, &id, request, self.char_field())
                        .await
                },
            )
            .patch(
                async move |permissions: ObjectPermissions,
                            Path(id): Path<String>,
                            request: axum::extract::Request| {
                    partial
                        .change(&permissions, &id, request, self.char_field().optional())
                        .await
                },
            )
            .delete(
                async move |permissions: ObjectPermissions, Path(id): Path<String>| {
                    let row = destroy.allowed(&permissions, &id).await?;
                    destroy.rows.delete(self.table, row.id).await?;
                    Ok::<_, Rejection>(StatusCode::NO_CONTENT)
                },
            )
    }

    fn char_field(&self) -> CharField {
        CharField::new(self.field).max_length(self.max_length.into())
    }

    fn to_json(self, row: &Row) -> Json {
        let mut object = Object::new();
        object.insert("id", Json::from(row.id));
        object.insert(self.field, Json::from(row.text.as_str()));
        Json::Object(object)
    }

    /// What `OPTIONS` says of the serializer.
    fn fields(&self) -> Json {
        let field = |kind: &str, read_only: bool, label: &str| {
            let mut field = Object::new();
            field.insert("type", Json::from(kind));
            field.insert("required", Json::Bool(!read_only));
            field.insert("read_only", Json::Bool(read_only));
            field.insert("label", Json::from(label));
            field
        };
        let mut text = field("string", false, self.label);
        text.insert("max_length", Json::from(i64::from(self.max_length)));
        let mut fields = Object::new();
        fields.insert("id", Json::Object(field("integer", true, "ID")));
        fields.insert(self.field, Json::Object(text));
        Json::Object(fields)
    }
}

/// How the detail view finds its row.
#[derive(Clone)]
struct Find {
    resource: Resource,
    rows: Rows,
}

impl Find {
    async fn row(&self, id: &str) -> Result<Row, Rejection> {
        let found = match id.parse() {
            Ok(id) => self.rows.find(self.resource.table, id).await?,
            // A number that no column holds.
            Err(_) => None,
        };
        found.ok_or_else(|| {
            Rejection::not_found_because(format!(
                "No {} matches the given query.",
                self.resource.name
            ))
        })
    }

    async fn allowed(&self, permissions: &ObjectPermissions, id: &str) -> Result<Row, Rejection> {
        let row = self.row(id).await?;
        permissions.check(&row).await?;
        Ok(row)
    }

    /// The object first, then the body: a stranger is not told what is wrong with it.
    async fn change(
        &self,
        permissions: &ObjectPermissions,
        id: &str,
        request: axum::extract::Request,
        field: CharField,
    ) -> Result<Response, Rejection> {
        use axum::extract::FromRequest;

        let mut row = self.allowed(permissions, id).await?;
        let data = Data::from_request(request, &()).await?;
        let [text] = data.char_fields([field])?;
        if let Some(text) = text {
            row.text = text;
        }
        self.rows.update(self.resource.table, &row).await?;
        Ok(json(&self.resource.to_json(&row)))
    }
}

impl GetObject for Find {
    type Object = Row;

    async fn get_object(&self, request: &RequestContext<'_>) -> Result<Row, Rejection> {
        let id: String = request.path().await?;
        self.row(&id).await
    }
}
