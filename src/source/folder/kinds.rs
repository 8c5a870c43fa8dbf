//! What stands beside data: files that describe it, files that tools keep, and data that nobody here reads.

use std::path::Path;

use super::walk::Walked;
use super::{Candidate, Passed};
use crate::source::format::{Coding, Form, Format, TextFormat};
use crate::source::{dataset, head};
use crate::{Error, Result};

/// What can be read, in words for hints.
pub(crate) const ENDINGS: &str = "`.parquet`, `.arrow`, `.tar`, or in `.jsonl`, `.json`, `.csv` or `.tsv` (also with `.gz`, `.zst`, `.bz2` or `.xz`)";

/// A format in words.
pub(super) fn words(format: Format) -> String {
    let TextFormat { form, coding } = match format {
        Format::Parquet => return "Parquet".into(),
        Format::Arrow => return "Arrow".into(),
        Format::Text(format) => format,
    };
    let form = match form {
        Form::Json(_) if matches!(coding, Coding::Tar | Coding::TarGzip) => "samples in a tar",
        Form::Json(_) => "JSON lines",
        Form::Csv { .. } => "CSV",
    };
    match coding {
        Coding::Plain | Coding::Tar => form.to_owned(),
        Coding::Gzip | Coding::TarGzip => format!("{form} in gzip"),
        Coding::Zstd => format!("{form} in zstd"),
        Coding::Bzip2 => format!("{form} in bzip2"),
        Coding::Xz => format!("{form} in xz"),
    }
}

fn file_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Whether a file describes data and holds none: those that `datasets` passes over without a word, texts for
/// people, and what desktops leave.
pub(super) fn describes(name: &str) -> bool {
    let name = file_name(name);
    let stem = name.split('.').next().unwrap_or(name);
    dataset::splits::IGNORED.contains(&name)
        || ["README", "LICENSE", "LICENCE"].contains(&stem.to_ascii_uppercase().as_str())
        || ["Thumbs.db", "desktop.ini"].contains(&name)
}

/// Whether a file has an ending of data and yet is what a tool keeps for itself.
pub(crate) fn is_kept_by_tools(name: &str) -> bool {
    describes(name) || kept(file_name(name)).is_some()
}

/// What a tool keeps in a file of that name.
fn kept(name: &str) -> Option<&'static str> {
    match name {
        "state.json" => Some("the state of `save_to_disk`"),
        _ if is_map_cache(name) => Some("what `map` of `datasets` keeps"),
        _ => None,
    }
}

/// What `map` of `datasets` keeps: rows that it made, or indices of rows.
fn is_map_cache(name: &str) -> bool {
    name.starts_with("cache-") && name.ends_with(".arrow")
}

/// An ending that nobody here reads: what it is and what makes rows of it.
struct Foreign {
    endings: &'static [&'static str],
    what: &'static str,
    mend: &'static str,
}

const FOREIGN: [Foreign; 13] = [
    Foreign {
        endings: &["tar.zst", "tar.bz2", "tar.xz"],
        what: "a tar, compressed in a way that is not read",
        mend: "unpack what compresses it",
    },
    Foreign {
        endings: &["zip", "7z", "rar"],
        what: "an archive",
        mend: "unpack it",
    },
    Foreign {
        endings: &[
            "parquet.gz",
            "parquet.zst",
            "parquet.bz2",
            "parquet.xz",
            "pq.gz",
        ],
        what: "Parquet, compressed as a whole",
        mend: "unpack it",
    },
    Foreign {
        endings: &["lz4", "br", "sz", "snappy", "lzma"],
        what: "compressed in a way that is not read",
        mend: "unpack it, or compress it with zstd",
    },
    Foreign {
        endings: &["pkl", "pickle"],
        what: "a pickle of Python",
        mend: "write it as Parquet: `python -c \"import pandas; \
               pandas.read_pickle('FILE').to_parquet('FILE.parquet')\"`",
    },
    Foreign {
        endings: &["xlsx", "xls", "ods"],
        what: "a spreadsheet",
        mend: "save it as CSV in UTF-8",
    },
    Foreign {
        endings: &["db", "sqlite", "sqlite3", "duckdb", "mdb", "lmdb"],
        what: "a database",
        mend: "write the table to Parquet, as with `COPY … TO 'rows.parquet'` in DuckDB",
    },
    Foreign {
        endings: &[
            "npy",
            "npz",
            "h5",
            "hdf5",
            "pt",
            "pth",
            "bin",
            "safetensors",
        ],
        what: "arrays of numbers",
        mend: "",
    },
    Foreign {
        endings: &[
            "avro",
            "orc",
            "tfrecord",
            "tfrecords",
            "msgpack",
            "lance",
            "vortex",
            "mds",
        ],
        what: "a format that is not read",
        mend: "write it as Parquet",
    },
    Foreign {
        endings: &[
            "part",
            "partial",
            "crdownload",
            "download",
            "incomplete",
            "tmp",
            "aria2",
        ],
        what: "a download that has not ended",
        mend: "fetch it again",
    },
    Foreign {
        endings: &["yaml", "yml", "xml", "toml"],
        what: "",
        mend: "",
    },
    Foreign {
        endings: &[
            "txt", "md", "rst", "log", "html", "htm", "pdf", "png", "jpg", "svg", "py", "sh",
            "ipynb",
        ],
        what: "",
        mend: "",
    },
    Foreign {
        endings: &["lock", "crc", "md5", "sha256", "sha1", "asc", "sig"],
        what: "",
        mend: "",
    },
];

