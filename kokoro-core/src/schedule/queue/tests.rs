//! Random events against what must always hold.

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::*;

/// Counts how many of it there are.
struct Counted(std::sync::Arc<AtomicUsize>);

impl Counted {
    fn new(count: &std::sync::Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(std::sync::Arc::clone(count))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Gives the numbers from 0 on.
struct Count {
    next: u32,
    last: u32,
    counted: Counted,
}

impl Task for Count {
    type Item = (u32, Counted);
    type Error = ();

    fn step(&mut self, _waited: Duration) -> Result<Step<Self::Item>, ()> {
        let item = (self.next, Counted::new(&self.counted.0));
        self.next += 1;
        Ok(Step::Item { item, cost: 10, last: self.next > self.last })
    }
}

struct World {
    queue: Queue<Count>,
    now: Instant,
    alive: std::sync::Arc<AtomicUsize>,
    stops: std::sync::Arc<AtomicUsize>,
    running: Vec<(u64, Count)>,
    open: Vec<Open>,
}

/// A request as its caller sees it.
struct Open {
    id: u64,
    last: u32,
    next: u32,
    is_over: bool,
}

impl World {
    fn new(limit: usize) -> Self {
        Self {
            queue: Queue::new(limit),
            now: Instant::now(),
            alive: std::sync::Arc::default(),
            stops: std::sync::Arc::default(),
            running: Vec::new(),
            open: Vec::new(),
        }
    }

    fn admit(&mut self, last: u32, room: usize, deadline: Option<u64>) -> Result<u64, Refused> {
        self.queue.check()?;
        let task = Count { next: 0, last, counted: Counted::new(&self.alive) };
        let stops = std::sync::Arc::clone(&self.stops);
        let plan = Plan {
            begun: self.now,
            deadline: deadline.map(|seconds| self.now + Duration::from_secs(seconds)),
            room,
            stop: Box::new(move || {
                stops.fetch_add(1, Ordering::SeqCst);
            }),
        };
        let (id, _, effects) = self.queue.admit(task, plan, self.now);
        self.apply(effects);
        self.open.push(Open { id, last, next: 0, is_over: false });
        Ok(id)
    }

    fn apply(&self, effects: Effects) {
        effects.stop.into_iter().for_each(|stop| stop());
    }

    fn take(&mut self) -> bool {
        let Some((id, task, _)) = self.queue.take(self.now) else { return false };
        self.running.push((id, task));
        true
    }

    fn work(&mut self, which: usize) {
        if self.running.is_empty() {
            return;
        }
        let (id, mut task) = self.running.remove(which % self.running.len());
        let step = task.step(Duration::ZERO).map_err(Ended::Failed);
        let effects = self.queue.give_back(id, task, step, self.now);
        self.apply(effects);
    }

    /// Reads once from a request; false if there is nothing.
    fn read(&mut self, which: usize) -> bool {
        if self.open.is_empty() {
            return false;
        }
        let count = self.open.len();
        let open = &mut self.open[which % count];
        let (next, effects) = self.queue.next(open.id, None, self.now);
        effects.stop.into_iter().for_each(|stop| stop());
        match next {
            Next::Item((number, _)) => {
                assert!(!open.is_over, "nothing comes after the end");
                assert_eq!(number, open.next, "items come in order");
                open.next += 1;
                true
            }
            Next::Ended(Ended::Finished) => {
                assert!(open.is_over || open.next == open.last + 1, "a request ends after its last item");
                open.is_over = true;
                false
            }
            Next::Ended(_) => {
                open.is_over = true;
                false
            }
            Next::Wait => false,
        }
    }

    fn release(&mut self, which: usize) {
        if !self.open.is_empty() {
            let open = self.open.remove(which % self.open.len());
            let effects = self.queue.release(open.id, self.now);
            self.apply(effects);
        }
    }

    fn check(&self) {
        let tally = self.queue.tally();
        assert_eq!(tally.admitted, tally.outcomes() + tally.active as u64);
        assert_eq!(tally.running, self.running.len());
        assert!(tally.active <= self.queue.limit);
        assert!(tally.ready + self.queue.aside <= tally.active);
        let states = |state| self.queue.entries.values().filter(|entry| entry.state == state).count();
        assert_eq!(states(State::Ready), tally.ready);
        assert_eq!(states(State::Aside), self.queue.aside);
        assert_eq!(states(State::Ready) + states(State::Aside) + states(State::Running), tally.active);
        assert_eq!(self.queue.entries.len(), self.open.len());
        for entry in self.queue.entries.values() {
            assert!(entry.outbox.len() <= entry.room);
            assert_eq!(entry.task.is_some(), matches!(entry.state, State::Ready | State::Aside));
        }
    }
}

#[test]
fn a_full_outbox_stands_a_request_aside_until_it_is_read() {
    let mut world = World::new(4);
    world.admit(9, 2, None).unwrap();
    for _ in 0..2 {
        assert!(world.take());
        world.work(0);
    }
    assert!(!world.take(), "two items wait");
    assert!(world.read(0) && world.take());
    world.work(0);
    assert!(!world.take());
}

#[test]
fn a_request_that_stood_aside_has_saved_nothing_up() {
    let mut world = World::new(4);
    world.admit(99, 1, None).unwrap();
    world.admit(99, 1000, None).unwrap();
    for _ in 0..40 {
        world.take();
        world.work(0);
    }
    // The first one is read now, and does not catch up on the second.
    let before = world.open[0].next;
    for _ in 0..20 {
        world.read(0);
        world.take();
        world.work(0);
    }
    assert!((9..=11).contains(&(world.open[0].next - before)), "{}", world.open[0].next);
}

/// Counts to 9 after a step in which it only prepares itself.
struct Late(u32);

impl Task for Late {
    type Item = u32;
    type Error = ();

    fn step(&mut self, _waited: Duration) -> Result<Step<u32>, ()> {
        self.0 += 1;
        Ok(if self.0 == 1 { Step::Nothing } else { Step::Item { item: self.0, cost: 10, last: self.0 == 9 } })
    }
}

#[test]
fn a_request_comes_first_until_it_has_something() {
    let mut queue = Queue::new(4);
    let now = Instant::now();
    let plan = || Plan { begun: now, deadline: None, room: 99, stop: Box::new(|| {}) };
    let mut order = Vec::new();
    let (old, _, _) = queue.admit(Late(0), plan(), now);
    let mut step = |queue: &mut Queue<Late>| {
        let (id, mut task, _) = queue.take(now).unwrap();
        let outcome = task.step(Duration::ZERO).map_err(Ended::Failed);
        let _ = queue.give_back(id, task, outcome, now);
        order.push(id);
    };
    (0..4).for_each(|_| step(&mut queue));
    let (new, _, _) = queue.admit(Late(0), plan(), now);
    (0..3).for_each(|_| step(&mut queue));
    assert_eq!(order, [old, old, old, old, new, new, old]);
}

#[test]
fn one_too_many_is_told_when_to_come_again() {
    let mut world = World::new(2);
    world.admit(0, 1, None).unwrap();
    let second = world.admit(0, 1, None).unwrap();
    assert_eq!(world.admit(0, 1, None), Err(Refused::Busy { retry_after: Duration::from_secs(1) }));
    world.now += Duration::from_secs(4);
    let effects = world.queue.cancel(second, world.now);
    assert!(effects.ended);
    world.apply(effects);
    world.admit(0, 1, None).unwrap();
    assert_eq!(world.admit(0, 1, None), Err(Refused::Busy { retry_after: Duration::from_secs(2) }));
    world.check();
}

#[test]
fn a_running_request_is_stopped_and_a_waiting_one_is_not_begun() {
    let mut world = World::new(4);
    let running = world.admit(9, 9, None).unwrap();
    let waiting = world.admit(9, 9, None).unwrap();
    world.take();
    for id in [running, waiting] {
        let effects = world.queue.cancel(id, world.now);
        world.apply(effects);
        assert!(matches!(world.queue.next(id, None, world.now).0, Next::Ended(Ended::Cancelled)));
    }
    assert_eq!(world.stops.load(Ordering::SeqCst), 1);
    assert!(!world.take());
    world.work(0);
    world.check();
    assert_eq!(world.alive.load(Ordering::SeqCst), 0, "tasks and items are gone");
}

#[test]
fn deadlines_end_requests_in_any_state() {
    let mut world = World::new(8);
    for seconds in [5, 1, 3] {
        world.admit(9, 1, Some(seconds)).unwrap();
    }
    world.admit(9, 1, None).unwrap();
    world.take();
    world.work(0);
    world.take();
    let start = world.now;
    assert_eq!(world.queue.expire(start).0, Some(start + Duration::from_secs(1)));
    world.now += Duration::from_secs(3);
    let (next, effects) = world.queue.expire(world.now);
    world.apply(effects);
    assert_eq!(next, Some(start + Duration::from_secs(5)));
    assert_eq!((world.queue.tally().timed_out, world.stops.load(Ordering::SeqCst)), (2, 1));
    world.check();
}

#[test]
fn closing_ends_everything_and_admits_nothing() {
    let mut world = World::new(8);
    for _ in 0..3 {
        world.admit(9, 1, None).unwrap();
    }
    world.take();
    let effects = world.queue.close(world.now);
    world.apply(effects);
    assert_eq!(world.queue.tally().shut_down, 3);
    assert_eq!(world.admit(0, 1, None), Err(Refused::ShutDown));
    world.work(0);
    world.check();
    while !world.open.is_empty() {
        assert!(!world.read(0));
        world.release(0);
    }
    assert_eq!(world.alive.load(Ordering::SeqCst), 0);
}

#[derive(Debug, Clone)]
enum Event {
    Admit { last: u32, room: usize, deadline: Option<u64> },
    Take,
    Work(usize),
    Read(usize),
    Cancel(usize),
    Release(usize),
    Pass(u64),
    Drain,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0u32..6, 1usize..4, prop::option::weighted(0.3, 0u64..9))
            .prop_map(|(last, room, deadline)| Event::Admit { last, room, deadline }),
        8 => Just(Event::Take),
        8 => any::<usize>().prop_map(Event::Work),
        8 => any::<usize>().prop_map(Event::Read),
        1 => any::<usize>().prop_map(Event::Cancel),
        1 => any::<usize>().prop_map(Event::Release),
        1 => (0u64..4).prop_map(Event::Pass),
        1 => Just(Event::Drain),
    ]
}

