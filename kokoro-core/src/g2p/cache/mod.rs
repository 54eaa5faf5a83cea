//! Pronunciations of segments that were converted before.
//!
//! The unit is what a front end converts at once, a paragraph or a part of a long one: its words depend on each other but
//! on nothing else, so an entry serves wherever the same paragraph stands. Callers that ask for the same segment at the
//! same time wait for the first of them; if that one fails or panics, the next one does the work. Errors are not kept.

mod key;
mod stats;
#[cfg(test)]
mod tests;
mod weight;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use quick_cache::sync::{Cache as Store, GuardResult};
use quick_cache::{DefaultHashBuilder, OptionsBuilder};

use self::key::Key;
pub(super) use self::key::Query;
pub use self::stats::CacheStats;
use self::stats::Evictions;
use self::weight::Bytes;
use super::Pronunciation;
use crate::Result;

/// Parts with a lock and an equal share of the capacity each. What is larger than a share is not kept.
const SHARDS: usize = 8;

/// How many entries the eviction policy prepares to remember.
const EXPECTED_ENTRIES: usize = 4_096;

type Entries = Store<Key, Arc<Pronunciation>, Bytes, DefaultHashBuilder, Evictions>;

/// Pronunciations by text, language and settings. Its size is limited in bytes; 0 bytes switch it off.
pub(super) struct Cache {
    entries: Entries,
    capacity: AtomicUsize,
    hits: AtomicU64,
    misses: AtomicU64,
    waits: AtomicU64,
    evictions: Evictions,
}

impl Cache {
    /// The capacity, in bytes, unless another is asked for.
    pub(super) const DEFAULT_BYTES: usize = 4 << 20;

    pub(super) fn new(capacity: usize) -> Self {
        let evictions = Evictions::default();
        let options = OptionsBuilder::new()
            .shards(SHARDS)
            .estimated_items_capacity(EXPECTED_ENTRIES)
            .weight_capacity(share(capacity))
            .build();
        let entries = match options {
            Ok(options) => {
                Store::with_options(options, Bytes, DefaultHashBuilder::default(), evictions.clone())
            }
            // Only a missing option is an error.
            Err(_) => Store::with(
                EXPECTED_ENTRIES,
                share(capacity),
                Bytes,
                DefaultHashBuilder::default(),
                evictions.clone(),
            ),
        };
        Self {
            entries,
            capacity: AtomicUsize::new(capacity),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            waits: AtomicU64::new(0),
            evictions,
        }
    }

    /// What is kept, without waiting. A miss is not counted.
    pub(super) fn get(&self, query: &Query<'_>) -> Option<Arc<Pronunciation>> {
        if self.is_off() {
            return None;
        }
        let found = self.entries.get(query)?;
        self.hits.fetch_add(1, Ordering::Relaxed);
        Some(found)
    }

    /// What is kept, or what `make` makes, which is then kept.
    pub(super) fn get_or_make(
        &self,
        query: &Query<'_>,
        make: impl FnOnce() -> Result<Pronunciation>,
    ) -> Result<Arc<Pronunciation>> {
        if self.is_off() {
            return make().map(Arc::new);
        }
        if let Some(found) = self.get(query) {
            return Ok(found);
        }
        let guard = match self.entries.get_value_or_guard(&query.to_key(), None) {
            GuardResult::Value(made) => {
                self.hits.fetch_add(1, Ordering::Relaxed);
                self.waits.fetch_add(1, Ordering::Relaxed);
                return Ok(made);
            }
            GuardResult::Guard(guard) => Some(guard),
            // Waits end without one only where a time is given.
            GuardResult::Timeout => None,
        };
        self.misses.fetch_add(1, Ordering::Relaxed);
        // The guard wakes one of those who wait if it is dropped without a value.
        let mut made = make()?;
        weight::shrink(&mut made);
        let made = Arc::new(made);
        if let Some(guard) = guard {
            // It fails if the entry was removed meanwhile, and then is not kept.
            let _ = guard.insert(Arc::clone(&made));
        }
        Ok(made)
    }

    /// Changes the capacity, in bytes. What is too much is put out at once.
    pub(super) fn set_capacity(&self, bytes: usize) {
        self.capacity.store(bytes, Ordering::Relaxed);
        self.entries.set_capacity(share(bytes));
    }

    pub(super) fn stats(&self) -> CacheStats {
        CacheStats {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            waits: self.waits.load(Ordering::Relaxed),
            evictions: self.evictions.count(),
            entries: self.entries.len(),
            bytes: usize::try_from(self.entries.weight()).unwrap_or(usize::MAX),
            capacity_bytes: self.capacity.load(Ordering::Relaxed),
        }
    }

    fn is_off(&self) -> bool {
        self.capacity.load(Ordering::Relaxed) == 0
    }
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Cache").field(&self.stats()).finish()
    }
}

/// What the shards hold together: they round up, and this must not be more than `capacity`.
fn share(capacity: usize) -> u64 {
    (capacity / SHARDS * SHARDS) as u64
}
