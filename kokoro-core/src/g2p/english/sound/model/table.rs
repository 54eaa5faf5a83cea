//! Reads a letter-to-sound table.
//!
//! A table is a tree of token sequences. A token is a letter with phonemes that it may stand for. A node is a
//! sequence, and has the cost of its last token after the others and the cost of going on to the shorter
//! context without its first one. All numbers are little-endian:
//!
//! * `KLTS`, the version 1, the greatest length of a sequence (u8);
//! * the number of tokens (u16), and for each its letter (u8: 0 for a to 26 for the apostrophe), the length
//!   of its phonemes (u8) and these in UTF-8; the first three are no letters;
//! * for each length from 0 on the number of nodes (u32); for each node a u16 with the last token in the
//!   upper ten bits and its cost in quarters of a bit in the lower six; and, except for the greatest length,
//!   * for every 64 nodes a u64 in which bits mark those with children, and how many with children came
//!     before (u32);
//!   * the number of nodes with children (u32), and for each of these the cost of leaving it, in sixteenths
//!     of a bit plus 32 (u8);
//!   * for every 16 of them where their children begin in the next length (u32);
//!   * for each the number of its children (u16 up to length 1, else u8).
//!
//! Children are in the order of their tokens, and tokens in the order of their letters.
//!
//! Whatever the bytes, reading them does not panic: what is out of range counts as missing.

use std::ops::Range;

use super::bytes::Bytes;

const MAGIC: &[u8] = b"KLTS\x01";
const COST_BITS: u32 = 6;
/// How many nodes share an entry of the index of those with children.
const BITMAP: usize = 64;
/// How many nodes with children share a start.
const STARTS: usize = 16;

/// The longest sequence that a table may have.
pub(super) const MAX_ORDER: usize = 8;
/// A node that does not exist.
pub(super) const NONE: u32 = u32::MAX;

/// A cost in sixteenths of a bit.
pub(super) type Cost = i32;

/// A letter with phonemes, as a number.
pub(super) type Token = u16;
/// Where a word begins.
pub(super) const BEGIN: Token = 1;
/// Where a word ends.
pub(super) const END: Token = 2;

/// What a token stands for.
pub(super) struct Name<'a> {
    pub(super) phonemes: &'a str,
    /// Whether a phoneme has primary stress.
    pub(super) primary: bool,
}

/// The nodes of one length.
struct Level<'a> {
    entries: &'a [[u8; 2]],
    bitmaps: &'a [[u8; 12]],
    backoffs: &'a [u8],
    starts: &'a [[u8; 4]],
    counts: Counts<'a>,
}

enum Counts<'a> {
    Wide(&'a [[u8; 2]]),
    Narrow(&'a [u8]),
}

pub(super) struct Table<'a> {
    levels: Vec<Level<'a>>,
    names: Vec<Name<'a>>,
    /// The tokens of each letter.
    letters: [Range<Token>; 27],
}

impl<'a> Table<'a> {
    /// `None` if `bytes` do not begin with a table.
    pub(super) fn read(bytes: &mut Bytes<'a>) -> Option<Self> {
        if bytes.take(MAGIC.len())? != MAGIC {
            return None;
        }
        let order = bytes.take(1)?[0].into();
        if !(2..=MAX_ORDER).contains(&order) {
            return None;
        }
        let mut names = Vec::new();
        let mut letters = [const { 0..0 }; 27];
        for token in 0..u16::from_le_bytes(bytes.array()?) {
            let [letter, length] = bytes.array()?;
            let phonemes = std::str::from_utf8(bytes.take(length.into())?).ok()?;
            names.push(Name { phonemes, primary: phonemes.contains('ˈ') });
            if token > END {
                let range = letters.get_mut(usize::from(letter))?;
                let start = if range.start == range.end { token } else { range.start };
                *range = start..token + 1;
            }
        }
        let levels = (0..=order).map(|at| Level::read(bytes, at, at == order)).collect::<Option<_>>()?;
        Some(Self { levels, names, letters })
    }

    /// The length of the longest sequences.
    pub(super) fn order(&self) -> usize {
        self.levels.len() - 1
    }

    /// How many tokens there are.
    pub(super) fn tokens(&self) -> usize {
        self.names.len()
    }

