//! `cargo xtask deb`: the Debian package of the command, with its manual pages, completions and systemd unit.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::UsageError;
use crate::debian;
use crate::steps::{self, Outcome, Steps};
use crate::workspace;

/// Completions by shell: where a Debian machine looks for them.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "usr/share/bash-completion/completions/hallpass"),
    ("zsh", "usr/share/zsh/vendor-completions/_hallpass"),
    ("fish", "usr/share/fish/vendor_completions.d/hallpass.fish"),
];

/// Files of the repository, and where they go.
const FILES: [(&str, &str); 3] = [
    (
        "packaging/hallpass.service",
        "usr/lib/systemd/system/hallpass.service",
    ),
    ("LICENSE-MIT", "usr/share/doc/hallpass/copyright"),
    ("CHANGELOG.md", "usr/share/doc/hallpass/CHANGELOG.md"),
];

/// Runs the chore; true if the package was made and can be used.
pub(crate) fn run(arguments: &[String]) -> Result<bool, UsageError> {
    if !arguments.is_empty() {
        return Err(UsageError("deb takes no options".to_owned()));
    }
    let mut steps = Steps::default();
    if steps.run("release build", || {
        steps::command(&mut workspace::release_build("hallpass-cli"))
    }) {
        package(&mut steps);
    }
    Ok(steps.finish(workspace::everything_must_run()))
}

/// Packs the release build and looks at the package as whoever installs it would.
pub(crate) fn package(steps: &mut Steps) {
    steps.run("debian package", || {
        if !debian::succeeds(Command::new("dpkg-deb").arg("--version")) {
            return Outcome::Skipped("no dpkg-deb (it belongs to Debian's dpkg)".to_owned());
        }
        match pack().and_then(|package| look_at(&package)) {
            Ok(()) => Outcome::Passed,
            Err(error) => Outcome::Failed(error.to_string()),
        }
    });
}

/// Lays the files out as they will be on a machine, and packs them.
fn pack() -> io::Result<PathBuf> {
    let folder = workspace::target().join("deb");
    let root = folder.join("root");
    let _ = fs::remove_dir_all(&folder);
    let hallpass = workspace::release_binary("hallpass");
    put(&root, "usr/bin/hallpass", &fs::read(&hallpass)?, 0o755)?;
    for (from, to) in FILES {
        put(&root, to, &fs::read(workspace::root().join(from))?, 0o644)?;
    }
    for (shell, to) in COMPLETIONS {
        let printed = output(Command::new(&hallpass).args(["completions", shell]))?;
        put(&root, to, &printed, 0o644)?;
    }
    let manual = root.join("usr/share/man/man1");
    fs::create_dir_all(&manual)?;
    output(
        Command::new(&hallpass)
            .args(["man", "--out"])
            .arg(&manual)
            .current_dir(&folder),
    )?;
    let architecture = output(Command::new("dpkg").arg("--print-architecture"))?;
    let architecture = String::from_utf8_lossy(&architecture).trim().to_owned();
    let version = env!("CARGO_PKG_VERSION");
    put(
        &root,
        "DEBIAN/control",
        control(version, &architecture).as_bytes(),
        0o644,
    )?;
    let package = folder.join(format!("hallpass_{version}_{architecture}.deb"));
    output(
        Command::new("dpkg-deb")
            .args(["--root-owner-group", "--build"])
            .args([&root, &package]),
    )?;
    println!("{}", package.display());
    Ok(package)
}

fn control(version: &str, architecture: &str) -> String {
    format!(
        "Package: hallpass\n\
         Version: {version}\n\
         Architecture: {architecture}\n\
         Maintainer: The Hallpass maintainers <maintainers@hallpass.invalid>\n\
         Section: httpd\n\
         Priority: optional\n\
         Depends: libc6, libgcc-s1\n\
         Recommends: ca-certificates\n\
         Description: Django's accounts, tokens and sessions over HTTP\n \
         Authentication of Django REST framework as a server of its own, on Django's own\n \
         tables, and forward-auth for nginx, Traefik, Caddy, Envoy and HAProxy.\n"
    )
}

/// Unpacks it somewhere else: everything must be there, and the command must run.
fn look_at(package: &Path) -> io::Result<()> {
    let installed = package.with_file_name("installed");
    output(
        Command::new("dpkg-deb")
            .arg("-x")
            .args([package, &installed]),
    )?;
    let mut expected: Vec<&str> = FILES.iter().map(|(_, to)| *to).collect();
    expected.extend(COMPLETIONS.map(|(_, to)| to));
    expected.push("usr/share/man/man1/hallpass.1");
    for file in expected {
        let length = fs::metadata(installed.join(file)).map(|found| found.len());
        if !matches!(length, Ok(1..)) {
            return Err(io::Error::other(format!("the package lacks {file}")));
        }
    }
    let said = output(Command::new(installed.join("usr/bin/hallpass")).arg("--version"))?;
    let wanted = format!("hallpass {}", env!("CARGO_PKG_VERSION"));
    if String::from_utf8_lossy(&said).trim() == wanted {
        return Ok(());
    }
    Err(io::Error::other(
        "the packed command does not tell its version",
    ))
}

fn put(root: &Path, to: &str, content: &[u8], mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let file = root.join(to);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&file, content)?;
    fs::set_permissions(&file, fs::Permissions::from_mode(mode))
}

/// What a command prints; an error if it fails.
fn output(command: &mut Command) -> io::Result<Vec<u8>> {
    let done = command.output()?;
    if done.status.success() {
        return Ok(done.stdout);
    }
    let said = String::from_utf8_lossy(&done.stderr);
    Err(io::Error::other(format!(
        "{}: {}",
        command.get_program().to_string_lossy(),
        said.trim()
    )))
}
