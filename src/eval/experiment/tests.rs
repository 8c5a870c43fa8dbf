//! Whole experiments with a stated truth, made up and answered.

use std::collections::BTreeMap;

use super::answer::{Answer, Comparison, Estimand, Family, Verdict};
use super::design::{Definition, Design, Line};
use super::*;
use crate::eval::attempt::{Asked, Attempt, Facts, Place};
use crate::eval::random::Stream;
use crate::eval::table::Outcome;
use crate::eval::tiers::Tier;

/// What each axis adds to the chance of an attempt, in shares: a doubling of N, long for short, b for a, and a random control.
const DOUBLING: f64 = 0.03;
const LONG: f64 = 0.05;
const B: f64 = 0.0;
const RANDOM: f64 = -0.04;

const SIZES: [u64; 3] = [100, 200, 400];
const QUESTIONS: usize = 12;

struct World {
    design: Design,
    runs: Vec<Run>,
}

fn arm(category: &str, length: &str, size: u64, group: usize) -> Definition {
    Definition {
        name: format!("{category}-{length}-{size}"),
        role: "subset".to_owned(),
        category: Some(category.to_owned()),
        length: Some(length.to_owned()),
        size: Some(size),
        unit: "rows".to_owned(),
        budget: "epochs".to_owned(),
        group,
        ..Definition::default()
    }
}

/// Two categories, two lengths and three sizes, which are prefixes of one order in each draw, with a random control of each size.
fn definitions() -> Vec<Definition> {
    let mut arms = Vec::new();
    for (group, (category, length)) in
        [("a", "short"), ("a", "long"), ("b", "short"), ("b", "long")]
            .into_iter()
            .enumerate()
    {
        arms.extend(SIZES.map(|size| arm(category, length, size, group)));
    }
    for (at, size) in SIZES.into_iter().enumerate() {
        let of = (0..4).map(|family| 3 * family + at);
        let control_of = of.collect();
        arms.push(Definition {
            name: format!("random-{size}"),
            role: "random".to_owned(),
            size: Some(size),
            unit: "rows".to_owned(),
            budget: "epochs".to_owned(),
            group: 4,
            control_of,
            ..Definition::default()
        });
    }
    arms
}

/// What an arm's attempts are right more often than those of a short `a` of the smallest size.
fn truth(arm: &Definition) -> f64 {
    let doublings = (arm.size.unwrap_or(100) as f64 / 100.0).log2();
    let length = if arm.length.as_deref() == Some("long") {
        LONG
    } else {
        0.0
    };
    let category = if arm.category.as_deref() == Some("b") {
        B
    } else {
        0.0
    };
    let role = if arm.role == "random" { RANDOM } else { 0.0 };
    DOUBLING * doublings + length + category + role
}

fn world(seed: u64, draws: u32, seeds: u64) -> World {
    let mut stream = Stream::new(seed);
    let base: Vec<f64> = (0..QUESTIONS).map(|_| 0.2 + 0.45 * stream.unit()).collect();
    let mut design = Design {
        arms: definitions(),
        ..Design::default()
    };
    // What sizes of one draw share, and what each has of its own.
    let mut shift = |reach: f64| reach * (2.0 * stream.unit() - 1.0);
    let shared: Vec<f64> = (0..5 * draws).map(|_| shift(0.05)).collect();
    let mut runs = Vec::new();
    for (at, arm) in design.arms.iter_mut().enumerate() {
        for draw in 0..draws {
            let subset = format!("{}-d{draw}", arm.name);
            arm.subsets.push(subset.clone());
            let of_draw = truth(arm) + shared[5 * draw as usize + arm.group] + shift(0.03);
            for training_seed in 0..seeds {
                let name = format!("{subset}-t{training_seed}");
                design.lines.push(Line {
                    run: name.clone(),
                    subset: subset.clone(),
                    arm: at,
                    draw,
                    seed: training_seed,
                });
                let of_run = of_draw + shift(0.02);
                runs.push((name, of_run));
            }
        }
    }
    let runs = runs
        .into_iter()
        .map(|(name, of_run)| run(name, &base, of_run, &mut stream));
    World {
        runs: runs.collect(),
        design,
    }
}

