//! Work on passwords that a thread can put aside, and advance together with other such work.

use std::fmt;

use super::chain::{self, Chain};

pub use super::chain::SIDE_BY_SIDE;

/// Something to be computed: in one piece, or (where PBKDF2 with SHA-256 has a part in it) in steps that can be taken
/// together with those of other work. A thread that has two of the latter finishes both in little more than the time
/// that one takes.
///
/// Nothing but a chain's first iteration is computed before [`go_on`](Self::go_on), [`advance`] or
/// [`finish`](Self::finish). `Debug` shows neither passwords nor results.
///
/// ```
/// use hallpass_formats::password::{self, DjangoVersion, EncodedPassword, PasswordHashers, Verdict, Work};
///
/// let hashers = PasswordHashers::django(DjangoVersion::V5_2);
/// let stored = EncodedPassword::new("pbkdf2_sha256$1000$seasalt$hash");
/// let mut both = ["letmein", "letmeout"].map(|typed| hashers.verify_in_steps(typed, &stored));
/// assert!(both.iter().all(Work::is_in_steps));
/// password::advance(&mut both, 500);
/// assert_eq!(both.map(Work::finish), [Verdict::Wrong, Verdict::Wrong]);
/// ```
pub struct Work<T>(Stage<T>);

enum Stage<T> {
    Done(T),
    Whole(Box<dyn FnOnce() -> Work<T> + Send>),
    Chain(Box<Chain>, Rest<T>),
}

/// What is to be done with the 32 bytes that a chain comes to.
type Rest<T> = Box<dyn FnOnce([u8; 32]) -> Work<T> + Send>;

impl<T: 'static> Work<T> {
    /// Nothing is left to do.
    pub fn done(result: T) -> Work<T> {
        Work(Stage::Done(result))
    }

    /// Work that is done in one piece.
    pub fn whole(work: impl FnOnce() -> T + Send + 'static) -> Work<T> {
        Work(Stage::Whole(Box::new(|| Work::done(work()))))
    }

    /// More work, which depends on the result of this.
    #[must_use]
    pub fn then<U: 'static>(self, next: impl FnOnce(T) -> Work<U> + Send + 'static) -> Work<U> {
        Work(match self.0 {
            Stage::Done(result) => return next(result),
            Stage::Whole(work) => Stage::Whole(Box::new(|| work().then(next))),
            Stage::Chain(chain, rest) => {
                Stage::Chain(chain, Box::new(|hash| rest(hash).then(next)))
            }
        })
    }

    /// The same work, with something else made of its result.
    #[must_use]
    pub fn map<U: 'static>(self, change: impl FnOnce(T) -> U + Send + 'static) -> Work<U> {
        self.then(|result| Work::done(change(result)))
    }

    /// Whether it goes on with steps, which [`advance`] can take together with those of others.
    pub fn is_in_steps(&self) -> bool {
        matches!(self.0, Stage::Chain(..))
    }

    /// Whether nothing is left to do.
    pub fn is_done(&self) -> bool {
        matches!(self.0, Stage::Done(_))
    }

    /// Does whatever cannot be taken in steps, up to the next steps or the end. Hashers of an application run here.
    #[must_use]
    pub fn go_on(self) -> Work<T> {
        let mut work = self;
        loop {
            work = match work.0 {
                Stage::Whole(work) => work(),
                Stage::Chain(chain, rest) if chain.is_complete() => rest(chain.complete()),
                stage => return Work(stage),
            }
        }
    }

    /// Does all that is left.
    pub fn finish(self) -> T {
        let mut work = self;
        loop {
            work = match work.0 {
                Stage::Done(result) => return result,
                Stage::Whole(work) => work(),
                Stage::Chain(chain, rest) => rest(chain.complete()),
            }
        }
    }

    /// The chain, if there are steps left in it.
    fn chain(&mut self) -> Option<&mut Chain> {
        match &mut self.0 {
            Stage::Chain(chain, _) if !chain.is_complete() => Some(chain),
            _ => None,
        }
    }
}

impl Work<[u8; 32]> {
    /// PBKDF2 with HMAC-SHA256.
    pub(super) fn pbkdf2(password: &[u8], salt: &[u8], iterations: u32) -> Self {
        let chain = Chain::new(password, salt, iterations);
        Work(Stage::Chain(Box::new(chain), Box::new(Work::done)))
    }
}

/// Takes up to `iterations` steps of each, [`SIDE_BY_SIDE`] at a time; fewer where one of them has all its steps
/// behind it before that. Nothing else is done: see [`Work::go_on`].
pub fn advance<T: 'static>(works: &mut [Work<T>], iterations: u32) {
    let mut chains = works.iter_mut().filter_map(Work::chain);
    while let Some(one) = chains.next() {
        match chains.next() {
            Some(other) => chain::advance([one, other], iterations),
            None => chain::advance([one], iterations),
        }
    }
}

impl<T> fmt::Debug for Work<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.0 {
            Stage::Done(_) => "Work(done)",
            Stage::Whole(_) => "Work(in one piece)",
            Stage::Chain(..) => "Work(in steps)",
        })
    }
}
