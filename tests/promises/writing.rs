//! What goes wrong while something is written is told as that; what is written stays.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicUsize;

use gradatim::job::{Amount, Output, Pool, Settings, Watch};
use gradatim::pipeline::PipelineFile;
use gradatim::plan::{Overrides, Plan};
use gradatim::source::BatchSize;

use crate::support::{Done, Place, jsonl, openr1_rows, parquet, tree, wait};

const PIPELINE: &str = r#"
on_shortfall = "short"
[sources.all]
layout = "openr1"
path = "data"
[measure]
tokenizer = "bytes.json"
[[grid]]
size = [5, 10]
control.random = 1
"#;

fn place() -> Place {
    let place = Place::new();
    let rows = openr1_rows(60);
    place.write("data/a.parquet", parquet(&rows[..30], 10));
    place.write("data/b.jsonl", jsonl(&rows[30..]));
    place.write("pipeline.toml", PIPELINE);
    place
}

const RUN: &str = "run pipeline.toml --pool pool --out out";

/// Runs the program as the last word of a line of a shell, in the place's folder.
fn in_shell(place: &Place, before: &str, arguments: &str) -> Done {
    let program = env!("CARGO_BIN_EXE_gradatim");
    let line = format!("{before} {program} {arguments}");
    let child = Command::new("sh")
        .args(["-c", &line])
        .current_dir(place.folder())
        .env("XDG_CACHE_HOME", place.path("cache"))
        .env("HOME", place.folder())
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    wait(child.expect("sh runs"))
}

/// Nothing is half-written: no output, nothing aside, and a pool that is what its seals say.
fn left_whole(place: &Place) {
    assert!(!place.path("out").exists() && !place.path("out.partial").exists());
    assert!(tree(&place.path("pool/partial")).is_empty());
    place.gradatim(&["pool", "check", "--pool", "pool"]).ends(0);
}

/// No file may be larger: what a full disk does to a writer, wherever in its file it is.
#[test]
fn a_disk_without_room_is_told_as_what_could_not_be_written() {
    let place = place();
    let mut failed = 0;
    for kilobytes in [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 1024] {
        let before = format!("trap '' XFSZ; ulimit -f {}; exec", kilobytes * 2);
        let done = in_shell(&place, &before, RUN);
        if done.code == Some(0) {
            break;
        }
        failed += 1;
        done.ends(3)
            .tells(&["cannot write `", "too large", "hint: make room"]);
        left_whole(&place);
    }
    assert!(failed > 2, "the bounds are below what a run writes");
    assert!(place.path("out").exists());
}

/// Each kind of call that writes fails in turn, at the output's files or wherever in the pool it is the next.
#[test]
fn every_error_of_the_disk_while_writing_is_told_and_leaves_nothing_half_written() {
    if !has_strace() {
        return;
    }
    let place = place();
    place.run("out", &[]).ends(0);
    let built = place.path("out.partial/built");
    let files = tree(&place.path("out")).into_keys();
    let mut tried: Vec<(String, String)> = files
        .zip(["ENOSPC", "EIO", "EDQUOT"].into_iter().cycle())
        .map(|(file, error)| {
            let path = built.join(file);
            let only = format!("-P {}", path.display());
            let calls = "write,copy_file_range,sendfile";
            (format!("{calls}:error={error}"), only)
        })
        .collect();
    let calls = [
        ("fsync", "EIO"),
        ("rename,renameat,renameat2", "EROFS"),
        ("mkdir,mkdirat", "EACCES"),
    ];
    for (call, error) in calls {
        for when in [1, 2, 3, 5, 8] {
            tried.push((format!("{call}:error={error}:when={when}"), String::new()));
        }
    }
    let (all, mut failed) = (tried.len(), 0);
    for (inject, only) in tried {
        let _ = std::fs::remove_dir_all(place.path("out"));
        if only.is_empty() {
            let _ = std::fs::remove_dir_all(place.path("pool"));
        }
        let calls = inject.split(':').next().unwrap_or_default();
        let strace = format!("strace -f -o s.log -e trace={calls} {only} -e inject={inject}");
        let done = in_shell(&place, &strace, RUN);
        if done.code == Some(0) {
            // So often it is not called.
            continue;
        }
        failed += 1;
        let done = done.ends(3);
        let said = done.tells(&["cannot write `", "hint: "]).stderr;
        assert!(!said.contains("panicked"), "{said}");
        assert!(!place.path("out").exists(), "{inject} {only}");
        place.gradatim(&["pool", "check", "--pool", "pool"]).ends(0);
    }
    assert!(failed >= 24, "{failed} of {all} failed");
    let _ = std::fs::remove_dir_all(place.path("out"));
    place.run("out", &[]).ends(0);
    assert!(tree(&place.path("pool/partial")).is_empty());
    assert!(!place.path("out.partial").exists());
}

