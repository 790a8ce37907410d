//! What only PostgreSQL has.

mod faults;
mod schema;
mod tls;
mod values;
