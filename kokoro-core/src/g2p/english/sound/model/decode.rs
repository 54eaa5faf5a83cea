//! Finds the likeliest phonemes of a word.

use super::table::{BEGIN, Cost, END, MAX_ORDER, NONE, Table, Token};

/// How many readings of the letters so far are followed up. Twice as many take half as long again and get two
/// words in a thousand more right.
const BEAM: usize = 24;
/// How much less likely than the best a reading may be: 14 bits.
const MARGIN: Cost = 14 * 16;

/// A reading of the letters so far.
#[derive(Clone, Copy)]
struct State {
    cost: Cost,
    /// The nodes of the last tokens, by how many: that of none, of one, and so on.
    context: [u32; MAX_ORDER],
    /// Whether there was a primary stress.
    primary: bool,
    /// Its last step, from which the others can be found.
    step: usize,
}

/// A reading of one letter more.
struct Candidate {
    cost: Cost,
    /// The state that it continues.
    from: usize,
    token: Token,
    primary: bool,
}

/// A token, and the step before it.
struct Step {
    token: Token,
    before: usize,
}

/// A reading of all letters.
pub(super) struct Reading {
    /// In the order of the letters.
    pub(super) tokens: Vec<Token>,
    pub(super) cost: Cost,
    /// Whether it has a primary stress. None has two.
    pub(super) primary: bool,
}

/// The likeliest readings of `letters`, which are to be in the order of the table.
pub(super) fn decode(table: &Table<'_>, letters: &[u8]) -> Vec<Reading> {
    let mut beam = Beam::new(table);
    for &letter in letters {
        beam.extend(table.tokens_of(letter));
    }
    beam.extend(END..END + 1);
    beam.states.iter().filter_map(|state| beam.reading(state)).collect()
}

struct Beam<'a> {
    table: &'a Table<'a>,
    states: Vec<State>,
    candidates: Vec<Candidate>,
    steps: Vec<Step>,
    /// For every token the last state that was extended by it, as a running number.
    seen: Vec<usize>,
    extended: usize,
}

impl<'a> Beam<'a> {
    fn new(table: &'a Table<'a>) -> Self {
        let mut context = [NONE; MAX_ORDER];
        context[0] = 0;
        context[1] = table.child(0, 0, BEGIN);
        Self {
            table,
            states: vec![State { cost: 0, context, primary: false, step: usize::MAX }],
            candidates: Vec::new(),
            steps: Vec::new(),
            seen: vec![0; table.tokens()],
            extended: 0,
        }
    }

    fn reading(&self, state: &State) -> Option<Reading> {
        // The last step is the end of the word.
        let mut step = self.steps.get(state.step)?;
        let mut tokens = Vec::new();
        while let Some(before) = self.steps.get(step.before) {
            tokens.push(before.token);
            step = before;
        }
        tokens.reverse();
        Some(Reading { tokens, cost: state.cost, primary: state.primary })
    }

    /// Goes on by one letter, which may be any of `tokens`.
    fn extend(&mut self, tokens: std::ops::Range<Token>) {
        self.candidates.clear();
        let mut limit = Cost::MAX;
        for from in 0..self.states.len() {
            self.extend_state(from, &tokens, &mut limit);
        }
        // Stable, so that equals keep the order in which they were found.
        self.candidates.sort_by_key(|candidate| candidate.cost);
        self.candidates.truncate(BEAM);
        let states = self.candidates.iter().filter_map(|candidate| {
            let before = self.states.get(candidate.from)?;
            let mut context = [NONE; MAX_ORDER];
            context[0] = 0;
            let nodes = before.context.iter().take(self.table.order() - 1).enumerate();
            for ((length, &node), context) in nodes.zip(&mut context[1..]) {
                if node != NONE {
                    *context = self.table.child(length, node, candidate.token);
                }
            }
            self.steps.push(Step { token: candidate.token, before: before.step });
            let step = self.steps.len() - 1;
            Some(State { cost: candidate.cost, context, primary: candidate.primary, step })
        });
        self.states = states.collect();
    }

    /// Collects what state `from` can be continued with: what its longest context knows, then at a cost what
    /// the next shorter one does.
    fn extend_state(&mut self, from: usize, tokens: &std::ops::Range<Token>, limit: &mut Cost) {
        let Some(&state) = self.states.get(from) else { return };
        let table = self.table;
        let mut cost = state.cost;
        self.extended += 1;
        for length in (0..table.order()).rev() {
            let node = state.context[length];
            if node == NONE {
                continue;
            }
            if cost > *limit {
                break;
            }
            let (children, backoff) = table.inner(length, node);
            let first = table.lower_bound(length + 1, children.clone(), tokens.start);
            for child in first..children.end {
                let Some((token, token_cost)) = table.entry(length + 1, child) else { break };
                if !tokens.contains(&token) {
                    break;
                }
                let (Some(seen), Some(name)) = (self.seen.get_mut(usize::from(token)), table.name(token))
                else {
                    break;
                };
                let cost = cost + token_cost;
                if *seen != self.extended && cost <= *limit && !(state.primary && name.primary) {
                    *limit = (*limit).min(cost.saturating_add(MARGIN));
                    let primary = state.primary || name.primary;
                    self.candidates.push(Candidate { cost, from, token, primary });
                }
                *seen = self.extended;
            }
            cost += backoff;
        }
    }
}
