//! Which line of `runs.csv` each log is of.
//!
//! A log is joined where its run's name is a line's, or as the user says: by a small table, a column of the logs, or the form
//! of their paths. What fits several lines, or none, is joined to none and said by name.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::csv::Csv;
use super::design::Line;
use super::{Joining, Logged};
use crate::error::did_you_mean;
use crate::{Error, Result};

/// A log's line, or why it has none.
pub(super) type Found = Result<usize, String>;

/// Finds the line of each log, in their order.
pub(super) fn join(lines: &[Line], logs: &[Logged<'_>], joining: &Joining) -> Result<Vec<Found>> {
    let lines = Lines::of(lines);
    let table = joining.table.as_deref().map(read_table).transpose()?;
    let pattern = joining.pattern.as_deref().map(Pattern::new).transpose()?;
    let find = |logged: &Logged<'_>| match (&table, &joining.column, &pattern) {
        (Some(table), ..) => by_table(&lines, table, logged),
        (_, Some(column), _) => by_column(&lines, column, logged),
        (.., Some(pattern)) => by_pattern(&lines, pattern, logged),
        _ => by_name(&lines, logged),
    };
    Ok(logs.iter().map(find).collect())
}

/// What in the user's table leads nowhere: rows that name a run that the experiment has not, or a log that was not read.
pub(super) fn astray(
    lines: &[Line],
    logs: &[Logged<'_>],
    joining: &Joining,
) -> Result<Vec<String>> {
    let Some(table) = joining.table.as_deref().map(read_table).transpose()? else {
        return Ok(Vec::new());
    };
    let lines = Lines::of(lines);
    let has_log = |log: &str| logs.iter().any(|logged| is_named(log, logged));
    let no_run = table.values().filter(|run| lines.named(run).is_none());
    let no_log = table.keys().filter(|log| !has_log(log));
    let of = |what: &str, names: BTreeSet<&str>| {
        const SHOWN: usize = 5;
        let shown: Vec<String> = names
            .iter()
            .take(SHOWN)
            .map(|name| format!("`{name}`"))
            .collect();
        let more = match names.len() - shown.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let said = format!(
            "the table of `--join` names {what}: {}{more}",
            shown.join(", ")
        );
        (!names.is_empty()).then_some(said)
    };
    let said = [
        of(
            "runs that the experiment does not have",
            no_run.map(String::as_str).collect(),
        ),
        of(
            "logs that were not read",
            no_log.map(String::as_str).collect(),
        ),
    ];
    Ok(said.into_iter().flatten().collect())
}

/// Whether a table's log is this one: by the end of its path, or by its run's name.
fn is_named(log: &str, logged: &Logged<'_>) -> bool {
    let before = logged.log.strip_suffix(log);
    let is_end = before.is_some_and(|before| before.is_empty() || before.ends_with('/'));
    is_end || logged.run.name == log
}

struct Lines<'l> {
    runs: HashMap<&'l str, usize>,
    subsets: HashMap<&'l str, Vec<usize>>,
}

impl<'l> Lines<'l> {
    fn of(lines: &'l [Line]) -> Self {
        let mut subsets: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, line) in lines.iter().enumerate() {
            subsets.entry(&line.subset).or_default().push(at);
        }
        let runs = lines
            .iter()
            .enumerate()
            .map(|(at, line)| (line.run.as_str(), at));
        Self {
            runs: runs.collect(),
            subsets,
        }
    }

    /// The line of that name, or the only one of a subset of that name; none where nothing has it.
    fn named(&self, name: &str) -> Option<Found> {
        if let Some(&line) = self.runs.get(name) {
            return Some(Ok(line));
        }
        let of = self.subsets.get(name)?;
        Some(match of.as_slice() {
            [line] => Ok(*line),
            several => Err(format!(
                "`{name}` is a subset with {} runs, and not one of them",
                several.len()
            )),
        })
    }

    fn called(&self, name: &str) -> Found {
        self.named(name).unwrap_or_else(|| {
            let meant = did_you_mean(name, self.runs.keys().copied().collect::<BTreeSet<&str>>());
            let meant = meant.split('?').next().filter(|meant| !meant.is_empty());
            let meant = meant.map_or_else(String::new, |meant| format!(": {meant}?"));
            Err(format!("`{name}` is no run of the experiment{meant}"))
        })
    }
}

fn by_column(lines: &Lines<'_>, column: &str, logged: &Logged<'_>) -> Found {
    match logged.run.columns.get(column) {
        Some(name) => lines.called(name),
        None => Err(format!("it has no one text in the column `{column}`")),
    }
}