    pub(super) fn name(&self, token: Token) -> Option<&Name<'a>> {
        self.names.get(usize::from(token))
    }

    /// The tokens of a letter.
    pub(super) fn tokens_of(&self, letter: u8) -> Range<Token> {
        self.letters.get(usize::from(letter)).cloned().unwrap_or_default()
    }

    /// The children of a node: where they are in the next length, and the cost of leaving the node for the
    /// shorter context. A node without children costs nothing to leave.
    pub(super) fn inner(&self, length: usize, node: u32) -> (Range<u32>, Cost) {
        self.find_inner(length, node as usize).unwrap_or_default()
    }

    fn find_inner(&self, length: usize, node: usize) -> Option<(Range<u32>, Cost)> {
        let level = self.levels.get(length)?;
        let (bits, before) = level.bitmaps.get(node / BITMAP)?.split_first_chunk()?;
        let bits = u64::from_le_bytes(*bits);
        let mark = 1 << (node % BITMAP);
        if bits & mark == 0 {
            return None;
        }
        let before = u32::from_le_bytes(before.try_into().ok()?);
        let place = before as usize + (bits & (mark - 1)).count_ones() as usize;
        let backoff = Cost::from(*level.backoffs.get(place)?) - 32;
        let start = u32::from_le_bytes(*level.starts.get(place / STARTS)?);
        let earlier: u32 = (place / STARTS * STARTS..place).map(|place| level.counts.get(place)).sum();
        let size = self.levels.get(length + 1)?.entries.len() as u32;
        let start = start.saturating_add(earlier).min(size);
        let end = start.saturating_add(level.counts.get(place)).min(size);
        Some((start..end, backoff))
    }

    /// The last token of a node, and its cost after the others.
    pub(super) fn entry(&self, length: usize, node: u32) -> Option<(Token, Cost)> {
        let entry = u16::from_le_bytes(*self.levels.get(length)?.entries.get(node as usize)?);
        Some((entry >> COST_BITS, Cost::from(entry & ((1 << COST_BITS) - 1)) * 4))
    }

    /// The first of the nodes of this `length` in `range` whose token is not less than `token`.
    pub(super) fn lower_bound(&self, length: usize, range: Range<u32>, token: Token) -> u32 {
        let Range { mut start, mut end } = range;
        while start < end {
            let middle = start + (end - start) / 2;
            if self.entry(length, middle).is_some_and(|(found, _)| found < token) {
                start = middle + 1;
            } else {
                end = middle;
            }
        }
        start
    }

    /// The child of a node with this last token, or [`NONE`].
    pub(super) fn child(&self, length: usize, node: u32, token: Token) -> u32 {
        let (range, _) = self.inner(length, node);
        let end = range.end;
        let found = self.lower_bound(length + 1, range, token);
        let is_it = found < end && self.entry(length + 1, found).is_some_and(|(found, _)| found == token);
        if is_it { found } else { NONE }
    }
}

impl<'a> Level<'a> {
    fn read(bytes: &mut Bytes<'a>, at: usize, last: bool) -> Option<Self> {
        let nodes = bytes.size()?;
        let entries = bytes.arrays(nodes)?;
        if last {
            return Some(Self {
                entries,
                bitmaps: &[],
                backoffs: &[],
                starts: &[],
                counts: Counts::Narrow(&[]),
            });
        }
        let bitmaps = bytes.arrays(nodes.div_ceil(BITMAP))?;
        let inner = bytes.size()?;
        let backoffs = bytes.take(inner)?;
        let starts = bytes.arrays(inner.div_ceil(STARTS))?;
        let counts =
            if at < 2 { Counts::Wide(bytes.arrays(inner)?) } else { Counts::Narrow(bytes.take(inner)?) };
        Some(Self { entries, bitmaps, backoffs, starts, counts })
    }
}

impl Counts<'_> {
    fn get(&self, place: usize) -> u32 {
        let count = match self {
            Counts::Wide(counts) => counts.get(place).map(|&count| u16::from_le_bytes(count).into()),
            Counts::Narrow(counts) => counts.get(place).map(|&count| count.into()),
        };
        count.unwrap_or_default()
    }
}
