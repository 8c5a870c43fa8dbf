//! How it is made again, and how anybody checks it.

use std::path::{Component, Path, PathBuf};

use maud::html;

use super::facts::Facts;
use super::findings::Request;
use crate::Result;
use crate::error::one_line;
use crate::manifest::{CompanionFileRecord, HubRecord, Manifest};
use crate::pipeline::Pipeline;
use crate::train::configs::quoted;
use crate::view::page::{Cell, Section, Table, counted, typed};

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    let manifest = &facts.manifest;
    let asked = facts.audit.as_ref().map(|audit| &audit.asked);
    let asked = asked.filter(|asked| !asked.sources.is_empty());
    let (run, is_known) = match asked {
        Some(asked) => audited(facts, asked),
        None => run(facts),
    };
    let read = manifest.files.len() + beside(manifest).count();
    let of_files = counted(read as u64, "file that was read", "files that were read");
    let body = html! {
        dl.facts {
            dt { "To check the folder" } dd { (typed(&facts.tables.command("gradatim check {}"))) }
            dt { "To make it again" } dd {
                (typed(&run))
                @if asked.is_some() {
                    p.soft { "The lock file and the manifest say where the data lie, so that they are the same where the command is run in \
                              the same folder as the first time; the rows and all that was found are the same from anywhere." }
                }
                @if !is_known && asked.is_some() {
                    p.soft { "Paths start in the folder where the audit was made, which is not known here; of what lay elsewhere the name \
                              alone is known." }
                } @else if !is_known {
                    p.soft { "Paths in the lock file start in the folder of the pipeline file, which is not known here: name it by " code { "--base" }
                             ", or by " code { "--source NAME=PATH" } " where a source lies." }
                }
            }
            dt { "To hold both against each other" } dd { (typed(&facts.tables.command("gradatim diff {} again"))) }
            dt { "Why one row is where it is" } dd { (typed(&facts.tables.command("gradatim why ID --in {}"))) }
            dt { "Version" } dd { (one_line(&manifest.program)) }
            dt { "Seed" } dd { (manifest.seed) }
            dt { "SHA-256 of the pipeline, every default filled in" } dd { code { (one_line(&manifest.pipeline_sha256)) } }
        }
        (files(manifest).markup())
    };
    Ok(Some(Section {
        id: "again",
        title: "Make it again, and check it",
        found: format!(
            "The same {}, files, seed and version give the same bytes: the folder names {} with {}.",
            if asked.is_some() {
                "command in the same folder"
            } else {
                "pipeline"
            },
            of_files,
            match read {
                1 => "its hash",
                _ => "their hashes",
            }
        ),
        body,
        figures: Vec::new(),
    }))
}

/// The command that makes the folder again, and whether all that it names is known. Where the paths of the lock file start
/// is: as who made this page said it; else the current folder, that of the folder or one inside of that, if their files are
/// there. It is told from where the command is run: a whole path would name a folder of this machine.
fn run(facts: &Facts) -> (String, bool) {
    let run = facts
        .tables
        .command("gradatim run {}/__run__/pipeline.lock.toml --out again");
    let origin = facts.tables.origin();
    let given = &origin.overrides.sources;
    let paths: Vec<PathBuf> = facts.pipeline.iter().flat_map(relative).collect();
    let named: Vec<String> = given
        .iter()
        .map(|(name, path)| match path.is_relative() {
            true => format!(
                " --source {}",
                quoted(&format!("{name}={}", path.display()))
            ),
            false => format!(" --source {}", quoted(&format!("{name}=PATH"))),
        })
        .collect();
    let is_named = given.iter().all(|(_, path)| path.is_relative());
    let run = format!("{run}{}", named.concat());
    if paths.is_empty() || !given.is_empty() && origin.base.is_none() {
        return (run, is_named);
    }
    let beside = facts.tables.beside();
    let base = match &origin.base {
        Some(base) => whole(base),
        None => found(&beside, &paths),
    };
    match base.map(|base| from(&beside, &base)) {
        None => (format!("{run} --base DIR"), false),
        Some(base) if base == Path::new("") => (run, is_named),
        Some(base) => (
            format!("{run} --base {}", quoted(&base.to_string_lossy())),
            is_named,
        ),
    }
}

/// The command that audits the same again, and whether the paths that it names lead to something from where it is told.
fn audited(facts: &Facts, asked: &Request) -> (String, bool) {
    let named = || {
        asked
            .sources
            .iter()
            .chain(&asked.against)
            .chain(&asked.tokenizer)
    };
    let paths: Vec<PathBuf> = named()
        .filter(|name| is_path(name))
        .map(PathBuf::from)
        .collect();
    let beside = facts.tables.beside();
    let told = facts.tables.origin().base.as_deref().and_then(whole);
    let is_there = |base: &PathBuf| paths.iter().all(|path| base.join(path).exists());
    let base = told.filter(is_there).or_else(|| found(&beside, &paths));
    let way = base.map(|base| from(&beside, &base));
    let place = |name: &String| match &way {
        Some(way) if is_path(name) => quoted(&way.join(name).to_string_lossy()),
        _ => quoted(name),
    };
    let mut words: Vec<String> = asked.sources.iter().map(place).collect();
    let mut put = |key: &str, value: String| words.push(format!("--{key} {value}"));
    asked
        .against
        .iter()
        .for_each(|one| put("against", place(one)));
    let plain = [
        ("config", &asked.config),
        ("split", &asked.split),
        ("layout", &asked.layout),
    ];
    for (key, value) in plain {
        value.iter().for_each(|value| put(key, quoted(value)));
    }
    asked
        .tokenizer
        .iter()
        .for_each(|one| put("tokenizer", place(one)));
    let command = format!("gradatim audit {} --out again", words.join(" "));
    (command, way.is_some() || paths.is_empty())
}

