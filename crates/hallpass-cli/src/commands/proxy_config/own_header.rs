//! The header of `remote_user_header`: whoever believes it must not hear it from a client.
//!
//! Each configuration takes the usual names away already. Where the settings have a name of their own, it goes the same
//! way.

use hallpass::settings::{Settings, header_of_meta_name};

use crate::args::ProxyName;

/// What the configurations set in place of the client's.
const OURS: [&str; 6] = [
    "remote-user",
    "remote-email",
    "remote-name",
    "remote-groups",
    "x-hallpass-user-id",
    "x-hallpass-auth",
];

/// The lines that take it away; none where `template` does so anyway.
pub(super) fn cleared(settings: &Settings, proxy: ProxyName, template: &str) -> String {
    let name = header_of_meta_name(&settings.remote_user_header);
    if OURS.contains(&name.as_str()) || names(template, &name) {
        return String::new();
    }
    let title = in_title_case(&name);
    match proxy {
        ProxyName::Nginx => format!("        proxy_set_header {title} \"\";\n"),
        // The one that passes underscores on: an application takes every mixture for the same name.
        ProxyName::Traefik => spellings(&title)
            .iter()
            .map(|spelling| format!("          {spelling}: \"\"\n"))
            .collect(),
        ProxyName::Caddy => format!("\t\trequest_header -{title}\n"),
        ProxyName::Envoy => format!("                        - remove: {name}\n"),
        ProxyName::Haproxy => format!("    http-request del-header {title}\n"),
        ProxyName::HaproxyLua => String::new(),
    }
}

/// Whether a line that is no comment has the name as a word. Some take no name twice.
fn names(template: &str, name: &str) -> bool {
    let lines = template
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let is_it = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        word.eq_ignore_ascii_case(name)
    };
    lines.flat_map(str::split_whitespace).any(is_it)
}

/// More hyphens than this are not mixed; nobody's header has so many.
const MOST_HYPHENS: usize = 6;

/// The name with each of its hyphens as it is and as an underscore.
fn spellings(title: &str) -> Vec<String> {
    let mut spellings = vec![String::new()];
    for (place, part) in title.split('-').enumerate() {
        if place > 0 {
            let hyphens = spellings.iter().map(|begun| format!("{begun}-"));
            let underscores = spellings.iter().map(|begun| format!("{begun}_"));
            spellings = match place <= MOST_HYPHENS {
                true => hyphens.chain(underscores).collect(),
                false => hyphens.collect(),
            };
        }
        for spelling in &mut spellings {
            spelling.push_str(part);
        }
    }
    spellings
}

/// `X-Company-User`, as people read it; proxies do not care.
fn in_title_case(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{}{rest}", first.to_ascii_uppercase())
    });
    words.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::spellings;

    #[test]
    fn every_mixture_is_a_spelling() {
        assert_eq!(spellings("Company"), ["Company"]);
        let mut three = spellings("X-Company-User");
        three.sort();
        let expected = [
            "X-Company-User",
            "X-Company_User",
            "X_Company-User",
            "X_Company_User",
        ];
        assert_eq!(three, expected);
    }
}
