//! What is asked of whoever started the command. Passwords are typed on the terminal without echo, or come from
//! standard input.

use std::io::{self, BufRead, IsTerminal, Read};

use hallpass::formats::password_validation::PasswordProblem;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::spawn_blocking;

use crate::console;
use crate::failure::Failure;

/// The longest password that is read from standard input, in bytes. Django's forms take 4096 characters.
const LONGEST_PASSWORD: u64 = 64 * 1024;

/// Whether somebody can answer.
pub(crate) fn is_possible() -> bool {
    io::stdin().is_terminal()
}

/// Asks for a line of text.
///
/// # Errors
/// Ctrl-C and the end of input.
pub(crate) async fn ask(prompt: &str) -> Result<String, Failure> {
    let cancelled = || Failure::Cancelled { on_new_line: false };
    let mut interrupt = signal(SignalKind::interrupt())?;
    console::print(prompt)?;
    let line = spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map(|_| line)
    });
    let line = tokio::select! {
        line = line => line,
        _ = interrupt.recv() => return Err(cancelled()),
    };
    let line = line.map_err(|_| cancelled())??;
    match line.strip_suffix('\n') {
        Some(line) => Ok(line.strip_suffix('\r').unwrap_or(line).to_owned()),
        None => Err(cancelled()),
    }
}

/// Asks for a password; what is typed is not shown.
///
/// # Errors
/// Ctrl-C and the end of input.
pub(crate) async fn ask_hidden(prompt: &'static str) -> Result<String, Failure> {
    // Ctrl-C is read as a character meanwhile, and raised as a signal before the terminal has its echo back. While
    // somebody listens to the signal it does not end the process in that state.
    let interrupt = signal(SignalKind::interrupt())?;
    let answer = spawn_blocking(move || rpassword::prompt_password(prompt)).await;
    drop(interrupt);
    match answer {
        Ok(Ok(password)) => Ok(password),
        Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {
            Err(Failure::Cancelled { on_new_line: true })
        }
        Ok(Err(error)) if error.kind() != io::ErrorKind::UnexpectedEof => Err(Failure::refused(
            format!("no password can be read from the terminal: {error}"),
        )),
        _ => Err(Failure::Cancelled { on_new_line: false }),
    }
}

/// Asks for a new password twice, again and again until both are the same, not blank, and good enough or wanted all
/// the same: the dialogue of Django's `createsuperuser`. `judge` is what the validators say.
///
/// # Errors
/// As [`ask_hidden`].
pub(crate) async fn ask_new_password(
    console: &console::Console,
    judge: impl Fn(&str) -> Vec<PasswordProblem>,
) -> Result<String, Failure> {
    loop {
        let password = ask_hidden("Password: ").await?;
        let again = ask_hidden("Password (again): ").await?;
        if password != again {
            console.complain("Error: Your passwords didn't match.");
        } else if hallpass::formats::username::trim_python(&password).is_empty() {
            console.complain("Error: Blank passwords aren't allowed.");
        } else if accepted(console, &judge(&password)).await? {
            return Ok(password);
        }
    }
}

async fn accepted(
    console: &console::Console,
    problems: &[PasswordProblem],
) -> Result<bool, Failure> {
    if problems.is_empty() {
        return Ok(true);
    }
    complain_of(console, problems);
    let answer = ask("Bypass password validation and create user anyway? [y/N]: ").await?;
    Ok(answer.eq_ignore_ascii_case("y"))
}

/// Says what is wrong with a password, one line each.
pub(crate) fn complain_of(console: &console::Console, problems: &[PasswordProblem]) {
    let lines: Vec<&str> = problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect();
    console.complain(&lines.join("\n"));
}

/// The first line of standard input, as a password.
///
/// # Errors
/// Nothing there, not UTF-8, or longer than any password.
pub(crate) fn read_password() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let mut input = io::stdin().lock().take(LONGEST_PASSWORD + 1);
    input.read_until(b'\n', &mut bytes)?;
    if bytes.len() as u64 > LONGEST_PASSWORD {
        return Err(Failure::refused(format!(
            "the password on standard input is longer than {LONGEST_PASSWORD} bytes"
        )));
    }
    let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let password = String::from_utf8(line.to_vec())
        .map_err(|_| Failure::refused("the password on standard input is not UTF-8"))?;
    if password.is_empty() {
        return Err(Failure::command("Blank passwords aren't allowed."));
    }
    Ok(password)
}
