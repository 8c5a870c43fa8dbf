//! The verifier: its own table of mistakes, properties, and the peer's cases where they are there.

mod kinds;
mod oracle;
mod peer;
mod properties;
mod verdicts;
