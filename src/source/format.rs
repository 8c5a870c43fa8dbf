//! How a file is written, told by the ending of its name.

use std::path::Path;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Parquet,
    Text(TextFormat),
}

/// A file of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextFormat {
    pub form: Form,
    pub coding: Coding,
}

/// How rows stand in a file of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An object a line.
    Json,
    /// Cells under a header.
    Csv { delimiter: u8 },
}

/// How a file of text is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Plain,
    Gzip,
    Zstd,
}

impl Format {
    /// By the name's ending; none for any other file.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let (stem, coding) = match name.rsplit_once('.')? {
            (stem, "gz" | "gzip") => (stem, Coding::Gzip),
            (stem, "zst" | "zstd") => (stem, Coding::Zstd),
            (_, "parquet" | "parq" | "pq") => return Some(Self::Parquet),
            _ => (name.as_str(), Coding::Plain),
        };
        let form = match stem.rsplit_once('.')?.1 {
            "jsonl" | "jsonlines" | "ndjson" | "json" => Form::Json,
            "csv" => Form::Csv { delimiter: b',' },
            "tsv" => Form::Csv { delimiter: b'\t' },
            _ => return None,
        };
        Some(Self::Text(TextFormat { form, coding }))
    }

    /// Of a CSV.
    pub(crate) fn delimiter(self) -> Option<u8> {
        match self {
            Self::Text(TextFormat {
                form: Form::Csv { delimiter },
                ..
            }) => Some(delimiter),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_how_a_file_is_written_and_compressed() {
        let format = |name: &str| Format::of(Path::new(name));
        let text = |form, coding| Some(Format::Text(TextFormat { form, coding }));
        for name in ["a/b.PARQUET", "b.parq", "b.snappy.pq"] {
            assert_eq!(format(name), Some(Format::Parquet), "{name}");
        }
        for name in ["b.jsonl", "b.jsonlines", "B.NdJson", "b.json"] {
            assert_eq!(format(name), text(Form::Json, Coding::Plain), "{name}");
        }
        for name in ["b.json.gz", "b.jsonl.gzip"] {
            assert_eq!(format(name), text(Form::Json, Coding::Gzip), "{name}");
        }
        let tabs = Form::Csv { delimiter: b'\t' };
        assert_eq!(format("b.tsv.zst"), text(tabs, Coding::Zstd));
        for name in ["b.txt", "b.gz", "b", ".parquet.zip"] {
            assert_eq!(format(name), None, "{name}");
        }
    }
}
