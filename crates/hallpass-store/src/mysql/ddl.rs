//! Tables as Django makes them on MySQL and MariaDB.
//!
//! Django says CREATE TABLE first and adds constraints later. Nothing can be undone here, so
//! that each table is one statement instead: it is there with all that belongs to it, or
//! not at all. What `SHOW CREATE TABLE` tells afterwards is the same.

use crate::migrate::AutoField;
use crate::migrate::names::index_name;
use crate::migrate::tables::{Column, Kind, Table};
use crate::mysql::words::quoted;

/// Their limit for an identifier.
const LONGEST_NAME: usize = 64;

/// One statement. The table may be there already when an earlier `migrate` did not finish;
/// otherwise that was looked at before.
pub(super) fn create_table(table: &Table) -> Vec<String> {
    let name = |columns: &[&str], suffix: &str| {
        quoted(&index_name(LONGEST_NAME, &table.name, columns, suffix))
    };
    let mut parts: Vec<String> = table.columns.iter().map(definition).collect();
    if let Some(together) = &table.unique_together {
        let names = together.each_ref().map(String::as_str);
        let constraint = name(&names, "_uniq");
        let columns = names.map(quoted).join(", ");
        parts.push(format!("CONSTRAINT {constraint} UNIQUE ({columns})"));
    }
    for column in &table.columns {
        let Some(other) = &column.references else {
            continue;
        };
        let suffix = format!("_fk_{}_{}", other.table, other.column);
        let constraint = name(&[&column.name], &suffix);
        let (column, table, key) = (
            quoted(&column.name),
            quoted(&other.table),
            quoted(&other.column),
        );
        parts.push(format!(
            "CONSTRAINT {constraint} FOREIGN KEY ({column}) REFERENCES {table} ({key})"
        ));
    }
    // A foreign key brings an index along.
    let references = |name: &String| {
        let column = table.columns.iter().find(|column| column.name == *name);
        column.is_some_and(|column| column.references.is_some())
    };
    for column in table.indexes.iter().filter(|name| !references(name)) {
        let index = name(&[column], "");
        parts.push(format!("INDEX {index} ({})", quoted(column)));
    }
    let this = quoted(&table.name);
    vec![format!(
        "CREATE TABLE IF NOT EXISTS {this} ({})",
        parts.join(", ")
    )]
}

/// The type as `information_schema` tells it, without the width of whole numbers, which
/// MySQL no longer has.
pub(super) fn column_type(kind: Kind) -> String {
    match kind {
        Kind::Id(key) | Kind::Integer(key) => match key {
            AutoField::Auto => "int",
            AutoField::BigAuto => "bigint",
            AutoField::SmallAuto => "smallint",
        }
        .to_owned(),
        Kind::Uuid => "uuid".to_owned(),
        Kind::Hex => "char(32)".to_owned(),
        Kind::Text(length) => format!("varchar({length})"),
        Kind::LongText => "longtext".to_owned(),
        Kind::Boolean => "tinyint(1)".to_owned(),
        Kind::Time => "datetime(6)".to_owned(),
        Kind::PositiveSmall => "smallint unsigned".to_owned(),
    }
}

/// `int(11)` as `int`; `tinyint(1)` stays, for that is what a boolean is.
pub(super) fn without_width(kind: &str) -> String {
    let kind = kind.to_lowercase();
    let Some((name, rest)) = kind.split_once('(') else {
        return kind;
    };
    match (name, rest.split_once(')')) {
        ("smallint" | "mediumint" | "int" | "bigint", Some((_, after))) => format!("{name}{after}"),
        _ => kind,
    }
}

fn definition(column: &Column) -> String {
    let name = quoted(&column.name);
    let mut sql = format!("{name} {}", column_type(column.kind));
    if matches!(column.kind, Kind::Id(_)) {
        sql.push_str(" AUTO_INCREMENT");
    }
    sql.push_str(if column.null { " NULL" } else { " NOT NULL" });
    if column.unique {
        sql.push_str(" UNIQUE");
    }
    if column.primary {
        sql.push_str(" PRIMARY KEY");
    }
    if column.kind == Kind::PositiveSmall {
        sql.push_str(&format!(" CHECK ({name} >= 0)"));
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_of_numbers_are_left_out() {
        for (told, kept) in [
            ("int(11)", "int"),
            ("BIGINT(20)", "bigint"),
            ("smallint(5) unsigned", "smallint unsigned"),
            ("tinyint(1)", "tinyint(1)"),
            ("varchar(150)", "varchar(150)"),
            ("datetime(6)", "datetime(6)"),
            ("longtext", "longtext"),
        ] {
            assert_eq!(without_width(told), kept);
        }
    }
}
