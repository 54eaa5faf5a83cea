//! The threads, with small tasks.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

use super::super::queue::Step;
use super::*;

/// What a step does.
type Work = Box<dyn FnMut(usize) -> Result<Step<usize>, &'static str> + Send>;

struct Steps {
    done: usize,
    work: Work,
}

impl Task for Steps {
    type Item = usize;
    type Error = &'static str;

    fn step(&mut self, _waited: Duration) -> Result<Step<usize>, &'static str> {
        self.done += 1;
        (self.work)(self.done)
    }
}

fn steps(work: impl FnMut(usize) -> Result<Step<usize>, &'static str> + Send + 'static) -> Steps {
    Steps { done: 0, work: Box::new(work) }
}

/// Gives the numbers 1 to `last`.
fn count(last: usize) -> Steps {
    steps(move |item| Ok(Step::Item { item, cost: 1, last: item == last }))
}

fn plan() -> Plan {
    Plan { begun: Instant::now(), deadline: None, room: 2, stop: Box::new(|| {}) }
}

fn submit(scheduler: &Scheduler<Steps>, task: Steps, plan: Plan) -> Ticket<Steps> {
    scheduler.submit(task, plan).map_err(|(_, refused)| refused).unwrap()
}

fn rest(mut ticket: Ticket<Steps>) -> (Vec<usize>, Ended<&'static str>) {
    let mut items = Vec::new();
    loop {
        match ticket.next() {
            Ok(item) => items.push(item),
            Err(end) => return (items, end),
        }
    }
}

#[test]
fn items_come_in_order_from_any_number_of_workers() {
    for workers in [1, 4] {
        let scheduler = Scheduler::start(workers, 100).unwrap();
        let tickets: Vec<_> = (0..50).map(|_| submit(&scheduler, count(20), plan())).collect();
        std::thread::scope(|scope| {
            for ticket in tickets {
                scope.spawn(|| {
                    let (items, end) = rest(ticket);
                    assert_eq!(items, (1..=20).collect::<Vec<_>>());
                    assert!(matches!(end, Ended::Finished));
                });
            }
        });
        let tally = scheduler.tally();
        assert_eq!((tally.finished, tally.items, tally.active), (50, 1000, 0));
    }
}

#[test]
fn a_failure_and_a_panic_touch_nobody_else() {
    let scheduler = Scheduler::start(1, 10).unwrap();
    let good = submit(&scheduler, count(30), plan());
    let failing = submit(
        &scheduler,
        steps(|item| if item < 3 { Ok(Step::Item { item, cost: 1, last: false }) } else { Err("broken") }),
        plan(),
    );
    let panicking = submit(&scheduler, steps(|_| panic!("as a test does")), plan());
    let (items, end) = rest(failing);
    assert!(items == [1, 2] && matches!(end, Ended::Failed("broken")));
    let (items, end) = rest(panicking);
    assert!(items.is_empty() && matches!(end, Ended::Panicked(message) if message == "as a test does"));
    assert_eq!(rest(good).0.len(), 30);
    assert_eq!(rest(submit(&scheduler, count(3), plan())).0.len(), 3, "the worker lives");
}

/// A step that goes on until it is told to stop, and the plan that tells it.
fn endless(begun: mpsc::Sender<()>) -> (Steps, Plan) {
    let stopped = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stopped);
    let task = steps(move |_| {
        begun.send(()).unwrap();
        while !flag.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        Err("stopped")
    });
    (task, Plan { stop: Box::new(move || stopped.store(true, Ordering::SeqCst)), ..plan() })
}

