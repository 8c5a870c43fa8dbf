//! Which files are which config and split: by the card's patterns, else by the files' names.
//!
//! The conventions are those of `datasets` (`data_files.py`, version 5.2), so that a name means here
//! what it means in `load_dataset`: first `data/SPLIT-00000-of-00001.*`, then folders named like a
//! split, then files named like one, then everything as `train`. What is ours stands at [`Home`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use indexmap::IndexMap;

use super::card::CardConfig;
use super::choice::Config;
use crate::source::format::{Form, Format};

/// A config with the paths of each split.
pub(crate) type ConfigPaths = Config<String>;

/// Where the files lie, which decides what `datasets` leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// Only formats that we read count, and a config is the files of one format. Where a repository without a word
    /// on configs has several folders of files and nothing beside them, each folder is a config (`datasets` would
    /// mix them into one).
    Hub,
    /// What is read is for the caller to say. Such folders are configs for who names them, and all files together
    /// the default one; without a card, files of several formats stay together.
    Disk,
}

const SPLITS: [(&str, &[&str]); 3] = [
    ("train", &["train", "training"]),
    ("validation", &["validation", "valid", "dev", "val"]),
    ("test", &["test", "testing", "eval", "evaluation"]),
];

/// Files that describe data and hold none.
pub(crate) const IGNORED: [&str; 5] = [
    "config.json",
    "dataset_info.json",
    "dataset_infos.json",
    "dataset_dict.json",
    "README.md",
];

/// The configs of a repository with these files.
pub(crate) fn configs(card: &[CardConfig], paths: &[&str], home: Home) -> Vec<ConfigPaths> {
    let paths: Vec<&str> = match home {
        Home::Hub => paths.iter().copied().filter(|path| is_read(path)).collect(),
        Home::Disk => paths.to_vec(),
    };
    if card.is_empty() {
        return by_convention(&paths, home);
    }
    card.iter()
        .map(|config| ConfigPaths {
            name: config.name.clone(),
            is_default: card.len() == 1 || config.is_default || config.name == "default",
            splits: one_format(match &config.splits {
                Some(patterns) => by_patterns(&config.folder, patterns, &paths),
                None => by_names(&config.folder, &paths, false),
            }),
        })
        .collect()
}

fn by_patterns(
    folder: &str,
    patterns: &IndexMap<String, Vec<String>>,
    paths: &[&str],
) -> IndexMap<String, Vec<String>> {
    let matching = |patterns: &Vec<String>| -> Vec<String> {
        let found = patterns
            .iter()
            .flat_map(|pattern| matches(&joined(folder, pattern), paths));
        found.collect::<BTreeSet<_>>().into_iter().collect()
    };
    patterns
        .iter()
        .map(|(split, patterns)| (split.clone(), matching(patterns)))
        .collect()
}

fn joined(folder: &str, path: &str) -> String {
    if folder.is_empty() {
        path.to_owned()
    } else {
        format!("{folder}/{path}")
    }
}

/// The paths that a pattern means. Hidden files and folders that begin with `__` have to be named.
fn matches(pattern: &str, paths: &[&str]) -> Vec<String> {
    let options = glob::MatchOptions {
        case_sensitive: true,
        require_literal_separator: true,
        require_literal_leading_dot: false,
    };
    // `**.parquet` is from before fsspec 2023.12; it meant any depth.
    let compiled = glob::Pattern::new(pattern).or_else(|_| {
        glob::Pattern::new(
            &pattern
                .replace("**/", "\0")
                .replace("**", "**/*")
                .replace('\0', "**/"),
        )
    });
    let fits = |path: &str| {
        let globbed = || {
            compiled
                .as_ref()
                .is_ok_and(|compiled| compiled.matches_with(path, options))
        };
        path == pattern
            || (globbed()
                && hidden_parts(path) == hidden_parts(pattern)
                && (file_name(path) == file_name(pattern) || !IGNORED.contains(&file_name(path))))
    };
    let found = paths.iter().filter(|path| fits(path));
    found.map(|path| (*path).to_owned()).collect()
}

