//! Statistics over subsets: what differs between two of them, what they share, and which difference an
//! experiment can detect.
//!
//! They know subsets as lists of entries and as records of a manifest, so that a run that is being written
//! and a folder that is read years later are compared by the same code.

pub(crate) mod balance;
pub(crate) mod null;
pub(crate) mod overlap;
pub(crate) mod power;
