//! What an entry costs, in bytes.

use quick_cache::Weighter;

use super::super::{Pronunciation, Word};
use super::key::Key;
use std::mem::size_of;
use std::sync::Arc;

/// What an allocator adds to a block, about.
const BLOCK: usize = 16;

/// What the store adds to an entry: its own 21 bytes, and tables that are half as large again as their content.
const SLOT: usize = (size_of::<Key>() + size_of::<Arc<Pronunciation>>() + 21) * 3 / 2;

/// The counters of an `Arc`.
const COUNTERS: usize = 2 * size_of::<usize>();

/// Weighs entries by the memory that they hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes;

impl Weighter<Key, Arc<Pronunciation>> for Bytes {
    fn weight(&self, key: &Key, pronunciation: &Arc<Pronunciation>) -> u64 {
        let block = |bytes: usize| if bytes == 0 { 0 } else { bytes + BLOCK };
        let Pronunciation { words, paragraph_starts, unspoken } = &**pronunciation;
        let phonemes: usize = words.iter().map(|word| block(word.phonemes.capacity())).sum();
        let bytes = SLOT
            + block(key.text.len())
            + block(COUNTERS + size_of::<Pronunciation>())
            + block(words.capacity() * size_of::<Word>())
            + phonemes
            + block(paragraph_starts.capacity() * size_of::<usize>())
            + block(unspoken.capacity() * size_of::<std::ops::Range<usize>>());
        bytes as u64
    }
}

/// Gives back memory that an entry would hold without using it.
pub(super) fn shrink(pronunciation: &mut Pronunciation) {
    for word in &mut pronunciation.words {
        word.phonemes.shrink_to_fit();
    }
    pronunciation.words.shrink_to_fit();
    pronunciation.paragraph_starts.shrink_to_fit();
    pronunciation.unspoken.shrink_to_fit();
}
