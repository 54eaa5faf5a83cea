//! A request as its caller sees it.

#[cfg(feature = "async")]
use std::task::{Context, Poll};

use super::hub::Hub;
use super::process::Process;
use super::queue::{Ended, Task};
use super::sync::{Arc, Condvar};

/// Gives the items of one request in order. Dropping it drops the request.
pub(crate) struct Ticket<T: Task> {
    hub: Arc<Hub<T>>,
    id: u64,
    news: Arc<Condvar>,
    process: Process,
}

impl<T: Task> Ticket<T> {
    pub(super) fn new(hub: Arc<Hub<T>>, id: u64, news: Arc<Condvar>, process: Process) -> Self {
        Self { hub, id, news, process }
    }

    /// The process that works for it, which must not have been forked when anything is asked for.
    pub(crate) fn process(&self) -> Process {
        self.process
    }

    /// The next item, or why there is none: waits until it is known. Once it has ended there is nothing more to ask for.
    pub(crate) fn next(&mut self) -> Result<T::Item, Ended<T::Error>> {
        self.hub.next(self.id, &self.news)
    }

    /// As [`next`](Self::next), without waiting.
    #[cfg(feature = "async")]
    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Result<T::Item, Ended<T::Error>>> {
        match self.hub.poll(self.id, context.waker()) {
            Some(next) => Poll::Ready(next),
            None => Poll::Pending,
        }
    }

    /// What cancels the request; it does nothing once the request has ended.
    pub(crate) fn canceller(&self) -> impl FnOnce() + Send + Sync + 'static {
        let (hub, id) = (Arc::downgrade(&self.hub), self.id);
        move || {
            if let Some(hub) = hub.upgrade() {
                hub.cancel(id);
            }
        }
    }
}

impl<T: Task> Drop for Ticket<T> {
    fn drop(&mut self) {
        // In the child of a fork the lock may be held for ever.
        if !self.process.was_forked() {
            self.hub.release(self.id);
        }
    }
}
