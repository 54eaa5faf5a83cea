//! The threads.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use super::hub::Hub;
use super::process::Process;
use super::queue::{Ended, Plan, Refused, Task};
use super::sync::{Arc, Mutex};
use super::tally::Tally;
use super::ticket::Ticket;

/// How to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shutdown {
    /// What was accepted is spoken to its end, for at most this long; then as [`Abort`](Self::Abort).
    Drain(Duration),
    /// Everything ends now, also what is being spoken.
    Abort,
}

/// Workers that take the steps of tasks, and a clock that ends them at their deadlines.
pub(crate) struct Scheduler<T: Task> {
    hub: Arc<Hub<T>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    process: Process,
}

impl<T: Task> Scheduler<T> {
    /// Starts `workers` threads for at most `limit` requests at once.
    pub(crate) fn start(workers: usize, limit: usize) -> std::io::Result<Self> {
        let hub = Arc::new(Hub::new(limit));
        let scheduler =
            Self { hub: Arc::clone(&hub), threads: Mutex::new(Vec::new()), process: Process::current() };
        // If one cannot be started, dropping the scheduler ends the others.
        let mut threads = Vec::with_capacity(workers + 1);
        let started = (0..workers)
            .try_for_each(|index| {
                let hub = Arc::clone(&hub);
                let worker = Builder::new().name(format!("kokoro-{index}"));
                threads.push(worker.spawn(move || work(&hub))?);
                Ok(())
            })
            .and_then(|()| {
                let clock = Builder::new().name("kokoro-clock".into());
                threads.push(clock.spawn(move || hub.watch())?);
                Ok(())
            });
        *scheduler.threads.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = threads;
        started.map(|()| scheduler)
    }

    /// The process whose threads work; in a forked child nothing but dropping may be done.
    pub(crate) fn process(&self) -> Process {
        self.process
    }

    /// Takes a request in if there is a place.
    pub(crate) fn submit(&self, task: T, plan: Plan) -> Result<Ticket<T>, (T, Refused)> {
        let (id, news) = self.hub.admit(task, plan)?;
        Ok(Ticket::new(Arc::clone(&self.hub), id, news, self.process))
    }

    /// Takes a request in as soon as there is a place.
    pub(crate) fn submit_in_time(&self, task: T, plan: Plan) -> Result<Ticket<T>, (T, Refused)> {
        let (id, news) = self.hub.admit_in_time(task, plan)?;
        Ok(Ticket::new(Arc::clone(&self.hub), id, news, self.process))
    }

    pub(crate) fn tally(&self) -> Tally {
        self.hub.tally()
    }

    /// Ends the threads. Whether all requests had ended before. To be called from none of these threads.
    pub(crate) fn shut_down(&self, how: Shutdown) -> bool {
        let drained = match how {
            // A limit beyond what the clock can tell is none.
            Shutdown::Drain(limit) => self.hub.drain(Instant::now().checked_add(limit)),
            Shutdown::Abort => self.hub.drain(Some(Instant::now())),
        };
        self.hub.close();
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        for thread in threads {
            // They catch the panics of tasks; their own would be a defect that has been reported already.
            let _ = thread.join();
        }
        drained
    }
}

impl<T: Task> Drop for Scheduler<T> {
    fn drop(&mut self) {
        if self.process.was_forked() {
            // The threads are not here, and locks may be held for ever.
            if let Ok(threads) = self.threads.get_mut() {
                std::mem::forget(std::mem::take(threads));
            }
            std::mem::forget(Arc::clone(&self.hub));
        } else {
            self.shut_down(Shutdown::Abort);
        }
    }
}

fn work<T: Task>(hub: &Hub<T>) {
    while let Some((id, mut task, waited)) = hub.take() {
        // A task that panicked is dropped, and nothing else of it is looked at.
        let outcome = match catch_unwind(AssertUnwindSafe(|| task.step(waited))) {
            Ok(Ok(step)) => Ok(step),
            Ok(Err(error)) => Err(Ended::Failed(error)),
            Err(panic) => Err(Ended::Panicked(message(&*panic))),
        };
        hub.give_back(id, task, outcome);
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message").to_owned()
}

#[cfg(test)]
#[path = "scheduler/tests.rs"]
mod tests;
