//! The instructions: asking for them, and the product of a window with the weights of two output blocks.

use std::arch::asm;
use std::arch::x86_64::__cpuid_count;
use std::marker::PhantomData;
use std::sync::OnceLock;

use super::{FRAMES, Layout, PANELS, Parts, ROW, ROWS};

/// Bytes of a row.
const ROW_BYTES: usize = ROW * size_of::<f32>();

/// Whether this process may use the instructions. The system is asked once: the state of the tiles is 8 kB that a thread
/// otherwise does not have, and a process must ask for it before it is used.
pub(in super::super) fn is_available() -> bool {
    static AVAILABLE: OnceLock<bool> = OnceLock::new();
    *AVAILABLE.get_or_init(|| {
        !cfg!(miri)
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512bf16")
            && has_tiles()
            && is_permitted()
    })
}

/// Asks the processor for AMX-TILE and AMX-BF16 (Intel's manual, volume 2, CPUID leaf 7).
fn has_tiles() -> bool {
    const TILE: u32 = 1 << 24;
    const BF16: u32 = 1 << 22;
    let features = __cpuid_count(7, 0).edx;
    features & TILE != 0 && features & BF16 != 0
}

/// Asks the system for the state of tiles (Linux, Documentation/arch/x86/xstate.rst). It refuses where a thread has a
/// stack for signals that is too small for the larger state.
fn is_permitted() -> bool {
    const ARCH_REQ_XCOMP_PERM: libc::c_long = 0x1023;
    const XFEATURE_XTILEDATA: libc::c_long = 18;
    // SAFETY: a system call with two numbers. It changes what this process may do, and no memory.
    unsafe { libc::syscall(libc::SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0 }
}

/// Tiles of 16 rows of 64 bytes, on this thread, until it is dropped.
pub(super) struct Tiles {
    /// The state is that of a thread.
    thread: PhantomData<*const ()>,
}

impl Tiles {
    /// `None` where there are no tiles.
    pub(super) fn new() -> Option<Self> {
        #[repr(align(64))]
        struct Configuration([u8; 64]);

        if !is_available() {
            return None;
        }
        // Palette 1; from byte 16 on the bytes of a row of each tile, two for each, from byte 48 on its rows.
        let mut configuration = Configuration([0; 64]);
        let Configuration(bytes) = &mut configuration;
        let (head, rows) = bytes.split_at_mut(48);
        *head.first_mut()? = 1;
        head.get_mut(16..32)?.as_chunks_mut().0.fill((ROW_BYTES as u16).to_le_bytes());
        rows.get_mut(..8)?.fill(ROWS as u8);
        // SAFETY: the processor has the instruction; it reads 64 bytes.
        unsafe {
            asm!("ldtilecfg [{}]", in(reg) bytes.as_ptr(), options(nostack, preserves_flags, readonly))
        };
        Some(Self { thread: PhantomData })
    }

    /// Makes 32 frames of two output blocks.
    ///
    /// `window` begins with the frame that the first output's first tap reads. Frames of the second output block are to
    /// lie `panel_step` floats behind those of the first one. `None` where something is too short.
    pub(super) fn multiply(
        &self,
        layout: &Layout,
        window: &[f32],
        weights: &[f32],
        output: &mut [f32],
        panel_step: usize,
    ) -> Option<()> {
        let Layout { parts, pairs, taps, dilation, frames } = *layout;
        let frame = layout.frame_len();
        let last_pair = pairs.checked_sub(1)? * frames * frame;
        let last_tap = taps.checked_sub(1)? * dilation * frame;
        if window.len() < last_pair + last_tap + FRAMES * frame
            || weights.len() < layout.weights_len()
            || panel_step < FRAMES * ROW
            || output.len() < panel_step * (PANELS - 1) + FRAMES * ROW
        {
            return None;
        }
        let float = size_of::<f32>();
        let product = Product {
            window: window.as_ptr(),
            frame_step: frame * float,
            tap_step: dilation * frame * float,
            pair_step: frames * frame * float,
            pairs,
            taps,
            weights: weights.as_ptr(),
            output: output.as_mut_ptr(),
            panel_step: panel_step * float,
        };
        // SAFETY: the tiles are there and configured on this thread, since `self` exists. Of the window 32 frames are read
        // from every tap of every pair on, of the weights as many tiles as `weights_len` counts, and of the output two
        // tiles are written from the beginning and from `panel_step` on. All are inside by the check above.
        unsafe {
            match parts {
                Parts::Two => product.two(),
                Parts::Three => product.three(),
            }
        }
        Some(())
    }
}

impl Drop for Tiles {
    fn drop(&mut self) {
        // SAFETY: there are tiles. It gives their state back, which would otherwise be saved whenever the thread rests.
        unsafe { asm!("tilerelease", options(nomem, nostack, preserves_flags)) };
    }
}

/// Steps are in bytes.
struct Product {
    window: *const f32,
    frame_step: usize,
    tap_step: usize,
    pair_step: usize,
    pairs: usize,
    taps: usize,
    weights: *const f32,
    output: *mut f32,
    panel_step: usize,
}

/// Runs through pairs and taps. Sums are the tiles 0 to 3: 0 and 1 those of the first 16 frames for both output blocks, 2
/// and 3 those of the next 16. `lines` multiply what belongs to a tap.
macro_rules! product {
    ($product:ident, step: $step:literal, lines: [$($line:literal)*]) => {
        asm!(
            "tilezero tmm0",
            "tilezero tmm1",
            "tilezero tmm2",
            "tilezero tmm3",
            "2:",
            "mov {window}, {pair}",
            "mov {tap}, {taps}",
            "3:",
            $($line,)*
            concat!("add {weights}, ", $step),
            "add {window}, {tap_step}",
            "dec {tap}",
            "jnz 3b",
            "add {pair}, {pair_step}",
            "dec {pairs}",
            "jnz 2b",
            "tilestored [{output} + {row}], tmm0",
            "tilestored [{output} + {row} + 1024], tmm2",
            "add {output}, {panel_step}",
            "tilestored [{output} + {row}], tmm1",
            "tilestored [{output} + {row} + 1024], tmm3",
            pair = inout(reg) $product.window => _,
            pair_step = in(reg) $product.pair_step,
            pairs = inout(reg) $product.pairs => _,
            window = out(reg) _,
            frame = in(reg) $product.frame_step,
            tap = out(reg) _,
            taps = in(reg) $product.taps,
            tap_step = in(reg) $product.tap_step,
            weights = inout(reg) $product.weights => _,
            output = inout(reg) $product.output => _,
            panel_step = in(reg) $product.panel_step,
            row = in(reg) ROW_BYTES,
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
            out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        )
    };
}

/// Tiles 4 and 5 are a part of the window, 6 and 7 one of the weights. Small products come first. A tile is loaded while
/// others are multiplied.
impl Product {
    /// # Safety
    /// Tiles are configured, and the pointers valid as far as [`Tiles::multiply`] says.
    unsafe fn two(self) {
        // SAFETY: as for the caller.
        unsafe {
            product!(self, step: "4096", lines: [
                // Second part of the window, first of the weights.
                "tileloadd tmm6, [{weights} + {row}]"
                "tileloadd tmm4, [{window} + {frame} + 64]"
                "tdpbf16ps tmm0, tmm4, tmm6"
                "tileloadd tmm7, [{weights} + {row} + 1024]"
                "tdpbf16ps tmm1, tmm4, tmm7"
                "tileloadd tmm5, [{window} + {frame} + 2112]"
                "tdpbf16ps tmm2, tmm5, tmm6"
                "tileloadd tmm4, [{window} + {frame}]"
                "tdpbf16ps tmm3, tmm5, tmm7"
                // First and first.
                "tdpbf16ps tmm0, tmm4, tmm6"
                "tileloadd tmm5, [{window} + {frame} + 2048]"
                "tdpbf16ps tmm1, tmm4, tmm7"
                "tdpbf16ps tmm2, tmm5, tmm6"
                "tileloadd tmm6, [{weights} + {row} + 2048]"
                "tdpbf16ps tmm3, tmm5, tmm7"
                // First and second.
                "tdpbf16ps tmm0, tmm4, tmm6"
                "tileloadd tmm7, [{weights} + {row} + 3072]"
                "tdpbf16ps tmm2, tmm5, tmm6"
                "tdpbf16ps tmm1, tmm4, tmm7"
                "tdpbf16ps tmm3, tmm5, tmm7"
            ]);
        }
    }

    /// # Safety
    /// As for [`two`](Self::two).
    unsafe fn three(self) {
        // SAFETY: as for the caller.
        unsafe {
            product!(self, step: "6144", lines: [
                // Third part of the window, first of the weights.
                "tileloadd tmm6, [{weights} + {row}]"
                "tileloadd tmm4, [{window} + {frame} + 128]"
                "tdpbf16ps tmm0, tmm4, tmm6"
                "tileloadd tmm7, [{weights} + {row} + 1024]"
                "tdpbf16ps tmm1, tmm4, tmm7"
                "tileloadd tmm5, [{window} + {frame} + 3200]"
                "tdpbf16ps tmm2, tmm5, tmm6"
                "tileloadd tmm4, [{window} + {frame} + 64]"
                "tdpbf16ps tmm3, tmm5, tmm7"
                // Second and first.
                "tdpbf16ps tmm0, tmm4, tmm6"
                "tileloadd tmm5, [{window} + {frame} + 3136]"
                "tdpbf16ps tmm1, tmm4, tmm7"
                "tdpbf16ps tmm2, tmm5, tmm6"
                "tileloadd tmm6, [{weights} + {row} + 2048]"
                "tdpbf16ps tmm3, tmm5, tmm7"
                // Second and second.
                "tdpbf16ps tmm0, tmm4, tmm6"
                "tileloadd tmm7, [{weights} + {row} + 3072]"
                "tdpbf16ps tmm2, tmm5, tmm6"
                "tdpbf16ps tmm1, tmm4, tmm7"
                "tileloadd tmm4, [{window} + {frame}]"
                "tdpbf16ps tmm3, tmm5, tmm7"
                // First and second.
                "tdpbf16ps tmm0, tmm4, tmm6"
                "tileloadd tmm5, [{window} + {frame} + 3072]"
                "tdpbf16ps tmm1, tmm4, tmm7"
                "tdpbf16ps tmm2, tmm5, tmm6"
                "tileloadd tmm6, [{weights} + {row} + 4096]"
                "tdpbf16ps tmm3, tmm5, tmm7"
                // First and third.
                "tdpbf16ps tmm0, tmm4, tmm6"
                "tileloadd tmm7, [{weights} + {row} + 5120]"
                "tdpbf16ps tmm2, tmm5, tmm6"
                "tdpbf16ps tmm1, tmm4, tmm7"
                "tileloadd tmm6, [{weights} + {row}]"
                "tdpbf16ps tmm3, tmm5, tmm7"
                // First and first.
                "tdpbf16ps tmm0, tmm4, tmm6"
                "tileloadd tmm7, [{weights} + {row} + 1024]"
                "tdpbf16ps tmm2, tmm5, tmm6"
                "tdpbf16ps tmm1, tmm4, tmm7"
                "tdpbf16ps tmm3, tmm5, tmm7"
            ]);
        }
    }
}
