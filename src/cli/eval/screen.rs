//! What people see of a report: every table says what its intervals are about.

use crate::eval::report::{LadderFigures, PairFigures, Report, Rule, RunFigures, Says};
use crate::eval::tiers::Tier;

use super::cells::{
    Laid, NONE, covered, interval, p, percent, perhaps, points, range, reach, told,
};
use crate::cli::table::{counted, thousands};
use crate::error::one_line;

/// Pairs that the screen shows; JSON and the folder have all.
const PAIRS_SHOWN: usize = 20;

/// Warnings and remarks that the screen shows.
const NOTES_SHOWN: usize = 40;

/// The runs, benchmark by benchmark, and what comes of them.
pub(super) fn runs(report: &Report, laid: Laid) -> String {
    let mut text = String::new();
    for of in report.runs.chunk_by(|a, b| a.benchmark == b.benchmark) {
        text += &head(of, report.grader);
        text += &figures(of, laid);
        text += &tiers(of, laid);
    }
    text + &variances(&report.runs, laid)
}

/// What holds of a report with an experiment as without.
pub(super) fn rest(report: &Report, laid: Laid) -> String {
    let parts = [
        pairs(report, laid),
        gains(report, laid),
        graders(&report.runs, laid),
        report.ladder.iter().map(ladder).collect(),
        report
            .tier_rule
            .as_ref()
            .map_or(String::new(), |of| rule(of, laid)),
    ];
    parts.concat()
}

/// What a reader should know, a line each; what is said of several runs alike is said once. `more` are
/// warnings, `files` what is to be known of the files that were read.
pub(super) fn notes(report: &Report, more: &[String], files: &[String]) -> String {
    let warnings = more.iter().chain(&report.warnings);
    let mut lines: Vec<String> = warnings
        .map(|said| format!("warning: {}\n", one_line(said)))
        .collect();
    let mut remarks: Vec<(&str, Vec<&str>)> = Vec::new();
    for run in &report.runs {
        for remark in &run.remarks {
            match remarks
                .iter_mut()
                .find(|(known, _)| *known == remark.as_str())
            {
                Some((_, names)) => names.push(&run.name),
                None => remarks.push((remark.as_str(), vec![&run.name])),
            }
        }
    }
    let of_several = |(remark, names): &(&str, Vec<&str>)| {
        let of = match names.as_slice() {
            [first, _, .., last] => format!("{first} to {last}, {} runs", names.len()),
            few => few.join(" and "),
        };
        format!("note: {}: {}\n", one_line(&of), one_line(remark))
    };
    lines.extend(remarks.iter().map(of_several));
    lines.extend(
        files
            .iter()
            .map(|said| format!("note: {}\n", one_line(said))),
    );
    let mut text: String = lines.iter().take(NOTES_SHOWN).map(String::as_str).collect();
    if lines.len() > NOTES_SHOWN {
        text += &format!(
            "note: {} more; `--json` and `--out` have them all\n",
            lines.len() - NOTES_SHOWN
        );
    }
    text
}

fn head(runs: &[RunFigures], grader: &str) -> String {
    let benchmark = runs[0]
        .benchmark
        .as_deref()
        .unwrap_or("(benchmark unknown)");
    let sum = |of: fn(&RunFigures) -> u64| runs.iter().map(of).sum::<u64>();
    let graded = match (grader, sum(|run| run.by_log), sum(|run| run.by_us)) {
        ("ours", 0, _) => "graded by our verifier",
        ("ours", _, 0) => "graded as the logs record, for there is nothing that we can grade",
        ("ours", ..) => "graded by our verifier, and as the logs record where it cannot",
        (_, 0, 0) => "graded by nobody",
        (_, 0, _) => "graded by us, for the logs record no verdict",
        (_, _, 0) => "graded as the logs record",
        _ => "graded as the logs record where they do, else by us",
    };
    format!(
        "{}: {}, {graded}\n\n",
        one_line(benchmark),
        counted(runs.len() as u64, "run")
    )
}

fn figures(runs: &[RunFigures], laid: Laid) -> String {
    let row = |run: &RunFigures| {
        vec![
            named(run),
            covered(run.questions, run.of.map(u64::from)),
            range(run.attempts_each),
            percent(run.avg),
            interval(run.intervals.this_run),
            interval(run.intervals.questions_like_these),
            percent(run.cov),
            percent(run.gap),
            perhaps(run.maj_expected),
            perhaps(run.unfinished),
            run.tokens
                .map_or(NONE.into(), |tokens| thousands(tokens.round() as u64)),
        ]
    };
    let head = [
        "run",
        "questions",
        "n",
        "avg@n",
        "this run",
        "like these",
        "cov@n",
        "cov−avg",
        "maj@n",
        "cut",
        "tokens",
    ];
    let rows: Vec<Vec<String>> = runs.iter().map(row).collect();
    format!(
        "{}percent; 95 % of avg@n for this very model on these questions (this run), and on other questions like them (like \
         these)\n\n",
        told(laid, &head, &rows)
    )
}

