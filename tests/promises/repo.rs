//! The repository: pipelines plan, schemas are current, modules open with what they do.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use gradatim::pipeline::PipelineFile;
use gradatim::plan::{Overrides, Plan};
use serde_json::{Value, json};

use crate::support::*;

fn files_below(folder: &str, ending: &str) -> Vec<PathBuf> {
    let folder = repository().join(folder);
    let names = tree(&folder)
        .into_keys()
        .filter(|name| name.ends_with(ending));
    names.map(|name| folder.join(name)).collect()
}

/// A pass rate for three of four problems of the sample, as another model might have it: a table that a pipeline joins.
fn rates(place: &Place) -> std::path::PathBuf {
    let rows = table(&repository().join("data/openr1/train-00000-of-00002.parquet"));
    let problems = rows.iter().filter_map(|row| row["problem"].as_str());
    let rated = problems.enumerate().filter(|(at, _)| at % 4 > 0);
    let rated = rated.map(|(at, problem)| {
        let rate = (at * 37 % 9) as f64 / 8.0;
        serde_json::json!({ "problem": problem, "pass_rate": rate })
    });
    let rated: Vec<serde_json::Value> = rated.collect();
    place.write("rates.jsonl", jsonl(&rated))
}

/// Questions of our own with the ids of AIME24.
const BENCHMARK: &str = "data/benchmark/questions.jsonl";

#[test]
fn every_pipeline_plans_on_the_sample() {
    let place = Place::new();
    let pipelines = files_below("pipelines", ".toml");
    assert!(pipelines.len() >= 4);
    for path in pipelines {
        let file =
            PipelineFile::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut overrides = Overrides::default();
        for (name, source) in &file.pipeline.sources {
            if source.path.is_none() {
                overrides
                    .sources
                    .insert(name.clone(), repository().join("data").join(name));
            }
        }
        for name in file.pipeline.benchmarks.keys() {
            let path = repository().join(BENCHMARK);
            overrides.sources.insert(name.clone(), path);
        }
        for name in file.pipeline.join.keys() {
            overrides.sources.insert(name.clone(), rates(&place));
        }
        let plan = Plan::new(&file, &overrides, &|| {
            unreachable!("no source is on the hub")
        })
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(!plan.asked().is_empty());
        let unreadable = plan
            .sources
            .iter()
            .flat_map(|source| &source.files)
            .filter(|file| file.units.is_err());
        assert_eq!(unreadable.count(), 0);
    }
}

