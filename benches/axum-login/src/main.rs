//! The benchmark's peer for sessions: axum-login and tower-sessions, both on SQLite, as their own examples have them.
//!
//! `axum-login-peer ADDRESS DATABASE` serves until its standard input ends:
//! `POST /login/` starts a session of the first user, `GET /me/` needs one. There is no password, because only the GET
//! is measured.

use std::io::Read;
use std::str::FromStr;

use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use axum_login::{
    AuthManagerLayerBuilder, AuthSession, AuthUser, AuthnBackend, UserId, login_required,
};
use serde::Serialize;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tower_sessions::SessionManagerLayer;
use tower_sessions_sqlx_store::SqliteStore;

/// A row of Django's table of users.
#[derive(Clone, Debug, sqlx::FromRow)]
struct User {
    id: i64,
    username: String,
    password: String,
}

impl AuthUser for User {
    type Id = i64;

    fn id(&self) -> i64 {
        self.id
    }

    fn session_auth_hash(&self) -> &[u8] {
        self.password.as_bytes()
    }
}

#[derive(Clone, Debug)]
struct Backend {
    pool: SqlitePool,
}

impl Backend {
    async fn user(&self, id: i64) -> Result<Option<User>, sqlx::Error> {
        sqlx::query_as("SELECT id, username, password FROM auth_user WHERE id = ? AND is_active")
            .bind(id)
            .fetch_optional(&self.pool)
            .await
    }
}

impl AuthnBackend for Backend {
    type User = User;
    type Credentials = i64;
    type Error = sqlx::Error;

    async fn authenticate(&self, id: i64) -> Result<Option<User>, sqlx::Error> {
        self.user(id).await
    }

    async fn get_user(&self, id: &UserId<Self>) -> Result<Option<User>, sqlx::Error> {
        self.user(*id).await
    }
}

#[derive(Serialize)]
struct Me {
    id: i64,
    username: String,
}

async fn me(auth: AuthSession<Backend>) -> Result<Json<Me>, StatusCode> {
    let user = auth.user.ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(Json(Me {
        id: user.id,
        username: user.username,
    }))
}

async fn log_in(mut auth: AuthSession<Backend>) -> StatusCode {
    let Ok(Some(user)) = auth.authenticate(1).await else {
        return StatusCode::FORBIDDEN;
    };
    match auth.login(&user).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn serve(address: &str, database: &str) -> Result<(), Box<dyn std::error::Error>> {
    let options = SqliteConnectOptions::from_str(&format!("sqlite://{database}"))?;
    let pool = SqlitePool::connect_with(options).await?;
    let store = SqliteStore::new(pool.clone());
    store.migrate().await?;
    let sessions = SessionManagerLayer::new(store).with_secure(false);
    let layer = AuthManagerLayerBuilder::new(Backend { pool }, sessions).build();
    let routes = Router::new()
        .route("/me/", get(me))
        .route_layer(login_required!(Backend))
        .route("/login/", post(log_in))
        .layer(layer);
    let listener = tokio::net::TcpListener::bind(address).await?;
    Ok(axum::serve(listener, routes).await?)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, database] = arguments.as_slice() else {
        return Err("usage: axum-login-peer ADDRESS DATABASE".into());
    };
    // Whoever started us is gone when this ends, and then so are we.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    // A thread for each processor that we may use.
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(serve(address, database))
}
