//! Worlds in which experiments are simulated: how hard questions are, and how draws differ.

use gradatim::eval::distributions::beta_quantile;
use gradatim::eval::random::Stream;
use gradatim::eval::table::Counts;

/// How hard questions are.
#[derive(Clone, Copy)]
pub enum Law {
    /// A beta variable.
    Beta(f64, f64),
    /// Rates, each as likely as its weight.
    Rates(&'static [(usize, f64)]),
}

pub const LAWS: [(&str, Law); 9] = [
    ("always or never", Law::Beta(0.3, 0.3)),
    ("even", Law::Beta(1.0, 1.0)),
    ("hard", Law::Beta(0.3, 1.5)),
    ("easy", Law::Beta(2.0, 0.3)),
    ("alike", Law::Beta(200.0, 200.0)),
    (
        "ladder",
        Law::Rates(&[(4, 0.97), (10, 0.9), (12, 0.28), (4, 0.02)]),
    ),
    ("half always, half never", Law::Rates(&[(1, 0.0), (1, 1.0)])),
    (
        "nearly never",
        Law::Rates(&[(2, 0.0), (2, 0.01), (1, 0.04)]),
    ),
    (
        "nearly always",
        Law::Rates(&[(2, 1.0), (2, 0.99), (1, 0.95)]),
    ),
];

/// How draws differ: standard deviation of a draw, and of a question in a draw, on the logit; a quarter of it is about what a
/// question of a half moves by.
pub const DRAWS_DIFFER: [(&str, [f64; 2]); 3] = [
    ("draws alike", [0.0, 0.0]),
    ("draws .03 apart", [0.12, 0.2]),
    ("draws .08 apart", [0.32, 0.5]),
];

/// A world.
#[derive(Clone)]
pub struct World {
    /// Logits of questions, equally likely.
    pub logits: Vec<f64>,
    pub draw_sd: f64,
    pub interaction_sd: f64,
}

pub fn chance(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

fn logit(share: f64) -> f64 {
    let share = share.clamp(1e-15, 1.0 - 1e-15);
    (share / (1.0 - share)).ln()
}

/// The mean of a figure of rates around a logit, by the trapezoidal rule.
pub fn mean_over(logit: f64, sd: f64, of: impl Fn(f64) -> f64) -> f64 {
    if sd == 0.0 {
        return of(chance(logit));
    }
    let (mut sum, mut weights) = (0.0, 0.0);
    for at in -12..=12 {
        let z = f64::from(at) * 0.4;
        let weight = (-z * z / 2.0).exp();
        sum += weight * of(chance(logit + sd * z));
        weights += weight;
    }
    sum / weights
}

pub fn normal(stream: &mut Stream) -> f64 {
    let radius = (-2.0 * (1.0 - stream.unit()).ln()).sqrt();
    radius * (std::f64::consts::TAU * stream.unit()).cos()
}

/// How many of so many attempts are right; a word of chance is two.
pub fn attempts(chance: f64, of: u32, stream: &mut Stream) -> Counts {
    let limit = (chance * 4_294_967_296.0) as u64;
    let mut right = 0;
    for _ in 0..of / 2 {
        let bits = stream.bits();
        right += u32::from(bits >> 32 < limit) + u32::from(bits & 0xffff_ffff < limit);
    }
    if of % 2 == 1 {
        right += u32::from(stream.bits() >> 32 < limit);
    }
    Counts::new(right, of)
}

pub fn grade(rates: &[f64], of: u32, stream: &mut Stream) -> Vec<Counts> {
    rates
        .iter()
        .map(|&rate| attempts(rate, of, stream))
        .collect()
}

pub fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len() as f64
}

impl World {
    pub fn of(law: Law, [draw_sd, interaction_sd]: [f64; 2]) -> Self {
        let logits = match law {
            Law::Beta(a, b) => (0..400)
                .map(|at| logit(beta_quantile((f64::from(at) + 0.5) / 400.0, a, b)))
                .collect(),
            Law::Rates(rates) => rates
                .iter()
                .flat_map(|&(count, share)| vec![logit(share); count])
                .collect(),
        };
        Self {
            logits,
            draw_sd,
            interaction_sd,
        }
    }

    pub fn kind_sd(&self) -> f64 {
        self.draw_sd.hypot(self.interaction_sd)
    }

    pub fn questions(&self, count: usize, stream: &mut Stream) -> Vec<f64> {
        (0..count)
            .map(|_| self.logits[stream.below(self.logits.len())])
            .collect()
    }

    /// True rates of one draw's model, the draw as it is.
    pub fn rates(&self, logits: &[f64], draw: f64, stream: &mut Stream) -> Vec<f64> {
        let rate = |logit: &f64| {
            let own = if self.interaction_sd > 0.0 {
                self.interaction_sd * normal(stream)
            } else {
                0.0
            };
            chance(logit + draw + own)
        };
        logits.iter().map(rate).collect()
    }

    pub fn draw(&self, stream: &mut Stream) -> f64 {
        if self.draw_sd > 0.0 {
            self.draw_sd * normal(stream)
        } else {
            0.0
        }
    }

    /// The mean over these questions of what the kind does.
    pub fn here(&self, logits: &[f64]) -> f64 {
        let sd = self.kind_sd();
        mean(
            logits
                .iter()
                .map(|&logit| mean_over(logit, sd, |rate| rate)),
        )
    }

    /// Mean over all questions, of a kind that is shifted so and suits some questions more.
    pub fn of_all(&self, shift: f64, suits: f64, sd: f64) -> f64 {
        let one = |logit: &f64| mean_over(logit + shift, sd.hypot(suits), |rate| rate);
        mean(self.logits.iter().map(one))
    }
}

/// All worlds, with their names.
pub fn worlds() -> Vec<(String, World)> {
    let named = |&(law, of): &(&str, Law)| {
        DRAWS_DIFFER.map(|(draws, sds)| (format!("{law}, {draws}"), World::of(of, sds)))
    };
    LAWS.iter().flat_map(named).collect()
}

/// Runs one piece of work for each item on all cores, in the items' order.
pub fn on_all_cores<T: Sync, R: Send>(items: &[T], work: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let next = std::sync::atomic::AtomicUsize::new(0);
    let mut found: Vec<(usize, R)> = std::thread::scope(|scope| {
        let one = || {
            let mut own = Vec::new();
            loop {
                let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let Some(item) = items.get(at) else {
                    return own;
                };
                own.push((at, work(at, item)));
            }
        };
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(one)).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("a simulation"))
            .collect()
    });
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, result)| result).collect()
}
