//! What only MariaDB has.

mod faults;
mod schema;
mod tls;
mod values;
