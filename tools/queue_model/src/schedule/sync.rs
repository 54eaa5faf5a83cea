//! In place of kokoro-core's file of this name.

pub(super) use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
