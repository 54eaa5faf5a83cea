//! The queue of kokoro-core in every interleaving of its threads, by the model checker loom.
//!
//! The very files of `kokoro-core/src/schedule` are compiled here, with loom's locks in place of the standard library's. A
//! scenario is run again and again until every order of its threads' steps has been seen, up to a number of preemptions;
//! a deadlock, a wake-up that is lost or something that is never freed fails it. `cargo test -p kokoro-queue-model`.

mod schedule;

pub use schedule::scenarios;
