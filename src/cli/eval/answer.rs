//! What people see of an experiment's answer: the words first, then the tables that they rest on.

use crate::eval::experiment::answer::{
    Answer, Arm, Comparison, Estimand, MediumRow, Scaling, SmallestPassing, Spread, Verdict,
};
use crate::eval::tiers::Tier;

use super::cells::{Laid, NONE, interval, p, percent, perhaps, points, range, reach, told};
use crate::cli::table::{counted, thousands};
use crate::error::one_line;

/// Rows of a table that the screen shows; JSON and the folder have all.
const ROWS_SHOWN: usize = 20;

/// The answer, with the interval that each table is about in its name.
pub(super) fn answer(answer: &Answer, laid: Laid) -> String {
    let parts = [
        origin(answer),
        words(answer),
        arms(&answer.arms, laid),
        tiers(&answer.arms, laid),
        comparisons("effect", &answer.effects, laid),
        comparisons("contrast", &answer.contrasts, laid),
        medium(answer, laid),
        spread(&answer.spread, laid),
        scaling(&answer.scaling, laid),
        tokens(answer, laid),
        beside(answer, laid),
        references(answer, laid),
        components(answer, laid),
        missing(answer),
    ];
    parts.concat()
}

fn origin(answer: &Answer) -> String {
    let of = &answer.experiment;
    let title = of
        .title
        .as_deref()
        .map_or(String::new(), |title| format!("{}: ", one_line(title)));
    format!(
        "{title}{} of {} runs have a log\n\n",
        thousands(of.joined as u64),
        thousands(of.lines as u64)
    )
}

fn words(answer: &Answer) -> String {
    let lines = answer
        .words
        .iter()
        .map(|said| format!("- {}\n", one_line(said)));
    let lines: String = lines.collect();
    if lines.is_empty() {
        lines
    } else {
        lines + "\n"
    }
}

fn arms(arms: &[Arm], laid: Laid) -> String {
    let row = |arm: &Arm| {
        let of = &arm.whole;
        vec![
            arm.name.clone(),
            benchmark(&arm.benchmark),
            format!("{} ({} × {})", arm.runs, arm.draws, arm.seeds),
            covered(of.questions, of.of),
            range(of.attempts),
            percent(of.avg),
            interval(of.intervals.of(arm.estimand)),
            about(arm.estimand),
            interval(of.intervals.questions_like_these),
            percent(of.cov),
            perhaps(of.maj_expected),
            perhaps(of.unfinished),
            of.tokens
                .map_or(NONE.into(), |tokens| thousands(tokens.round() as u64)),
        ]
    };
    let head = [
        "arm",
        "benchmark",
        "runs (draws × seeds)",
        "questions",
        "n",
        "avg@n",
        "95 %",
        "of",
        "like these",
        "cov@n",
        "maj@n",
        "cut",
        "tokens",
    ];
    table(
        &head,
        arms.iter().map(row).collect(),
        laid,
        "percent, means over draws; `of` says what each interval is about, on these questions",
    )
}

fn covered(questions: usize, of: Option<usize>) -> String {
    super::cells::covered(questions as u64, of.map(|of| of as u64))
}

fn benchmark(name: &Option<String>) -> String {
    name.clone().unwrap_or_else(|| NONE.to_owned())
}

fn about(estimand: Estimand) -> String {
    match estimand {
        Estimand::ThisRun => "this run",
        Estimand::ThisSet => "this set, retrained",
        Estimand::ThisKind => "this kind",
    }
    .to_owned()
}

fn tiers(arms: &[Arm], laid: Laid) -> String {
    let row = |arm: &Arm| {
        let tier = |tier: Tier| match arm.tiers.get(&tier) {
            None => NONE.to_owned(),
            Some(of) => format!(
                "{} {}, {}",
                percent(of.avg),
                interval(of.intervals.of(arm.estimand)),
                percent(of.cov)
            ),
        };
        let first = [arm.name.clone(), benchmark(&arm.benchmark)];
        first.into_iter().chain(Tier::ALL.map(tier)).collect()
    };
    let with = arms.iter().filter(|arm| !arm.tiers.is_empty());
    let head = ["arm", "benchmark", "easy", "medium", "hard", "exh"];
    table(
        &head,
        with.map(row).collect(),
        laid,
        "percent: avg@n with its interval as above, then cov@n",
    )
}

