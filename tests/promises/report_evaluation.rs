//! What an evaluation's page says of each question, of chance, of the base model, and of how answers were made and graded:
//! held against the logs themselves.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::html::Element;
use crate::report::{cells, number};
use crate::report_answers::{evaluated, evaluation_page, section, shown, text_of};
use crate::support::*;

/// Of each subset and question the right attempts and all of them, run by run.
type Counted = BTreeMap<String, BTreeMap<String, BTreeMap<String, [u32; 2]>>>;

/// Counts a log of plain rows by the subsets that `runs.csv` says.
fn counted(place: &Place) -> Counted {
    let lines = std::fs::read_to_string(place.path("out/__run__/runs.csv")).expect("lines");
    let mut lines = lines
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>());
    let heads = lines.next().expect("heads");
    let at = |name: &str| heads.iter().position(|head| *head == name).expect("a head");
    let (run, subset) = (at("run"), at("subset"));
    let subsets: BTreeMap<String, String> = lines
        .map(|line| (line[run].to_owned(), line[subset].to_owned()))
        .collect();
    let mut counted = Counted::new();
    for row in rows_of(place, "logs/aime24.jsonl") {
        let of_run = counted
            .entry(subsets[text_of(&row, "run")].clone())
            .or_default();
        let of_question = of_run.entry(text_of(&row, "run").to_owned()).or_default();
        let [right, all] = of_question
            .entry(row["question_id"].to_string())
            .or_default();
        *right += u32::from(row["correct"] == 1);
        *all += 1;
    }
    counted
}

fn rows_of(place: &Place, log: &str) -> Vec<Value> {
    let log = std::fs::read_to_string(place.path(log)).expect("a log");
    let rows = log.lines().map(serde_json::from_str);
    rows.collect::<Result<_, _>>().expect("rows")
}

