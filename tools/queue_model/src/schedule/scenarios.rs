//! What is run in every interleaving.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use loom::future::block_on;
use loom::sync::{Arc, Condvar};
use loom::thread;

use super::hub::Hub;
use super::queue::{Ended, Plan, Step, Task};

/// Gives the numbers 1 to `last`.
struct Count {
    next: u32,
    last: u32,
}

impl Task for Count {
    type Item = u32;
    type Error = ();

    fn step(&mut self, _waited: Duration) -> Result<Step<u32>, ()> {
        self.next += 1;
        Ok(Step::Item { item: self.next, cost: 1, last: self.next == self.last })
    }
}

type Queue = Arc<Hub<Count>>;

fn count(last: u32) -> Count {
    Count { next: 0, last }
}

fn plan(room: usize) -> Plan {
    Plan { begun: Instant::now(), deadline: None, room, stop: Box::new(|| {}) }
}

/// A worker as the scheduler's, without catching panics.
fn worker(hub: &Queue) -> thread::JoinHandle<()> {
    let hub = Arc::clone(hub);
    thread::spawn(move || {
        while let Some((id, mut task, waited)) = hub.take() {
            let outcome = task.step(waited).map_err(Ended::Failed);
            hub.give_back(id, task, outcome);
        }
    })
}

fn enter(hub: &Queue, task: Count, plan: Plan) -> Option<(u64, Arc<Condvar>)> {
    hub.admit(task, plan).ok()
}

/// Reads until the end, and leaves.
fn read(hub: &Queue, id: u64, news: &Condvar) -> (Vec<u32>, Ended<()>) {
    let mut items = Vec::new();
    loop {
        match hub.next(id, news) {
            Ok(item) => items.push(item),
            Err(end) => {
                hub.release(id);
                return (items, end);
            }
        }
    }
}

fn end(hub: &Queue, workers: Vec<thread::JoinHandle<()>>) {
    hub.close();
    for worker in workers {
        assert!(worker.join().is_ok());
    }
    let tally = hub.tally();
    let ended = tally.finished + tally.cancelled + tally.dropped + tally.shut_down;
    assert_eq!((tally.admitted, tally.active, tally.running, tally.ready), (ended, 0, 0, 0));
}

fn model(preemptions: usize, scenario: impl Fn() + Sync + Send + 'static) -> usize {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let before = RUNS.load(Ordering::Relaxed);
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(move || {
        RUNS.fetch_add(1, Ordering::Relaxed);
        scenario();
    });
    RUNS.load(Ordering::Relaxed) - before
}

/// A request stands aside when its outbox is full, and is taken up again.
pub fn back_pressure() -> usize {
    model(3, || {
        let hub = Arc::new(Hub::new(1));
        let workers = vec![worker(&hub)];
        if let Some((id, news)) = enter(&hub, count(3), plan(1)) {
            let (items, _) = read(&hub, id, &news);
            assert_eq!(items, [1, 2, 3]);
        }
        end(&hub, workers);
    })
}

/// Two workers, two callers, one of whom leaves early.
pub fn two_workers() -> usize {
    model(2, || {
        let hub = Arc::new(Hub::new(2));
        let workers = vec![worker(&hub), worker(&hub)];
        let leaving = {
            let hub = Arc::clone(&hub);
            thread::spawn(move || {
                if let Some((id, _)) = enter(&hub, count(2), plan(1)) {
                    hub.release(id);
                }
            })
        };
        if let Some((id, news)) = enter(&hub, count(2), plan(1)) {
            assert_eq!(read(&hub, id, &news).0, [1, 2]);
        }
        assert!(leaving.join().is_ok());
        end(&hub, workers);
    })
}

/// A request is cancelled at any moment of its life.
pub fn cancelling() -> usize {
    model(3, || {
        let hub = Arc::new(Hub::new(1));
        let workers = vec![worker(&hub)];
        if let Some((id, news)) = enter(&hub, count(2), plan(1)) {
            let canceller = {
                let hub = Arc::clone(&hub);
                thread::spawn(move || hub.cancel(id))
            };
            let (items, end) = read(&hub, id, &news);
            match end {
                Ended::Finished => assert_eq!(items, [1, 2]),
                Ended::Cancelled => assert!(items.len() <= 2),
                _ => unreachable!("nothing else can end it"),
            }
            assert!(canceller.join().is_ok());
        }
        end(&hub, workers);
    })
}

/// Draining waits for what was admitted, and for nothing that was not.
pub fn draining() -> usize {
    model(2, || {
        let hub = Arc::new(Hub::new(2));
        let workers = vec![worker(&hub)];
        let caller = {
            let hub = Arc::clone(&hub);
            thread::spawn(move || match enter(&hub, count(2), plan(9)) {
                None => false,
                Some((id, news)) => {
                    assert_eq!(read(&hub, id, &news).0, [1, 2], "what is admitted is finished");
                    true
                }
            })
        };
        assert!(hub.drain(None));
        let finished = hub.tally().finished;
        assert!(matches!(caller.join(), Ok(admitted) if u64::from(admitted) == finished));
        end(&hub, workers);
    })
}

/// Everything is ended while it is in the middle of something; a caller who waits for a place is let go.
pub fn closing() -> usize {
    model(2, || {
        let hub = Arc::new(Hub::new(1));
        let workers = vec![worker(&hub)];
        let first = enter(&hub, count(2), plan(1));
        let waiting = {
            let hub = Arc::clone(&hub);
            thread::spawn(move || {
                if let Ok((id, news)) = hub.admit_in_time(count(1), plan(1)) {
                    read(&hub, id, &news);
                }
            })
        };
        hub.close();
        assert!(waiting.join().is_ok());
        if let Some((id, news)) = first {
            assert!(matches!(read(&hub, id, &news).1, Ended::ShutDown | Ended::Finished));
        }
        end(&hub, workers);
    })
}

/// Two callers want the only place.
pub fn waiting_for_a_place() -> usize {
    model(2, || {
        let hub = Arc::new(Hub::new(1));
        let workers = vec![worker(&hub)];
        let one = |hub: &Queue| {
            if let Ok((id, news)) = hub.admit_in_time(count(1), plan(1)) {
                assert_eq!(read(hub, id, &news).0, [1]);
            }
        };
        let other = {
            let hub = Arc::clone(&hub);
            thread::spawn(move || one(&hub))
        };
        one(&hub);
        assert!(other.join().is_ok());
        assert_eq!(hub.tally().finished, 2);
        end(&hub, workers);
    })
}

/// A caller who is woken instead of waiting misses nothing.
pub fn waking() -> usize {
    model(3, || {
        let hub = Arc::new(Hub::new(1));
        let workers = vec![worker(&hub)];
        if let Some((id, _)) = enter(&hub, count(2), plan(1)) {
            let mut items = Vec::new();
            loop {
                let next = block_on(std::future::poll_fn(|context| match hub.poll(id, context.waker()) {
                    None => std::task::Poll::Pending,
                    Some(next) => std::task::Poll::Ready(next),
                }));
                match next {
                    Ok(item) => items.push(item),
                    Err(_) => break,
                }
            }
            assert_eq!(items, [1, 2]);
            hub.release(id);
        }
        end(&hub, workers);
    })
}
