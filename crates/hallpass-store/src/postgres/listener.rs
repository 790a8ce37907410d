//! The connection that hears of changes, and what makes its silence credible.
//!
//! A notification that is lost would be a revocation that is never seen, so silence alone proves nothing. Every
//! [`BEAT`] the listener asks the server, on the same connection, whether it still listens, the triggers are still
//! there, and the tables are still the same ones. PostgreSQL sends what is pending before it says that it is ready for the next question, so when the answer is
//! here everything is here that was committed before the question went out; silence is believed until [`BELIEF`] after
//! that. A connection that breaks ends the belief at once, one that stalls ends it by the clock, and the next one
//! starts with nothing. Before the first belief a notification sent on *another* connection must arrive: behind a pooler
//! that lends connections out for single transactions none does.

use std::future::poll_fn;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{sleep, timeout};
use tokio_postgres::{AsyncMessage, Connection};

use crate::error::{StoreError, Unavailable};
use crate::postgres::changes::Changes;
use crate::postgres::client::Client;
use crate::postgres::connect::Connector;
use crate::postgres::triggers::{CHANNEL, WATCHED};

/// How often the server is asked.
const BEAT: Duration = Duration::from_millis(150);
/// For how long after a question silence is believed: the longest time that a revoked credential is accepted when
/// notifications no longer come through.
const BELIEF: Duration = Duration::from_millis(500);
/// How long a notification may take to arrive the first time.
const PROBE: Duration = Duration::from_secs(2);
/// Before a connection that was lost is made again.
const PAUSE: Duration = Duration::from_millis(250);
/// Before somebody who could not tell of changes is asked again: the triggers may have been made meanwhile.
const LONG_PAUSE: Duration = Duration::from_secs(10);

/// Why there is nothing to believe.
enum Ended {
    /// The store is gone.
    Unwanted,
    /// The triggers are not there, or nothing of them arrives.
    Unwatched(&'static str),
    /// A table was dropped, made, or put in another one's place.
    Exchanged,
    Lost(StoreError),
}

impl From<StoreError> for Ended {
    fn from(fault: StoreError) -> Self {
        Self::Lost(fault)
    }
}

/// Listens in the background, from the first call to the end of the store.
pub(super) fn start(
    changes: &Arc<Changes>,
    connector: &Arc<Connector>,
    tables: impl Fn() -> Vec<String>,
) {
    let started = changes.started.load(Ordering::Relaxed);
    if started || changes.started.swap(true, Ordering::Relaxed) {
        return;
    }
    let tables = tables();
    let (changes, connector) = (Arc::downgrade(changes), Arc::clone(connector));
    tokio::spawn(async move {
        let mut told = "";
        loop {
            let pause = match listen(&changes, &connector, &tables).await {
                Ended::Unwanted => return,
                Ended::Lost(fault) => {
                    tracing::debug!(%fault, "changes of the database are not heard: identities are not remembered");
                    PAUSE
                }
                Ended::Exchanged => {
                    tracing::info!(
                        "tables were exchanged: what is remembered of identities is forgotten"
                    );
                    PAUSE
                }
                Ended::Unwatched(reason) => {
                    if told != reason {
                        tracing::info!("identities are not remembered: {reason}");
                        told = reason;
                    }
                    LONG_PAUSE
                }
            };
            sleep(pause).await;
        }
    });
}

async fn listen(changes: &Weak<Changes>, connector: &Connector, tables: &[String]) -> Ended {
    let Some(known) = changes.upgrade() else {
        return Ended::Unwanted;
    };
    let channel = known.begin();
    drop(known);
    let ended = match open(changes, connector, channel, tables).await {
        Ok((client, known)) => beat(changes, &client, channel, tables, &known).await,
        Err(ended) => ended,
    };
    if let Some(changes) = changes.upgrade() {
        changes.doubt(channel);
    }
    ended
}

/// A connection on which notifications arrive, and which tables they are about.
async fn open(
    changes: &Weak<Changes>,
    connector: &Connector,
    channel: u64,
    tables: &[String],
) -> Result<(Client, String), Ended> {
    let client = connector.listen(Weak::clone(changes), channel).await?;
    client.say(&format!("LISTEN {CHANNEL}")).await?;
    let Some(watched) = client.watched(WATCHED, tables).await? else {
        return Err(Ended::Unwatched(
            "`hallpass migrate --with-triggers` makes the triggers that tell of changes",
        ));
    };
    let known = changes.upgrade().ok_or(Ended::Unwanted)?;
    let (payload, heard) = known.probe();
    let other = connector.connect().await?;
    other
        .say(&format!(
            "SELECT pg_catalog.pg_notify('{CHANNEL}', '{payload}')"
        ))
        .await?;
    other.abandon();
    match timeout(PROBE, heard).await {
        Ok(Ok(())) => Ok((client, watched)),
        _ => Err(Ended::Unwatched(
            "notifications do not arrive: a pooler stands between; name the server itself",
        )),
    }
}

/// Asks until there is no answer, or another than there should be.
async fn beat(
    changes: &Weak<Changes>,
    client: &Client,
    channel: u64,
    tables: &[String],
    known: &str,
) -> Ended {
    tracing::debug!("changes of the database are heard: identities are remembered");
    loop {
        let asked = Instant::now();
        match timeout(BELIEF, client.watched(WATCHED, tables)).await {
            Ok(Ok(Some(watched))) if watched == known => {}
            Ok(Ok(Some(_))) => return Ended::Exchanged,
            Ok(Ok(None)) => {
                return Ended::Unwatched("the triggers that tell of changes were removed");
            }
            Ok(Err(fault)) => return Ended::Lost(fault),
            Err(_) => return Ended::Lost(Unavailable::TimedOut.into()),
        }
        match changes.upgrade() {
            Some(changes) => changes.believe(channel, asked + BELIEF),
            None => return Ended::Unwanted,
        }
        sleep(BEAT).await;
    }
}

/// Reads the connection until it ends, and hands on what it tells.
pub(super) async fn hear<S, T>(
    mut connection: Connection<S, T>,
    changes: Weak<Changes>,
    channel: u64,
) where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
        let AsyncMessage::Notification(told) = message else {
            continue;
        };
        match changes.upgrade() {
            Some(changes) => changes.hear(told.payload()),
            None => return,
        }
    }
    if let Some(changes) = changes.upgrade() {
        changes.doubt(channel);
    }
}
