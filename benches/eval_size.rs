//! How often the p of `eval` call a difference that is none: simulated, with a seed.
//!
//! ```text
//! cargo bench --bench eval_size [-- EXPERIMENTS]
//! ```
//!
//! In the 27 worlds of `eval_coverage` all arms are of one kind on the same questions. A cell's share is of experiments with a p of
//! .05 or less, of families with any: over all worlds, and in the worst. It ends with 1 where one lies above 5 % by more than
//! the simulation's error: 1.96 standard errors of the first, 3.1 of the second, since the worst of 27 exact tests lies beyond
//! 1.96 as often as not.
//!
//! Measured 2026-11-27 with 400 experiments a cell and world (F a quarter; ladders of up to 11 runs, and of
//! 20 at 12 questions, 100), none above; the
//! cells with the largest share over all worlds, and with the largest of one world:
//!
//! | p of | all worlds | worst world |
//! |---|---|---|
//! | pair, sign flips | 4.0 | 7.0 |
//! | pair, McNemar | 0.9 | 3.2 |
//! | contrast, Welch | 3.8 | 7.0 |
//! | contrast, paired | 3.1 | 7.2 |
//! | slope | 3.3 | 7.0 |
//! | family of contrasts, Holm | 3.0 | 6.8 |
//! | family of paired draws, max-T | 4.0 | 6.8 |
//! | spread of arms, F | 3.1 | 10.0 of some 100 |
//! | ladder | 4.0 | 5.0 of 100 |

#[path = "worlds/mod.rs"]
#[allow(dead_code, reason = "two benches share it, each its own part")]
mod worlds;

use gradatim::eval::compare::{Arm, arms_spread, contrast, holm, max_t, pair};
use gradatim::eval::ladder::ladder;
use gradatim::eval::random::Stream;
use gradatim::eval::table::{Counts, avg};
use worlds::{World, chance, grade, normal, on_all_cores, worlds};

const LEVEL: f64 = 0.05;
const QUESTIONS: [usize; 3] = [4, 12, 30];
const DRAWS: [usize; 4] = [1, 2, 4, 8];
const ATTEMPTS: [u32; 4] = [1, 2, 8, 64];
const KINDS: usize = 8;
const NAMES: [&str; KINDS] = [
    "pair, sign flips",
    "pair, McNemar",
    "contrast, Welch",
    "contrast, paired",
    "slope",
    "family of contrasts, Holm",
    "family of paired draws, max-T",
    "spread of arms, F",
];

/// Arms of a family with their control, which is the first.
const ARMS: usize = 4;

/// Draws' weights of a slope over sizes that double: by least squares in ln N.
const SLOPE: [f64; ARMS] = [-0.3, -0.1, 0.1, 0.3];

type Runs = Vec<Vec<Counts>>;

/// The p of each kind, of families the smallest.
fn experiment(
    world: &World,
    [q, d]: [usize; 2],
    n: u32,
    stream: &mut Stream,
) -> [Option<f64>; KINDS] {
    let logits = world.questions(q, stream);
    if d == 1 {
        one_draw(world, &logits, n, stream)
    } else {
        draws(world, &logits, d, n, stream)
    }
}

/// Two models of one kind of draw, each with questions that suit it.
fn one_draw(world: &World, logits: &[f64], n: u32, stream: &mut Stream) -> [Option<f64>; KINDS] {
    let mut run = || {
        let rates: Vec<f64> = logits
            .iter()
            .map(|logit| chance(logit + world.interaction_sd * normal(stream)))
            .collect();
        grade(&rates, n, stream)
    };
    let [a, b] = [run(), run()];
    let mut found = [None; KINDS];
    if let Ok(pair) = pair(&a, &b, stream.bits()) {
        found[0] = Some(pair.p);
        found[1] = pair.mcnemar;
    }
    found
}

fn draws(
    world: &World,
    logits: &[f64],
    d: usize,
    n: u32,
    stream: &mut Stream,
) -> [Option<f64>; KINDS] {
    let mut own: Vec<Runs> = vec![Vec::new(); ARMS];
    let mut paired: Vec<Runs> = vec![Vec::new(); ARMS];
    for _ in 0..d {
        let shared = world.draw(stream);
        for arm in 0..ARMS {
            let draw = world.draw(stream);
            let rates = world.rates(logits, draw, stream);
            own[arm].push(grade(&rates, n, stream));
            let rates = world.rates(logits, shared, stream);
            paired[arm].push(grade(&rates, n, stream));
        }
    }
    let against = |runs: &[Runs], arm: usize| {
        [(1.0, arm), (-1.0, 0)].map(|(weight, arm)| Arm {
            weight,
            draws: runs[arm].clone(),
        })
    };
    let p = |arms: &[Arm], paired: bool| contrast(arms, paired).ok().map(|found| found.p);
    let family: Option<Vec<f64>> = (1..ARMS).map(|arm| p(&against(&own, arm), false)).collect();
    let sizes = paired.iter().zip(SLOPE).map(|(draws, weight)| Arm {
        weight,
        draws: draws.clone(),
    });
    let mut found = [None; KINDS];
    found[2] = p(&against(&own, 1), false);
    found[3] = p(&against(&paired, 1), true);
    found[4] = p(&sizes.collect::<Vec<_>>(), true);
    found[5] = family.map(|family| smallest(&holm(&family)));
    found[6] = max_t(&differences(&paired), stream.bits()).map(|p| smallest(&p));
    if stream.below(4) == 0 {
        found[7] = arms_spread(&own).ok().map(|spread| spread.p);
    }
    found
}

