//! What rules answer, and the text that is made of it.

use std::borrow::Cow;
use std::ops::Range;

/// A part of an answer. Ranges count runs in a rule, bytes in what is made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Piece {
    /// The text as it is written.
    Keep(Range<usize>),
    /// Words in place of what is written.
    Say(Cow<'static, str>, Range<usize>),
    /// The text as it is written, apart from what is before and after it.
    Apart(Range<usize>),
    /// Nothing in place of what is written, but what is around it stays apart.
    Drop(Range<usize>),
}

impl Piece {
    pub(super) fn say(words: impl Into<Cow<'static, str>>, range: Range<usize>) -> Self {
        Self::Say(words.into(), range)
    }

    /// The run, or byte, after it.
    pub(super) fn end(&self) -> usize {
        let (Self::Keep(range) | Self::Say(_, range) | Self::Apart(range) | Self::Drop(range)) = self;
        range.end
    }

    /// The same, apart from what is around it.
    pub(super) fn apart(self) -> Self {
        match self {
            Self::Keep(range) => Self::Apart(range),
            piece => piece,
        }
    }

    pub(super) fn map(self, range: impl Fn(Range<usize>) -> Range<usize>) -> Self {
        match self {
            Self::Keep(runs) => Self::Keep(range(runs)),
            Self::Say(words, runs) => Self::Say(words, range(runs)),
            Self::Apart(runs) => Self::Apart(range(runs)),
            Self::Drop(runs) => Self::Drop(range(runs)),
        }
    }
}

/// What a rule found: pieces for the runs up to `end`.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) end: usize,
    pub(super) pieces: Vec<Piece>,
}

impl Found {
    /// One expression, spoken as `words`.
    pub(super) fn say(words: impl Into<Cow<'static, str>>, runs: Range<usize>) -> Option<Self> {
        Some(Self { end: runs.end, pieces: vec![Piece::say(words, runs)] })
    }

    pub(super) fn drop(runs: Range<usize>) -> Option<Self> {
        Some(Self { end: runs.end, pieces: vec![Piece::Drop(runs)] })
    }

    pub(super) fn pieces(end: usize, pieces: Vec<Piece>) -> Option<Self> {
        Some(Self { end, pieces })
    }
}