fn run(name: String, base: &[f64], more: f64, stream: &mut Stream) -> Run {
    let mut asked = |(at, base): (usize, &f64)| Asked {
        id: at.to_string(),
        tier: Some(if at % 2 == 0 {
            Tier::Medium
        } else {
            Tier::Hard
        }),
        attempts: (0..8)
            .map(|_| attempt(stream.unit() < base + more))
            .collect(),
    };
    Run {
        name,
        benchmark: Some("made".to_owned()),
        questions: base.iter().enumerate().map(&mut asked).collect(),
        ..Run::default()
    }
}

fn attempt(is_right: bool) -> Attempt {
    Attempt {
        recorded: Some(if is_right {
            Outcome::Right
        } else {
            Outcome::Wrong
        }),
        ours: None,
        answer: None,
        tokens: None,
        finished: None,
        place: Place::default(),
    }
}

fn options<'o>() -> Options<'o> {
    Options {
        grader: Grader::Recorded,
        joining: Joining::default(),
        allow: Vec::new(),
        references: Vec::new(),
        seed: 0,
    }
}

fn asked<'w>(
    world: &World,
    runs: impl IntoIterator<Item = &'w Run>,
    options: &Options<'_>,
) -> Answer {
    let logs = runs.into_iter().map(|run| Logged {
        run,
        log: format!("{}.jsonl", run.name),
    });
    let logs: Vec<Logged<'_>> = logs.collect();
    let found = join::join(&world.design.lines, &logs, &options.joining).unwrap();
    let gathered = runs::gather(
        &world.design,
        &logs,
        &found,
        &options.references,
        options.grader,
    );
    answer_of(&world.design, gathered, options)
}

fn planted(world: &World, comparison: &Comparison) -> f64 {
    let of = |name: &String| {
        world
            .design
            .arms
            .iter()
            .find(|arm| arm.name == *name)
            .map_or(0.0, truth)
    };
    let cells = comparison
        .cells
        .iter()
        .map(|[first, second]| of(first) - of(second));
    cells.sum::<f64>() / comparison.cells.len() as f64
}

#[test]
fn intervals_hold_what_was_planted_and_little_is_called_that_was_not() {
    const EXPERIMENTS: u64 = 24;
    let mut held: BTreeMap<&str, [f64; 2]> = BTreeMap::new();
    let mut called = 0;
    for seed in 0..EXPERIMENTS {
        let world = world(seed, 4, 1);
        let answer = asked(&world, &world.runs, &options());
        let mut count = |what: &'static str, interval: Option<[f64; 2]>, truth: f64| {
            let [low, high] = interval.unwrap();
            let held = held.entry(what).or_default();
            held[0] += f64::from(u8::from(low <= truth && truth <= high));
            held[1] += 1.0;
        };
        for effect in &answer.effects {
            let truth = planted(&world, effect);
            count("effect", effect.intervals.this_kind, truth);
            count(
                "effect, other questions",
                effect.intervals.questions_like_these,
                truth,
            );
            for part in effect.tiers.values() {
                count("effect, tier", part.intervals.this_kind, truth);
            }
            called += u32::from(truth == 0.0 && effect.verdict != Verdict::Open);
        }
        for contrast in &answer.contrasts {
            count(
                "contrast",
                contrast.intervals.this_kind,
                planted(&world, contrast),
            );
        }
        for scaling in &answer.scaling {
            count("doubling", scaling.intervals.this_kind, DOUBLING);
        }
    }
    for (what, [held, of]) in held {
        assert!(held / of >= 0.93, "{what}: {held} of {of}");
    }
    assert!(
        f64::from(called) <= 0.1 * EXPERIMENTS as f64,
        "{called} of {EXPERIMENTS}"
    );
}

