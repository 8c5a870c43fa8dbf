//! Figures of `eval` on logs of real evaluations, against numbers that numpy, scipy and statsmodels made of the same files.
//!
//! The logs lie beside the repository; where they are absent, the tests say so and pass.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use gradatim::eval::compare::{Arm, contrast, mcnemar, pair};
use gradatim::eval::intervals::{questions_like_these, this_kind, this_run};
use gradatim::eval::ladder::{Ladder, ladder, solved};
use gradatim::eval::metrics::{Figures, by_tier, pass_at, spread};
use gradatim::eval::table::{Counts, Graded, Outcome, Question, Table};
use gradatim::eval::tiers::Tier;
use gradatim_verify::{extract, reading};
use serde_json::Value;

fn logs() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/eval_runs");
    if !folder.is_dir() {
        eprintln!("skipped: the logs of real evaluations are not beside the repository");
        return None;
    }
    Some(folder)
}

fn rows(folder: &str, name: &str) -> Option<Vec<Value>> {
    let path = logs()?.join(folder).join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let text = match name.rsplit('.').next() {
        Some("zst") => zstd::decode_all(&bytes[..]).expect("zstd"),
        Some("gz") => {
            let mut text = Vec::new();
            flate2::read::GzDecoder::new(&bytes[..])
                .read_to_end(&mut text)
                .expect("gzip");
            text
        }
        _ => bytes,
    };
    let text = String::from_utf8(text).expect("text");
    Some(
        text.lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect(),
    )
}

fn number(row: &Value, key: &str) -> u32 {
    row[key]
        .as_u64()
        .unwrap_or_else(|| panic!("{key}: {}", row[key])) as u32
}

fn near(found: f64, expected: f64, within: f64) {
    assert!(
        (found - expected).abs() <= within,
        "{found} is not {expected}"
    );
}

fn outcome(right: bool) -> Outcome {
    if right {
        Outcome::Right
    } else {
        Outcome::Wrong
    }
}

fn areal() -> Option<Table> {
    let rows = rows("areal", "aime24_nemotron1.5b_n2_all30.jsonl.zst")?;
    let mut questions: BTreeMap<u32, (Vec<String>, Vec<Graded>)> = BTreeMap::new();
    for row in &rows {
        let (said, attempts) = questions.entry(number(row, "question_id")).or_default();
        // Neither a box inside of the reasoning nor the last formula of a reply that was cut off is an answer with a vote.
        let answer = extract(row["completion"].as_str().expect("text"));
        let answer = answer.filter(|answer| !answer.ambiguous).map(|answer| {
            let answer = reading(&answer.text).unwrap_or(answer.text);
            let known = said.iter().position(|known| *known == answer);
            known.unwrap_or_else(|| {
                said.push(answer);
                said.len() - 1
            }) as u32
        });
        attempts.push(Graded {
            answer,
            ..Graded::new(outcome(row["reward"].as_f64() == Some(1.0)))
        });
    }
    let question = |(id, (_, attempts)): (u32, (_, Vec<Graded>))| Question {
        id: id.to_string(),
        tier: Tier::of_aime24(id),
        attempts,
    };
    Some(Table {
        questions: questions.into_iter().map(question).collect(),
    })
}

#[test]
fn two_attempts_at_aime24_have_numpys_figures() {
    let Some(table) = areal() else { return };
    let found = Figures::of(&table).expect("questions");
    near(found.avg, 0.466667, 1e-6);
    near(found.cov, 0.566667, 1e-6);
    near(
        pass_at(&table.counts(), 1).expect("an attempt"),
        0.466667,
        1e-6,
    );
    near(found.maj_first.expect("answers"), 0.466667, 1e-6);
    near(found.maj_expected.expect("answers"), 0.433333, 1e-6);
    let tiers = by_tier(&table);
    let means: Vec<f64> = tiers.iter().map(|(_, figures)| figures.avg).collect();
    for (found, expected) in means.iter().zip([1.0, 0.8, 0.166667, 0.0]) {
        near(*found, expected, 1e-6);
    }
    near(tiers[1].1.cov, 1.0, 0.0);
    near(tiers[2].1.cov, 0.25, 1e-12);
    let spread = spread(&table.counts()).expect("two attempts");
    near(spread.se_questions, 0.082814, 1e-6);
    near(spread.se_attempts, 0.040825, 1e-6);
    near(spread.between_questions, 0.598, 5e-4);
}

#[test]
fn questions_like_aime24s_have_the_interval_of_p_tilde() {
    let Some(table) = areal() else { return };
    let found = questions_like_these(&[table.counts()]).expect("an interval");
    near(found.low, 0.313, 5e-4);
    near(found.high, 0.625, 5e-4);
    let here = this_run(&table.counts()).expect("an interval");
    assert!(here.holds(0.466667) && here.high - here.low < found.high - found.low);
}

/// The other reading, recomputed and not printed: t over the questions.
#[test]
fn t_over_questions_is_as_scipy_has_it() {
    let Some(table) = areal() else { return };
    let means: Vec<f64> = table.counts().iter().map(Counts::mean).collect();
    let found = gradatim::eval::intervals::over_draws(&means).expect("questions");
    near(found.low, 0.2973, 5e-5);
    near(found.high, 0.6360, 5e-5);
}

/// The second filter's rows: the second of each document.
fn mgsm(name: &str) -> Option<Vec<Counts>> {
    let mut of: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for row in rows("lm_eval_mgsm_en", name)? {
        let right = u32::from(row["exact_match"].as_f64() == Some(1.0));
        of.entry(number(&row, "doc_id")).or_default().push(right);
    }
    Some(
        of.values()
            .map(|filters| Counts::new(filters[1], 1))
            .collect(),
    )
}