fn named(run: &RunFigures) -> String {
    match run.is_reference {
        true => format!("{} (reference)", run.name),
        false => run.name.clone(),
    }
}

fn tiers(runs: &[RunFigures], laid: Laid) -> String {
    let with: Vec<&RunFigures> = runs.iter().filter(|run| !run.tiers.is_empty()).collect();
    let Some(first) = with.first() else {
        return String::new();
    };
    let head = |tier: Tier| {
        format!(
            "{} ({})",
            tier.name(),
            first.tiers.get(&tier).map_or(0, |of| of.of)
        )
    };
    let heads: Vec<String> = Tier::ALL.into_iter().map(head).collect();
    let heads: Vec<&str> = std::iter::once("avg@n, cov@n")
        .chain(heads.iter().map(String::as_str))
        .collect();
    let cell = |run: &RunFigures, tier: Tier| {
        let Some(of) = run.tiers.get(&tier).filter(|of| of.questions > 0) else {
            return NONE.to_owned();
        };
        let both = format!("{}, {}", perhaps(of.avg), perhaps(of.cov));
        match of.questions == of.of {
            true => both,
            false => format!("{both} ({} of {})", of.questions, of.of),
        }
    };
    let row = |run: &&RunFigures| {
        let cells = Tier::ALL.map(|tier| cell(run, tier));
        std::iter::once(named(run)).chain(cells).collect()
    };
    let rows: Vec<Vec<String>> = with.iter().map(row).collect();
    format!(
        "{}percent, by tier, of these very models on these questions\n\n",
        laid(&heads, &rows)
    )
}