fn by_name(lines: &Lines<'_>, logged: &Logged<'_>) -> Found {
    if let Some(found) = lines.named(&logged.run.name) {
        return found;
    }
    let model = logged
        .run
        .facts
        .model
        .as_deref()
        .into_iter()
        .flat_map(parts);
    let found: Vec<Found> = model
        .chain(parts(&logged.log))
        .filter_map(|part| lines.named(part))
        .collect();
    let sure: BTreeSet<usize> = found
        .iter()
        .filter_map(|found| found.as_ref().ok().copied())
        .collect();
    match (sure.len(), found.into_iter().find(Result::is_err)) {
        (1, _) => Ok(sure.into_iter().next().unwrap_or_default()),
        (0, Some(ambiguous)) => ambiguous,
        (0, None) => lines.called(&logged.run.name),
        _ => Err("several parts of its path are runs of the experiment".to_owned()),
    }
}

/// What in a path or a model's name may be a run's name: each folder, also behind the `__` that some write for a slash, and
/// the file without its endings.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    let names = path.split(['/', '\\']).flat_map(|part| part.split("__"));
    names.flat_map(|part| {
        let dots = part.match_indices('.').map(|(at, _)| &part[..at]);
        std::iter::once(part).chain(dots)
    })
}

fn read_table(path: &std::path::Path) -> Result<BTreeMap<String, String>> {
    let bad = |problem: String| Error::File {
        file: path.display().to_string(),
        problem,
        hint: "give it the columns `log` and `run`, a line for each log".to_owned(),
    };
    let text = crate::disk::read_own_text(path)
        .map_err(|error| bad(format!("cannot be read: {error}")))?;
    let csv = Csv::read(&text).map_err(|why| bad(format!("is no such table: {why}")))?;
    if let Some(column) = csv.lacks(&["log", "run"]) {
        return Err(bad(format!("has no column `{column}`")));
    }
    let mut table = BTreeMap::new();
    for row in csv.rows() {
        let (Some(log), Some(run)) = (row.get("log"), row.get("run")) else {
            return Err(bad("has a row without a log or a run".to_owned()));
        };
        let log = log.replace('\\', "/");
        if table
            .insert(log.clone(), run.to_owned())
            .is_some_and(|other| other != run)
        {
            return Err(bad(format!("has two runs for `{log}`")));
        }
    }
    Ok(table)
}

/// The table may name a log by the end of its path, or a run by the name that its log has.
fn by_table(lines: &Lines<'_>, table: &BTreeMap<String, String>, logged: &Logged<'_>) -> Found {
    let of = table.iter().filter(|(log, _)| is_named(log, logged));
    let runs: BTreeSet<&String> = of.map(|(_, run)| run).collect();
    match runs.len() {
        0 => Err("the table does not have it".to_owned()),
        1 => runs
            .into_iter()
            .next()
            .map_or_else(|| Err(String::new()), |run| lines.called(run)),
        _ => Err("the table has several lines that fit it".to_owned()),
    }
}

/// The end of a path, with a place for the run's name.
struct Pattern {
    before: Vec<String>,
    after: Vec<String>,
}

const PLACE: &str = "{run}";

impl Pattern {
    fn new(text: &str) -> Result<Self> {
        let bad = |what: &str| {
            Error::usage(
                format!("the pattern `{text}` {what}"),
                "write the end of the logs' paths, as `{run}/samples_*.jsonl`",
            )
        };
        let Some((before, after)) = text.split_once(PLACE) else {
            return Err(bad("has no `{run}`"));
        };
        if after.contains(PLACE) {
            return Err(bad("has `{run}` twice"));
        }
        let split = |text: &str| text.split('*').map(str::to_owned).collect();
        Ok(Self {
            before: split(before),
            after: split(after),
        })
    }

    /// Every name that can stand in the place of the run's, without a slash.
    fn names<'p>(&self, path: &'p str) -> Vec<&'p str> {
        let is_free = self.before.concat().is_empty();
        let starts_name = |at: usize| at == 0 || path[..at].ends_with('/');
        let starts = (0..path.len()).filter(|&at| path.is_char_boundary(at));
        let starts = starts.filter(|&at| match is_free {
            true => starts_name(at),
            false => ends_with(&path[..at], &self.before),
        });
        let of_start = |start: usize| {
            let rest = &path[start..];
            let stop = rest.find('/').unwrap_or(rest.len());
            let ends = (1..=stop).filter(|&at| rest.is_char_boundary(at));
            let fitting = ends.filter(|&at| matches(&rest[at..], &self.after));
            fitting.map(|at| &rest[..at]).collect::<Vec<&str>>()
        };
        starts.flat_map(of_start).collect()
    }
}

fn by_pattern(lines: &Lines<'_>, pattern: &Pattern, logged: &Logged<'_>) -> Found {
    let names = pattern.names(&logged.log);
    let found: Vec<Found> = names.iter().filter_map(|name| lines.named(name)).collect();
    let sure: BTreeSet<usize> = found
        .iter()
        .filter_map(|found| found.as_ref().ok().copied())
        .collect();
    match (
        sure.len(),
        found.into_iter().find(Result::is_err),
        names.first(),
    ) {
        (1, ..) => Ok(sure.into_iter().next().unwrap_or_default()),
        (0, Some(ambiguous), _) => ambiguous,
        (0, None, Some(name)) => lines.called(name),
        (0, None, None) => Err("its path does not have the form of the pattern".to_owned()),
        _ => Err("several runs of the experiment fit the pattern".to_owned()),
    }
}