#[test]
fn every_axis_has_its_effect_over_the_cells_that_differ_in_it_alone() {
    let world = world(1, 4, 1);
    let answer = asked(&world, &world.runs, &options());
    let effects: Vec<(&str, usize, bool)> = answer
        .effects
        .iter()
        .map(|effect| (effect.name.as_str(), effect.cells.len(), effect.paired))
        .collect();
    assert_eq!(
        effects,
        [
            ("200 - 100", 4, true),
            ("400 - 200", 4, true),
            ("400 - 100", 4, true),
            ("long - short", 6, false),
            ("b - a", 6, false),
            ("subset - random", 12, false),
        ]
    );
    assert!(
        answer
            .effects
            .iter()
            .all(|effect| effect.estimand == Estimand::ThisKind)
    );
    let shared = answer.contrasts.iter();
    let shared = shared.filter(|contrast| contrast.family == Family::Random);
    let mut shared: Vec<[f64; 2]> = shared
        .filter_map(|contrast| Some([contrast.p?, contrast.p_adjusted?]))
        .collect();
    shared.sort_by(|a, b| a[0].total_cmp(&b[0]));
    assert_eq!(shared.len(), 12, "each control is four arms'");
    assert!(
        shared.is_sorted_by_key(|[_, adjusted]| *adjusted)
            && shared
                .iter()
                .all(|[p, adjusted]| (*p..=12.0 * p).contains(adjusted)),
        "adjusting turns no order round and goes not beyond Bonferroni's: {shared:?}"
    );
    let pooled = answer
        .medium_rule
        .rows
        .iter()
        .filter(|row| row.category.is_none())
        .count();
    assert_eq!(pooled, 6, "each size and length");
    assert_eq!(
        answer
            .scaling
            .iter()
            .filter(|scaling| scaling.tier.is_none())
            .count(),
        5
    );
}

#[test]
fn the_order_of_logs_changes_nothing() {
    let world = world(2, 2, 2);
    let one = asked(&world, &world.runs, &options());
    let other = asked(&world, world.runs.iter().rev(), &options());
    assert_eq!(
        serde_json::to_string(&one).unwrap(),
        serde_json::to_string(&other).unwrap()
    );
}

#[test]
fn one_draw_says_nothing_of_its_kind() {
    let world = world(3, 1, 3);
    let answer = asked(&world, &world.runs, &options());
    for effect in &answer.effects {
        assert_eq!(effect.estimand, Estimand::ThisSet);
        assert_eq!(effect.intervals.this_kind, None);
        assert!(effect.intervals.this_set.is_some());
        assert!(effect.intervals.no_interval["this_kind"].contains("one draw"));
    }
    assert!(
        answer
            .words
            .iter()
            .all(|words| !words.contains("this kind of subset"))
    );
    let single = self::world(3, 1, 1);
    let answer = asked(&single, &single.runs, &options());
    assert!(
        answer
            .effects
            .iter()
            .all(|effect| effect.intervals.this_run.is_some())
    );
    assert_eq!(answer.detectable[0].these_questions, None);
}

#[test]
fn runs_that_differ_in_more_than_their_training_are_not_compared() {
    let mut world = world(4, 2, 1);
    // All attempts of the random controls and of no subset, so that no cell of theirs is alike.
    for (run, line) in world.runs.iter_mut().zip(&world.design.lines) {
        let is_control = world.design.arms[line.arm].role == "random";
        run.facts = Facts {
            temperature: Some(if is_control { 1.0 } else { 0.6 }),
            ..Facts::default()
        };
    }
    world.runs[0].facts.temperature = None;
    let answer = asked(&world, &world.runs, &options());
    let curated = answer
        .effects
        .iter()
        .find(|effect| effect.name == "subset - random")
        .unwrap();
    assert_eq!(
        (curated.verdict, curated.difference),
        (Verdict::Refused, None)
    );
    let why = curated.refused.as_deref().unwrap();
    assert_eq!(why, "temperature differs: 0.6, 1 (--allow temperature)");
    let length = answer
        .effects
        .iter()
        .find(|effect| effect.name == "long - short")
        .unwrap();
    assert!(length.refused.is_none() && length.unknown.contains(&"temperature"));
    let allowing = Options {
        allow: vec![Differing::Temperature],
        ..options()
    };
    let answer = asked(&world, &world.runs, &allowing);
    let curated = answer
        .effects
        .iter()
        .find(|effect| effect.name == "subset - random")
        .unwrap();
    assert!(curated.difference.is_some() && !curated.allowed.is_empty());
    assert!(
        answer
            .warnings
            .iter()
            .any(|warning| warning.contains("as allowed"))
    );
}

