//! Every way to fail, and how to mend each.
//!
//! A message holds its own part only; `cli` walks the sources. A bad *row* is never an error: it
//! gets a verdict or a drop reason and is counted.

mod nearest;
mod text;
mod visible;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

pub(crate) use nearest::{did_you_mean, listed, nearest};
pub(crate) use text::{bounded, shortened, thousands};
pub(crate) use visible::{MARKS, one_line, quoted, visible, visible_json, visible_message};

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read the pipeline `{}`\n{detail}", one_line(path))]
    Pipeline {
        path: String,
        detail: String,
        hint: String,
    },
    #[error("{what}")]
    Usage { what: String, hint: String },
    #[error("{what}")]
    Memory { what: String, hint: String },
    #[error("`{}` is in the way: an output folder is never written over", named(.0))]
    OutputExists(PathBuf),
    #[error("`{}` is in the way: it is where gradatim builds, and gradatim did not make it", named(.0))]
    NotOurs(PathBuf),
    #[error("`{}` is being built in by {by}", named(.folder))]
    Held { folder: PathBuf, by: String },
    #[error("cannot write `{}`", one_line(path))]
    Write {
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error("`{}` was there when it was {since}, and is no longer", one_line(file))]
    Gone { file: String, since: &'static str },
    #[error("column `{}` of `{}` {problem}", one_line(column), one_line(file))]
    Schema {
        file: String,
        column: String,
        problem: String,
        hint: String,
    },
    #[error("`{}` {problem}", one_line(file))]
    File {
        file: String,
        problem: String,
        hint: String,
    },
    #[error("{}", unreadable(.0))]
    Unreadable(Vec<(String, String)>),
    #[error("{}", nowhere(.0))]
    Nowhere(Vec<(String, String)>),
    #[error("{what}")]
    Cluster { what: String, hint: String },
    #[error(
        "source `{}` is not read: {lost} of {read} rows yield nothing\n{table}",
        one_line(source_name)
    )]
    Lost {
        source_name: String,
        read: u64,
        lost: u64,
        table: String,
        hint: String,
    },
    #[error("some subsets cannot be filled\n{table}")]
    Shortfall { table: String },
    #[error("cannot read `{}`", one_line(file))]
    Parquet {
        file: String,
        #[source]
        source: parquet::errors::ParquetError,
    },
    #[error("the tokenizer `{path}` cannot be used: {why}")]
    Tokenizer { path: String, why: String },
    #[error("part `{part}` of the pool is damaged: {why}")]
    Part { part: String, why: String },
    #[error("`{}` has changed since it was measured", one_line(file))]
    Changed { file: String },
    #[error("{what}")]
    Hub {
        fault: HubFault,
        what: String,
        hint: String,
    },
    #[error("{0}")]
    Query(String),
    #[error("interrupted")]
    Interrupted { signal: i32 },
    #[error(transparent)]
    Io(std::io::Error),
}

/// A path as a message names it.
fn named(path: &Path) -> String {
    one_line(&path.display().to_string()).into_owned()
}

/// How the problem of a missing column begins.
const MISSING: &str = "is missing";

/// Why the hub did not give what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HubFault {
    /// It has no repository, revision, config, split or file of that name.
    Unknown,
    /// It wants a token, or another one, or consent to a dataset's terms.
    Denied,
    /// It was not reached, was too busy, or broke off again and again; another time it may not.
    Unavailable,
    /// The cache lacks it, and `HF_HUB_OFFLINE` forbids to ask.
    Offline,
    /// What came is not what it says it holds.
    Wrong,
}

