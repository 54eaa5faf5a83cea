//! Stopping work that is under way.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Stops a synthesis from another thread, within milliseconds and in the middle of the model's work.
///
/// A clone stands for the same thing. A token that was cancelled stays so: take a new one for the next request.
///
/// ```
/// use kokoro_core::{CancelToken, ErrorKind, SpeechRequest, Synthesizer};
///
/// # fn main() -> kokoro_core::Result<()> {
/// let synthesizer = Synthesizer::builder().model("builtin").build()?;
/// let token = CancelToken::new();
/// let request = SpeechRequest::new("Nobody will hear this.").cancel_token(token.clone());
/// token.cancel();
/// assert_eq!(synthesizer.synthesize(&request).unwrap_err().kind(), ErrorKind::Cancelled);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct CancelToken(Arc<Inner>);

#[derive(Default)]
struct Inner {
    cancelled: AtomicBool,
    hooks: Mutex<Hooks>,
    /// What cancels it together with its parent.
    parent: OnceLock<Waiting>,
}

type Hook = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Hooks {
    next: u64,
    waiting: Vec<(u64, Hook)>,
}

impl CancelToken {
    /// A token that nobody has cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A token that is cancelled together with this one, and can be cancelled without it: for one of several requests
    /// that end together.
    ///
    /// ```
    /// let all = kokoro_core::CancelToken::new();
    /// let (one, other) = (all.child(), all.child());
    /// one.cancel();
    /// assert!(one.is_cancelled() && !other.is_cancelled() && !all.is_cancelled());
    /// all.cancel();
    /// assert!(other.is_cancelled());
    /// ```
    #[must_use]
    pub fn child(&self) -> Self {
        let child = Self::new();
        // The parent keeps no child alive.
        let weak = Arc::downgrade(&child.0);
        let waiting = self.on_cancel(move || {
            if let Some(child) = weak.upgrade() {
                Self(child).cancel();
            }
        });
        // Nobody else has the child yet.
        let _ = child.0.parent.set(waiting);
        child
    }

    /// Cancels everything that was given this token. Later calls do nothing.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::SeqCst);
        // They are called outside the lock, so that they may use the token.
        let waiting = std::mem::take(&mut self.hooks().waiting);
        for (_, hook) in waiting {
            hook();
        }
    }

    /// Whether [`cancel`](Self::cancel) was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Relaxed)
    }

    /// What long work looks at from time to time.
    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.0.cancelled
    }

    /// Calls `hook` when the token is cancelled, or at once if it is already; not after the result is dropped, unless it is
    /// being called at that moment.
    #[must_use]
    pub(crate) fn on_cancel(&self, hook: impl FnOnce() + Send + 'static) -> Waiting {
        let mut hooks = self.hooks();
        let id = hooks.next;
        if self.0.cancelled.load(Ordering::SeqCst) {
            drop(hooks);
            hook();
        } else {
            hooks.next += 1;
            hooks.waiting.push((id, Box::new(hook)));
        }
        Waiting { token: self.clone(), id }
    }

    /// Nothing that can panic runs under this lock.
    fn hooks(&self) -> MutexGuard<'_, Hooks> {
        self.0.hooks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps a hook in its token.
pub(crate) struct Waiting {
    token: CancelToken,
    id: u64,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.token.hooks().waiting.retain(|(id, _)| *id != self.id);
    }
}

/// Two are equal if cancelling one cancels the other.
impl PartialEq for CancelToken {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl std::fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CancelToken").field("cancelled", &self.is_cancelled()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    fn count(calls: &Arc<AtomicUsize>) -> impl FnOnce() + Send + 'static {
        let calls = Arc::clone(calls);
        move || {
            calls.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn hooks_are_called_once_and_only_while_they_wait() {
        let calls = Arc::new(AtomicUsize::new(0));
        let token = CancelToken::new();
        drop(token.on_cancel(count(&calls)));
        let _waiting = token.on_cancel(count(&calls));
        token.clone().cancel();
        token.cancel();
        assert!(token.is_cancelled());
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        let _late = token.on_cancel(count(&calls));
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_hook_may_use_its_token() {
        let token = CancelToken::new();
        let inner = token.clone();
        let _waiting = token.on_cancel(move || inner.cancel());
        token.cancel();
        assert!(token.hooks().waiting.is_empty());
    }

    #[test]
    fn children_leave_nothing_behind() {
        let token = CancelToken::new();
        let child = token.child();
        let grandchild = child.child();
        assert_eq!(token.hooks().waiting.len(), 1);
        // A child is kept by those who have it, and by its own children.
        drop(child);
        assert_eq!(token.hooks().waiting.len(), 1);
        token.cancel();
        assert!(grandchild.is_cancelled() && token.child().is_cancelled());
        let token = CancelToken::new();
        drop(token.child());
        assert!(token.hooks().waiting.is_empty());
    }

    #[test]
    fn no_cancellation_is_missed() {
        for _ in 0..500 {
            let calls = Arc::new(AtomicUsize::new(0));
            let token = CancelToken::new();
            std::thread::scope(|scope| {
                let canceller = scope.spawn(|| token.cancel());
                let _waiting = token.on_cancel(count(&calls));
                canceller.join().unwrap();
                assert_eq!(calls.load(Ordering::SeqCst), 1);
            });
        }
    }
}