fn comparisons(kind: &str, of: &[Comparison], laid: Laid) -> String {
    let mut shown: Vec<&Comparison> = of.iter().collect();
    if of.len() > ROWS_SHOWN {
        shown.sort_by(|a, b| a.p.unwrap_or(2.0).total_cmp(&b.p.unwrap_or(2.0)));
        shown.truncate(ROWS_SHOWN);
    }
    let row = |one: &&Comparison| {
        vec![
            one.family.name().to_owned(),
            match one.cells.as_slice() {
                [[a, b]] if kind == "contrast" => format!("{a} − {b}"),
                _ => one.name.clone(),
            },
            benchmark(&one.benchmark),
            one.cells.len().to_string(),
            points(one.difference),
            reach(one.intervals.of(one.estimand)),
            about(one.estimand),
            reach(one.intervals.questions_like_these),
            one.degrees_of_freedom
                .map_or(NONE.into(), |freedom| format!("{freedom:.1}")),
            p(one.p),
            p(one.p_adjusted),
            one.difference.map_or(NONE.into(), |_| {
                format!("{}:{}:{}", one.wins, one.losses, one.ties)
            }),
            verdict(one),
        ]
    };
    let head = [
        "axis",
        kind,
        "benchmark",
        "cells",
        "points",
        "95 %",
        "of",
        "like these",
        "df",
        "p",
        "p (family)",
        "won:lost:tied",
        "says",
    ];
    let more = match of.len() > ROWS_SHOWN {
        true => format!("; the {ROWS_SHOWN} of {} with the smallest p", of.len()),
        false => String::new(),
    };
    let note = format!("points of avg@n, first less second, where nothing else differs{more}");
    table(&head, shown.iter().map(row).collect(), laid, &note)
}

fn verdict(of: &Comparison) -> String {
    match of.verdict {
        Verdict::Higher => "higher",
        Verdict::Lower => "lower",
        Verdict::Open => "open",
        Verdict::NotAlone => "not by the family's p",
        Verdict::Refused => "refused",
    }
    .to_owned()
}

/// What rows of one kind have in common with others: the axes that are said.
fn axes(named: &[&Option<String>]) -> String {
    let said: Vec<&str> = named.iter().filter_map(|name| name.as_deref()).collect();
    match said.is_empty() {
        true => "all".to_owned(),
        false => said.join(" "),
    }
}

fn medium(answer: &Answer, laid: Laid) -> String {
    let rule = &answer.medium_rule;
    let row = |row: &MediumRow| {
        vec![
            axes(&[&row.category, &row.length, &row.style, &row.recipe]),
            benchmark(&row.benchmark),
            row.size.map_or(NONE.into(), thousands),
            row.budget.clone(),
            row.questions.to_string(),
            percent(row.avg),
            interval(row.intervals.of(row.estimand)),
            about(row.estimand),
            row.verdict.clone(),
        ]
    };
    let head = [
        "Medium",
        "benchmark",
        "N",
        "budget",
        "questions",
        "avg@n",
        "95 %",
        "of",
        "verdict",
    ];
    let note = format!(
        "passes where the interval's low end is {} % or more, fails where its high end is not, else open",
        percent(rule.threshold)
    );
    let rows = table(
        &head,
        rule.rows.iter().take(ROWS_SHOWN * 2).map(row).collect(),
        laid,
        &note,
    );
    let size = |size: Option<u64>| size.map_or("none".to_owned(), thousands);
    let smallest = |of: &SmallestPassing| {
        format!(
            "smallest N that passes, {}: {} (by the mean alone {})\n",
            one_line(&axes(&[&of.category, &of.length, &of.style, &of.recipe])),
            size(of.passing),
            size(of.by_reading)
        )
    };
    let smallest: String = rule
        .smallest
        .iter()
        .take(ROWS_SHOWN)
        .map(smallest)
        .collect();
    match smallest.is_empty() {
        true => rows,
        false => rows.trim_end().to_owned() + "\n" + &smallest + "\n",
    }
}