impl Error {
    pub fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage {
            what: what.into(),
            hint: hint.into(),
        }
    }

    pub fn hub(fault: HubFault, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Hub {
            fault,
            what: what.into(),
            hint: hint.into(),
        }
    }

    /// Of a reader of Parquet; where ours of the hub failed under it, its own error.
    pub fn parquet(file: &Path, source: parquet::errors::ParquetError) -> Self {
        passed_on(source).unwrap_or_else(|source| Self::Parquet {
            file: file.display().to_string(),
            source,
        })
    }

    /// Of what could not be written; where our own reader failed meanwhile, its own error.
    pub fn write(path: &Path, source: std::io::Error) -> Self {
        match source.downcast::<Self>() {
            Ok(own) => own,
            Err(source) => Self::Write {
                path: path.display().to_string(),
                source,
            },
        }
    }

    /// Of a writer of Parquet, which carries what the disk said or says it in its own words.
    pub fn write_parquet(path: &Path, source: parquet::errors::ParquetError) -> Self {
        use parquet::errors::ParquetError::External;
        let source = match source {
            External(inner) => match inner.downcast::<std::io::Error>() {
                Ok(source) => *source,
                Err(inner) => std::io::Error::other(inner),
            },
            other => std::io::Error::other(other),
        };
        Self::write(path, source)
    }

    /// The same of a source that was there when it was planned.
    pub(crate) fn or_gone(self, file: &str) -> Self {
        match self {
            Self::Io(source) if source.kind() == ErrorKind::NotFound => Self::Gone {
                file: file.to_owned(),
                since: "planned",
            },
            other => other,
        }
    }

    /// A folder that no run wrote.
    pub fn no_output(out: &Path, why: &std::io::Error) -> Self {
        let out = out.display().to_string();
        match out.contains("://") {
            // Commands that read stores fetch what they read.
            true => Self::usage(
                format!("`{out}` is an address, and a folder of this disk is read here"),
                "fetch it and name its folder",
            ),
            false => Self::usage(
                format!("`{out}` is no output folder of gradatim: {why}"),
                "name a folder that `gradatim run` wrote",
            ),
        }
    }

    /// A column that is needed and that the file has not.
    pub fn missing_column<'a>(
        file: &str,
        column: &str,
        has: impl Iterator<Item = &'a str>,
    ) -> Self {
        let has: Vec<&str> = has.collect();
        let meant = did_you_mean(column, has.iter().copied());
        Self::Schema {
            file: file.to_owned(),
            column: column.to_owned(),
            problem: match has.is_empty() {
                true => format!("{MISSING}; the file has no columns"),
                false => format!("{MISSING}; the file has {}", listed(has)),
            },
            hint: format!("{meant}{}", Self::OTHER_LAYOUT),
        }
    }

    /// Whether it is of a column that the file has not.
    pub(crate) fn is_missing_column(&self) -> bool {
        matches!(self, Self::Schema { problem, .. } if problem.starts_with(MISSING))
    }

    /// The mending of a source whose file has other columns than its layout.
    pub const OTHER_LAYOUT: &str =
        "choose another `layout`, or `layout = \"columns\"` and name columns of this file";

    /// The same where there is no layout to choose, with this mending in its place.
    pub fn without_layout(mut self, mend: &str) -> Self {
        if let Self::Schema { hint, .. } = &mut self {
            *hint = hint.replace(Self::OTHER_LAYOUT, mend);
        }
        self
    }

    /// The same of a file's content with another way to mend it, behind the first.
    pub fn or_else_mend(mut self, mend: &str) -> Self {
        if let Self::Schema { hint, .. } | Self::File { hint, .. } = &mut self {
            *hint = format!("{hint}; {mend}");
        }
        self
    }

    /// The same of the hub, where the files of a table of the pipeline may also lie on this disk.
    pub(crate) fn or_from_disk(mut self, name: &str) -> Self {
        if let Self::Hub { hint, .. } = &mut self {
            *hint = format!("{hint}; or read `{name}` from this disk: `--source {name}=PATH`");
        }
        self
    }

    /// The mending, one imperative line, or nothing where nobody knows.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Pipeline { hint, .. }
            | Self::Usage { hint, .. }
            | Self::Memory { hint, .. }
            | Self::Schema { hint, .. }
            | Self::File { hint, .. }
            | Self::Lost { hint, .. }
            | Self::Cluster { hint, .. }
            | Self::Hub { hint, .. } => hint.as_str(),
            Self::OutputExists(_) => "name another folder, or move this one away",
            Self::Unreadable(_) => {
                "mend the file or fetch it again, or write `skip_unreadable = true` under its source; what was \
                 measured is kept in the pool"
            }
            Self::Nowhere(_) => {
                "see to what it says and give the same command again, or measure these here: the same without \
                 `--cluster`; what was measured is kept in the pool"
            }
            Self::Shortfall { .. } => {
                "ask for smaller sizes, add sources, or say what to do with `--on-shortfall skip` or \
                 `--on-shortfall short`"
            }
            Self::Tokenizer { .. } => {
                "name a `tokenizer.json` as Hugging Face tokenizers writes it, or leave out \
                 `[measure] tokenizer` for Qwen2.5's"
            }
            Self::Part { .. } => "remove that folder from the pool; the next run measures it again",
            Self::Changed { .. } => "run again: the new content is measured as a new file",
            Self::Interrupted { .. } => {
                "give the same command again; what `run` had measured is kept in its pool, and it goes on where it was"
            }
            Self::NotOurs(_) => {
                "name another folder with `--out`, or move this one away; remove it where an earlier version of \
                 gradatim left it"
            }
            Self::Held { .. } => {
                "name another place to write to, or start again when that process has ended; `run --wait` does"
            }
            Self::Write { source, .. } => unwritable(source),
            Self::Io(error) if is_full(error) => unwritable(error),
            Self::Gone { .. } => "put it back and run again: what was measured is kept in the pool",
            Self::Parquet { .. } | Self::Query(_) | Self::Io(_) => "",
        };
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The exit code that scripts can rely on (`gradatim help` lists them).
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Pipeline { .. } | Self::Usage { .. } | Self::OutputExists(_) => 2,
            Self::NotOurs(_) | Self::Held { .. } => 2,
            Self::Write { .. } | Self::Gone { .. } | Self::Cluster { .. } => 3,
            Self::Tokenizer { .. } | Self::Query(_) | Self::Memory { .. } => 2,
            Self::Io(error) if error.kind() == std::io::ErrorKind::NotFound => 2,
            Self::Io(_) => 3,
            Self::Schema { .. } | Self::File { .. } | Self::Lost { .. } => 4,
            Self::Unreadable(_) | Self::Nowhere(_) | Self::Parquet { .. } => 4,
            Self::Part { .. } | Self::Changed { .. } => 4,
            Self::Hub { fault, .. } => match fault {
                HubFault::Unknown | HubFault::Denied | HubFault::Offline => 2,
                HubFault::Unavailable => 3,
                HubFault::Wrong => 4,
            },
            Self::Shortfall { .. } => 5,
            Self::Interrupted { signal } => 128 + *signal as u8,
        }
    }
}

