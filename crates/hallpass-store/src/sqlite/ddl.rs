//! Tables as Django makes them on SQLite: indexes apart, foreign keys within the column,
//! and what a later migration altered at the end, because it rebuilt the table.

use crate::migrate::names::index_name;
use crate::migrate::tables::{Column, Kind, Table};
use crate::statements::quoted;

/// Longer names Django cuts, although SQLite would take them.
const LONGEST_NAME: usize = 200;

/// CREATE TABLE, then CREATE INDEX.
pub(super) fn create_table(table: &Table) -> Vec<String> {
    let (last, first): (Vec<&Column>, Vec<&Column>) =
        table.columns.iter().partition(|column| column.altered);
    let columns: Vec<String> = first.into_iter().chain(last).map(definition).collect();
    let name = quoted(&table.name);
    let mut statements = vec![format!("CREATE TABLE {name} ({})", columns.join(", "))];
    if let Some(together) = &table.unique_together {
        let names = together.each_ref().map(String::as_str);
        let index = quoted(&index_name(LONGEST_NAME, &table.name, &names, "_uniq"));
        let columns = names.map(quoted).join(", ");
        statements.push(format!("CREATE UNIQUE INDEX {index} ON {name} ({columns})"));
    }
    for column in &table.indexes {
        let index = quoted(&index_name(LONGEST_NAME, &table.name, &[column], ""));
        let column = quoted(column);
        statements.push(format!("CREATE INDEX {index} ON {name} ({column})"));
    }
    statements
}

/// The type's name, by which SQLite goes only in part.
pub(super) fn column_type(kind: Kind) -> String {
    match kind {
        // The only type that AUTOINCREMENT allows, whatever the field.
        Kind::Id(_) => "integer".to_owned(),
        Kind::Integer(key) => key.sql_type().to_owned(),
        Kind::Uuid | Kind::Hex => "char(32)".to_owned(),
        Kind::Text(length) => format!("varchar({length})"),
        Kind::LongText => "text".to_owned(),
        Kind::Boolean => "bool".to_owned(),
        Kind::Time => "datetime".to_owned(),
        Kind::PositiveSmall => "smallint unsigned".to_owned(),
    }
}

fn definition(column: &Column) -> String {
    let name = quoted(&column.name);
    let null = if column.null { "NULL" } else { "NOT NULL" };
    let mut sql = format!("{name} {} {null}", column_type(column.kind));
    if column.unique {
        sql.push_str(" UNIQUE");
    }
    if column.primary {
        sql.push_str(" PRIMARY KEY");
    }
    if matches!(column.kind, Kind::Id(_)) {
        sql.push_str(" AUTOINCREMENT");
    }
    if column.kind == Kind::PositiveSmall {
        sql.push_str(&format!(" CHECK ({name} >= 0)"));
    }
    if let Some(other) = &column.references {
        let (table, key) = (quoted(&other.table), quoted(&other.column));
        sql.push_str(&format!(
            " REFERENCES {table} ({key}) DEFERRABLE INITIALLY DEFERRED"
        ));
    }
    sql
}