fn spread(spread: &[Spread], laid: Laid) -> String {
    let row = |one: &Spread| {
        vec![
            axes(&[&one.length, &one.style, &one.recipe]),
            benchmark(&one.benchmark),
            one.size.map_or(NONE.into(), thousands),
            one.tier.unwrap_or("all").to_owned(),
            one.categories.len().to_string(),
            perhaps(one.sd),
            interval(one.interval),
            perhaps(one.at_most),
            p(one.p),
        ]
    };
    let head = [
        "categories differ",
        "benchmark",
        "N",
        "tier",
        "categories",
        "sd",
        "95 %",
        "at most",
        "p",
    ];
    let note = "points: standard deviation of their true means beyond noise; that they are the same is said of nothing";
    table(
        &head,
        spread.iter().take(ROWS_SHOWN).map(row).collect(),
        laid,
        note,
    )
}

fn scaling(scaling: &[Scaling], laid: Laid) -> String {
    let row = |one: &Scaling| {
        let sizes: Vec<String> = one
            .sizes
            .iter()
            .map(|at| format!("{}: {}", at.size, percent(at.avg)))
            .collect();
        let beyond = one.extrapolated.last().map_or(NONE.into(), |at| {
            format!(
                "{}: {} {}",
                at.size,
                percent(at.avg),
                interval(Some(at.interval))
            )
        });
        vec![
            axes(&[&one.category, &one.length, &one.style, &one.recipe]),
            benchmark(&one.benchmark),
            one.tier.unwrap_or("all").to_owned(),
            sizes.join(" "),
            points(one.per_doubling),
            reach(one.intervals.of(one.estimand)),
            about(one.estimand),
            one.saturating_weight
                .map_or(NONE.into(), |weight| format!("{weight:.2}")),
            beyond,
        ]
    };
    let head = [
        "scaling",
        "benchmark",
        "tier",
        "avg@n by N",
        "a doubling",
        "95 %",
        "of",
        "ceiling's weight",
        "beyond",
    ];
    let note = "points for each doubling of N; below six sizes no curve is chosen; beyond the data with its interval";
    table(
        &head,
        scaling.iter().take(ROWS_SHOWN).map(row).collect(),
        laid,
        note,
    )
}

fn tokens(answer: &Answer, laid: Laid) -> String {
    let row = |one: &crate::eval::experiment::answer::ByTokens| {
        let quarter = |at: usize| {
            one.quarters.get(at).map_or(NONE.to_owned(), |of| {
                format!(
                    "{}: {}, {}",
                    thousands(of.tokens.round() as u64),
                    percent(of.avg),
                    percent(of.cov)
                )
            })
        };
        let first = [one.arm.clone(), benchmark(&one.benchmark)];
        let last = one.right_is_shorter.map_or(NONE.to_owned(), percent);
        first
            .into_iter()
            .chain((0..4).map(quarter))
            .chain([last])
            .collect()
    };
    let head = [
        "tokens a question",
        "benchmark",
        "fewest",
        "",
        "",
        "most",
        "right is shorter",
    ];
    let rows: Vec<Vec<String>> = answer.tokens.iter().take(ROWS_SHOWN).map(row).collect();
    let note = "quarters of the questions by mean tokens: avg@n and cov@n, percent; how often, of a right and a wrong attempt at one question, the right one is shorter";
    if rows.is_empty() {
        return String::new();
    }
    format!("{}{note}\n\n", laid(&head, &rows))
}

fn beside(answer: &Answer, laid: Laid) -> String {
    let row = |one: &crate::eval::experiment::answer::Beside| {
        let [first, second] = one.differences.map(|difference| points(Some(difference)));
        let [on, other] = &one.benchmarks;
        vec![
            one.family.name().to_owned(),
            one.name.clone(),
            format!("{on}: {first}"),
            format!("{other}: {second}"),
            points(Some(one.excess)),
            reach(one.intervals.of(one.estimand)),
            about(one.estimand),
            p(one.p),
        ]
    };
    let head = [
        "axis",
        "effect",
        "on the first",
        "on the second",
        "excess",
        "95 %",
        "of",
        "p",
    ];
    let note = "points; memorising shows as more on the older benchmark";
    table(
        &head,
        answer.beside.iter().take(ROWS_SHOWN).map(row).collect(),
        laid,
        note,
    )
}