pub fn has_strace() -> bool {
    let tried = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output();
    let has = tried.is_ok_and(|tried| tried.status.success());
    if !has {
        println!("skipped: there is no strace, or it may not trace");
    }
    has
}

/// What was done to a path, in order.
#[derive(Clone, Debug, PartialEq)]
enum Act {
    Wrote(PathBuf),
    Synced(PathBuf),
    Renamed(PathBuf, PathBuf),
}

/// The acts of a trace that names the path of every descriptor.
fn acts(trace: &str) -> Vec<Act> {
    let of_descriptor = |line: &str| -> Option<PathBuf> {
        let (_, rest) = line.split_once('<')?;
        let (path, _) = rest.split_once('>')?;
        path.starts_with('/').then(|| path.into())
    };
    let quoted = |line: &str| -> Vec<PathBuf> {
        let parts = line.split('"').skip(1).step_by(2);
        parts.map(PathBuf::from).collect()
    };
    let act = |line: &str| {
        let call = line.split_once(' ')?.1.trim_start();
        if call.starts_with("write") || call.starts_with("pwrite") {
            return of_descriptor(call).map(Act::Wrote);
        }
        if call.starts_with("fsync") || call.starts_with("fdatasync") {
            return of_descriptor(call).map(Act::Synced);
        }
        match &quoted(call)[..] {
            [from, to] if call.starts_with("rename") && call.ends_with("= 0") => {
                Some(Act::Renamed(from.clone(), to.clone()))
            }
            _ => None,
        }
    };
    trace.lines().filter_map(act).collect()
}

/// What of a finished folder or file was not on the disk when it got its name, or whose name was not.
fn not_durable(acts: &[Act], at: usize, from: &Path, to: &Path) -> Vec<String> {
    let mut bad = Vec::new();
    let mut check = |path: PathBuf| {
        let is_it = |act: &Act, wanted: fn(&Act) -> Option<&PathBuf>| wanted(act) == Some(&path);
        let last = |wanted| acts[..at].iter().rposition(|act| is_it(act, wanted));
        let synced = last(|act| match act {
            Act::Synced(path) => Some(path),
            _ => None,
        });
        let wrote = last(|act| match act {
            Act::Wrote(path) => Some(path),
            _ => None,
        });
        if synced.is_none() || wrote > synced {
            bad.push(format!("{} is not synced", path.display()));
        }
    };
    // A link is a name: its folder says where it leads.
    if !to.is_symlink() {
        check(from.to_owned());
    }
    let mut open = vec![to.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            check(from.join(path.strip_prefix(to).expect("below it")));
            open.push(path);
        }
    }
    let parent = to.parent().expect("a folder").to_owned();
    if !acts[at..].contains(&Act::Synced(parent)) {
        bad.push(format!("the name {} is not synced", to.display()));
    }
    bad
}

/// Runs the program under a trace, which holds each rename against what was synced; returns what in the place's folder
/// something was renamed into.
pub fn placed_durably(place: &Place, environment: &str, arguments: &str) -> BTreeSet<String> {
    let calls = "write,pwrite64,fsync,fdatasync,rename,renameat,renameat2";
    let trace = format!("{environment} strace -f -y -s 4096 -e trace={calls} -o s.log");
    let done = in_shell(place, &trace, arguments);
    assert!([Some(0), Some(1)].contains(&done.code), "{}", done.stderr);
    let root = place.folder().canonicalize().expect("a folder");
    let text = std::fs::read_to_string(place.path("s.log")).expect("a trace");
    let acts = acts(&text);
    let mut placed = BTreeSet::new();
    for (at, act) in acts.iter().enumerate() {
        let Act::Renamed(from, to) = act else {
            continue;
        };
        let to = root.join(to);
        let bad = not_durable(&acts, at, &root.join(from), &to);
        assert!(bad.is_empty(), "{bad:#?}");
        let name = to.strip_prefix(&root).expect("below it").to_string_lossy();
        placed.insert(name.into_owned());
    }
    placed
}