#[test]
fn every_pipeline_runs_as_far_as_the_sample_goes() {
    let place = Place::new();
    let pool = QUICKSTART.pool.to_string_lossy();
    for path in files_below("pipelines", ".toml") {
        let file = PipelineFile::read(&path).expect("a pipeline");
        let path = path.to_string_lossy().into_owned();
        let mut arguments = vec![
            "plan".to_owned(),
            path,
            "--pool".into(),
            pool.clone().into_owned(),
        ];
        arguments.extend(["--on-shortfall".into(), "skip".into()]);
        for (name, source) in &file.pipeline.sources {
            if source.path.is_none() {
                let data = repository().join("data").join(name);
                arguments.extend(["--source".into(), format!("{name}={}", data.display())]);
            }
        }
        for name in file.pipeline.benchmarks.keys() {
            let path = repository().join(BENCHMARK);
            arguments.extend(["--source".into(), format!("{name}={}", path.display())]);
        }
        for name in file.pipeline.join.keys() {
            arguments.extend([
                "--source".into(),
                format!("{name}={}", rates(&place).display()),
            ]);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        place.gradatim(&arguments).ends(0);
    }
}

#[test]
fn every_module_opens_with_what_it_does() {
    let files = ["src", "python/src"].map(|folder| files_below(folder, ".rs"));
    for path in files.concat() {
        let text = std::fs::read_to_string(&path).expect("a module");
        assert!(
            text.starts_with("//! "),
            "{} opens without a word",
            path.display()
        );
    }
}

/// The modules of `src/` in the order of their layers: each may import those before it, and none after.
const LAYERS: [(&str, &str); 31] = [
    ("error", "every layer can fail"),
    ("memory", "how much may be held at a time"),
    (
        "disk",
        "whose a place to write is, and what stays there; pool, hub and emit ask for it",
    ),
    (
        "sample",
        "the sources that come along, made of nothing that reads them",
    ),
    ("ids", "names and hashes, which rest on nothing but texts"),
    ("schema", "what a column is"),
    ("table", "a Parquet file of such columns"),
    ("svg", "a drawing, which knows nothing but words"),
    ("rules", "what the pipeline file and the stages both say"),
    (
        "source",
        "where a trajectory comes from; knows nobody who asks for it",
    ),
    ("measure", "a trajectory to its measurements"),
    ("pool", "the measured trajectories, kept"),
    ("screen", "the pool's entries to their fate"),
    ("bucket", "the names that subsets are chosen by"),
    ("select", "pool, fates and buckets to subsets"),
    (
        "manifest",
        "what a run says of itself, of all that is above",
    ),
    (
        "compare",
        "statistics over subsets, as a manifest or a selection has them",
    ),
    (
        "folder",
        "an output folder, read again through its manifest",
    ),
    (
        "templates",
        "a conversation to a model's text, which knows no column and no file of ours",
    ),
    ("pipeline", "the file: it holds the stages' tables"),
    ("plan", "the file held against its sources"),
    ("run", "a plan taken through the measuring stages"),
    ("emit", "what a run selected, written"),
    ("job", "measure, select, emit"),
    ("engine", "SQL over what was emitted"),
    (
        "cluster",
        "a job's units and queries on many machines, behind a feature",
    ),
    ("audit", "questions to folders, some by SQL"),
    (
        "eval",
        "what the models that were trained on a folder's subsets made of it",
    ),
    (
        "train",
        "what trainers make of an output folder, read through its manifest",
    ),
    (
        "view",
        "pages to look at: what the questions above find, drawn",
    ),
    ("cli", "the terminal, over all of it"),
];

#[test]
fn a_module_imports_only_the_layers_above_it() {
    let layer = |name: &str| LAYERS.iter().position(|(known, _)| *known == name);
    let source = repository().join("src");
    let mut against = Vec::new();
    for path in files_below("src", ".rs") {
        let below = path.strip_prefix(&source).expect("a file of src");
        let first = below.components().next().expect("a name");
        let module = first.as_os_str().to_string_lossy();
        let module = module.trim_end_matches(".rs");
        // Two are packages of their own and cannot name the others; the two roots name them all.
        if ["count", "verify", "lib", "main"].contains(&module) {
            continue;
        }
        let own = layer(module).unwrap_or_else(|| panic!("`{module}` has no layer in this test"));
        let text = std::fs::read_to_string(&path).expect("a module");
        let folders = below.components().count() - 1;
        let depth = if path.ends_with("mod.rs") {
            folders - 1
        } else {
            folders
        };
        assert!(
            !climbs_out(&text, depth),
            "{}: name another module by `crate::`",
            below.display()
        );
        for imported in imports(&text) {
            if layer(&imported).is_some_and(|imported| imported > own) {
                against.push(format!("{} imports `{imported}`", below.display()));
            }
        }
    }
    assert!(against.is_empty(), "against the layers: {against:#?}");
}

#[test]
fn the_map_of_the_library_has_the_layers_in_their_order() {
    let text = std::fs::read_to_string(repository().join("src/lib.rs")).expect("the map");
    let rows = text.lines().filter_map(|line| line.strip_prefix("//! | "));
    let names: Vec<&str> = rows
        .filter(|row| row.starts_with(['[', '`']))
        .flat_map(|line| line.split(" | ").next().into_iter())
        .flat_map(|cell| cell.split(", "))
        .map(|name| name.trim_matches(['[', ']', '`']))
        .filter(|name| !["count", "verify"].contains(name))
        .collect();
    assert_eq!(names, LAYERS.map(|(name, _)| name));
}

#[test]
fn an_import_is_seen_however_it_is_written() {
    let text = "use crate::{\n  Error, emit::{self, card},\n  plan::Plan };\n                // crate::audit\nfn f() { crate::run::measure() }\n                #[cfg(test)]\nmod sample;\nuse crate::pool::Pool;\n\
                #[cfg(test)]\nmod tests {\n    use crate::job;\n}";
    assert_eq!(imports(text), ["Error", "emit", "plan", "run", "pool"]);
    assert!(climbs_out("use super::super::emit;", 1) && !climbs_out("use super::emit;", 1));
}

/// What a file names behind `crate::`, in its order: comments and its tests left out.
fn imports(text: &str) -> Vec<String> {
    let text = without_tests(text);
    let lines = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or(line));
    let code: String = lines.flat_map(|line| [line, "\n"]).collect();
    let name = |text: &str| -> String {
        let is_part = |letter: &char| letter.is_alphanumeric() || *letter == '_';
        text.trim_start().chars().take_while(is_part).collect()
    };
    let mut found = Vec::new();
    for path in code.split("crate::").skip(1) {
        match path.strip_prefix('{') {
            None => found.push(name(path)),
            Some(group) => found.extend(items(group).into_iter().map(name)),
        }
    }
    found
}

