//! `DATABASES['default']` as a database URL.

use hallpass_store::DatabaseUrl;

use super::literal::Literal;

/// The URL, and what to say about it; an error says why there is none.
pub(super) fn url(databases: &Literal) -> Result<(String, Vec<String>), String> {
    let default = databases.get("default").ok_or("it has no 'default'")?;
    let engine = default.get("ENGINE").and_then(Literal::as_text);
    let engine = engine.ok_or("'default' has no ENGINE")?;
    let mut remarks = Vec::new();
    let url = match engine.rsplit('.').next().unwrap_or_default() {
        "sqlite3" => file(default, &mut remarks)?,
        "postgresql" | "postgis" | "postgresql_psycopg2" => server("postgres", default),
        "mysql" => server("mysql", default),
        _ => return Err(format!("Hallpass does not know the engine {engine}")),
    };
    if let Err(error) = DatabaseUrl::parse(&url) {
        remarks.push(format!("DATABASES: {error}"));
    }
    if matches!(default.get("OPTIONS"), Some(Literal::Dict(options)) if !options.is_empty()) {
        remarks.push("DATABASES: OPTIONS of the connection are not carried over".to_owned());
    }
    if matches!(databases, Literal::Dict(all) if all.len() > 1) {
        remarks.push("DATABASES: only 'default' is used".to_owned());
    }
    Ok((url, remarks))
}

fn file(default: &Literal, remarks: &mut Vec<String>) -> Result<String, String> {
    let name = default.get("NAME").and_then(Literal::as_text);
    let name = name.unwrap_or_default();
    if name.is_empty() || name.contains(":memory:") {
        return Err("its SQLite database is not a file".to_owned());
    }
    if !name.starts_with('/') {
        remarks.push(
            "DATABASES: the path of the SQLite file is relative, and starts at this file's directory here"
                .to_owned(),
        );
    }
    Ok(format!("sqlite:///{}", encoded(name, b"/")))
}

fn server(scheme: &str, default: &Literal) -> String {
    let part = |key: &str| match default.get(key) {
        Some(Literal::Text(text)) => encoded(text, b""),
        Some(Literal::Integer(number)) => number.to_string(),
        _ => String::new(),
    };
    let mut url = format!("{scheme}://{}", part("USER"));
    let (password, host, port) = (part("PASSWORD"), part("HOST"), part("PORT"));
    if !password.is_empty() {
        url.push(':');
        url.push_str(&password);
    }
    if !url.ends_with("//") {
        url.push('@');
    }
    url.push_str(if host.is_empty() { "localhost" } else { &host });
    if !port.is_empty() {
        url.push(':');
        url.push_str(&port);
    }
    format!("{url}/{}", part("NAME"))
}

/// Percent signs for all but letters, digits, `-._~` and what else may stay.
fn encoded(text: &str, stays: &[u8]) -> String {
    let mut url = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || stays.contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(repr: &str) -> Result<String, String> {
        url(&Literal::read(repr)).map(|(url, _)| url)
    }

    #[test]
    fn files_and_servers() {
        let sqlite = "{'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': PosixPath('/srv/a b%.db')}}";
        assert_eq!(of(sqlite).unwrap(), "sqlite:////srv/a%20b%25.db");
        let postgres = "{'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'site', \
                        'USER': 'web', 'PASSWORD': 'p@ss:/word', 'HOST': '', 'PORT': 5433}}";
        assert_eq!(
            of(postgres).unwrap(),
            "postgres://web:p%40ss%3A%2Fword@localhost:5433/site"
        );
    }

    #[test]
    fn what_has_no_url() {
        for repr in [
            "{}",
            "{'default': {}}",
            "{'default': {'ENGINE': 'django.db.backends.oracle'}}",
            "{'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}",
            "None",
        ] {
            assert!(of(repr).is_err(), "{repr}");
        }
    }
}
