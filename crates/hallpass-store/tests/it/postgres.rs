//! What only PostgreSQL has.

mod changes;
mod faults;
mod schema;
mod tls;
mod values;
