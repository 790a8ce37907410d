//! How the databases differ in words.
//!
//! Every statement is written once: identifiers in double quotes, parameters as `?1`,
//! `?2`, ... in any order. [`Dialect::statement`] turns that into what a database reads.

use crate::statements::quoted;

/// A database's way of writing SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    #[cfg(feature = "postgres")]
    Postgres,
    #[cfg(feature = "mysql")]
    MySql,
}

/// One statement as its database reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    /// Which parameter stands at which `?`, from 0, where a `?` has no number.
    #[cfg(feature = "mysql")]
    pub(crate) places: Vec<usize>,
}

impl Dialect {
    /// Translates a statement. It walks over quoted names and texts without touching them.
    pub(crate) fn statement(self, sql: &str) -> Statement {
        let sql = match self {
            Self::Sqlite => sql.to_owned(),
            #[cfg(feature = "postgres")]
            Self::Postgres => with_placeholders(sql, '$'),
            #[cfg(feature = "mysql")]
            Self::MySql => return crate::mysql::statement(sql),
        };
        Statement {
            sql,
            #[cfg(feature = "mysql")]
            places: Vec::new(),
        }
    }

    /// A literal that is true.
    pub(crate) fn true_literal(self) -> &'static str {
        match self {
            Self::Sqlite => "1",
            #[cfg(feature = "mysql")]
            Self::MySql => "1",
            #[cfg(feature = "postgres")]
            Self::Postgres => "TRUE",
        }
    }

    /// False where Django stores booleans as whole numbers.
    pub(crate) fn has_booleans(self) -> bool {
        match self {
            Self::Sqlite => false,
            #[cfg(feature = "postgres")]
            Self::Postgres => true,
            #[cfg(feature = "mysql")]
            Self::MySql => false,
        }
    }

    /// True where Django stores dates as text.
    pub(crate) fn has_times_as_text(self) -> bool {
        self == Self::Sqlite
    }

    /// An extra column of this type as its value is read. What PostgreSQL sends of a type of which the driver knows
    /// nothing, a `numeric` or a `jsonb`, is its own text.
    #[cfg_attr(not(feature = "postgres"), allow(unused_variables))]
    pub(crate) fn readable(self, column: String, kind: &str) -> String {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres if !crate::column_type::is_usual(kind) => format!("{column}::text"),
            _ => column,
        }
    }

    /// Ends an INSERT that is to do nothing when `column` already holds the value. MySQL
    /// has no such words for one column only: there the INSERT fails as a duplicate.
    pub(crate) fn unless_taken(self, column: &str) -> String {
        match self {
            Self::Sqlite => format!(" ON CONFLICT ({}) DO NOTHING", quoted(column)),
            #[cfg(feature = "postgres")]
            Self::Postgres => format!(" ON CONFLICT ({}) DO NOTHING", quoted(column)),
            #[cfg(feature = "mysql")]
            Self::MySql => String::new(),
        }
    }

    /// Ends an INSERT whose new key [`Connection::insert`](super::Connection) tells.
    /// MySQL tells it unasked.
    pub(crate) fn returning(self, column: &str) -> String {
        match self {
            Self::Sqlite => format!(" RETURNING {}", quoted(column)),
            #[cfg(feature = "postgres")]
            Self::Postgres => format!(" RETURNING {}", quoted(column)),
            #[cfg(feature = "mysql")]
            Self::MySql => String::new(),
        }
    }

    /// Ends a SELECT whose row is to stay as it is until the transaction ends. SQLite has
    /// one writer, who needs none.
    pub(crate) fn row_lock(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            #[cfg(feature = "postgres")]
            Self::Postgres => " FOR UPDATE",
            #[cfg(feature = "mysql")]
            Self::MySql => " FOR UPDATE",
        }
    }

    /// The position of the first `$` in the column `p`, from 1, or 0.
    pub(crate) fn first_dollar(self) -> &'static str {
        match self {
            Self::Sqlite => "instr(p, '$')",
            #[cfg(feature = "postgres")]
            Self::Postgres => "strpos(p, '$')",
            #[cfg(feature = "mysql")]
            Self::MySql => "instr(p, '$')",
        }
    }

    /// Whether `text` has only `a-z`, `0-9` and `_`.
    pub(crate) fn is_plain_word(self, text: &str) -> String {
        match self {
            Self::Sqlite => format!("{text} NOT GLOB '*[^a-z0-9_]*'"),
            #[cfg(feature = "postgres")]
            Self::Postgres => format!("{text} !~ '[^a-z0-9_]'"),
            // Whatever the column's collation, `A` is not `a` here.
            #[cfg(feature = "mysql")]
            Self::MySql => {
                format!("CONVERT({text} USING utf8mb4) COLLATE utf8mb4_bin NOT REGEXP '[^a-z0-9_]'")
            }
        }
    }

    /// Asks for the seconds since 1970 by the server's clock; SQLite has ours.
    pub(crate) fn seconds_of_its_clock(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            #[cfg(feature = "postgres")]
            Self::Postgres => Some("SELECT CAST(extract(epoch FROM clock_timestamp()) AS bigint)"),
            #[cfg(feature = "mysql")]
            Self::MySql => Some("SELECT unix_timestamp()"),
        }
    }

    /// Counts the columns of token keys that compare without case, of which there is one or none.
    pub(crate) fn count_caseless_token_keys(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            #[cfg(feature = "postgres")]
            Self::Postgres => None,
            #[cfg(feature = "mysql")]
            Self::MySql => Some(
                "SELECT count(*) FROM information_schema.columns WHERE table_schema = database() \
                 AND table_name = 'authtoken_token' AND column_name = 'key' AND collation_name LIKE '%ci'",
            ),
        }
    }

    /// Deletes at most `?2` sessions that expired before `?1`, the oldest first. MySQL
    /// allows no LIMIT in a subquery, but one on the DELETE.
    pub(crate) fn delete_expired_sessions(self) -> &'static str {
        match self {
            #[cfg(feature = "mysql")]
            Self::MySql => {
                r#"DELETE FROM "django_session" WHERE "expire_date" < ?1 ORDER BY "expire_date" LIMIT ?2"#
            }
            _ => {
                r#"DELETE FROM "django_session" WHERE "session_key" IN (SELECT "session_key" FROM "django_session" WHERE "expire_date" < ?1 ORDER BY "expire_date" LIMIT ?2)"#
            }
        }
    }
}

/// Writes `sign` where a parameter's `?` stands.
#[cfg(feature = "postgres")]
fn with_placeholders(sql: &str, sign: char) -> String {
    let mut quote = None;
    sql.chars()
        .map(|letter| match quote {
            Some(open) => {
                if letter == open {
                    quote = None;
                }
                letter
            }
            None if letter == '?' => sign,
            None => {
                if matches!(letter, '"' | '\'') {
                    quote = Some(letter);
                }
                letter
            }
        })
        .collect()
}

#[cfg(all(test, feature = "postgres"))]
mod tests {
    use super::*;

    #[test]
    fn only_parameters_are_translated() {
        let sql = r#"UPDATE "a?1" SET "b""?" = ?2, c = '?''?' WHERE d = ?1"#;
        assert_eq!(
            Dialect::Postgres.statement(sql).sql,
            r#"UPDATE "a?1" SET "b""?" = $2, c = '?''?' WHERE d = $1"#
        );
        assert_eq!(Dialect::Sqlite.statement(sql).sql, sql);
    }
}
