//! What a part was made from, as one hash.

use serde::Serialize;

use crate::ids::{Id, IdHasher};
use crate::measure;
use crate::source::{Source, SourceFile, Unit};
use crate::{Result, pool};

/// Everything that a part's content is a function of.
#[derive(Serialize)]
struct Made<'a> {
    pool: u32,
    measure: u32,
    file: String,
    unit: Unit,
    tokenizer: &'a str,
    layout: &'a crate::source::Layout,
    columns: &'a Option<crate::source::Columns>,
    style: &'a Option<String>,
    category: &'a Option<String>,
    row_bytes_max: u64,
}

/// The name of the part that holds a unit's entries.
pub fn part_name(content: Id, unit: Unit, source: &Source, tokenizer: &str) -> String {
    let made = Made {
        pool: pool::part::VERSION,
        measure: measure::VERSION,
        file: content.to_string(),
        unit,
        tokenizer,
        layout: &source.layout,
        columns: &source.columns,
        style: &source.style,
        category: &source.category,
        row_bytes_max: source.row_bytes_max,
    };
    let text = serde_json::to_string(&made).unwrap_or_default();
    assert!(!text.is_empty(), "a part's making is always JSON");
    IdHasher::new("gradatim part v1")
        .part(text)
        .finish()
        .to_string()
}

/// The hash of a file's bytes.
///
/// It is computed in every run (a core hashes some gigabytes a second): size and time would call a file
/// unchanged that was replaced within the clock's tick.
pub fn content(file: &SourceFile) -> Result<Id> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_mmap_rayon(&file.path).map_err(|error| {
        std::io::Error::new(error.kind(), format!("{}: {error}", file.path.display()))
    })?;
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    Ok(Id::from_bytes(bytes))
}
