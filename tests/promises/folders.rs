//! A folder is read as a hub would read it as a dataset, and what is passed over is said.

use serde_json::{Value, json};

use crate::support::*;

/// A row that the layout of `PIPELINE` reads, of a problem of its own.
fn row(name: &str) -> Value {
    json!({ "problem": format!("What is {name}?"), "response": reply(2, 4), "answer": "2" })
}

fn lines(name: &str) -> Vec<u8> {
    jsonl(&[row(name)])
}

fn columns(name: &str) -> Vec<u8> {
    parquet(&[row(name)], 9)
}

/// Of a source whose table has these lines too.
fn pipeline(more: &str) -> String {
    format!(
        "[sources.all]\nlayout = 'columns'\naccept = 'none'\n{more}\n\
         [sources.all.columns]\nproblem = 'problem'\nresponse = 'response'\n\
         [measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [1]\n"
    )
}

const CARD: &str = "---\nlicense: mit\nconfigs:\n- config_name: small\n  data_files: small/*\n\
    - config_name: whole\n  default: true\n  data_files:\n  - split: train\n    path: whole/a*\n\
    \x20 - split: test\n    path: whole/z*\n---\n# Rows\n";

/// What `inspect` finds in a folder with these files.
struct Looked {
    files: Vec<String>,
    said: Done,
}

fn inspect(place: &Place, path: &str, more: &[&str]) -> Looked {
    let said = place.gradatim(&[&["inspect", path, "--json"], more].concat());
    let found: Value = serde_json::from_str(&said.stdout).unwrap_or_default();
    let files = found["files"].as_array().cloned().unwrap_or_default();
    let files = files.iter().map(|file| text(file, "file").to_owned());
    Looked {
        files: files.collect(),
        said,
    }
}

/// Fails where a folder with these files is read as others than the expected, or not all of the words are said.
#[track_caller]
fn check(files: &[&str], expected: &[&str], words: &[&str]) {
    let place = Place::new();
    for name in files {
        let content = match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "parquet" | "parq" => columns(name),
            "gz" => gzip(&lines(name)),
            "md" => CARD.into(),
            "txt" | "json" => b"a note, no rows".into(),
            "zip" => b"PK\x03\x04".into(),
            _ => lines(name),
        };
        place.write(&format!("in/{name}"), content);
    }
    let looked = inspect(&place, "in", &[]);
    assert_eq!(looked.files, expected, "{}", looked.said.stderr);
    let is_quiet = words.is_empty() && !expected.is_empty();
    assert!(
        !is_quiet || looked.said.stderr.is_empty(),
        "{}",
        looked.said.stderr
    );
    looked
        .said
        .ends(if expected.is_empty() { 2 } else { 0 })
        .tells(words);
}

#[test]
fn a_folder_is_the_split_that_its_names_say_and_the_others_are_told() {
    let over = "passes over the split `test` (1 file)";
    let shard = |split: &str| format!("data/{split}-00000-of-00001.parquet");
    check(
        &[&shard("train"), &shard("test")],
        &[&shard("train")],
        &[over, "`split = \"test\"`"],
    );
    check(&["train.jsonl", "test.jsonl.gz"], &["train.jsonl"], &[over]);
    check(
        &["a/train/0.parquet", "a/test/0.parquet"],
        &["a/train/0.parquet"],
        &[over],
    );
    check(
        &["split=train/0.parquet", "split=test/0.parquet"],
        &["split=train/0.parquet"],
        &[over],
    );
    check(
        &[&shard("train"), "metadata/about.parquet"],
        &[&shard("train")],
        &["1 file of no split (metadata/about.parquet)"],
    );
    // What says nothing of splits is all of it, and what has but one is that one.
    check(
        &["a.jsonl", "x/b.jsonl", "y/c.parq"],
        &["a.jsonl", "x/b.jsonl", "y/c.parq"],
        &["several formats"],
    );
    check(
        &["retrain.jsonl", "contest.jsonl"],
        &["contest.jsonl", "retrain.jsonl"],
        &[],
    );
    check(
        &["test.jsonl"],
        &["test.jsonl"],
        &["the split `test`, since there is no `train`"],
    );
    check(
        &["Train.jsonl", "TEST.jsonl"],
        &["TEST.jsonl", "Train.jsonl"],
        &["small letters: TEST.jsonl"],
    );
}

