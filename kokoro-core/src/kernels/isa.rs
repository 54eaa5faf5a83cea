//! Instruction sets, asked for at run time.

use std::sync::OnceLock;

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
use super::matrix;
use super::vector::{Portable, Vector};

/// Environment variable with the instruction set that kernels are to use in place of the widest: for measurements, and where
/// that does not work as it should.
pub(crate) const ISA_VARIABLE: &str = "KOKORO_ISA";

/// Instructions of this processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Isa(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// AVX-512, and AMX for convolutions.
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    Amx,
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// What every processor of the target has.
    Portable,
}

/// Code that is compiled for each instruction set.
pub(super) trait Job {
    type Output;

    /// To be `#[inline(always)]`, so that it is compiled with the instructions of its caller, and free of closures, which
    /// would be compiled without them.
    ///
    /// # Safety
    /// The processor has the instruction set of `V`.
    #[expect(unsafe_code, reason = "a processor must be asked before its instructions are used")]
    unsafe fn run<V: Vector>(self) -> Self::Output;
}

impl Isa {
    /// What kernels are to use: the widest that this processor has, or what [`ISA_VARIABLE`] names. `None` where that is
    /// no set of this processor.
    pub(crate) fn allowed() -> Option<Self> {
        static ALLOWED: OnceLock<Option<Isa>> = OnceLock::new();
        *ALLOWED.get_or_init(|| match std::env::var_os(ISA_VARIABLE) {
            Some(name) if !name.is_empty() => Self::all().into_iter().find(|isa| name == isa.name()),
            _ => Self::all().into_iter().next(),
        })
    }

    /// As [`allowed`](Self::allowed), or what every processor has.
    pub(crate) fn best() -> Self {
        Self::allowed().unwrap_or(Self(Kind::Portable))
    }

    /// Every one that this processor can run, the widest first.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            #[cfg(target_os = "linux")]
            all.extend(matrix::is_available().then_some(Self(Kind::Amx)));
            all.extend(is_x86_feature_detected!("avx512f").then_some(Self(Kind::Avx512)));
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            all.extend(avx2.then_some(Self(Kind::Avx2)));
        }
        all.push(Self(Kind::Portable));
        all
    }

    /// Whether these are instructions that kernels were written for, and not only what the compiler makes of them.
    pub(crate) fn is_vectorised(self) -> bool {
        self.0 != Kind::Portable
    }

    /// Whether convolutions are computed by matrix instructions.
    pub(super) fn has_matrices(self) -> bool {
        #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
        return self.0 == Kind::Amx;
        #[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
        false
    }

    /// Its stable name.
    pub(crate) fn name(self) -> &'static str {
        match self.0 {
            #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
            Kind::Amx => "amx",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => "avx2",
            Kind::Portable => "portable",
        }
    }

    #[inline]
    #[expect(unsafe_code, reason = "a processor must be asked before its instructions are used")]
    pub(super) fn run<J: Job>(self, job: J) -> J::Output {
        match self.0 {
            // SAFETY: `all` gives this kind only where the processor has AVX-512F as well.
            #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
            Kind::Amx => unsafe { avx512(job) },
            // SAFETY: `all` gives this kind only where the processor has AVX-512F.
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => unsafe { avx512(job) },
            // SAFETY: `all` gives this kind only where the processor has AVX2 and FMA.
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => unsafe { avx2(job) },
            // SAFETY: needs no instructions beyond the target's.
            Kind::Portable => unsafe { portable(job) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
#[inline(never)]
#[expect(unsafe_code, reason = "a job asks for the instructions that this function has")]
fn avx512<J: Job>(job: J) -> J::Output {
    // SAFETY: this function has AVX-512F.
    unsafe { job.run::<std::arch::x86_64::__m512>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
#[inline(never)]
#[expect(unsafe_code, reason = "a job asks for the instructions that this function has")]
fn avx2<J: Job>(job: J) -> J::Output {
    // SAFETY: this function has AVX2 and FMA.
    unsafe { job.run::<std::arch::x86_64::__m256>() }
}

#[inline(never)]
#[expect(unsafe_code, reason = "a job asks for the instructions that this function has")]
unsafe fn portable<J: Job>(job: J) -> J::Output {
    // SAFETY: the portable vectors need none.
    unsafe { job.run::<Portable>() }
}
