//! What only PostgreSQL has.

mod changes;
mod faults;
mod owners;
mod schema;
mod tls;
mod values;
