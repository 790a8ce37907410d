//! What was heard of changes, and whether silence means that there were none.
//!
//! Triggers tell of each changed row by a notification that names it (see `triggers`). A notification gets the next
//! number, which is noted where all rows of its kind and hash are noted. An answer remembers the number that was the
//! latest *before* it was read: it is true while nothing later is noted for its rows. A notification that comes for a
//! change which the answer had already seen costs a look-up and nothing else.
//!
//! Silence is believed only until a moment that each beat of the listener puts off: see `listener`.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use crate::subject::Subject;

/// Places for notes. Two rows with one place cost each other a look-up now and then.
const PLACES: usize = 4096;

/// Everything of one database.
pub(super) struct Changes {
    pub(super) started: AtomicBool,
    clock: Instant,
    /// Microseconds of the clock until which silence is believed.
    believed_until: AtomicU64,
    /// Which channel it was heard on: what was read under another is forgotten.
    channel: AtomicU64,
    latest: AtomicU64,
    everything: AtomicU64,
    places: Box<[AtomicU64]>,
    /// A notification that somebody waits for to see whether any arrive.
    probe: Mutex<Option<(String, oneshot::Sender<()>)>>,
}

/// A [`Moment`], and whose changes after it matter. In two words, since whatever is cached has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Heard {
    latest: u64,
    channel: NonZeroU32,
    places: [u16; 2],
}

/// When, by what was heard. After so many channels that their number has no room here nothing is cached any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    latest: u64,
    channel: NonZeroU32,
}

impl Changes {
    pub(super) fn new() -> Self {
        Self {
            started: AtomicBool::new(false),
            clock: Instant::now(),
            believed_until: AtomicU64::new(0),
            channel: AtomicU64::new(0),
            latest: AtomicU64::new(0),
            everything: AtomicU64::new(0),
            places: (0..PLACES).map(|_| AtomicU64::new(0)).collect(),
            probe: Mutex::default(),
        }
    }

    /// Now, to be taken before a read; `None` while nothing is known.
    pub(super) fn moment(&self) -> Option<Moment> {
        if !self.is_believed() {
            return None;
        }
        let channel = u32::try_from(self.channel.load(Ordering::SeqCst)).ok()?;
        Some(Moment {
            channel: NonZeroU32::new(channel)?,
            latest: self.latest.load(Ordering::SeqCst),
        })
    }

    /// Whether nothing was heard of these rows since.
    pub(super) fn holds(&self, heard: &Heard) -> bool {
        let latest = heard.latest;
        let quiet = |place: &u16| {
            let place = self.places.get(usize::from(*place));
            place.is_some_and(|noted| noted.load(Ordering::SeqCst) <= latest)
        };
        self.is_believed()
            && self.channel.load(Ordering::SeqCst) == u64::from(heard.channel.get())
            && self.everything.load(Ordering::SeqCst) <= latest
            && heard.places.iter().all(quiet)
    }

    /// A change of our own, so that this process sees it before the server tells.
    pub(super) fn touched(&self, subject: Subject<'_>) {
        self.note(&name(subject));
    }

    /// A notification.
    pub(super) fn hear(&self, payload: &str) {
        if payload == "*" {
            let number = self.next();
            self.everything.fetch_max(number, Ordering::SeqCst);
        } else if payload.starts_with(PROBE) {
            let mut probe = self.probe.lock();
            if let Some((_, waiting)) = probe.take_if(|(expected, _)| expected == payload) {
                // Who waited may have given up.
                let _ = waiting.send(());
            }
        } else {
            self.note(payload);
        }
    }

    /// A payload that is nobody's change, and what tells that it was heard.
    pub(super) fn probe(&self) -> (String, oneshot::Receiver<()>) {
        let payload = format!(
            "{PROBE}{:032x}",
            u128::from_ne_bytes(hallpass_formats::random::random_bytes())
        );
        let (heard, waiting) = oneshot::channel();
        *self.probe.lock() = Some((payload.clone(), heard));
        (payload, waiting)
    }

