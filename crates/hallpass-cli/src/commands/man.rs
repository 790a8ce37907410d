//! `man`: the manual pages, written from the definitions of the arguments.

use std::fs;

use clap::CommandFactory;

use crate::args::{Arguments, Man};
use crate::console;
use crate::failure::Failure;

/// Prints `hallpass.1`, or writes it and a page for each command into a folder.
pub(crate) fn run(args: &Man) -> Result<(), Failure> {
    let command = Arguments::command();
    let Some(folder) = &args.out else {
        let mut text = Vec::new();
        clap_mangen::Man::new(command).render(&mut text)?;
        return console::print(&String::from_utf8_lossy(&text));
    };
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(command, folder)?;
    Ok(())
}