#[test]
fn a_folder_whose_names_leave_the_split_open_is_refused_with_them() {
    check(
        &["test.jsonl", "val.jsonl"],
        &[],
        &["several splits and no `train`", "`validation`, `test`"],
    );
    let shard = |split: &str| format!("data/{split}-00000-of-00001.parquet");
    check(
        &[&shard("easy"), &shard("hard")],
        &[],
        &["`easy`, `hard`", "glob"],
    );
    let beside = [
        "the split `test` (my-eval.jsonl)",
        "1 file of no split (rows.jsonl)",
    ];
    check(&["rows.jsonl", "my-eval.jsonl"], &[], &beside);
}

#[test]
fn the_card_says_which_config_is_meant() {
    let files = [
        "README.md",
        "small/s.jsonl",
        "whole/a.jsonl",
        "whole/z.jsonl",
        "rest.jsonl",
    ];
    let words = [
        "the split `test` (1 file)",
        "the config `small` (1 file)",
        "rest.jsonl",
    ];
    check(&files, &["whole/a.jsonl"], &words);
    let place = Place::new();
    place.write("in/README.md", CARD.replace("  default: true\n", ""));
    place.write("in/small/s.jsonl", lines("s"));
    place.write("in/whole/a.jsonl", lines("a"));
    let looked = inspect(&place, "in", &[]);
    looked
        .said
        .ends(2)
        .tells(&["several configs and no default", "`small`, `whole`"]);
    assert_eq!(
        inspect(&place, "in", &["--config", "small"]).files,
        ["small/s.jsonl"]
    );
    place.write("in/README.md", "---\nconfigs: [\n---\n");
    inspect(&place, "in", &[])
        .said
        .ends(2)
        .tells(&["card", "README.md"]);
}

#[test]
fn what_is_passed_over_is_named_but_for_texts_for_people_and_what_is_hidden() {
    check(
        &[
            "a.jsonl",
            ".b.jsonl",
            ".git/c.jsonl",
            "__run__/d.jsonl",
            "LICENSE",
        ],
        &["a.jsonl"],
        &[],
    );
    let describing = [
        "dataset_infos.json",
        "config.json",
        "dataset_info.json",
        "x/dataset_dict.json",
        "README.json",
    ];
    let each = "dataset_infos.json (describes data, by its name)";
    check(
        &[&["a.jsonl"], &describing[..]].concat(),
        &["a.jsonl"],
        &[&["passes over 5 files", each], &describing[..]].concat(),
    );
    let told = [
        "notes.txt",
        "state.json (the state",
        "p (seems to hold JSON lines",
        "rename it to `p.jsonl`",
    ];
    check(
        &["a.jsonl", "notes.txt", "state.json", "p"],
        &["a.jsonl"],
        &told,
    );
    check(
        &["a.jsonl", "b.zip", "d/c.txt"],
        &["a.jsonl"],
        &[
            "passes over 2 files: b.zip (an archive: unpack it)",
            "d/c.txt",
        ],
    );
    check(
        &["b.zip", "c.txt"],
        &[],
        &["b.zip (an archive", "c.txt", "hint: unpack it"],
    );
    check(
        &["part-00000", "part-00001"],
        &["part-00000", "part-00001"],
        &["2 files, as `part-00000`, are read"],
    );
}

