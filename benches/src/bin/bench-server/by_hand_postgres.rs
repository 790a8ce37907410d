//! The same on PostgreSQL: one connection with every request's question under way on it at once, which costs the two
//! processes the least together.

use std::error::Error;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use tokio_postgres::{Client, NoTls, Statement};

use crate::{Me, by_hand};

const LOOK_UP: &str = "SELECT u.id, u.username, u.is_active FROM authtoken_token t \
                       JOIN auth_user u ON u.id = t.user_id WHERE t.key = $1";

struct Database {
    client: Client,
    look_up: Statement,
}

pub(crate) async fn routes(url: &str) -> Result<Router, Box<dyn Error>> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    let look_up = client.prepare(LOOK_UP).await?;
    let database = Arc::new(Database { client, look_up });
    Ok(Router::new().route("/me/", get(me)).with_state(database))
}

async fn me(
    State(database): State<Arc<Database>>,
    headers: HeaderMap,
) -> Result<Json<Me>, StatusCode> {
    let key = by_hand::token(&headers)?;
    let row = database
        .client
        .query_opt(&database.look_up, &[&key])
        .await
        .map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    match row {
        Some(row) if row.get(2) => Ok(Json(Me {
            id: i64::from(row.get::<_, i32>(0)),
            username: row.get(1),
        })),
        _ => Err(StatusCode::UNAUTHORIZED),
    }
}
