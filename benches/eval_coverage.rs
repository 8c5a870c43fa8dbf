//! How often the intervals of `eval` hold the truth, and how wide they are: simulated, with a seed.
//!
//! ```text
//! cargo bench --bench eval_coverage [-- EXPERIMENTS]
//! ```
//!
//! Each cell of {4, 12, 30} questions × {1, 2, 4, 8} draws × {1, 2, 8, 64} attempts is simulated in twelve worlds: six laws
//! of how hard questions are, each with and without draws that differ and that suit some questions more. A cell's share
//! is of the worst world. It ends with 1 where one lies below 93 % by more than three standard errors of the simulation.

use gradatim::eval::compare::{Arm, contrast, pair, this_pair};
use gradatim::eval::distributions::beta_quantile;
use gradatim::eval::intervals::{Interval, questions_like_these, this_kind, this_run};
use gradatim::eval::random::Stream;
use gradatim::eval::table::Counts;

const BAR: f64 = 0.93;
const QUESTIONS: [usize; 3] = [4, 12, 30];
const DRAWS: [usize; 4] = [1, 2, 4, 8];
const ATTEMPTS: [u32; 4] = [1, 2, 8, 64];
const NAMES: [&str; 7] = [
    "this_run",
    "this_kind",
    "questions_like_these",
    "pair, questions like these",
    "pair, these questions",
    "contrast, this kind",
    "contrast, questions like these",
];

/// How hard questions are, as the beta law's parameters; none is the paper's ladder.
const LAWS: [(&str, Option<[f64; 2]>); 6] = [
    ("always or never", Some([0.3, 0.3])),
    ("even", Some([1.0, 1.0])),
    ("hard", Some([0.3, 1.5])),
    ("easy", Some([2.0, 0.3])),
    ("alike", Some([200.0, 200.0])),
    ("ladder", None),
];

/// Logits of the second arm over the first, and how much that differs between questions.
const SHIFT: f64 = 0.5;
const SUITS: f64 = 0.7;

struct World {
    /// Logits of questions, equally likely.
    logits: Vec<f64>,
    /// Of a draw, and of a question in a draw, on the logit.
    draw_sd: f64,
    interaction_sd: f64,
}

fn world(law: usize, varied: bool) -> World {
    let logit = |share: f64| {
        let share = share.clamp(1e-6, 1.0 - 1e-6);
        (share / (1.0 - share)).ln()
    };
    let logits = match LAWS[law].1 {
        Some([a, b]) => (0..400)
            .map(|at| logit(beta_quantile((f64::from(at) + 0.5) / 400.0, a, b)))
            .collect(),
        None => [(4, 0.97), (10, 0.9), (12, 0.28), (4, 0.02)]
            .iter()
            .flat_map(|&(count, share)| vec![logit(share); count])
            .collect(),
    };
    let [draw_sd, interaction_sd] = if varied { [0.4, 0.5] } else { [0.0, 0.0] };
    World {
        logits,
        draw_sd,
        interaction_sd,
    }
}