#[test]
fn a_folder_that_gradatim_wrote_is_passed_over_inside_of_a_source() {
    let place = Place::new();
    place.write("in/a.jsonl", lines("a"));
    let alone = "[grid.control]\nrandom = 0\n";
    place.write("pipeline.toml", pipeline("path = 'in'") + alone);
    place.run("in/out", &[]).ends(0);
    assert!(place.path("in/out/all-normal-1").is_dir());
    let looked = inspect(&place, "in", &[]);
    assert_eq!(looked.files, ["a.jsonl"]);
    looked.said.tells(&["out (a folder that gradatim wrote)"]);
    // Its subsets are read where they are asked for, by a glob or by its card.
    let subset = "all-normal-1/train-00000-of-00001.parquet";
    assert_eq!(inspect(&place, "in/out/*/*.parquet", &[]).files, [subset]);
    assert_eq!(inspect(&place, "in/out/**/*.parquet", &[]).files, [subset]);
    assert_eq!(inspect(&place, "in/out", &[]).files, [subset]);
}

#[test]
fn a_split_stands_beside_a_folder_and_the_lock_file_keeps_what_was_chosen() {
    let place = Place::new();
    place.write("in/README.md", CARD);
    for name in ["whole/a.jsonl", "whole/z.jsonl", "small/s.jsonl"] {
        place.write(&format!("in/{name}"), lines(name));
    }
    let file = |out: &str| text(&place.out(out).manifest()["files"][0], "file").to_owned();
    let cases = [
        ("plain", "", "whole/a.jsonl"),
        ("split", "split = 'test'\n", "whole/z.jsonl"),
        ("config", "config = 'small'\n", "small/s.jsonl"),
    ];
    for (out, keys, expected) in cases {
        place.write("pipeline.toml", pipeline(&format!("path = 'in'\n{keys}")));
        place.run(out, &[]).ends(0);
        assert_eq!(file(out), expected);
        let lock = place.out(out).run("pipeline.lock.toml");
        std::fs::copy(lock, place.path("pipeline.toml")).expect("a lock file");
        let again = format!("{out}-again");
        assert!(
            place
                .run(&again, &[])
                .ends(0)
                .stderr
                .find("passes over")
                .is_none()
        );
        assert_eq!(file(&again), expected);
    }
    let lock = std::fs::read_to_string(place.out("plain").run("pipeline.lock.toml"));
    let lock = lock.expect("a lock file");
    assert!(
        lock.contains("config = \"whole\"") && lock.contains("split = \"train\""),
        "{lock}"
    );
    place.write("pipeline.toml", pipeline("path = 'in'\nsplit = 'dev'"));
    place
        .run("none", &[])
        .ends(2)
        .tells(&["no split `dev`", "`train`, `test`"]);
}

#[test]
fn what_was_asked_of_a_dataset_is_looked_for_in_the_folder_that_replaces_it() {
    let place = Place::new();
    place.write("clone/README.md", CARD);
    place.write("clone/whole/a.jsonl", lines("a"));
    place.write("clone/small/s.jsonl", lines("s"));
    place.write("shards/0.jsonl", lines("0"));
    place.write(
        "pipeline.toml",
        pipeline("hub = 'a/b'\nconfig = 'small'\nsplit = 'train'"),
    );
    for (path, expected) in [
        ("clone", "small/s.jsonl"),
        ("shards", "0.jsonl"),
        ("shards/0.jsonl", "0.jsonl"),
    ] {
        let out = format!("out-{}", path.replace('/', "-"));
        place
            .run(&out, &["--source", &format!("all={path}")])
            .ends(0);
        assert_eq!(
            text(&place.out(&out).manifest()["files"][0], "file"),
            expected
        );
    }
    place.write("tests/test.jsonl", lines("t"));
    place
        .run("out", &["--source", "all=tests"])
        .ends(2)
        .tells(&["no split `train`", "`test`"]);
}

