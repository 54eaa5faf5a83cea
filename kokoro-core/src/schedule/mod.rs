//! Many requests, few workers.
//!
//! A request is a [`Task`] that is done step by step, each step giving at most one item. It knows nothing of speech:
//! what a step does is decided elsewhere, so that this can be tested, and checked in all interleavings, on its own.
//!
//! * [`turns`]: whose turn it is. Pure.
//! * [`queue`]: the requests, what state each is in, and what every event does to them. Pure.
//! * [`hub`]: the queue under one lock; who waits for what.
//! * [`ticket`]: a request as its caller sees it.
//! * [`scheduler`]: threads, panics, and what is left of it all after a fork.
//!
//! One worker thread for each session of the model takes the steps; one more watches deadlines. No thread belongs to a
//! request. There is one lock, held for a few microseconds at a time and never while a task works, is dropped or is told
//! to stop. Everything that waits has a bound: the number of requests by the limit, the items of a request by its room,
//! and a request whose items nobody takes stands aside without being run.

mod histogram;
mod hub;
mod process;
mod queue;
mod scheduler;
mod sync;
mod tally;
mod ticket;
mod turns;

pub use histogram::Histogram;
pub(crate) use queue::{Ended, Plan, Refused, Step, Task};
pub(crate) use scheduler::Scheduler;
pub use scheduler::Shutdown;
pub(crate) use tally::Tally;
pub(crate) use ticket::Ticket;
