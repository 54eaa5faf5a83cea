//! ONNX Runtime's thread pool.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use ort::operator::ComputeContext;

use crate::kernels::Parallel;

/// The threads of the session that runs an operator.
pub(super) struct RuntimeThreads<'a> {
    context: &'a ComputeContext,
    panicked: AtomicBool,
    refused: AtomicBool,
}

// SAFETY: `ComputeContext` is a pointer to ONNX Runtime's `OrtKernelContext`, which is only read here, by the one call
// `KernelContext_ParallelFor`; ONNX Runtime allows that from any thread while the kernel runs, and `self` borrows the
// context for no longer than that.
#[expect(unsafe_code, reason = "the crate `ort` says nothing about threads for this type")]
unsafe impl Sync for RuntimeThreads<'_> {}

impl<'a> RuntimeThreads<'a> {
    pub(super) fn new(context: &'a ComputeContext) -> Self {
        Self { context, panicked: AtomicBool::new(false), refused: AtomicBool::new(false) }
    }

    /// Whether all tasks came to their end.
    pub(super) fn finish(&self) -> ort::Result<()> {
        if self.panicked.load(Ordering::Relaxed) {
            return Err(ort::Error::new("a task of a generator stage panicked"));
        }
        if self.refused.load(Ordering::Relaxed) {
            return Err(ort::Error::new("ONNX Runtime did not run the tasks of a generator stage"));
        }
        Ok(())
    }
}

impl Parallel for RuntimeThreads<'_> {
    fn for_each(&self, tasks: usize, task: &(dyn Fn(usize) + Sync)) {
        // A panic cannot cross into ONNX Runtime: it would end the process.
        let guarded = |index| {
            if catch_unwind(AssertUnwindSafe(|| task(index))).is_err() {
                self.panicked.store(true, Ordering::Relaxed);
            }
        };
        if tasks == 1 {
            guarded(0);
        } else if tasks > 1 && self.context.par_for(tasks, 0, guarded).is_err() {
            self.refused.store(true, Ordering::Relaxed);
        }
    }
}
