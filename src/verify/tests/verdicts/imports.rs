//! The files of the package: what stands on what has no circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::package;

/// Modules by their paths, `kinds::sets`, with their text up to their own tests.
fn modules(folder: &Path, path: &str, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder of the package") {
        let file = entry.expect("an entry").path();
        let stem = file
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let name = match stem.as_str() {
            "mod" => path.trim_end_matches("::").to_owned(),
            _ => format!("{path}{stem}"),
        };
        if file.is_dir() && !matches!(stem.as_str(), "tests" | "benches" | "target") {
            modules(&file, &format!("{name}::"), found);
        } else if file.extension().is_some_and(|ending| ending == "rs") && stem != "lib" {
            let text = fs::read_to_string(&file).expect("a module");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            found.insert(name, code.to_owned());
        }
    }
}

/// The paths of `use crate::{a::b, c::{d, e}};`, one by one.
fn paths(tree: &str, before: &str, found: &mut Vec<String>) {
    let (mut depth, mut start) = (0, 0);
    for (at, c) in tree.char_indices().chain([(tree.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let one = tree[start..at].trim();
                match one.split_once('{') {
                    Some((head, inner)) => {
                        let inner = inner.trim_end().trim_end_matches('}');
                        paths(inner, &format!("{before}{head}"), found);
                    }
                    None => found.push(format!("{before}{one}")),
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// What each module imports of the others.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    modules(package(), "", &mut all);
    assert!(all.len() > 60, "modules were found");
    let module = |path: &str| {
        let mut path = path.strip_prefix("crate::")?;
        while !all.contains_key(path) {
            path = path.rsplit_once("::")?.0;
        }
        Some(path.to_owned())
    };
    let of = |text: &str| {
        let mut found = Vec::new();
        for (at, _) in text.match_indices("use crate::") {
            let tree = text[at + 4..].split(';').next().unwrap_or_default();
            paths(tree, "", &mut found);
        }
        for (at, _) in text.match_indices("crate::") {
            let part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            let rest = &text[at..];
            let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
            found.push(rest[..end].trim_end_matches(':').to_owned());
        }
        found.iter().filter_map(|path| module(path)).collect()
    };
    all.iter()
        .map(|(name, text)| (name.clone(), of(text)))
        .collect()
}

/// Where circles are gone, modules can be put down one by one, each after what it imports; where one is
/// left, what only leads to it is taken away too, so that nothing but the circle is shown.
#[test]
fn no_module_imports_what_stands_on_it() {
    let mut left = imports();
    assert!(left["decide"].contains("kinds::sets"), "imports were found");
    loop {
        let stands = |name: &String| {
            let needs = &left[name];
            needs
                .iter()
                .any(|other| other != name && left.contains_key(other))
        };
        let carries = |name: &String| {
            let others = left.iter().filter(|(other, _)| *other != name);
            others.into_iter().any(|(_, needs)| needs.contains(name))
        };
        let free = left.keys().find(|name| !stands(name) || !carries(name));
        let Some(free) = free.cloned() else { break };
        left.remove(&free);
    }
    assert!(left.is_empty(), "these stand in a circle: {left:#?}");
}
