//! Threads of somebody else: work is cut into tasks here and run wherever the caller says.

#![expect(unsafe_code, reason = "tasks write parts of one slice")]

use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::KernelError;
use super::isa::Isa;
use super::scratch::Workers;

/// Something that runs tasks at the same time.
pub(crate) trait Parallel: Sync {
    /// Calls `task` with every number below `tasks`, in any order and on any threads, and returns when all have returned.
    fn for_each(&self, tasks: usize, task: &(dyn Fn(usize) + Sync));
}

/// One after the other on the caller's thread.
#[cfg(any(test, feature = "bench"))]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sequential;

#[cfg(any(test, feature = "bench"))]
impl Parallel for Sequential {
    fn for_each(&self, tasks: usize, task: &(dyn Fn(usize) + Sync)) {
        (0..tasks).for_each(task);
    }
}

/// What a run works with, beside its data.
pub(crate) struct Context<'a> {
    pub(crate) isa: Isa,
    pub(crate) parallel: &'a dyn Parallel,
    /// Read before every tile: where it is set, the run ends with [`KernelError::Cancelled`].
    pub(crate) cancel: &'a AtomicBool,
    pub(crate) workers: &'a Workers,
}

impl Context<'_> {
    pub(super) fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    /// Calls `task` once with every number below `tasks`. A task returns `None` where sizes do not fit.
    ///
    /// Tasks take the next number themselves, so that none runs twice whatever `parallel` does.
    pub(super) fn for_each(
        &self,
        tasks: usize,
        task: impl Fn(usize) -> Option<()> + Sync,
    ) -> Result<(), KernelError> {
        let next = AtomicUsize::new(0);
        let failed = AtomicBool::new(false);
        let one = |_: usize| {
            if self.is_cancelled() {
                return false;
            }
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index < tasks && task(index).is_none() {
                failed.store(true, Ordering::Relaxed);
            }
            index < tasks
        };
        self.parallel.for_each(tasks, &|index| {
            one(index);
        });
        while one(0) {}
        if self.is_cancelled() {
            return Err(KernelError::Cancelled);
        }
        if failed.load(Ordering::Relaxed) { Err(KernelError::Size) } else { Ok(()) }
    }
}

/// A slice of which tasks write different parts.
pub(super) struct Parts<'a> {
    data: *mut f32,
    len: usize,
    lifetime: PhantomData<&'a mut [f32]>,
}

// SAFETY: it is a mutable slice, which may be sent; parts that are used at the same time do not overlap, by the contract
// of `part`.
unsafe impl Sync for Parts<'_> {}

impl<'a> Parts<'a> {
    pub(super) fn new(whole: &'a mut [f32]) -> Self {
        Self { data: whole.as_mut_ptr(), len: whole.len(), lifetime: PhantomData }
    }

    /// # Safety
    /// Parts that are used at the same time do not overlap.
    #[expect(clippy::mut_from_ref, reason = "that is what this type is for")]
    pub(super) unsafe fn part(&self, start: usize, len: usize) -> Option<&mut [f32]> {
        if start.checked_add(len)? > self.len {
            return None;
        }
        // SAFETY: inside the slice, which is borrowed for as long as `self` is; the caller answers for overlaps.
        Some(unsafe { std::slice::from_raw_parts_mut(self.data.add(start), len) })
    }
}

impl<'a> Parts<'a> {
    /// All from `start` on, for writing single values of it. `None` behind the end.
    pub(super) fn span(&self, start: usize) -> Option<Span<'_>> {
        let len = self.len.checked_sub(start)?;
        // SAFETY: inside the slice, or right behind it.
        Some(Span { data: unsafe { self.data.add(start) }, len, lifetime: PhantomData })
    }
}

/// A slice of which single values are written, while others write other values of it.
#[derive(Clone, Copy)]
pub(super) struct Span<'a> {
    data: *mut f32,
    len: usize,
    lifetime: PhantomData<&'a mut [f32]>,
}

impl<'a> Span<'a> {
    pub(super) fn new(whole: &'a mut [f32]) -> Self {
        Self { data: whole.as_mut_ptr(), len: whole.len(), lifetime: PhantomData }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Valid for writing, as far as nobody else uses the same values.
    pub(super) fn as_mut_ptr(&self) -> *mut f32 {
        self.data
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Threads of a test, with tasks in an order of their own.
    pub(in super::super) struct Threads(pub(in super::super) usize);

    impl Parallel for Threads {
        fn for_each(&self, tasks: usize, task: &(dyn Fn(usize) + Sync)) {
            std::thread::scope(|scope| {
                for thread in 0..self.0 {
                    scope.spawn(move || (thread..tasks).step_by(self.0).rev().for_each(task));
                }
            });
        }
    }

    /// Calls tasks twice, or not at all.
    struct Careless(bool);

    impl Parallel for Careless {
        fn for_each(&self, tasks: usize, task: &(dyn Fn(usize) + Sync)) {
            if self.0 {
                (0..2 * tasks).for_each(|_| task(0));
            }
        }
    }

    #[test]
    fn every_task_runs_once() {
        let cancel = AtomicBool::new(false);
        let workers = Workers::default();
        let all: [&dyn Parallel; 4] = [&Sequential, &Threads(3), &Careless(true), &Careless(false)];
        for parallel in all {
            let context = Context { isa: Isa::best(), parallel, cancel: &cancel, workers: &workers };
            let counts: Vec<AtomicUsize> = (0..50).map(|_| AtomicUsize::new(0)).collect();
            let result = context.for_each(50, |i| {
                counts[i].fetch_add(1, Ordering::Relaxed);
                Some(())
            });
            assert_eq!(result, Ok(()));
            assert!(counts.iter().all(|count| count.load(Ordering::Relaxed) == 1));
            assert_eq!(context.for_each(5, |i| (i != 3).then_some(())), Err(KernelError::Size));
        }
        cancel.store(true, Ordering::Relaxed);
        let context = Context { isa: Isa::best(), parallel: &Sequential, cancel: &cancel, workers: &workers };
        assert_eq!(context.for_each(5, |_| None), Err(KernelError::Cancelled));
    }
}