fn foreign(name: &str) -> Option<&'static Foreign> {
    let name = file_name(name).to_ascii_lowercase();
    let has = |ending: &&str| {
        let stem = name.strip_suffix(*ending);
        stem.is_some_and(|stem| stem.ends_with('.'))
    };
    FOREIGN
        .iter()
        .find(|foreign| foreign.endings.iter().any(has))
}

/// Whether a name says that a file is what nobody here reads, whatever its first bytes are.
pub(super) fn is_foreign(name: &str) -> bool {
    foreign(name).is_some_and(|foreign| !foreign.what.is_empty())
}

/// Why a file is not read: by its name, else by its first bytes. None for those that only describe data, unless their
/// ending is one of data: nobody wonders where the rows of a `README.md` are.
pub(crate) fn unread(file: &Candidate) -> Option<Passed> {
    if describes(&file.name) {
        let what = "describes data, by its name";
        let is_of_data = Format::of(Path::new(&file.name)).is_some();
        return is_of_data.then(|| Passed::new(&file.name, what));
    }
    let mut passed = Passed::new(&file.name, "");
    if let Some(what) = kept(file_name(&file.name)) {
        passed.what = what.into();
    } else if let Some(foreign) = foreign(&file.name) {
        passed.what = foreign.what.into();
        let mend = foreign.mend.replace("FILE", file_name(&file.name));
        passed.mend = Some(mend).filter(|mend| !mend.is_empty());
    } else if let Some(format) = head::told(&file.path) {
        passed.what = format!("seems to hold {}", words(format));
        let ending = ending(format);
        passed.mend = Some(format!(
            "to have it read, rename it to `{}.{ending}`",
            file_name(&file.name)
        ));
    } else {
        passed.what = head::described(&file.path).unwrap_or_default().into();
    }
    Some(passed)
}

fn ending(format: Format) -> &'static str {
    match format {
        Format::Parquet => "parquet",
        Format::Arrow => "arrow",
        Format::Text(TextFormat { coding, .. }) => match coding {
            Coding::Plain => "jsonl",
            Coding::Gzip => "jsonl.gz",
            Coding::Zstd => "jsonl.zst",
            Coding::Bzip2 => "jsonl.bz2",
            Coding::Xz => "jsonl.xz",
            Coding::Tar => "tar",
            Coding::TarGzip => "tar.gz",
        },
    }
}

/// Refuses the folders of table formats: which of their files hold rows stands in a log that is not read here, so
/// that rows which were deleted would come back.
pub(super) fn refuse_tables(root: &Path, walked: &Walked) -> Result<()> {
    let is_inside = |folder: &str, name: &str| name.split('/').any(|part| part == folder);
    let has = |test: &dyn Fn(&str) -> bool| walked.files.iter().any(|file| test(&file.name));
    let format = if walked
        .folders
        .iter()
        .any(|name| is_inside("_delta_log", name))
    {
        ("Delta Lake", "delta_scan")
    } else if has(&|name| is_inside("metadata", name) && name.ends_with(".metadata.json")) {
        ("Iceberg", "iceberg_scan")
    } else if root.join(".hoodie").is_dir() {
        ("Hudi", "…")
    } else {
        return Ok(());
    };
    let (name, scan) = format;
    Err(Error::usage(
        format!(
            "`{}` is a table of {name}, whose log says which of its files count; that log is not read",
            root.display()
        ),
        format!(
            "write its rows to Parquet, as `COPY (FROM {scan}('FOLDER')) TO 'rows.parquet'` in DuckDB, or name \
             files with a glob"
        ),
    ))
}
