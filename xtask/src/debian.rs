//! Programs that the tests need and that a Debian machine may lack: installed by apt where we may, else named.

use std::process::{Command, Stdio};

use crate::steps::Outcome;

/// Installs packages as root on a machine with apt; false where that is not possible.
pub(crate) fn install(packages: &[&str]) -> bool {
    let is_root = Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout == b"0\n");
    if !is_root || !succeeds(Command::new("apt-get").arg("--version")) {
        return false;
    }
    println!("installing by apt: {}", packages.join(" "));
    apt(&["update", "--quiet"]);
    apt(&[
        &["install", "--quiet", "--yes", "--no-install-recommends"],
        packages,
    ]
    .concat())
}

fn apt(arguments: &[&str]) -> bool {
    let mut command = Command::new("apt-get");
    command
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        // Nothing that is installed may start a service: the tests start what they need themselves.
        .env("RUNLEVEL", "1")
        .stdin(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Makes sure that a program of that name (also the package's) answers to `--version`.
pub(crate) fn need(program: &str) -> Outcome {
    let present = || succeeds(Command::new(program).arg("--version"));
    if present() || (install(&[program]) && present()) {
        Outcome::Passed
    } else {
        Outcome::Skipped(format!("no {program} (Debian: apt install {program})"))
    }
}

/// The same for a proxy. Debian keeps nginx and HAProxy where only root looks, and each asks for its version in words of
/// its own.
pub(crate) fn need_proxy(program: &str) -> Outcome {
    let present = || {
        let places = [format!("/usr/sbin/{program}"), program.to_owned()];
        places.iter().any(|place| {
            ["-v", "version"]
                .iter()
                .any(|question| succeeds(Command::new(place).arg(question)))
        })
    };
    if present() || (install(&[program]) && present()) {
        Outcome::Passed
    } else {
        Outcome::Skipped(format!("no {program} (Debian: apt install {program})"))
    }
}

/// Makes sure that there is a PostgreSQL server to start: Debian keeps its programs out of the path, one folder a
/// version.
pub(crate) fn need_postgresql() -> Outcome {
    if has_postgresql() || (install(&["postgresql"]) && has_postgresql()) {
        Outcome::Passed
    } else {
        Outcome::Skipped("no initdb (Debian: apt install postgresql)".to_owned())
    }
}

fn has_postgresql() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let mut folders = versions.flatten().map(|version| version.path().join("bin"));
    folders.any(|folder| folder.join("initdb").is_file())
        || succeeds(Command::new("initdb").arg("--version"))
}

/// The same for MariaDB, whose server is not in everybody's path.
pub(crate) fn need_mariadb() -> Outcome {
    if has_mariadb() || (install(&["mariadb-server"]) && has_mariadb()) {
        Outcome::Passed
    } else {
        Outcome::Skipped("no mariadbd (Debian: apt install mariadb-server)".to_owned())
    }
}

fn has_mariadb() -> bool {
    ["/usr/sbin/mariadbd", "mariadbd"]
        .iter()
        .any(|program| succeeds(Command::new(program).arg("--version")))
}

/// Runs a command silently; false if it failed or could not start.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let command = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_not_installed() {
        assert_eq!(need("cargo"), Outcome::Passed);
    }

    #[test]
    fn a_program_that_cannot_start_has_not_succeeded() {
        assert!(!succeeds(&mut Command::new("no-such-program-here")));
    }
}
