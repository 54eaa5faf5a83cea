//! Counts of token sequences.

/// The most tokens in a sequence.
pub(super) const ORDER: usize = 8;

/// A pair of a letter and its phonemes, by number.
pub(super) type Token = u16;

/// What stands after the end of a word.
const NOTHING: Token = 0;
/// Where a word begins (that is, its last letter, as words are read from the end).
pub(super) const BEGIN: Token = 1;
/// Where a word ends.
pub(super) const END: Token = 2;

/// The sequences of one length, in order, so that those that continue the same shorter one stand together.
#[derive(Default)]
pub(super) struct Level {
    /// The last token of each.
    pub(super) token: Vec<Token>,
    /// Each without its last token, by its place in the level before.
    pub(super) parent: Vec<u32>,
    /// Each without its first token, by its place in the level before.
    pub(super) suffix: Vec<u32>,
    /// How often each occurs.
    pub(super) count: Vec<u32>,
    /// Whether each begins with [`BEGIN`].
    pub(super) initial: Vec<bool>,
    /// Where in the next level the continuations of each begin, and where those of the last end.
    children: Vec<u32>,
}

impl Level {
    pub(super) fn len(&self) -> usize {
        self.token.len()
    }

    /// The continuations of a sequence, by their places in the next level.
    pub(super) fn children(&self, node: usize) -> std::ops::Range<usize> {
        self.children[node] as usize..self.children[node + 1] as usize
    }

    fn push(&mut self, token: Token, parent: usize, initial: bool) {
        self.token.push(token);
        self.parent.push(parent as u32);
        self.count.push(0);
        self.initial.push(initial);
    }
}

/// All sequences of up to [`ORDER`] tokens in `words`, by length; of length 0 there is one.
pub(super) fn count(words: &[Vec<Token>]) -> Vec<Level> {
    let mut levels: Vec<Level> = Vec::new();
    levels.resize_with(ORDER + 1, Level::default);
    levels[0].push(NOTHING, 0, false);
    levels[0].suffix.push(0);
    let mut before = [NOTHING; ORDER];
    for window in windows(words) {
        let mut tokens = [NOTHING; ORDER];
        let mut rest = window;
        for token in tokens.iter_mut().rev() {
            *token = rest as Token;
            rest >>= Token::BITS;
        }
        let mut new = false;
        for (at, &token) in tokens.iter().enumerate().take_while(|&(_, &token)| token != NOTHING) {
            new |= token != before[at];
            let parent = levels[at].len() - 1;
            let level = &mut levels[at + 1];
            if new {
                level.push(token, parent, tokens[0] == BEGIN);
            }
            let last = level.len() - 1;
            level.count[last] += 1;
        }
        before = tokens;
    }
    for at in 0..=ORDER {
        levels[at].children = children(&levels[at], levels.get(at + 1));
        if at > 0 {
            levels[at].suffix = suffixes(&levels, at);
        }
    }
    levels
}

/// The sequences of [`ORDER`] tokens that begin at every place of every word, each packed into a number, in
/// order. Sorting numbers is quick even without an optimising compiler.
fn windows(words: &[Vec<Token>]) -> Vec<u128> {
    let mut windows = Vec::new();
    for word in words {
        for from in 0..word.len() {
            windows.push((from..from + ORDER).fold(0, |window, at| {
                window << Token::BITS | u128::from(word.get(at).copied().unwrap_or(NOTHING))
            }));
        }
    }
    windows.sort_unstable();
    windows
}

fn children(level: &Level, next: Option<&Level>) -> Vec<u32> {
    let mut children = vec![0; level.len() + 1];
    for &parent in next.iter().flat_map(|next| &next.parent) {
        children[parent as usize + 1] += 1;
    }
    for node in 1..children.len() {
        children[node] += children[node - 1];
    }
    children
}

/// The suffixes of the sequences of `at` tokens. What is a sequence's suffix continues its parent's suffix.
fn suffixes(levels: &[Level], at: usize) -> Vec<u32> {
    let level = &levels[at];
    if at == 1 {
        return vec![0; level.len()];
    }
    let suffix = |(&token, &parent): (&Token, &u32)| {
        let shorter = levels[at - 1].suffix[parent as usize] as usize;
        let range = levels[at - 2].children(shorter);
        let found = levels[at - 1].token[range.clone()].partition_point(|&other| other < token);
        (range.start + found) as u32
    };
    level.token.iter().zip(&level.parent).map(suffix).collect()
}
