//! The hash of the dictionary's table. The build script, which makes the table, includes this file.

/// The hash of a word (FNV-1a, then mixed so that its low bits are good).
pub(crate) fn hash(word: &[u8]) -> u64 {
    let hash = word.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    hash ^ (hash >> 32)
}

/// What stands in a word's slot: eight bits of its hash above the place of its record, counted from one. `None` if that
/// takes more than 24 bits.
pub(crate) fn slot(hash: u64, start: usize) -> Option<u32> {
    let place = u32::try_from(start).ok()?.checked_add(1).filter(|place| place >> 24 == 0)?;
    Some((((hash >> 56) as u32) << 24) | place)
}
