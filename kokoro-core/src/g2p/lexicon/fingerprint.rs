//! A number for the content of a lexicon.

use std::hash::{BuildHasher, RandomState};

use once_cell::sync::Lazy;

/// 128 bits that are equal for equal entries, within one process.
///
/// The hash has random keys, so that nobody can make two lexicons that share a fingerprint, and thereby cached words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(in crate::g2p) struct Fingerprint(u64, u64);

static KEYS: Lazy<(RandomState, RandomState)> = Lazy::new(|| (RandomState::new(), RandomState::new()));

impl Fingerprint {
    /// Adds an entry. The order of the entries does not matter.
    pub(super) fn add(&mut self, word: &str, phonemes: &str) {
        self.0 = self.0.wrapping_add(KEYS.0.hash_one((word, phonemes)));
        self.1 = self.1.wrapping_add(KEYS.1.hash_one((word, phonemes)));
    }
}