#[test]
fn benchmarks_companions_and_joins_are_found_the_same_way() {
    let place = Place::new();
    place.write("rows.jsonl", jsonl(&[row("1+1"), row("2+2")]));
    for folder in ["exam", "more", "rates"] {
        for split in ["train", "test"] {
            let rows = json!({ "problem": format!("{folder} {split}: what is 1+1?"), "rate": 1 });
            place.write(&format!("{folder}/{split}.jsonl"), jsonl(&[rows]));
        }
    }
    place.write(
        "pipeline.toml",
        pipeline("path = 'rows.jsonl'")
            + "[benchmarks.exam]\npath = 'exam'\n[companions.more]\npath = 'more'\n\
               [join.rates]\npath = 'rates'\nvalue = 'rate'\nproblem = 'problem'\n\
               [screen.contamination]\nbenchmarks = ['exam']\n",
    );
    place
        .gradatim(&["plan", "pipeline.toml", "--pool", "pool"])
        .ends(0)
        .tells(&[
            "note: exam: reads the split `test` (1 file) and passes over the split `train`",
            "note: more: reads the split `train`",
            "note: rates: reads the split `train`",
        ]);
}

#[test]
fn a_file_that_is_not_what_its_name_says_is_refused_before_a_row_is_read_or_stands_in_the_ledger() {
    let place = Place::new();
    place.write("in/a.jsonl", lines("a"));
    place.write(
        "in/b.jsonl",
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
    );
    place.write("in/c.parquet", "");
    place.write("in/d.parquet", &columns("d")[..90]);
    place.write("in/e.csv", "<!DOCTYPE html><html></html>");
    place.write("in/empty.jsonl", "");
    place.write("pipeline.toml", pipeline("path = 'in/*'"));
    place.run("out", &[]).ends(4).tells(&[
        "4 files cannot be read",
        "b.jsonl: is a pointer of Git LFS to 9 bytes",
        "c.parquet: is empty",
        "d.parquet: is cut off",
        "e.csv: is an HTML page",
    ]);
    place.write(
        "pipeline.toml",
        pipeline("path = 'in/*'\nskip_unreadable = true"),
    );
    place.run("out", &[]).ends(0);
    assert_eq!(place.out("out").drops().get("unreadable_file"), Some(&4));
}

#[test]
fn a_csv_is_read_with_what_stands_between_its_cells() {
    let place = Place::new();
    place.write("in/a.csv", "problem;response;answer\n\"1,5;\n+1?\";2;2\n");
    place.write("in/b.csv", "problem\tresponse\tanswer\n1+1?\t2\t2\n");
    place.write("in/c.tsv", "problem,response,answer\n1+3?,4,4\n");
    place.write("in/d.csv", "problem,response,answer\n2+3?,5;6,5\n");
    place.write("pipeline.toml", pipeline("path = 'in'"));
    place
        .run("out", &[])
        .ends(0)
        .tells(&["3 files, as `a.csv`, have `;` between their cells"]);
    assert_eq!(place.out("out").ledger().len(), 4);
    assert!(place.out("out").drops().is_empty());
    // Where the rows disagree, the header is one column, and missing columns say so.
    place.write("in/a.csv", "problem;response;answer\n1;2\n");
    place
        .run("more", &[])
        .ends(2)
        .tells(&["problem;response;answer"]);
}