fn references(answer: &Answer, laid: Laid) -> String {
    let gains = answer
        .references
        .iter()
        .flat_map(|reference| reference.gains.iter().map(move |gain| (reference, gain)));
    let row = |(reference, gain): (&crate::eval::experiment::answer::Reference, &Comparison)| {
        let tier = |tier: Tier| points(gain.tiers.get(&tier).map(|part| part.difference));
        let cov = gain.cov.as_ref().map(|part| part.difference);
        let cov = match (gain.cov_at, cov) {
            (Some(k), Some(cov)) => format!("{} at {k}", points(Some(cov))),
            _ => NONE.to_owned(),
        };
        let first = [
            gain.name.clone(),
            reference.name.clone(),
            points(gain.difference),
            reach(gain.intervals.of(gain.estimand)),
            about(gain.estimand),
            gain.degrees_of_freedom
                .map_or(NONE.into(), |freedom| format!("{freedom:.1}")),
            p(gain.p),
            p(gain.p_adjusted),
            verdict(gain),
        ];
        first
            .into_iter()
            .chain(Tier::ALL.map(tier))
            .chain([cov])
            .collect()
    };
    let head = [
        "gain",
        "over",
        "points",
        "95 %",
        "of",
        "df",
        "p",
        "p (family)",
        "says",
        "easy",
        "medium",
        "hard",
        "exh",
        "cov",
    ];
    let rows: Vec<Vec<String>> = gains.take(ROWS_SHOWN * 2).map(row).collect();
    table(
        &head,
        rows,
        laid,
        "points of avg@n; cov at the smaller number of attempts",
    )
}

fn components(answer: &Answer, laid: Laid) -> String {
    let row = |one: &crate::eval::experiment::answer::Components| {
        vec![
            benchmark(&one.benchmark),
            perhaps(one.draw_sd),
            perhaps(one.seed_sd),
            perhaps(one.attempt_sd),
            perhaps(one.question_sd),
            one.between_questions
                .map_or(NONE.into(), |share| format!("{share:.3}")),
        ]
    };
    let head = [
        "varies by",
        "draws",
        "seeds",
        "attempts",
        "question × arm",
        "between questions",
    ];
    let note = "standard deviations in points, as `gradatim power --draw-sd --seed-sd --question-sd --between-questions` takes them";
    let mut text = table(
        &head,
        answer.components.iter().map(row).collect(),
        laid,
        note,
    );
    for one in &answer.detectable {
        let design = format!(
            "{} draws × {} seeds, {} questions × {} attempts",
            one.draws, one.seeds, one.questions, one.attempts
        );
        text += &match (one.these_questions, &one.why_not) {
            (Some(points), _) => format!(
                "{}: {design} find a difference of {} points with a chance of 80 %, {}\n",
                one_line(&benchmark(&one.benchmark)),
                percent(points),
                one.estimand.words()
            ),
            (None, Some(why)) => format!(
                "{}: {design}: {}\n",
                one_line(&benchmark(&one.benchmark)),
                one_line(why)
            ),
            (None, None) => String::new(),
        };
    }
    if answer.detectable.is_empty() {
        text
    } else {
        text + "\n"
    }
}

fn missing(answer: &Answer) -> String {
    let listed = |names: Vec<&str>| {
        let shown: Vec<String> = names
            .iter()
            .take(5)
            .map(|name| one_line(name).into_owned())
            .collect();
        let more = names.len().saturating_sub(5);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!("{}{more}", shown.join(", "))
    };
    let mut text = String::new();
    if !answer.missing.is_empty() {
        let names = answer.missing.iter().map(|one| one.run.as_str()).collect();
        text += &format!(
            "{} without a log: {}\n",
            counted(answer.missing.len() as u64, "line"),
            listed(names)
        );
    }
    if !answer.unmatched.is_empty() {
        let names = answer
            .unmatched
            .iter()
            .map(|one| one.log.as_str())
            .collect();
        text += &format!(
            "{} of no line: {}\n",
            counted(answer.unmatched.len() as u64, "log"),
            listed(names)
        );
    }
    if text.is_empty() { text } else { text + "\n" }
}

/// A table with its note; nothing without a row.
fn table(head: &[&str], rows: Vec<Vec<String>>, laid: Laid, note: &str) -> String {
    match rows.is_empty() {
        true => String::new(),
        false => format!("{}{note}\n\n", told(laid, head, &rows)),
    }
}
