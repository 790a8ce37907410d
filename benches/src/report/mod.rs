//! All that one run found: facts of the machine, what servers cost, and figures with their bounds.

mod page;
mod plot;
mod table;

use std::fmt;
use std::path::Path;

use crate::Failure;
use table::Table;

/// What one request to a server costs.
#[derive(Debug, Clone)]
pub(crate) struct Served {
    /// What was asked for, on which database.
    pub(crate) group: String,
    pub(crate) server: String,
    /// CPU of one request, the median of the rounds, and the least and the most.
    pub(crate) microseconds: f64,
    pub(crate) spread: (f64, f64),
    /// Milliseconds, on four connections.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// Memory of the server afterwards.
    pub(crate) mebibytes: f64,
}

/// What a figure must reach.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Bound {
    Told,
    AtMost(f64),
    AtLeast(f64),
}

impl Bound {
    fn holds(self, figure: f64) -> bool {
        match self {
            Self::Told => true,
            Self::AtMost(limit) => figure <= limit,
            Self::AtLeast(limit) => figure >= limit,
        }
    }

    fn shown(self, unit: &str) -> String {
        match self {
            Self::Told => String::new(),
            Self::AtMost(limit) => format!("≤ {}{unit}", number(limit)),
            Self::AtLeast(limit) => format!("≥ {}{unit}", number(limit)),
        }
    }
}

/// One figure, what it is made of, and what it must reach.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    part: &'static str,
    what: String,
    ours: String,
    beside: String,
    figure: f64,
    unit: &'static str,
    must: Bound,
    hope: Bound,
}

impl Row {
    /// A figure of a part of the benchmark.
    pub(crate) fn new(part: &'static str, what: impl Into<String>, figure: f64) -> Self {
        Self {
            part,
            what: what.into(),
            ours: String::new(),
            beside: String::new(),
            figure,
            unit: "",
            must: Bound::Told,
            hope: Bound::Told,
        }
    }

    pub(crate) fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    /// Hallpass's half of a ratio.
    pub(crate) fn ours(mut self, value: f64, unit: &str) -> Self {
        self.ours = format!("{}{unit}", number(value));
        self
    }

    /// The other half.
    pub(crate) fn beside(mut self, who: &str, value: f64, unit: &str) -> Self {
        self.beside = format!("{who} {}{unit}", number(value));
        self
    }

    /// The largest figure that passes, and the one that is hoped for.
    pub(crate) fn at_most(mut self, must: f64, hope: f64) -> Self {
        (self.must, self.hope) = (Bound::AtMost(must), Bound::AtMost(hope));
        self
    }

    /// The smallest figure that passes, and the one that is hoped for.
    pub(crate) fn at_least(mut self, must: f64, hope: f64) -> Self {
        (self.must, self.hope) = (Bound::AtLeast(must), Bound::AtLeast(hope));
        self
    }

    fn verdict(&self) -> &'static str {
        if !self.must.holds(self.figure) {
            "MISSED"
        } else if self.must == Bound::Told {
            ""
        } else if self.hope.holds(self.figure) {
            "good"
        } else {
            "ok"
        }
    }
}

/// Instructions of one request, counted by callgrind.
#[derive(Debug, Clone)]
struct Counted {
    server: String,
    instructions: f64,
    of_bare: f64,
}

