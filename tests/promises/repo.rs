//! The repository: pipelines plan, schemas are current, modules open with what they do.

use std::path::{Path, PathBuf};

use gradatim::pipeline::PipelineFile;
use gradatim::plan::{Overrides, Plan};
use serde_json::json;

use crate::support::*;

fn files_below(folder: &str, ending: &str) -> Vec<PathBuf> {
    let folder = repository().join(folder);
    let names = tree(&folder)
        .into_keys()
        .filter(|name| name.ends_with(ending));
    names.map(|name| folder.join(name)).collect()
}

/// Questions of our own with the ids of AIME24.
const BENCHMARK: &str = "data/benchmark/questions.jsonl";

#[test]
fn every_pipeline_plans_on_the_sample() {
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
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        place.gradatim(&arguments).ends(0);
    }
}

#[test]
fn the_printed_schemas_are_the_committed_ones() {
    let place = Place::new();
    let committed = repository().join("schemas");
    for name in [
        "pipeline.json",
        "manifest.json",
        "leakage.json",
        "trajectories.md",
        "problems.md",
        "companion.md",
        "ledger.md",
        "selection.md",
        "subset.md",
        "balance.md",
        "overlap.md",
        "runs.md",
        "subsets.md",
    ] {
        let (of, _) = name.split_once('.').expect("an ending");
        let printed = place.gradatim(&["schema", of]).ends(0).stdout;
        let kept = std::fs::read_to_string(committed.join(name)).unwrap_or_else(|error| {
            panic!("schemas/{name}: {error}; make it with `gradatim schema {of} > schemas/{name}`")
        });
        assert!(
            printed == kept,
            "schemas/{name} is not what `gradatim schema {of}` prints"
        );
    }
    assert_eq!(tree(&committed).len(), 13, "schemas/ holds nothing else");
}

#[test]
fn every_module_opens_with_what_it_does() {
    for path in files_below("src", ".rs") {
        let text = std::fs::read_to_string(&path).expect("a module");
        assert!(
            text.starts_with("//! "),
            "{} opens without a word",
            path.display()
        );
    }
}

#[test]
fn verifying_measuring_screening_bucketing_and_selecting_do_no_io() {
    for stage in ["verify", "measure", "screen", "bucket", "select"] {
        for path in files_below(&format!("src/{stage}"), ".rs") {
            // The tokenizer's file is the one thing that measuring reads, before its first row.
            if path.ends_with("measure/tokens.rs") {
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
fn the_readmes_sessions_print_what_they_show() {
    trycmd::TestCases::new().case(repository().join("README.md"));
}

#[test]
fn the_readme_shows_what_the_quickstart_prints() {
    let place = Place::new();
    let done = quickstart(&place.path("out"), &place.path("pool"), &[]).ends(0);
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("a README");
    let shown = readme
        .split_once("a test keeps it true -->\n```text\n")
        .and_then(|(_, rest)| rest.split_once("```"))
        .map(|(shown, _)| shown);
    assert_eq!(shown, Some(done.stdout.as_str()));
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
