//! Recorded requests to Django and DRF, replayed against an application built with the public API.
//!
//! A transcript is one request and its recorded response; the steps of a scenario share a database, which is a fresh
//! copy of the fixture for each. What is not replayed stands in `left_out.rs`, with a reason.

mod compare;
pub(crate) mod fixture;
mod html;
mod left_out;
pub(crate) mod profile;
mod read;
mod replay;
mod site;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use fixture::Fixtures;
use read::Transcript;

#[test]
fn hallpass_answers_as_django_did() {
    let scenarios = replayed_scenarios();
    let only = std::env::var("HALLPASS_TRANSCRIPT").ok();
    let fixtures = Fixtures::default();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                while let Some((name, steps)) = scenarios.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    if only.as_ref().is_some_and(|only| !name.starts_with(only)) {
                        continue;
                    }
                    let found = runtime.block_on(replay::scenario(&fixtures, steps));
                    failures.lock().unwrap().extend(found);
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    assert!(
        failures.is_empty(),
        "{} transcripts differ\n\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// A row that no longer differs is to be replayed like all others.
#[tokio::test]
async fn deliberate_differences_still_differ() {
    let fixtures = Fixtures::default();
    let mut seen = 0;
    for transcript in read::all() {
        let differs =
            left_out::rows(&transcript.id).any(|row| left_out::TABLE[row].1.is_difference());
        if !differs {
            continue;
        }
        let (id, steps) = (transcript.id.clone(), [transcript]);
        let found = replay::scenario(&fixtures, &steps).await;
        assert!(!found.is_empty(), "{id} is answered as Django does");
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn what_is_left_out_is_listed_once_and_exists() {
    let all = read::all();
    let mut used = vec![0; left_out::TABLE.len()];
    let mut replayed = BTreeMap::<&str, (u32, u32)>::new();
    for transcript in &all {
        let count = replayed.entry(&transcript.group).or_default();
        let rows: Vec<usize> = left_out::rows(&transcript.id).collect();
        assert!(rows.len() <= 1, "{} is left out twice", transcript.id);
        match rows.first() {
            Some(row) => {
                used[*row] += 1;
                count.1 += 1;
            }
            None => count.0 += 1,
        }
    }
    for ((pattern, reason), used) in left_out::TABLE.iter().zip(used) {
        println!("{used:>4} of {pattern:<36} {reason}");
        assert!(used > 0, "no transcript is called {pattern:?}");
    }
    println!("{:<14} replayed  left out", "group");
    for (group, (replayed, left_out)) in &replayed {
        println!("{group:<14} {replayed:>8}  {left_out:>8}");
    }
    let total: (u32, u32) = replayed
        .values()
        .fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    println!("{:<14} {:>8}  {:>8}", "all", total.0, total.1);
    assert_eq!((total.0 + total.1) as usize, all.len());
}

/// The scenarios by name, without the steps that are left out.
fn replayed_scenarios() -> Vec<(String, Vec<Transcript>)> {
    let mut scenarios: Vec<(String, Vec<Transcript>)> = Vec::new();
    for transcript in read::all() {
        if left_out::rows(&transcript.id).next().is_some() {
            continue;
        }
        match scenarios.last_mut() {
            Some((name, steps)) if *name == transcript.scenario => steps.push(transcript),
            _ => scenarios.push((transcript.scenario.clone(), vec![transcript])),
        }
    }
    scenarios
}
