//! A GET with a session cookie: Hallpass with its cache, bare axum, axum-login with tower-sessions, and DRF.

use crate::Failure;
use crate::connection::Connection;
use crate::databases::CACHED;
use crate::load::{Target, get, post_json};
use crate::measure::{Side, interleave};
use crate::pin::Place;
use crate::report::{Report, Row};
use crate::servers::Server;
use crate::world::World;

const PART: &str = "sessions";
const REQUESTS: usize = 40_000;
const REQUESTS_TO_AXUM_LOGIN: usize = 6_000;
const REQUESTS_TO_DRF: usize = 400;

pub(crate) fn measure(world: &World, report: &mut Report) -> Result<(), Failure> {
    let (plan, database) = (&world.plan, world.wal()?);
    let bare = Server::bench(plan, &["bare"], &database.folder)?;
    let hallpass = Server::bench(plan, &["hallpass", CACHED], &database.folder)?;
    let drf = Server::gunicorn(
        plan,
        database,
        Place::Server,
        &["--worker-class", "gthread", "--threads", "2"],
    )?;
    let axum_login = match &plan.axum_login {
        Some(program) => Some(Server::axum_login(program, database.file())?),
        None => None,
    };
    let cookie = format!("Cookie: sessionid={}\r\n", database.session);
    let side = |name: &str, server: &Server, cookie: &str, requests: usize| {
        let request = get(server.address(), "/me/", cookie);
        let target = Target::new(server.address(), request);
        Side::new(name, &[server.pid()], target, requests)
    };
    let mut sides = vec![
        side("bare axum", &bare, &cookie, REQUESTS),
        side("Hallpass, warm", &hallpass, &cookie, REQUESTS),
    ];
    if let Some(server) = &axum_login {
        let theirs = log_in(server)?;
        sides.push(side("axum-login", server, &theirs, REQUESTS_TO_AXUM_LOGIN));
    } else {
        report.note("axum-login was not built: its rows are missing");
    }
    sides.push(side("DRF, gthread", &drf, &cookie, REQUESTS_TO_DRF));
    let costs = interleave(plan, "session GET, SQLite (WAL)", &mut sides, report)?;

    let (Some(warm), Some(bare)) = (costs.find("Hallpass, warm"), costs.find("bare axum")) else {
        return Ok(());
    };
    report.row(
        Row::new(
            PART,
            "session GET, cache warm: CPU over bare axum",
            warm / bare,
        )
        .ours(warm, " µs")
        .beside("bare axum", bare, " µs"),
    );
    if let Some(cost) = costs.find("axum-login") {
        report.row(
            Row::new(
                PART,
                "the same: CPU of axum-login (SQLite store) over Hallpass",
                cost / warm,
            )
            .ours(warm, " µs")
            .beside("axum-login", cost, " µs")
            .at_least(6.0, 8.0),
        );
    }
    if let Some(cost) = costs.find("DRF, gthread") {
        report.row(
            Row::new(PART, "the same: CPU of DRF over Hallpass", cost / warm)
                .ours(warm, " µs")
                .beside("DRF", cost, " µs"),
        );
    }
    Ok(())
}

/// The cookie of a session at axum-login, as a header.
fn log_in(server: &Server) -> Result<String, Failure> {
    let mut connection = Connection::open(server.address())?;
    connection.ask(&post_json(server.address(), "/login/", ""))?;
    let answer = connection.answer();
    let cookie = answer
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: "))
        .and_then(|cookie| cookie.split(';').next())
        .ok_or_else(|| Failure(format!("axum-login starts no session: {answer}")))?;
    Ok(format!("Cookie: {cookie}\r\n"))
}
