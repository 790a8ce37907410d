//! Where things are, and the cargo that started us.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

/// The root folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or(here.clone(), PathBuf::from)
}

/// Cargo's target folder.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The release build of one package of ours, as all chores make it.
pub(crate) fn release_build(package: &str) -> Command {
    cargo(&["build", "--release", "--locked", "--package", package])
}

/// Where the release build of a program of ours is.
pub(crate) fn release_binary(name: &str) -> PathBuf {
    target()
        .join("release")
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// Where the debug builds of our programs are.
pub(crate) fn debug_binaries() -> PathBuf {
    target().join("debug")
}

/// `cargo` with the workspace as its working folder.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    command
}

/// Whether everything must run: continuous integrations set `CI=true`.
pub(crate) fn everything_must_run() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}
