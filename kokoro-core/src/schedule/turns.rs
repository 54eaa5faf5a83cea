//! Whose turn it is: fair by what was received, not by how often one asked.
//!
//! Every request has a tag, the virtual time at which its next step starts. The lowest tag goes first, the older request
//! among equals; a step moves its request's tag on by what the step cost. Virtual time itself moves by the cost divided
//! by the number of requests that share the machine, as if all of them were served at once, and that is where a new
//! request begins. So a request that has had much waits until the others have had as much, a newcomer starts at once
//! beside one that has run for an hour, and a stream of newcomers cannot hold an old one up: virtual time passes its tag.
//! (Weighted fair queueing with equal weights, a step of a request being a packet.)

use std::collections::BTreeSet;

/// Cost is counted in audio samples; the factor keeps quotients exact enough.
const SCALE: u64 = 256;

/// The order in which requests that are ready take their steps.
#[derive(Debug, Default)]
pub(super) struct Turns {
    ready: BTreeSet<(u64, u64)>,
    now: u64,
}

impl Turns {
    /// The tag of a request that joins now.
    pub(super) fn start(&self) -> u64 {
        self.now
    }

    /// The tag of a request that stood aside of its own accord: it keeps what it has had, and gains nothing.
    pub(super) fn rejoin(&self, tag: u64) -> u64 {
        tag.max(self.now)
    }

    /// Lines a request up.
    pub(super) fn push(&mut self, tag: u64, id: u64) {
        self.ready.insert((tag, id));
    }

    /// The request whose turn it is, which is then no longer in line.
    pub(super) fn pop(&mut self) -> Option<u64> {
        let (tag, id) = self.ready.pop_first()?;
        // The others left before they had what they were counted with: whoever comes now must not be ahead for that.
        self.now = self.now.max(tag);
        Some(id)
    }

    /// Takes a request out of line. False if it was not in it.
    pub(super) fn remove(&mut self, tag: u64, id: u64) -> bool {
        self.ready.remove(&(tag, id))
    }

    /// The tag after a step that cost `cost`, of a request that shared the machine with `sharing` - 1 others.
    pub(super) fn charge(&mut self, tag: u64, cost: u64, sharing: usize) -> u64 {
        let cost = cost.saturating_mul(SCALE);
        self.now = self.now.saturating_add(cost / sharing.max(1) as u64);
        tag.saturating_add(cost)
    }

    /// How many are in line.
    pub(super) fn len(&self) -> usize {
        self.ready.len()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    /// A request of steps that are all of one cost.
    struct Request {
        tag: u64,
        cost: u64,
        steps: usize,
    }

    #[derive(Default)]
    struct Simulation {
        turns: Turns,
        requests: HashMap<u64, Request>,
        order: Vec<u64>,
    }

    impl Simulation {
        fn arrive(&mut self, id: u64, cost: u64, steps: usize) {
            let tag = self.turns.start();
            self.turns.push(tag, id);
            self.requests.insert(id, Request { tag, cost, steps });
        }

        fn step(&mut self) {
            let Some(id) = self.turns.pop() else { return };
            self.order.push(id);
            let sharing = self.requests.len();
            let request = self.requests.get_mut(&id).unwrap();
            request.tag = self.turns.charge(request.tag, request.cost, sharing);
            request.steps -= 1;
            if request.steps == 0 {
                self.requests.remove(&id);
            } else {
                self.turns.push(request.tag, id);
            }
        }

        fn steps(&mut self, count: usize) {
            (0..count).for_each(|_| self.step());
        }
    }

    #[test]
    fn a_sentence_does_not_wait_for_a_book() {
        let mut simulation = Simulation::default();
        simulation.arrive(0, 250, 1000);
        simulation.steps(100);
        for id in 1..=10 {
            simulation.arrive(id, 40, 1);
        }
        simulation.order.clear();
        simulation.steps(12);
        // The book has had its chunk, so the ten come first, in the order of their arrival.
        let order: Vec<u64> = simulation.order;
        let book = order.iter().position(|&id| id == 0).unwrap();
        assert!(order.iter().filter(|&&id| id != 0).is_sorted() && order.len() == 12, "{order:?}");
        assert!(book == 0 || book == 10, "{order:?}");
    }

    #[test]
    fn a_stream_of_sentences_does_not_starve_a_book() {
        let mut simulation = Simulation::default();
        simulation.arrive(0, 250, usize::MAX);
        for id in 1..=5_000 {
            while simulation.requests.len() < 3 {
                simulation.arrive(3 * id + simulation.requests.len() as u64, 40, 1);
            }
            simulation.step();
        }
        let audio = |of_book: bool| -> u64 {
            let cost = |&id: &u64| if id == 0 { 250 } else { 40 };
            simulation.order.iter().filter(|&&id| (id == 0) == of_book).map(cost).sum()
        };
        // A third is its due.
        assert!(audio(true) * 5 > audio(false) * 2, "{} of {}", audio(true), audio(false));
    }

    #[test]
    fn waves_of_sentences_leave_a_book_no_more_than_a_chunk_behind() {
        let mut simulation = Simulation::default();
        simulation.arrive(0, 250, usize::MAX);
        for wave in 0..100 {
            for id in 1..=10 {
                simulation.arrive(wave * 10 + id, 10, 1);
            }
            simulation.steps(15);
        }
        let book = &simulation.requests[&0];
        assert!(
            book.tag - simulation.turns.start() <= 250 * SCALE,
            "{} {}",
            book.tag,
            simulation.turns.start()
        );
    }

    #[test]
    fn two_books_share_alike_whatever_the_length_of_their_chunks() {
        let mut simulation = Simulation::default();
        simulation.arrive(0, 500, usize::MAX);
        simulation.arrive(1, 100, usize::MAX);
        simulation.steps(6_000);
        let count = |id| simulation.order.iter().filter(|&&other| other == id).count() as i64;
        assert!((count(0) * 500 - count(1) * 100).abs() <= 500, "{} {}", count(0), count(1));
    }

    #[test]
    fn standing_aside_saves_nothing_up() {
        let mut turns = Turns::default();
        let old = turns.start();
        let tag = turns.start();
        let tag = turns.charge(tag, 1000, 1);
        assert_eq!(turns.rejoin(old), turns.start());
        assert!(turns.rejoin(old) <= tag);
        assert_eq!(turns.rejoin(tag + 5), tag + 5);
    }

    proptest! {
        /// While all are in line all the time, nobody gets more than the longest step ahead of anybody else.
        #[test]
        fn shares_differ_by_no_more_than_a_step(costs in prop::collection::vec(1u64..600, 2..12), steps in 1usize..400) {
            let mut simulation = Simulation::default();
            for (id, &cost) in costs.iter().enumerate() {
                simulation.arrive(id as u64, cost, usize::MAX);
            }
            simulation.steps(steps);
            let audio = |id: usize| {
                simulation.order.iter().filter(|&&other| other == id as u64).count() as u64 * costs[id]
            };
            let most = (0..costs.len()).map(audio).max().unwrap();
            let least = (0..costs.len()).map(audio).min().unwrap();
            prop_assert!(most - least <= costs.iter().max().copied().unwrap());
        }
    }
}
