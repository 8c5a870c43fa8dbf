//! An audit on one page: what to look at first, then what the dataset consists of.

use std::borrow::Cow;
use std::path::Path;

use crate::audit::dataset::{
    Against, Asked, Audit, Example, Finding, GoldDisagreement, Lengths, Match, Mix, Quantiles,
    Section, SourceRecord, Unsought, Unspoiled, VerdictRecord, missed, query, untold,
    without_middle,
};
use crate::compare::null::{Null, NullLine};
use crate::emit::leakage::{BenchmarkRecord, Leakage};
use crate::error::one_line;
use crate::source::Columns;

use crate::cli::shell::shell;
use crate::cli::style::{Style, heading, styled};
use crate::cli::table::{self, counted, table, thousands};

/// The page, as wide as the terminal; beside each figure the command that shows its rows, where the audit is written to
/// a folder.
pub(super) fn page(audit: &Audit, out: Option<&Path>) -> String {
    let width = table::width().unwrap_or(WIDTH).clamp(WIDTH_MIN, WIDTH_MAX);
    let out = out.map(|out| out.to_string_lossy().into_owned());
    Page { width, audit, out }.text()
}

/// Where nobody says how wide the terminal is.
const WIDTH: usize = 80;
/// Lines are laid out between these.
const WIDTH_MIN: usize = 60;
const WIDTH_MAX: usize = 120;

struct Page<'a> {
    width: usize,
    audit: &'a Audit,
    /// The folder that it is written to.
    out: Option<String>,
}

