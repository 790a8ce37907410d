//! Rules of forward-auth that an earlier one leaves nothing to.
//!
//! Only what is certain is told: one earlier rule that fits whatever this one fits. Several that do so together, or
//! patterns that only a closer look would find to be wider, are not looked for.

use super::table::RULE_UNREACHABLE;
use super::{Finding, Settings};
use crate::settings::ForwardAuthRule;
use crate::wire::host::is_same_domain;
use crate::wire::path_pattern::{PathPattern, is_below};

pub(super) fn rules(settings: &Settings) -> Vec<Finding> {
    let rules = &settings.rule.0;
    let mut findings = Vec::new();
    for (place, rule) in rules.iter().enumerate() {
        let mut earlier = rules.iter().take(place).enumerate();
        if let Some((number, first)) = earlier.find(|(_, first)| covers(first, rule)) {
            let seen = format!(
                "Rule {} ({}) is never reached: rule {} ({}) comes first and fits the same requests.",
                place + 1,
                described(rule),
                number + 1,
                described(first),
            );
            findings.push(Finding::new(&RULE_UNREACHABLE, seen));
        }
    }
    findings
}

/// Whether `first` fits every request that `rule` fits.
fn covers(first: &ForwardAuthRule, rule: &ForwardAuthRule) -> bool {
    let all = |wide: &[String], narrow: &[String], fits: fn(&str, &str) -> bool| {
        let is_covered = |narrow: &String| wide.iter().any(|wide| fits(wide, narrow));
        wide.is_empty() || (!narrow.is_empty() && narrow.iter().all(is_covered))
    };
    all(&first.host, &rule.host, host_covers)
        && all(&first.methods, &rule.methods, method_covers)
        && Paths::of(first).covers(&Paths::of(rule))
}

fn host_covers(wide: &str, narrow: &str) -> bool {
    let narrow = narrow.trim_end_matches('.').to_ascii_lowercase();
    let wide = wide.trim_end_matches('.');
    match narrow.strip_prefix('.') {
        // A domain with all that is below it fits in another such one only.
        Some(domain) => wide.starts_with('.') && is_same_domain(domain, wide),
        None => is_same_domain(&narrow, wide),
    }
}

fn method_covers(wide: &str, narrow: &str) -> bool {
    wide == narrow || (wide == "GET" && narrow == "HEAD")
}

/// Which paths a rule fits.
enum Paths<'a> {
    Any,
    Below(&'a str),
    Fit(&'a str),
}

impl<'a> Paths<'a> {
    fn of(rule: &'a ForwardAuthRule) -> Self {
        match (&rule.path, &rule.pattern) {
            (Some(path), _) if path == "/" => Self::Any,
            (Some(path), _) => Self::Below(path),
            (None, Some(pattern)) => match pattern.strip_suffix("/**") {
                Some(folder) if !folder.contains('*') => Self::Below(folder),
                _ => Self::Fit(pattern),
            },
            (None, None) => Self::Any,
        }
    }

    fn covers(&self, narrow: &Paths<'_>) -> bool {
        match (self, narrow) {
            (Self::Any, _) => true,
            (_, Paths::Any) => false,
            (Self::Below(folder), Paths::Below(path)) => is_below(path, folder),
            // What stands before the first star, up to its last slash, is a folder of whatever fits.
            (Self::Below(folder), Paths::Fit(pattern)) => match pattern.split_once('*') {
                Some((fixed, _)) => fixed
                    .rsplit_once('/')
                    .is_some_and(|(parent, _)| is_below(parent, folder)),
                None => is_below(pattern, folder),
            },
            (Self::Fit(wide), Paths::Fit(pattern)) if !pattern.contains('*') => {
                PathPattern::parse(wide).is_ok_and(|wide| wide.matches(pattern))
            }
            (Self::Fit(wide), Paths::Fit(pattern)) => wide == pattern,
            (Self::Fit(_), Paths::Below(_)) => false,
        }
    }
}

/// A rule in the words of the settings.
fn described(rule: &ForwardAuthRule) -> String {
    let mut words = Vec::new();
    if !rule.host.is_empty() {
        words.push(format!("host {}", rule.host.join(", ")));
    }
    if let Some(path) = &rule.path {
        words.push(format!("path {path}"));
    }
    if let Some(pattern) = &rule.pattern {
        words.push(format!("pattern {pattern}"));
    }
    if !rule.methods.is_empty() {
        words.push(format!("methods {}", rule.methods.join(", ")));
    }
    if words.is_empty() {
        return "every request".to_owned();
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(toml: &str) -> Vec<String> {
        let settings = Settings::from_toml(toml).unwrap();
        rules(&settings)
            .into_iter()
            .map(|found| found.seen)
            .collect()
    }

    fn is_hidden(first: &str, second: &str) -> bool {
        let found = seen(&format!("[[rule]]\n{first}\n[[rule]]\n{second}\n"));
        assert!(found.len() <= 1, "{found:?}");
        found.len() == 1
    }

    #[test]
    fn a_wider_rule_hides_a_narrower_one() {
        for (first, second) in [
            ("", "path = '/admin/'"),
            ("path = '/'", "host = 'a.org'\nmethods = ['GET']"),
            ("path = '/api/'", "path = '/api/admin/'"),
            ("path = '/api/'", "path = '/api'"),
            ("path = '/api'", "pattern = '/api/*/x'"),
            ("path = '/api/'", "pattern = '/api/v*'"),
            ("pattern = '/api/**'", "path = '/api/admin'"),
            ("pattern = '/files/*'", "pattern = '/files/7'"),
            ("pattern = '/*/x'", "pattern = '/*/x'"),
            ("methods = ['GET', 'POST']", "methods = ['HEAD', 'POST']"),
            ("host = '.a.org'", "host = ['a.org', '.B.A.org']"),
        ] {
            assert!(is_hidden(first, second), "{first} hides {second}");
        }
    }

    #[test]
    fn what_leaves_something_hides_nothing() {
        for (first, second) in [
            ("path = '/admin/'", ""),
            ("path = '/api/admin/'", "path = '/api/'"),
            ("path = '/api'", "path = '/apix'"),
            ("path = '/api/'", "pattern = '/api*'"),
            ("path = '/api/'", "pattern = '/*/api/'"),
            ("pattern = '/api/*'", "path = '/api/'"),
            ("pattern = '/files/*'", "pattern = '/files/7/8'"),
            ("pattern = '/*/x'", "pattern = '/**/x'"),
            ("methods = ['HEAD']", "methods = ['GET']"),
            ("methods = ['GET']", ""),
            ("host = 'a.org'", "host = '.a.org'"),
            ("host = 'a.org'", "host = ['a.org', 'b.org']"),
            ("host = 'a.org'\npath = '/x/'", "path = '/x/'"),
        ] {
            assert!(!is_hidden(first, second), "{first} leaves some of {second}");
        }
    }

    #[test]
    fn both_rules_are_named() {
        let toml = "[[rule]]\npath = '/a/'\n[[rule]]\nmethods = 'PUT'\npath = '/a/b/'\n";
        assert_eq!(
            seen(toml),
            [
                "Rule 2 (path /a/b/, methods PUT) is never reached: rule 1 (path /a/) comes first and fits the same requests."
            ]
        );
    }
}
