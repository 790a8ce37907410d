//! `docs/performance.md`: the run's tables between what is measured and how far to trust it.

use std::fmt::Write;

use super::Report;
use crate::parts::PARTS;

pub(super) fn write(report: &Report, command: &str) -> String {
    let mut page = String::new();
    // Writing to a String cannot fail.
    let _ = write!(page, "{BEGINNING}\n\n```sh\n{command}\n```\n\n");
    page.push_str("![CPU of one request](performance.svg)\n");
    let _ = write!(
        page,
        "\n## Figures and their bounds\n\n{FIGURES}\n\n{}",
        report.figures()
    );
    let _ = write!(
        page,
        "\n## What one request costs\n\n{SERVERS}\n\n{}",
        report.servers()
    );
    if !report.counted.is_empty() {
        let table = report.instructions();
        let _ = write!(
            page,
            "\n## Instructions of one request\n\n{INSTRUCTIONS}\n\n{table}"
        );
    }
    page.push_str("\n## The machine\n\n");
    for line in &report.machine {
        let _ = writeln!(page, "* {line}");
    }
    for note in &report.notes {
        let _ = writeln!(page, "\nNote: {note}");
    }
    page.push_str("\n## The parts\n\n");
    for part in &PARTS {
        let name = part.name;
        let _ = writeln!(page, "* `cargo xtask bench --only {name}`: {}", part.about);
    }
    let _ = write!(page, "\n{TRUST}\n");
    page
}

const BEGINNING: &str = "\
# What Hallpass costs

This page and its plot were written by one run of";

const FIGURES: &str = "\
Each figure is a ratio of two numbers of the same run, or a size; it is printed by `cargo xtask bench --only PART` with \
the part in its last column. `must` fails the run, `hope` does not.";

const SERVERS: &str = "\
CPU is what the kernel charged to the server's processes, and to its database's where that is a server of its own; the \
client is not counted. Medians of rounds in which the servers took turns. p50 and p99 are those of four connections with \
one request under way on each, with the servers on one processor and the client on another. Printed by the parts \
`tokens`, `sessions`, `layers`, `basic` and `rows`.";

const INSTRUCTIONS: &str = "\
Counted by `valgrind --tool=callgrind` on a server with one thread: the difference between two runs with different \
numbers of requests. Work of the kernel is not in it. Printed by `cargo xtask bench --only instructions`; `cargo xtask \
test` compares the ratio of the warm token request with the one in `benches/instructions.txt`, and growth of more than \
3 % fails.";

const TRUST: &str = "\
## How far to trust it

Ratios of instructions carry over to another machine of the same kind; ratios of CPU move by some tenths with what else \
the machine does, and the load averages above say how quiet it was; microseconds and milliseconds belong to this machine \
alone. How each thing is measured stands in [benches/README.md](../benches/README.md).";
