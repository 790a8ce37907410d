//! A token look-up on SQLite as an expert writes it by hand: a connection and a kept statement for each thread, asked
//! where the request is, without a pool, a cache or a second opinion.

use std::cell::RefCell;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Statement};

use crate::{Me, by_hand};

const LOOK_UP: &str = "SELECT u.id, u.username, u.is_active FROM authtoken_token t \
                       JOIN auth_user u ON u.id = t.user_id WHERE t.key = ?1";

thread_local! {
    static KEPT: RefCell<Option<Statement<'static>>> = const { RefCell::new(None) };
}

pub(crate) fn routes(database: &str) -> Router {
    let database: &'static str = String::leak(database.to_owned());
    Router::new().route("/me/", get(me)).with_state(database)
}

/// The connection is never closed: its statement lives as long as the thread.
fn prepare(database: &str) -> rusqlite::Result<Statement<'static>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection: &'static Connection =
        Box::leak(Box::new(Connection::open_with_flags(database, flags)?));
    connection.pragma_update(None, "mmap_size", 1 << 30)?;
    connection.prepare(LOOK_UP)
}

fn look_up(database: &str, key: &str) -> rusqlite::Result<Option<(i64, String, bool)>> {
    KEPT.with_borrow_mut(|kept| {
        let statement = match kept {
            Some(statement) => statement,
            None => kept.insert(prepare(database)?),
        };
        statement
            .query_row([key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()
    })
}

async fn me(
    State(database): State<&'static str>,
    headers: HeaderMap,
) -> Result<Json<Me>, StatusCode> {
    match look_up(database, by_hand::token(&headers)?) {
        Ok(Some((id, username, true))) => Ok(Json(Me { id, username })),
        Ok(_) => Err(StatusCode::UNAUTHORIZED),
        Err(_) => Err(StatusCode::SERVICE_UNAVAILABLE),
    }
}
