//! Exact token counts with the vocabulary of the model to be trained.
//!
//! The length buckets stand on these counts, so they are counts and not estimates. Qwen2.5's vocabulary
//! comes with the binary as the pairs that its merges join, and [`crate::count`] counts with them and makes no ids: 2.6
//! times as fast as the tokenizers library on R1 trajectories, which was ten times as fast as its peers (one core,
//! 2026-11-27). The library is the reference that tests hold it against; it counts with any file of which a part is
//! not known, and makes ids ([`Encoder`]).

mod encoder;
mod qwen;

use std::cell::RefCell;
use std::io::Read;
use std::path::Path;

use tokenizers::pipeline::{EncodeOptions, PipelineToken, PipelineTokenizer};

use crate::count::{Compiled, Counter};
use crate::ids::{Id, IdHasher};
use crate::source::disk_file::open_regular;
use crate::{Error, Result};

pub use encoder::Encoder;

/// The library that counts with what this program does not know, and makes ids.
const LIBRARY: &str = "tokenizers 1.0.0-rc.3";

/// The name of the vocabulary that the binary carries.
pub(crate) const QWEN: &str = "qwen2.5";

/// A loaded vocabulary that counts; one serves all threads.
pub struct Tokenizer {
    by: By,
    /// Qwen2.5's: a text may be cut behind a run of line ends without changing the count.
    is_qwen: bool,
}

/// What counts.
enum By {
    Counter(Box<Counter>),
    /// The vocabulary has something in it that counting does not know.
    Library(Box<PipelineTokenizer>),
}

/// Where vocabularies are kept once they are compiled, by the hash of their `tokenizer.json`.
pub(crate) trait Shelf: Sync {
    /// None where it is not there, or not what was kept.
    fn find(&self, file: Id) -> Option<Compiled>;

    /// Keeps one, in the place of whatever has its name; where that cannot be, nothing is kept.
    fn keep(&self, file: Id, compiled: &Compiled);
}

/// No place.
impl Shelf for () {
    fn find(&self, _: Id) -> Option<Compiled> {
        None
    }

    fn keep(&self, _: Id, _: &Compiled) {}
}

/// Tokens of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub whole: u32,
    /// Up to the end of the thinking part; 0 where there is none.
    pub thinking: u32,
}

/// What a tokenizer is, without loading it: its name, or the hash of its file.
pub(crate) fn identity(name: &str, folder: &Path) -> Result<String> {
    if name == QWEN {
        return Ok(QWEN.to_owned());
    }
    Ok(identity_of(id_of(&read(name, folder)?)))
}

/// The hash of a file's bytes.
fn id_of(bytes: &[u8]) -> Id {
    IdHasher::new("gradatim tokenizer v1").part(bytes).finish()
}

/// A tokenizer as manifests and the pool name it, by the hash of its file.
pub(crate) fn identity_of(file: Id) -> String {
    format!("tokenizer.json {file}")
}

/// The bytes of a tokenizer's file.
fn read(name: &str, folder: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let opened = open_regular(&folder.join(name));
    let read = opened.and_then(|mut opened| opened.read_to_end(&mut bytes));
    read.map_err(|error| unusable(name, error))?;
    Ok(bytes)
}

fn unusable(name: &str, why: impl std::fmt::Display) -> Error {
    Error::Tokenizer {
        path: name.to_owned(),
        why: why.to_string(),
    }
}

impl Tokenizer {
    /// Qwen2.5's, or that of a `tokenizer.json`.
    pub fn load(name: &str, folder: &Path) -> Result<Self> {
        Self::load_known(name, folder, &identity(name, folder)?, &())
    }

