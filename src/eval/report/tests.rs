//! Small runs, each made to show one thing.

use super::*;
use crate::eval::attempt::{Asked as Question, Attempt, Facts, Place};
use crate::eval::table::Outcome;
use crate::eval::tiers::Tier;

fn attempt(letter: char) -> Attempt {
    let recorded = match letter {
        '1' => Outcome::Right,
        '0' => Outcome::Wrong,
        _ => Outcome::Unknown,
    };
    Attempt {
        recorded: Some(recorded),
        ours: None,
        answer: None,
        tokens: None,
        finished: None,
        place: Place::default(),
    }
}

/// A run at AIME24 whose questions have these attempts: `1` right, `0` wrong, `?` unknown.
fn run(name: &str, attempts: &[&str]) -> Run {
    let question = |(at, attempts): (usize, &&str)| Question {
        id: (60 + at).to_string(),
        tier: Tier::of_aime24(60 + at as u32),
        attempts: attempts.chars().map(attempt).collect(),
    };
    Run {
        name: name.to_owned(),
        benchmark: Some("aime24".to_owned()),
        of: Some(30),
        questions: attempts.iter().enumerate().map(question).collect(),
        ..Run::default()
    }
}

fn asked() -> Asked {
    Asked {
        grader: Grader::Recorded,
        seed: 0,
        pairs: Vec::new(),
        all_pairs: true,
        against: Vec::new(),
        references: Vec::new(),
        allow: BTreeSet::new(),
        ladder: false,
        rule: Vec::new(),
    }
}

fn reported(mut runs: Vec<Run>, asked: &Asked) -> Report {
    report(&mut runs, asked).expect("a report")
}

fn single(name: &str, right: usize) -> Run {
    let cells: Vec<&str> = (0..30)
        .map(|at| if at < right { "1" } else { "0" })
        .collect();
    run(name, &cells)
}

#[test]
fn a_run_has_the_figures_of_all_its_attempts() {
    let found = reported(vec![run("a", &["1010", "0000", "11?1"])], &asked());
    let of = &found.runs[0];
    assert_eq!(
        (of.questions, of.attempts, of.attempts_each),
        (3, 12, [4, 4])
    );
    assert_eq!((of.avg, of.cov), ((0.5 + 0.0 + 0.75) / 3.0, 2.0 / 3.0));
    assert_eq!(of.bounds, [1.25 / 3.0, 1.5 / 3.0]);
    assert_eq!(of.pass_at.keys().copied().collect::<Vec<_>>(), [1, 2, 4]);
    assert_eq!(of.pass_at[&4], of.cov);
    assert_eq!(of.maj_expected, None, "no answer is known");
    let warnings = found.warnings.join("\n");
    assert!(warnings.contains("a: 3 of 30 questions"), "{warnings}");
    assert!(
        warnings.contains("avg is 41.7 % if all of them are, 50.0 % if none is"),
        "{warnings}"
    );
}

#[test]
fn a_log_that_grades_the_first_repeat_alone_says_whose_the_average_is() {
    let mut mixed = run("a", &["1000", "0000"]);
    for asked in &mut mixed.questions {
        for (at, attempt) in asked.attempts.iter_mut().enumerate() {
            attempt.ours = Some(Outcome::Right);
            attempt.recorded = attempt.recorded.filter(|_| at == 0);
        }
    }
    let found = reported(vec![mixed], &asked());
    let of = &found.runs[0];
    assert_eq!((of.by_log, of.by_us, of.avg), (2, 6, 0.875));
    let graders = of.graders.expect("two graders");
    assert_eq!((graders.avg_recorded, graders.avg_ours), (0.5, 1.0));
    let said = "a: the log grades 2 of 8 attempts; 6 are graded by us";
    assert!(found.warnings.iter().any(|warning| warning == said));
    let ours = Asked {
        grader: Grader::Ours,
        ..asked()
    };
    let all = reported(vec![run("a", &["10"])], &ours);
    assert_eq!((all.runs[0].by_log, all.runs[0].by_us), (2, 0));
}

#[test]
fn one_run_says_nothing_of_its_kind_and_says_why() {
    let found = reported(vec![single("a", 12)], &asked());
    let of = &found.runs[0];
    assert_eq!(of.intervals.this_kind, None);
    assert!(of.no_interval["this_kind"].contains("one draw"));
    for interval in [of.intervals.this_run, of.intervals.questions_like_these] {
        let [low, high] = interval.expect("an interval");
        assert!(low < 0.4 && high > 0.4);
    }
}

/// Of 60 to 89 the paper has 4, 10, 12 and 4; of the first three questions 60 is Medium, 61 and 62 are as its list says.
#[test]
fn tiers_say_how_many_of_their_questions_were_asked() {
    let found = reported(vec![run("a", &["1", "0", "1"])], &asked());
    let tiers = &found.runs[0].tiers;
    let of: Vec<u64> = tiers.values().map(|tier| tier.of).collect();
    assert_eq!(of, [4, 10, 12, 4]);
    assert_eq!(tiers.values().map(|tier| tier.questions).sum::<u64>(), 3);
    let unasked = tiers
        .values()
        .find(|tier| tier.questions == 0)
        .expect("a tier");
    assert_eq!((unasked.avg, unasked.this_run), (None, None));
}

