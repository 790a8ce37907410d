//! Names of indexes, as Django 5.2 makes them (`BaseDatabaseSchemaEditor._create_index_name`).

use std::fmt::Write;

use md5::{Digest, Md5};

/// `<table>_<columns>_<digest><suffix>`, shortened part by part when that is longer than
/// the database's `longest`.
pub(crate) fn index_name(longest: usize, table: &str, columns: &[&str], suffix: &str) -> String {
    let mut tail = format!("{}{suffix}", digest(table, columns));
    let columns = columns.join("_");
    let name = format!("{table}_{columns}_{tail}");
    if name.chars().count() <= longest {
        return name;
    }
    if tail.len() > longest / 3 {
        tail = first(&tail, longest / 3);
    }
    let other = (longest - tail.len()) / 2 - 1;
    let name = format!("{}_{}_{tail}", first(table, other), first(&columns, other));
    if name.starts_with(|letter: char| letter == '_' || letter.is_ascii_digit()) {
        let kept = name.chars().count() - 1;
        return format!("D{}", first(&name, kept));
    }
    name
}

/// The first 8 hex digits of MD5 over table and columns (Django's `names_digest`).
fn digest(table: &str, columns: &[&str]) -> String {
    let mut md5 = Md5::new();
    md5.update(table);
    for column in columns {
        md5.update(column);
    }
    let mut hex = String::with_capacity(8);
    for byte in md5.finalize().iter().take(4) {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

fn first(text: &str, letters: usize) -> String {
    text.chars().take(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_recorded_schema() {
        assert_eq!(
            index_name(200, "django_session", &["expire_date"], ""),
            "django_session_expire_date_a5c62663"
        );
        assert_eq!(
            index_name(200, "app_user_groups", &["user_id", "group_id"], "_uniq"),
            "app_user_groups_user_id_group_id_73b8e940_uniq"
        );
    }

    #[test]
    fn long_names_are_cut_to_two_hundred() {
        let table = "t".repeat(180);
        let name = index_name(200, &table, &["a_rather_long_column_name_id"], "_uniq");
        assert!(name.chars().count() <= 200);
        assert!(name.contains("_a_rather_long_column_name_id_"));
        assert!(name.ends_with("_uniq"));
    }
}