#[test]
fn cells_whose_arms_agree_are_compared_though_others_do_not() {
    let mut world = world(4, 2, 1);
    for (run, line) in world.runs.iter_mut().zip(&world.design.lines) {
        let arm = &world.design.arms[line.arm];
        let is_hot = arm.size == Some(400) && arm.length.as_deref() == Some("long");
        run.facts.temperature = Some(if is_hot { 1.0 } else { 0.6 });
    }
    let answer = asked(&world, &world.runs, &options());
    let length = answer
        .effects
        .iter()
        .find(|effect| effect.name == "long - short")
        .unwrap();
    assert_eq!((length.cells.len(), length.refused_cells.len()), (4, 2));
    let others: Vec<&Run> = (world.runs.iter().zip(&world.design.lines))
        .filter(|(_, line)| world.design.arms[line.arm].size != Some(400))
        .map(|(run, _)| run)
        .collect();
    let without = asked(&world, others, &options());
    assert_eq!(length.difference, without.effects[1].difference);
    let category = answer
        .effects
        .iter()
        .find(|effect| effect.name == "b - a")
        .unwrap();
    assert_eq!((category.cells.len(), category.refused_cells.len()), (6, 0));
}

#[test]
fn an_arm_of_unlike_runs_is_named_and_not_judged() {
    let mut world = world(5, 2, 1);
    for (run, line) in world.runs.iter_mut().zip(&world.design.lines) {
        run.facts.template = Some(if line.draw == 0 { "A" } else { "B" }.to_owned());
    }
    let answer = asked(&world, &world.runs, &options());
    assert!(answer.medium_rule.rows.is_empty() && answer.detectable.is_empty());
    let named = |warning: &String| {
        warning.contains("differ in more than their training") && warning.contains("a-short-100")
    };
    assert!(answer.warnings.iter().any(named), "{:?}", answer.warnings);
    let refused = answer
        .words
        .iter()
        .filter(|words| words.contains("is not compared: template differs"));
    assert_eq!(refused.count(), answer.effects.len());
}

#[test]
fn unlike_contamination_is_said_where_a_difference_is() {
    let mut world = world(6, 4, 1);
    world.design.origin.by = "folder".to_owned();
    world.design.leak.looked_for = Some(["made".to_owned()].into());
    for arm in world.design.arms.iter().filter(|arm| arm.size == Some(400)) {
        let shared = design::Shared {
            contaminated: 18,
            suspect: 0,
        };
        let key = (arm.subsets[0].clone(), "made".to_owned());
        world.design.leak.shared.insert(key, shared);
    }
    let answer = asked(&world, &world.runs, &options());
    let with = |effect: &&Comparison| effect.contaminated == Some([18, 0]);
    let grown: Vec<&str> = (answer.effects.iter().filter(with))
        .map(|effect| effect.name.as_str())
        .collect();
    assert_eq!(grown, ["400 - 200", "400 - 100"]);
    let said = "contaminated rows: up to 18 against 0";
    let words = answer.words.iter().filter(|words| words.contains(said));
    assert_eq!(words.count(), 2 + 5, "and each doubling");
    assert!(
        answer.warnings[0].contains("2 of 6 effects"),
        "{:?}",
        answer.warnings
    );
}

#[test]
fn a_question_that_one_run_lacks_is_a_reason_to_refuse() {
    let mut world = world(5, 2, 1);
    world.runs[0].questions.pop();
    let answer = asked(&world, &world.runs, &options());
    let [cell] = answer.effects[0].refused_cells.as_slice() else {
        panic!()
    };
    assert!(cell.why.contains("different questions, 11 and 12 of them"));
    assert_eq!(
        (answer.effects[0].cells.len(), answer.effects[0].questions),
        (3, 12)
    );
    let allowing = Options {
        allow: vec![Differing::Questions],
        ..options()
    };
    let answer = asked(&world, &world.runs, &allowing);
    assert_eq!(answer.effects[0].questions, 11);
}

