//! Figures of `eval` for `eval_statistics_check.py`, which has numpy, scipy and statsmodels make them again.
//!
//! ```text
//! cargo bench --bench eval_figures > figures.jsonl
//! benches/eval_statistics_check.py figures.jsonl
//! ```
//!
//! A line is an array: the figure's name, its inputs, and what comes out. Inputs are drawn with a seed.

use gradatim::eval::compare::{Arm, arms_spread, contrast, holm, mcnemar, sign_flip};
use gradatim::eval::distributions::{beta, beta_quantile, f_noncentral, t_beyond, t_critical};
use gradatim::eval::intervals::{questions_like_these, this_run};
use gradatim::eval::ladder::ladder;
use gradatim::eval::metrics::{pass_at, spread};
use gradatim::eval::random::Stream;
use gradatim::eval::scaling::{Curve, Size, scaling};
use gradatim::eval::table::Counts;
use serde_json::{Value, json};

const EACH: usize = 200;

fn say(name: &str, inputs: Value, figures: Value) {
    println!("{}", json!([name, inputs, figures]));
}

fn main() {
    let mut stream = Stream::new(1);
    for _ in 0..EACH {
        distributions(&mut stream);
        counts(&mut stream);
        tests(&mut stream);
        draws(&mut stream);
    }
    for _ in 0..EACH / 10 {
        families(&mut stream);
        curves(&mut stream);
        tables(&mut stream);
    }
}

fn distributions(stream: &mut Stream) {
    let x = stream.unit();
    let [a, b] = [(); 2].map(|()| (stream.unit() * 14.0 - 2.0).exp2());
    say("beta", json!([x, a, b]), json!(beta(x, a, b)));
    say(
        "beta_quantile",
        json!([x, a, b]),
        json!(beta_quantile(x, a, b)),
    );
    let [t, freedom] = [stream.unit() * 12.0, 1.0 + stream.unit() * 200.0];
    say("t_beyond", json!([t, freedom]), json!(t_beyond(t, freedom)));
    say(
        "t_critical",
        json!([x, freedom]),
        json!(t_critical(x, freedom)),
    );
    let [value, away] = [stream.unit() * 12.0, (stream.unit() * 14.0 - 4.0).exp2()];
    let first = 1.0 + stream.below(12) as f64;
    let inputs = json!([value, first, freedom, away]);
    say(
        "f_noncentral",
        inputs,
        json!(f_noncentral(value, first, freedom, away)),
    );
}

fn run(questions: usize, of: u32, stream: &mut Stream) -> Vec<Counts> {
    (0..questions)
        .map(|_| Counts::new(stream.below(of as usize + 1) as u32, of))
        .collect()
}

fn right(run: &[Counts]) -> Vec<u32> {
    run.iter().map(|each| each.right).collect()
}

fn counts(stream: &mut Stream) {
    let of = [1, 2, 4, 8, 64][stream.below(5)];
    let questions = 30 + stream.below(40);
    let run = run(questions, of, stream);
    let inputs = json!([right(&run), of]);
    let ends = |low: f64, high: f64| json!([low, high]);
    let here = this_run(&run).expect("attempts");
    say("this_run", inputs.clone(), ends(here.low, here.high));
    let like = questions_like_these(std::slice::from_ref(&run)).expect("questions");
    say(
        "questions_like_these",
        inputs.clone(),
        ends(like.low, like.high),
    );
    let k = 1 + stream.below(of as usize) as u32;
    say(
        "pass_at",
        json!([right(&run), of, k]),
        json!(pass_at(&run, k)),
    );
    if let Some(spread) = spread(&run) {
        let figures = json!([
            spread.se_questions,
            spread.se_attempts,
            spread.between_questions
        ]);
        say("spread", inputs, figures);
    }
}

fn tests(stream: &mut Stream) {
    let [wins, losses] = [(); 2].map(|()| stream.below(60) as u32);
    say(
        "mcnemar",
        json!([wins, losses]),
        json!(mcnemar(wins, losses)),
    );
    let p: Vec<f64> = (0..1 + stream.below(9))
        .map(|_| stream.unit().powi(3))
        .collect();
    say("holm", json!(p), json!(holm(&p)));
    let of = [1, 3, 8][stream.below(3)];
    let [a, b] = [(); 2].map(|()| run(14, of, stream));
    say(
        "sign_flip",
        json!([right(&a), right(&b), of]),
        json!(sign_flip(&a, &b, 0)),
    );
}

/// An arm whose draws differ by far more than attempts make.
fn arm(draws: usize, stream: &mut Stream) -> (Vec<f64>, Vec<Vec<Counts>>) {
    const OF: u32 = 1 << 24;
    let runs: Vec<Vec<Counts>> = (0..draws)
        .map(|_| vec![Counts::new((stream.unit() * f64::from(OF)) as u32, OF)])
        .collect();
    (runs.iter().map(|run| run[0].mean()).collect(), runs)
}

fn draws(stream: &mut Stream) {
    let [d, e] = [(); 2].map(|()| 2 + stream.below(7));
    for (name, second, paired) in [("welch", e, false), ("paired", d, true)] {
        let [(a, a_runs), (b, b_runs)] = [d, second].map(|draws| arm(draws, stream));
        let arms = [(1.0, a_runs), (-1.0, b_runs)].map(|(weight, draws)| Arm { weight, draws });
        let found = contrast(&arms, paired).expect("two draws");
        let figures = json!([
            found.effect,
            found.standard_error,
            found.degrees_of_freedom,
            found.p
        ]);
        say(name, json!([a, b]), figures);
    }
}

fn families(stream: &mut Stream) {
    let draws = 2 + stream.below(5);
    let arms: Vec<_> = (0..3).map(|_| arm(draws, stream)).collect();
    let means: Vec<&Vec<f64>> = arms.iter().map(|(means, _)| means).collect();
    let runs: Vec<Vec<Vec<Counts>>> = arms.iter().map(|(_, runs)| runs.clone()).collect();
    if let Ok(found) = arms_spread(&runs) {
        say(
            "arms_spread",
            json!(means),
            json!([found.sd, found.low, found.p]),
        );
    }
}

fn curves(stream: &mut Stream) {
    let n: Vec<f64> = (0..7).map(|at| 100.0 * f64::from(1_u32 << at)).collect();
    let sizes: Vec<Size> = n
        .iter()
        .map(|&n| Size {
            n,
            draws: arm(3, stream).1,
        })
        .collect();
    let y: Vec<f64> = sizes
        .iter()
        .map(|size| size.draws.iter().map(|draw| draw[0].mean()).sum::<f64>() / 3.0)
        .collect();
    let found = scaling(&sizes).expect("sizes");
    if let Curve::Logarithm { a, b } = found.logarithm.curve {
        say(
            "logarithm",
            json!([n, y]),
            json!([a, b, found.logarithm.aicc]),
        );
    }
    if let Some(fit) = found.saturating {
        say("saturating", json!([n, y]), json!([fit.residual, fit.aicc]));
    }
}

fn tables(stream: &mut Stream) {
    let solved: Vec<Vec<bool>> = (0..8)
        .map(|run| (0..9).map(|at| stream.below(18) < 2 + run + at).collect())
        .collect();
    let ids: Vec<String> = (0..9).map(|at| at.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let found = ladder(&ids, &solved, 0).expect("a table");
    let figures = json!([found.errors, found.marginal_reproducibility, found.h]);
    say("ladder", json!(solved), figures);
}
