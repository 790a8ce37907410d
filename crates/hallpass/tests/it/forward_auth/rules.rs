//! `[[rule]]`: the first that fits decides, and a path that can be read in two ways fits none.

use hallpass::settings::Settings;

use super::asked::{Asked, PROXIES, app_with};
use crate::gate::bench::{BOB, CAROL};

/// The status for an anonymous caller, Bob and Carol (who is staff).
async fn statuses(app: &axum::Router, asked: Asked) -> [u16; 3] {
    [
        asked.of(app).await.status,
        asked
            .clone()
            .header("authorization", BOB)
            .of(app)
            .await
            .status,
        asked
            .clone()
            .header("authorization", CAROL)
            .of(app)
            .await
            .status,
    ]
}

const OPEN: [u16; 3] = [200, 200, 200];
const STAFF: [u16; 3] = [401, 403, 200];
const DEFAULT: [u16; 3] = [401, 200, 200];

#[tokio::test]
async fn the_first_rule_that_fits_decides() {
    let app = app_with(
        "[[rule]]
         path = '/static/'
         permissions = ['allow_any']

         [[rule]]
         host = '.admin.example'
         permissions = ['is_admin_user']

         [[rule]]
         path = '/api/'
         methods = ['POST', 'DELETE']
         permissions = ['is_admin_user']

         [[rule]]
         pattern = '/files/*/public/**'
         methods = 'GET'
         permissions = ['allow_any']",
    )
    .await;
    for proxy in PROXIES {
        for (method, host, target, expected) in [
            ("GET", "app.example", "/", DEFAULT),
            ("GET", "app.example", "/static/a.css", OPEN),
            ("GET", "app.example", "/static", OPEN),
            ("GET", "app.example", "/statics", DEFAULT),
            ("GET", "app.example", "/st%61tic/x", OPEN),
            ("GET", "admin.example", "/static/a.css", OPEN),
            ("GET", "admin.example", "/", STAFF),
            ("GET", "www.ADMIN.example:8000", "/", STAFF),
            ("GET", "admin.example.", "/", STAFF),
            ("GET", "notadmin.example", "/", DEFAULT),
            ("GET", "app.example", "/api/x", DEFAULT),
            ("POST", "app.example", "/api/x", STAFF),
            ("POST", "app.example", "/%61%70%69/x", STAFF),
            ("DELETE", "app.example", "/api?x=/static/", STAFF),
            ("GET", "app.example", "/files/7/public/x/y", OPEN),
            ("HEAD", "app.example", "/files/7/public/x", OPEN),
            ("POST", "app.example", "/files/7/public/x", DEFAULT),
            ("GET", "app.example", "/files/7/8/public/x", DEFAULT),
        ] {
            let asked = Asked::by(proxy).method(method).host(host).target(target);
            let found = statuses(&app, asked).await;
            assert_eq!(found, expected, "{proxy}: {method} {host} {target}");
        }
    }
}

/// Paths that one program reads as `/admin/…` and another as something else.
const TWO_READINGS: &[&str] = &[
    "/public/../admin/",
    "/public/..",
    "/public/./../admin/",
    "/public/%2e%2e/admin/",
    "/public/.%2E/admin/",
    "/public/%252e%252e/admin/",
    "/public/..%2fadmin/",
    "/public/..%5cadmin/",
    "/public/..\\admin/",
    "/public/..;/admin/",
    "/public;/../admin/",
    "//admin/",
    "/public//admin/",
    "/%2fadmin/",
    "/admin%2f",
    "/admin;x=1/",
    "/admin%3bx/",
    "/admin%00/",
    "/public%00/../admin/",
    "/admin%0d%0a/",
    "/%c0%afadmin/",
    "/%u0061dmin/",
    "/admin%",
    "/admin%3f",
    "/admin%23",
    "/public,/admin/",
    "/%EF%BC%8Fadmin/",
];

