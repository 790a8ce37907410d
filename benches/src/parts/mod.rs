//! The parts of the benchmark; each can be run alone.

mod basic;
mod build;
mod hashers;
pub(crate) mod instructions;
mod layers;
mod logins;
mod memory;
mod policy;
mod rows;
mod sessions;
mod tokens;

use crate::Failure;
use crate::facts;
use crate::report::Report;
use crate::world::World;

/// One part.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn(&World, &mut Report) -> Result<(), Failure>,
    /// Whether it runs when nobody names parts.
    pub(crate) usual: bool,
}

pub(crate) const PARTS: [Part; 12] = [
    Part {
        name: "instructions",
        about: "instructions of one request under callgrind",
        run: instructions::measure,
        usual: true,
    },
    Part {
        name: "tokens",
        about: "a GET with a token, on SQLite with both kinds of journal and on PostgreSQL",
        run: tokens::measure,
        usual: true,
    },
    Part {
        name: "sessions",
        about: "a GET with a session cookie, beside axum-login and DRF",
        run: sessions::measure,
        usual: true,
    },
    Part {
        name: "layers",
        about: "the layer on an open route, and forward-auth, beside bare axum",
        run: layers::measure,
        usual: true,
    },
    Part {
        name: "basic",
        about: "Basic credentials, sent again and again",
        run: basic::measure,
        usual: true,
    },
    Part {
        name: "logins",
        about: "logins a second, and token GETs and forward-auth while others log in",
        run: logins::measure,
        usual: true,
    },
    Part {
        name: "hashers",
        about: "one verification by each password hasher, beside Django's own",
        run: hashers::measure,
        usual: true,
    },
    Part {
        name: "rows",
        about: "a million tokens against one (`--rows 10000000`: ten million)",
        run: rows::measure,
        usual: true,
    },
    Part {
        name: "memory",
        about: "memory when idle, of an identity in the cache, and of an idle connection",
        run: memory::measure,
        usual: true,
    },
    Part {
        name: "policy",
        about: "time and allocations of a composed permission's decision",
        run: policy::measure,
        usual: true,
    },
    Part {
        name: "sizes",
        about: "crates in the command, and its size",
        run: facts::sizes,
        usual: true,
    },
    Part {
        name: "build",
        about: "a first release build in a folder of its own; only when named",
        run: build::measure,
        usual: false,
    },
];