proptest! {
    #[test]
    fn every_request_has_one_outcome_and_nothing_is_left(
        limit in 1usize..6,
        events in prop::collection::vec(event(), 0..200),
    ) {
        let mut world = World::new(limit);
        for event in events {
            match event {
                Event::Admit { last, room, deadline } => {
                    let _ = world.admit(last, room, deadline);
                }
                Event::Take => {
                    world.take();
                }
                Event::Work(which) => world.work(which),
                Event::Read(which) => {
                    world.read(which);
                }
                Event::Cancel(which) => {
                    if let Some(open) = world.open.get(which % world.open.len().max(1)) {
                        let effects = world.queue.cancel(open.id, world.now);
                        world.apply(effects);
                    }
                }
                Event::Release(which) => world.release(which),
                Event::Pass(seconds) => {
                    world.now += Duration::from_secs(seconds);
                    let (_, effects) = world.queue.expire(world.now);
                    world.apply(effects);
                }
                Event::Drain => world.queue.drain(),
            }
            world.check();
        }
        // Whoever goes on reading reaches the end of every request.
        while world.open.iter().any(|open| !open.is_over) {
            while world.take() {}
            while !world.running.is_empty() {
                world.work(0);
            }
            for which in 0..world.open.len() {
                while world.read(which) {}
            }
            world.check();
        }
        while !world.open.is_empty() {
            world.release(0);
        }
        while !world.running.is_empty() {
            world.work(0);
        }
        world.check();
        let tally = world.queue.tally();
        prop_assert_eq!(tally.admitted, tally.outcomes());
        prop_assert_eq!(world.alive.load(Ordering::SeqCst), 0);
    }
}
