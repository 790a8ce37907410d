//! `check`: the doctor, in the form of Django's `check`.

use std::io::{self, BufRead, Read};

use hallpass::checks::{self, Finding, Level};
use hallpass::formats::json::{Json, Object};
use hallpass::settings::Settings;

use super::probe;
use crate::args::{Check, FailLevel};
use crate::console;
use crate::failure::Failure;
use crate::start::Start;

/// As much of a line as any server would read of a header.
const LONGEST_CREDENTIAL: u64 = 65_536;

/// Looks, says what it found, and decides the exit code.
pub(crate) async fn run(start: &Start, args: &Check) -> Result<(), Failure> {
    let (visible, silenced) = match Settings::load(start.sources()?) {
        Ok(settings) => {
            let work = checks::run(&settings, args.deploy);
            let mut findings = start
                .console()
                .waiting("Looking at the database", work)
                .await;
            if let Some(url) = &args.url {
                let probe = probe::ask(url, &settings);
                let probe = start
                    .console()
                    .waiting("Asking through the proxy", probe)
                    .await;
                findings.extend(checks::of_probe(&settings, &probe));
            }
            if args.credential_stdin {
                findings.extend(checks::of_credential(&settings, &credential()?).await);
            }
            let total = findings.len();
            let visible: Vec<Finding> = findings
                .into_iter()
                .filter(|finding| !finding.is_silenced(&settings))
                .collect();
            let silenced = total - visible.len();
            (visible, silenced)
        }
        Err(error) => (vec![Finding::of_settings_error(&error)], 0),
    };
    let is_failed = visible
        .iter()
        .any(|finding| fails(finding.check.level, args.fail_level));
    if args.json {
        console::say(&json(&visible))?;
    } else if visible.is_empty() {
        console::say(&format!(
            "System check identified no issues ({silenced} silenced)."
        ))?;
    } else {
        console::tell(&report(&visible, silenced, is_failed));
    }
    if is_failed {
        Err(Failure::Said(1))
    } else {
        Ok(())
    }
}

/// The first line of standard input. Not an argument: others on this machine can read those.
fn credential() -> Result<String, Failure> {
    let mut line = String::new();
    let mut input = io::stdin().lock().take(LONGEST_CREDENTIAL);
    input
        .read_line(&mut line)
        .map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => {
                Failure::refused("the credential on standard input is no text")
            }
            _ => error.into(),
        })?;
    Ok(line)
}

fn fails(level: Level, from: FailLevel) -> bool {
    match from {
        FailLevel::Info => true,
        FailLevel::Warning => level >= Level::Warning,
        FailLevel::Error => level >= Level::Error,
        FailLevel::Critical => false,
    }
}

/// Django's report, with the reason and the cures of each finding.
fn report(findings: &[Finding], silenced: usize, is_failed: bool) -> String {
    let prefix = if is_failed { "SystemCheckError: " } else { "" };
    let mut text = format!("{prefix}System check identified some issues:\n");
    let groups = [
        (Level::Error, "ERRORS"),
        (Level::Warning, "WARNINGS"),
        (Level::Info, "INFOS"),
    ];
    for (level, heading) in groups {
        let of_level: Vec<&Finding> = findings
            .iter()
            .filter(|finding| finding.check.level == level)
            .collect();
        if of_level.is_empty() {
            continue;
        }
        text.push_str(&format!("\n{heading}:\n"));
        for finding in of_level {
            text.push_str(&described(finding));
        }
    }
    let count = match findings.len() {
        1 => "1 issue".to_owned(),
        count => format!("{count} issues"),
    };
    text.push_str(&format!(
        "\nSystem check identified {count} ({silenced} silenced).\n"
    ));
    text
}

fn described(finding: &Finding) -> String {
    let check = finding.check;
    let mut text = format!(
        "?: ({}) {} [{}]\n\tWHY: {}\n",
        check.id, finding.seen, check.code, check.why
    );
    if let Some(cure) = check.django_cure {
        text.push_str(&format!("\tHINT (Django): {cure}\n"));
    }
    text.push_str(&format!("\tHINT (Hallpass): {}\n", check.hallpass_cure));
    text
}

fn json(findings: &[Finding]) -> String {
    let object = |finding: &Finding| {
        let check = finding.check;
        let mut object = Object::new();
        object.insert("id", check.id);
        object.insert("code", check.code);
        object.insert("level", check.level.to_string().as_str());
        object.insert("seen", finding.seen.as_str());
        object.insert("why", check.why);
        object.insert("django", check.django_cure.map_or(Json::Null, Json::from));
        object.insert("hallpass", check.hallpass_cure);
        Json::Object(object)
    };
    Json::List(findings.iter().map(object).collect()).to_pretty(2)
}