#[test]
fn folders_named_like_a_column_are_one_and_part_of_what_is_measured() {
    let place = Place::new();
    let rows = columns("1+1");
    place.write("in/origin=a%20b/level=1/x.parquet", &rows);
    place.write(
        "in/origin=__HIVE_DEFAULT_PARTITION__/level=2/x.parquet",
        &rows,
    );
    place.write("in/origin=c/level=3/x.jsonl", jsonl(&[row("1+1")]));
    let mut own = row("2+2");
    own["origin"] = json!("own");
    place.write("in/origin=d/level=4/x.jsonl", jsonl(&[own]));
    let pipeline = pipeline("path = 'in'").replace(
        "[measure]",
        "origin = 'origin'\ncategory = 'level'\n[measure]",
    );
    place.write("pipeline.toml", pipeline);
    place.run("out", &[]).ends(0);
    let mut seen: Vec<(String, Value)> = Vec::new();
    for row in place.out("out").ledger() {
        seen.push((row["category"].to_string(), row["origin"].clone()));
    }
    seen.sort_by(|a, b| a.0.cmp(&b.0));
    // The lock file gives the values again where the files lie flat.
    for (at, folder) in [
        "a%20b/level=1/x.parquet",
        "__HIVE_DEFAULT_PARTITION__/level=2/x.parquet",
        "c/level=3/x.jsonl",
        "d/level=4/x.jsonl",
    ]
    .iter()
    .enumerate()
    {
        let ending = folder.rsplit_once('.').map_or("", |(_, ending)| ending);
        let from = place.path(&format!("in/origin={folder}"));
        place.write(
            &format!("flat/{at}.{ending}"),
            std::fs::read(from).expect("a file"),
        );
    }
    let lock = place
        .out("out")
        .run("pipeline.lock.toml")
        .to_string_lossy()
        .into_owned();
    place
        .gradatim(&[
            "run", &lock, "--out", "again", "--pool", "pool2", "--source", "all=flat",
        ])
        .ends(0);
    assert_eq!(tree(&place.path("out")), tree(&place.path("again")));
    let expected = [
        ("\"1\"", json!("a b")),
        ("\"2\"", json!(null)),
        ("\"3\"", json!("c")),
        ("\"4\"", json!("own")),
    ];
    assert_eq!(
        seen,
        expected.map(|(level, origin)| (level.to_owned(), origin))
    );
}

#[test]
fn a_path_that_exists_is_that_path_and_a_glob_meets_odd_names() {
    let place = Place::new();
    for name in [
        "x [1]/a[0].jsonl",
        "x [1]/b#%.jsonl",
        "x 1/c.jsonl",
        ".cache/h/d.JSONL",
        "__s/e.jsonl",
    ] {
        place.write(&format!("in/{name}"), lines(name));
    }
    for (path, expected) in [
        ("in/x [1]/a[0].jsonl", &["a[0].jsonl"][..]),
        ("in/x [1]", &["a[0].jsonl", "b#%.jsonl"]),
        ("in/x [1]/*.jsonl", &["a[0].jsonl", "b#%.jsonl"]),
        (
            "in/x*/*",
            &["x 1/c.jsonl", "x [1]/a[0].jsonl", "x [1]/b#%.jsonl"],
        ),
        ("in/**/[ac]*.jsonl", &["x 1/c.jsonl", "x [1]/a[0].jsonl"]),
        ("in/.cache/**/*", &["h/d.JSONL"]),
        ("in/.c*/**", &[".cache/h/d.JSONL"]),
        ("in/__s/*", &["e.jsonl"]),
        ("in/__*/*", &["__s/e.jsonl"]),
    ] {
        let looked = inspect(&place, path, &[]);
        assert_eq!(looked.files, expected, "{path}: {}", looked.said.stderr);
    }
    inspect(&place, "in/[a", &[])
        .said
        .ends(2)
        .tells(&["is no glob"]);
    inspect(&place, "in/x*", &[])
        .said
        .ends(2)
        .tells(&["names no file", "hint: `in/x*/**` would name"]);
    inspect(&place, "~/in/*", &[])
        .said
        .ends(2)
        .tells(&["names no file", "only in a shell"]);
}

#[test]
fn a_path_that_names_nothing_is_answered_with_what_is_there() {
    let place = Place::new();
    for name in ["a.parquet", "b.parquet"] {
        place.write(&format!("data/{name}"), columns(name));
    }
    for name in ["c.jsonl.gz", "x/deep.csv", "dataset_info.json"] {
        place.write(&format!("data/{name}"), gzip(&lines(name)));
    }
    place.write("Capitals/A.JSONL", lines("a"));
    place.write("bare/notes.txt", "no rows");
    for (path, hint) in [
        (
            "data/*.jsonl",
            "2 files lie there, as `a.parquet`: write `data/*.parquet`",
        ),
        ("data/**/*.jsonl", "write `data/*.parquet`"),
        (
            "data/*.csv",
            "`x/deep.csv` lies there: write `data/**/*.csv`",
        ),
        ("dta/*.parquet", "there is no `dta`: did you mean `data`?"),
        (
            "data/y/*.csv",
            "there is no `data/y`: did you mean `data/x`?",
        ),
        (
            "Capitals/*.jsonl",
            "`A.JSONL` lies there: write `Capitals/*.JSONL`",
        ),
        ("data/a.parqet", "did you mean `data/a.parquet`?"),
        ("bare/*.jsonl", "name a file, a folder or a glob"),
        ("nowhere/at/all/*.jsonl", "name a file, a folder or a glob"),
    ] {
        inspect(&place, path, &[])
            .said
            .ends(2)
            .tells(&["names no file", hint]);
    }
}