/// A key of the pipeline file with a value that cannot stand there, as a stage sees it: `plan` adds the file and
/// the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// From the stage's own table on, as `length.edges`; the table itself where empty.
    pub key: String,
    /// What is wrong with it; the key stands before it.
    pub problem: String,
    /// How to mend it.
    pub hint: String,
}

impl Refusal {
    pub fn new(
        key: impl Into<String>,
        problem: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            key: key.into(),
            problem: problem.into(),
            hint: hint.into(),
        }
    }

    /// Refuses where something is wrong.
    pub fn when(is_wrong: bool, key: &str, problem: &str, hint: &str) -> Result<(), Self> {
        match is_wrong {
            true => Err(Self::new(key, problem, hint)),
            false => Ok(()),
        }
    }
}

impl From<std::io::Error> for Error {
    /// Where our own reader failed under one of the standard library's kind, its own error.
    fn from(error: std::io::Error) -> Self {
        error.downcast::<Self>().unwrap_or_else(Self::Io)
    }
}

/// Our error inside of one that the `parquet` crate passed on, where there is one.
fn passed_on(
    error: parquet::errors::ParquetError,
) -> std::result::Result<Error, parquet::errors::ParquetError> {
    use parquet::errors::ParquetError::External;
    let External(inner) = error else {
        return Err(error);
    };
    match inner.downcast::<Error>() {
        Ok(error) => Ok(*error),
        Err(inner) => match inner.downcast::<std::io::Error>() {
            Ok(error) => error
                .downcast::<Error>()
                .map_err(|error| External(error.into())),
            Err(inner) => Err(External(inner)),
        },
    }
}

/// Whether a disk, or one's share of it, has no room left.
fn is_full(error: &std::io::Error) -> bool {
    let kinds = [
        ErrorKind::StorageFull,
        ErrorKind::QuotaExceeded,
        ErrorKind::FileTooLarge,
    ];
    kinds.contains(&error.kind())
}

/// The mending of what could not be written.
fn unwritable(error: &std::io::Error) -> &'static str {
    match error.kind() {
        _ if is_full(error) => {
            "make room there, or name a place on another disk (`--out`, `--pool`); what was measured is kept in the \
             pool"
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "name a place that can be written to (`--out`, `--pool`)"
        }
        _ => "see to that disk, or name a place on another one (`--out`, `--pool`)",
    }
}

fn unreadable(files: &[(String, String)]) -> String {
    by_reason(files, ["file cannot be read", "files cannot be read"])
}

fn nowhere(units: &[(String, String)]) -> String {
    by_reason(
        units,
        ["unit was measured nowhere", "units were measured nowhere"],
    )
}

/// How many there are, and the first of each reason.
fn by_reason(files: &[(String, String)], [one, more]: [&str; 2]) -> String {
    let noun = if files.len() == 1 { one } else { more };
    let mut lines = format!("{} {noun}", files.len());
    // Two hundred pointers of Git LFS are one fault.
    let mut whys: Vec<&str> = Vec::new();
    for (_, why) in files {
        if !whys.contains(&why.as_str()) {
            whys.push(why);
        }
    }
    for why in whys {
        let of_it = files.iter().filter(|(_, other)| other == why);
        let names: Vec<_> = of_it.map(|(file, _)| one_line(file)).collect();
        let (shown, rest) = names.split_at(names.len().min(UNREADABLE_MAX));
        lines += &format!("\n  {}", shown.join(", "));
        if !rest.is_empty() {
            lines += &format!(" and {} more", rest.len());
        }
        lines += &format!(": {}", one_line(why));
    }
    lines
}

/// As many files are named that cannot be read for the same reason.
const UNREADABLE_MAX: usize = 3;
