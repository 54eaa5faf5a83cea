//! Threads do not survive a fork.

/// The process in which something was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Process(u32);

impl Process {
    /// This one.
    pub(crate) fn current() -> Self {
        Self(std::process::id())
    }

    /// Whether this is the child of a fork. The threads of the parent are not in it, and a lock that one of them held is
    /// held for ever: nothing that was made in the parent may be waited for, or locked.
    pub(crate) fn was_forked(self) -> bool {
        self != Self::current()
    }
}