#[test]
fn what_is_renamed_into_place_is_on_the_disk_with_its_folders_and_its_name() {
    if !has_strace() {
        return;
    }
    let place = place();
    place.write(
        "rows.jsonl",
        "{\"gold\": \"7\", \"response\": \"It is 7.\", \"right\": false}\n",
    );
    let run = placed_durably(&place, "", &format!("{RUN} --timings t.json"));
    let verify =
        "verify rows.jsonl --out judged.jsonl --against right --disagreements other.parquet";
    let verify = placed_durably(&place, "", verify);
    for name in ["out", "t.json"] {
        assert!(run.contains(name), "{run:?}");
    }
    assert!(
        run.iter().any(|name| name.starts_with("pool/parts/")),
        "{run:?}"
    );
    let names: Vec<&String> = verify.iter().collect();
    assert_eq!(names, ["judged.jsonl", "other.parquet"]);
}

#[test]
fn where_the_file_system_has_no_locks_it_is_told_and_what_could_harm_is_refused() {
    if !has_strace() {
        return;
    }
    let place = place();
    for error in ["ENOLCK", "EOPNOTSUPP", "ENOSYS"] {
        let strace = format!("strace -f -o s.log -e trace=flock -e inject=flock:error={error}");
        let run = |arguments: &str| in_shell(&place, &strace, arguments);
        run(RUN)
            .ends(0)
            .tells(&["cannot be locked", "file system without locks"]);
        assert!(!place.path("out.partial").exists());
        let prune = "pool prune --all --pool pool";
        run(prune).ends(2).tells(&["cannot be locked", "hint"]);
        place.gradatim(&["pool", "check", "--pool", "pool"]).ends(0);
        std::fs::remove_dir_all(place.path("out")).expect("it can go");
        // Whether somebody builds there nobody can tell.
        place.write("out.partial/.gradatim-partial", "");
        run(RUN)
            .ends(2)
            .tells(&["out.partial", "cannot be locked", "remove it"]);
        std::fs::remove_dir_all(place.path("out.partial")).expect("it can go");
        // Nor whose these are.
        let other = place.write("pool/partial/1-1764000000000000000/0/half", "of it");
        place.write("pool/partial/1-1764000000000000000.lock", "");
        run(RUN).ends(0);
        assert!(other.is_file());
        for folder in ["out", "pool"] {
            std::fs::remove_dir_all(place.path(folder)).expect("it can go");
        }
    }
}

/// Does something when the stage of a name begins.
struct At<'a> {
    stage: &'static str,
    act: &'a (dyn Fn() + Sync),
}

impl Watch for At<'_> {
    fn begin(&self, stage: &'static str, _: Amount) {
        if stage == self.stage {
            (self.act)();
        }
    }
    fn advance(&self, _: Amount) {}
    fn note(&self, _: &str) {}
}

#[test]
fn a_source_that_goes_before_it_is_emitted_is_worth_another_try() {
    let names = ["data/a.parquet", "data/b.jsonl"];
    let stages = [("measure", "planned"), ("fetch", "hashed")];
    let cases = stages.map(|stage| names.map(|name| (name, stage)));
    for (name, (stage, since)) in cases.into_iter().flatten() {
        let place = place();
        let file = PipelineFile::read(&place.path("pipeline.toml")).expect("a pipeline");
        let none = || unreachable!("nothing is on the hub");
        let plan = Plan::new(&file, &Overrides::default(), &none).expect("a plan");
        let path = place.path(name);
        let watch = At {
            stage,
            act: &|| std::fs::remove_file(&path).expect("it can go"),
        };
        let stop = AtomicUsize::new(0);
        let settings = Settings {
            pool: Pool::open(Some(&place.path("pool"))).expect("a pool"),
            threads: 2,
            batch: BatchSize::of_rows(512),
            stop: &stop,
            watch: &watch,
            elsewhere: None,
        };
        let output = Output {
            folder: &place.path("out"),
            waits: false,
        };
        let error = gradatim::job::run(&plan, output, &settings).err();
        let error = error.expect("its text is wanted again");
        assert_eq!(error.exit_code(), 3, "{error:?}");
        assert!(
            error
                .to_string()
                .contains(&format!("when it was {since}, and is no longer")),
            "{error}"
        );
        assert!(
            error
                .hint()
                .is_some_and(|hint| hint.contains("put it back"))
        );
        left_whole(&place);
    }
}

