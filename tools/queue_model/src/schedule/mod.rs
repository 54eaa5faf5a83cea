//! The module of the same name in kokoro-core, without what needs real threads.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "not every method is part of a scenario, nor of this interface"
)]

#[path = "../../../../kokoro-core/src/schedule/histogram.rs"]
mod histogram;
#[path = "../../../../kokoro-core/src/schedule/hub.rs"]
mod hub;
#[path = "../../../../kokoro-core/src/schedule/queue.rs"]
mod queue;
pub mod scenarios;
mod sync;
#[path = "../../../../kokoro-core/src/schedule/tally.rs"]
mod tally;
#[path = "../../../../kokoro-core/src/schedule/turns.rs"]
mod turns;
