//! C ABI of the Kokoro speech library: translates between C and `kokoro-core`, nothing else.
//!
//! `include/kokoro.h` is generated from the documentation here, which therefore speaks to readers of C; `docs/c.md` is
//! the guide. Every entry point goes through `guard`, which catches panics and keeps the last error of the thread.
//! Handles are numbers that `handle` looks up, so that no mistake with one is undefined behaviour. What C passes by
//! pointer is read and written in `argument`, and nowhere else.

#![allow(unsafe_code, reason = "exported names, and pointers from C")]
#![allow(non_camel_case_types, reason = "types have the names that they have in C")]
#![allow(
    clippy::missing_safety_doc,
    reason = "the documentation is that of the C header, which states what must hold"
)]

// In the order in which the header has them.
mod failure;
mod status;
mod version;

mod config;
mod synthesizer;
mod voices;

mod cancel;
mod request;

mod speech;
mod stream;

mod assets;
mod buffer;
mod phonemes;

mod handle;
mod log;

mod argument;
mod choices;
mod guard;

// Rust programs use `kokoro-core`; this is for the fuzz target and the benchmark.
#[doc(hidden)]
pub mod c {
    //! Everything that the header has.
    pub use crate::argument::KOKORO_NUL_TERMINATED;
    pub use crate::assets::*;
    pub use crate::buffer::*;
    pub use crate::cancel::*;
    pub use crate::choices::*;
    pub use crate::config::*;
    pub use crate::failure::*;
    pub use crate::handle::*;
    pub use crate::log::*;
    pub use crate::phonemes::*;
    pub use crate::request::*;
    pub use crate::speech::*;
    pub use crate::status::*;
    pub use crate::stream::*;
    pub use crate::synthesizer::*;
    pub use crate::version::*;
    pub use crate::voices::*;
}