#[derive(Debug, Default)]
pub(crate) struct Report {
    machine: Vec<String>,
    served: Vec<Served>,
    counted: Vec<Counted>,
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Report {
    /// A line about the machine.
    pub(crate) fn machine(&mut self, line: impl Into<String>) {
        self.machine.push(line.into());
    }

    pub(crate) fn served(&mut self, served: Served) {
        self.served.push(served);
    }

    pub(crate) fn counted(&mut self, server: &str, instructions: f64, of_bare: f64) {
        self.counted.push(Counted {
            server: server.to_owned(),
            instructions,
            of_bare,
        });
    }

    pub(crate) fn row(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Something that the reader must know, such as a part that this machine cannot run.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        println!("  note: {text}");
        self.notes.push(text);
    }

    /// How many figures miss their bounds.
    pub(crate) fn missed(&self) -> usize {
        self.rows
            .iter()
            .filter(|row| row.verdict() == "MISSED")
            .count()
    }

    /// Writes `performance.md` and `performance.svg`.
    pub(crate) fn write(&self, folder: &Path, command: &str) -> Result<(), Failure> {
        std::fs::create_dir_all(folder)?;
        let plot = plot::draw(&self.served);
        std::fs::write(folder.join("performance.svg"), plot)?;
        let page = page::write(self, command);
        Ok(std::fs::write(folder.join("performance.md"), page)?)
    }

    fn figures(&self) -> Table {
        let mut table = Table::new(&[
            "what",
            "Hallpass",
            "beside it",
            "figure",
            "must",
            "hope",
            "",
            "part",
        ]);
        for row in &self.rows {
            table.row([
                row.what.clone(),
                row.ours.clone(),
                row.beside.clone(),
                format!("**{}{}**", number(row.figure), row.unit),
                row.must.shown(row.unit),
                row.hope.shown(row.unit),
                row.verdict().to_owned(),
                format!("`{}`", row.part),
            ]);
        }
        table
    }

    /// A table of servers: `× bare` compares with the group's bare handler, the one without headers where
    /// there are two.
    fn servers(&self) -> Table {
        let mut table = Table::new(&[
            "request",
            "server",
            "CPU µs",
            "least–most",
            "× bare",
            "p50 ms",
            "p99 ms",
            "PSS MiB",
        ]);
        for served in &self.served {
            let bare = self
                .served
                .iter()
                .find(|other| other.group == served.group && other.server.starts_with("bare axum"));
            table.row([
                served.group.clone(),
                served.server.clone(),
                number(served.microseconds),
                format!("{}–{}", number(served.spread.0), number(served.spread.1)),
                bare.map_or_else(String::new, |bare| {
                    number(served.microseconds / bare.microseconds)
                }),
                number(served.p50),
                number(served.p99),
                number(served.mebibytes),
            ]);
        }
        table
    }

    fn instructions(&self) -> Table {
        let mut table = Table::new(&["server and request", "instructions", "× bare"]);
        for counted in &self.counted {
            table.row([
                counted.server.clone(),
                format!("{:.0}", counted.instructions),
                format!("{:.3}", counted.of_bare),
            ]);
        }
        table
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.machine {
            writeln!(f, "* {line}")?;
        }
        for table in [self.servers(), self.instructions(), self.figures()] {
            if !table.is_empty() {
                write!(f, "\n{table}")?;
            }
        }
        for note in &self.notes {
            writeln!(f, "\nNote: {note}")?;
        }
        Ok(())
    }
}

/// Three significant digits, without noughts that say nothing, thousands apart.
fn number(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 100.0 || value.fract() == 0.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        size if size >= 0.1 => 3,
        _ => 4,
    };
    let text = format!("{value:.decimals$}");
    match text.split_once('.') {
        Some((whole, rest)) => {
            let rest = rest.trim_end_matches('0');
            let point = if rest.is_empty() { "" } else { "." };
            format!("{whole}{point}{rest}")
        }
        None => thousands(&text),
    }
}

fn thousands(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && digit.is_ascii_digit() {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_bound_is_told() {
        let mut report = Report::default();
        report.row(Row::new("tokens", "a request", 1.2).at_most(1.25, 1.12));
        report.row(Row::new("tokens", "a request", 95.0).at_least(90.0, 120.0));
        assert_eq!(report.missed(), 0);
        report.row(Row::new("tokens", "a request", 1.3).at_most(1.25, 1.12));
        report.row(Row::new("tokens", "a request", 80.0).at_least(90.0, 120.0));
        assert_eq!(report.missed(), 2);
        assert!(report.to_string().contains("MISSED"));
    }

    #[test]
    fn three_digits() {
        let shown = [0.0153, 0.05, 0.5123, 1.0, 9.87, 30.0, 123.4, 54_321.0].map(number);
        assert_eq!(
            shown,
            [
                "0.0153", "0.05", "0.512", "1", "9.87", "30", "123", "54,321"
            ]
        );
    }
}