fn pairs(report: &Report, laid: Laid) -> String {
    let mut text = String::new();
    if report.pairs_left_out > 0 {
        text += &format!(
            "{} pairs of runs are not compared: name those that are meant with `--pair A B`, or one run to hold all others \
             against with `--against NAME`\n\n",
            thousands(report.pairs_left_out)
        );
    }
    let mut compared: Vec<&PairFigures> = report.pairs.iter().collect();
    if compared.is_empty() {
        return text;
    }
    let rank = |pair: &PairFigures| {
        (
            pair.p.unwrap_or(2.0),
            -pair.difference.unwrap_or_default().abs(),
        )
    };
    compared.sort_by(|a, b| {
        let (a, b) = (rank(a), rank(b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    let rows: Vec<Vec<String>> = compared
        .iter()
        .take(PAIRS_SHOWN)
        .map(|pair| pair_row(pair))
        .collect();
    let head = [
        "a − b",
        "questions",
        "points",
        "like these",
        "p",
        "p (Holm)",
        "won:lost:tied",
        "says",
    ];
    text += &told(laid, &head, &rows);
    text += "points of avg@n on the questions that both have; 95 % for these models on other questions like them; Holm over \
             all pairs at a benchmark\n";
    if compared.len() > PAIRS_SHOWN {
        text += &format!(
            "the {PAIRS_SHOWN} of {} with the smallest p; `--json` and `--out` have all\n",
            compared.len()
        );
    }
    text + &unknown(&compared) + "\n"
}

fn pair_row(pair: &PairFigures) -> Vec<String> {
    let count = |count: Option<u32>| count.map_or(NONE.into(), |count| count.to_string());
    let counts = match pair.wins {
        None => NONE.to_owned(),
        Some(_) => format!(
            "{}:{}:{}",
            count(pair.wins),
            count(pair.losses),
            count(pair.ties)
        ),
    };
    vec![
        format!("{} − {}", pair.a, pair.b),
        covered(pair.questions, Some(pair.of)),
        points(pair.difference),
        reach(pair.interval),
        p(pair.mcnemar.or(pair.p)),
        p(pair.p_holm),
        counts,
        match pair.says {
            Some(Says::A) => "higher",
            Some(Says::B) => "lower",
            Some(Says::Open) => "open",
            None => "refused",
        }
        .to_owned(),
    ]
}

/// What logs do not say and could differ.
fn unknown(pairs: &[&PairFigures]) -> String {
    let mut silent: Vec<&str> = pairs
        .iter()
        .flat_map(|pair| &pair.unknown)
        .copied()
        .collect();
    silent.sort_unstable();
    silent.dedup();
    match silent.is_empty() {
        true => String::new(),
        false => format!(
            "whether these are the same is not said by all logs: {}\n",
            silent.join(", ")
        ),
    }
}

/// What runs have over references, by tier.
fn gains(report: &Report, laid: Laid) -> String {
    let is_reference = |name: &str| {
        report
            .runs
            .iter()
            .any(|run| run.is_reference && run.name == name)
    };
    let of: Vec<&PairFigures> = report
        .pairs
        .iter()
        .filter(|pair| pair.difference.is_some() && is_reference(&pair.b))
        .collect();
    if of.is_empty() {
        return String::new();
    }
    let row = |pair: &&PairFigures| {
        let tier = |tier: Tier| points(pair.tiers.get(&tier).map(|of| of.difference));
        let cov = pair.cov.map_or(NONE.into(), |of| {
            format!("{} and {} at {}", percent(of.a), percent(of.b), of.k)
        });
        let first = [format!("{} − {}", pair.a, pair.b), points(pair.difference)];
        first
            .into_iter()
            .chain(Tier::ALL.map(tier))
            .chain([cov])
            .collect()
    };
    let rows: Vec<Vec<String>> = of.iter().map(row).collect();
    let head = [
        "gain over the reference",
        "all",
        "easy",
        "medium",
        "hard",
        "exh",
        "pass@k of both",
    ];
    format!(
        "{}points of avg@n, of these very models on the questions that both have\n\n",
        told(laid, &head, &rows)
    )
}

fn variances(runs: &[RunFigures], laid: Laid) -> String {
    let row = |run: &RunFigures| {
        let spread = run.spread?;
        Some(vec![
            named(run),
            percent(spread.se_questions),
            percent(spread.se_attempts),
            format!("{:.3}", spread.between_questions),
        ])
    };
    let rows: Vec<Vec<String>> = runs.iter().filter_map(row).collect();
    if rows.is_empty() {
        return String::new();
    }
    let head = [
        "variance of avg@n",
        "other questions",
        "attempts again",
        "between questions",
    ];
    format!(
        "{}standard errors in points; the share of the variance of attempts that lies between questions is what `gradatim power \
         --between-questions` takes\n\n",
        laid(&head, &rows)
    )
}

fn graders(runs: &[RunFigures], laid: Laid) -> String {
    let row = |run: &RunFigures| {
        let graders = run.graders?;
        Some(vec![
            named(run),
            thousands(graders.both),
            thousands(graders.recorded_only),
            thousands(graders.ours_only),
            thousands(graders.undecided),
            percent(graders.avg_recorded),
            percent(graders.avg_ours),
        ])
    };
    let rows: Vec<Vec<String>> = runs.iter().filter_map(row).collect();
    if rows.is_empty() {
        return String::new();
    }
    let head = [
        "extraction",
        "graded twice",
        "right in the log alone",
        "right by us alone",
        "undecided by us",
        "avg, log",
        "avg, ours",
    ];
    format!("{}\n", laid(&head, &rows))
}

/// How much of a ladder, in words that say no more than the null does.
fn ladder(of: &LadderFigures) -> String {
    let benchmark = of.benchmark.as_deref().unwrap_or("(benchmark unknown)");
    let verdict = match of.p < 0.05 {
        true => "more order than these margins make",
        false => "no more order than these margins make by themselves",
    };
    let perhaps = |value: Option<f64>| value.map_or("none".into(), |value| format!("{value:.3}"));
    format!(
        "ladder of {}, {} runs × {} questions: {} errors, where tables with the same margins have {:.1} ± {:.1} (p {}): {verdict}\n  \
         reproducibility {:.3} (at least {:.3} by the margins), scalability {}, Loevinger's H {}\n\n",
        one_line(benchmark),
        of.runs,
        of.questions,
        of.errors,
        of.null_mean,
        of.null_sd,
        p(Some(of.p)),
        of.reproducibility,
        of.marginal_reproducibility,
        perhaps(of.scalability),
        perhaps(of.h),
    )
}

/// The questions that one attempt would place elsewhere; how many there are of each tier.
fn rule(rule: &Rule, laid: Laid) -> String {
    let count = |tier: Tier| {
        rule.questions
            .iter()
            .filter(|placed| placed.tier == tier)
            .count()
    };
    let counts = Tier::ALL.map(|tier| format!("{} {}", count(tier), tier.name()));
    let row = |placed: &crate::eval::report::PlacedQuestion| {
        let chance = |tier: Tier| {
            placed
                .chances
                .get(&tier)
                .map_or(NONE.into(), |share| percent(*share))
        };
        let first = [placed.question.clone(), placed.tier.name().to_owned()];
        first.into_iter().chain(Tier::ALL.map(chance)).collect()
    };
    let near: Vec<Vec<String>> = rule
        .questions
        .iter()
        .filter(|placed| placed.at_boundary)
        .map(row)
        .collect();
    let mut text = format!(
        "tiers by the rule, of these models: {}\n",
        counts.join(", ")
    );
    if !near.is_empty() {
        text += &format!(
            "{} that one attempt more or less would place elsewhere, with the chance of each tier in percent:\n",
            counted(near.len() as u64, "question")
        );
        text += &laid(
            &["question", "tier", "easy", "medium", "hard", "exh"],
            &near,
        );
    }
    text + "\n"
}
