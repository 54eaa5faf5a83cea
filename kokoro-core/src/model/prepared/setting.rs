//! Whether prepared models are used.

use std::str::FromStr;

use crate::{Error, ErrorKind, Result};

/// What [`SynthesizerBuilder::build`](crate::SynthesizerBuilder::build) does about a preparation of the model.
///
/// A preparation gives the same speech, bit for bit, as the file that it was made of; it only loads faster and takes less
/// memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Prepared {
    /// Neither looks for one nor makes one.
    Off,
    /// Uses one that is there and fits; writes nothing.
    #[default]
    Use,
    /// Uses one that is there and fits, else makes one. If that fails, the model is loaded without it.
    Make,
}

impl FromStr for Prepared {
    type Err = Error;

    /// Reads `off`, `use` or `make`.
    fn from_str(text: &str) -> Result<Self> {
        match text.to_ascii_lowercase().as_str() {
            "off" => Ok(Self::Off),
            "use" => Ok(Self::Use),
            "make" => Ok(Self::Make),
            _ => Err(Error::new(
                ErrorKind::InvalidConfig,
                format!("`{text}` says nothing about prepared models: it is `off`, `use` or `make`"),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed parse is a failed test")]
    use super::*;

    #[test]
    fn names_are_read_in_any_case() {
        for (text, expected) in [("off", Prepared::Off), ("Use", Prepared::Use), ("MAKE", Prepared::Make)] {
            assert_eq!(text.parse::<Prepared>().unwrap(), expected);
        }
        assert_eq!("yes".parse::<Prepared>().unwrap_err().kind(), ErrorKind::InvalidConfig);
    }
}
