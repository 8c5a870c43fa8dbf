//! The texts of an evaluation's attempts, read from the logs that it was made of.
//!
//! The folder holds grades, and of each attempt the hash of its log and where it stands in it. The manifest says where
//! the logs were, in a form that says nothing of another machine; a file is taken for one of them by its hash alone.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::viewed::{Row, Viewed, number, text};
use crate::error::one_line;
use crate::eval::logs::Options;
use crate::eval::logs::again::{self, At, Texts};
use crate::folder::EVALUATION;
use crate::{Result, disk};

/// As long may logs be read for a page.
const READING_TIME: Duration = Duration::from_secs(15);

/// What is known of an attempt's texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub texts: Texts,
    /// The log that they are from.
    pub from: Option<String>,
    /// Why they are not there, or not all.
    pub missing: Option<String>,
}

/// The logs as the manifest of an evaluation names them.
pub(super) struct Logs {
    manifest: Value,
}

/// One of them.
struct Log<'l> {
    path: &'l str,
    blake3: &'l str,
    format: &'l str,
}

impl Logs {
    /// Those of the folder; none where its manifest cannot be read.
    pub(super) fn of(viewed: &Viewed) -> Self {
        let manifest = disk::read_own_text(&viewed.out().join(EVALUATION)).ok();
        let manifest = manifest.and_then(|text| serde_json::from_str(&text).ok());
        Self {
            manifest: manifest.unwrap_or_default(),
        }
    }

    fn all(&self) -> impl Iterator<Item = Log<'_>> {
        let inputs = self.manifest.get("inputs").and_then(Value::as_array);
        inputs.into_iter().flatten().map(|input| {
            let of = |key| input.get(key).and_then(Value::as_str).unwrap_or_default();
            Log {
                path: of("path"),
                blake3: of("blake3"),
                format: of("format"),
            }
        })
    }

    pub(super) fn paths(&self) -> Vec<&str> {
        self.all().map(|log| log.path).collect()
    }

    /// How they were read.
    fn options(&self, format: &str) -> Options {
        let columns = self.manifest.pointer("/asked/columns");
        let columns = columns.and_then(Value::as_array).into_iter().flatten();
        let columns = columns.filter_map(|column| {
            let of = |key| column.get(key).and_then(Value::as_str).map(str::to_owned);
            Some((of("what")?, of("name")?))
        });
        Options {
            format: Some(format.to_owned()).filter(|format| !format.is_empty()),
            columns: columns.collect(),
            ..Options::default()
        }
    }

    /// The texts of attempts, in their order.
    pub(super) fn told(&self, viewed: &Viewed, attempts: &[&Row]) -> Vec<Told> {
        let until = Instant::now() + READING_TIME;
        let mut by_log: BTreeMap<&str, Vec<At>> = BTreeMap::new();
        for row in attempts {
            by_log.entry(text(row, "log")).or_default().push(at(row));
        }
        let read = by_log.into_iter().map(|(blake3, wanted)| {
            let log = self.all().find(|log| log.blake3 == blake3);
            let read = match log {
                Some(log) => self.read(viewed, &log, &wanted, until),
                None => Err(NO_PLACE.to_owned()),
            };
            (blake3, read)
        });
        let read: BTreeMap<&str, _> = read.collect();
        let of = |row: &&Row| told(&read[text(row, "log")], at(row));
        attempts.iter().map(of).collect()
    }

    /// What stands at some places of a log, with its path; or why it is not known.
    fn read<'l>(
        &self,
        viewed: &Viewed,
        log: &Log<'l>,
        wanted: &[At],
        until: Instant,
    ) -> Result<(&'l str, BTreeMap<At, Texts>), String> {
        let mut why_not = absent(log.path);
        for path in candidates(viewed, log.path) {
            let options = self.options(log.format);
            match again::texts(&path, log.blake3, &options, wanted, until) {
                Ok(found) => return Ok((log.path, found)),
                Err(error) => {
                    let hint = error.hint().map(|hint| format!(": {hint}"));
                    why_not = format!("{error}{}", hint.unwrap_or_default());
                }
            }
        }
        Err(why_not)
    }
}

/// What is said where a folder does not say in which log an attempt stands.
const NO_PLACE: &str = "the folder does not say where the text stands, as those of earlier versions do not: evaluate the logs again";

fn absent(path: &str) -> String {
    match path {
        "-" => "the log came from standard input, which nobody kept: evaluate a file".to_owned(),
        path => format!(
            "the log `{0}` is not there: name the folder that its path starts at by `--base DIR`, which may be given several \
             times where logs lie in several folders, or the file by `--source {0}=PATH`",
            one_line(path)
        ),
    }
}

/// Where a log may be: where the user says, else where its path leads from each base, or from beside the folder. Of several logs of
/// one name its hash says which it is.
fn candidates(viewed: &Viewed, path: &str) -> Vec<PathBuf> {
    let places = viewed.places();
    if let Some(named) = places.overrides.sources.get(path) {
        return vec![named.clone()];
    }
    let here = PathBuf::new();
    let bases = match places.bases.as_slice() {
        [] => std::slice::from_ref(&here),
        some => some,
    };
    let beside = viewed.out().parent().map(|above| above.join(path));
    let paths = bases.iter().map(|base| base.join(path)).chain(beside);
    paths.filter(|path| path.is_file()).collect()
}

fn at(row: &Row) -> At {
    let of = |column| number(row, column).unwrap_or_default();
    (of("row"), of("nth").try_into().unwrap_or(u32::MAX))
}

fn told(read: &Result<(&str, BTreeMap<At, Texts>), String>, at: At) -> Told {
    let (log, found) = match read {
        Ok((log, found)) => (*log, found.get(&at).cloned()),
        Err(why) => {
            return Told {
                missing: Some(why.clone()),
                ..Told::default()
            };
        }
    };
    let texts = found.unwrap_or_default();
    let missing = match (&texts.response, &texts.answer) {
        (Some(_), _) => None,
        (None, Some(_)) => Some("its log holds the answer, and no response".to_owned()),
        (None, None) => Some("its log holds a verdict, and neither response nor answer".to_owned()),
    };
    Told {
        texts,
        from: Some(log.to_owned()),
        missing,
    }
}
