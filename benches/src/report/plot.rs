//! The plot: what a request costs each server, as bars on a logarithmic scale, drawn as SVG.

use std::fmt::Write;

use super::{Served, number};

const WIDTH: f64 = 860.0;
const LEFT: f64 = 250.0;
const RIGHT: f64 = 90.0;
const BAR: f64 = 18.0;
const GAP: f64 = 6.0;
const HEAD: f64 = 34.0;

/// Bars reach from here, in microseconds.
const LEAST: f64 = 1.0;

/// An SVG document; groups in the order in which they were measured, the cheapest server first.
pub(super) fn draw(served: &[Served]) -> String {
    let most = served
        .iter()
        .map(|one| one.microseconds)
        .fold(10.0, f64::max);
    let decades = most.log10().ceil();
    let mut body = String::new();
    let mut y = 48.0;
    for group in groups(served) {
        let mut bars: Vec<&Served> = served.iter().filter(|one| one.group == group).collect();
        bars.sort_by(|one, other| one.microseconds.total_cmp(&other.microseconds));
        text(&mut body, 10.0, y + 22.0, "head", &group);
        y += HEAD;
        for one in bars {
            bar(&mut body, y, one, decades);
            y += BAR + GAP;
        }
        y += GAP;
    }
    let mut svg = String::new();
    let height = y + 16.0;
    // Writing to a String cannot fail.
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n{STYLE}\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    text(
        &mut svg,
        10.0,
        22.0,
        "title",
        "CPU of one request, microseconds (logarithmic scale)",
    );
    grid(&mut svg, decades, height);
    svg.push_str(&body);
    svg.push_str("</svg>\n");
    svg
}

const STYLE: &str = "<style>.title{font-size:16px;font-weight:bold}.head{font-weight:bold}\
                     .ours{fill:#1b6ca8}.other{fill:#a9b4bd}.line{stroke:#e3e7ea}.mark{fill:#6b757d}</style>";

fn groups(served: &[Served]) -> Vec<String> {
    let mut groups: Vec<String> = Vec::new();
    for one in served {
        if !groups.contains(&one.group) {
            groups.push(one.group.clone());
        }
    }
    groups
}

fn length(microseconds: f64, decades: f64) -> f64 {
    let share = (microseconds.max(LEAST) / LEAST).log10() / decades;
    (WIDTH - LEFT - RIGHT) * share
}

fn grid(svg: &mut String, decades: f64, height: f64) {
    for decade in 0..=(decades as u32) {
        let value = 10_f64.powi(i32::try_from(decade).unwrap_or(0));
        let x = LEFT + length(value, decades);
        let _ = writeln!(
            svg,
            "<line class=\"line\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"48\" y2=\"{:.1}\"/>",
            height - 8.0
        );
        text(svg, x - 4.0, 44.0, "mark", &number(value));
    }
}

fn bar(svg: &mut String, y: f64, one: &Served, decades: f64) {
    let class = if one.server.starts_with("Hallpass") {
        "ours"
    } else {
        "other"
    };
    let length = length(one.microseconds, decades);
    text(svg, 20.0, y + 14.0, "name", &one.server);
    let _ = writeln!(
        svg,
        "<rect class=\"{class}\" x=\"{LEFT}\" y=\"{y:.1}\" width=\"{length:.1}\" height=\"{BAR}\" rx=\"2\"/>"
    );
    let value = number(one.microseconds);
    text(svg, LEFT + length + 6.0, y + 14.0, "value", &value);
}

fn text(svg: &mut String, x: f64, y: f64, class: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(
        svg,
        "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{words}</text>"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(server: &str, microseconds: f64) -> Served {
        Served {
            group: "token & <GET>".to_owned(),
            server: server.to_owned(),
            microseconds,
            spread: (microseconds, microseconds),
            p50: 0.1,
            p99: 0.2,
            mebibytes: 2.0,
        }
    }

    #[test]
    fn the_cheapest_comes_first_and_nothing_breaks_out() {
        let svg = draw(&[served("DRF", 1200.0), served("Hallpass", 10.0)]);
        assert!(svg.contains("token &amp; &lt;GET>"));
        assert!(svg.find("Hallpass") < svg.find("DRF"));
        assert_eq!(svg.matches("class=\"ours\"").count(), 1);
    }

    #[test]
    fn ten_times_as_much_is_one_step_further() {
        let step = length(10.0, 4.0);
        assert!((length(1000.0, 4.0) - 3.0 * step).abs() < 1e-9);
        assert_eq!(length(0.5, 4.0), 0.0);
    }
}
