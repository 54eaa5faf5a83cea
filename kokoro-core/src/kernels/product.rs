//! The matrix product in the middle of a convolution: the part that does most of the arithmetic.

#![expect(unsafe_code, reason = "pointers, so that sums stay in registers")]
#![expect(clippy::needless_range_loop, reason = "loops over registers, which the compiler unrolls")]

use super::isa::Job;
use super::vector::{BLOCK, Vector, prefetch};

/// Rows of transformed signal times panels of weights.
///
/// A row has `groups * blocks * BLOCK` values: block by block, [`BLOCK`] at a time. A panel has as many rows of
/// [`BLOCK`] output channels. Row r begins `r * BLOCK` behind row 0, and so it does in the output.
#[derive(Clone, Copy)]
pub(super) struct Product {
    pub(super) groups: usize,
    /// From a group's first block to the next group's.
    pub(super) group_step: usize,
    pub(super) blocks: usize,
    /// From a block to the next.
    pub(super) block_step: usize,
    pub(super) input: *const f32,
    pub(super) weights: *const f32,
    /// From a panel to the next.
    pub(super) panel_step: usize,
    pub(super) output: *mut f32,
    /// From the output of a panel to that of the next.
    pub(super) output_step: usize,
    /// Lines to ask for, as many in every block.
    pub(super) ahead: *const f32,
    pub(super) ahead_lines: usize,
}

/// `VECTORS` are those of one or more panels.
///
/// # Safety
/// The processor has the instructions of `V`, and the pointers reach as far as [`Product`] says for `ROWS` rows and the
/// panels of `VECTORS`.
#[inline(always)]
pub(super) unsafe fn product<V: Vector, const ROWS: usize, const VECTORS: usize>(product: &Product) {
    let p = *product;
    // SAFETY: the caller answers for the pointers and the instructions.
    unsafe {
        let mut sums = [[V::splat(0.0); VECTORS]; ROWS];
        let mut weights = p.weights;
        let mut ahead = p.ahead;
        for group in 0..p.groups {
            let mut input = p.input.add(group * p.group_step);
            for _ in 0..p.blocks {
                for channel in 0..BLOCK {
                    let mut row = [V::splat(0.0); VECTORS];
                    for v in 0..VECTORS {
                        let lane = v * V::LANES;
                        row[v] = V::load(weights.add(lane / BLOCK * p.panel_step + lane % BLOCK));
                    }
                    weights = weights.add(BLOCK);
                    for r in 0..ROWS {
                        let factor = V::splat(*input.add(r * BLOCK + channel));
                        for v in 0..VECTORS {
                            sums[r][v] = factor.mul_add(row[v], sums[r][v]);
                        }
                    }
                }
                input = input.add(p.block_step);
                for _ in 0..p.ahead_lines {
                    prefetch(ahead);
                    ahead = ahead.wrapping_add(BLOCK);
                }
            }
        }
        for r in 0..ROWS {
            for v in 0..VECTORS {
                let lane = v * V::LANES;
                let to = p.output.add(lane / BLOCK * p.output_step + r * BLOCK + lane % BLOCK);
                sums[r][v].store(to);
            }
        }
    }
}

/// The products of some output blocks at all points.
pub(super) struct Multiply<'a> {
    pub(super) points: usize,
    pub(super) rows: usize,
    pub(super) panels: usize,
    pub(super) groups: usize,
    pub(super) group_rows: usize,
    pub(super) blocks: usize,
    pub(super) block_rows: usize,
    /// `[point][block][row][16]`
    pub(super) input: &'a [f32],
    pub(super) input_step: usize,
    /// `[panel][point][group][block][input channel][16]`
    pub(super) weights: &'a [f32],
    pub(super) weights_step: usize,
    /// `[panel][point][row][16]`
    pub(super) output: &'a mut [f32],
    pub(super) output_step: usize,
    pub(super) ahead: Ahead,
}

/// Memory that is wanted after the products: it is asked for while they are made, a few lines at a time, since the
/// processor would otherwise wait for it.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// First line and lines of each.
    spans: [(*const f32, usize); 6],
    used: usize,
}

impl Ahead {
    /// Nothing happens where there are more than it can hold.
    pub(super) fn add(&mut self, span: &[f32]) {
        if let Some(free) = self.spans.get_mut(self.used) {
            *free = (span.as_ptr(), span.len() / BLOCK);
            self.used += 1;
        }
    }

    fn lines(&self) -> usize {
        self.spans.iter().map(|&(_, lines)| lines).sum()
    }

    /// At most so many lines that lie behind each other.
    #[inline(always)]
    fn take(&mut self, lines: usize) -> (*const f32, usize) {
        for (first, left) in &mut self.spans {
            if *left > 0 {
                let taken = (*first, lines.min(*left));
                *first = first.wrapping_add(taken.1 * BLOCK);
                *left -= taken.1;
                return taken;
            }
        }
        (std::ptr::null(), 0)
    }
}

impl Job for Multiply<'_> {
    type Output = Option<()>;

    #[inline(always)]
    unsafe fn run<V: Vector>(mut self) -> Option<()> {
        let last_point = self.points.checked_sub(1)?;
        let last_row = self.rows.checked_sub(1)?;
        let input_rows =
            (self.blocks - 1) * self.block_rows + (self.groups - 1) * self.group_rows + self.rows;
        let panel_step = self.points * self.weights_step;
        let output_panel = self.points * self.output_step;
        if self.input.len() < last_point * self.input_step + input_rows * BLOCK
            || self.weights_step != self.groups * self.blocks * BLOCK * BLOCK
            || self.weights.len() < self.panels * panel_step
            || self.output_step <= last_row * BLOCK
            || self.panels == 0
            || self.output.len()
                < (self.panels - 1) * output_panel + last_point * self.output_step + self.rows * BLOCK
        {
            return None;
        }
        // As equal as can be, since a small remainder would leave registers idle.
        let parts = self.rows.div_ceil(V::ROWS);
        let calls = self.panels.div_ceil(V::PANELS) * self.points * parts * self.groups * self.blocks;
        let ahead_lines = self.ahead.lines().div_ceil(calls);
        let mut panel = 0;
        while panel < self.panels {
            let panels = if self.panels - panel < V::PANELS { 1 } else { V::PANELS };
            for point in 0..self.points {
                let mut row = 0;
                for part in 0..parts {
                    let rows = (self.rows - row).div_ceil(parts - part);
                    let inner = self.groups * self.blocks;
                    let (ahead, lines) = self.ahead.take(ahead_lines * inner);
                    // SAFETY: the lengths are checked above: rows, points and panels stay below theirs. The caller
                    // answers for the instructions.
                    unsafe {
                        let product = Product {
                            groups: self.groups,
                            group_step: self.group_rows * BLOCK,
                            blocks: self.blocks,
                            block_step: self.block_rows * BLOCK,
                            input: self.input.as_ptr().add(point * self.input_step + row * BLOCK),
                            weights: self
                                .weights
                                .as_ptr()
                                .add(panel * panel_step + point * self.weights_step),
                            panel_step,
                            output: (self.output.as_mut_ptr())
                                .add(panel * output_panel + point * self.output_step + row * BLOCK),
                            output_step: output_panel,
                            ahead,
                            ahead_lines: lines / inner,
                        };
                        V::product(&product, rows, panels);
                    }
                    row += rows;
                }
            }
            panel += panels;
        }
        Some(())
    }
}