#[test]
fn a_pool_that_cannot_be_written_to_serves_what_it_holds() {
    let place = place();
    place.run("out", &[]).ends(0);
    let Some(other) = other_user(&place) else {
        println!("skipped: this user may write everywhere, and cannot become another");
        return;
    };
    let run = |out: &str| {
        let arguments = format!("run pipeline.toml --pool pool --out free/{out}");
        in_shell(&place, other, &arguments)
    };
    set_rights(&place.path("pool"), 0o555, 0o444);
    run("one").ends(0);
    set_rights(&place.path("pool"), 0o755, 0o644);
    std::fs::remove_file(place.path("pool/lock")).expect("it can go");
    set_rights(&place.path("pool"), 0o555, 0o444);
    run("two").ends(0);
    assert_eq!(tree(&place.path("free/one")), tree(&place.path("out")));
    assert_eq!(tree(&place.path("free/two")), tree(&place.path("out")));
    let list = in_shell(&place, other, "pool list --pool pool");
    assert!(list.ends(0).stdout.contains("a.parquet"));
    in_shell(&place, other, "pool prune --all --pool pool")
        .ends(3)
        .tells(&["cannot write `pool"]);
    place.write(
        "pipeline.toml",
        PIPELINE.replace("[measure]", "[measure]\nbehaviours = true"),
    );
    run("three")
        .ends(3)
        .tells(&["cannot write `pool", "--pool"]);
    assert!(!place.path("free/three").exists());
    set_rights(&place.path("pool"), 0o755, 0o644);
}

/// What to put before a command so that rights are looked at, with a folder `free` that it may write to; none where
/// that cannot be had.
fn other_user(place: &Place) -> Option<&'static str> {
    let id = Command::new("id").arg("-u").output().ok()?;
    std::fs::create_dir(place.path("free")).expect("a folder");
    if id.stdout.trim_ascii() != b"0" {
        return Some("");
    }
    let other = "setpriv --reuid=65534 --regid=65534 --clear-groups";
    set_rights(place.folder(), 0o755, 0o644);
    set_mode(&place.path("free"), 0o777);
    let program = env!("CARGO_BIN_EXE_gradatim");
    let tried = Command::new("sh")
        .args(["-c", &format!("{other} {program} --version")])
        .output();
    tried
        .is_ok_and(|tried| tried.status.success())
        .then_some(other)
}

/// Gives a folder and all that it holds these rights.
fn set_rights(folder: &Path, of_folders: u32, of_files: u32) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => set_rights(&path, of_folders, of_files),
            false => set_mode(&path, of_files),
        }
    }
    set_mode(folder, of_folders);
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    let rights = std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(path, rights).expect("rights");
}

#[test]
fn what_is_no_file_is_never_replaced_by_one() {
    let place = Place::new();
    place.write(
        "rows.jsonl",
        "{\"gold\": \"7\", \"response\": \"It is 7.\"}\n",
    );
    let special = "mkfifo pipe; ln -s /dev/null null; exec";
    for out in ["pipe", "null", "/dev/null"] {
        let done = in_shell(&place, special, &format!("verify rows.jsonl --out {out}"));
        done.ends(2).tells(&["no regular file", "stdout"]);
    }
    let pipe = place.path("null").symlink_metadata().expect("it stays");
    assert!(pipe.is_symlink());
    assert!(!place.path("null.partial").exists());
}

#[test]
fn where_what_is_said_goes_to_a_full_disk_nothing_breaks_off() {
    if !Path::new("/dev/full").exists() {
        println!("skipped: there is no /dev/full");
        return;
    }
    let place = place();
    in_shell(&place, "exec 2>/dev/full;", RUN).ends(0);
    assert!(place.path("out").exists());
    in_shell(&place, "exec 2>/dev/full;", RUN).ends(2);
    let done = in_shell(&place, "exec >/dev/full;", "check out");
    done.ends(3).tells(&["cannot write `stdout`"]);
}