fn evaluation_of(place: &Place) -> Value {
    read_json(&place.path("evaluation/eval.json"))
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// The subsets of an arm.
fn subsets_of(evaluation: &Value, arm: &Value) -> Vec<String> {
    let arms = list(evaluation, "arms").iter();
    let of = arms.filter(|one| one["name"] == *arm);
    let names = of.flat_map(|one| list(one, "subsets"));
    names
        .map(|name| name.as_str().expect("a name").to_owned())
        .collect()
}

/// The share of an arm's attempts at each question that is right, all of them together.
fn shares(evaluation: &Value, counted: &Counted, arm: &Value) -> BTreeMap<String, f64> {
    let mut together: BTreeMap<String, [u32; 2]> = BTreeMap::new();
    let subsets = subsets_of(evaluation, arm);
    let runs = subsets.iter().flat_map(|subset| counted[subset].values());
    for (question, [right, all]) in runs.flatten() {
        let sum = together.entry(question.clone()).or_default();
        sum[0] += right;
        sum[1] += all;
    }
    let share = |(question, [right, all]): (String, [u32; 2])| {
        (question, f64::from(right) / f64::from(all))
    };
    together.into_iter().map(share).collect()
}

#[test]
fn which_questions_an_effect_shows_at_is_what_the_logs_say() {
    let place = evaluated();
    let (page, evaluation) = (evaluation_page(&place), evaluation_of(&place));
    let counted = counted(&place);
    let told = cells(&page, "Effects question by question");
    let effects = list(&evaluation, "effects");
    assert_eq!(told.len() - 1, effects.len());
    for effect in effects {
        let of = list(effect, "cells");
        let mut mean: BTreeMap<String, [f64; 2]> = BTreeMap::new();
        for cell in of {
            for side in [0, 1] {
                for (question, share) in shares(&evaluation, &counted, &cell[side]) {
                    mean.entry(question).or_default()[side] += share / of.len() as f64;
                }
            }
        }
        let (first, second) = text_of(effect, "name").split_once(" - ").expect("two");
        let row = told
            .iter()
            .find(|row| row[1] == first && row[2] == second)
            .unwrap_or_else(|| panic!("{effect}: {told:?}"));
        let differences = mean.values().map(|[first, second]| first - second);
        let count = |is: fn(f64) -> bool| differences.clone().filter(|d| is(*d)).count() as u64;
        let expected = [
            count(|d| d > 1e-9),
            count(|d| d < -1e-9),
            count(|d| d.abs() <= 1e-9),
        ];
        assert_eq!([4, 5, 6].map(|at| number(&row[at])), expected, "{row:?}");
        let most = mean.values().map(|[first, second]| first - second);
        let most = most.reduce(f64::max).expect("a question");
        let question = row[7].split(' ').next().expect("a question");
        let [first, second] = mean[question];
        assert!((first - second - most).abs() < 1e-9, "{row:?}: {most}");
        // The command lists them all, with the shares of both sides.
        let listed = shown(&place, row.last().expect("a command"));
        assert_eq!(listed.len(), mean.len());
        for one in &listed {
            let [first, second] = mean[text_of(one, "question")];
            for (side, share) in [("first", first), ("second", second)] {
                let told = one[side].as_f64().expect("a share");
                assert!((told - share).abs() < 1e-9, "{side} of {one}: {share}");
            }
        }
    }
}

#[test]
fn the_base_model_s_score_stands_first_and_its_absence_is_said() {
    let place = evaluated();
    let page = evaluation_page(&place);
    let glance = section(&page, "evaluation").text();
    assert!(
        glance.contains("No log was named as the base model's") && glance.contains("--reference"),
        "{glance}"
    );
    // Of each question one of four attempts is right, but none of the last.
    let row = |at: usize| {
        json!({
            "run": "mine", "benchmark": "aime24", "question_id": 60 + at / 4, "attempt": at % 4,
            "correct": u8::from(at.is_multiple_of(4) && at < 116),
        })
    };
    place.write("base.jsonl", jsonl(&(0..120).map(row).collect::<Vec<_>>()));
    std::fs::remove_dir_all(place.path("evaluation")).expect("it is removed");
    place.evaluate(&[
        "logs",
        "--experiment",
        "out",
        "--reference",
        "base=base.jsonl",
    ]);
    let page = evaluation_page(&place);
    let glance = section(&page, "evaluation").text();
    let expected = format!(
        "base, which no set trained: {:.1} percent at aime24",
        100.0 * 29.0 / 120.0
    );
    assert!(
        glance.contains(&expected)
            && glance.contains(&format!("pass@k {:.1} (k = 4)", 100.0 * 29.0 / 30.0)),
        "{glance}"
    );
    // What each set has more, by the command too.
    let evaluation = evaluation_of(&place);
    let gains = cells(&page, "What each kind of set scores more");
    let arms = list(&evaluation, "arms");
    assert_eq!(gains.len() - 1, arms.len());
    for row in &gains[1..] {
        let arm = arms.iter().find(|arm| arm["name"] == row[0].as_str());
        let avg = arm.expect("an arm")["whole"]["avg"].as_f64().expect("one");
        let more = avg - 29.0 / 120.0;
        let at = gains[0].iter().position(|head| head == "difference");
        let told = &row[at.expect("a head")];
        // Without a template in the base's log nothing is known to differ.
        assert_eq!(*told, format!("{:+.1}", 100.0 * more), "{row:?}");
        let name = format!("{} - base", row[0]);
        let known = list(&evaluation["references"][0], "gains").iter();
        let known = known.filter(|gain| gain["name"] == name.as_str());
        let verdicts: Vec<&str> = known.map(|gain| text_of(gain, "verdict")).collect();
        let words = |head: &str| {
            let at = gains[0].iter().position(|one| one == head);
            row[at.expect("a head")].as_str()
        };
        let expected = match verdicts.as_slice() {
            ["higher"] => "yes, more",
            ["lower"] => "yes, less",
            ["not_alone"] => "not among all effects of its family",
            _ => "open",
        };
        assert_eq!(words("is it beyond chance"), expected, "{verdicts:?}");
        assert_eq!(words("of"), "these sets, retrained");
        let listed = shown(&place, row.last().expect("a command"));
        let difference = listed[0]["difference"].as_f64().expect("a number");
        assert!((difference - more).abs() < 1e-9 && listed[0]["low"].is_number());
    }
    let settings = cells(&page, "How the answers were made");
    let of = |name: &str| {
        let at = settings[0].iter().position(|head| head == name);
        let at = at.unwrap_or_else(|| panic!("{name}: {settings:?}"));
        [&settings[1][at], &settings[2][at]]
    };
    let unsaid = "the log does not say";
    for (name, expected) in [
        ("samples a question", ["8", "4"]),
        ("temperature", ["0.6", unsaid]),
        ("top-p", ["0.95", unsaid]),
        ("token limit", ["32,768", unsaid]),
        ("model", [unsaid, unsaid]),
    ] {
        assert_eq!(of(name), expected.each_ref(), "{name}");
    }
}

#[test]
fn a_set_s_pass_at_k_is_the_mean_over_runs_of_questions_that_any_attempt_solves() {
    let place = evaluated();
    let (page, evaluation) = (evaluation_page(&place), evaluation_of(&place));
    let counted = counted(&place);
    let told = cells(&page, "Score of the models of each kind of set");
    let at = told[0].iter().position(|head| head == "pass@k");
    for row in &told[1..] {
        // Each set of this experiment is drawn once.
        let subsets = subsets_of(&evaluation, &json!(row[0]));
        let runs: Vec<_> = subsets
            .iter()
            .flat_map(|subset| counted[subset].values())
            .collect();
        let solved = |run: &&BTreeMap<String, [u32; 2]>| {
            let any = run.values().filter(|[right, _]| *right > 0).count();
            any as f64 / run.len() as f64
        };
        let mean = runs.iter().map(solved).sum::<f64>() / runs.len() as f64;
        let expected = format!("{:.1} (k = 8)", 100.0 * mean);
        assert_eq!(row[at.expect("a head")], expected, "{row:?}");
    }
    let terms = section(&page, "evaluation").text();
    assert!(terms.contains("coverage") && terms.contains("never put together"));
}

#[test]
fn the_hardest_questions_are_those_that_fewest_attempts_solve() {
    let place = evaluated();
    let page = evaluation_page(&place);
    // Of each question right attempts, all of them, and the runs that solve it at least once.
    let mut questions: BTreeMap<String, [u32; 3]> = BTreeMap::new();
    let counted = counted(&place);
    for run in counted.values().flat_map(BTreeMap::values) {
        for (question, [right, all]) in run {
            let of = questions.entry(question.clone()).or_default();
            *of = [of[0] + right, of[1] + all, of[2] + u32::from(*right > 0)];
        }
    }
    let told = cells(&page, "The 5 hardest and the 5 easiest questions");
    assert_eq!(told.len() - 1, 10);
    let share = |of: &[u32; 3]| f64::from(of[0]) / f64::from(of[1]);
    let mut shares: Vec<f64> = questions.values().map(share).collect();
    shares.sort_by(f64::total_cmp);
    let ends = shares[..5].iter().chain(&shares[shares.len() - 5..]);
    let at = |name: &str| {
        told[0]
            .iter()
            .position(|head| head == name)
            .expect("a head")
    };
    for (row, expected) in told[1..].iter().zip(ends) {
        let of = questions[&row[0]];
        assert!((share(&of) - expected).abs() < 1e-12, "{row:?}: {expected}");
        assert_eq!(row[at("right")], format!("{:.1} %", 100.0 * share(&of)));
        assert_eq!(
            number(&row[at("runs that solve it at least once")]),
            u64::from(of[2])
        );
        let listed = shown(&place, row.last().expect("a command"));
        let rights = listed.iter().filter_map(|run| run["rights"].as_u64());
        assert_eq!(rights.sum::<u64>(), u64::from(of[0]));
    }
    let nobody = questions.values().filter(|of| of[0] == 0).count();
    let nobody = match nobody {
        0 => "each is solved by some run at least once,".to_owned(),
        1 => "1 is never solved,".to_owned(),
        some => format!("{some} are never solved,"),
    };
    let found = section(&page, "hardest").text();
    assert!(found.contains(&nobody), "{found}");
}

#[test]
fn tiers_say_whose_models_made_them_and_names_what_their_parts_are() {
    let place = evaluated();
    let page = evaluation_page(&place);
    let tiers = section(&page, "tiers").text();
    assert!(tiers.contains("the paper's own, for all four"), "{tiers}");
    let glance = section(&page, "evaluation").text();
    assert!(
        glance.contains("ladder: a part of the experiment"),
        "{glance}"
    );
    let effects = section(&page, "effects").text();
    assert!(effects.contains("random control"), "{effects}");
}

#[test]
fn a_family_of_one_is_not_adjusted_and_says_so() {
    let place = evaluated();
    let (page, evaluation) = (evaluation_page(&place), evaluation_of(&place));
    let told = cells(&page, "Effects, in points");
    let at = told[0].iter().position(|head| head == "p, adjusted");
    let effects = list(&evaluation, "effects");
    let mut sizes = BTreeSet::new();
    for effect in effects {
        let members = effects
            .iter()
            .filter(|one| one["family"] == effect["family"])
            .count();
        let row = told.iter().find(|row| row[1] == text_of(effect, "name"));
        let cell = &row.expect("the effect")[at.expect("a head")];
        let is_alone = cell.ends_with("(alone, not adjusted)");
        assert_eq!(is_alone, members == 1, "{cell}: {effect}");
        if is_alone {
            assert_eq!(effect["p"], effect["p_adjusted"]);
        }
        sizes.insert(members.min(2));
    }
    assert_eq!(sizes, BTreeSet::from([1, 2]), "both kinds are here");
    let heads = page.named("th").into_iter().map(Element::text);
    let heads: Vec<String> = heads.filter(|head| head == "family").collect();
    assert!(!heads.is_empty() && !told[0].contains(&"question".to_owned()));
}

#[test]
fn the_command_beside_a_tier_s_number_gives_it_with_its_interval() {
    let place = evaluated();
    let page = evaluation_page(&place);
    let tiers = cells(&page, "The same effects by tier");
    let names = ["easy", "medium", "hard", "exh"];
    for row in &tiers[1..] {
        let listed = shown(&place, row.last().expect("a command"));
        for (tier, cell) in names.iter().zip(&row[3..7]) {
            let one = listed.iter().find(|one| one["tier"] == *tier);
            let one = one.unwrap_or_else(|| panic!("{tier}: {listed:?}"));
            let [difference, low, high] = ["difference", "low", "high"]
                .map(|key| format!("{:+.1}", 100.0 * one[key].as_f64().expect("a number")));
            assert_eq!(*cell, format!("{difference} ({low} to {high})"));
        }
    }
    let scores = cells(&page, "Score by tier of difficulty");
    for row in &scores[1..] {
        let listed = shown(&place, row.last().expect("a command"));
        let of = |at: usize| 100.0 * listed[at]["avg"].as_f64().expect("a score");
        let ends = [listed.len() - 1, 0].map(|at| format!("{:.1}", of(at)));
        assert_eq!([&row[5], &row[7]], ends.each_ref(), "{row:?}");
        for one in &listed {
            let [low, avg, high] =
                ["avg_low", "avg", "avg_high"].map(|key| one[key].as_f64().expect("a number"));
            assert!(low <= avg && avg <= high, "{one}");
        }
    }
}

#[test]
fn without_a_second_draw_nothing_is_said_of_what_draws_differ_by() {
    let place = evaluated();
    let told = section(&evaluation_page(&place), "effects").text();
    assert!(
        told.contains("no kind of set was drawn more than once")
            && told.contains("between training seeds of one set"),
        "{told}"
    );
}

/// numpy 2 on the means of the draws: their pooled variance less the mean variance of a mean over attempts, 27 degrees of
/// freedom; and on all attempts of each set together, question by question.
#[test]
fn what_draws_differ_by_and_at_which_questions_is_what_numpy_says() {
    let Some(shared) = shared() else { return };
    let log = shared.join("data/eval_runs/synthetic/factorial.jsonl.gz");
    let place = Place::new();
    let log = log.to_string_lossy();
    place.evaluate(&[&log, "--arms", "category,length,size", "--draw", "draw"]);
    let page = evaluation_page(&place);
    let told = section(&page, "effects").text();
    // 1.3788 points, and 3.8217 apart.
    assert!(
        told.contains("between draws of one kind of set is 1.4 points (27 degrees of freedom)")
            && told.contains("lie up to 3.8 points apart"),
        "{told}"
    );
    // With the mean over runs of Σ p(1−p)/(n−1)/Q² more, 2.1191 points squared: 7.0076.
    assert!(
        told.contains("which hold what attempts add, up to 7.0 points"),
        "{told}"
    );
    assert!(
        told.contains(
            "Larger than the first of these is, of 8 effects, 4: geometry - algebra (+4.4), long - short (+6.4), \
             1000 - 100 (+6.7), 200 - 100 (+4.9)"
        ),
        "{told}"
    );
    let rows = cells(&page, "Effects question by question");
    let row = rows
        .iter()
        .find(|row| row[1] == "geometry" && row[2] == "algebra");
    let row = row.expect("the effect");
    assert_eq!(row[4..7], ["22", "5", "3"]);
    assert_eq!(
        row[7],
        "74 (45 against 23 %), 68 (88 against 73 %), 73 (39 against 25 %)"
    );
    assert_eq!(
        row[8],
        "65 (45 against 55 %), 83 (86 against 94 %), 67 (95 against 100 %)"
    );
    let verdicts = section(&page, "evaluation").text();
    assert!(
        verdicts.contains("the log's own, of 8,640 of 8,640 attempts")
            && verdicts.contains("Our verifier graded none of these"),
        "{verdicts}"
    );
}

/// A log of two runs, of which the log calls one answer right that is wrong, and one wrong that is right.
#[test]
fn how_often_log_and_verifier_differ_stands_at_the_scores_and_runs_differ_by_question() {
    let place = Place::new();
    let mut rows = Vec::new();
    for (run, off) in [("alpha", 3), ("beta", 8)] {
        for question in 0..10_usize {
            let is_right = question != off && question % 3 != usize::from(run == "beta");
            let answer = if is_right { question } else { question + 50 };
            rows.push(json!({
                "run": run, "benchmark": "mine", "question": format!("What is {question}?"), "question_id": question, "attempt": 0,
                "gold": question.to_string(), "response": format!("It is \\boxed{{{answer}}}."),
                "correct": is_right != (run == "alpha" && question < 2),
            }));
        }
    }
    place.write("log.jsonl", jsonl(&rows));
    place.evaluate(&["log.jsonl", "--grader", "both"]);
    let page = evaluation_page(&place);
    let told = section(&page, "evaluation").text();
    assert!(
        told.contains("the log's own, of 20 of 20 attempts")
            && told.contains(
                "20 of these are graded by both, which differ in 2 (10.0 %): in 2 of them one of the two says right"
            ),
        "{told}"
    );
    let is_right = |run: &str, question: usize| {
        let row = rows
            .iter()
            .find(|row| row["run"] == run && row["question_id"] == question);
        row.expect("a row")["correct"] == true
    };
    let pairs = cells(&page, "Runs against each other, question by question");
    let of = |which: fn(bool, bool) -> bool| {
        let those = (0..10).filter(|at| which(is_right("alpha", *at), is_right("beta", *at)));
        those.collect::<Vec<usize>>()
    };
    let [more, less] = [of(|a, b| a && !b), of(|a, b| !a && b)];
    let row = &pairs[1];
    assert_eq!([&row[0], &row[1]], ["alpha", "beta"]);
    let counts = [3, 4, 5].map(|at| number(&row[at]) as usize);
    assert_eq!(
        counts,
        [more.len(), less.len(), 10 - more.len() - less.len()]
    );
    for (cell, those) in [(&row[6], &more), (&row[7], &less)] {
        let named = cell.split(", ").map(|one| one.split(' ').next());
        let named: Vec<usize> = named
            .map(|one| one.expect("a question").parse().expect("a number"))
            .collect();
        assert_eq!(named, those[..those.len().min(3)], "{row:?}");
    }
    let listed = shown(&place, row.last().expect("a command"));
    for one in &listed {
        let question: usize = text_of(one, "question").parse().expect("a number");
        let sides = ["first", "second"].map(|side| one[side].as_f64() == Some(1.0));
        assert_eq!(
            sides,
            ["alpha", "beta"].map(|run| is_right(run, question)),
            "{one}"
        );
    }
    assert_eq!(listed.len(), 10);
}
