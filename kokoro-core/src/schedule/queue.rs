//! The requests and their states, without threads: every event is a method.
//!
//! ```text
//!            take                give_back: an item, and room for more
//! Ready ───────────────▶ Running ──────────────────────────────▶ Ready
//!   ▲                       │ └──▶ Aside (its outbox is full) ──▶ Ready when an item is taken
//!   admit                   └────▶ Over: finished, failed; from every state: cancelled, dropped, timed out, shut down
//! ```

use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::task::Waker;
use std::time::{Duration, Instant};

use super::sync::{Arc, Condvar};
use super::tally::{Departures, Tally};
use super::turns::Turns;

/// A request: work that is done in steps.
pub(crate) trait Task: Send + 'static {
    type Item: Send + 'static;
    type Error: Send + 'static;

    /// Does the next step. `waited`: how long the task was in line for it.
    fn step(&mut self, waited: Duration) -> Result<Step<Self::Item>, Self::Error>;
}

/// What came of a step.
#[derive(Debug)]
pub(crate) enum Step<I> {
    /// An item, and what it cost in the unit in which requests share the machine. `last`: nothing will follow.
    Item { item: I, cost: u64, last: bool },
    /// Nothing yet: others may have their turn.
    Nothing,
}

/// Tells a step that is under way to end. Called at most once, from any thread, without a lock.
pub(crate) type Stop = Box<dyn FnOnce() + Send>;

/// How a request is to be treated.
pub(crate) struct Plan {
    /// When the caller called.
    pub(crate) begun: Instant,
    pub(crate) deadline: Option<Instant>,
    /// How many items may wait to be taken; at least 1.
    pub(crate) room: usize,
    pub(crate) stop: Stop,
}

/// Why nothing more comes of a request.
#[derive(Debug)]
pub(crate) enum Ended<E> {
    Finished,
    Failed(E),
    /// A step panicked, with this message.
    Panicked(String),
    Cancelled,
    /// The caller does not wait for it any more.
    Dropped,
    TimedOut,
    ShutDown,
}

impl<E> Ended<E> {
    /// Whether items that were made before may still be taken.
    fn keeps_items(&self) -> bool {
        matches!(self, Self::Finished | Self::Failed(_) | Self::Panicked(_))
    }
}

/// Why a request was not admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    Busy { retry_after: Duration },
    ShutDown,
}

/// What a caller finds.
#[derive(Debug)]
pub(super) enum Next<I, E> {
    Item(I),
    Ended(Ended<E>),
    /// Nothing yet: it will be told.
    Wait,
}

/// The outcome of a step as a worker reports it.
pub(super) type Outcome<T> = Result<Step<<T as Task>::Item>, Ended<<T as Task>::Error>>;

/// What must happen after an event, once the lock is released: dropping and calling what may take long, or take the lock.
#[derive(Default)]
#[must_use]
pub(super) struct Effects {
    pub(super) news: Vec<(Arc<Condvar>, Option<Waker>)>,
    pub(super) stop: Vec<Stop>,
    pub(super) junk: Vec<Box<dyn Any + Send>>,
    /// How many more requests are ready.
    pub(super) ready: usize,
    /// Whether a request ended.
    pub(super) ended: bool,
}

struct Entry<T: Task> {
    state: State,
    /// In the queue while it is `Ready` or `Aside`.
    task: Option<T>,
    tag: u64,
    /// Since when it is `Ready`.
    since: Instant,
    begun: Instant,
    admitted: Instant,
    deadline: Option<Instant>,
    room: usize,
    stop: Option<Stop>,
    outbox: VecDeque<T::Item>,
    items: u64,
    end: Option<Ended<T::Error>>,
    news: Arc<Condvar>,
    waker: Option<Waker>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Ready,
    Running,
    Aside,
    Over,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// Nothing new is admitted.
    Draining,
    Closed,
}

/// All requests of a scheduler.
pub(super) struct Queue<T: Task> {
    entries: BTreeMap<u64, Entry<T>>,
    turns: Turns,
    next_id: u64,
    limit: usize,
    phase: Phase,
    aside: usize,
    tally: Tally,
    departures: Departures,
}

