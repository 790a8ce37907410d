//! The lines about the machine, and the table; printed as Markdown, so that it can go into a page as it is.

use std::fmt;

/// What is allowed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bound {
    /// The figure is told, not judged.
    None,
    /// At most this; the unit is the figure's.
    AtMost(f64),
}

#[derive(Debug)]
struct Row {
    what: String,
    hallpass: String,
    peer: String,
    figure: f64,
    unit: &'static str,
    bound: Bound,
}

impl Row {
    fn holds(&self) -> bool {
        match self.bound {
            Bound::None => true,
            Bound::AtMost(limit) => self.figure <= limit,
        }
    }
}

/// All that one run found.
#[derive(Debug, Default)]
pub(crate) struct Report {
    machine: Vec<String>,
    rows: Vec<Row>,
}

impl Report {
    /// A line about the machine.
    pub(crate) fn machine(&mut self, line: impl Into<String>) {
        self.machine.push(line.into());
    }

    /// Two costs of the same thing in one unit, judged by Hallpass's share of the peer's.
    pub(crate) fn ratio(&mut self, what: &str, costs: [(String, f64); 2], at_most: f64) {
        let [(hallpass, ours), (peer, theirs)] = costs;
        self.rows.push(Row {
            what: what.to_owned(),
            hallpass,
            peer,
            figure: ours / theirs,
            unit: "",
            bound: Bound::AtMost(at_most),
        });
    }

    /// A figure without a peer.
    pub(crate) fn figure(&mut self, what: &str, figure: f64, unit: &'static str, bound: Bound) {
        self.rows.push(Row {
            what: what.to_owned(),
            hallpass: String::new(),
            peer: String::new(),
            figure,
            unit,
            bound,
        });
    }

    /// Whether every bound holds.
    pub(crate) fn within_bounds(&self) -> bool {
        self.rows.iter().all(Row::holds)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.machine {
            writeln!(formatter, "* {line}")?;
        }
        let heads = ["what", "Hallpass", "beside it", "figure", "must be", ""];
        let mut cells: Vec<[String; 6]> = vec![heads.map(str::to_owned)];
        cells.extend(self.rows.iter().map(|row| {
            let (bound, verdict) = match row.bound {
                Bound::None => (String::new(), ""),
                Bound::AtMost(limit) => (
                    format!("at most {}", shown(limit, row.unit)),
                    if row.holds() { "ok" } else { "MISSED" },
                ),
            };
            [
                row.what.clone(),
                row.hallpass.clone(),
                row.peer.clone(),
                shown(row.figure, row.unit),
                bound,
                verdict.to_owned(),
            ]
        }));
        let widths: [usize; 6] = std::array::from_fn(|column| {
            let lengths = cells.iter().map(|row| row[column].chars().count());
            lengths.max().unwrap_or(0)
        });
        let rule = widths.map(|width| "-".repeat(width));
        cells.insert(1, rule);
        writeln!(formatter)?;
        for row in &cells {
            let line: Vec<String> = row
                .iter()
                .zip(widths)
                .map(|(cell, width)| format!("{cell:<width$}"))
                .collect();
            writeln!(formatter, "| {} |", line.join(" | "))?;
        }
        Ok(())
    }
}

/// A figure as people say it: a small ratio as a fraction.
fn shown(value: f64, unit: &str) -> String {
    if unit.is_empty() && value > 0.0 && value < 0.1 {
        format!("1/{}", number(1.0 / value))
    } else {
        format!("{}{unit}", number(value))
    }
}

/// Three significant digits, without noughts that say nothing.
fn number(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 100.0 || value.fract() == 0.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        size if size >= 0.1 => 3,
        _ => 4,
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_bound_is_told() {
        let mut report = Report::default();
        let costs = [("10 µs".to_owned(), 10.0), ("100 µs".to_owned(), 100.0)];
        report.ratio("a request", costs.clone(), 0.2);
        assert!(report.within_bounds());
        report.ratio("a request", costs, 0.05);
        assert!(!report.within_bounds());
        assert!(report.to_string().contains("MISSED"));
    }

    #[test]
    fn three_digits() {
        let shown = [0.0153, 0.05, 0.5123, 1.0, 9.87, 30.0, 123.4].map(number);
        assert_eq!(shown, ["0.0153", "0.05", "0.512", "1", "9.87", "30", "123"]);
    }
}
