//! The real command in folders of its own: what it prints, how it ends, what it leaves behind.

mod accounts;
mod check;
mod check_rows;
mod demo;
mod explain;
mod from_django;
mod init;
mod killed;
mod manual;
mod mariadb;
// Not all of it is needed here.
#[allow(dead_code)]
#[path = "../../../hallpass-store/tests/it/support/mariadb.rs"]
mod mariadb_server;
#[cfg(feature = "opentelemetry")]
mod opentelemetry;
mod operations;
mod postgres;
// Not all of it is needed here.
#[allow(dead_code)]
#[path = "../../../hallpass-store/tests/it/support/server.rs"]
mod postgresql;
mod probe;
mod recorded;
mod serve;
mod sessions;
mod settings;
mod support;
mod walk;
