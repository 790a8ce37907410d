//! `Session` in handlers: what is saved, when, and what the browser is told.

use axum::Router;
use axum::routing::any;
use hallpass::formats::json::Json;
use hallpass::{Rejection, Session};
use http::StatusCode;

use super::bench::{ANONYMOUS, Bench, get};

const ANONYMOUS_ROW: &str = "SELECT count(*) FROM django_session WHERE session_key LIKE 'sanon0%'";

pub(super) fn app(bench: &Bench) -> Router {
    bench
        .hallpass
        .router()
        .plain("/insert/", any(insert))
        .plain("/remove/", any(remove))
        .plain("/remove-nothing/", any(remove_nothing))
        .plain("/clear/", any(clear))
        .plain("/flush/", any(flush))
        .plain("/cycle/", any(cycle))
        .plain("/names/", any(names))
        .plain("/fail/", any(fail))
        .plain("/untouched/", any(async |_: Session| "untouched"))
        .into_router()
}

async fn insert(session: Session) -> Result<&'static str, Rejection> {
    session.insert("a", 1).await?;
    Ok("done")
}

async fn remove(session: Session) -> Result<String, Rejection> {
    Ok(session.remove("cart").await?.to_string())
}

async fn remove_nothing(session: Session) -> Result<String, Rejection> {
    Ok(session.remove("missing").await?.to_string())
}

async fn clear(session: Session) -> &'static str {
    session.clear().await;
    "done"
}

async fn flush(session: Session) -> Result<&'static str, Rejection> {
    session.flush().await?;
    Ok("done")
}

async fn cycle(session: Session) -> Result<&'static str, Rejection> {
    session.cycle_key().await?;
    Ok("done")
}

async fn names(session: Session) -> Result<String, Rejection> {
    assert_eq!(session.get("missing").await?, None::<Json>);
    let data = session.data().await?;
    let names: Vec<&str> = data.iter().filter_map(|(name, _)| name.as_str()).collect();
    Ok(names.join(","))
}

async fn fail(session: Session) -> Result<StatusCode, Rejection> {
    session.insert("a", 1).await?;
    Ok(StatusCode::BAD_GATEWAY)
}

#[tokio::test]
async fn changes_are_saved_under_the_same_key() {
    let bench = Bench::new().await;
    let app = app(&bench);
    let answer = get(&app, "/insert/", &[("cookie", ANONYMOUS)]).await;
    assert!(
        answer
            .cookie("sessionid")
            .unwrap()
            .starts_with("sanon000000000")
    );
    assert_eq!(answer.header("vary"), Some("Cookie"));
    assert_eq!(
        get(&app, "/names/", &[("cookie", ANONYMOUS)]).await.body,
        "cart,a"
    );
    assert_eq!(
        get(&app, "/remove/", &[("cookie", ANONYMOUS)]).await.body,
        "true"
    );
    assert_eq!(
        get(&app, "/names/", &[("cookie", ANONYMOUS)]).await.body,
        "a"
    );
}

#[tokio::test]
async fn reading_saves_nothing() {
    let bench = Bench::new().await;
    let app = app(&bench);
    for path in ["/names/", "/remove-nothing/"] {
        let answer = get(&app, path, &[("cookie", ANONYMOUS)]).await;
        assert_eq!(answer.cookie("sessionid"), None, "{path}");
        assert_eq!(answer.header("vary"), Some("Cookie"), "{path}");
    }
    let untouched = get(&app, "/untouched/", &[("cookie", ANONYMOUS)]).await;
    assert_eq!(
        (untouched.cookie("sessionid"), untouched.header("vary")),
        (None, None)
    );
}

#[tokio::test]
async fn clearing_keeps_the_row_and_flushing_removes_it() {
    let bench = Bench::new().await;
    let app = app(&bench);
    let cleared = get(&app, "/clear/", &[("cookie", ANONYMOUS)]).await;
    assert!(
        cleared
            .cookie("sessionid")
            .unwrap()
            .starts_with("sanon000000000")
    );
    assert_eq!(bench.count(ANONYMOUS_ROW), 1);
    assert_eq!(
        get(&app, "/names/", &[("cookie", ANONYMOUS)]).await.body,
        ""
    );
    let flushed = get(&app, "/flush/", &[("cookie", ANONYMOUS)]).await;
    assert!(
        flushed
            .cookie("sessionid")
            .unwrap()
            .starts_with("\"\"; expires=Thu, 01 Jan 1970")
    );
    assert_eq!(bench.count(ANONYMOUS_ROW), 0);
}

#[tokio::test]
async fn cycling_moves_the_data_to_a_new_key() {
    let bench = Bench::new().await;
    let app = app(&bench);
    let answer = get(&app, "/cycle/", &[("cookie", ANONYMOUS)]).await;
    let (key, _) = answer.cookie("sessionid").unwrap().split_once(';').unwrap();
    assert_eq!(bench.count(ANONYMOUS_ROW), 0);
    let cookie = format!("sessionid={key}");
    assert_eq!(
        get(&app, "/names/", &[("cookie", &cookie)]).await.body,
        "cart"
    );
}

#[tokio::test]
async fn a_failed_request_changes_nothing() {
    let bench = Bench::new().await;
    let app = app(&bench);
    let answer = get(&app, "/fail/", &[("cookie", ANONYMOUS)]).await;
    assert_eq!((answer.status, answer.cookie("sessionid")), (502, None));
    assert_eq!(answer.header("vary"), Some("Cookie"));
    assert_eq!(
        get(&app, "/names/", &[("cookie", ANONYMOUS)]).await.body,
        "cart"
    );
    assert_eq!(get(&app, "/fail/", &[]).await.cookie("sessionid"), None);
}

/// Somebody logs out while another request of the same session still runs.
#[tokio::test]
async fn a_session_deleted_meanwhile_is_not_revived() {
    let bench = Bench::new().await;
    let hallpass = bench.hallpass.clone();
    let handler = async move |session: Session| {
        session.insert("a", 1).await?;
        let key = session.key().await.unwrap();
        hallpass.store().delete_session(key.as_str()).await?;
        Ok::<_, Rejection>("done")
    };
    let app: Router = bench
        .hallpass
        .router()
        .plain("/", any(handler))
        .into_router();
    let answer = get(&app, "/", &[("cookie", ANONYMOUS)]).await;
    assert_eq!((answer.status, answer.cookie("sessionid")), (400, None));
    assert!(answer.body.contains("Bad Request (400)"));
    assert_eq!(bench.count(ANONYMOUS_ROW), 0);
}

/// Django makes an empty row under a fresh key for every such request.
#[tokio::test]
async fn a_made_up_key_makes_no_row_even_where_every_request_saves() {
    let bench = Bench::with_settings(|settings| settings.session_save_every_request = true).await;
    let app = app(&bench);
    let rows = "SELECT count(*) FROM django_session";
    let before = bench.count(rows);
    for path in ["/untouched/", "/names/", "/nowhere/"] {
        let made_up = &[("cookie", "sessionid=madeupmadeupmadeup")];
        let answer = get(&app, path, made_up).await;
        assert!(
            answer.cookie("sessionid").unwrap().contains("Max-Age=0"),
            "{path}"
        );
        assert_eq!(answer.header("vary"), Some("Cookie"), "{path}");
    }
    assert_eq!(bench.count(rows), before);
    let answer = get(&app, "/untouched/", &[("cookie", ANONYMOUS)]).await;
    assert!(answer.cookie("sessionid").unwrap().starts_with("sanon0"));
}