impl Page<'_> {
    fn text(&self) -> String {
        let audit = self.audit;
        let parts = [
            self.head(audit),
            self.findings(audit),
            self.golds(&audit.gold_disagreements),
            self.verdicts(audit),
            self.lengths(audit),
            self.mixes(&audit.mixes),
            self.benchmarks(audit.contamination.as_ref()),
            self.against(audit.against.as_ref()),
        ];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("\n")
    }

    fn wrapped(&self, text: &str, indent: usize) -> String {
        wrapped(text, indent, self.width)
    }

    /// The command that shows the rows of a figure, in one line, however long; empty where there is no folder.
    fn command(&self, asked: Asked<'_>, indent: usize) -> String {
        let Some(out) = &self.out else {
            return String::new();
        };
        let query = query(self.audit, asked);
        let command = format!("gradatim sql {} --in {}", shell(&query), shell(out));
        format!("{:indent$}{}\n", "", one_line(&command))
    }

    fn head(&self, audit: &Audit) -> String {
        let sources = audit.sources.iter().map(|source| self.source(source));
        let mut text: String = sources.collect();
        for note in &audit.notes {
            text += &self.wrapped(&format!("note: {}", one_line(note)), 2);
        }
        text + &self.wrapped(&counts(audit), 2)
    }

    fn source(&self, source: &SourceRecord) -> String {
        let unread = match source.files_unreadable {
            0 => String::new(),
            count => format!(" ({} cannot be read)", thousands(count)),
        };
        let text = format!(
            "{}: {}{unread}, {}, layout {}; licence {}",
            one_line(&source.name),
            counted(source.files, "file"),
            match source.entries {
                1 => "1 entry".to_owned(),
                count => format!("{} entries", thousands(count)),
            },
            source.layout,
            one_line(source.license.as_deref().unwrap_or("not stated")),
        );
        let columns = source.columns.iter().flat_map(Columns::picks);
        let columns: Vec<String> = columns
            .map(|(key, pick)| format!("{key} = {}", one_line(pick.0.column.as_str())))
            .collect();
        let columns = match columns.is_empty() {
            true => String::new(),
            false => self.wrapped(&format!("  read as: {}", columns.join(", ")), 4),
        };
        self.wrapped(&text, 2) + &columns
    }

    fn findings(&self, audit: &Audit) -> String {
        let mut text = heading(&self.line("found, with rows to look at", "rows", "share"));
        for section in Section::ALL {
            let found = audit
                .findings
                .iter()
                .filter(|one| one.section == section && one.rows > 0);
            let found: Vec<String> = found.map(|one| self.finding(one)).collect();
            if !found.is_empty() {
                text += &format!("{}\n{}", heading(section.title()), found.concat());
            }
        }
        let unfound = audit.findings.iter().filter(|one| one.rows == 0);
        let unfound: Vec<String> = unfound
            .map(|one| format!("{}{}", missed(one.kind), untold(one.rows_not_known)))
            .collect();
        if !unfound.is_empty() {
            text += &self.wrapped(
                &format!("looked for, and not found: {}", unfound.join(", ")),
                2,
            );
        }
        text + &self.unsought(&audit.not_looked_for) + &self.unspoiled(audit.unspoiled.as_ref())
    }

    /// What could not be looked for, by reason.
    fn unsought(&self, kinds: &[Unsought]) -> String {
        if kinds.is_empty() {
            return String::new();
        }
        let mut by_reason: Vec<(&str, Vec<String>)> = Vec::new();
        for Unsought { kind, reason } in kinds {
            let kind = kind.replace('_', " ");
            match by_reason.iter_mut().find(|(known, _)| known == reason) {
                Some((_, kinds)) => kinds.push(kind),
                None => by_reason.push((reason, vec![kind])),
            }
        }
        let told = by_reason.iter();
        let told: Vec<String> = told
            .map(|(reason, kinds)| format!("{} ({reason})", kinds.join(", ")))
            .collect();
        self.wrapped(&format!("could not be looked for: {}", told.join("; ")), 2)
    }

    /// How many trajectories are left where those are taken away that nobody trains on.
    fn unspoiled(&self, unspoiled: Option<&Unspoiled>) -> String {
        let Some(unspoiled) = unspoiled else {
            return String::new();
        };
        let told = format!(
            "of no kind that makes a row useless to train on ({}): {}, {} of them of no benchmark's problem",
            unspoiled.kinds.join(", ").replace('_', " "),
            trajectories(unspoiled.rows),
            thousands(unspoiled.rows_of_no_benchmark),
        );
        self.wrapped(&told, 2) + &self.command(Asked::Unspoiled, 2)
    }

    /// A line with two figures at its end.
    fn line(&self, words: &str, rows: &str, share: &str) -> String {
        let room = self.width - FIGURES;
        let wrapped = wrapped(words, 4, room);
        let mut lines: Vec<String> = wrapped.lines().map(str::to_owned).collect();
        let last = lines.pop().unwrap_or_default();
        lines.push(format!("{last:room$}{rows:>10}{share:>8}"));
        lines.join("\n") + "\n"
    }

    fn finding(&self, finding: &Finding) -> String {
        let rows = thousands(finding.rows);
        let words = format!("  {}{}", finding.sentence, untold(finding.rows_not_known));
        let line = self.line(&words, &rows, &percent(finding.share));
        styled(Style::Caution, &line)
            + &self.examples(&finding.examples)
            + &self.command(Asked::Finding(finding.kind), 6)
    }

    /// Rows to look at: in one line, or where more is told of them in one each.
    fn examples(&self, examples: &[Example]) -> String {
        if examples.iter().any(|example| example.told.is_some()) {
            return examples
                .iter()
                .map(|example| self.example(example))
                .collect();
        }
        match examples {
            [] => String::new(),
            _ => self.wrapped(&format!("      {}", places(examples)), 6),
        }
    }

    /// A row with what is told of it; another row of its file goes by its number.
    fn example(&self, example: &Example) -> String {
        let file = example.place.rsplit_once(':').map_or("", |(file, _)| file);
        let told = example.told.as_deref().unwrap_or_default();
        let told = told.replace(&format!("{file}:"), ":");
        let line = format!("      {} {}", one_line(&example.place), one_line(&told));
        self.wrapped(&line, 8)
    }

    fn golds(&self, disagreements: &[GoldDisagreement]) -> String {
        if disagreements.is_empty() {
            return String::new();
        }
        let count = counted(disagreements.len() as u64, "problem");
        let mut text = heading(&format!("gold answers that disagree: {count}")) + "\n";
        for one in disagreements.iter().take(SHOWN) {
            let answers = one.answers.iter().take(SHOWN);
            let answers: Vec<String> = answers
                .map(|gold| {
                    format!(
                        "{} at {}",
                        one_line(&without_middle(&gold.answer, ANSWER_CHARS)),
                        one_line(&gold.place)
                    )
                })
                .collect();
            let of = if one.same_text {
                "one text"
            } else {
                "near duplicates"
            };
            text += &self.wrapped(&format!("  {of}: {}", answers.join("; ")), 4);
        }
        text
    }

    fn verdicts(&self, audit: &Audit) -> String {
        if audit.lengths.reply.count == 0 {
            return String::new();
        }
        verdicts(audit) + &self.command(Asked::Verdicts, 0)
    }

    fn lengths(&self, audit: &Audit) -> String {
        let told = lengths(&audit.lengths);
        let limits = &audit.lengths.limits;
        let cutting = limits.iter().rev().find(|limit| limit.rows_over > 0);
        let shown = cutting
            .or(limits.last())
            .filter(|_| audit.lengths.reply.count > 0);
        let command = shown.map(|limit| self.command(Asked::Lengths(limit.tokens), 0));
        let wall = audit.lengths.wall.as_ref();
        let wall = wall.map(|wall| self.wrapped(&format!("note: {}", wall.told()), 2));
        told + &wall.unwrap_or_default() + &command.unwrap_or_default()
    }

    fn mixes(&self, mixes: &[Mix]) -> String {
        let mix = |mix: &Mix| {
            if mix.levels.is_empty() {
                return self.wrapped(&format!("{}: not said", mix.variable), 2);
            }
            // One other takes no more room by its name than by its number.
            let shown = match mix.levels.len() {
                all if all <= LEVELS + 1 => all,
                _ => LEVELS,
            };
            let told = mix.levels.iter().take(shown);
            let mut told: Vec<String> = told
                .map(|level| format!("{} {}", named(&level.name), percent(level.share)))
                .collect();
            match mix.levels.len() - shown {
                0 => {}
                others => told.push(counted(others as u64, "other")),
            }
            if mix.unknown > 0 {
                told.push(format!("not said of {}", thousands(mix.unknown)));
            }
            let guessed = if mix.variable == "language" {
                " (guessed)"
            } else {
                ""
            };
            let line = format!("{}{guessed}: {}", mix.variable, told.join(", "));
            self.wrapped(&line, 2) + &self.command(Asked::Mix(mix.variable), 2)
        };
        mixes.iter().map(mix).collect()
    }

    fn benchmarks(&self, leakage: Option<&Leakage>) -> String {
        let Some(leakage) = leakage else {
            return String::new();
        };
        let told: Vec<String> = leakage.benchmarks.iter().map(found).collect();
        self.wrapped(
            &format!("benchmarks, items that stand here: {}", told.join(", ")),
            2,
        ) + &self.wrapped(&format!("  {}", leakage.doubts()), 2)
            + &self.command(Asked::Benchmarks, 2)
    }

    fn against(&self, against: Option<&Against>) -> String {
        let Some(against) = against else {
            return String::new();
        };
        let head = format!(
            "against {}: {} of {}",
            against
                .sources
                .iter()
                .map(|name| one_line(name))
                .collect::<Vec<_>>()
                .join(", "),
            trajectories(against.trajectories),
            counted(against.problems, "problem"),
        );
        let mut text = self.line(&head, "rows", "share");
        for one in against.matches.iter().filter(|one| one.rows > 0) {
            text += &self.meeting(one);
        }
        text + &match &against.null {
            Some(null) => format!("\n{}", self.null(null)),
            None => "it has fewer than the dataset: no draws of that size can be made\n".to_owned(),
        }
    }

    fn meeting(&self, one: &Match) -> String {
        let words = format!("  {}", one.meeting.sentence());
        self.line(&words, &thousands(one.rows), &percent(one.share))
            + &self.examples(&one.examples)
            + &self.command(Asked::Meeting(one.meeting.as_str()), 6)
    }

    fn null(&self, null: &Null) -> String {
        let unit = if null.by_problem {
            format!(
                "{}, a trajectory of each",
                counted(u64::from(null.rows), "problem")
            )
        } else {
            trajectories(u64::from(null.rows))
        };
        let mut text = self.wrapped(
            &format!(
                "beside {} random draws of {unit}, where 95 of 100 lie (* outside of that, ** beyond all chance):",
                thousands(u64::from(null.draws)),
            ),
            2,
        );
        let told = null.lines.iter().filter(|line| is_told(line));
        let rows: Vec<Vec<String>> = told.map(null_row).collect();
        text += &table(&["", "dataset", "expected", "from", "to", ""], &rows);
        let outside = null
            .lines
            .iter()
            .filter(|line| !is_told(line) && line.outside)
            .count();
        if outside > 0 {
            text += &format!(
                "and {} of smaller names outside: `--json` has them\n",
                counted(outside as u64, "share")
            );
        }
        text
    }
}

