//! How a file is written, told by the ending of its name.

use std::io::{BufReader, Read};
use std::path::Path;

use liblzma::stream::{CONCATENATED, Stream};
use serde::{Deserialize, Serialize};

use super::text::samples::SampleLines;
use crate::memory;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    Parquet,
    /// Arrow's own form, as a stream or a file.
    Arrow,
    Text(TextFormat),
}

/// A file of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextFormat {
    pub form: Form,
    pub coding: Coding,
}

/// How rows stand in a file of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// Objects.
    Json(JsonForm),
    /// Cells under a header.
    Csv { delimiter: u8 },
}

/// How objects stand in a file of JSON; a name does not tell, the file's head does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JsonForm {
    /// One a line.
    #[default]
    Lines,
    /// One behind the other, over as many lines as each takes.
    Objects,
    /// As the items of one list.
    List,
}

/// How a file of text is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Coding {
    Plain,
    Gzip,
    Zstd,
    Bzip2,
    Xz,
    /// Samples in a tar, which are read as lines of JSON.
    Tar,
    /// The same, compressed with gzip.
    TarGzip,
}

impl Format {
    /// By the name's ending; none for any other file.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        if let Some(coding) = Coding::of_tar(&name) {
            let form = Form::Json(JsonForm::Lines);
            return Some(Self::Text(TextFormat { form, coding }));
        }
        let (stem, coding) = match name.rsplit_once('.')? {
            (stem, "gz" | "gzip") => (stem, Coding::Gzip),
            (stem, "zst" | "zstd") => (stem, Coding::Zstd),
            (stem, "bz2") => (stem, Coding::Bzip2),
            (stem, "xz") => (stem, Coding::Xz),
            (_, "parquet" | "parq" | "pq") => return Some(Self::Parquet),
            (_, "arrow" | "feather" | "ipc") => return Some(Self::Arrow),
            _ => (name.as_str(), Coding::Plain),
        };
        let form = match stem.rsplit_once('.')?.1 {
            "jsonl" | "jsonlines" | "ndjson" | "json" => Form::Json(JsonForm::Lines),
            "csv" => Form::Csv { delimiter: b',' },
            "tsv" => Form::Csv { delimiter: b'\t' },
            _ => return None,
        };
        Some(Self::Text(TextFormat { form, coding }))
    }

    /// Of a file of JSON whose rows are no lines.
    pub(crate) fn json_form(self) -> Option<JsonForm> {
        match self {
            Self::Text(TextFormat {
                form: Form::Json(form @ (JsonForm::Objects | JsonForm::List)),
                ..
            }) => Some(form),
            _ => None,
        }
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

impl Coding {
    fn of_tar(name: &str) -> Option<Self> {
        if name.ends_with(".tar.gz") || name.ends_with(".tgz") {
            return Some(Self::TarGzip);
        }
        name.ends_with(".tar").then_some(Self::Tar)
    }

    /// What a file of this coding holds; gzip's members, frames and streams one behind the other are one text.
    ///
    /// Zstandard's longest window, which some published archives were written with, is 2 GiB, and xz may ask for as
    /// much: as far as a file fills it, and not more than a thread may hold.
    pub(crate) fn decoded<R: Read + Send + 'static>(
        self,
        opened: R,
    ) -> std::io::Result<Box<dyn Read + Send>> {
        let opened = BufReader::new(opened);
        Ok(match self {
            Self::Plain => Box::new(opened),
            Self::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(opened)),
            Self::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(opened)),
            Self::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(opened)?;
                decoder.window_log_max(window_log(memory::share()))?;
                Box::new(decoder)
            }
            Self::Tar => Box::new(SampleLines::new(opened)),
            Self::TarGzip => Box::new(SampleLines::new(flate2::bufread::MultiGzDecoder::new(
                opened,
            ))),
            Self::Xz => {
                let stream =
                    Stream::new_stream_decoder(memory::share().min(XZ_BYTES_MAX), CONCATENATED)?;
                Box::new(liblzma::bufread::XzDecoder::new_stream(opened, stream))
            }
        })
    }
}

const ZSTD_WINDOW_LOG_MAX: u32 = 31;

/// `zstd -19` has windows of 8 MiB.
const ZSTD_WINDOW_LOG_MIN: u32 = 23;

/// The longest window that fits into so many bytes, by its logarithm.
fn window_log(bytes: u64) -> u32 {
    let log = bytes.max(1).ilog2();
    log.clamp(ZSTD_WINDOW_LOG_MIN, ZSTD_WINDOW_LOG_MAX)
}

/// Memory of one decoder; `xz -9` takes 65 MB.
const XZ_BYTES_MAX: u64 = 1 << 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_how_a_file_is_written_and_compressed() {
        let format = |name: &str| Format::of(Path::new(name));
        let text = |form, coding| Some(Format::Text(TextFormat { form, coding }));
        let lines = Form::Json(JsonForm::Lines);
        for name in ["a/b.PARQUET", "b.parq", "b.snappy.pq"] {
            assert_eq!(format(name), Some(Format::Parquet), "{name}");
        }
        for name in ["b.jsonl", "b.jsonlines", "B.NdJson", "b.json"] {
            assert_eq!(format(name), text(lines, Coding::Plain), "{name}");
        }
        for name in ["b.json.gz", "b.jsonl.gzip"] {
            assert_eq!(format(name), text(lines, Coding::Gzip), "{name}");
        }
        assert_eq!(format("b.jsonl.xz"), text(lines, Coding::Xz));
        assert_eq!(format("b.TAR"), text(lines, Coding::Tar));
        assert_eq!(format("b.tar.gz"), text(lines, Coding::TarGzip));
        assert_eq!(format("data-00000-of-00001.arrow"), Some(Format::Arrow));
        let tabs = Form::Csv { delimiter: b'\t' };
        assert_eq!(format("b.tsv.zst"), text(tabs, Coding::Zstd));
        for name in ["b.txt", "b.gz", "b", ".parquet.zip"] {
            assert_eq!(format(name), None, "{name}");
        }
    }
}