impl<T: Task> Queue<T> {
    /// At most `limit` requests are active at once.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            entries: BTreeMap::new(),
            turns: Turns::default(),
            next_id: 0,
            limit,
            phase: Phase::Open,
            aside: 0,
            tally: Tally::default(),
            departures: Departures::default(),
        }
    }

    /// Whether a request would be admitted now.
    pub(super) fn check(&self) -> Result<(), Refused> {
        match self.phase {
            Phase::Open if self.tally.active < self.limit => Ok(()),
            Phase::Open => Err(Refused::Busy { retry_after: self.departures.interval(self.limit) }),
            Phase::Draining | Phase::Closed => Err(Refused::ShutDown),
        }
    }

    /// Counts a request that was turned away.
    pub(super) fn count_busy(&mut self) {
        self.tally.busy += 1;
    }

    /// Takes a request in, after [`check`](Self::check).
    pub(super) fn admit(&mut self, task: T, plan: Plan, now: Instant) -> (u64, Arc<Condvar>, Effects) {
        let id = self.next_id;
        self.next_id += 1;
        let tag = self.turns.start();
        let news = Arc::new(Condvar::new());
        let entry = Entry {
            state: State::Ready,
            task: Some(task),
            tag,
            since: now,
            begun: plan.begun,
            admitted: now,
            deadline: plan.deadline,
            room: plan.room.max(1),
            stop: Some(plan.stop),
            outbox: VecDeque::new(),
            items: 0,
            end: None,
            news: Arc::clone(&news),
            waker: None,
        };
        self.entries.insert(id, entry);
        self.turns.push_fresh(id);
        self.tally.admitted += 1;
        self.tally.active += 1;
        (id, news, Effects { ready: 1, ..Effects::default() })
    }

    /// The task whose turn it is, and how long it was in line.
    pub(super) fn take(&mut self, now: Instant) -> Option<(u64, T, Duration)> {
        let id = self.turns.pop()?;
        let entry = self.entries.get_mut(&id)?;
        let task = entry.task.take()?;
        entry.state = State::Running;
        let waited = now.saturating_duration_since(entry.since);
        self.tally.wait.add(waited);
        self.tally.running += 1;
        Some((id, task, waited))
    }

    /// A worker has done a step.
    pub(super) fn give_back(&mut self, id: u64, task: T, outcome: Outcome<T>, now: Instant) -> Effects {
        let mut effects = Effects::default();
        self.tally.running -= 1;
        let sharing = self.tally.active - self.aside;
        let Some(entry) = self.entries.get_mut(&id).filter(|entry| entry.state == State::Running) else {
            // It ended while it was being worked on.
            effects.junk.push(Box::new((task, outcome.ok())));
            return effects;
        };
        let last = match outcome {
            Ok(Step::Nothing) => false,
            Ok(Step::Item { item, cost, last }) => {
                entry.tag = self.turns.charge(entry.tag, cost, sharing);
                entry.outbox.push_back(item);
                entry.items += 1;
                if entry.items == 1 {
                    self.tally.first_item.add(now.saturating_duration_since(entry.begun));
                }
                self.tally.items += 1;
                self.tally.cost += cost;
                effects.tell(entry);
                last
            }
            Err(end) => {
                effects.junk.push(Box::new(task));
                self.end(id, end, now, &mut effects);
                return effects;
            }
        };
        if last {
            effects.junk.push(Box::new(task));
            self.end(id, Ended::Finished, now, &mut effects);
            return effects;
        }
        entry.task = Some(task);
        if entry.outbox.len() >= entry.room {
            entry.state = State::Aside;
            self.aside += 1;
        } else {
            entry.state = State::Ready;
            entry.since = now;
            if entry.items == 0 {
                self.turns.push_fresh(id);
            } else {
                self.turns.push(entry.tag, id);
            }
            effects.ready = 1;
        }
        effects
    }

    /// What there is for the caller of a request. `waker` is told of the next news if there is nothing now.
    pub(super) fn next(
        &mut self,
        id: u64,
        waker: Option<&Waker>,
        now: Instant,
    ) -> (Next<T::Item, T::Error>, Effects) {
        let mut effects = Effects::default();
        let Some(entry) = self.entries.get_mut(&id) else {
            return (Next::Ended(Ended::Finished), effects);
        };
        if let Some(item) = entry.outbox.pop_front() {
            if entry.state == State::Aside && entry.outbox.len() < entry.room {
                entry.state = State::Ready;
                entry.since = now;
                entry.tag = self.turns.rejoin(entry.tag);
                self.turns.push(entry.tag, id);
                self.aside -= 1;
                effects.ready = 1;
            }
            return (Next::Item(item), effects);
        }
        if let Some(end) = entry.end.take() {
            return (Next::Ended(end), effects);
        }
        if entry.state == State::Over {
            return (Next::Ended(Ended::Finished), effects);
        }
        entry.waker = waker.cloned();
        (Next::Wait, effects)
    }

    /// Ends a request for a reason of its caller's.
    pub(super) fn cancel(&mut self, id: u64, now: Instant) -> Effects {
        let mut effects = Effects::default();
        self.end(id, Ended::Cancelled, now, &mut effects);
        effects
    }

    /// The caller has gone: nothing of the request is kept.
    pub(super) fn release(&mut self, id: u64, now: Instant) -> Effects {
        let mut effects = Effects::default();
        self.end(id, Ended::Dropped, now, &mut effects);
        if let Some(mut entry) = self.entries.remove(&id) {
            let rest = (std::mem::take(&mut entry.outbox), entry.end.take(), entry.stop.take());
            effects.junk.push(Box::new(rest));
        }
        effects
    }

    /// Ends the requests whose deadline has passed. The next deadline, if there is one.
    pub(super) fn expire(&mut self, now: Instant) -> (Option<Instant>, Effects) {
        let mut effects = Effects::default();
        let waiting = self.entries.iter().filter(|(_, entry)| entry.state != State::Over);
        let late: Vec<u64> = waiting
            .filter(|(_, entry)| entry.deadline.is_some_and(|deadline| deadline <= now))
            .map(|(&id, _)| id)
            .collect();
        for id in late {
            self.end(id, Ended::TimedOut, now, &mut effects);
        }
        let waiting = self.entries.values().filter(|entry| entry.state != State::Over);
        (waiting.filter_map(|entry| entry.deadline).min(), effects)
    }

    /// Admits nothing from now on.
    pub(super) fn drain(&mut self) {
        if self.phase == Phase::Open {
            self.phase = Phase::Draining;
        }
    }

    /// Ends everything.
    pub(super) fn close(&mut self, now: Instant) -> Effects {
        self.phase = Phase::Closed;
        let mut effects = Effects::default();
        let active: Vec<u64> =
            self.entries.iter().filter(|(_, entry)| entry.state != State::Over).map(|(&id, _)| id).collect();
        for id in active {
            self.end(id, Ended::ShutDown, now, &mut effects);
        }
        effects
    }

    pub(super) fn is_closed(&self) -> bool {
        self.phase == Phase::Closed
    }

    /// Requests that have not ended.
    pub(super) fn active(&self) -> usize {
        self.tally.active
    }

    pub(super) fn tally(&self) -> Tally {
        Tally { ready: self.turns.len(), ..self.tally.clone() }
    }

    fn end(&mut self, id: u64, end: Ended<T::Error>, now: Instant, effects: &mut Effects) {
        let Some(entry) = self.entries.get_mut(&id).filter(|entry| entry.state != State::Over) else {
            return;
        };
        match entry.state {
            State::Ready => {
                self.turns.remove(entry.tag, id);
            }
            State::Aside => self.aside -= 1,
            State::Running | State::Over => {}
        }
        let by_worker = end.keeps_items();
        if let Some(stop) = entry.stop.take() {
            if entry.state == State::Running && !by_worker {
                effects.stop.push(stop);
            } else {
                effects.junk.push(Box::new(stop));
            }
        }
        if let Some(task) = entry.task.take() {
            effects.junk.push(Box::new(task));
        }
        if !by_worker {
            effects.junk.push(Box::new(std::mem::take(&mut entry.outbox)));
        }
        entry.state = State::Over;
        self.tally.count(&end);
        self.tally.active -= 1;
        if matches!(end, Ended::Finished) {
            self.tally.latency.add(now.saturating_duration_since(entry.begun));
        }
        self.departures.add(now.saturating_duration_since(entry.admitted));
        entry.end = Some(end);
        effects.tell(entry);
        effects.ended = true;
    }
}

impl Effects {
    fn tell<T: Task>(&mut self, entry: &mut Entry<T>) {
        self.news.push((Arc::clone(&entry.news), entry.waker.take()));
    }
}

#[cfg(test)]
#[path = "queue/tests.rs"]
mod tests;
