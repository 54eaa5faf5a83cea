//! What the operators of a session know about the run that is under way.

use std::sync::{Mutex, PoisonError};

use crate::CancelToken;

/// Belongs to one session, which computes one run at a time.
#[derive(Debug, Default)]
pub(crate) struct RunControl(Mutex<Run>);

/// One run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Run {
    /// Ends it.
    pub(crate) cancel: CancelToken,
    /// What its noise depends on.
    pub(crate) seed: u64,
}

impl RunControl {
    /// To be called before a run.
    pub(crate) fn begin(&self, run: Run) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = run;
    }

    /// The run that is under way.
    pub(super) fn current(&self) -> Run {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
