//! Instructions of one request, for Hallpass and for the bare handler that is asked the same.

use std::path::Path;

use crate::Failure;
use crate::callgrind::{is_here, per_request};
use crate::databases::CACHED;
use crate::load::{get, token};
use crate::report::{Report, Row};
use crate::world::World;

use super::layers::asked_by_nginx;

const PART: &str = "instructions";

/// How much the ratio of the warm token request may grow.
const GROWTH: f64 = 1.03;

/// One comparison: what is asked, and what Hallpass may cost in bare handlers.
struct Case {
    name: &'static str,
    /// The server of `bench-server`.
    server: &'static str,
    path: &'static str,
    /// The bare handler beside it.
    bare: &'static str,
    header: String,
    bounds: Option<(f64, f64)>,
}

pub(crate) fn measure(world: &World, report: &mut Report) -> Result<(), Failure> {
    if !is_here() {
        report.note("valgrind is not installed: no instructions were counted");
        return Ok(());
    }
    let database = world.wal()?;
    let case = |name, (server, path), bare, header: &str, bounds| Case {
        name,
        server,
        path,
        bare,
        header: header.to_owned(),
        bounds,
    };
    let token = token(&database.token);
    let cookie = format!("Cookie: sessionid={}\r\n", database.session);
    let asked = asked_by_nginx(&database.token);
    let (of_token, of_session) = (Some((1.2, 1.1)), Some((1.3, 1.15)));
    let (view, around, open) = (
        ("hallpass", "/me/"),
        ("layer", "/me/"),
        ("open-layer", "/me/"),
    );
    let (on_route, on_open_route) = (("layer-on-routes", "/me/"), ("layer-on-routes", "/open/"));
    let (me, view_headers, layer_header) = ("/me/", "/me-with-headers/", "/me-with-vary/");
    let cases = [
        case("token GET, cache warm", view, me, &token, None),
        case(
            "token GET, same headers",
            view,
            view_headers,
            &token,
            of_token,
        ),
        case(
            "token GET, layer around the app",
            around,
            me,
            &token,
            of_token,
        ),
        case(
            "token GET, layer around the app, same headers",
            around,
            layer_header,
            &token,
            None,
        ),
        case("token GET, layer on the route", on_route, me, &token, None),
        case(
            "session GET, same headers",
            view,
            view_headers,
            &cookie,
            of_session,
        ),
        case(
            "session GET, layer around the app",
            around,
            me,
            &cookie,
            of_session,
        ),
        case("open route, layer around the app", open, me, "", None),
        case(
            "open route, layer around the app, same headers",
            open,
            layer_header,
            "",
            None,
        ),
        case(
            "open route, layer on the route",
            on_open_route,
            me,
            "",
            None,
        ),
        case(
            "forward-auth, cache warm",
            ("hallpass", "/forward-auth/nginx"),
            "/forward-auth/nginx",
            &asked,
            None,
        ),
    ];
    for case in &cases {
        let (ours, bare) = count(world, case)?;
        println!("  {}: {ours:.0}, bare axum {bare:.0}", case.name);
        let row = Row::new(
            PART,
            format!("{}: instructions over bare axum", case.name),
            ours / bare,
        )
        .ours(ours, "")
        .beside("bare axum", bare, "");
        report.row(match case.bounds {
            Some((must, hope)) => row.at_most(must, hope),
            None => row,
        });
        report.counted(&format!("bare axum, {}", case.name), bare, 1.0);
        report.counted(&format!("Hallpass, {}", case.name), ours, ours / bare);
    }
    let words = ["sqlite", database.for_django.as_str()];
    let by_hand = per_request(&world.plan, &words, &database.folder, |address| {
        get(address, "/me/", &token)
    })?;
    let bare = count_bare(world, &cases[0])?;
    report.counted(
        "by hand, token GET on SQLite (WAL)",
        by_hand,
        by_hand / bare,
    );
    Ok(())
}

fn count(world: &World, case: &Case) -> Result<(f64, f64), Failure> {
    let folder = &world.wal()?.folder;
    let ours = per_request(&world.plan, &[case.server, CACHED], folder, |address| {
        get(address, case.path, &case.header)
    })?;
    Ok((ours, count_bare(world, case)?))
}

fn count_bare(world: &World, case: &Case) -> Result<f64, Failure> {
    let folder = &world.wal()?.folder;
    per_request(&world.plan, &["bare"], folder, |address| {
        get(address, case.bare, &case.header)
    })
}

/// Compares the warm token request's ratio with the one that was accepted, or accepts today's.
pub(crate) fn check(world: &World, accepted: &Path, accept: bool) -> Result<bool, Failure> {
    let case = Case {
        name: "token GET, cache warm",
        server: "hallpass",
        path: "/me/",
        bare: "/me/",
        header: token(&world.wal()?.token),
        bounds: None,
    };
    let (ours, bare) = count(world, &case)?;
    let ratio = ours / bare;
    println!(
        "a warm token request: {ours:.0} instructions, bare axum {bare:.0}: {ratio:.4} times as many"
    );
    if accept {
        std::fs::write(accepted, format!("{ratio:.4}\n"))?;
        println!("accepted in {}", accepted.display());
        return Ok(true);
    }
    let before: f64 = std::fs::read_to_string(accepted)?
        .trim()
        .parse()
        .map_err(|_| Failure(format!("{} is no number", accepted.display())))?;
    if within(ratio, before) {
        println!("{before:.4} was accepted: within 3 %");
        return Ok(true);
    }
    println!(
        "{before:.4} was accepted in {}: more than 3 % growth. Find what grew \
         (callgrind_annotate), or, if it is worth it, accept it: cargo xtask bench --accept-instructions",
        accepted.display()
    );
    Ok(false)
}

fn within(ratio: f64, accepted: f64) -> bool {
    ratio <= accepted * GROWTH
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn three_percent_may_pass() {
        assert!(within(1.235, 1.2) && within(1.0, 1.2));
        assert!(!within(1.237, 1.2));
    }
}
