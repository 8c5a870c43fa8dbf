//! What a part was made from, as one hash.

use serde::{Deserialize, Serialize};

use super::tables;
use crate::ids::{Id, IdHasher};
use crate::rules::{ControlTokens, TurnsRule};
use crate::source::{Columns, HubMode, JsonForm, Layout, Place, Source, SourceFile, Unit};
use crate::{Result, measure};

/// Everything that a part's content is a function of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Made {
    pool: u32,
    measure: u32,
    /// The file's content.
    file: String,
    /// Of a CSV: the same bytes are other rows where the file's name says something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delimiter: Option<u8>,
    /// Of a file of JSON whose rows are no lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    form: Option<JsonForm>,
    /// Of a file in folders that are columns: the values of those that its layout reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hive: Vec<(String, Option<String>)>,
    unit: Unit,
    #[serde(flatten)]
    pub manner: Manner,
}

/// How files are measured, whichever they are. Its fields stand in a part's name in this order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Manner {
    pub tokenizer: String,
    /// Whether behaviours were counted.
    pub behaviours: bool,
    pub layout: Layout,
    columns: Option<Box<Columns>>,
    style: Option<String>,
    category: Option<String>,
    turns: TurnsRule,
    control_tokens: ControlTokens,
    row_bytes_max: u64,
}

impl Manner {
    fn of(source: &Source, tokenizer: &str, behaviours: bool) -> Self {
        Self {
            tokenizer: tokenizer.to_owned(),
            behaviours,
            layout: source.layout,
            columns: source.columns.clone().map(Box::new),
            style: source.style.clone(),
            category: source.category.clone(),
            turns: source.turns,
            control_tokens: source.control_tokens,
            row_bytes_max: source.row_bytes_max,
        }
    }
}

impl Made {
    /// What the part of a unit is made from.
    pub(crate) fn of(
        content: Id,
        file: &SourceFile,
        unit: Unit,
        source: &Source,
        tokenizer: &str,
        behaviours: bool,
    ) -> Self {
        Self {
            pool: tables::VERSION,
            measure: measure::VERSION,
            file: content.to_string(),
            delimiter: file.format.delimiter(),
            form: file.format.json_form(),
            hive: file.hive_of(source),
            unit,
            manner: Manner::of(source, tokenizer, behaviours),
        }
    }

    /// The content of its file.
    pub(crate) fn content(&self) -> &str {
        &self.file
    }

    /// Whether it was made of a file with this content, as a manifest spells it.
    pub(crate) fn is_of(&self, content: &str) -> bool {
        self.file == content
    }

    /// Whether it was measured as this source is, of whatever file and unit.
    pub(crate) fn is_as(&self, source: &Source, tokenizer: &str, behaviours: bool) -> bool {
        self.manner == Manner::of(source, tokenizer, behaviours)
    }

    /// The name of the part.
    pub(crate) fn name(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        assert!(!text.is_empty(), "a part's making is always JSON");
        IdHasher::new("gradatim part v1")
            .part(text)
            .finish()
            .to_string()
    }

    /// Whether this version of the program would use the part; another one measures anew.
    pub(crate) fn is_current(&self) -> bool {
        self.pool == tables::VERSION && self.measure == measure::VERSION
    }
}

/// What a file is: the hash of its bytes, or what the hub says of them.
///
/// What is read of a file on this disk is held against the hash from then on. The hub names a file by a hash of its
/// bytes; an object store names an object by its version or ETag. Whether we checked it is part of the name: what was measured from ranges is not taken for what was
/// measured from a whole, checked file.
pub(crate) fn content(file: &SourceFile) -> Result<Id> {
    match &file.place {
        Place::Disk(file) => file.hash(),
        Place::Hub(remote) => {
            let content = remote.file.content.to_string();
            Ok(hub_content(&content, remote.mode == HubMode::Cache))
        }
        Place::Store(file) => Ok(file.object.content()),
    }
}

/// What a file of the hub is, by what the hub says of it and whether we checked that.
pub(crate) fn hub_content(content: &str, is_checked: bool) -> Id {
    IdHasher::new("gradatim hub file v1")
        .part(content)
        .part([u8::from(is_checked)])
        .finish()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use serde_json::Value;

    use super::*;
    use crate::source::Format;

    fn made(source: &Source) -> Made {
        let path = PathBuf::from("rows.jsonl");
        let file = SourceFile {
            format: Format::of(&path).expect("a format"),
            place: Place::Disk(path.into()),
            name: "rows.jsonl".into(),
            hive: Vec::new(),
        };
        Made::of(Id(1), &file, Unit::Whole, source, "t", true)
    }

    #[test]
    fn a_parts_name_is_of_these_keys_in_this_order_and_reads_back() {
        let made = made(&Source::of(Layout::Openr1));
        let text = serde_json::to_string(&made).expect("JSON");
        let Ok(Value::Object(keys)) = serde_json::from_str(&text) else {
            panic!("an object: {text}");
        };
        let keys: Vec<&String> = keys.keys().collect();
        let expected = [
            "pool",
            "measure",
            "file",
            "unit",
            "tokenizer",
            "behaviours",
            "layout",
            "columns",
            "style",
            "category",
            "turns",
            "control_tokens",
            "row_bytes_max",
        ];
        assert_eq!(keys, expected);
        let read: Made = serde_json::from_str(&text).expect("a making");
        assert_eq!((read.name(), read), (made.name(), made));
    }

    #[test]
    fn a_part_is_as_its_source_alone() {
        let source = Source::of(Layout::Openr1);
        let made = made(&source);
        assert!(made.is_as(&source, "t", true));
        assert!(!made.is_as(&source, "t", false) && !made.is_as(&source, "u", true));
        let styled = Source {
            style: Some("r1".into()),
            ..source
        };
        assert!(!made.is_as(&styled, "t", true));
    }
}