fn is_read(path: &str) -> bool {
    Format::of(Path::new(path)).is_some()
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// How many parts begin with a dot, and how many folders with `__`.
fn hidden_parts(path: &str) -> (usize, usize) {
    let parts: Vec<&str> = path.split('/').collect();
    let folders = &parts[..parts.len() - 1];
    let dotted = parts
        .iter()
        .filter(|part| part.starts_with('.') && !part.trim_matches('.').is_empty());
    let special = folders.iter().filter(|part| part.starts_with("__"));
    (dotted.count(), special.count())
}

fn by_convention(paths: &[&str], home: Home) -> Vec<ConfigPaths> {
    let folders = config_folders(paths);
    let config = |name: &str, is_default, splits| ConfigPaths {
        name: name.to_owned(),
        is_default,
        splits: match home {
            Home::Hub => one_format(splits),
            Home::Disk => splits,
        },
    };
    let of_folder = |folder: &&str| {
        let is_default = *folder == "default";
        config(folder, is_default, by_names(folder, paths, true))
    };
    let mut configs: Vec<ConfigPaths> = folders.iter().map(of_folder).collect();
    if (folders.len() < 2 || home == Home::Disk) && !folders.contains(&"default") {
        configs.insert(0, config("default", true, by_names("", paths, false)));
    }
    configs
}

/// The top folders, where all data lies in such that are named like no split.
fn config_folders<'a>(paths: &[&'a str]) -> Vec<&'a str> {
    let mut folders = BTreeSet::new();
    for path in candidates("", paths) {
        match path.split_once('/') {
            Some((folder, _)) if folder != "data" && split_of_word(folder).is_none() => {
                folders.insert(folder);
            }
            _ => return Vec::new(),
        }
    }
    folders.into_iter().collect()
}

/// Relative paths of the files below a folder that may hold data.
fn candidates<'a>(folder: &str, paths: &[&'a str]) -> Vec<&'a str> {
    let relative = |path: &&'a str| -> Option<&'a str> {
        if folder.is_empty() {
            return Some(*path);
        }
        path.strip_prefix(folder)?.strip_prefix('/')
    };
    let mut found: Vec<&str> = paths
        .iter()
        .filter_map(relative)
        .filter(|path| hidden_parts(path) == (0, 0))
        .filter(|path| !IGNORED.contains(&file_name(path)))
        .collect();
    found.sort_unstable();
    found
}

/// The splits of the files below a folder, by the first convention that any of them follows.
fn by_names(folder: &str, paths: &[&str], is_config: bool) -> IndexMap<String, Vec<String>> {
    let files = candidates(folder, paths);
    let mut splits = sharded(&files, is_config);
    if splits.is_empty() {
        splits = by_word(&files, |path| {
            let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
            folders.split('/').flat_map(splits_of_folder).collect()
        });
    }
    if splits.is_empty() {
        splits = by_word(&files, |path| splits_of_file(file_name(path)));
    }
    if splits.is_empty() && !files.is_empty() {
        splits.insert("train".into(), files);
    }
    let whole = |files: Vec<&str>| files.iter().map(|path| joined(folder, path)).collect();
    let named = splits.into_iter();
    named.map(|(split, files)| (split, whole(files))).collect()
}

/// `data/SPLIT-00000-of-00001.EXT`, and in the folder of a config `SPLIT-00000-of-00001.EXT`.
fn sharded<'a>(files: &[&'a str], is_config: bool) -> IndexMap<String, Vec<&'a str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in files {
        let name = match path.rsplit_once('/') {
            Some(("data", name)) => name,
            None if is_config => *path,
            _ => continue,
        };
        if let Some(shard) = Shard::of(name) {
            found.entry(shard.stem).or_default().push(path);
        }
    }
    in_order(found)
}

/// `train`, `validation`, `test`, then the others by name.
fn in_order<'a>(mut found: BTreeMap<&str, Vec<&'a str>>) -> IndexMap<String, Vec<&'a str>> {
    let mut splits = IndexMap::new();
    for (split, _) in SPLITS {
        if let Some(files) = found.remove(split) {
            splits.insert(split.to_owned(), files);
        }
    }
    let rest = found.into_iter();
    splits.extend(rest.map(|(split, files)| (split.to_owned(), files)));
    splits
}

fn by_word<'a>(
    files: &[&'a str],
    splits_of: impl Fn(&str) -> BTreeSet<&'static str>,
) -> IndexMap<String, Vec<&'a str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in files {
        for split in splits_of(path) {
            found.entry(split).or_default().push(path);
        }
    }
    in_order(found)
}

fn is_separator(c: char) -> bool {
    "-._ ".contains(c) || c.is_ascii_digit()
}

