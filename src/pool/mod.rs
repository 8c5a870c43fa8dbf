//! The measured trajectories and their problems, kept between runs.
//!
//! Text is read once to be measured and again only for what was selected; in between stands the pool:
//! one narrow row an entry. It is kept in parts, one for each unit of a file, named by the hash of what
//! it was made from: the file's content, the unit, the source's configuration, the tokenizer and the
//! measuring version. So a part is never stale, a killed run goes on where it was, and the next
//! experiment finds everything measured. A part is a folder that is written aside and renamed when
//! whole; what it holds is checked against its own hashes before it is used. A pool in an object store is such
//! a folder with the store behind it. Beside the parts lie the vocabularies of `tokenizer.json`s that were
//! counted with, compiled, and what the texts of problems told.

mod aside;
mod behind;
pub(crate) mod companions;
pub mod entries;
mod examine;
mod home;
pub(crate) mod identity;
pub(crate) mod kept;
mod listing;
pub mod load;
pub(crate) mod part;
pub(crate) mod readings;
pub mod tables;
mod vocabularies;
mod writer;

pub(crate) use aside::Aside;
pub use entries::{Entries, Problem};
pub use home::Pool;
pub(crate) use home::cache_folder;
pub(crate) use listing::{Lock, PartFolder};
pub(crate) use part::Part;
use part::SEAL;
pub(crate) use writer::PartWriter;
