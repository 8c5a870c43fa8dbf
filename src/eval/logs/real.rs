//! Logs as they were found, beside the repository; passed over, visibly, where they are not there.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Grading, Logs, Options, read};
use crate::eval::attempt::{Grader, Run};
use crate::eval::metrics::{self, Figures};
use crate::eval::table::Counts;

/// The folder of real logs; none where the repository stands alone.
fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/eval_runs");
    if !folder.is_dir() {
        writeln!(
            std::io::stderr(),
            "skipped: {} is not there",
            folder.display()
        )
        .ok();
    }
    folder.is_dir().then_some(folder)
}

fn logs_of(name: &str, options: &Options) -> Option<Logs> {
    let path = folder()?.join(name);
    Some(read(&[path], options, &()).expect(name))
}

fn run_of(name: &str, options: &Options) -> Option<Run> {
    let logs = logs_of(name, options)?;
    let [run] = logs.runs.as_slice() else {
        panic!("{name}: {} runs", logs.runs.len());
    };
    Some(run.clone())
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 5e-7
}

fn figures(run: &Run, grader: Grader) -> Figures {
    Figures::of(&run.table(grader)).expect("questions")
}

/// avg@2 .466667, cov@2 .566667, votes .466667 and .433333, tiers 1, .8, 1/6 and 0; 32 cut, of which .094 are right, and
/// .893 of the others.
#[test]
fn a_complete_aime24_of_areal_has_the_figures_of_another_implementation() {
    let name = "areal/aime24_nemotron1.5b_n2_all30.jsonl.zst";
    let Some(run) = run_of(name, &Options::default()) else {
        return;
    };
    assert_eq!(
        (run.benchmark.as_deref(), run.of),
        (Some("aime24"), Some(30))
    );
    let whole = figures(&run, Grader::Recorded);
    assert_eq!((whole.questions, whole.attempts), (30, 60));
    assert!(close(whole.avg, 28.0 / 60.0) && close(whole.cov, 17.0 / 30.0));
    assert_eq!(
        whole.maj_first.map(|share| close(share, 14.0 / 30.0)),
        Some(true),
        "{whole:?}"
    );
    assert_eq!(
        whole.maj_expected.map(|share| close(share, 13.0 / 30.0)),
        Some(true),
        "{whole:?}"
    );
    let tiers = metrics::by_tier(&run.table(Grader::Recorded));
    let averages: Vec<f64> = tiers.iter().map(|(_, figures)| figures.avg).collect();
    let expected = [1.0, 0.8, 1.0 / 6.0, 0.0];
    assert!(
        averages.iter().zip(expected).all(|(a, b)| close(*a, b)),
        "{averages:?}"
    );
    let attempts = || run.questions.iter().flat_map(|asked| &asked.attempts);
    let right = |finished| {
        let of = attempts().filter(move |attempt| attempt.finished == Some(finished));
        let outcomes = of.map(|attempt| attempt.outcome(Grader::Recorded));
        let counts: Counts = outcomes.collect();
        (counts.right, counts.of)
    };
    assert_eq!((right(true), right(false)), ((25, 28), (3, 32)));
    let tokens = attempts().filter_map(|attempt| attempt.tokens).max();
    assert_eq!(tokens, Some(12_000));
}

#[test]
fn partial_coverage_is_said() {
    let name = "areal/eval_aime24_deepscaler_base.jsonl.zst";
    let Some(run) = run_of(name, &Options::default()) else {
        return;
    };
    assert_eq!((run.questions.len(), run.of), (4, Some(30)));
    let said = "has 4 of the 30 questions of aime24";
    assert!(run.remarks.iter().any(|remark| remark == said));
    let Some(hmmt) = run_of(
        "areal/eval_hmmt_feb_2025_deepscaler_base.jsonl.zst",
        &Options::default(),
    ) else {
        return;
    };
    // Their question_id is -1 in every row.
    assert_eq!(hmmt.questions.len(), 3);
    assert!(
        hmmt.questions
            .iter()
            .all(|asked| asked.attempts.len() == 32)
    );
}

/// Recorded .852, .916 and .804 through the second filter; the first finds nothing.
#[test]
fn filters_of_lm_eval_are_no_attempts() {
    let expected = [
        ("r1-distill-qwen-32B", 0.852, 0.0),
        ("s1.1-14B_think4000", 0.916, 0.0),
        ("s1.1-14B_think500", 0.804, 0.0),
    ];
    for (name, second, first) in expected {
        let file = format!("lm_eval_mgsm_en/{name}.jsonl.zst");
        let read_by = |filter: Option<&str>| {
            let options = Options {
                filter: filter.map(str::to_owned),
                ..Options::default()
            };
            run_of(&file, &options).map(|run| figures(&run, Grader::Recorded))
        };
        let (Some(default), Some(other)) = (read_by(None), read_by(Some("1"))) else {
            return;
        };
        assert_eq!((default.questions, default.attempts), (250, 250));
        assert!(
            close(default.avg, second) && close(default.cov, second),
            "{name}: {default:?}"
        );
        assert!(close(other.avg, first), "{name}: {other:?}");
    }
}