/// The splits that a folder's name has a word of, be it the column `split` of a partitioned table.
fn splits_of_folder(name: &str) -> BTreeSet<&'static str> {
    let name = name.strip_prefix("split=").unwrap_or(name);
    let closed = |rest: &str| rest.is_empty() || rest.starts_with(is_separator);
    splits_with(name, closed)
}

/// The splits that a file's name has a word of; something has to stand behind it.
fn splits_of_file(name: &str) -> BTreeSet<&'static str> {
    splits_with(name, |rest| rest.starts_with(is_separator))
}

fn splits_with(name: &str, closed: impl Fn(&str) -> bool) -> BTreeSet<&'static str> {
    let stands = |word: &str| {
        let mut places = name.match_indices(word);
        places.any(|(at, _)| {
            let open = at == 0 || name[..at].ends_with(is_separator);
            open && closed(&name[at + word.len()..])
        })
    };
    let named = SPLITS
        .iter()
        .filter(|(_, words)| words.iter().any(|word| stands(word)));
    named.map(|(split, _)| *split).collect()
}

/// The split that a path names only where upper and lower case are one, which for `datasets` they are not.
pub(crate) fn split_in_capitals(path: &str) -> Option<&'static str> {
    let lower = path.to_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let mut named = folders
        .split('/')
        .flat_map(splits_of_folder)
        .chain(splits_of_file(name));
    named.next().filter(|_| !says_split(path))
}

/// Whether a path says which split it is of, by any convention.
pub(crate) fn says_split(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_shard = folders == "data" && Shard::of(name).is_some();
    is_shard
        || !splits_of_file(name).is_empty()
        || folders
            .split('/')
            .any(|folder| !splits_of_folder(folder).is_empty())
}

fn split_of_word(folder: &str) -> Option<&'static str> {
    splits_of_folder(folder).into_iter().next()
}

/// A config has one format: that of most of its files; where as many are of each, Parquet before Arrow before
/// JSONL before CSV.
fn one_format(mut splits: IndexMap<String, Vec<String>>) -> IndexMap<String, Vec<String>> {
    let place = |path: &str| match Format::of(Path::new(path)) {
        Some(Format::Parquet) => 0,
        Some(Format::Arrow) => 1,
        Some(Format::Text(text)) if matches!(text.form, Form::Json(_)) => 2,
        _ => 3,
    };
    let count = |wanted: &usize| {
        let files = splits.values().flatten();
        files.filter(|path| place(path) == *wanted).count()
    };
    let wanted = (0..4).rev().max_by_key(count);
    for files in splits.values_mut() {
        files.retain(|path| Some(place(path)) == wanted);
    }
    splits
}

/// A file that says how many it is one of: `train-00002-of-00010.parquet`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shard<'a> {
    pub stem: &'a str,
    pub number: u32,
    pub count: u32,
}

impl<'a> Shard<'a> {
    pub(crate) fn of(path: &'a str) -> Option<Self> {
        let at = path.rfind("-of-")?;
        let (before, after) = (&path[..at], &path[at + 4..]);
        let (stem, number) = before.rsplit_once('-')?;
        let count = after.get(..5)?;
        let digits = |text: &str| text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit());
        (!stem.is_empty() && digits(number) && digits(count) && after.contains('.'))
            .then_some(())?;
        Some(Self {
            stem,
            number: number.parse().ok()?,
            count: count.parse().ok()?,
        })
    }
}

