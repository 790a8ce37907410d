//! Hallpass's own pages, which a proxy passes on without asking: somebody who must log in cannot be logged in yet, and
//! `hallpass check --url` looks at the proxy, not at users.

use hallpass::settings::Settings;

use crate::args::Authority;

/// Their paths, as far as the settings switch them on.
pub(super) fn of(settings: &Settings) -> Vec<String> {
    let pages = [
        &settings.login_path,
        &settings.logout_path,
        &settings.probe_path,
    ];
    pages
        .into_iter()
        .filter(|path| !path.is_empty())
        .cloned()
        .collect()
}

pub(super) fn nginx(pages: &[String]) -> String {
    let location = |page: &String| {
        format!(
            "        location = {page} {{\n            proxy_pass http://hallpass;\n        }}\n"
        )
    };
    block(
        "\n        # Hallpass's own pages, for everybody.\n",
        pages,
        location,
    )
}

pub(super) fn caddy(pages: &[String], hallpass: &Authority) -> String {
    if pages.is_empty() {
        return String::new();
    }
    format!(
        "\n\t\t# Hallpass's own pages, for everybody.\n\t\t@pages path {}\n\t\thandle @pages {{\n\
         \t\t\treverse_proxy {hallpass}\n\t\t}}",
        pages.join(" ")
    )
}

pub(super) fn haproxy(pages: &[String]) -> String {
    if pages.is_empty() {
        return String::new();
    }
    let heading = "\n    # Hallpass's own pages, for everybody.\n";
    format!("{heading}    acl page path {}\n", pages.join(" "))
}

pub(super) fn traefik(pages: &[String]) -> String {
    if pages.is_empty() {
        return String::new();
    }
    let paths: Vec<String> = pages.iter().map(|page| format!("Path(`{page}`)")).collect();
    format!(
        "    # Hallpass's own pages, for everybody.\n    hallpass-pages:\n      rule: \"{}\"\n      \
         entryPoints: [web]\n      middlewares: [hallpass-clear]\n      service: hallpass\n      priority: 100\n",
        paths.join(" || ")
    )
}

pub(super) fn envoy(pages: &[String]) -> String {
    let route = |page: &String| {
        format!(
            "                        - match: {{ path: \"{page}\" }}
                          route: {{ cluster: hallpass }}
                          typed_per_filter_config:
                            envoy.filters.http.ext_authz:
                              \"@type\": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute
                              disabled: true\n"
        )
    };
    let heading = "                        # Hallpass's own pages, for everybody.\n";
    block(heading, pages, route)
}

/// A heading and a piece for each page; nothing without pages.
fn block(heading: &str, pages: &[String], piece: impl Fn(&String) -> String) -> String {
    if pages.is_empty() {
        return String::new();
    }
    let pieces: Vec<String> = pages.iter().map(piece).collect();
    format!("{heading}{}", pieces.concat())
}