/// By the last integer in a box .944 and .940: recorded by the harness, one model is ahead by 6.4 points.
#[test]
fn our_grades_of_lm_eval_are_near_those_of_a_box_alone() {
    let options = Options {
        grading: Grading::Both,
        ..Options::default()
    };
    for (name, boxed) in [
        ("r1-distill-qwen-32B", 0.944),
        ("s1.1-14B_think4000", 0.940),
    ] {
        let Some(logs) = logs_of(&format!("lm_eval_mgsm_en/{name}.jsonl.zst"), &options) else {
            return;
        };
        let ours = figures(&logs.runs[0], Grader::Ours);
        assert!((ours.avg - boxed).abs() < 0.0081, "{name}: {ours:?}");
        let recorded = figures(&logs.runs[0], Grader::Recorded);
        let more = (ours.avg - recorded.avg) * 250.0;
        let turned = |from: &str, to: &str| {
            let listed = logs.disagreements.iter();
            let of = listed.filter(|one| one.recorded == from && one.ours == to);
            of.count() as f64
        };
        assert!(close(
            more,
            turned("wrong", "right") - turned("right", "wrong") - turned("right", "unknown")
        ));
    }
}

#[test]
fn greedy_repeats_of_evalchemy_are_one_attempt() {
    for (name, questions) in [("aime24_n10", 30), ("amc23_n10", 40)] {
        let file = format!("evalchemy_qwen2.5_1.5b_instruct/{name}.jsonl.zst");
        let Some(run) = run_of(&file, &Options::default()) else {
            return;
        };
        let figures = figures(&run, Grader::Recorded);
        assert_eq!(
            (figures.questions, figures.attempts),
            (questions, questions as u64)
        );
        assert_eq!(run.of, Some(questions as u32), "{:?}", run.remarks);
        assert!(
            run.remarks[0].contains("n is 1, not 10"),
            "{:?}",
            run.remarks
        );
    }
}

/// 0.300, 9 : 0 of Sky-T1's and the short ones' checkpoints of one number, by the benchmark's ids.
#[test]
fn questions_of_sky_t1_are_joined_whatever_their_order() {
    let of = |name: &str| run_of(&format!("skyt1_32b_aime24/{name}"), &Options::default());
    let (Some(long), Some(short)) = (
        of("Sky-T1-math-correct-5K-32B-ckpts_ckpt133.jsonl.zst"),
        of("Sky-T1-math-correct-5K-32B-short-ckpts_ckpt133.jsonl"),
    ) else {
        return;
    };
    let ids =
        |run: &Run| -> Vec<String> { run.questions.iter().map(|asked| asked.id.clone()).collect() };
    assert_eq!(
        ids(&long),
        (60..90).map(|id| id.to_string()).collect::<Vec<_>>()
    );
    assert_eq!(ids(&long), ids(&short));
    let right = |run: &Run| -> Vec<u32> {
        let table = run.table(Grader::Recorded);
        table.counts().iter().map(|counts| counts.right).collect()
    };
    let pairs = right(&long).into_iter().zip(right(&short));
    let [wins, losses] = pairs.fold([0, 0], |[wins, losses], (long, short)| {
        [
            wins + u32::from(long > short),
            losses + u32::from(short > long),
        ]
    });
    assert_eq!((wins, losses), (9, 0));
}

#[test]
fn ways_of_prompting_mgsm_are_three_runs_of_one_set() {
    let Some(folder) = folder() else { return };
    let runs = read(
        &[folder.join("mgsm_en_s1.1_32b_attempts")],
        &Options::default(),
        &(),
    );
    let runs = runs.expect("logs").runs;
    let names: Vec<&str> = runs.iter().map(|run| run.name.as_str()).collect();
    assert_eq!(
        names,
        ["s1.1-32B_combined", "s1.1-32B_prefix", "s1.1-32B_wait"]
    );
    // By the last number in a box .952, .956 and .952.
    for (run, boxed) in runs.iter().zip([0.952, 0.956, 0.952]) {
        let figures = figures(run, Grader::Recorded);
        assert_eq!((figures.questions, figures.attempts), (250, 250));
        assert!((figures.avg - boxed).abs() < 0.017, "{figures:?}");
    }
    assert_eq!(runs[0].questions.len(), runs[1].questions.len());
    assert_eq!(runs[0].questions[7].id, runs[1].questions[7].id);
}

/// `Question: …\nAnswer:` by the templates of two families; and a system prompt of its own for one of three ways.
#[test]
fn models_that_were_asked_in_the_same_words_have_one_form_of_prompt() {
    let forms = |name: &str| -> Option<Vec<Option<String>>> {
        let runs = logs_of(name, &Options::default())?.runs;
        Some(runs.into_iter().map(|run| run.facts.template).collect())
    };
    let (Some(families), Some(ways)) =
        (forms("lm_eval_mgsm_en"), forms("mgsm_en_s1.1_32b_attempts"))
    else {
        return;
    };
    assert!(families[0].is_some());
    assert!(families.iter().all(|form| *form == families[0]));
    assert!(ways[0].is_some() && ways[1].is_some());
    assert_ne!(ways[0], ways[1]);
    assert_ne!(ways[0], families[0]);
}

#[test]
fn a_factorial_is_as_many_runs_as_it_has_arms_and_draws() {
    let Some(logs) = logs_of("synthetic/factorial.jsonl.gz", &Options::default()) else {
        return;
    };
    assert_eq!(logs.runs.len(), 36);
    for run in &logs.runs {
        let figures = figures(run, Grader::Recorded);
        assert_eq!((figures.questions, figures.attempts), (30, 240));
        assert_eq!(run.benchmark.as_deref(), Some("aime24"));
        let (category, size, draw) = (
            &run.columns["category"],
            &run.columns["size"],
            &run.columns["draw"],
        );
        let length = &run.columns["length"];
        assert_eq!(run.name, format!("{category}-{length}-r1-{size}-d{draw}"));
    }
    assert_eq!((logs.inputs[0].rows, logs.inputs[0].attempts), (8640, 8640));
}