/// The first shard that its neighbours' names say there is, and is not.
pub(crate) fn missing_shard<'a>(paths: impl Iterator<Item = &'a String>) -> Option<String> {
    let mut seen: BTreeMap<(&str, u32), u32> = BTreeMap::new();
    for shard in paths.filter_map(|path| Shard::of(path)) {
        *seen.entry((shard.stem, shard.count)).or_default() += 1;
    }
    let missing = seen.into_iter().find(|((_, count), found)| found < count);
    missing.map(|((stem, count), found)| {
        format!("`{stem}-…` ({} of its {count} files)", count - found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::dataset::card;

    /// `config/split: files` a line, in order.
    #[track_caller]
    fn check(card: &str, paths: &[&str], expected: &str) {
        let card = card::configs(&format!("---\n{card}\n---\n")).unwrap();
        let mut text = String::new();
        for config in configs(&card, paths, Home::Hub) {
            let mark = if config.is_default { "*" } else { "" };
            for (split, files) in &config.splits {
                text += &format!("{}{mark}/{split}: {}\n", config.name, files.join(" "));
            }
        }
        let expected: Vec<&str> = expected.lines().map(str::trim).collect();
        assert_eq!(text.trim_end(), expected.join("\n").trim());
    }

    #[test]
    fn shards_in_data_are_split_by_name() {
        check(
            "",
            &[
                "README.md",
                "data/train-00001-of-00002.parquet",
                "data/train-00000-of-00002-abc.parquet",
                "data/cn_k12-00000-of-00001.parquet",
                "data/extra.parquet",
            ],
            "default*/train: data/train-00000-of-00002-abc.parquet data/train-00001-of-00002.parquet
             default*/cn_k12: data/cn_k12-00000-of-00001.parquet",
        );
    }

    #[test]
    fn folders_then_files_are_named_like_splits() {
        check(
            "",
            &["data/train/a.jsonl", "data/dev-1/b.jsonl", "x.jsonl"],
            "default*/train: data/train/a.jsonl
             default*/validation: data/dev-1/b.jsonl",
        );
        check(
            "",
            &[
                "train.jsonl",
                "my-eval_2.jsonl.gz",
                "retrain.jsonl",
                "dataset_info.json",
            ],
            "default*/train: train.jsonl
             default*/test: my-eval_2.jsonl.gz",
        );
        check(
            "",
            &["main/train-00000-of-00001.parquet"],
            "default*/train: main/train-00000-of-00001.parquet
             main/train: main/train-00000-of-00001.parquet",
        );
    }

    #[test]
    fn a_file_named_like_nothing_is_train() {
        check(
            "",
            &["limo.jsonl", ".hidden/x.jsonl", "__x/y.jsonl"],
            "default*/train: limo.jsonl",
        );
        check(
            "",
            &["a.parquet", "b.parquet", "meta.jsonl"],
            "default*/train: a.parquet b.parquet",
        );
        check(
            "",
            &["a.csv", "b.csv", "meta.jsonl"],
            "default*/train: a.csv b.csv",
        );
        check("", &["a.csv", "b.jsonl"], "default*/train: b.jsonl");
        check("", &["notes.txt"], "");
    }

    #[test]
    fn folders_beside_each_other_are_configs() {
        check(
            "",
            &[
                "algebra/train/0000.parquet",
                "algebra/test/0000.parquet",
                "default/train/0000.parquet",
            ],
            "algebra/train: algebra/train/0000.parquet
             algebra/test: algebra/test/0000.parquet
             default*/train: default/train/0000.parquet",
        );
    }

    #[test]
    fn the_card_decides_where_it_speaks() {
        let card = "configs:\n- config_name: all\n  data_files:\n  - split: train\n    path: all/train-*\n  - split: test\n    path: [all/t.jsonl, all/**/u.parquet]\n- config_name: default\n  data_dir: extended";
        check(
            card,
            &[
                "all/train-00000-of-00001.parquet",
                "all/x/y/u.parquet",
                "all/u.parquet",
                "extended/data/train-00000-of-00001.parquet",
            ],
            "all/train: all/train-00000-of-00001.parquet
             all/test: all/u.parquet all/x/y/u.parquet
             default*/train: extended/data/train-00000-of-00001.parquet",
        );
        check(
            "configs:\n- config_name: one\n  data_files: '**.parquet'",
            &["a/b.parquet", "c.parquet", ".x/d.parquet", "__r/e.parquet"],
            "one*/train: a/b.parquet c.parquet",
        );
    }

    #[test]
    fn a_shard_says_how_many_there_are() {
        let shard = Shard::of("data/train-00002-of-00010-ab.parquet");
        let expected = Shard {
            stem: "data/train",
            number: 2,
            count: 10,
        };
        assert_eq!(shard, Some(expected));
        assert_eq!(Shard::of("train-2-of-10.parquet"), None);
    }

    #[test]
    fn a_missing_shard_is_noticed() {
        let paths = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let whole: Vec<String> =
            paths(&["d/t-00000-of-00002.parquet", "d/t-00001-of-00002.parquet"]);
        assert_eq!(missing_shard(whole.iter()), None);
        let part: Vec<String> = paths(&["d/t-00001-of-00002.parquet", "README.md"]);
        assert!(missing_shard(part.iter()).is_some_and(|shard| shard.contains("1 of its 2")));
    }
}
