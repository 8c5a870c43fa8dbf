//! `gradatim init`: a pipeline over one's own data, to start from.

use std::path::Path;

use crate::run::Watch;
use crate::source::look::look;
use crate::source::{self, SourceFile};
use crate::{Error, Result};
use clap::Args;

use super::inspect::{Data, columns_table};
use super::print;
use super::progress::Progress;
use super::starter::Starter;

/// Writes a pipeline for a file, a folder, a glob or a dataset of the hub to stdout: how its columns are likely
/// read, tried on its first rows, and a small grid to begin with.
///
/// It is a guess by the columns' names and by what they hold. Where nothing looks like a problem with a response it is
/// refused, with what there is.
#[derive(Args)]
#[command(after_help = "\
Examples:
  gradatim init rows.jsonl > pipeline.toml
  gradatim init hub:open-r1/OpenR1-Math-220k > pipeline.toml")]
pub(super) struct Arguments {
    #[command(flatten)]
    data: Data,
}

pub(super) fn init(arguments: &Arguments) -> Result<u8> {
    let Data {
        source,
        config,
        split,
        ..
    } = &arguments.data;
    let (_, files) = arguments.data.find()?;
    let (given, address) = (source.to_string_lossy(), arguments.data.address());
    let address = address.as_deref();
    let (repo, revision) = address.unwrap_or_default().split_once('@').unzip();
    let place = match address {
        Some(address) => ("hub", repo.unwrap_or(address)),
        None => ("path", given.as_ref()),
    };
    let more = [
        ("revision", revision),
        ("config", config.as_deref()),
        ("split", split.as_deref()),
    ];
    let more = more
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)));
    let location: Vec<(&str, &str)> = std::iter::once(place).chain(more).collect();
    let starter = starter(files, arguments)?;
    if starter.trial.trajectories == 0 {
        Progress::new().note(&format!(
            "as this pipeline reads it, {}: mend it first",
            starter.trial.told()
        ));
    }
    print(&starter.pipeline(&name(place.1), &location))?;
    Ok(0)
}

/// Of the first file that can be read.
fn starter(files: Vec<SourceFile>, arguments: &Arguments) -> Result<Starter> {
    let mut failed = None;
    for mut file in files {
        let looked = source::settle(&mut file).and_then(|()| look(&file, ROWS));
        match looked {
            Ok(look) if look.rows == 0 => {}
            Ok(look) => {
                let starter = Starter::of(&file, &look, arguments.data.layout)?;
                return starter.ok_or_else(|| Error::File {
                    file: file.name.clone(),
                    problem: format!(
                        "has no column that looks like a problem with a response\n{}",
                        columns_table(&look)
                    ),
                    hint: "write its columns by hand: `gradatim example columns` shows how".into(),
                });
            }
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    Err(failed.unwrap_or_else(|| {
        Error::usage(
            format!("`{}` has no rows", arguments.data.source.display()),
            "name data with at least one row",
        )
    }))
}

const ROWS: usize = 100;

/// Endings that are no part of a name.
const ENDINGS: [&str; 16] = [
    "jsonl",
    "ndjson",
    "jsonlines",
    "json",
    "csv",
    "tsv",
    "parquet",
    "parq",
    "pq",
    "arrow",
    "feather",
    "tar",
    "gz",
    "zst",
    "bz2",
    "xz",
];

/// What the source is called: the last part of its path, as a key of TOML.
fn name(path: &str) -> String {
    let last = Path::new(path)
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let mut stem = last.as_ref();
    while let Some((before, ending)) = stem.rsplit_once('.')
        && ENDINGS.contains(&ending.to_lowercase().as_str())
    {
        stem = before;
    }
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') {
            c
        } else {
            '-'
        }
    };
    let name: String = stem.chars().map(plain).collect::<String>().to_lowercase();
    let name = name.trim_matches('-');
    if name.is_empty() {
        "data".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_called_after_its_path() {
        assert_eq!(name("data/My Rows.v2.jsonl.gz"), "my-rows-v2");
        assert_eq!(name("s1.1-32B.jsonl"), "s1-1-32b");
        assert_eq!(name("open-r1/OpenR1-Math-220k"), "openr1-math-220k");
        assert_eq!(name("data/*.parquet"), "data");
        assert_eq!(name("."), "data");
    }
}
