//! The viewer: a folder served on loopback.
