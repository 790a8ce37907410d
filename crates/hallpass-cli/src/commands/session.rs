//! `session`: Django lacks it. Logs a user in for a script, lists who is logged in, ends sessions.

use std::cell::Cell;

use hallpass::formats::json::{Json, Object};
use hallpass::formats::session::SessionKey;
use hallpass::{Hallpass, ListedSession, Rejection, SessionState, User, UserSessions};

use crate::args::{SessionCommand, SessionCreate, SessionList, SessionRevoke};
use crate::console;
use crate::failure::Failure;
use crate::start::Start;

/// How much of a key is shown in lists: enough to name it, too little to use it.
const SHOWN: usize = 8;

/// Runs the command that was asked for.
pub(crate) async fn run(start: &Start, command: SessionCommand) -> Result<(), Failure> {
    let hallpass = start.open().await?;
    match command {
        SessionCommand::Create(args) => create(&hallpass, &args).await,
        SessionCommand::List(args) => list(&hallpass, &args).await,
        SessionCommand::Revoke(args) => revoke(start, &hallpass, &args).await,
    }
}

/// Prints the key and nothing else, for `$(...)`.
async fn create(hallpass: &Hallpass, args: &SessionCreate) -> Result<(), Failure> {
    let user = user(hallpass, &args.username).await?;
    if !user.is_active() {
        let name = &args.username;
        return Err(Failure::command(format!(
            "user '{name}' is inactive: no session would be accepted"
        )));
    }
    let (key, expiry) = hallpass
        .user_sessions()
        .create(&user)
        .await
        .map_err(fault)?;
    if !args.json {
        return console::say(key.as_str());
    }
    let cookie = hallpass.settings().session_cookie_name.as_str();
    console::say(
        &object([
            ("session_key", Json::from(key.as_str())),
            ("cookie", Json::from(cookie)),
            ("user", Json::from(user.username())),
            ("expire_date", Json::from(expiry.expire_date.to_iso8601())),
        ])
        .to_compact(),
    )
}

/// Only rows can be looked through: a cache does not tell its keys, and a signed cookie is with its browser.
fn must_be_listable(hallpass: &Hallpass) -> Result<(), Failure> {
    if hallpass.user_sessions().can_be_listed() {
        return Ok(());
    }
    Err(Failure::refused(
        "the sessions of this session_engine cannot be listed: only those of `db` and `cached_db` are rows",
    ))
}

/// One line a session, in the order of their keys.
async fn list(hallpass: &Hallpass, args: &SessionList) -> Result<(), Failure> {
    must_be_listable(hallpass)?;
    let mut first = true;
    let sessions = hallpass.user_sessions();
    let wanted = args.username.as_deref();
    each(sessions, async |session| {
        let (name, state) = described(session);
        if wanted.is_some() && name != wanted {
            return Ok(());
        }
        let key = shown(&session.key);
        let until = session.expire_date.to_iso8601();
        if args.json {
            let line = object([
                ("key", Json::from(key)),
                ("user", name.map_or(Json::Null, Json::from)),
                ("state", Json::from(state)),
                ("expire_date", Json::from(until)),
            ]);
            console::print(if first { "[\n" } else { ",\n" })?;
            first = false;
            return console::print(&line.to_compact());
        }
        // Names are the application's data: what would move the cursor stays out of the terminal.
        let name: String = name
            .map_or_else(|| format!("({state})"), str::to_owned)
            .chars()
            .map(|c| if c.is_control() { '\u{fffd}' } else { c })
            .collect();
        console::say(&format!("{key}…  {until}  {name}"))
    })
    .await?;
    if args.json {
        console::print(if first { "[]\n" } else { "\n]\n" })?;
    }
    Ok(())
}

