//! What happens to a text before it is pronounced.
//!
//! * [`segment`] cuts it into the parts that a front end works on;
//! * [`marks`] says which characters end a sentence or a clause, or have no sound;
//! * [`link`] finds the reference's `[word](/phonemes/)` markup;
//! * [`pause`] finds pauses that the text asks for;
//! * [`position`] counts its characters;
//! * [`mapped`] holds a cleaned copy of a text that remembers where each character came from.
//!
//! Nothing here changes the caller's text: every range refers to the original.

pub(crate) mod link;
pub(crate) mod mapped;
pub(crate) mod marks;
pub(crate) mod pause;
pub(crate) mod position;
pub(crate) mod segment;