#[cfg(unix)]
#[test]
fn a_hubs_cache_is_its_snapshot_of_main_or_the_newest() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    let cache = "hub/datasets--a--b";
    place.write(&format!("{cache}/blobs/0a"), columns("a"));
    place.write(&format!("{cache}/refs/main"), "c1\n");
    for commit in ["c1", "c2"] {
        let snapshot = place.path(&format!("{cache}/snapshots/{commit}/data"));
        std::fs::create_dir_all(&snapshot).expect("a folder");
        let name = format!("{commit}-00000-of-00001.parquet");
        symlink("../../../blobs/0a", snapshot.join(name)).expect("a link");
    }
    for path in [cache.to_owned(), format!("{cache}/snapshots")] {
        let looked = inspect(&place, &path, &[]);
        assert_eq!(looked.files, ["data/c1-00000-of-00001.parquet"]);
        looked
            .said
            .tells(&["snapshot c1 of a hub's cache (that of `main` of 2)"]);
    }
    let named = format!("{cache}/snapshots/c2");
    assert_eq!(
        inspect(&place, &named, &[]).files,
        ["data/c2-00000-of-00001.parquet"]
    );
    inspect(&place, "hub", &[])
        .said
        .ends(2)
        .tells(&["hub's whole cache", "`datasets--a--b`"]);
    inspect(&place, &format!("{cache}/blobs"), &[])
        .said
        .ends(2)
        .tells(&["blobs", "folder above"]);
    std::fs::remove_file(place.path(&format!("{cache}/refs/main"))).expect("a file");
    inspect(&place, cache, &[])
        .said
        .ends(0)
        .tells(&["(the newest of 2)"]);
}

#[cfg(unix)]
#[test]
fn links_end_are_read_once_and_said_where_they_lead_nowhere() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    place.write("in/d/a.jsonl", lines("a"));
    for (target, link) in [
        ("..", "d/up"),
        ("a.jsonl", "d/b.jsonl"),
        ("nowhere", "d/c.jsonl"),
    ] {
        symlink(target, place.path(&format!("in/{link}"))).expect("a link");
    }
    let words = [
        "d/up (a link in a circle)",
        "d/b.jsonl (the same file as d/a.jsonl)",
    ];
    place.write("pipeline.toml", pipeline("path = 'in'"));
    let lost = "d/c.jsonl: is a link to `nowhere`, which is not there";
    place.run("out", &[]).ends(4).tells(&words).tells(&[lost]);
    std::fs::remove_file(place.path("in/d/c.jsonl")).expect("a link");
    place.run("out", &[]).ends(0);
    assert_eq!(inspect(&place, "in/**/*.jsonl", &[]).files, ["d/a.jsonl"]);
}

#[test]
fn tables_whose_log_says_which_rows_count_are_refused() {
    check(
        &["a.parquet", "_delta_log/0.json"],
        &[],
        &["Delta Lake", "delta_scan", "glob"],
    );
    check(
        &["data/a.parquet", "metadata/1.metadata.json"],
        &[],
        &["Iceberg", "iceberg_scan"],
    );
}

#[test]
fn a_shard_that_its_neighbours_name_is_missed() {
    let shards = [
        "train-00000-of-00003.parquet",
        "train-00002-of-00003.parquet",
    ];
    check(&shards, &shards, &["lacks `train-…` (1 of its 3 files)"]);
}