/// Ends the sessions of a user, or one session.
async fn revoke(start: &Start, hallpass: &Hallpass, args: &SessionRevoke) -> Result<(), Failure> {
    must_be_listable(hallpass)?;
    let sessions = hallpass.user_sessions();
    let keys = match (&args.username, &args.key) {
        (Some(name), _) => {
            let user = user(hallpass, name).await?;
            of_user(start, sessions, &user).await?
        }
        (None, Some(beginning)) => vec![beginning_with(sessions, beginning).await?],
        (None, None) => Vec::new(),
    };
    for key in &keys {
        hallpass.sessions().delete(key).await.map_err(fault)?;
    }
    let ended = keys.len();
    let plural = if ended == 1 { "" } else { "s" };
    start
        .console()
        .confirm(&format!("Revoked {ended} session{plural}"))
}

async fn of_user(
    start: &Start,
    sessions: UserSessions<'_>,
    user: &User,
) -> Result<Vec<SessionKey>, Failure> {
    let mut keys = Vec::new();
    let looked_at = Cell::new(0_u64);
    let search = each(sessions, async |session| {
        looked_at.set(looked_at.get() + 1);
        if matches!(&session.state, SessionState::LoggedIn(who) if who.id() == user.id()) {
            keys.push(session.key.clone());
        }
        Ok(())
    });
    start
        .console()
        .counting(|| format!("Looked at {} sessions", looked_at.get()), search)
        .await?;
    Ok(keys)
}

/// The one session whose key begins so, as `list` shows it.
async fn beginning_with(
    sessions: UserSessions<'_>,
    beginning: &str,
) -> Result<SessionKey, Failure> {
    let beginning = beginning.trim_end_matches('…');
    if beginning.chars().count() < SHOWN {
        return Err(Failure::command(format!(
            "--key takes a whole key or its first {SHOWN} characters, as `hallpass session list` shows them"
        )));
    }
    let mut found: Vec<SessionKey> = Vec::new();
    each(sessions, async |session| {
        if session.key.as_str().starts_with(beginning) {
            found.push(session.key.clone());
        }
        Ok(())
    })
    .await?;
    match (found.pop(), found.len()) {
        (Some(key), 0) => Ok(key),
        (None, _) => Err(Failure::command("there is no live session with this key")),
        (Some(_), others) => Err(Failure::command(format!(
            "{} sessions begin so: give the whole key",
            others + 1
        ))),
    }
}

/// Does something with every live session, page by page.
async fn each(
    sessions: UserSessions<'_>,
    mut act: impl AsyncFnMut(&ListedSession) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut next: Option<String> = None;
    loop {
        let page = sessions.page(next.as_deref()).await.map_err(fault)?;
        for session in &page.sessions {
            act(session).await?;
        }
        match page.next {
            Some(after) => next = Some(after),
            None => return Ok(()),
        }
    }
}

async fn user(hallpass: &Hallpass, name: &str) -> Result<User, Failure> {
    let found = hallpass.accounts().by_username(name).await?;
    found.ok_or_else(|| Failure::command(format!("user '{name}' does not exist")))
}

fn described(session: &ListedSession) -> (Option<&str>, &'static str) {
    match &session.state {
        SessionState::LoggedIn(user) => (Some(user.username()), "logged in"),
        SessionState::Anonymous => (None, "anonymous"),
        SessionState::Stale => (None, "stale"),
        _ => (None, "unreadable"),
    }
}

fn shown(key: &SessionKey) -> String {
    key.as_str().chars().take(SHOWN).collect()
}

fn object(entries: impl IntoIterator<Item = (&'static str, Json)>) -> Json {
    let mut object = Object::new();
    for (name, value) in entries {
        object.insert(name, value);
    }
    Json::Object(object)
}

/// What is a status over HTTP is one line here; the reason is in the log of a server, and here the likely one.
fn fault(_: Rejection) -> Failure {
    Failure::refused(
        "the sessions cannot be read or written: the database or the cache is locked, read-only or gone; try again, \
         or run `hallpass check`",
    )
}
