//! `completions`: what a shell needs to complete the command's words.

use clap::CommandFactory;

use crate::args::{Arguments, Completions};
use crate::console;
use crate::failure::Failure;

/// Prints them.
pub(crate) fn run(args: &Completions) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Arguments::command(), "hallpass", &mut text);
    console::print(&String::from_utf8_lossy(&text))
}