#[test]
fn lines_without_logs_and_logs_without_lines_are_named() {
    let world = world(6, 2, 1);
    let mut runs = world.runs.clone();
    let missing = runs.remove(3).name;
    let mut stranger = runs[0].clone();
    stranger.name = "stranger".to_owned();
    runs.push(stranger);
    runs.push(runs[1].clone());
    let answer = asked(&world, &runs, &options());
    assert_eq!(answer.missing[0].run, missing);
    assert_eq!(answer.missing.len(), 1);
    let unmatched: Vec<&str> = answer
        .unmatched
        .iter()
        .map(|unmatched| unmatched.log.as_str())
        .collect();
    assert_eq!(
        unmatched,
        [
            format!("{}.jsonl", runs[1].name),
            "stranger.jsonl".to_owned()
        ]
    );
    assert_eq!(answer.experiment.joined, world.design.lines.len() - 1);
}

#[test]
fn a_base_model_is_a_reference_that_varies_by_its_attempts_alone() {
    let world = world(7, 4, 1);
    let mut stream = Stream::new(8);
    let base = run("base".to_owned(), &[0.1; QUESTIONS], 0.0, &mut stream);
    let with = Options {
        references: vec![Named {
            name: "base".to_owned(),
            run: &base,
        }],
        ..options()
    };
    let answer = asked(&world, &world.runs, &with);
    let [reference] = answer.references.as_slice() else {
        panic!()
    };
    assert_eq!(reference.gains.len(), world.design.arms.len());
    assert!(
        reference
            .gains
            .iter()
            .all(|gain| gain.verdict == Verdict::Higher && gain.tiers.len() == 2)
    );
    assert_eq!(reference.gains[0].cov_at, Some(8));
}

#[test]
fn an_effect_is_set_beside_the_same_on_another_benchmark() {
    let world = world(9, 4, 1);
    let mut runs = world.runs.clone();
    for run in &world.runs {
        let mut other = run.clone();
        other.benchmark = Some("newer".to_owned());
        runs.push(other);
    }
    let answer = asked(&world, &runs, &options());
    assert_eq!(answer.beside.len(), 6);
    for beside in &answer.beside {
        assert_eq!(beside.benchmarks, ["made", "newer"]);
        assert!(beside.excess.abs() < 1e-12, "the same runs");
        let [low, high] = beside.intervals.this_kind.unwrap();
        assert!(low < 0.0 && high > 0.0);
    }
}

#[test]
fn columns_of_the_logs_stand_for_a_folder() {
    let world = world(10, 4, 1);
    let mut runs = world.runs.clone();
    for (run, line) in runs.iter_mut().zip(&world.design.lines) {
        let arm = &world.design.arms[line.arm];
        let of = |name: &str, value: Option<String>| Some((name.to_owned(), value?));
        let columns = [
            of("category", arm.category.clone()),
            of("length", arm.length.clone()),
            of("size", arm.size.map(|size| size.to_string())),
            of("draw", Some(line.draw.to_string())),
        ];
        run.columns = columns.into_iter().flatten().collect();
    }
    let logs = runs.iter().map(|run| Logged {
        run,
        log: "all.jsonl".to_owned(),
    });
    let source = Source::Columns {
        arms: ["category", "length", "size"].map(str::to_owned).to_vec(),
        draw: Some("draw".to_owned()),
    };
    let answer = answer(&source, &logs.collect::<Vec<Logged<'_>>>(), &options()).unwrap();
    assert_eq!(answer.effects.len(), 5);
    assert_eq!(answer.unmatched.len(), 12, "controls have no category");
    assert_eq!(answer.arms.len(), 12);
    assert!(
        answer.effects.iter().all(|effect| !effect.paired),
        "nobody says that draws go together"
    );
}
