//! Memory of a run, kept for the next one.

use std::sync::{Mutex, PoisonError};

/// Bytes from which on a buffer asks for huge pages. They save more than the processor's search for pages: what is used
/// together falls onto different places of its caches.
const HUGE: usize = 512 << 10;
const HUGE_PAGE: usize = 2 << 20;
const LINE: usize = 64;

/// Numbers that begin at a cache line, or at a huge page where there are many.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    data: Vec<f32>,
    start: usize,
    len: usize,
}

impl Buffer {
    pub(crate) fn zeroed(len: usize) -> Self {
        let size = size_of::<f32>();
        let huge = len.saturating_mul(size) >= HUGE;
        let alignment = if huge { HUGE_PAGE } else { LINE } / size;
        let whole = len.next_multiple_of(alignment);
        // The allocator takes large zeroed memory from the system, where it costs nothing until it is used.
        let mut data = vec![0.0; whole + alignment];
        let start = data.as_ptr().align_offset(alignment * size).min(alignment);
        // A large buffer's end may lie in small ones: up to 2 MB that nobody uses would cost more.
        let advised = if len * size > HUGE_PAGE { len - len % alignment } else { whole };
        if huge && let Some(pages) = data.get_mut(start..start + advised) {
            ask_for_huge_pages(pages);
        }
        Self { data, start, len }
    }

    /// `len` numbers of any value.
    pub(crate) fn take(&mut self, len: usize) -> &mut [f32] {
        if self.len < len {
            // First give back, then take: the old content is not wanted.
            *self = Self::default();
            *self = Self::zeroed(len);
        }
        self.as_mut_slice().get_mut(..len).unwrap_or_default()
    }

    pub(crate) fn as_slice(&self) -> &[f32] {
        self.data.get(self.start..self.start + self.len).unwrap_or_default()
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [f32] {
        self.data.get_mut(self.start..self.start + self.len).unwrap_or_default()
    }
}

/// Only a hint: without huge pages all is the same, a little slower.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "a system call")]
fn ask_for_huge_pages(memory: &mut [f32]) {
    // SAFETY: the range is the slice's own; the advice changes neither content nor access. The start is aligned to a page.
    unsafe {
        libc::madvise(memory.as_mut_ptr().cast(), size_of_val(memory), libc::MADV_HUGEPAGE);
    }
}

#[cfg(not(target_os = "linux"))]
fn ask_for_huge_pages(_memory: &mut [f32]) {}

/// Memory of a thread while it makes a tile.
#[derive(Debug, Default)]
pub(super) struct Worker(Buffer);

impl Worker {
    /// Three parts of at least these lengths, of any content, that begin at cache lines.
    pub(super) fn take(&mut self, lens: [usize; 3]) -> Option<[&mut [f32]; 3]> {
        let [first, second, third] = lens.map(|len| len.next_multiple_of(LINE / size_of::<f32>()));
        let (first, rest) = self.0.take(first + second + third).split_at_mut_checked(first)?;
        let (second, third) = rest.split_at_mut_checked(second)?;
        Some([first, second, third])
    }
}

/// As many as ran at the same time.
#[derive(Debug, Default)]
pub(crate) struct Workers(Mutex<Vec<Worker>>);

impl Workers {
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Worker) -> T) -> T {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = lock().pop();
        let mut worker = idle.unwrap_or_default();
        let result = work(&mut worker);
        lock().push(worker);
        result
    }
}

/// Memory of a stage's run. It grows to what the longest run needed: three signals, at most 6 MB of transformed weights, and
/// about 2 MB for each thread.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(super) signals: [Buffer; 3],
    /// A transformed section of a signal.
    pub(super) points: Buffer,
    /// The transformed weights of a convolution.
    pub(super) weights: Buffer,
    pub(super) workers: Workers,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_aligned_and_zero() {
        for len in [0, 1, 1_000, HUGE / 4 - 1, HUGE / 4, 3 * HUGE / 4 + 5] {
            let buffer = Buffer::zeroed(len);
            let slice = buffer.as_slice();
            assert_eq!(slice.len(), len);
            assert!(slice.iter().all(|&value| value == 0.0));
            let alignment = if len * 4 >= HUGE { HUGE_PAGE } else { LINE };
            assert_eq!(slice.as_ptr().addr() % alignment, 0);
        }
    }

    #[test]
    fn a_buffer_grows_and_stays() {
        let mut buffer = Buffer::default();
        assert_eq!(buffer.take(100).len(), 100);
        let first = buffer.take(100).as_ptr();
        assert_eq!(buffer.take(10).len(), 10);
        assert_eq!(buffer.take(100).as_ptr(), first);
        assert_eq!(buffer.take(1_000).len(), 1_000);
    }
}