#[test]
fn runs_are_compared_on_the_questions_that_both_have() {
    let mut longer = single("b", 3);
    longer.questions.truncate(20);
    let found = reported(vec![single("a", 12), longer], &asked());
    let pair = &found.pairs[0];
    assert_eq!((pair.a.as_str(), pair.b.as_str()), ("a", "b"));
    assert_eq!((pair.questions, pair.of), (20, 30));
    assert_eq!(
        (pair.wins, pair.losses, pair.ties),
        (Some(9), Some(0), Some(11))
    );
    assert_eq!(pair.difference, Some(9.0 / 20.0));
    assert_eq!(pair.p, Some(2.0 / 512.0));
    assert_eq!(pair.says, Some(Says::A));
    assert_eq!(
        pair.unknown,
        ["template", "temperature", "top-p", "token limit", "grader"]
    );
}

#[test]
fn four_common_questions_bear_no_verdict() {
    let mut few = single("b", 4);
    few.questions.truncate(4);
    let runs = vec![single("a", 0), few];
    let found = reported(runs.clone(), &asked());
    let pair = &found.pairs[0];
    assert_eq!(pair.questions, 4);
    assert_eq!((pair.p, pair.interval, pair.says), (None, None, None));
    assert!(
        pair.refused
            .as_ref()
            .is_some_and(|why| why.contains("4 questions in common"))
    );
    let allow = BTreeSet::from([Differing::Questions]);
    let allowed = reported(runs, &Asked { allow, ..asked() });
    assert_eq!(
        allowed.pairs[0].says,
        Some(Says::Open),
        "no flip of four is rare"
    );
    assert!(
        allowed
            .warnings
            .iter()
            .any(|said| said.contains("as allowed"))
    );
}

#[test]
fn what_is_known_to_differ_is_refused_and_what_is_allowed_is_said() {
    let with = |mut run: Run, temperature: f64, grader: &str| {
        run.facts = Facts {
            temperature: Some(temperature),
            grader: Some(grader.to_owned()),
            ..Facts::default()
        };
        run
    };
    let runs = vec![
        with(single("a", 12), 0.6, "boxed"),
        with(single("b", 3), 0.0, "boxed"),
    ];
    let found = reported(runs.clone(), &asked());
    let refused = found.pairs[0].refused.as_deref().expect("a reason");
    assert_eq!(
        refused,
        "temperature differs: 0.6 and 0 (--allow temperature)"
    );
    assert_eq!(
        (found.pairs[0].difference, found.pairs[0].questions),
        (None, 30)
    );
    let allow = BTreeSet::from([Differing::Temperature]);
    let found = reported(runs, &Asked { allow, ..asked() });
    assert!(found.pairs[0].difference.is_some());
    assert_eq!(found.pairs[0].allowed, ["temperature differs: 0.6 and 0"]);
}

#[test]
fn another_grader_matters_only_where_its_grades_count() {
    let with = |mut run: Run, grader: &str| {
        run.facts.grader = Some(grader.to_owned());
        for question in &mut run.questions {
            for attempt in &mut question.attempts {
                attempt.ours = attempt.recorded;
            }
        }
        run
    };
    let runs = vec![with(single("a", 12), "one"), with(single("b", 3), "other")];
    let refused = reported(runs.clone(), &asked());
    assert!(refused.pairs[0].refused.is_some());
    let grader = Grader::Ours;
    let compared = reported(runs, &Asked { grader, ..asked() });
    assert_eq!(compared.pairs[0].refused, None);
}

#[test]
fn the_order_of_runs_changes_nothing_and_numbers_in_names_count() {
    let runs = vec![
        single("ckpt-105", 9),
        single("ckpt-21", 3),
        single("ckpt-9", 1),
    ];
    let mut turned = runs.clone();
    turned.reverse();
    let [first, second] =
        [runs, turned].map(|runs| serde_json::to_string(&reported(runs, &asked())).expect("JSON"));
    assert_eq!(first, second);
    let found = reported(vec![single("ckpt-105", 9), single("ckpt-21", 3)], &asked());
    assert_eq!(found.runs[0].name, "ckpt-21");
}

#[test]
fn of_many_runs_only_pairs_that_are_asked_for_are_compared() {
    let elsewhere = |at: usize| Run {
        benchmark: Some("hmmt".to_owned()),
        ..single(&format!("r{at}"), at)
    };
    let runs: Vec<Run> = (0..30).map(elsewhere).collect();
    let found = reported(runs.clone(), &asked());
    assert_eq!((found.pairs.len(), found.pairs_left_out), (0, 435));
    let against = vec!["r3".to_owned()];
    let found = reported(runs.clone(), &Asked { against, ..asked() });
    assert_eq!((found.pairs.len(), found.pairs_left_out), (29, 0));
    assert!(
        found
            .pairs
            .iter()
            .all(|pair| pair.b == "r3" && pair.p_holm >= pair.p)
    );
    let pairs = vec![["r9".to_owned(), "r1".to_owned()]];
    let found = reported(runs, &Asked { pairs, ..asked() });
    assert_eq!(found.pairs.len(), 1);
    assert_eq!(found.pairs[0].wins, Some(8));
}

