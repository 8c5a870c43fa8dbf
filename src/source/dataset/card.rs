//! What a dataset's card says of its configs: the YAML in front of its README.
//!
//! `configs` is a list of `config_name` with `data_files` (a path, a list of paths, or a list of
//! `split` and `path`) and `data_dir`, as in <https://huggingface.co/docs/hub/datasets-manual-configuration>.
//! All else in the card is passed over.

use std::fmt;

use indexmap::IndexMap;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer};

/// One of the card's `configs`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CardConfig {
    pub name: String,
    /// Whether the card calls it the default.
    pub is_default: bool,
    /// The folder that its paths are relative to; empty for the whole repository.
    pub folder: String,
    /// The patterns of each split, in the card's order; none where the card leaves them to convention.
    pub splits: Option<IndexMap<String, Vec<String>>>,
}

/// The configs of a README; none where it has no card, or the card is silent.
pub(crate) fn configs(readme: &str) -> Result<Vec<CardConfig>, String> {
    let yaml = front_matter(readme).map(|yaml| block(&yaml, "configs:"));
    let Some(yaml) = yaml.filter(|yaml| !yaml.is_empty()) else {
        return Ok(Vec::new());
    };
    let mut options = serde_saphyr::Options::default();
    // A folder may be called `y` or `no`.
    options.strict_booleans = true;
    let card: Card =
        serde_saphyr::from_str_with_options(&yaml, options).map_err(|error| first_line(&error))?;
    let listed = card.configs.unwrap_or_default().into_iter();
    listed
        .filter_map(|listed| match listed {
            Listed::Config(config) => Some(config.checked()),
            Listed::Name(_) => None,
        })
        .collect()
}

fn first_line(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}

/// The licence that a README's card names, of several all of them: `mit, cc-by-4.0`. An `other` goes by its
/// own name where it has one.
pub(crate) fn license(readme: &str) -> Option<String> {
    let yaml = front_matter(readme)?;
    let named = |key: &str| {
        let text = block(&yaml, &format!("{key}:"));
        let mut card: std::collections::BTreeMap<String, OneOrMany> =
            serde_saphyr::from_str(&text).ok()?;
        let words = match card.remove(key)? {
            OneOrMany::One(word) => vec![word.0],
            OneOrMany::Many(words) => words.into_iter().map(|word| word.0).collect(),
        };
        Some(words.join(", ")).filter(|text| !text.is_empty())
    };
    let license = named("license")?;
    match license.as_str() {
        "other" => named("license_name").or(Some(license)),
        _ => Some(license),
    }
}

/// The lines between the first two `---`.
fn front_matter(readme: &str) -> Option<String> {
    let readme = readme.strip_prefix('\u{feff}').unwrap_or(readme);
    let mut lines = readme.lines();
    if lines.next()?.trim_end() != "---" {
        return None;
    }
    let mut yaml = String::new();
    for line in lines {
        if line.trim_end() == "---" {
            return Some(yaml);
        }
        yaml.push_str(line);
        yaml.push('\n');
    }
    None
}

/// The lines of one key at the top: the rest (features, tags) may be as long and broken as it likes.
fn block(yaml: &str, key: &str) -> String {
    let inside =
        |line: &&str| line.is_empty() || line.starts_with([' ', '\t', '-', '#', '\r', ']', '}']);
    let mut lines = yaml.lines().skip_while(|line| !line.starts_with(key));
    let mut block = String::new();
    let first = lines.next().into_iter();
    for line in first.chain(lines.take_while(inside)) {
        block.push_str(line);
        block.push('\n');
    }
    block
}

#[derive(Deserialize)]
struct Card {
    #[serde(default)]
    configs: Option<Vec<Listed>>,
}

/// A name, or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(Word),
    Many(Vec<Word>),
}

/// Cards from before 2023 list bare names, which say nothing of files.
#[derive(Deserialize)]
#[serde(untagged)]
enum Listed {
    Name(#[expect(dead_code, reason = "it is read only to be told from a config")] Word),
    Config(WrittenConfig),
}

/// A name: YAML takes an unquoted `2023` for a number.
struct Word(String);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Words)
    }
}

struct Words;

