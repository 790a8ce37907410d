//! `&`, `|` and `!` against the truth table that DRF was asked for, about views and about objects.

use axum::Router;
use hallpass::{
    AllowAny, ApiView, Identity, IsAdminUser, IsAuthenticated, Object, ObjectPermissions,
    Permission, Rejection, RequestContext, Requirement, Scheme, TokenAuthentication,
};
use serde_json::Value;

use super::bench::{BOB, Bench, CAROL, get};
use crate::vectors::{rows, text};

/// Answers what a row of the table says.
#[derive(Clone, Copy)]
struct Fixed {
    view: bool,
    object: bool,
}

impl Fixed {
    fn of(row: &Value, name: &str) -> Self {
        let answer = |index: usize| row[name][index].as_bool().unwrap_or_default();
        Self {
            view: answer(0),
            object: answer(1),
        }
    }
}

impl Permission for Fixed {
    async fn has_permission(
        &self,
        _: &RequestContext<'_>,
        _: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        Ok(self.view)
    }

    async fn has_object_permission(
        &self,
        _: &RequestContext<'_>,
        _: Option<&Identity>,
        _: Object<'_>,
    ) -> Result<bool, Rejection> {
        Ok(self.object)
    }

    fn message(&self) -> Option<&str> {
        Some("A composed permission has none.")
    }
}

hallpass::permission_operators!(Fixed);

fn composed(expression: &str, a: Fixed, b: Fixed) -> Requirement {
    match expression {
        "A & B" => (a & b).into(),
        "A & ~B" => (a & !b).into(),
        "A | B" => (a | b).into(),
        "A | ~B" => (a | !b).into(),
        "~(A & B)" => (!(a & b)).into(),
        "~(A | B)" => (!(a | b)).into(),
        "~A" => (!a).into(),
        other => panic!("no expression {other}"),
    }
}

/// The same of boxed permissions, which are chosen at run time.
fn composed_later(expression: &str, a: Fixed, b: Fixed) -> Requirement {
    let (a, b) = (Requirement::new(a), Requirement::new(b));
    match expression {
        "A & B" => a & b,
        "A & ~B" => a & !b,
        "A | B" => a | b,
        "A | ~B" => a | !b,
        "~(A & B)" => !(a & b),
        "~(A | B)" => !(a | b),
        _ => !a,
    }
}

/// A view that asks about an object only where the path says so, so that the two answers are told apart. DRF asks the
/// object only after the view, so for the object alone the view's answer is put aside by asking as a second list entry.
async fn answers(bench: &Bench, requirement: &Requirement) -> (bool, bool) {
    let view: ApiView = ApiView::new("View")
        .authentication(Vec::<Scheme>::new())
        .permissions([requirement.clone()])
        .get(async || "in");
    let asked = requirement.clone();
    let object: ApiView = ApiView::new("Object")
        .authentication(Vec::<Scheme>::new())
        .permissions([OnlyObject(asked)])
        .get(async |permissions: ObjectPermissions| permissions.check(&()).await);
    let app: Router = bench
        .hallpass
        .router()
        .route("/view/", view)
        .route("/object/", object)
        .into_router();
    let mut granted = [false; 2];
    for (path, granted) in ["/view/", "/object/"].iter().zip(&mut granted) {
        let answer = get(&app, path, &[]).await;
        *granted = match answer.status {
            200 => true,
            403 => {
                assert!(!answer.body.contains("composed"), "{}", answer.body);
                false
            }
            status => panic!("{status}"),
        };
    }
    (granted[0], granted[1])
}

/// The object half of a permission.
struct OnlyObject(Requirement);

impl Permission for OnlyObject {
    async fn has_permission(
        &self,
        _: &RequestContext<'_>,
        _: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        Ok(true)
    }

    async fn has_object_permission(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
        object: Object<'_>,
    ) -> Result<bool, Rejection> {
        self.0.allows_object(request, identity, object).await
    }
}

#[tokio::test]
async fn operators_follow_drfs_truth_table() {
    let bench = Bench::new().await;
    let table = rows("permissions.json", "combinators");
    assert_eq!(table.len(), 100);
    for row in table {
        let expression = text(&row, "expr").unwrap();
        let (a, b) = (Fixed::of(&row, "A"), Fixed::of(&row, "B"));
        for requirement in [composed(expression, a, b), composed_later(expression, a, b)] {
            let (view, object) = answers(&bench, &requirement).await;
            assert_eq!(view, row["view"], "view: {row}");
            assert_eq!(object, row["object"], "object: {row}");
        }
    }
}

/// The part of a composed permission that never waits is asked without waiting, in the same order.
#[tokio::test]
async fn classes_compose_as_well() {
    let bench = Bench::new().await;
    let view = |permission: Requirement| -> ApiView {
        ApiView::new("Composed")
            .authentication([TokenAuthentication::new()])
            .permissions([permission])
            .get(async || "in")
    };
    let staff_or_nobody = (IsAuthenticated & IsAdminUser) | !AllowAny;
    let app: Router = bench
        .hallpass
        .router()
        .route("/staff/", view(staff_or_nobody.into()))
        .route("/strangers/", view((!IsAuthenticated).into()))
        .into_router();
    let token = |key| [("authorization", key)];
    assert_eq!(get(&app, "/staff/", &token(CAROL)).await.status, 200);
    assert_eq!(get(&app, "/staff/", &token(BOB)).await.status, 403);
    assert_eq!(get(&app, "/staff/", &[]).await.status, 401);
    assert_eq!(get(&app, "/strangers/", &[]).await.status, 200);
    assert_eq!(get(&app, "/strangers/", &token(BOB)).await.status, 403);
}

#[test]
fn a_composed_permission_says_what_it_is() {
    let deep = (IsAuthenticated & !IsAdminUser)
        | Fixed {
            view: true,
            object: true,
        };
    assert_eq!(
        Requirement::new(deep).to_string(),
        "((IsAuthenticated & !IsAdminUser) | Fixed)"
    );
}
