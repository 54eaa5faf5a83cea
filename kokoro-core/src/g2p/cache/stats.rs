//! What a cache has done.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::Lifecycle;

use super::super::Pronunciation;
use super::key::Key;

/// Counters of a cache of pronunciations, since it was made.
///
/// The unit is a paragraph, or a part of a paragraph of more than 2,000 bytes. Every look-up is either a hit or a miss;
/// nothing is looked up while the cache is switched off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheStats {
    /// Look-ups that were answered from the cache.
    pub hits: u64,
    /// Look-ups whose pronunciation had to be made.
    pub misses: u64,
    /// Hits that another caller was just making when they were looked up.
    pub waits: u64,
    /// Entries that were put out, or not taken in because they are larger than an eighth of the capacity.
    pub evictions: u64,
    /// Entries that are kept now.
    pub entries: usize,
    /// What these weigh, in bytes: text, words, phonemes and what keeping them costs.
    pub bytes: usize,
    /// What they may weigh, in bytes.
    pub capacity_bytes: usize,
}

/// Counts what the store puts out.
#[derive(Debug, Clone, Default)]
pub(super) struct Evictions(Arc<AtomicU64>);

impl Evictions {
    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Lifecycle<Key, Arc<Pronunciation>> for Evictions {
    // What was put out is dropped with the state, when no lock is held any more.
    type RequestState = Vec<(Key, Arc<Pronunciation>)>;

    fn on_evict(&self, state: &mut Self::RequestState, key: Key, pronunciation: Arc<Pronunciation>) {
        self.0.fetch_add(1, Ordering::Relaxed);
        state.push((key, pronunciation));
    }
}
