//! Which instructions the kernels compute with.

use crate::kernels::{ISA_VARIABLE, Isa};
use crate::{Error, ErrorKind, Result};

/// Refuses an environment that names instructions which this processor does not have.
pub(crate) fn check() -> Result<()> {
    match Isa::allowed() {
        Some(isa) => {
            tracing::debug!(instructions = isa.name(), "kernels");
            Ok(())
        }
        None => {
            let value = std::env::var_os(ISA_VARIABLE).unwrap_or_default();
            let sets: Vec<_> = Isa::all().into_iter().map(Isa::name).collect();
            Err(Error::new(
                ErrorKind::InvalidConfig,
                format!(
                    "{ISA_VARIABLE}={} names no instruction set of this processor: set it to {}, or leave it unset to \
                     use the widest",
                    value.to_string_lossy(),
                    sets.join(" or ")
                ),
            ))
        }
    }
}
