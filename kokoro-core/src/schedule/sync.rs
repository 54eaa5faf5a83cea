//! What threads share state by. The model checker replaces this file by its own (tools/queue_model).

pub(super) use std::sync::{Arc, Condvar, Mutex, MutexGuard};