#[test]
fn three_runs_at_aime24_make_a_ladder_or_not_and_references_are_none_of_it() {
    let runs = vec![single("a", 20), single("b", 10), single("c", 5)];
    let ladder = reported(runs.clone(), &asked()).ladder.remove(0);
    assert_eq!((ladder.runs, ladder.questions, ladder.errors), (3, 30, 0));
    assert_eq!(ladder.names, ["a", "b", "c"]);
    assert_eq!(ladder.cells[0].shares, [1.0, 1.0, 1.0]);
    let references = vec!["a".to_owned()];
    let found = reported(
        runs,
        &Asked {
            references,
            ..asked()
        },
    );
    assert!(found.ladder.is_empty());
    assert!(found.runs[0].is_reference);
    assert_eq!(found.pairs[0].b, "a", "the reference is what is taken off");
}

/// By the paper's rule: what the base solves is Easy, what a small model solves Medium, what nobody does Exh.
#[test]
fn named_models_make_tiers_and_are_not_judged_by_them() {
    let cells = |easy: usize, medium: usize| -> Vec<&'static str> {
        let cell = |at: usize| match at {
            at if at < easy => "11111111",
            at if at < medium => "11111000",
            _ => "00000000",
        };
        (0..30).map(cell).collect()
    };
    let runs = vec![
        run("base", &cells(5, 5)),
        run("small", &cells(5, 15)),
        run("large", &cells(20, 20)),
        run("mine", &cells(10, 10)),
    ];
    let rule = [
        (Role::Base, "base"),
        (Role::Small, "small"),
        (Role::Large, "large"),
    ];
    let rule = rule.map(|(role, name)| (role, name.to_owned())).to_vec();
    let found = reported(runs.clone(), &Asked { rule, ..asked() });
    let mine = found
        .runs
        .iter()
        .find(|run| run.name == "mine")
        .expect("a run");
    let of = |tier: Tier| mine.tiers[&tier].questions;
    assert_eq!(Tier::ALL.map(of), [5, 10, 5, 10]);
    assert_eq!(
        (mine.tiers[&Tier::Easy].avg, mine.tiers[&Tier::Medium].avg),
        (Some(1.0), Some(0.5))
    );
    let small = found
        .runs
        .iter()
        .find(|run| run.name == "small")
        .expect("a run");
    assert!(small.tiers.is_empty());
    let placed = &found.tier_rule.expect("a rule").questions;
    assert!(
        placed[5].at_boundary && !placed[0].at_boundary,
        "5 of 8 is one more than half"
    );
    let alone = vec![(Role::Base, "base".to_owned())];
    let refused = report(
        &mut runs.clone(),
        &Asked {
            rule: alone,
            ..asked()
        },
    );
    assert_eq!(refused.err(), Some(Unanswerable::Rule("small")));
}

#[test]
fn a_name_that_no_run_has_is_refused() {
    let against = vec!["nobody".to_owned()];
    let refused = report(&mut [single("a", 1)], &Asked { against, ..asked() });
    assert_eq!(
        refused.err(),
        Some(Unanswerable::NoRun("nobody".to_owned()))
    );
}

#[test]
fn cov_is_compared_at_the_fewest_attempts_of_either() {
    let eight: Vec<&str> = vec!["10000000"; 30];
    let two: Vec<&str> = vec!["10"; 30];
    let found = reported(vec![run("a", &eight), run("b", &two)], &asked());
    let cov = found.pairs[0].cov.expect("both have attempts");
    assert_eq!((cov.k, cov.b), (2, 1.0));
    assert!(
        (cov.a - 0.25).abs() < 1e-12,
        "one of eight is in two of eight draws of two"
    );
}

#[test]
fn every_reason_to_refuse_is_said_and_runs_without_a_common_question_are_no_pair() {
    let with = |mut run: Run, temperature: f64, questions: usize| {
        run.facts.temperature = Some(temperature);
        run.questions.truncate(questions);
        run
    };
    let runs = vec![with(single("a", 12), 0.6, 30), with(single("b", 3), 0.0, 4)];
    let found = reported(runs, &asked());
    let refused = found.pairs[0].refused.as_deref().expect("reasons");
    assert!(refused.contains("temperature differs") && refused.contains("4 questions in common"));
    let elsewhere = |name: &str, id: &str| {
        let mut run = single(name, 3);
        run.benchmark = None;
        run.questions
            .iter_mut()
            .for_each(|question| question.id.insert_str(0, id));
        run
    };
    let apart = vec![elsewhere("a", "x"), elsewhere("b", "y")];
    assert!(reported(apart.clone(), &asked()).pairs.is_empty());
    let pairs = vec![["a".to_owned(), "b".to_owned()]];
    let named = reported(apart, &Asked { pairs, ..asked() });
    assert!(
        named.pairs[0].refused.is_some(),
        "a pair that is asked for is answered"
    );
}