/// What the two figures of a line take.
const FIGURES: usize = 18;
/// Disagreements, and answers of each, that are told.
const SHOWN: usize = 3;
/// Letters of a gold answer that are told.
const ANSWER_CHARS: usize = 30;
/// Names of a mix that are told.
const LEVELS: usize = 6;

fn trajectories(count: u64) -> String {
    match count {
        1 => "1 trajectory".to_owned(),
        count => format!("{} trajectories", thousands(count)),
    }
}

/// A name of the data; one that is blank is told as that.
fn named(name: &str) -> Cow<'_, str> {
    match name.trim().is_empty() {
        true => Cow::Borrowed("(blank)"),
        false => one_line(name),
    }
}

/// `12.3%`; what is some and rounds to none is told as that.
fn percent(share: f64) -> String {
    match 100.0 * share {
        some if some > 0.0 && some < 0.05 => "<0.1%".to_owned(),
        share => format!("{share:.1}%"),
    }
}

/// `data/rows.jsonl:3, :17`, the file once.
fn places(examples: &[Example]) -> String {
    let (mut told, mut last) = (Vec::new(), "");
    for example in examples {
        let (file, row) = example
            .place
            .rsplit_once(':')
            .unwrap_or((&example.place, ""));
        told.push(match file == last {
            true => format!(":{row}"),
            false => one_line(&example.place).into_owned(),
        });
        last = file;
    }
    told.join(", ")
}