#[tokio::test]
async fn a_path_with_two_readings_passes_no_rule_about_paths() {
    let open_inside = "[[rule]]\npath = '/public/'\npermissions = ['allow_any']";
    let closed_inside = "[[rule]]\npath = '/admin/'\npermissions = ['is_admin_user']\n[[rule]]\npermissions = ['allow_any']";
    for rules in [open_inside, closed_inside] {
        let app = app_with(rules).await;
        for proxy in PROXIES {
            let refused = if proxy == "nginx" { 403 } else { 400 };
            for target in TWO_READINGS {
                let found = statuses(&app, Asked::by(proxy).target(target)).await;
                assert_eq!(found, [refused; 3], "{proxy}: {target}");
            }
        }
    }
}

#[tokio::test]
async fn where_no_rule_looks_at_the_path_it_may_be_anything() {
    for rules in [
        "",
        "[[rule]]\npath = '/'",
        "[[rule]]\nhost = 'other.example'\npath = '/x/'",
        "[[rule]]\nmethods = ['PUT']\npath = '/x/'",
        "[[rule]]\nhost = 'app.example'\n[[rule]]\npath = '/x/'",
    ] {
        let app = app_with(rules).await;
        for target in TWO_READINGS {
            let found = statuses(&app, Asked::by("caddy").target(target)).await;
            assert_eq!(found, DEFAULT, "{rules}: {target}");
        }
    }
}

#[tokio::test]
async fn a_rule_has_classes_of_its_own() {
    let app = app_with("[[rule]]\nauthentication = ['basic']").await;
    let answer = Asked::by("traefik")
        .header("authorization", BOB)
        .of(&app)
        .await;
    assert_eq!(answer.status, 401);
    let challenges: Vec<_> = answer.headers.get_all("www-authenticate").iter().collect();
    assert_eq!(challenges, ["Basic realm=\"api\""]);
    // As in DRF, where nobody offers a challenge the answer is 403.
    let app = app_with("[[rule]]\nauthentication = ['session']").await;
    assert_eq!(Asked::by("traefik").of(&app).await.status, 403);
}

#[test]
fn a_rule_that_cannot_be_is_named() {
    for (rule, words) in [
        ("metods = ['GET']", ["rule 2", "metods", "\"methods\""]),
        ("methods = ['get']", ["rule 2", "methods", "capitals"]),
        ("path = 'x'", ["rule 2", "path", "start with /"]),
        ("path = '/a/../b'", ["rule 2", "path", ".."]),
        ("path = '/a/*'", ["rule 2", "path", "pattern"]),
        ("path = '/%61'", ["rule 2", "path", "decoded"]),
        ("pattern = '/***'", ["rule 2", "pattern", "***"]),
        (
            "path = '/a'\npattern = '/b'",
            ["rule 2", "pattern", "not both"],
        ),
        ("host = 'http://x'", ["rule 2", "host", "host name"]),
        ("host = 'x:80'", ["rule 2", "host", "without a port"]),
        (
            "authentication = ['sesion']",
            ["rule 2", "authentication", "\"session\""],
        ),
        (
            "permissions = ['is_admin']",
            ["rule 2", "permissions", "is_admin_user"],
        ),
        ("permissions = 7", ["rule 2", "permissions", "list"]),
        ("throttle = '5/x'", ["rule 2", "throttle", "\"5/x\""]),
        (
            "csrf = 'off'",
            ["rule 2", "csrf", "\"enforce\" or \"defer\""],
        ),
        (
            "preflight = 'yes'",
            ["rule 2", "preflight", "true or false"],
        ),
    ] {
        let error = Settings::from_toml(&format!("[[rule]]\n[[rule]]\n{rule}")).unwrap_err();
        let error = error.to_string();
        for word in words {
            assert!(error.contains(word), "{rule}: {error}");
        }
    }
    let error = Settings::from_toml("rule = 'x'").unwrap_err().to_string();
    assert!(error.contains("[[rule]]"), "{error}");
}