    /// The same, compiled once for all who share a shelf; fails where it is no longer the one that [`identity`] named so.
    pub(crate) fn load_known(
        name: &str,
        folder: &Path,
        identity: &str,
        shelf: &dyn Shelf,
    ) -> Result<Self> {
        if name == QWEN {
            return Ok(Self::qwen());
        }
        let bytes = read(name, folder)?;
        let id = id_of(&bytes);
        if identity_of(id) != identity {
            return Err(Error::Changed { file: name.into() });
        }
        if let Some(counter) = shelf.find(id).and_then(Counter::new) {
            return Ok(Self::of(By::Counter(Box::new(counter))));
        }
        let text = String::from_utf8(bytes).map_err(|error| unusable(name, error))?;
        // Only what the library takes is a tokenizer, whoever counts with it.
        let library = library(name, &text)?;
        let Some(compiled) = Compiled::of_json(&text) else {
            return Ok(Self::of(By::Library(Box::new(library))));
        };
        shelf.keep(id, &compiled);
        Ok(Self::of(match Counter::new(compiled) {
            Some(counter) => By::Counter(Box::new(counter)),
            None => By::Library(Box::new(library)),
        }))
    }

    fn of(by: By) -> Self {
        Self { by, is_qwen: false }
    }

    /// Qwen2.5's.
    pub fn qwen() -> Self {
        Self::of_family(QWEN).expect("it is built in")
    }

    /// The vocabulary of a family of models that differs from Qwen2.5's in its added tokens alone; none where there is
    /// no such family of this name: `qwen2.5`, `qwen3`, `r1-distill` (the models distilled into Qwen2.5).
    pub fn of_family(name: &str) -> Option<Self> {
        let counter = Counter::new(qwen::Family::named(name)?.compiled());
        Some(Self {
            by: By::Counter(Box::new(counter.expect("what is built in is sound"))),
            is_qwen: true,
        })
    }

    /// What counts: this program, or the library where the vocabulary is none that it knows.
    pub fn counts_by(&self) -> &'static str {
        match self.by {
            By::Counter(_) => "gradatim",
            By::Library(_) => LIBRARY,
        }
    }

    /// Tokens of `response`, and of its first `thinking_end` bytes.
    pub fn count(&self, response: &str, thinking_end: usize) -> Count {
        if thinking_end == 0 {
            let whole = self.tokens(response);
            return Count { whole, thinking: 0 };
        }
        let end = behind_lines(response, thinking_end);
        let (thinking, answer) = response.split_at(end);
        let parted = self.tokens(thinking);
        let sound = thinking.ends_with(['\r', '\n'])
            && answer.as_bytes().first().is_none_or(u8::is_ascii_graphic);
        let whole = if self.is_qwen && sound {
            parted + self.tokens(answer)
        } else {
            self.tokens(response)
        };
        Count {
            whole,
            thinking: parted.min(whole),
        }
    }

    /// Tokens of a text, with no special token added.
    pub fn tokens(&self, text: &str) -> u32 {
        match &self.by {
            By::Counter(counter) => counter.tokens(text) as u32,
            By::Library(library) => library_tokens(library, text),
        }
    }
}

/// Tokens of a text as the library has them; none of a text that it cannot tokenise.
fn library_tokens(library: &PipelineTokenizer, text: &str) -> u32 {
    thread_local! {
        static IDS: RefCell<Vec<PipelineToken>> = const { RefCell::new(Vec::new()) };
    }
    IDS.with_borrow_mut(|ids| {
        ids.clear();
        match library.encode_into(text, &EncodeOptions::no_specials(), ids) {
            Ok(()) => ids.len() as u32,
            Err(_) => 0,
        }
    })
}

/// The end of the run of line ends that starts at `at`: Qwen's pattern takes them with the mark before
/// them (`>\n\n` is one piece), and a new piece starts behind them where neither more white space nor a
/// combining character follows.
fn behind_lines(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.len() - rest.trim_start_matches(['\r', '\n']).len()
}

/// What the library makes of a `tokenizer.json`.
fn library(name: &str, text: &str) -> Result<PipelineTokenizer> {
    let canonical = tokenizers::canonicalize_str(text).map_err(|error| unusable(name, error))?;
    tokenizers::from_json(&canonical).map_err(|error| unusable(name, error))
}