/// What was read, in numbers.
fn counts(audit: &Audit) -> String {
    let unread = match audit.entries - audit.trajectories {
        1 => "1 entry yields none".to_owned(),
        count => format!("{} entries yield none", thousands(count)),
    };
    let [distinct, clusters] = [audit.distinct, audit.clusters].map(thousands);
    if audit.problems_alone == audit.trajectories && audit.trajectories > 0 {
        return format!(
            "{} without responses ({} different, {clusters} without near duplicates); {unread}",
            counted(audit.trajectories, "problem"),
            thousands(audit.problems),
        );
    }
    let alone = match audit.problems_alone {
        0 => String::new(),
        1 => ", 1 of them a problem without a response,".to_owned(),
        some => format!(", {} of them problems without responses,", thousands(some)),
    };
    format!(
        "{}{alone} ({distinct} without exact copies) of {} ({clusters} without near duplicates), {} with thinking; \
         {unread}",
        trajectories(audit.trajectories),
        counted(audit.problems, "problem"),
        thousands(audit.thinking),
    )
}

/// Words in lines that are no wider than that, all but the first behind an indent.
fn wrapped(text: &str, indent: usize, width: usize) -> String {
    let (mut wrapped, mut line) = (String::new(), String::new());
    for word in text.split(' ') {
        let is_full = line.chars().count() + word.chars().count() >= width;
        if is_full && !line.trim().is_empty() {
            wrapped += line.trim_end();
            wrapped.push('\n');
            line = " ".repeat(indent);
        }
        line += word;
        line.push(' ');
    }
    wrapped + line.trim_end() + "\n"
}