/// Whether a name is of something on this disk.
fn is_path(name: &str) -> bool {
    !name.starts_with("hub:")
}

/// The relative paths of a pipeline's sources.
fn relative(pipeline: &Pipeline) -> Vec<PathBuf> {
    let paths = pipeline
        .sources
        .values()
        .filter_map(|source| source.path.as_ref());
    let paths = paths.map(|path| PathBuf::from(path.to_string()));
    paths
        .filter(|path| path.is_relative() && !path.to_string_lossy().contains("://"))
        .collect()
}

/// A path as it is, from the root of the disk.
fn whole(path: &Path) -> Option<PathBuf> {
    let path = if path == Path::new("") {
        Path::new(".")
    } else {
        path
    };
    path.canonicalize().ok()
}

/// How much of a folder is looked at.
const ENTRIES_MAX: usize = 1000;

/// The folder from which all paths lead to something: the current one, that one, or one inside of that; of several that lead
/// to the same files one with a pipeline in it.
fn found(beside: &Path, paths: &[PathBuf]) -> Option<PathBuf> {
    let files = |base: &PathBuf| -> Option<Vec<PathBuf>> {
        let files = paths.iter().map(|path| base.join(path).canonicalize());
        files.collect::<Result<_, _>>().ok()
    };
    let here = whole(Path::new("."));
    let mut near = here.into_iter().chain([beside.to_owned()]);
    if let Some(base) = near.find(|base| files(base).is_some()) {
        return Some(base);
    }
    let inside = folder(beside).filter(|path| path.is_dir());
    let inside = inside.filter_map(|base| Some((files(&base)?, base)));
    let mut all: Vec<(Vec<PathBuf>, PathBuf)> = inside.collect();
    let is_pipeline = |path: PathBuf| path.extension().is_some_and(|ending| ending == "toml");
    all.sort_by_key(|(_, base)| (!folder(base).any(is_pipeline), base.clone()));
    let is_one = all.iter().all(|(files, _)| *files == all[0].0);
    all.into_iter()
        .map(|(_, base)| base)
        .next()
        .filter(|_| is_one)
}

/// Some of what is in a folder.
fn folder(path: &Path) -> impl Iterator<Item = PathBuf> {
    let inside = fs_err::read_dir(path)
        .into_iter()
        .flatten()
        .take(ENTRIES_MAX);
    inside.filter_map(|entry| Some(entry.ok()?.path()))
}

/// The way from one folder to another; nothing where they are the same. Both are whole.
fn from(here: &Path, there: &Path) -> PathBuf {
    let [mut a, mut b] = [here, there].map(|path| path.components().peekable());
    while a.peek().is_some() && a.peek() == b.peek() {
        a.next();
        b.next();
    }
    let up = a.map(|_| Component::ParentDir);
    up.chain(b).collect()
}

/// How many files are listed; the manifest has all.
const FILES_MAX: usize = 500;

/// The files of companions, benchmarks, joins and vectors, each with the name that the pipeline gives it.
fn beside(manifest: &Manifest) -> impl Iterator<Item = (&str, &CompanionFileRecord)> {
    let companions = manifest
        .companions
        .iter()
        .map(|one| (&one.name, &one.files));
    let lookups = manifest.lookups.iter().map(|one| (&one.name, &one.files));
    let of_each = companions.chain(lookups);
    of_each.flat_map(|(name, files)| files.iter().map(move |file| (name.as_str(), file)))
}

fn files(manifest: &Manifest) -> Table {
    let mut table = Table::new(
        "Files that were read",
        &[
            "file",
            "name in the pipeline",
            "bytes",
            "entries",
            "kept",
            "hash",
        ],
    );
    let hash = |blake3: &Option<String>, hub: &Option<HubRecord>| match (blake3, hub) {
        (Some(hash), _) => format!("blake3 {hash}"),
        (None, Some(hub)) => format!("{} (hub)", hub.content),
        (None, None) => String::new(),
    };
    for file in manifest.files.iter().take(FILES_MAX) {
        table.rows.push(vec![
            Cell::text(&file.file),
            Cell::code(&file.source),
            Cell::Count(file.bytes),
            Cell::Count(file.read),
            Cell::Count(file.kept),
            Cell::code(hash(&file.blake3, &file.hub)),
        ]);
    }
    for (name, file) in beside(manifest).take(FILES_MAX) {
        table.rows.push(vec![
            Cell::text(&file.file),
            Cell::code(name),
            Cell::Count(file.bytes),
            Cell::Nothing,
            Cell::Nothing,
            Cell::code(hash(&file.blake3, &file.hub)),
        ]);
    }
    table
}