/// Whether a text is the parts with anything but slashes between them.
fn matches(text: &str, parts: &[String]) -> bool {
    let Some((first, others)) = parts.split_first() else {
        return text.is_empty();
    };
    let Some(rest) = text.strip_prefix(first.as_str()) else {
        return false;
    };
    if others.is_empty() {
        return rest.is_empty();
    }
    let stop = rest.find('/').unwrap_or(rest.len());
    let mut starts = (0..=stop).filter(|&at| rest.is_char_boundary(at));
    starts.any(|at| matches(&rest[at..], others))
}

/// The same for the end of a text, of which a whole name must begin there.
fn ends_with(text: &str, parts: &[String]) -> bool {
    let starts = std::iter::once(0).chain(text.match_indices('/').map(|(at, _)| at + 1));
    starts.into_iter().any(|at| matches(&text[at..], parts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::attempt::Run;

    fn lines() -> Vec<Line> {
        let line = |run: &str, subset: &str| Line {
            run: run.to_owned(),
            subset: subset.to_owned(),
            ..Line::default()
        };
        vec![
            line("a-100-t0", "a-100"),
            line("a-100-t1", "a-100"),
            line("b-100-t0", "b-100"),
        ]
    }

    fn found(name: &str, log: &str, joining: &Joining) -> Found {
        let run = Run {
            name: name.to_owned(),
            ..Run::default()
        };
        let logged = Logged {
            run: &run,
            log: log.to_owned(),
        };
        join(&lines(), &[logged], joining).unwrap().remove(0)
    }

    #[test]
    fn a_log_is_of_the_line_that_its_name_or_its_path_says() {
        let plain = Joining::default();
        assert_eq!(found("a-100-t1", "x.jsonl", &plain), Ok(1));
        assert_eq!(
            found(
                "aime24",
                "out/models__a-100-t0/samples_aime24.jsonl",
                &plain
            ),
            Ok(0)
        );
        assert_eq!(found("aime24", "logs/b-100-t0.jsonl.gz", &plain), Ok(2));
        assert_eq!(
            found("b-100", "x.jsonl", &plain),
            Ok(2),
            "a subset with one run"
        );
    }

    #[test]
    fn what_fits_several_lines_or_none_says_so() {
        let plain = Joining::default();
        let several = found("a-100", "x.jsonl", &plain).unwrap_err();
        assert_eq!(
            several,
            "`a-100` is a subset with 2 runs, and not one of them"
        );
        let both = found("x", "a-100-t0/b-100-t0.jsonl", &plain).unwrap_err();
        assert_eq!(both, "several parts of its path are runs of the experiment");
        let none = found("a-100-t7", "x.jsonl", &plain).unwrap_err();
        assert!(
            none.starts_with("`a-100-t7` is no run of the experiment: did you mean"),
            "{none}"
        );
    }

    #[test]
    fn rows_of_the_table_that_lead_nowhere_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let table = folder.path().join("join.csv");
        std::fs::write(
            &table,
            "log,run\nm0.jsonl,a-100-t0\nm1.jsonl,c-9-t0\nm9.jsonl,a-100-t1\n",
        )
        .unwrap();
        let joining = Joining {
            table: Some(table),
            ..Joining::default()
        };
        let run = Run::default();
        let logged = ["out/m0.jsonl", "out/m1.jsonl"].map(|log| Logged {
            run: &run,
            log: log.to_owned(),
        });
        assert_eq!(
            astray(&lines(), &logged, &joining).unwrap(),
            [
                "the table of `--join` names runs that the experiment does not have: `c-9-t0`",
                "the table of `--join` names logs that were not read: `m9.jsonl`",
            ]
        );
        assert!(
            astray(&lines(), &logged, &Joining::default())
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn a_pattern_has_a_place_for_the_run() {
        let by = |pattern: &str| Joining {
            pattern: Some(pattern.to_owned()),
            ..Joining::default()
        };
        let log = "out/ckpt-a-100-t1/aime/samples_1.jsonl";
        assert_eq!(found("x", log, &by("ckpt-{run}/*/samples_*.jsonl")), Ok(1));
        assert_eq!(found("x", "b-100-t0/x.json", &by("{run}/*.json")), Ok(2));
        assert_eq!(
            found("x", "b-100-t0_aime_24.json", &by("{run}_*.json")),
            Ok(2)
        );
        assert_eq!(found("x", "deep/b-100-t0.json", &by("{run}.json")), Ok(2));
        assert!(found("x", log, &by("{run}.json")).is_err());
        for bad in ["samples.jsonl", "{run}/{run}.jsonl"] {
            assert!(join(&lines(), &[], &by(bad)).is_err(), "{bad}");
        }
    }
}
