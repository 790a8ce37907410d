//! Many tokens against one: what the depth of the tables costs.

use rusqlite::Connection;

use crate::Failure;
use crate::databases::{CACHED, Database, UNCACHED};
use crate::load::{Target, get, token};
use crate::measure::{Costs, Side, rounds};
use crate::report::{Report, Row};
use crate::servers::Server;
use crate::world::World;

use super::tokens::name;

const PART: &str = "rows";

/// Tokens that are asked for, chosen at random from all: half of what the cache holds unless told otherwise.
pub(super) const SAMPLE: usize = 50_000;

pub(crate) fn measure(world: &World, report: &mut Report) -> Result<(), Failure> {
    on_sqlite(world, report)?;
    on_postgres(world, report)
}

fn on_sqlite(world: &World, report: &mut Report) -> Result<(), Failure> {
    let many = Database::wal(&world.plan, &world.scratch, "rows")?;
    println!("filling an SQLite database with {} rows", world.plan.rows);
    let keys = fill_sqlite(&many, world.plan.rows)?;
    let settings = [CACHED, UNCACHED];
    let costs = compare(
        world,
        "SQLite",
        &settings,
        world.wal()?,
        &many,
        &keys,
        None,
        report,
    )?;
    for (settings, limit, what) in [
        (CACHED, 1.3, "cache warm"),
        (UNCACHED, 1.9, "uncached, SQLite"),
    ] {
        row(world, &costs, settings, what, limit, report);
    }
    Ok(())
}

fn on_postgres(world: &World, report: &mut Report) -> Result<(), Failure> {
    let Some(server) = world.postgres(report)? else {
        return Ok(());
    };
    let (plan, scratch) = (&world.plan, &world.scratch);
    let one = Database::postgres(plan, scratch, server, "one")?;
    let many = Database::postgres(plan, scratch, server, "many")?;
    println!("filling a PostgreSQL database with {} rows", plan.rows);
    server.sql("many", &postgres_rows(plan.rows))?;
    let keys = server.sql("many", &some_keys())?;
    let keys: Vec<String> = keys.lines().map(str::to_owned).collect();
    let beside = Some(server.pid());
    let costs = compare(
        world,
        "PostgreSQL",
        &[UNCACHED],
        &one,
        &many,
        &keys,
        beside,
        report,
    )?;
    row(
        world,
        &costs,
        UNCACHED,
        "uncached, PostgreSQL, its CPU counted",
        1.4,
        report,
    );
    Ok(())
}

/// Adds users, each with a token, and returns some of their keys.
pub(super) fn fill_sqlite(database: &Database, rows: u32) -> Result<Vec<String>, Failure> {
    let failed = |error: rusqlite::Error| Failure(format!("filling the database: {error}"));
    let connection = Connection::open(database.file()).map_err(failed)?;
    connection
        .execute_batch(&format!(
            "PRAGMA synchronous = OFF;
             BEGIN;
             WITH RECURSIVE numbers(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < {rows})
             INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff,
                                    is_active, date_joined)
             SELECT n, '!', 0, printf('user%09d', n), '', '', printf('user%09d@example.com', n), 0, 1,
                    '2026-01-01 00:00:00' FROM numbers;
             INSERT INTO authtoken_token (key, created, user_id)
             SELECT lower(hex(randomblob(20))) AS key, '2026-01-01 00:00:00', id FROM auth_user WHERE id > 1
             ORDER BY key;
             COMMIT;
             PRAGMA wal_checkpoint(TRUNCATE);"
        ))
        .map_err(failed)?;
    let mut statement = connection.prepare(&some_keys()).map_err(failed)?;
    let keys = statement.query_map([], |row| row.get(0)).map_err(failed)?;
    keys.collect::<Result<_, _>>().map_err(failed)
}

fn some_keys() -> String {
    format!("SELECT key FROM authtoken_token ORDER BY random() LIMIT {SAMPLE};")
}

fn postgres_rows(rows: u32) -> String {
    format!(
        "INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff,
                                is_active, date_joined)
         OVERRIDING SYSTEM VALUE
         SELECT n, '!', false, 'user' || lpad(n::text, 9, '0'), '', '', n || '@example.com', false, true, now()
         FROM generate_series(2, {rows}) AS n;
         INSERT INTO authtoken_token (key, created, user_id)
         SELECT substr(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 1, 40) AS key, now(), id
         FROM auth_user WHERE id > 1 ORDER BY key;
         VACUUM ANALYZE auth_user;
         VACUUM ANALYZE authtoken_token;
         CHECKPOINT;"
    )
}

/// The same servers on the database with one row and on the one with many.
#[expect(clippy::too_many_arguments, reason = "one call a database")]
fn compare(
    world: &World,
    kind: &str,
    settings: &[&'static str],
    one: &Database,
    many: &Database,
    keys: &[String],
    beside: Option<u32>,
    report: &mut Report,
) -> Result<Costs, Failure> {
    let plan = &world.plan;
    let mut servers = Vec::new();
    for file in settings {
        let single = [one.token.clone()];
        for (label, database, keys) in [("1 row", one, &single[..]), ("many rows", many, keys)] {
            let server = Server::bench(plan, &["hallpass", file], &database.folder)?;
            servers.push((format!("{}, {label}", name(file)), server, keys.to_vec()));
        }
    }
    let mut sides: Vec<Side> = servers
        .iter()
        .map(|(name, server, keys)| {
            let address = server.address();
            let requests = keys
                .iter()
                .map(|key| get(address, "/me/", &token(key)))
                .collect();
            let target = Target::of_many(address, requests);
            let processes: Vec<u32> = std::iter::once(server.pid()).chain(beside).collect();
            // Warming up takes a quarter of it: each of the sample must have been asked for.
            target.load(crate::load::Until::Count(keys.len()), None)?;
            Ok(Side::new(name, &processes, target, SAMPLE))
        })
        .collect::<Result<_, Failure>>()?;
    let group = format!("random token GET, {kind}, {} rows", plan.rows);
    rounds(plan, &group, &mut sides, None, report)
}

fn row(world: &World, costs: &Costs, settings: &str, what: &str, limit: f64, report: &mut Report) {
    let cost = |label: &str| costs.find(&format!("{}, {label}", name(settings)));
    let (Some(one), Some(many)) = (cost("1 row"), cost("many rows")) else {
        return;
    };
    let rows = world.plan.rows;
    let what = format!("{rows} tokens over 1, {what}: CPU");
    let row = Row::new(PART, what, many / one)
        .ours(many, " µs")
        .beside("1 row", one, " µs");
    // The bounds were set for a million.
    report.row(if rows <= 1_000_000 {
        row.at_most(limit, limit)
    } else {
        row
    });
}