/// A tar of files with these names and contents.
fn tar(files: &[(&str, String)]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (name, content) in files {
        let mut header = [0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..108].copy_from_slice(b"0000644\0");
        header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        tar.extend(header);
        tar.extend(content.as_bytes());
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar.extend([0; 1024]);
    tar
}

#[test]
fn samples_of_a_tar_are_rows_and_their_files_columns() {
    let place = Place::new();
    let sample = |at: u32| {
        let row = json!({ "problem": format!("What is {at}+{at}?") });
        [
            (format!("s/{at:04}.json"), format!("{row:#}")),
            (
                format!("s/{at:04}.txt"),
                reply(2 * at, 9) + "\n\"quoted\\\"",
            ),
        ]
    };
    let files: Vec<(String, String)> = (0..30).flat_map(sample).collect();
    let files: Vec<(&str, String)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.clone()))
        .collect();
    place.write("in/a.tar", tar(&files[..20]));
    place.write("in/b.tar.gz", gzip(&tar(&files[20..])));
    let pipeline = pipeline("path = 'in'")
        .replace("response = 'response'", "response = 'txt'")
        .replace("size = [1]", "size = [30]");
    place.write("pipeline.toml", &pipeline);
    place.run("spread", &[]).ends(0);
    let nested = pipeline.replace("problem = 'problem'", "problem = 'json.problem'");
    place.write("pipeline.toml", nested);
    place.run("out", &[]).ends(0);
    assert_eq!(
        place.out("spread").selection(),
        place.out("out").selection()
    );
    assert_eq!(place.out("out").ledger().len(), 30);
    for row in place.out("out").subset("all-normal-30") {
        let messages = row["messages"].as_array().expect("a chat");
        let (problem, response) = (text(&messages[0], "content"), text(&messages[1], "content"));
        let at: u32 = problem["What is ".len()..]
            .split('+')
            .next()
            .and_then(|n| n.parse().ok())
            .expect("a number");
        assert_eq!(
            response.trim(),
            (reply(2 * at, 9) + "\n\"quoted\\\"").trim()
        );
    }
    place.write("in/a.tar", tar(&[("rows/train.jsonl", "{}\n".into())]));
    place.write("in/b.tar.gz", &gzip(&tar(&files))[..300]);
    place.run("more", &[]).ends(4).tells(&[
        "a.tar: is a tar of data files, as `rows/train.jsonl`",
        "`tar -xf`",
    ]);
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for() {
    let place = Place::new();
    let pipe = |name: &str| {
        let made = std::process::Command::new("mkfifo")
            .arg(place.path(name))
            .status();
        assert!(made.expect("mkfifo").success());
    };
    place.write("data/rows.jsonl", jsonl(&openr1_rows(20)));
    for name in [
        "data/README.md",
        "data/more.jsonl",
        "data/state.json",
        "tokens.json",
        "one.fingerprint",
        "named.jsonl",
    ] {
        pipe(name);
    }
    let source = "[sources.own]\nlayout = 'openr1'\npath = 'data'\n[[grid]]\nsize = [5]\n";
    let bytes = "[measure]\ntokenizer = 'bytes.json'\n";
    place.write("pipeline.toml", format!("{bytes}{source}"));
    let note = "more.jsonl (no regular file)";
    place.run("out", &[]).ends(0).tells(&[note]);
    let tokens = "[measure]\ntokenizer = 'tokens.json'\n";
    place.write("pipeline.toml", format!("{tokens}{source}"));
    place
        .run("tokens", &[])
        .ends(2)
        .tells(&["is no regular file"]);
    let named = source.replace("'data'", "'named.jsonl'");
    place.write("pipeline.toml", format!("{bytes}{named}"));
    place
        .run("named", &[])
        .ends(2)
        .tells(&["is no regular file"]);
    let screen = "[screen.contamination]\nbenchmarks = ['one.fingerprint']\n";
    place.write("pipeline.toml", format!("{bytes}{screen}{source}"));
    let done = place.run("screened", &[]);
    assert!(done.code.is_some_and(|code| code > 0), "{}", done.stderr);
}
