//! The queue under one lock, and who waits for what.

#[cfg(feature = "async")]
use std::task::Waker;
use std::time::Instant;

use super::queue::{Effects, Ended, Next, Outcome, Plan, Queue, Refused, Task};
use super::sync::{Arc, Condvar, Mutex, MutexGuard};
use super::tally::Tally;

/// What workers, callers and the clock share.
pub(super) struct Hub<T: Task> {
    queue: Mutex<Queue<T>>,
    /// Workers wait for a request that is ready.
    work: Condvar,
    /// The clock waits for an earlier deadline.
    deadlines: Condvar,
    /// Those who drain, or wait for a place, wait for a request to end.
    ends: Condvar,
}

impl<T: Task> Hub<T> {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            queue: Mutex::new(Queue::new(limit)),
            work: Condvar::new(),
            deadlines: Condvar::new(),
            ends: Condvar::new(),
        }
    }

    /// Admits a request at once or not at all. The number it has here, and by what its caller is told of news.
    pub(super) fn admit(&self, task: T, plan: Plan) -> Result<(u64, Arc<Condvar>), (T, Refused)> {
        let mut queue = self.lock();
        match queue.check() {
            Ok(()) => Ok(self.enter(queue, task, plan)),
            Err(refused) => {
                if matches!(refused, Refused::Busy { .. }) {
                    queue.count_busy();
                }
                Err((task, refused))
            }
        }
    }

    /// Admits a request as soon as there is a place.
    pub(super) fn admit_in_time(&self, task: T, plan: Plan) -> Result<(u64, Arc<Condvar>), (T, Refused)> {
        let mut queue = self.lock();
        loop {
            match queue.check() {
                Ok(()) => return Ok(self.enter(queue, task, plan)),
                Err(Refused::Busy { .. }) => queue = self.wait(&self.ends, queue),
                Err(refused) => return Err((task, refused)),
            }
        }
    }

    fn enter(&self, mut queue: MutexGuard<'_, Queue<T>>, task: T, plan: Plan) -> (u64, Arc<Condvar>) {
        let has_deadline = plan.deadline.is_some();
        let (id, news, effects) = queue.admit(task, plan, Instant::now());
        if has_deadline {
            self.deadlines.notify_one();
        }
        self.apply(queue, effects);
        (id, news)
    }

    /// For a worker: the next task, as soon as there is one. `None` when the hub is closed.
    pub(super) fn take(&self) -> Option<(u64, T, std::time::Duration)> {
        let mut queue = self.lock();
        loop {
            if queue.is_closed() {
                return None;
            }
            if let Some(taken) = queue.take(Instant::now()) {
                return Some(taken);
            }
            queue = self.wait(&self.work, queue);
        }
    }

    /// For a worker: the task and what came of its step.
    pub(super) fn give_back(&self, id: u64, task: T, outcome: Outcome<T>) {
        let mut queue = self.lock();
        let effects = queue.give_back(id, task, outcome, Instant::now());
        self.apply(queue, effects);
    }

    /// For a caller: the next item, or why there is none, as soon as it is known.
    pub(super) fn next(&self, id: u64, news: &Condvar) -> Result<T::Item, Ended<T::Error>> {
        let mut queue = self.lock();
        loop {
            let (next, effects) = queue.next(id, None, Instant::now());
            match next {
                Next::Wait => queue = self.wait(news, queue),
                Next::Item(item) => {
                    self.apply(queue, effects);
                    return Ok(item);
                }
                Next::Ended(end) => return Err(end),
            }
        }
    }

    /// As [`next`](Self::next), without waiting: `None` if there is nothing yet; `waker` is woken when there may be.
    #[cfg(feature = "async")]
    pub(super) fn poll(&self, id: u64, waker: &Waker) -> Option<Result<T::Item, Ended<T::Error>>> {
        let mut queue = self.lock();
        let (next, effects) = queue.next(id, Some(waker), Instant::now());
        self.apply(queue, effects);
        match next {
            Next::Wait => None,
            Next::Item(item) => Some(Ok(item)),
            Next::Ended(end) => Some(Err(end)),
        }
    }

    /// Ends a request at its caller's wish.
    pub(super) fn cancel(&self, id: u64) {
        let mut queue = self.lock();
        let effects = queue.cancel(id, Instant::now());
        self.apply(queue, effects);
    }

    /// Forgets a request whose caller has gone.
    pub(super) fn release(&self, id: u64) {
        let mut queue = self.lock();
        let effects = queue.release(id, Instant::now());
        self.apply(queue, effects);
    }

    /// Admits nothing any more, and waits until all that was admitted has ended, or until `deadline`. Whether all has.
    pub(super) fn drain(&self, deadline: Option<Instant>) -> bool {
        let mut queue = self.lock();
        queue.drain();
        // Whoever waits for a place waits in vain.
        self.ends.notify_all();
        while queue.active() > 0 {
            let now = Instant::now();
            queue = match deadline {
                Some(deadline) if deadline <= now => return false,
                Some(deadline) => self.wait_until(&self.ends, queue, deadline, now),
                None => self.wait(&self.ends, queue),
            };
        }
        true
    }

    /// Ends every request, and lets the workers and the clock go.
    pub(super) fn close(&self) {
        let mut queue = self.lock();
        let effects = queue.close(Instant::now());
        self.work.notify_all();
        self.deadlines.notify_all();
        self.ends.notify_all();
        self.apply(queue, effects);
    }

    /// For the clock: ends requests at their deadlines, until the hub is closed.
    pub(super) fn watch(&self) {
        let mut queue = self.lock();
        while !queue.is_closed() {
            let now = Instant::now();
            let (next, effects) = queue.expire(now);
            if !effects.is_empty() {
                self.apply(queue, effects);
                queue = self.lock();
                continue;
            }
            queue = match next {
                Some(deadline) => self.wait_until(&self.deadlines, queue, deadline, now),
                None => self.wait(&self.deadlines, queue),
            };
        }
    }

    pub(super) fn tally(&self) -> Tally {
        self.lock().tally()
    }

    /// Notifies under the lock; calls and drops what may take long after it.
    fn apply(&self, queue: MutexGuard<'_, Queue<T>>, effects: Effects) {
        for _ in 0..effects.ready {
            self.work.notify_one();
        }
        if effects.ended {
            self.ends.notify_all();
        }
        for (news, _) in &effects.news {
            news.notify_all();
        }
        drop(queue);
        for (_, waker) in effects.news {
            if let Some(waker) = waker {
                waker.wake();
            }
        }
        for stop in effects.stop {
            stop();
        }
        drop(effects.junk);
    }

    fn wait<'a>(&self, condition: &Condvar, queue: MutexGuard<'a, Queue<T>>) -> MutexGuard<'a, Queue<T>> {
        condition.wait(queue).unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn wait_until<'a>(
        &self,
        condition: &Condvar,
        queue: MutexGuard<'a, Queue<T>>,
        deadline: Instant,
        now: Instant,
    ) -> MutexGuard<'a, Queue<T>> {
        let wait = deadline.saturating_duration_since(now);
        condition.wait_timeout(queue, wait).unwrap_or_else(std::sync::PoisonError::into_inner).0
    }

    /// No code of a task, a caller or a waker runs under this lock, and the queue keeps itself whole: a poisoned one, which
    /// would be a defect of it, is used on.
    fn lock(&self) -> MutexGuard<'_, Queue<T>> {
        self.queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Effects {
    fn is_empty(&self) -> bool {
        self.news.is_empty() && self.stop.is_empty() && self.junk.is_empty()
    }
}
