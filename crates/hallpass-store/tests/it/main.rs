//! The store against databases that Django made, and databases that it makes itself.

mod bulk;
mod corrupt;
mod faults;
#[cfg(feature = "mysql")]
mod mariadb;
mod migrations;
mod model;
mod own_tokens;
#[cfg(feature = "postgres")]
mod postgres;
mod reads;
mod schema;
mod support;
mod uuid_keys;
mod writes;
