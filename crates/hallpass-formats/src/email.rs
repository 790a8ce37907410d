//! E-mail addresses: the normal form and the syntax check.
//!
//! `normalize` is Django's `BaseUserManager.normalize_email`; `is_valid` decides as `EmailValidator` of
//! Django 5.2 does, written as a walk over the labels instead of its regular expressions.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::username::trim_python;

/// Lower-cases the domain part, after trimming. Text without `@` stays as it is, spaces included.
///
/// ```
/// assert_eq!(hallpass_formats::email::normalize(" Foo@BAR.com "), "Foo@bar.com");
/// ```
pub fn normalize(address: &str) -> String {
    match trim_python(address).rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", domain.to_lowercase()),
        None => address.to_owned(),
    }
}

/// Whether Django 5.2's `EmailValidator` accepts the address.
pub fn is_valid(address: &str) -> bool {
    // RFC 3696: 64 for the local part, 255 for the domain, one for the sign between them.
    if address.chars().count() > 320 {
        return false;
    }
    let Some((local, domain)) = address.rsplit_once('@') else {
        return false;
    };
    (is_dot_atom(local) || is_quoted_string(local))
        && (domain == "localhost" || is_domain_name(domain) || is_address_literal(domain))
}

fn is_dot_atom(local: &str) -> bool {
    local
        .split('.')
        .all(|atom| !atom.is_empty() && atom.chars().all(is_atom_symbol))
}

fn is_atom_symbol(symbol: char) -> bool {
    is_letter(symbol) || symbol.is_ascii_digit() || "-!#$%&'*+/=?^_`{}|~".contains(symbol)
}

/// `"` ... `"` with anything but quote and backslash inside, which need a backslash in front.
/// A plain space does too.
fn is_quoted_string(local: &str) -> bool {
    let Some(inside) = local
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return false;
    };
    let mut symbols = inside.chars();
    while let Some(symbol) = symbols.next() {
        let accepted = match symbol {
            '\\' => symbols.next().is_some_and(may_follow_backslash),
            '"' | ' ' | '\t' => false,
            other => may_follow_backslash(other),
        };
        if !accepted {
            return false;
        }
    }
    true
}

/// Any ASCII but NUL, line feed and carriage return.
fn may_follow_backslash(symbol: char) -> bool {
    is_letter(symbol) || (symbol.is_ascii() && !matches!(symbol, '\0' | '\n' | '\r'))
}

/// At least two labels; the last one, the top-level domain, takes no digits unless it is punycode.
fn is_domain_name(domain: &str) -> bool {
    let Some((labels, top)) = domain.rsplit_once('.') else {
        return false;
    };
    labels.split('.').all(is_label) && is_top_level(top)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.chars().count())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .chars()
            .all(|symbol| is_domain_letter(symbol) || symbol.is_ascii_digit() || symbol == '-')
}

fn is_top_level(label: &str) -> bool {
    if label.starts_with('-') || label.ends_with('-') {
        return false;
    }
    let plain = (2..=63).contains(&label.chars().count())
        && label
            .chars()
            .all(|symbol| is_domain_letter(symbol) || symbol == '-');
    let punycode = label
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("xn--"))
        && label.get(4..).is_some_and(|rest| {
            (1..=59).contains(&rest.chars().count())
                && rest
                    .chars()
                    .all(|symbol| is_letter(symbol) || symbol.is_ascii_digit())
        });
    plain || punycode
}

/// `[a-z]` under Python's `IGNORECASE`, which also folds four other letters onto i, k and s.
fn is_letter(symbol: char) -> bool {
    symbol.is_ascii_alphabetic() || matches!(symbol, '\u{130}' | '\u{131}' | '\u{17f}' | '\u{212a}')
}

/// A letter, or any character of the basic plane from U+00A1 on.
fn is_domain_letter(symbol: char) -> bool {
    symbol.is_ascii_alphabetic() || ('\u{a1}'..='\u{ffff}').contains(&symbol)
}

/// `[` an IPv4 or IPv6 address `]`; Django 5.2 refuses more than 39 characters for the latter.
fn is_address_literal(domain: &str) -> bool {
    let Some(address) = domain
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    else {
        return false;
    };
    address.parse::<Ipv4Addr>().is_ok()
        || (address.len() <= 39 && address.parse::<Ipv6Addr>().is_ok())
}
