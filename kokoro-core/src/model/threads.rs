//! How many threads a synthesizer computes with.

use std::thread::available_parallelism;

use crate::{Error, ErrorKind, Result};

/// Environment variable that sets the number of threads where the program does not.
pub(crate) const THREADS_VARIABLE: &str = "KOKORO_NUM_THREADS";

/// More than this is a typing mistake, not a machine.
const MAX_THREADS: usize = 1024;

/// The number of threads from the builder, else [`THREADS_VARIABLE`], else what the scheduler grants.
///
/// ONNX Runtime's own default counts the cores of the host and ignores the quota of a container, so it is never
/// used. [`available_parallelism`] honours affinity masks and cgroup quotas.
pub(crate) fn resolve(explicit: Option<usize>) -> Result<usize> {
    let variable = std::env::var_os(THREADS_VARIABLE).map(|value| value.to_string_lossy().into_owned());
    choose(explicit, variable.as_deref(), || available_parallelism().map_or(1, Into::into))
}

fn choose(explicit: Option<usize>, variable: Option<&str>, available: impl Fn() -> usize) -> Result<usize> {
    let (count, origin) = match (explicit, variable.map(str::trim).filter(|value| !value.is_empty())) {
        (Some(count), _) => (Some(count), "threads".to_owned()),
        (None, Some(value)) => (value.parse().ok(), format!("{THREADS_VARIABLE}={value}")),
        (None, None) => return Ok(available().max(1)),
    };
    count.filter(|count| (1..=MAX_THREADS).contains(count)).ok_or_else(|| {
        let found = explicit.map_or(origin.clone(), |count| format!("{origin} = {count}"));
        Error::new(
            ErrorKind::InvalidConfig,
            format!(
                "{found} is not a number of threads: give a whole number from 1 to {MAX_THREADS}, or leave it \
                 unset to use every core this process may run on"
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builder_wins_over_variable_over_machine() {
        assert_eq!(choose(Some(3), Some("5"), || 7).unwrap(), 3);
        assert_eq!(choose(None, Some(" 5 "), || 7).unwrap(), 5);
        assert_eq!(choose(None, Some(""), || 7).unwrap(), 7);
        assert_eq!(choose(None, None, || 0).unwrap(), 1);
    }

    #[test]
    fn nonsense_is_refused_with_its_origin() {
        for (explicit, variable, named) in [
            (Some(0), None, "threads = 0"),
            (Some(5000), None, "threads = 5000"),
            (None, Some("two"), "KOKORO_NUM_THREADS=two"),
            (None, Some("0"), "KOKORO_NUM_THREADS=0"),
            (None, Some("-1"), "KOKORO_NUM_THREADS=-1"),
        ] {
            let error = choose(explicit, variable, || 7).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidConfig);
            assert!(error.to_string().starts_with(named), "{error}");
        }
    }
}
