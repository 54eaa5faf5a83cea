//! Memory of a run, kept for the next one.

#![expect(unsafe_code, reason = "pages as numbers")]

use std::sync::{Mutex, PoisonError};

use memmap2::MmapMut;

/// Bytes from which on a buffer asks for huge pages. They save more than the processor's search for pages: what is used
/// together falls onto different places of its caches.
const HUGE: usize = 512 << 10;
const HUGE_PAGE: usize = 2 << 20;
const LINE: usize = 64;
const FLOAT: usize = size_of::<f32>();

/// Numbers that begin at a cache line, or at a huge page where there are many.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    data: Data,
    /// Floats in front of them.
    start: usize,
    len: usize,
}

/// Where the numbers are.
#[derive(Debug)]
enum Data {
    Heap(Vec<f32>),
    /// Straight from the system. An allocator may give memory that was used before, which must be cleared, in small pages.
    Pages(MmapMut),
}

impl Default for Data {
    fn default() -> Self {
        Self::Heap(Vec::new())
    }
}

impl Buffer {
    pub(crate) fn zeroed(len: usize) -> Self {
        Self::pages(len).unwrap_or_else(|| {
            const ALIGNMENT: usize = LINE / FLOAT;
            let data = vec![0.0; len + ALIGNMENT];
            let start = data.as_ptr().align_offset(LINE).min(ALIGNMENT);
            Self { data: Data::Heap(data), start, len }
        })
    }

    /// `None` where there are few numbers, or the system has no pages for them.
    fn pages(len: usize) -> Option<Self> {
        const ALIGNMENT: usize = HUGE_PAGE / FLOAT;
        let size = len.checked_mul(FLOAT).filter(|&size| size >= HUGE)?;
        let pages = MmapMut::map_anon(size.next_multiple_of(HUGE_PAGE) + HUGE_PAGE).ok()?;
        let start = pages.as_ptr().cast::<f32>().align_offset(HUGE_PAGE).min(ALIGNMENT);
        // A large buffer's end may lie in small ones: up to 2 MB that nobody uses would cost more.
        let advised = if size > HUGE_PAGE { size - size % HUGE_PAGE } else { HUGE_PAGE };
        // Only a hint: without huge pages all is the same, a little slower.
        #[cfg(target_os = "linux")]
        let _ = pages.advise_range(memmap2::Advice::HugePage, start * FLOAT, advised);
        #[cfg(not(target_os = "linux"))]
        let _ = advised;
        Some(Self { data: Data::Pages(pages), start, len })
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
        let whole: &[f32] = match &self.data {
            Data::Heap(data) => data,
            // SAFETY: a page begins at a multiple of any number's size, and all bits are a number.
            Data::Pages(pages) => unsafe {
                std::slice::from_raw_parts(pages.as_ptr().cast(), pages.len() / FLOAT)
            },
        };
        whole.get(self.start..self.start + self.len).unwrap_or_default()
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [f32] {
        let whole: &mut [f32] = match &mut self.data {
            Data::Heap(data) => data,
            // SAFETY: as in `as_slice`; the pages are borrowed for writing.
            Data::Pages(pages) => unsafe {
                std::slice::from_raw_parts_mut(pages.as_mut_ptr().cast(), pages.len() / FLOAT)
            },
        };
        whole.get_mut(self.start..self.start + self.len).unwrap_or_default()
    }
}

/// Memory of a thread while it makes a tile.
#[derive(Debug, Default)]
pub(super) struct Worker(Buffer);

impl Worker {
    /// Three parts of at least these lengths, of any content, that begin at cache lines.
    pub(super) fn take(&mut self, lens: [usize; 3]) -> Option<[&mut [f32]; 3]> {
        let [first, second, third] = lens.map(|len| len.next_multiple_of(LINE / FLOAT));
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