    /// A channel was opened: what was read before counts for nothing.
    pub(super) fn begin(&self) -> u64 {
        self.channel.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Silence on this channel is believed until then.
    pub(super) fn believe(&self, channel: u64, until: Instant) {
        if self.channel.load(Ordering::SeqCst) == channel {
            let until = until.duration_since(self.clock);
            self.believed_until.store(micros(until), Ordering::SeqCst);
        }
    }

    /// This channel is lost.
    pub(super) fn doubt(&self, channel: u64) {
        let next = channel + 1;
        let ended =
            self.channel
                .compare_exchange(channel, next, Ordering::SeqCst, Ordering::SeqCst);
        if ended.is_ok() {
            self.believed_until.store(0, Ordering::SeqCst);
        }
    }

    pub(super) fn is_believed(&self) -> bool {
        micros(self.clock.elapsed()) < self.believed_until.load(Ordering::SeqCst)
    }

    fn note(&self, name: &str) {
        let number = self.next();
        if let Some(place) = self.places.get(usize::from(place(name))) {
            place.fetch_max(number, Ordering::SeqCst);
        }
    }

    fn next(&self) -> u64 {
        self.latest.fetch_add(1, Ordering::SeqCst) + 1
    }
}

impl Moment {
    /// What was read after this moment about one row, or two.
    pub(super) fn about(self, first: Subject<'_>, second: Option<Subject<'_>>) -> Heard {
        let first = place(&name(first));
        Heard {
            latest: self.latest,
            channel: self.channel,
            places: [first, second.map_or(first, |second| place(&name(second)))],
        }
    }
}

/// Payloads that are no changes.
const PROBE: &str = "probe ";

/// What the triggers call a row: keys are secrets, and everybody who may connect may listen.
fn name(subject: Subject<'_>) -> String {
    let hashed = |kind: char, key: &str| {
        let hash = Sha256::digest(key.as_bytes());
        let half: String = hash
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("{kind}{half}")
    };
    match subject {
        Subject::User(id) => format!("u{id}"),
        Subject::Token(key) => hashed('t', key),
        Subject::Session(key) => hashed('s', key),
    }
}

/// FNV-1a, of which the low bits are used: nobody gains by making two names collide.
fn place(name: &str) -> u16 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325, step);
    (hash ^ (hash >> 32)) as u16 % PLACES as u16
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes")
            .field("believed", &self.is_believed())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_ends_what_was_read_before_it_and_nothing_else() {
        let changes = Changes::new();
        assert!(changes.moment().is_none());
        let channel = changes.begin();
        changes.believe(channel, Instant::now() + Duration::from_secs(60));
        let token = Subject::Token("key");
        let read = changes.moment().unwrap().about(token, None);
        assert!(changes.holds(&read));
        changes.touched(Subject::Session("another"));
        assert!(changes.holds(&read));
        // What the trigger sends: the first half of the key's SHA-256.
        changes.hear("t2c70e12b7a0646f9");
        assert!(!changes.holds(&read));
        let again = changes.moment().unwrap().about(token, None);
        assert!(changes.holds(&again));
        changes.hear("*");
        assert!(!changes.holds(&again));
    }

    #[test]
    fn a_lost_channel_ends_everything() {
        let changes = Changes::new();
        let channel = changes.begin();
        let later = Instant::now() + Duration::from_secs(60);
        changes.believe(channel, later);
        let read = changes.moment().unwrap().about(Subject::Token("key"), None);
        changes.doubt(channel);
        assert!(!changes.holds(&read));
        // A beat that was under way when the channel was lost.
        changes.believe(channel, later);
        assert!(changes.moment().is_none());
        let channel = changes.begin();
        changes.believe(channel, later);
        assert!(!changes.holds(&read));
        changes.believe(channel, Instant::now());
        assert!(changes.moment().is_none());
    }
}