#[test]
fn more_thinking_wins_thirty_two_to_four() {
    let Some(more) = mgsm("s1.1-14B_think4000.jsonl.zst") else {
        return;
    };
    let less = mgsm("s1.1-14B_think500.jsonl.zst").expect("beside it");
    let found = pair(&more, &less, 0).expect("the same questions");
    near(found.difference, 0.112, 1e-9);
    assert_eq!((found.wins, found.losses), (32, 4));
    near(found.mcnemar.expect("single answers"), 1.94e-6, 5e-9);
    near(found.p, mcnemar(32, 4), 1e-12);
}

/// Which questions a run of Sky-T1 solved, by their number, which is the same for the same text in all of its runs.
fn sky_t1(name: &str) -> Option<BTreeMap<u32, bool>> {
    let of = |row: &Value| (number(row, "idx"), row["score"][0].as_bool() == Some(true));
    Some(rows("skyt1_32b_aime24", name)?.iter().map(of).collect())
}

#[test]
fn long_trajectories_beat_short_ones_nine_to_nothing() {
    let Some(long) = sky_t1("Sky-T1-math-correct-5K-32B-ckpts_ckpt133.jsonl.zst") else {
        return;
    };
    let short = sky_t1("Sky-T1-math-correct-5K-32B-short-ckpts_ckpt133.jsonl").expect("beside it");
    assert!(long.keys().eq(short.keys()));
    let counts = |run: BTreeMap<u32, bool>| -> Vec<Counts> {
        run.into_values()
            .map(|right| Counts::new(u32::from(right), 1))
            .collect()
    };
    let found = pair(&counts(long), &counts(short), 0).expect("the same questions");
    near(found.difference, 0.3, 1e-9);
    assert_eq!((found.wins, found.losses), (9, 0));
    near(found.p, 0.0039, 1e-5);
}

fn sky_t1_ladder(is_meant: impl Fn(&str) -> bool) -> Option<Ladder> {
    let folder = logs()?.join("skyt1_32b_aime24");
    let names = std::fs::read_dir(folder).expect("a folder").map(|entry| {
        entry
            .expect("a file")
            .file_name()
            .to_string_lossy()
            .into_owned()
    });
    let mut names: Vec<String> = names.filter(|name| is_meant(name)).collect();
    names.sort();
    let row = |name: &String| -> Vec<bool> {
        let run = sky_t1(name).expect("a run");
        run.into_values()
            .map(|right| solved(&Counts::new(u32::from(right), 1)))
            .collect()
    };
    let ids: Vec<String> = (0..30).map(|at| at.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    ladder(&ids, &names.iter().map(row).collect::<Vec<_>>(), 0)
}

#[test]
fn a_reproducibility_above_nine_tenths_is_no_ladder() {
    let Some(all) = sky_t1_ladder(|_| true) else {
        return;
    };
    assert_eq!((all.runs, all.questions, all.errors), (20, 30, 52));
    near(all.reproducibility, 0.913, 5e-4);
    near(all.marginal_reproducibility, 0.847, 5e-4);
    near(all.h.expect("pairs"), 0.463, 5e-4);
    near(all.null_mean, 52.0, 0.5);
    near(all.null_sd, 3.5, 0.3);
    near(all.p, 0.62, 0.05);
    assert!(all.errors_between[0] <= 50 && 54 <= all.errors_between[1]);
    let long = sky_t1_ladder(|name| !name.contains("short")).expect("runs");
    assert_eq!((long.runs, long.errors), (11, 28));
    near(long.reproducibility, 0.915, 5e-4);
    // Over the orders of equally easy questions: 26 to 34, by the assignment of questions to places.
    assert!(long.errors_between[0] <= 26 && 34 <= long.errors_between[1]);
    near(long.null_mean, 31.5, 0.3);
    near(long.null_sd, 2.4, 0.3);
    near(long.p, 0.15, 0.05);
}

/// The log was made with geometry .15 above algebra on the logit, which its draws, drawn high, do not show.
#[test]
fn the_synthetic_experiments_interval_holds_its_truth() {
    let Some(rows) = rows("synthetic", "factorial.jsonl.gz") else {
        return;
    };
    let mut runs: BTreeMap<String, BTreeMap<u32, Counts>> = BTreeMap::new();
    for row in rows
        .iter()
        .filter(|row| row["length"] == "long" && row["size"] == 1000)
    {
        let run = runs
            .entry(row["run"].as_str().expect("a name").to_owned())
            .or_default();
        let counts = run.entry(number(row, "question_id")).or_default();
        *counts = counts.and(Counts::new(number(row, "correct"), 1));
    }
    let draws = |category: &str| -> Vec<Vec<Counts>> {
        let of = runs.iter().filter(|(name, _)| name.starts_with(category));
        of.map(|(_, run)| run.values().copied().collect()).collect()
    };
    let [geometry, algebra] = ["geometry", "algebra"].map(draws);
    assert_eq!((geometry.len(), algebra.len()), (4, 4));
    let slope: f64 = algebra
        .iter()
        .flatten()
        .map(|each| each.mean() * (1.0 - each.mean()))
        .sum::<f64>()
        / 120.0;
    let arms = [(1.0, &geometry), (-1.0, &algebra)].map(|(weight, draws)| Arm {
        weight,
        draws: draws.clone(),
    });
    let found = contrast(&arms, false).expect("four draws");
    assert!(found.this_kind.holds(0.15 * slope), "{found:?}");
    assert!(
        found
            .questions_like_these
            .is_some_and(|interval| interval.holds(0.15 * slope))
    );
    let arm = this_kind(&algebra).expect("four draws");
    assert!(arm.high - arm.low < 0.3);
}