#[test]
fn cancelling_dropping_and_deadlines_reach_into_a_step() {
    let scheduler = Scheduler::start(1, 10).unwrap();
    let (begun, has_begun) = mpsc::channel();

    let (task, plan) = endless(begun.clone());
    let mut ticket = submit(&scheduler, task, plan);
    has_begun.recv().unwrap();
    ticket.canceller()();
    assert!(matches!(ticket.next(), Err(Ended::Cancelled)));

    let (task, plan) = endless(begun.clone());
    let ticket = submit(&scheduler, task, plan);
    has_begun.recv().unwrap();
    drop(ticket);

    let (task, plan) = endless(begun.clone());
    let plan = Plan { deadline: Some(Instant::now() + Duration::from_millis(20)), ..plan };
    let mut ticket = submit(&scheduler, task, plan);
    has_begun.recv().unwrap();
    assert!(matches!(ticket.next(), Err(Ended::TimedOut)));

    assert_eq!(rest(submit(&scheduler, count(3), super::tests::plan())).0.len(), 3);
    let tally = scheduler.tally();
    assert_eq!((tally.cancelled, tally.dropped, tally.timed_out, tally.finished), (1, 1, 1, 1));
}

#[test]
fn draining_finishes_what_was_admitted() {
    let scheduler = Scheduler::start(2, 10).unwrap();
    let tickets: Vec<_> =
        (0..5).map(|_| submit(&scheduler, count(50), Plan { room: 100, ..plan() })).collect();
    assert!(scheduler.shut_down(Shutdown::Drain(Duration::MAX)));
    assert_eq!(scheduler.submit(count(1), plan()).err().map(|(_, why)| why), Some(Refused::ShutDown));
    for ticket in tickets {
        assert_eq!(rest(ticket).0.len(), 50, "what was made can still be taken");
    }
}

#[test]
fn draining_does_not_wait_for_ever_for_a_caller_who_reads_nothing() {
    let scheduler = Scheduler::start(1, 10).unwrap();
    let ticket = submit(&scheduler, count(50), plan());
    assert!(!scheduler.shut_down(Shutdown::Drain(Duration::from_millis(30))));
    assert!(matches!(rest(ticket).1, Ended::ShutDown));
}

#[test]
fn dropping_the_scheduler_ends_its_requests_and_its_threads() {
    let scheduler = Scheduler::start(2, 10).unwrap();
    let hub = Arc::downgrade(&scheduler.hub);
    let (begun, has_begun) = mpsc::channel();
    let (task, plan) = endless(begun);
    let ticket = submit(&scheduler, task, plan);
    has_begun.recv().unwrap();
    drop(scheduler);
    assert!(matches!(rest(ticket).1, Ended::ShutDown));
    assert!(hub.upgrade().is_none(), "no thread holds it");
}

#[test]
fn a_place_is_waited_for() {
    let scheduler = Scheduler::start(1, 1).unwrap();
    let held = submit(&scheduler, count(5), Plan { room: 1, ..plan() });
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let ticket = scheduler.submit_in_time(count(2), plan());
            rest(ticket.map_err(|(_, refused)| refused).unwrap()).0
        });
        assert!(matches!(scheduler.submit(count(1), plan()), Err((_, Refused::Busy { .. }))));
        assert_eq!(rest(held).0.len(), 5);
        assert_eq!(waiting.join().unwrap(), [1, 2]);
    });
}

#[test]
fn a_storm_of_requests_is_counted_to_the_last_one() {
    let scheduler = Scheduler::start(3, 16).unwrap();
    let read = AtomicUsize::new(0);
    let busy = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..16_u64 {
            let (scheduler, read, busy) = (&scheduler, &read, &busy);
            scope.spawn(move || {
                let mut random = thread.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
                for _ in 0..200 {
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    let deadline =
                        (random & 7 == 0).then(|| Instant::now() + Duration::from_micros(random % 300));
                    let task = count(1 + (random >> 8) as usize % 9);
                    let Ok(mut ticket) = scheduler.submit(task, Plan { deadline, ..plan() }) else {
                        busy.fetch_add(1, Ordering::Relaxed);
                        continue;
                    };
                    if random & 0x70 == 0 {
                        ticket.canceller()();
                    }
                    for _ in 0..(random >> 20) % 12 {
                        if ticket.next().is_err() {
                            break;
                        }
                        read.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let tally = scheduler.tally();
    assert_eq!(tally.admitted + tally.busy, 16 * 200);
    assert_eq!(tally.busy, busy.into_inner() as u64);
    assert_eq!((tally.outcomes(), tally.active), (tally.admitted, 0));
    assert!(tally.items >= read.into_inner() as u64);
}
