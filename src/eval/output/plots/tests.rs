//! Each plot of made figures: hostile names are shown, and what is drawn is where its value is.

use super::*;
use crate::eval::experiment::answer::{
    Comparison, Estimand, Intervals, Scaling, SizePoint, Verdict,
};
use crate::eval::report::{LadderFigures, LadderRow};
use crate::svg::read;

const NAME: &str = "a<script>\u{202e}\n&\u{1b}[2J";

fn ladder(questions: usize) -> LadderFigures {
    let row = |at: usize| LadderRow {
        question: at.to_string(),
        tier: Some(crate::eval::tiers::Tier::Easy),
        shares: vec![1.0, 0.25],
    };
    LadderFigures {
        benchmark: Some("aime24".to_owned()),
        names: vec![NAME.to_owned(), "b".to_owned()],
        runs: 2,
        questions: questions as u64,
        errors: 0,
        reproducibility: 1.0,
        marginal_reproducibility: 1.0,
        scalability: None,
        h: None,
        null_mean: 0.0,
        null_sd: 0.0,
        p: 1.0,
        cells: (0..questions).map(row).collect(),
    }
}

fn is_harmless(svg: &str) {
    for mark in ["<script", "\u{202e}", "\u{1b}", "&\u{1b}"] {
        assert!(!svg.contains(mark), "{mark:?}: {svg}");
    }
}

#[test]
fn a_cell_is_as_dark_as_its_share_and_says_what_it_is() {
    let drawn = ladder::draw(&ladder(30)).file("ladder");
    is_harmless(&drawn);
    assert_eq!(drawn.matches("fill-opacity=\"0.250\"").count(), 30);
    assert!(drawn.contains("b, question 7: 25 % right"));
}

#[test]
fn of_an_experiment_the_arms_are_drawn_and_not_their_runs() {
    use crate::eval::experiment::answer::{Arm, Figures};
    let arm = |name: &str, avg: f64| Arm {
        name: name.to_owned(),
        whole: Figures {
            attempts: [8, 8],
            avg,
            cov: 0.75,
            intervals: Intervals {
                this_kind: Some([avg - 0.1, avg + 0.1]),
                ..Intervals::default()
            },
            ..Figures::default()
        },
        estimand: Estimand::ThisKind,
        ..Arm::default()
    };
    let answer = Answer {
        arms: vec![arm(NAME, 0.25), arm("b-*-100", 0.5)],
        ..Answer::default()
    };
    let drawn = potential::draw(&[], Some(&answer))
        .expect("two arms")
        .file("potential");
    is_harmless(&drawn);
    assert!(drawn.contains("2 b-*-100 (n = 8)"), "{drawn}");
    // A dot a place and one beside its name, and a bar from .4 to .6 of 380 points.
    assert_eq!(drawn.matches("<circle").count(), 4);
    assert!(drawn.contains("M216 103L292 103"), "{drawn}");
    assert_eq!(potential::draw(&[], Some(&Answer::default())), None);
}

#[test]
fn questions_that_no_page_has_room_for_share_a_column() {
    let drawn = ladder::draw(&ladder(500)).file("ladder");
    assert_eq!(drawn.matches("fill-opacity=\"0.250\"").count(), 167);
    assert!(drawn.contains("mean of several questions"));
}

fn comparison() -> Comparison {
    Comparison {
        name: NAME.to_owned(),
        difference: Some(0.1),
        estimand: Estimand::ThisKind,
        intervals: Intervals {
            this_kind: Some([0.05, 0.15]),
            ..Intervals::default()
        },
        verdict: Verdict::Higher,
        ..Comparison::default()
    }
}

#[test]
fn an_effect_without_an_interval_is_not_drawn() {
    let mut report = crate::eval::report::report(&mut [], &asked()).expect("a report of nothing");
    report.runs.clear();
    let without = Comparison {
        intervals: Intervals::default(),
        ..comparison()
    };
    let of = |effects: Vec<Comparison>| Answer {
        effects,
        ..Answer::default()
    };
    assert!(effects::draw(&report, Some(&of(vec![without]))).is_none());
    let drawn = effects::draw(&report, Some(&of(vec![comparison()])))
        .expect("a plot")
        .file("effects");
    is_harmless(&drawn);
    read::is_clean(&drawn);
    assert!(drawn.contains("this kind of subset on these questions"));
}

fn asked() -> crate::eval::report::Asked {
    crate::eval::report::Asked {
        grader: crate::eval::attempt::Grader::Recorded,
        seed: 0,
        pairs: Vec::new(),
        all_pairs: true,
        against: Vec::new(),
        references: Vec::new(),
        allow: std::collections::BTreeSet::new(),
        ladder: false,
        rule: Vec::new(),
    }
}

#[test]
fn sizes_are_on_a_logarithm_and_extremes_of_figures_draw_nothing_that_is_no_number() {
    let point = |size: u64, avg: f64| SizePoint {
        size,
        avg,
        draws: vec![avg - 0.1, avg + 0.1],
    };
    let whole = Scaling {
        category: Some(NAME.to_owned()),
        sizes: vec![point(100, 0.2), point(1000, 0.4), point(10_000, 0.6)],
        logarithm: Some([0.087, -0.2]),
        saturating: Some([1.0, 2.0, 0.0]),
        ..Scaling::default()
    };
    let drawn = scaling::draw(&[whole]).expect("a plot").file("scaling");
    is_harmless(&drawn);
    assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
    let line = &read::paths(&drawn, "c0 thick line")[0];
    let [first, middle, last] = line[..] else {
        panic!("three sizes: {line:?}");
    };
    assert!(
        (middle[0] - (first[0] + last[0]) / 2.0).abs() < 0.11,
        "1000 is half way from 100 to 10,000: {line:?}"
    );
    read::is_clean(&drawn);
    assert!(scaling::draw(&[]).is_none());
}
