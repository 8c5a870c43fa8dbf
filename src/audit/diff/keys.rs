//! Keys of two pipelines that differ, and which of them decides on what.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use toml::{Table, Value};

/// A key with its two values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct KeyChange {
    /// As the pipeline has it, `screen.tokens_max`; a table of a list by its name or its number.
    pub key: String,
    /// Null where the first has no such key.
    pub first: Option<String>,
    pub second: Option<String>,
}

/// Keys by their names.
pub(super) type Keys = BTreeMap<String, String>;

/// The keys of which the two say other things, by name.
pub(super) fn changes(first: &Keys, second: &Keys) -> Vec<KeyChange> {
    let mut names: Vec<&String> = first.keys().chain(second.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let change = |key: &String| KeyChange {
        key: key.clone(),
        first: first.get(key).cloned(),
        second: second.get(key).cloned(),
    };
    let changes = names.into_iter().map(change);
    changes
        .filter(|change| change.first != change.second)
        .collect()
}

/// The keys of a lock file, with the hashes of what its tables read.
pub(super) fn of_lock(text: &str) -> Result<Keys, toml::de::Error> {
    let mut keys = Keys::new();
    flatten(
        &Value::Table(text.parse::<Table>()?),
        String::new(),
        &mut keys,
    );
    for line in text.lines().filter_map(|line| line.strip_prefix("# ")) {
        if let Some((table, content)) = line.split_once(": ")
            && content
                .split_once(", ")
                .is_some_and(|(_, hash)| is_hash(hash))
        {
            keys.insert(format!("{table} (content)"), content.to_owned());
        }
    }
    Ok(keys)
}

fn is_hash(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn flatten(value: &Value, name: String, keys: &mut Keys) {
    match value {
        Value::Table(table) => {
            for (key, value) in table {
                let below = if name.is_empty() {
                    key.clone()
                } else {
                    format!("{name}.{key}")
                };
                flatten(value, below, keys);
            }
        }
        Value::Array(tables) if tables.iter().any(Value::is_table) => {
            for (at, table) in tables.iter().enumerate() {
                let own = table.get("name").and_then(Value::as_str);
                let own = own.map_or_else(|| at.to_string(), str::to_owned);
                flatten(table, format!("{name}[{own}]"), keys);
            }
        }
        plain => drop(keys.insert(name, plain.to_string())),
    }
}

/// Whether a key decides which rows are dropped for that reason.
pub(super) fn decides(key: &str, reason: &str) -> bool {
    let is_of = |begin: &str| key.starts_with(begin);
    match reason {
        "too_short" => is_of("screen.tokens_min") || is_of("measure."),
        "too_long" => is_of("screen.tokens_max") || is_of("measure."),
        "repetitive" => is_of("screen.repeated_share_max"),
        "duplicate" => is_of("screen.duplicates"),
        "near_duplicate" => is_of("screen.near_duplicates"),
        "contaminated" => is_of("screen.contamination") || is_of("benchmarks"),
        "wrong" | "recorded_wrong" | "not_recorded" | "undecided" | "no_answer" | "no_gold"
        | "cut_off" => is_of("verify.") || key.ends_with(".accept"),
        fact if is_of(&format!("screen.{fact}")) => true,
        _ => is_of("sources.") || is_of("companions."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "seed = 0\n[screen]\ntokens_max = 8\n[[grid]]\nsize = [1, 2]\n[grid.control]\nrandom = 1\n\
        [[grid]]\nname = \"ladder\"\n\n# What was read from disk: files, and BLAKE3 of a line.\n\
        # sources.a: 2, 0123456789abcdef0123456789abcdef\n";

    #[test]
    fn each_key_that_differs_is_named_and_no_other() {
        let other = LOCK
            .replace("= 8", "= 9")
            .replace("random = 1\n", "")
            .replace("a: 2, 0", "a: 2, 1");
        let [first, second] = [LOCK, &other].map(|text| of_lock(text).expect("a lock file"));
        let found: Vec<(String, Option<String>)> = changes(&first, &second)
            .into_iter()
            .map(|change| (change.key, change.second))
            .collect();
        let content = "2, 1123456789abcdef0123456789abcdef".to_owned();
        assert_eq!(
            found,
            [
                ("grid[0].control.random".to_owned(), None),
                ("screen.tokens_max".to_owned(), Some("9".to_owned())),
                ("sources.a (content)".to_owned(), Some(content)),
            ]
        );
        assert_eq!(changes(&first, &first), []);
    }

    #[test]
    fn a_reason_is_of_the_key_that_drops_by_it() {
        for (key, reason) in [
            ("screen.tokens_max", "too_long"),
            ("sources.a.accept", "wrong"),
            ("screen.gold_kind", "gold_kind"),
            ("sources.a.path", "no_problem"),
        ] {
            assert!(decides(key, reason), "{key}");
        }
        assert!(!decides("screen.tokens_min", "too_long"));
        assert!(!decides("screen.tokens_max", "wrong"));
    }
}
