//! Waiting in a thread of Python's, without its lock, and open to Ctrl-C.

use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use pyo3::prelude::*;

/// How long a signal may have to wait for its handler. Python runs handlers in the main thread, which has to come by.
const SLICE: Duration = Duration::from_millis(40);

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}

/// Polls until it is ready, sleeping in between. The error is what a signal's handler raises, such as `KeyboardInterrupt`.
pub(crate) fn wait<T: Send>(
    py: Python<'_>,
    mut poll: impl FnMut(&mut Context<'_>) -> Poll<T> + Send,
) -> PyResult<T> {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        let polled = py.detach(|| {
            let first = poll(&mut Context::from_waker(&waker));
            if first.is_pending() {
                std::thread::park_timeout(SLICE);
            }
            first
        });
        if let Poll::Ready(value) = polled {
            return Ok(value);
        }
        py.check_signals()?;
    }
}
