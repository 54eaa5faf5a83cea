//! Which instructions the kernels compute with.

use crate::kernels::{ISA_VARIABLE, Isa};
use crate::{Error, ErrorKind, Result};

/// The name of the instruction set. An environment that names one which this processor does not have is refused.
pub(crate) fn resolve() -> Result<&'static str> {
    Isa::allowed().map(Isa::name).ok_or_else(|| {
        let value = std::env::var_os(ISA_VARIABLE).unwrap_or_default();
        let sets: Vec<_> = Isa::all().into_iter().map(Isa::name).collect();
        Error::new(
            ErrorKind::InvalidConfig,
            format!(
                "{ISA_VARIABLE}={} names no instruction set of this processor: set it to {}, or leave it unset to use the \
                 widest",
                value.to_string_lossy(),
                sets.join(" or ")
            ),
        )
    })
}