fn verdicts(audit: &Audit) -> String {
    let known = audit
        .verdicts
        .iter()
        .filter(|one| one.recorded_right + one.recorded_wrong + one.not_recorded > 0);
    let row = |one: &VerdictRecord| {
        let counts = [one.recorded_right, one.recorded_wrong, one.not_recorded];
        std::iter::once(one.verdict.to_owned())
            .chain(counts.map(thousands))
            .collect()
    };
    let rows: Vec<Vec<String>> = known.map(row).collect();
    table(
        &[
            "our verdict",
            "recorded right",
            "recorded wrong",
            "not recorded",
        ],
        &rows,
    )
}

fn lengths(lengths: &Lengths) -> String {
    let row = |name: &str, of: &Quantiles| {
        let count =
            |value: Option<u32>| value.map_or("-".to_owned(), |count| thousands(u64::from(count)));
        let mean = of
            .mean
            .map_or("-".to_owned(), |mean| thousands(mean.round() as u64));
        vec![
            name.to_owned(),
            thousands(of.count),
            thousands(of.sum),
            count(of.min),
            count(of.p10),
            count(of.median),
            mean,
            count(of.p90),
            count(of.p99),
            count(of.max),
        ]
    };
    let mut rows = vec![row("problem", &lengths.problem)];
    if lengths.reply.count > 0 {
        rows.extend([
            row("reply", &lengths.reply),
            row("thinking", &lengths.thinking),
            row("answer", &lengths.answer),
        ]);
    }
    let limits = lengths.limits.iter().map(|limit| {
        vec![
            thousands(u64::from(limit.tokens)),
            thousands(limit.rows_over),
            format!("{:.1}", 100.0 * limit.share),
            format!("{:.1}", 100.0 * limit.tokens_share),
        ]
    });
    let heads = [
        "tokens", "rows", "in all", "min", "p10", "median", "mean", "p90", "p99", "max",
    ];
    let quantiles = table(&heads, &rows);
    if lengths.reply.count == 0 {
        return quantiles;
    }
    let heads = ["a maximum of", "replies over", "in %", "tokens cut, in %"];
    quantiles + "\n" + &table(&heads, &limits.collect::<Vec<_>>())
}

/// A benchmark with how many of its items were found.
fn found(benchmark: &BenchmarkRecord) -> String {
    let found = &benchmark.found;
    let contaminated = found.exact + found.near;
    let suspect = found.part + found.numbers_changed + found.reworded + found.similar;
    let suspect = match suspect {
        0 => String::new(),
        count => format!(" and {count} suspect"),
    };
    format!(
        "{} {contaminated}{suspect} of {}",
        one_line(&benchmark.name),
        benchmark.items
    )
}

/// Shares of the smaller names are told by JSON alone, and what nobody knows.
fn is_told(line: &NullLine) -> bool {
    let is_large = |share: Option<f64>| share.is_some_and(|share| share >= 0.05);
    let is_known = line.dataset.is_some() && line.expected.is_some();
    is_known && (line.level.is_none() || is_large(line.dataset) || is_large(line.expected))
}

fn null_row(line: &NullLine) -> Vec<String> {
    let name = match &line.level {
        Some(level) => format!("{}: {}", line.variable, named(level)),
        None => format!("{} ({})", line.variable, line.statistic.replace('_', " ")),
    };
    let mark = match (line.outside, line.beyond_chance) {
        (_, true) => "**",
        (true, false) => "*",
        (false, false) => "",
    };
    let values = [line.dataset, line.expected, line.low, line.high];
    let values = values.map(|value| value.map_or("-".to_owned(), figure));
    std::iter::once(name)
        .chain(values)
        .chain([mark.to_owned()])
        .collect()
}

/// Counts as counts, shares with three digits.
fn figure(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => thousands(value.round() as u64),
        _ => format!("{value:.3}"),
    }
}
