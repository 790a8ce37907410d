//! `proxy-config`: a proxy's configuration, whole and ready to use.
//!
//! Each is a file beside this one with `@NAMES@` in it. What they have in common: they clear what the client says in
//! the name of Hallpass, in every spelling; they ask about the request as the application will see it; they let nobody
//! in when Hallpass does not answer; and they pass Hallpass's own pages on without asking.

mod own_header;
mod pages;

use hallpass::settings::{Settings, header_of_meta_name};

use crate::args::{Authority, ProxyConfig, ProxyName};
use crate::console;
use crate::failure::Failure;
use crate::start::Start;

const NGINX: &str = include_str!("nginx.conf");
const TRAEFIK: &str = include_str!("traefik.yml");
const CADDY: &str = include_str!("Caddyfile");
const ENVOY: &str = include_str!("envoy.yaml");
const HAPROXY: &str = include_str!("haproxy.cfg");
const HAPROXY_LUA: &str = include_str!("hallpass.lua");

/// Prints it.
pub(crate) fn run(start: &Start, args: &ProxyConfig) -> Result<(), Failure> {
    let settings = start.settings_or_defaults()?;
    if settings.forward_auth.path.is_empty() {
        return Err(Failure::refused(
            "forward-auth is switched off: `path` under [forward_auth] is empty",
        ));
    }
    console::print(&configuration(args, &settings))
}

fn configuration(args: &ProxyConfig, settings: &Settings) -> String {
    let pages = pages::of(settings);
    let page_blocks = match args.proxy {
        ProxyName::Nginx => pages::nginx(&pages),
        ProxyName::Traefik => pages::traefik(&pages),
        ProxyName::Caddy => pages::caddy(&pages, &args.hallpass),
        ProxyName::Envoy => pages::envoy(&pages),
        ProxyName::Haproxy => pages::haproxy(&pages),
        ProxyName::HaproxyLua => String::new(),
    };
    let if_pages = |text: &str| if pages.is_empty() { "" } else { text }.to_owned();
    let names = [
        ("@PAGES@", page_blocks),
        (
            "@OWN_HEADER@",
            own_header::cleared(settings, args.proxy, template(args.proxy)),
        ),
        ("@UNLESS_PAGE@", if_pages(" unless page")),
        ("@OR_PAGE@", if_pages(" or page")),
        (
            "@USE_HALLPASS@",
            if_pages("    use_backend hallpass if page\n"),
        ),
        ("@LISTEN@", args.listen.to_string()),
        ("@LISTEN_HOST@", args.listen.ip().to_string()),
        ("@LISTEN_PORT@", args.listen.port().to_string()),
        ("@UPSTREAM@", args.upstream.to_string()),
        ("@UPSTREAM_HOST@", bare(&args.upstream)),
        ("@UPSTREAM_PORT@", args.upstream.port.to_string()),
        ("@HALLPASS@", args.hallpass.to_string()),
        ("@HALLPASS_HOST@", bare(&args.hallpass)),
        ("@HALLPASS_PORT@", args.hallpass.port.to_string()),
        (
            "@FORWARD_AUTH@",
            settings.forward_auth.path.trim_end_matches('/').to_owned(),
        ),
        (
            "@CSRF_HEADER@",
            header_of_meta_name(&settings.csrf_header_name),
        ),
    ];
    let mut text = template(args.proxy).to_owned();
    for (name, value) in names {
        text = text.replace(name, &value);
    }
    text
}

fn template(proxy: ProxyName) -> &'static str {
    match proxy {
        ProxyName::Nginx => NGINX,
        ProxyName::Traefik => TRAEFIK,
        ProxyName::Caddy => CADDY,
        ProxyName::Envoy => ENVOY,
        ProxyName::Haproxy => HAPROXY,
        ProxyName::HaproxyLua => HAPROXY_LUA,
    }
}

/// The host without the brackets of an IPv6 address.
fn bare(authority: &Authority) -> String {
    authority.host.trim_matches(['[', ']']).to_owned()
}

#[cfg(test)]
mod tests {
    use clap::{Parser, ValueEnum};

    use super::*;
    use crate::args::{Arguments, Command};

    fn printed(words: &[&str], settings: &str) -> String {
        let arguments = Arguments::parse_from(words);
        let Command::ProxyConfig(args) = arguments.command else {
            panic!("another command");
        };
        configuration(&args, &Settings::from_toml(settings).unwrap())
    }

    #[test]
    fn no_name_is_left() {
        for proxy in ProxyName::value_variants() {
            let name = proxy.to_possible_value().unwrap().get_name().to_owned();
            for settings in ["", "login_path = ''\nlogout_path = ''\nprobe_path = ''"] {
                let text = printed(&["hallpass", "proxy-config", &name], settings);
                for line in text.lines() {
                    let left = line.split('@').skip(1).any(|word| {
                        word.len() > 1
                            && word
                                .bytes()
                                .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
                    });
                    assert!(!left, "{name}: {line}");
                }
                assert_eq!(
                    text.contains("/api-auth/login/"),
                    settings.is_empty() && name != "haproxy-lua",
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn a_header_of_the_settings_own_is_taken_away_once() {
        for proxy in ProxyName::value_variants() {
            let name = proxy.to_possible_value().unwrap().get_name().to_owned();
            let lines = |settings: &str, header: &str| {
                let text = printed(&["hallpass", "proxy-config", &name], settings);
                let header = header.to_ascii_lowercase();
                let code = |line: &&str| !line.trim_start().starts_with('#');
                let lines = text.lines().filter(code).map(str::to_ascii_lowercase);
                lines.filter(|line| line.contains(&header)).count()
            };
            let own = "remote_user_header = 'HTTP_X_COMPANY_USER'";
            let asked = usize::from(name != "haproxy-lua");
            assert_eq!(lines(own, "x-company-user"), asked, "{name}");
            assert_eq!(lines("", "x-company-user"), 0, "{name}");
            for usual in [
                "X-Remote-User",
                "Hallpass-User",
                "Remote-User",
                "X-Hallpass-Auth",
            ] {
                let meta = format!("HTTP_{}", usual.to_ascii_uppercase().replace('-', "_"));
                let own = format!("remote_user_header = '{meta}'");
                let (with, without) = (lines(&own, usual), lines("", usual));
                assert!(
                    with == without || (with == 1 && without == 0),
                    "{name} {usual}"
                );
            }
        }
    }

    #[test]
    fn addresses_and_paths_are_those_that_were_asked_for() {
        let words = [
            "hallpass",
            "proxy-config",
            "nginx",
            "--upstream",
            "http://app:81",
            "--listen",
            "0.0.0.0:82",
            "--hallpass",
            "http://[::1]:83",
        ];
        let settings = "login_path = '/in/'\nlogout_path = ''\n[forward_auth]\npath = '/ask'";
        let text = printed(&words, settings);
        for part in [
            "server app:81;",
            "listen 0.0.0.0:82;",
            "server [::1]:83;",
            "location = /in/ {",
            "proxy_pass http://hallpass/ask/nginx;",
        ] {
            assert!(text.contains(part), "{part}");
        }
    }
}