impl Visitor<'_> for Words {
    type Value = Word;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, text: &str) -> Result<Word, E> {
        Ok(Word(text.to_owned()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Word, E> {
        Ok(Word(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Word, E> {
        Ok(Word(number.to_string()))
    }
}

#[derive(Deserialize)]
struct WrittenConfig {
    config_name: Word,
    #[serde(default)]
    default: Option<bool>,
    #[serde(default)]
    data_dir: Option<String>,
    #[serde(default)]
    data_files: Option<DataFiles>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum DataFiles {
    One(String),
    Many(Vec<Item>),
    BySplit(IndexMap<String, Paths>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Item {
    Path(String),
    Split { split: Word, path: Paths },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Paths {
    One(String),
    Many(Vec<String>),
}

impl Paths {
    fn list(self) -> Vec<String> {
        match self {
            Self::One(path) => vec![path],
            Self::Many(paths) => paths,
        }
    }
}

impl WrittenConfig {
    fn checked(self) -> Result<CardConfig, String> {
        let splits = self.data_files.map(DataFiles::splits);
        for pattern in splits.iter().flatten().flat_map(|(_, patterns)| patterns) {
            if pattern.contains("://") {
                return Err(format!(
                    "config `{}` has files outside of this repository",
                    self.config_name.0
                ));
            }
        }
        Ok(CardConfig {
            name: self.config_name.0,
            is_default: self.default.unwrap_or(false),
            folder: plain(&self.data_dir.unwrap_or_default()),
            splits,
        })
    }
}

impl DataFiles {
    fn splits(self) -> IndexMap<String, Vec<String>> {
        let mut splits: IndexMap<String, Vec<String>> = IndexMap::new();
        let mut add = |split: String, paths: Paths| {
            let paths = paths.list().into_iter().map(|path| plain(&path));
            splits.entry(split).or_default().extend(paths);
        };
        let train = || "train".to_owned();
        match self {
            Self::One(path) => add(train(), Paths::One(path)),
            Self::Many(items) => {
                for item in items {
                    match item {
                        Item::Path(path) => add(train(), Paths::One(path)),
                        Item::Split { split, path } => add(split.0, path),
                    }
                }
            }
            Self::BySplit(map) => map.into_iter().for_each(|(split, paths)| add(split, paths)),
        }
        splits
    }
}

/// Without what does not change where a relative path leads.
fn plain(path: &str) -> String {
    if path.contains("://") {
        return path.to_owned();
    }
    let parts = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".");
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `config folder: split=paths …` a line.
    #[track_caller]
    fn check(yaml: &str, expected: &str) {
        let mut text = Vec::new();
        for config in configs(&format!("---\n{yaml}\n---\n# Title\n")).unwrap() {
            let mut line = format!("{} {}:", config.name, config.folder);
            for (split, paths) in config.splits.iter().flatten() {
                line += &format!(" {split}={}", paths.join(","));
            }
            text.push(line);
        }
        assert_eq!(text.join("\n"), expected);
    }

    #[test]
    fn data_files_may_be_a_path_a_list_or_splits() {
        let head = "license: mit\nconfigs:\n- config_name: a\n  data_files:";
        let check = |files: &str, expected| check(&format!("{head} {files}"), expected);
        check("./x.jsonl", "a : train=x.jsonl");
        check("\n  - x/*\n  - y/*", "a : train=x/*,y/*");
        check(
            "\n  - split: test\n    path: t-*\n  - split: train\n    path: [p, q]",
            "a : test=t-* train=p,q",
        );
        check("{train: x, test: [y, z]}", "a : train=x test=y,z");
    }

    #[test]
    fn a_config_may_leave_its_files_to_convention() {
        let yaml = "configs:\n- config_name: a\n  data_dir: /sub/dir/\n- config_name: 2023";
        check(yaml, "a sub/dir:\n2023 :");
    }

    #[test]
    fn what_says_nothing_of_configs_is_passed_over() {
        for readme in [
            "",
            "# Title",
            "---\nlicense: mit\n---\n",
            "---\nnever closed\n",
            "---\na: [broken\n---\n",
            "---\na: *none\nconfigs:\ntags:\n- b: [\n---\n",
            "---\nconfigs:\n- plain_text\n---\n",
        ] {
            assert_eq!(configs(readme), Ok(Vec::new()), "{readme}");
        }
    }

    #[test]
    fn a_default_is_kept_and_a_broken_card_is_told() {
        let yaml = "---\nconfigs:\n- config_name: a\n  default: true\ndataset_info:\n- features:\n  - {name: x, dtype: string}\n---";
        assert!(configs(yaml).unwrap()[0].is_default);
        for broken in [
            "configs: [",
            "configs:\n- data_files: x",
            "configs:\n- config_name: a\n  data_files: {a: {b: c}}",
        ] {
            assert!(
                configs(&format!("---\n{broken}\n---\n")).is_err(),
                "{broken}"
            );
        }
        let outside = "---\nconfigs:\n- config_name: a\n  data_files: s3://x/y\n---";
        assert!(configs(outside).unwrap_err().contains("outside"));
    }
}
