//! Sides that are measured in turns: what a request costs each of them.

use crate::load::{Target, Until};
use crate::plan::Plan;
use crate::report::{Report, Served};
use crate::{Failure, process};

/// One server under load, and what each round cost it.
#[derive(Debug)]
pub(crate) struct Side {
    name: String,
    /// The server's process, and its database's where that is another one.
    processes: Vec<u32>,
    target: Target,
    requests: usize,
    microseconds: Vec<f64>,
    p50: Vec<f64>,
    p99: Vec<f64>,
}

/// What a request of each side cost: medians of the rounds.
#[derive(Debug)]
pub(crate) struct Costs(Vec<(String, f64)>);

impl Side {
    /// `requests` in a round: enough for about half a second of CPU.
    pub(crate) fn new(name: &str, processes: &[u32], target: Target, requests: usize) -> Self {
        Self {
            name: name.to_owned(),
            processes: processes.to_vec(),
            target,
            requests,
            microseconds: Vec::new(),
            p50: Vec::new(),
            p99: Vec::new(),
        }
    }

    fn round(&mut self, body: Option<&[u8]>) -> Result<(), Failure> {
        let before = process::cpu_of_all(&self.processes)?;
        let answered = self.target.load(Until::Count(self.requests), body)?;
        let spent = process::cpu_of_all(&self.processes)? - before;
        self.microseconds
            .push(spent.as_secs_f64() * 1e6 / answered.count() as f64);
        self.p50.push(answered.percentile(0.5));
        self.p99.push(answered.percentile(0.99));
        Ok(())
    }
}

/// Warms every side up and measures them in turns; what they answer must be the same, byte for byte.
pub(crate) fn interleave(
    plan: &Plan,
    group: &str,
    sides: &mut [Side],
    report: &mut Report,
) -> Result<Costs, Failure> {
    let body = same_answer(sides)?;
    rounds(plan, group, sides, Some(&body), report)
}

/// The same where every request has an answer of its own.
pub(crate) fn rounds(
    plan: &Plan,
    group: &str,
    sides: &mut [Side],
    body: Option<&[u8]>,
    report: &mut Report,
) -> Result<Costs, Failure> {
    println!("{group}");
    for side in &mut *sides {
        side.requests = plan.pick(side.requests, side.requests.div_ceil(10));
        side.target.load(Until::Count(side.requests / 4), body)?;
    }
    for _ in 0..plan.pick(9, 3) {
        for side in &mut *sides {
            side.round(body)?;
        }
    }
    let mut costs = Vec::new();
    for side in sides {
        println!("  {}: {}", side.name, each(&side.microseconds));
        let cost = median(&side.microseconds);
        report.served(Served {
            group: group.to_owned(),
            server: side.name.clone(),
            microseconds: cost,
            spread: spread(&side.microseconds),
            p50: median(&side.p50),
            p99: median(&side.p99),
            mebibytes: side
                .processes
                .first()
                .map_or(Ok(f64::NAN), |pid| process::proportional_mebibytes(*pid))?,
        });
        costs.push((side.name.clone(), cost));
    }
    Ok(Costs(costs))
}

impl Costs {
    /// That side's, if it took part.
    pub(crate) fn find(&self, name: &str) -> Option<f64> {
        self.0
            .iter()
            .find(|(side, _)| side == name)
            .map(|(_, cost)| *cost)
    }

    /// The cheapest side whose name begins so.
    pub(crate) fn cheapest(&self, beginning: &str) -> Option<(&str, f64)> {
        self.0
            .iter()
            .filter(|(side, _)| side.starts_with(beginning))
            .min_by(|one, other| one.1.total_cmp(&other.1))
            .map(|(side, cost)| (side.as_str(), *cost))
    }
}

/// The one body that every side answers with.
fn same_answer(sides: &[Side]) -> Result<Vec<u8>, Failure> {
    let mut expected: Option<Vec<u8>> = None;
    for side in sides {
        let body = side.target.body()?;
        let first = expected.get_or_insert_with(|| body.clone());
        if *first != body {
            return Err(Failure(format!(
                "{} answers {}, another {}",
                side.name,
                String::from_utf8_lossy(&body),
                String::from_utf8_lossy(first)
            )));
        }
    }
    expected.ok_or_else(|| Failure("nobody was asked".to_owned()))
}

fn each(microseconds: &[f64]) -> String {
    let each: Vec<String> = microseconds
        .iter()
        .map(|value| format!("{value:.1}"))
        .collect();
    format!("µs of CPU a request, round by round: {}", each.join(" "))
}

fn spread(values: &[f64]) -> (f64, f64) {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(0.0, f64::max);
    (least, most)
}

/// The middle value; there is an odd number of rounds.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_one() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn the_cheapest_counts() {
        let costs = [("DRF, sync", 3.0), ("DRF, gthread", 2.0), ("bare", 1.0)];
        let costs = Costs(costs.map(|(name, cost)| (name.to_owned(), cost)).to_vec());
        assert_eq!(costs.cheapest("DRF"), Some(("DRF, gthread", 2.0)));
        assert_eq!(costs.find("Hallpass"), None);
    }
}
