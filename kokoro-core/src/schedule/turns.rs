//! Whose turn it is: fair by what was received, not by how often one asked.
//!
//! Every request has a tag, the virtual time at which its next step starts. The lowest tag goes first, the older request
//! among equals; a step moves its request's tag on by what the step cost. Virtual time itself moves by the cost divided
//! by the number of requests that share the machine, as if all of them were served at once, and that is where a new
//! request begins. So a request that has had much waits until the others have had as much, a newcomer starts at once
//! beside one that has run for an hour, and a stream of newcomers cannot hold an old one up: virtual time passes its tag.
//! (Weighted fair queueing with equal weights, a step of a request being a packet.)
//!
//! One thing comes before the tags: the first item of a request, which decides how soon its first sound is there. It is
//! charged like any other, so that it takes nothing from anybody in the end; and it does not go first while somebody is
//! behind by more than [`PATIENCE`].

use std::collections::BTreeSet;

/// Cost is counted in audio samples; the factor keeps quotients exact enough.
const SCALE: u64 = 256;

/// How far first steps of others may put a request behind what is its due: ten seconds of audio, half of the longest step.
/// With less, first steps wait for each other when many requests are active; more gains nothing.
const PATIENCE: u64 = 240_000 * SCALE;

/// The order in which requests that are ready take their steps.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// Requests that have had nothing, oldest first.
    fresh: BTreeSet<u64>,
    /// The others, by tag and age.
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

    /// Lines up a request that has had nothing.
    pub(super) fn push_fresh(&mut self, id: u64) {
        self.fresh.insert(id);
    }

    /// Lines a request up.
    pub(super) fn push(&mut self, tag: u64, id: u64) {
        self.ready.insert((tag, id));
    }

    /// The request whose turn it is, which is then no longer in line.
    pub(super) fn pop(&mut self) -> Option<u64> {
        let is_behind = self.ready.first().is_some_and(|(tag, _)| tag.saturating_add(PATIENCE) < self.now);
        if !is_behind && let Some(id) = self.fresh.pop_first() {
            return Some(id);
        }
        let (tag, id) = self.ready.pop_first()?;
        // The others left before they had what they were counted with: whoever comes now must not be ahead for that.
        self.now = self.now.max(tag);
        Some(id)
    }

    /// Takes a request out of line. False if it was not in it.
    pub(super) fn remove(&mut self, tag: u64, id: u64) -> bool {
        self.fresh.remove(&id) || self.ready.remove(&(tag, id))
    }

    /// The tag after a step that cost `cost`, of a request that shared the machine with `sharing` - 1 others.
    pub(super) fn charge(&mut self, tag: u64, cost: u64, sharing: usize) -> u64 {
        let cost = cost.saturating_mul(SCALE);
        self.now = self.now.saturating_add(cost / sharing.max(1) as u64);
        tag.saturating_add(cost)
    }

    /// How many are in line.
    pub(super) fn len(&self) -> usize {
        self.fresh.len() + self.ready.len()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    /// Samples in a hundredth of a second, in which costs are given here.
    const CENTISECOND: u64 = 240;

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
            self.turns.push_fresh(id);
            self.requests.insert(id, Request { tag, cost, steps });
        }

        fn step(&mut self) {
            let Some(id) = self.turns.pop() else { return };
            self.order.push(id);
            let sharing = self.requests.len();
            let request = self.requests.get_mut(&id).unwrap();
            request.tag = self.turns.charge(request.tag, request.cost * CENTISECOND, sharing);
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
        simulation.arrive(0, 2_000, 1000);
        simulation.steps(100);
        for id in 1..=10 {
            simulation.arrive(id, 400, 1);
        }
        simulation.order.clear();
        simulation.steps(12);
        // The ten come first, in the order of their arrival.
        let order: Vec<u64> = (1..=10).chain([0, 0]).collect();
        assert_eq!(simulation.order, order);
    }

    #[test]
    fn a_stream_of_sentences_does_not_starve_a_book() {
        let mut simulation = Simulation::default();
        simulation.arrive(0, 2_000, usize::MAX);
        for id in 1..=5_000 {
            while simulation.requests.len() < 3 {
                simulation.arrive(3 * id + simulation.requests.len() as u64, 400, 1);
            }
            simulation.step();
        }
        let audio = |of_book: bool| -> u64 {
            let cost = |&id: &u64| if id == 0 { 2_000 } else { 400 };
            simulation.order.iter().filter(|&&id| (id == 0) == of_book).map(cost).sum()
        };
        let share = audio(true) as f64 / (audio(true) + audio(false)) as f64;
        assert!((share - 1.0 / 3.0).abs() < 0.02, "{share}");
    }

    /// Twenty clients who ask again as soon as they have been served: each waits for the others' audio, but not for its first
    /// sound.
    #[test]
    fn first_steps_do_not_wait_for_later_ones() {
        let mut simulation = Simulation::default();
        let mut next = 0;
        let mut waits = Vec::new();
        let mut arrivals = HashMap::new();
        for step in 0..4_000 {
            while simulation.requests.len() < 20 {
                simulation.arrive(next, 300, 3);
                arrivals.insert(next, step);
                next += 1;
            }
            simulation.step();
            if let Some(arrival) = arrivals.remove(simulation.order.last().unwrap()) {
                waits.push(step - arrival);
            }
        }
        // The first twenty come at once; after them, one at a time.
        assert!(waits.iter().skip(20).all(|&wait| wait <= 1), "{:?}", waits.iter().skip(20).max());
    }

    #[test]
    fn waves_of_sentences_leave_a_book_where_it_should_be() {
        let mut simulation = Simulation::default();
        simulation.arrive(0, 250, usize::MAX);
        for wave in 0..100 {
            for id in 1..=10 {
                simulation.arrive(wave * 10 + id, 10, 1);
            }
            simulation.steps(15);
        }
        let (book, now) = (simulation.requests[&0].tag, simulation.turns.start());
        let chunk = 250 * CENTISECOND * SCALE;
        assert!(
            book.saturating_sub(now) <= chunk && now.saturating_sub(book) <= chunk + PATIENCE,
            "{book} {now}"
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