/// The text up to a module of tests that stands in the file itself; one in a file of its own ends nothing.
fn without_tests(text: &str) -> &str {
    let opens = |(at, begin): &(usize, &str)| {
        let line = text[at + begin.len()..].lines().next();
        line.is_some_and(|line| line.contains("mod ") && line.ends_with('{'))
    };
    let mut tests = text.match_indices("#[cfg(test)]\n");
    tests.find(opens).map_or(text, |(at, _)| &text[..at])
}

/// Whether a file climbs by `super` out of its own module, so many folders below it.
fn climbs_out(text: &str, depth: usize) -> bool {
    without_tests(text).contains(&"super::".repeat(depth + 1))
}

/// The items of a group of imports, up to its closing brace.
fn items(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut items) = (0, 0, Vec::new());
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                items.push(&group[start..at]);
                start = at + 1;
                if letter == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    items.retain(|item| !item.trim().is_empty());
    items
}

#[test]
fn verifying_measuring_screening_bucketing_and_selecting_do_no_io() {
    for stage in ["verify", "measure", "screen", "bucket", "select"] {
        for path in files_below(&format!("src/{stage}"), ".rs") {
            // The tokenizer's file is the one thing that measuring reads, before its first row. The
            // verifier, a package of its own, has its tests, its bench and its example beside it.
            let apart =
                ["tests", "benches", "examples"].map(|it| repository().join("src/verify").join(it));
            if path.starts_with(repository().join("src/measure/tokens"))
                || apart.iter().any(|it| path.starts_with(it))
            {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a module");
            for word in [
                "std::fs",
                "fs_err",
                "std::net",
                "std::env",
                "println!",
                "Instant",
                "SystemTime",
            ] {
                assert!(!text.contains(word), "{} uses {word}", path.display());
            }
        }
    }
}

#[test]
fn the_readmes_sessions_name_commands_that_exist() {
    let path = repository().join("README.md");
    let Ok(readme) = std::fs::read_to_string(&path) else {
        println!("skipped: README.md is absent");
        return;
    };
    let place = Place::new();
    let help = place.gradatim(&["--help"]).ends(0).stdout;
    let mut open = false;
    for line in readme.lines() {
        if line.starts_with("```") {
            open = line.trim_end() == "```console";
            continue;
        }
        if let Some(command) = line.strip_prefix("$ gradatim ").filter(|_| open) {
            let name = command.split_whitespace().next().unwrap_or_default();
            assert!(
                name.starts_with('-') || help.contains(&format!("\n  {name} ")),
                "README.md shows `gradatim {name}`, which is no command"
            );
        }
    }
}

#[test]
fn a_folder_that_pipelines_name_in_the_repository_is_there() {
    for path in files_below("pipelines", ".toml") {
        let file = PipelineFile::read(&path).expect("a pipeline");
        for source in file.pipeline.sources.values() {
            if let Some(named) = &source.path {
                assert!(
                    Path::new("pipelines")
                        .join(named)
                        .to_string_lossy()
                        .starts_with("pipelines/../data")
                );
                assert!(file.folder().join(named).exists(), "{named}");
            }
        }
    }
}

#[test]
fn the_readmes_pipeline_file_runs() {
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("a README");
    let (_, from) = readme
        .split_once("## The pipeline file")
        .expect("its section");
    let (_, from) = from.split_once("```toml\n").expect("a file");
    let (pipeline, _) = from.split_once("```").expect("an end");
    let place = Place::new();
    place.write(
        "pipeline.toml",
        pipeline.replace("seed = 0", "seed = 0\nmeasure.tokenizer = \"bytes.json\""),
    );
    let rows = openr1_rows(150);
    place.write("shards/a.parquet", parquet(&rows, 50));
    let rollout = |at: usize| {
        let solutions = json!([{ "text": reply(at, 9) }]);
        let prompt = format!("Be brief.<|user|>How much is {at} and none?<|assistant|>");
        json!({ "prompt": prompt, "solutions": solutions, "info": { "truth": at } })
    };
    let rollouts: Vec<_> = (0..20).map(rollout).collect();
    place.write("rollouts.jsonl.zst", zstd(&jsonl(&rollouts)));
    let questions = ["70", "74", "76", "80"]
        .map(|id| json!({ "id": id, "problem": format!("What is {id}+1?") }));
    place.write("aime.jsonl", jsonl(&questions));
    let rates = rows
        .iter()
        .map(|row| json!({ "problem": row["problem"], "pass_rate": 0.25 }));
    place.write("qwen7b.parquet", parquet(&rates.collect::<Vec<_>>(), 100));
    let done = place.run(
        "out",
        &["--source", "aime24=aime.jsonl", "--on-shortfall", "short"],
    );
    done.ends(0);
    place.gradatim(&["check", "out"]).ends(0);
    let row = &place.out("out").subset("algebra-normal-r1-100-d0")[0];
    assert!(text(row, "text").contains("within \\boxed{}.<|im_end|>"));
    assert!(text(row, "text").contains("<|im_start|>think"));
}

/// Each crate that the packages rest on outside of their tests, with its features; none where some were never fetched,
/// as those of the wheel by who builds the program alone.
fn features(packages: &[&str]) -> Option<BTreeSet<String>> {
    let mut tree = Command::new(env!("CARGO"));
    tree.args([
        "tree",
        "--offline",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
    ]);
    tree.args(["--format", "{p} [{f}]"])
        .current_dir(repository());
    packages.iter().for_each(|package| {
        tree.args(["--package", package]);
    });
    let tree = tree.output().expect("cargo runs");
    if !tree.status.success() {
        let said = String::from_utf8_lossy(&tree.stderr);
        assert!(said.contains("offline"), "{said}");
        return None;
    }
    let tree = String::from_utf8(tree.stdout).expect("a tree");
    let crates = tree
        .lines()
        .map(|line| line.trim_end_matches(" (*)").to_owned());
    Some(crates.filter(|line| !line.is_empty()).collect())
}

/// The build of release is most of a build, and is only done once where the wheel finds every crate with the features that
/// it asks for.
#[test]
fn the_wheel_is_built_of_the_crates_that_both_are_built_of_together() {
    const BOTH: [&str; 2] = ["gradatim", "gradatim-python"];
    let Some(wheel) = features(&BOTH[1..]) else {
        eprintln!("skipped: the crates of the wheel were not fetched (`cargo fetch`)");
        return;
    };
    assert!(wheel.iter().any(|known| known.starts_with("datafusion v")));
    assert_eq!(features(&BOTH), Some(wheel));
}

#[test]
fn the_compose_file_starts_a_scheduler_and_executors_by_commands_that_there_are() {
    let text = std::fs::read_to_string(repository().join("deploy/compose.yaml")).expect("a file");
    let file: Value = serde_saphyr::from_str(&text).expect("YAML");
    let services = file["services"].as_object().expect("services");
    let names: Vec<&String> = services.keys().collect();
    assert_eq!(names, ["scheduler", "executor"]);
    let place = Place::new();
    let words = |words: &Value| -> Vec<String> {
        let words = words.as_array().expect("words").iter();
        words
            .map(|word| word.as_str().expect("a word").to_owned())
            .collect()
    };
    let is_command = |words: &[String]| {
        assert_eq!(words[..2], ["gradatim", "cluster"]);
        let known: Vec<&str> = words[1..].iter().map(String::as_str).collect();
        // The help comes where all that stands before it is known.
        place.gradatim(&[&known[..], &["--help"]].concat()).ends(0);
    };
    for (name, service) in services {
        assert_eq!(service["image"], "debian:trixie-slim", "{name}");
        assert_eq!(service["restart"], "unless-stopped", "{name}");
        let binary = service["volumes"][0].as_str().expect("a volume");
        assert_eq!(
            binary,
            "../target/release/gradatim:/usr/local/bin/gradatim:ro"
        );
        let command = words(&service["command"]);
        assert_eq!(command[2], *name);
        is_command(&command);
    }
    is_command(&words(&services["scheduler"]["healthcheck"]["test"])[1..]);
    assert_eq!(
        services["executor"]["depends_on"]["scheduler"]["condition"],
        "service_healthy"
    );
}

#[test]
fn a_build_without_the_feature_says_how_a_cluster_is_built() {
    if cfg!(feature = "cluster") {
        println!("skipped: this build has it");
        return;
    }
    let place = Place::new();
    place.write(
        "pipeline.toml",
        "[sources.all]\nlayout = 'openr1'\npath = 'none'\n[[grid]]\nsize = [5]\n",
    );
    let to = ["--cluster", "df://localhost"];
    for command in [
        &["cluster", "scheduler"][..],
        &["cluster", "executor", "--scheduler", "df://localhost"],
        &["cluster", "health", "df://localhost"],
        &[&["run", "pipeline.toml", "--out", "out"], &to[..]].concat(),
        &[&["measure", "pipeline.toml"], &to[..]].concat(),
    ] {
        let done = place.gradatim(command).ends(2);
        done.tells(&[
            "built without Ballista",
            "cargo build --release --features cluster",
        ]);
    }
}