fn smallest(p: &[f64]) -> f64 {
    p.iter().copied().fold(1.0, f64::min)
}

/// Of each arm's draws from the control's.
fn differences(paired: &[Runs]) -> Vec<Vec<f64>> {
    let means = |runs: &Runs| -> Vec<f64> { runs.iter().filter_map(|run| avg(run)).collect() };
    let control = means(&paired[0]);
    let of = |runs: &Runs| {
        means(runs)
            .iter()
            .zip(&control)
            .map(|(a, b)| a - b)
            .collect()
    };
    paired[1..].iter().map(of).collect()
}

/// Runs and questions in which nothing hangs together but how strong and how hard they are (Rasch's).
fn no_ladder([runs, questions]: [usize; 2], spread: f64, stream: &mut Stream) -> Option<f64> {
    let hard: Vec<f64> = (0..questions).map(|_| spread * normal(stream)).collect();
    let mut row = || {
        let strong = normal(stream);
        hard.iter()
            .map(|hard| stream.unit() < chance(strong - hard))
            .collect()
    };
    let solved: Vec<Vec<bool>> = (0..runs).map(|_| row()).collect();
    let ids: Vec<String> = (0..questions).map(|at| at.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    ladder(&ids, &solved, stream.bits()).map(|found| found.p)
}

/// How many of so many experiments called a difference.
#[derive(Clone, Copy, Default)]
struct Called {
    experiments: u32,
    called: u32,
}

impl Called {
    fn add(&mut self, p: f64) {
        self.experiments += 1;
        // A p that is .05 by its law is .05, whatever its last bit.
        self.called += u32::from(p <= LEVEL + 1e-12);
    }

    fn share(self) -> f64 {
        f64::from(self.called) / f64::from(self.experiments)
    }
}

fn bar(errors: f64, experiments: u32) -> f64 {
    LEVEL + errors * (LEVEL * (1.0 - LEVEL) / f64::from(experiments)).sqrt()
}

/// Prints the share over all worlds and the worst world's; 1 where one misses its bar.
fn line(name: &str, cell: &str, called: &[(Called, &str)]) -> u32 {
    let known = || called.iter().filter(|(called, _)| called.experiments > 0);
    let Some((worst, world)) = known().max_by(|a, b| a.0.share().total_cmp(&b.0.share())) else {
        return 0;
    };
    let all = known().fold(Called::default(), |sum, (called, _)| Called {
        experiments: sum.experiments + called.experiments,
        called: sum.called + called.called,
    });
    let missed =
        all.share() > bar(1.96, all.experiments) || worst.share() > bar(3.1, worst.experiments);
    let missed_said = if missed { "  ABOVE" } else { "" };
    let [all, worst] = [all, *worst].map(|called| 100.0 * called.share());
    println!("{name:>31} {cell} {all:>6.1} {worst:>6.1}  {world}{missed_said}");
    u32::from(missed)
}

fn cells(worlds: &[(String, World)], experiments: u32) -> u32 {
    let mut above = 0;
    for q in QUESTIONS {
        for d in DRAWS {
            for n in ATTEMPTS {
                let simulated = on_all_cores(worlds, |at, (_, world)| {
                    let seed = ((at * 1000 + q * 10 + d) * 1000) as u64 + u64::from(n) + (1 << 40);
                    let mut stream = Stream::new(seed);
                    let mut called = [Called::default(); KINDS];
                    for _ in 0..experiments {
                        let found = experiment(world, [q, d], n, &mut stream);
                        for (called, p) in called.iter_mut().zip(found) {
                            p.into_iter().for_each(|p| called.add(p));
                        }
                    }
                    called
                });
                for (kind, name) in NAMES.iter().enumerate() {
                    let called: Vec<(Called, &str)> = simulated
                        .iter()
                        .zip(worlds)
                        .map(|(called, (world, _))| (called[kind], world.as_str()))
                        .collect();
                    above += line(name, &format!("{q:>9} {d:>5} {n:>8}"), &called);
                }
            }
        }
    }
    above
}

const SPREADS: [(&str, f64); 3] = [
    ("questions alike", 0.3),
    ("questions differ", 1.5),
    ("questions far apart", 3.0),
];

fn ladders(experiments: u32) -> u32 {
    let mut above = 0;
    for [runs, questions] in [[4, 30], [11, 30], [20, 12], [20, 30]] {
        let called = on_all_cores(&SPREADS, |at, (_, spread)| {
            let mut stream = Stream::new((at * 100 + runs) as u64 * 100 + questions as u64);
            let mut called = Called::default();
            for _ in 0..experiments {
                no_ladder([runs, questions], *spread, &mut stream)
                    .into_iter()
                    .for_each(|p| called.add(p));
            }
            called
        });
        let called: Vec<(Called, &str)> = called
            .into_iter()
            .zip(SPREADS.map(|(name, _)| name))
            .collect();
        let name = format!("ladder of {runs} runs");
        above += line(
            &name,
            &format!("{questions:>9} {:>5} {:>8}", "", 1),
            &called,
        );
    }
    above
}

fn main() {
    let experiments = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(2000);
    println!(
        "{experiments} experiments a cell and world, a quarter for ladders; 5 % and the simulation's error is {:.1} % in the worst world",
        100.0 * bar(3.1, experiments)
    );
    println!(
        "{:>31} {:>9} {:>5} {:>8} {:>6} {:>6}  worst world",
        "p of", "questions", "draws", "attempts", "called", "worst"
    );
    let above = cells(&worlds(), experiments) + ladders(experiments / 4);
    println!("{above} above the bar");
    std::process::exit(i32::from(above > 0));
}
