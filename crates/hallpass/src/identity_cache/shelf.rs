//! Answers to one kind of question, bounded in number, each with its proof; and one question at a time for each key.
//!
//! Whoever asks while the same question is under way waits for that answer, and takes it only if it is proven at the
//! moment it arrives: what was read before this request began may be older than a revocation that this request must
//! see. A fault is shared as it is, so that many who wait for a broken database wait once.

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};

use hallpass_store::{Proof, Proven, Store, StoreError};
use parking_lot::Mutex;
use quick_cache::Weighter;
use quick_cache::sync::{Cache, DefaultLifecycle};
use tokio::sync::watch;

/// How much room an answer takes; what is usual takes 1.
pub(super) trait Weight {
    fn weight(&self) -> u64 {
        1
    }
}

#[derive(Clone)]
struct Kept<V> {
    answer: V,
    proof: Proof,
}

#[derive(Clone)]
struct ByWeight;

impl<K, V: Weight> Weighter<K, Kept<V>> for ByWeight {
    fn weight(&self, _: &K, kept: &Kept<V>) -> u64 {
        kept.answer.weight()
    }
}

/// Nobody chooses keys: tags are hashes under a secret of this process, and ids are the database's.
type Random = foldhash::fast::RandomState;

/// What those who wait are told; without an answer they ask for themselves.
type Outcome<V> = Option<Result<Proven<V>, StoreError>>;

pub(super) struct Shelf<K, V> {
    kept: Cache<K, Kept<V>, ByWeight, Random>,
    under_way: Mutex<HashMap<K, watch::Receiver<Outcome<V>>>>,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl<K: Hash + Eq + Clone, V: Clone + Weight> Shelf<K, V> {
    /// Room for about `size` usual answers. Memory is taken as it is needed.
    pub(super) fn new(size: usize) -> Self {
        let weight = size as u64;
        let lifecycle = DefaultLifecycle::default();
        Self {
            kept: Cache::with(size, weight, ByWeight, Random::default(), lifecycle),
            under_way: Mutex::default(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    /// The answer that is kept, if it is proven and `valid`. Whoever gets none will ask the database.
    pub(super) fn fresh(&self, key: &K, store: &Store, valid: impl Fn(&V) -> bool) -> Option<V> {
        let answer = self.at_hand(key, store, valid);
        if answer.is_none() {
            self.misses.fetch_add(1, Ordering::Relaxed);
        }
        answer
    }

    /// The same for those who will ask again where they get none.
    pub(super) fn at_hand(&self, key: &K, store: &Store, valid: impl Fn(&V) -> bool) -> Option<V> {
        let kept = self.kept.get(key)?;
        let holds = valid(&kept.answer) && store.holds(&kept.proof);
        holds.then(|| {
            self.hits.fetch_add(1, Ordering::Relaxed);
            kept.answer
        })
    }

    /// How often an answer was there and still true, and how often not.
    pub(super) fn hits_and_misses(&self) -> (u64, u64) {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (count(&self.hits), count(&self.misses))
    }

    /// Keeps an answer, unless nothing proves it.
    pub(super) fn keep(&self, key: K, answer: &V, proof: Option<Proof>) {
        if let Some(proof) = proof {
            let answer = answer.clone();
            self.kept.insert(key, Kept { answer, proof });
        }
    }

    /// The answer that is kept, or the one that `read` finds.
    pub(super) async fn get(
        &self,
        key: K,
        store: &Store,
        valid: impl Fn(&V) -> bool,
        read: impl Future<Output = Result<Proven<V>, StoreError>>,
    ) -> Result<V, StoreError> {
        if let Some(answer) = self.fresh(&key, store, &valid) {
            return Ok(answer);
        }
        let leader = match self.join(&key) {
            Place::Leader(leader) => Some(leader),
            Place::Waiting(waiting) => match outcome(waiting).await {
                Some(Err(fault)) => return Err(fault),
                Some(Ok(found)) if proves(&found, store) && valid(&found.answer) => {
                    return Ok(found.answer);
                }
                _ => None,
            },
        };
        let found = read.await;
        if let Ok(found) = &found {
            self.keep(key, &found.answer, found.proof);
        }
        if let Some(leader) = leader {
            leader.tell(&found);
        }
        Ok(found?.answer)
    }

    fn join(&self, key: &K) -> Place<'_, K, V> {
        let mut under_way = self.under_way.lock();
        if let Some(waiting) = under_way.get(key) {
            return Place::Waiting(waiting.clone());
        }
        let (teller, waiting) = watch::channel(None);
        under_way.insert(key.clone(), waiting);
        Place::Leader(Leader {
            shelf: self,
            key: key.clone(),
            teller,
        })
    }
}

enum Place<'s, K: Hash + Eq, V> {
    Leader(Leader<'s, K, V>),
    Waiting(watch::Receiver<Outcome<V>>),
}

/// Who asks for all that wait. When its request is given up, its place is free again and the others are told.
struct Leader<'s, K: Hash + Eq, V> {
    shelf: &'s Shelf<K, V>,
    key: K,
    teller: watch::Sender<Outcome<V>>,
}

impl<K: Hash + Eq, V: Clone> Leader<'_, K, V> {
    fn tell(self, found: &Result<Proven<V>, StoreError>) {
        // One receiver is the shelf's own.
        if self.teller.receiver_count() > 1 {
            self.teller.send_replace(Some(found.clone()));
        }
    }
}

impl<K: Hash + Eq, V> Drop for Leader<'_, K, V> {
    fn drop(&mut self) {
        self.shelf.under_way.lock().remove(&self.key);
    }
}

/// `None` when the leader gave up.
async fn outcome<V: Clone>(mut waiting: watch::Receiver<Outcome<V>>) -> Outcome<V> {
    match waiting.wait_for(Option::is_some).await {
        Ok(outcome) => outcome.clone(),
        Err(_) => None,
    }
}

fn proves<V>(found: &Proven<V>, store: &Store) -> bool {
    found.proof.is_some_and(|proof| store.holds(&proof))
}
