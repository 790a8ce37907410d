//! The name of the person's account on this machine: Python's `getpass.getuser`, which Django takes as default.

use std::env;
use std::fs;

/// The first of `LOGNAME`, `USER`, `LNAME`, `USERNAME` that says something, else what `/etc/passwd` knows.
pub(super) fn account_name() -> Option<String> {
    ["LOGNAME", "USER", "LNAME", "USERNAME"]
        .into_iter()
        .filter_map(|variable| env::var(variable).ok())
        .find(|name| !name.is_empty())
        .or_else(name_in_passwd)
}

#[cfg(unix)]
fn name_in_passwd() -> Option<String> {
    use std::os::unix::fs::MetadataExt;

    // The owner of this process, without asking the C library.
    let user_id = fs::metadata("/proc/self").ok()?.uid().to_string();
    let passwd = fs::read_to_string("/etc/passwd").ok()?;
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == user_id).then(|| name.to_owned())
    })
}

#[cfg(not(unix))]
fn name_in_passwd() -> Option<String> {
    None
}