fn chance(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

/// The mean of [`chance`] around a logit, by the trapezoidal rule.
fn mean_chance(logit: f64, sd: f64) -> f64 {
    if sd == 0.0 {
        return chance(logit);
    }
    let (mut sum, mut weights) = (0.0, 0.0);
    for at in -12..=12 {
        let z = f64::from(at) * 0.4;
        let weight = (-z * z / 2.0).exp();
        sum += weight * chance(logit + sd * z);
        weights += weight;
    }
    sum / weights
}

fn normal(stream: &mut Stream) -> f64 {
    let radius = (-2.0 * (1.0 - stream.unit()).ln()).sqrt();
    radius * (std::f64::consts::TAU * stream.unit()).cos()
}

fn attempts(chance: f64, of: u32, stream: &mut Stream) -> Counts {
    let right = (0..of).filter(|_| stream.unit() < chance).count();
    Counts::new(right as u32, of)
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len() as f64
}

impl World {
    fn kind_sd(&self) -> f64 {
        self.draw_sd.hypot(self.interaction_sd)
    }

    /// True rates of one draw's model.
    fn rates(&self, logits: &[f64], stream: &mut Stream) -> Vec<f64> {
        let draw = self.draw_sd * normal(stream);
        let rate = |logit: &f64| chance(logit + draw + self.interaction_sd * normal(stream));
        logits.iter().map(rate).collect()
    }

    /// Mean over all questions, of a kind that is shifted so and suits some questions more.
    fn of_all(&self, shift: f64, suits: f64, sd: f64) -> f64 {
        mean(
            self.logits
                .iter()
                .map(|logit| mean_chance(logit + shift, sd.hypot(suits))),
        )
    }

    /// Truth and interval of each kind in one experiment.
    fn experiment(
        &self,
        [q, d]: [usize; 2],
        n: u32,
        truths: &Truths,
        stream: &mut Stream,
    ) -> [Option<(f64, Interval)>; 7] {
        let logits: Vec<f64> = (0..q)
            .map(|_| self.logits[stream.below(self.logits.len())])
            .collect();
        let other: Vec<f64> = logits
            .iter()
            .map(|logit| logit + SHIFT + SUITS * normal(stream))
            .collect();
        let [mut rates, mut others] = [Vec::new(), Vec::new()];
        for _ in 0..d {
            rates.push(self.rates(&logits, stream));
            others.push(self.rates(&other, stream));
        }
        let grade = |rates: &[Vec<f64>], stream: &mut Stream| -> Vec<Vec<Counts>> {
            rates
                .iter()
                .map(|rates| {
                    rates
                        .iter()
                        .map(|&rate| attempts(rate, n, stream))
                        .collect()
                })
                .collect()
        };
        let [runs, other_runs] = [grade(&rates, stream), grade(&others, stream)];
        let sd = self.kind_sd();
        let here = |logits: &[f64]| mean(logits.iter().map(|&logit| mean_chance(logit, sd)));
        let of_run = |rates: &[f64]| mean(rates.iter().copied());
        let arms = [(1.0, &other_runs), (-1.0, &runs)].map(|(weight, draws)| Arm {
            weight,
            draws: draws.clone(),
        });
        let contrast = contrast(&arms, false).ok();
        let plain: Vec<Counts> = logits
            .iter()
            .map(|&logit| attempts(chance(logit), n, stream))
            .collect();
        let plain_other: Vec<Counts> = other
            .iter()
            .map(|&logit| attempts(chance(logit), n, stream))
            .collect();
        let of_logits = |logits: &[f64]| mean(logits.iter().map(|&logit| chance(logit)));
        let one = d == 1;
        [
            one.then(|| this_run(&runs[0]).ok())
                .flatten()
                .map(|interval| (of_run(&rates[0]), interval)),
            this_kind(&runs)
                .ok()
                .map(|interval| (here(&logits), interval)),
            // One run's target is its own model, whose draw is as it is.
            match one {
                true => questions_like_these(std::slice::from_ref(&plain))
                    .ok()
                    .map(|interval| (truths.plain, interval)),
                false => questions_like_these(&runs)
                    .ok()
                    .map(|interval| (truths.kind, interval)),
            },
            one.then(|| pair(&plain_other, &plain, 0).ok())
                .flatten()
                .map(|found| (truths.pair, found.interval)),
            one.then(|| this_pair(&plain_other, &plain).ok())
                .flatten()
                .map(|interval| (of_logits(&other) - of_logits(&logits), interval)),
            contrast.map(|found| (here(&other) - here(&logits), found.this_kind)),
            contrast.and_then(|found| Some((truths.contrast, found.questions_like_these?))),
        ]
    }

    fn truths(&self) -> Truths {
        let sd = self.kind_sd();
        Truths {
            plain: self.of_all(0.0, 0.0, 0.0),
            kind: self.of_all(0.0, 0.0, sd),
            pair: self.of_all(SHIFT, SUITS, 0.0) - self.of_all(0.0, 0.0, 0.0),
            contrast: self.of_all(SHIFT, SUITS, sd) - self.of_all(0.0, 0.0, sd),
        }
    }
}

struct Truths {
    plain: f64,
    kind: f64,
    pair: f64,
    contrast: f64,
}

/// Of one interval in one cell and world.
#[derive(Clone, Copy, Default)]
struct Held {
    experiments: u32,
    held: u32,
    width: f64,
}

impl Held {
    fn share(self) -> f64 {
        f64::from(self.held) / f64::from(self.experiments)
    }
}

fn cell(law: usize, varied: bool, [q, d]: [usize; 2], n: u32, experiments: u32) -> [Held; 7] {
    let world = world(law, varied);
    let truths = world.truths();
    let seed = ((law * 2 + usize::from(varied)) * 1000 + q * 10 + d) as u64 * 1000 + u64::from(n);
    let mut stream = Stream::new(seed);
    let mut held = [Held::default(); 7];
    for _ in 0..experiments {
        let found = world.experiment([q, d], n, &truths, &mut stream);
        for (held, found) in held.iter_mut().zip(found) {
            let Some((truth, interval)) = found else {
                continue;
            };
            held.experiments += 1;
            // An end of 0 or 1 is meant, whatever its last bit.
            held.held += u32::from(interval.low - 1e-12 <= truth && truth <= interval.high + 1e-12);
            held.width += interval.high - interval.low;
        }
    }
    held
}

fn main() {
    let experiments = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(2000);
    let error = (BAR * (1.0 - BAR) / f64::from(experiments)).sqrt();
    println!(
        "{experiments} experiments a cell and world; 93 % less three errors is {:.1} %",
        100.0 * (BAR - 3.0 * error)
    );
    println!(
        "{:>31} {:>9} {:>5} {:>8} {:>6} {:>6}  worst world",
        "interval", "questions", "draws", "attempts", "holds", "width"
    );
    let mut below = 0;
    for q in QUESTIONS {
        for d in DRAWS {
            for n in ATTEMPTS {
                let worlds: Vec<(usize, bool)> = (0..LAWS.len())
                    .flat_map(|law| [(law, false), (law, true)])
                    .collect();
                let threads: Vec<_> = worlds
                    .chunks(worlds.len() / 2)
                    .map(|part| {
                        let part = part.to_vec();
                        std::thread::spawn(move || -> Vec<[Held; 7]> {
                            part.iter()
                                .map(|&(law, varied)| cell(law, varied, [q, d], n, experiments))
                                .collect()
                        })
                    })
                    .collect();
                let held: Vec<[Held; 7]> = threads
                    .into_iter()
                    .flat_map(|thread| thread.join().expect("a simulation"))
                    .collect();
                for (kind, name) in NAMES.iter().enumerate() {
                    let known = held
                        .iter()
                        .zip(&worlds)
                        .filter(|(held, _)| held[kind].experiments > 0);
                    let worst = known
                        .clone()
                        .min_by(|(a, _), (b, _)| a[kind].share().total_cmp(&b[kind].share()));
                    let Some((worst, (law, varied))) = worst else {
                        continue;
                    };
                    let width = mean(
                        known.map(|(held, _)| held[kind].width / f64::from(held[kind].experiments)),
                    );
                    let missed = worst[kind].share() < BAR - 3.0 * error;
                    below += u32::from(missed);
                    println!(
                        "{name:>31} {q:>9} {d:>5} {n:>8} {:>6.1} {:>6.3}  {}{}{}",
                        100.0 * worst[kind].share(),
                        width,
                        LAWS[*law].0,
                        if *varied { ", draws differ" } else { "" },
                        if missed { "  BELOW" } else { "" },
                    );
                }
            }
        }
    }
    println!("{below} below the bar");
    std::process::exit(i32::from(below > 0));
}
