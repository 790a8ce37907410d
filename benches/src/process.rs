//! What the kernel charged to a process and its children, from `/proc`.

use std::time::Duration;

use crate::Failure;

/// The unit of the times in `/proc/<pid>/stat`: Linux shows hundredths of a second on every usual architecture.
const TICK: Duration = Duration::from_millis(10);

/// The fields of `/proc/<pid>/stat` that are needed here.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    pid: u32,
    parent: u32,
    ticks: u64,
    ticks_of_ended_children: u64,
}

impl Stat {
    /// The second field is the program's name in brackets and may hold anything, so fields count from the last bracket.
    fn parse(text: &str) -> Option<Self> {
        let (head, tail) = text.rsplit_once(") ")?;
        let pid = head.split(' ').next()?.parse().ok()?;
        let fields: Vec<&str> = tail.split(' ').collect();
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        Some(Self {
            pid,
            parent: u32::try_from(field(4)?).ok()?,
            ticks: field(14)? + field(15)?,
            ticks_of_ended_children: field(16)? + field(17)?,
        })
    }

    fn of_every_process() -> Result<Vec<Self>, Failure> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir("/proc")? {
            let entry = entry?;
            let is_process = entry
                .file_name()
                .to_string_lossy()
                .bytes()
                .all(|byte| byte.is_ascii_digit());
            // A process may end between the listing and the reading.
            if let Some(stat) = is_process
                .then(|| std::fs::read_to_string(entry.path().join("stat")).ok())
                .flatten()
                .and_then(|text| Self::parse(&text))
            {
                all.push(stat);
            }
        }
        Ok(all)
    }
}

/// A process and all its living descendants.
fn tree(root: u32) -> Result<Vec<Stat>, Failure> {
    let mut rest = Stat::of_every_process()?;
    let mut found = Vec::new();
    let mut waiting = vec![root];
    while let Some(pid) = waiting.pop() {
        let (children, others): (Vec<Stat>, Vec<Stat>) =
            rest.into_iter().partition(|stat| stat.parent == pid);
        waiting.extend(children.iter().map(|stat| stat.pid));
        found.extend(children);
        rest = others;
    }
    let own = rest.into_iter().find(|stat| stat.pid == root);
    found.push(own.ok_or_else(|| Failure(format!("process {root} is gone")))?);
    Ok(found)
}

/// CPU time, user and system, of a process with its threads and its living descendants.
pub(crate) fn cpu(root: u32) -> Result<Duration, Failure> {
    Ok(duration(tree(root)?.iter().map(|stat| stat.ticks).sum()))
}

/// The same of several.
pub(crate) fn cpu_of_all(roots: &[u32]) -> Result<Duration, Failure> {
    roots.iter().map(|root| cpu(*root)).sum()
}

/// CPU time of all processes that this one started and that have ended, with those that they started.
pub(crate) fn cpu_of_ended_children() -> Result<Duration, Failure> {
    let stat = Stat::parse(&std::fs::read_to_string("/proc/self/stat")?)
        .ok_or_else(|| Failure("/proc/self/stat cannot be read".to_owned()))?;
    Ok(duration(stat.ticks_of_ended_children))
}

fn duration(ticks: u64) -> Duration {
    TICK * u32::try_from(ticks).unwrap_or(u32::MAX)
}

/// Memory of a process and its living descendants in mebibytes, a shared page divided by those who share it (`Pss`).
pub(crate) fn proportional_mebibytes(root: u32) -> Result<f64, Failure> {
    Ok(rollup(root, "Pss:")? / 1024.0)
}

/// Of that, what no file stands behind.
pub(crate) fn anonymous_bytes(root: u32) -> Result<f64, Failure> {
    Ok(rollup(root, "Pss_Anon:")? * 1024.0)
}

/// A sum in kibibytes.
fn rollup(root: u32, field: &str) -> Result<f64, Failure> {
    let mut kibibytes = 0.0;
    for stat in tree(root)? {
        let file = format!("/proc/{}/smaps_rollup", stat.pid);
        let told = std::fs::read_to_string(&file)?;
        kibibytes += told
            .lines()
            .find_map(|line| line.strip_prefix(field))
            .and_then(|text| text.trim().strip_suffix(" kB"))
            .and_then(|text| text.parse::<f64>().ok())
            .ok_or_else(|| Failure(format!("{file} has no {field}")))?;
    }
    Ok(kibibytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_may_have_any_name() {
        let text = "42 (a) b (c) S 7 42 42 0 -1 4194560 100 0 0 0 12 34 5 6 20 0 1 0 100 200 300";
        assert_eq!(
            Stat::parse(text),
            Some(Stat {
                pid: 42,
                parent: 7,
                ticks: 46,
                ticks_of_ended_children: 11
            })
        );
        assert_eq!(Stat::parse("42 (short) S 7"), None);
    }

    #[test]
    fn this_process_uses_time_and_memory() {
        let own = std::process::id();
        assert!(cpu(own).is_ok());
        assert!(proportional_mebibytes(own).is_ok_and(|size| size > 0.1));
        assert!(cpu(u32::MAX).is_err());
    }
}
