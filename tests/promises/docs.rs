//! What README and `docs/` show is so: their snippets run, their links lead somewhere.
//!
//! A snippet of Python is run as far as the line that imports a trainer: what is before that is what a trainer gets.
//! Where Python or a package is not there it is said, and skipped. `GRADATIM_PYTHON` names another Python.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::*;

/// README and the pages, with their texts.
fn pages() -> Vec<(PathBuf, String)> {
    let pages = tree(&repository().join("docs")).into_keys();
    let pages = pages.map(|name| repository().join("docs").join(name));
    std::iter::once(repository().join("README.md"))
        .chain(pages)
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a page");
            (path, text)
        })
        .collect()
}

/// The blocks of a language, in their order.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let begin = format!("```{language}\n");
    let blocks = text.split(&begin).skip(1);
    blocks
        .map(|rest| rest.split_once("```").expect("its end").0)
        .collect()
}

/// A snippet up to where a trainer comes in.
fn data_part(snippet: &str) -> &str {
    let trainer = snippet.find("from trl import");
    &snippet[..trainer.unwrap_or(snippet.len())]
}

fn python() -> String {
    std::env::var("GRADATIM_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// Whether a module can be imported.
fn has(module: &str) -> bool {
    let import = format!("import {module}");
    let done = Command::new(python()).args(["-c", &import]).output();
    done.is_ok_and(|done| done.status.success())
}

#[test]
fn the_snippets_of_python_load_what_they_say() {
    if !has("datasets") {
        println!("skipped: {} has no `datasets`", python());
        return;
    }
    let place = Place::new();
    copy(&QUICKSTART.out.0, &place.path("out"));
    let mut run = 0;
    for (path, text) in pages() {
        for snippet in blocks(&text, "python") {
            let done = Command::new(python())
                .args(["-c", data_part(snippet)])
                .current_dir(place.folder())
                .env("HF_HOME", place.path("hf"))
                .env("HF_HUB_OFFLINE", "1")
                .output()
                .expect("Python runs");
            let said = String::from_utf8_lossy(&done.stderr);
            assert!(
                done.status.success(),
                "{}\n{snippet}\n{said}",
                path.display()
            );
            run += 1;
        }
    }
    assert!(run >= 5, "{run} snippets");
}

#[test]
fn a_page_leads_to_files_that_are_there() {
    for (path, text) in pages() {
        let folder = path.parent().unwrap_or(Path::new(""));
        for rest in text.split("](").skip(1) {
            let target = rest.split(')').next().unwrap_or_default();
            let file = target.split('#').next().unwrap_or_default();
            let is_local = !file.is_empty() && !file.contains("://");
            assert!(
                !is_local || folder.join(file).exists(),
                "{} leads to `{target}`",
                path.display()
            );
        }
    }
}

#[test]
fn every_page_is_in_the_index() {
    let index = std::fs::read_to_string(repository().join("docs/README.md")).expect("the index");
    for (path, _) in pages().iter().skip(1) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        assert!(
            name == "README.md" || index.contains(&format!("({name})")),
            "{name}"
        );
    }
}
