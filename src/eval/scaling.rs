//! How accuracy grows with the size of the training set.
//!
//! Two curves: a·ln N + b, the paper's, and c − h·N^(−e), which has a ceiling. Draws and not sizes are what is repeated,
//! since sizes are nested prefixes of a draw, so that every interval is Student's over what each draw says by itself, and
//! never narrower than the attempts allow. A ceiling beyond the data is a property of the formula: extrapolations hold both
//! curves' uncertainty and end at four times the largest N.
//!
//! With epochs as they are, more trajectories are more steps of the optimiser too: [`steps_grow`] says where the two cannot be
//! told apart.

use super::compare::{Arm, Contrast, contrast};
use super::distributions::t_critical;
use super::intervals::{Interval, NoInterval, attempts_variance};
use super::table::{Counts, avg, mean, pooled, variance};

/// With fewer sizes no curve is preferred to another: AICc of five points and three parameters and σ divides by 0.
pub const SIZES_MIN: usize = 6;

/// How far beyond the largest size a curve is followed.
pub const BEYOND_MAX: f64 = 4.0;

/// The saturating curve's support from which on the logarithm is refused.
const SURE: f64 = 0.95;

/// Exponents of the saturating curve that are looked at.
const EXPONENTS: [f64; 2] = [0.01, 5.0];

/// One size, with the run of each draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Size {
    /// Trajectories.
    pub n: f64,
    /// In the order of draws, the same for every size; all over the same questions in one order.
    pub draws: Vec<Vec<Counts>>,
}

/// A curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Curve {
    /// a·ln N + b.
    Logarithm {
        /// Gain with each factor e.
        a: f64,
        /// At one trajectory.
        b: f64,
    },
    /// c − h·N^(−e), c not above 1, h not below 0.
    Saturating {
        /// The ceiling.
        c: f64,
        /// How far one trajectory is from it.
        h: f64,
        /// How fast it is neared.
        e: f64,
    },
}

/// A curve fitted to the draws' means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// With its coefficients.
    pub curve: Curve,
    /// Sum of squares that it leaves.
    pub residual: f64,
    /// AICc, with σ counted as a coefficient; none where there are too few sizes for it.
    pub aicc: Option<f64>,
}

/// What sizes say together.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaling {
    /// Sizes.
    pub sizes: usize,
    /// Draws of each.
    pub draws: usize,
    /// The logarithm.
    pub logarithm: Fit,
    /// The curve with a ceiling; none with fewer than four sizes.
    pub saturating: Option<Fit>,
    /// Share of support of the saturating curve against the logarithm (Akaike's weight); none with fewer than six sizes:
    /// the data do not choose.
    pub saturating_weight: Option<f64>,
    /// The gain of each factor e of size, over the slopes of draws; also where its interval lies on questions like these.
    pub slope: Result<Contrast, NoInterval>,
    /// Sizes, with the mean of each draw and how much attempts make the mean over draws vary.
    measured: Vec<Measured>,
}

#[derive(Clone, Debug, PartialEq)]
struct Measured {
    n: f64,
    draws: Vec<f64>,
    attempts: f64,
}

/// What is to be expected at a size that was not measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extrapolated {
    /// The size asked for.
    pub n: f64,
    /// By both curves, weighted by their support; alike where the data do not choose.
    pub mean: f64,
    /// Over draws and curves.
    pub interval: Interval,
}

/// Fits both curves; none with fewer than two different sizes, none of them below 1, or where sizes have different numbers
/// of draws or of questions, or none.
pub fn scaling(sizes: &[Size]) -> Option<Scaling> {
    let draws = sizes.first()?.draws.len();
    let fits = sizes
        .iter()
        .all(|size| size.n >= 1.0 && size.draws.len() == draws);
    if draws == 0 || !fits {
        return None;
    }
    let measured: Vec<Measured> = sizes.iter().map(Measured::of).collect::<Option<_>>()?;
    let n: Vec<f64> = sizes.iter().map(|size| size.n).collect();
    let means = means(&measured);
    let logarithm = fit_logarithm(&n, &means)?;
    let saturating = fit_saturating(&n, &means);
    Some(Scaling {
        sizes: sizes.len(),
        draws,
        logarithm,
        saturating,
        saturating_weight: weight(sizes.len(), logarithm, saturating),
        slope: slope(sizes),
        measured,
    })
}

/// The slope in ln N as a weighted sum of sizes: least squares weighs each by its distance from the mean of ln N. Sizes of a
/// draw are nested, so that draws are paired.
fn slope(sizes: &[Size]) -> Result<Contrast, NoInterval> {
    let x: Vec<f64> = sizes.iter().map(|size| libm::log(size.n)).collect();
    let centre = mean(x.iter().copied()).ok_or(NoInterval::FewSizes)?;
    let squares: f64 = x.iter().map(|x| (x - centre).powi(2)).sum();
    if squares <= 0.0 {
        return Err(NoInterval::FewSizes);
    }
    let arm = |(size, x): (&Size, &f64)| Arm {
        weight: (x - centre) / squares,
        draws: size.draws.clone(),
    };
    let arms: Vec<Arm> = sizes.iter().zip(&x).map(arm).collect();
    contrast(&arms, true)
}

/// The steps of the smallest and of the largest size, where the larger have more: what grows with N may then be what grows
/// with steps, and takes a twin with as many steps for each size to tell. `steps` has a size and its steps each.
///
/// ```
/// # use gradatim::eval::scaling::steps_grow;
/// assert_eq!(steps_grow(&[(2000.0, 315.0), (200.0, 35.0)]), Some([35.0, 315.0]));
/// assert_eq!(steps_grow(&[(2000.0, 100.0), (200.0, 100.0)]), None);
/// ```
pub fn steps_grow(steps: &[(f64, f64)]) -> Option<[f64; 2]> {
    let smallest = steps.iter().min_by(|a, b| a.0.total_cmp(&b.0))?.1;
    let largest = steps.iter().max_by(|a, b| a.0.total_cmp(&b.0))?.1;
    (largest > smallest).then_some([smallest, largest])
}

impl Measured {
    /// None without a draw, or where draws have different questions.
    fn of(size: &Size) -> Option<Self> {
        let together = pooled(&size.draws)?;
        Some(Self {
            n: size.n,
            draws: size
                .draws
                .iter()
                .map(|draw| avg(draw))
                .collect::<Option<_>>()?,
            attempts: attempts_variance(&together),
        })
    }
}

fn means(measured: &[Measured]) -> Vec<f64> {
    let of = |size: &Measured| size.draws.iter().sum::<f64>() / size.draws.len() as f64;
    measured.iter().map(of).collect()
}

impl Curve {
    /// Its share at a size.
    pub fn at(self, n: f64) -> f64 {
        match self {
            Self::Logarithm { a, b } => a * libm::log(n) + b,
            Self::Saturating { c, h, e } => c - h * libm::pow(n, -e),
        }
    }
}

impl Scaling {
    /// What a size would do; none below 1, past four times the largest measured, or with one draw, which has no interval.
    ///
    /// Each curve has Student's interval around the fit to all draws together by the spread of the draws' own fits, its variance never below what attempts make of the fit to all
    /// draws together; both become one by Burnham and Anderson's unconditional error (2002, eq. 4.9), in which the distance of
    /// the curves is a part. The interval holds the saturating curve's own as well, and the logarithm's unless the data
    /// refuse it: AICc asks of seven sizes that three coefficients leave a seventh of what two leave, so that it prefers the
    /// logarithm where there is a ceiling (simulated: the average alone holds the truth in 86 of 100).
    pub fn at(&self, n: f64) -> Option<Extrapolated> {
        let largest = self.measured.iter().map(|size| size.n).fold(0.0, f64::max);
        if !(1.0..=BEYOND_MAX * largest).contains(&n) || self.draws < 2 {
            return None;
        }
        let weight = self
            .saturating
            .map_or(0.0, |_| self.saturating_weight.unwrap_or(0.5));
        let mut parts = vec![self.part(fit_logarithm, 1.0 - weight, n)?];
        parts.extend(
            self.saturating
                .and_then(|_| self.part(fit_saturating, weight, n)),
        );
        let mean: f64 = parts.iter().map(|part| part.weight * part.centre).sum();
        let error =
            |part: &Part| part.weight * (part.variance + (part.centre - mean).powi(2)).sqrt();
        let critical = t_critical(0.05, self.draws as f64 - 1.0);
        let mut interval = Interval::around(mean, critical * parts.iter().map(error).sum::<f64>());
        let is_refused = |part: &&Part| part.weight <= 1.0 - SURE && weight >= SURE;
        for part in parts.iter().filter(|part| !is_refused(part)) {
            let own = Interval::around(part.centre, critical * part.variance.sqrt());
            interval = interval.hull(own);
        }
        Some(Extrapolated {
            n,
            mean,
            interval: interval.within(0.0, 1.0),
        })
    }

    /// What one curve says of a size; none where it cannot be fitted to two draws.
    fn part(&self, fitted: Fitter, weight: f64, n: f64) -> Option<Part> {
        let sizes: Vec<f64> = self.measured.iter().map(|size| size.n).collect();
        let value = |draw| Some(fitted(&sizes, &of_draw(&self.measured, draw))?.curve.at(n));
        let values: Vec<f64> = (0..self.draws).filter_map(value).collect();
        let draws = variance(&values)? / values.len() as f64;
        let attempts = self.attempts_at(fitted, &sizes, n).unwrap_or(0.0);
        Some(Part {
            weight,
            centre: fitted(&sizes, &means(&self.measured))?.curve.at(n),
            variance: draws.max(attempts),
        })
    }
}

/// What one curve says of a size.
struct Part {
    weight: f64,
    centre: f64,
    variance: f64,
}

impl Scaling {
    /// How much a fit's value at a size varies by attempts, as far as it is linear in the sizes' means.
    fn attempts_at(&self, fitted: Fitter, sizes: &[f64], n: f64) -> Option<f64> {
        const MOVE: f64 = 1e-4;
        let means = means(&self.measured);
        let value = |means: &[f64]| Some(fitted(sizes, means)?.curve.at(n));
        let still = value(&means)?;
        let mut sum = 0.0;
        for (at, size) in self.measured.iter().enumerate() {
            let mut moved = means.clone();
            moved[at] += MOVE;
            sum += ((value(&moved)? - still) / MOVE).powi(2) * size.attempts;
        }
        Some(sum)
    }
}

type Fitter = fn(&[f64], &[f64]) -> Option<Fit>;

fn of_draw(sizes: &[Measured], draw: usize) -> Vec<f64> {
    sizes.iter().map(|size| size.draws[draw]).collect()
}

fn fit_logarithm(n: &[f64], y: &[f64]) -> Option<Fit> {
    let x: Vec<f64> = n.iter().map(|n| libm::log(*n)).collect();
    let (a, b) = line(&x, y)?;
    Some(fit(Curve::Logarithm { a, b }, n, y, 2))
}

/// For each exponent the rest is a line, so that one number is looked for: on a grid, then by golden section.
fn fit_saturating(n: &[f64], y: &[f64]) -> Option<Fit> {
    const GRID: u32 = 60;
    const ROUNDS: u32 = 40;
    if n.len() < 4 {
        return None;
    }
    let logs: Vec<f64> = n.iter().map(|n| libm::log(*n)).collect();
    let [low, high] = EXPONENTS.map(libm::log);
    let step = (high - low) / f64::from(GRID);
    let at = |log_e: f64| with_exponent(libm::exp(log_e), &logs, y);
    let residual = |log_e: f64| at(log_e).map_or(f64::INFINITY, |(_, residual)| residual);
    let grid = (0..=GRID).map(|index| low + step * f64::from(index));
    let grid = grid.map(|log_e| (log_e, residual(log_e)));
    let (best, _) = grid.min_by(|a, b| a.1.total_cmp(&b.1))?;
    let (mut left, mut right) = ((best - step).max(low), (best + step).min(high));
    for _ in 0..ROUNDS {
        let third = (right - left) * 0.381966011250105;
        if residual(left + third) <= residual(right - third) {
            right -= third;
        } else {
            left += third;
        }
    }
    let [refined, found] = [at((left + right) / 2.0)?, at(best)?];
    let (curve, _) = if refined.1 <= found.1 { refined } else { found };
    Some(fit(curve, n, y, 3))
}

/// The best curve of an exponent, and the sum of squares that it leaves.
fn with_exponent(e: f64, logs: &[f64], y: &[f64]) -> Option<(Curve, f64)> {
    let x: Vec<f64> = logs.iter().map(|log| -libm::exp(-e * log)).collect();
    let (mut h, mut c) = line(&x, y)?;
    if c > 1.0 {
        // The line through 1 at no distance.
        let squares: f64 = x.iter().map(|x| x * x).sum();
        (c, h) = (
            1.0,
            x.iter().zip(y).map(|(x, y)| x * (y - 1.0)).sum::<f64>() / squares,
        );
    }
    if h < 0.0 {
        (h, c) = (0.0, y.iter().sum::<f64>() / y.len() as f64);
    }
    let left = x.iter().zip(y).map(|(x, y)| (y - c - h * x).powi(2)).sum();
    Some((Curve::Saturating { c, h, e }, left))
}

/// Slope and height of the least squares' line; none where all x are the same.
fn line(x: &[f64], y: &[f64]) -> Option<(f64, f64)> {
    let count = x.len() as f64;
    let [centre_x, centre_y] = [x, y].map(|values| values.iter().sum::<f64>() / count);
    let squares: f64 = x.iter().map(|x| (x - centre_x).powi(2)).sum();
    if squares <= 0.0 || squares.is_nan() {
        return None;
    }
    let products: f64 = x
        .iter()
        .zip(y)
        .map(|(x, y)| (x - centre_x) * (y - centre_y))
        .sum();
    let slope = products / squares;
    Some((slope, centre_y - slope * centre_x))
}

fn fit(curve: Curve, n: &[f64], y: &[f64], coefficients: usize) -> Fit {
    let residual: f64 = n
        .iter()
        .zip(y)
        .map(|(n, y)| (y - curve.at(*n)).powi(2))
        .sum();
    let [count, k] = [n.len(), coefficients + 1].map(|number| number as f64);
    let enough = count - k - 1.0 > 0.0 && residual > 0.0;
    let aicc =
        || count * libm::log(residual / count) + 2.0 * k + 2.0 * k * (k + 1.0) / (count - k - 1.0);
    Fit {
        curve,
        residual,
        aicc: enough.then(aicc),
    }
}

fn weight(sizes: usize, logarithm: Fit, saturating: Option<Fit>) -> Option<f64> {
    if sizes < SIZES_MIN {
        return None;
    }
    let difference = saturating?.aicc? - logarithm.aicc?;
    Some(1.0 / (1.0 + libm::exp(difference / 2.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: [f64; 7] = [100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10000.0];

    /// Draws that lie around a curve, with a residue that no curve takes away.
    fn sizes(of: impl Fn(f64) -> f64, count: usize) -> Vec<Size> {
        let run = |share: f64| vec![Counts::new((share * 1e6).round() as u32, 1_000_000)];
        let size = |(at, n): (usize, &f64)| Size {
            n: *n,
            draws: [-0.01, 0.0, 0.01]
                .map(|off| run(of(*n) + off + if at % 2 == 0 { 0.002 } else { -0.002 }))
                .to_vec(),
        };
        SIZES[..count].iter().enumerate().map(size).collect()
    }

    #[test]
    fn a_line_in_the_logarithm_is_found_and_not_followed_past_four_times_its_end() {
        let found = scaling(&sizes(|n| 0.05 * n.ln() + 0.1, 7)).unwrap();
        let Curve::Logarithm { a, b } = found.logarithm.curve else {
            panic!()
        };
        assert!(
            (a - 0.05).abs() < 0.001 && (b - 0.1).abs() < 0.01,
            "{a} {b}"
        );
        assert!(found.saturating_weight.unwrap() < 0.5);
        assert!(found.at(40_000.0).is_some() && found.at(40_001.0).is_none());
        assert!(found.at(f64::NAN).is_none());
    }

    #[test]
    fn a_ceiling_inside_of_the_data_is_found() {
        let found = scaling(&sizes(|n| 0.6 - 8.0 / n, 7)).unwrap();
        let Some(Curve::Saturating { c, e, .. }) = found.saturating.map(|fit| fit.curve) else {
            panic!()
        };
        assert!((c - 0.6).abs() < 0.01 && (e - 1.0).abs() < 0.1, "{c} {e}");
        assert!(found.saturating_weight.unwrap() > 0.95);
    }

    /// By hand: ln 1 and ln e² with the means .2 and .4 rise by .1; both draws have that slope, and 10 attempts still leave it open.
    #[test]
    fn draws_that_rise_alike_are_as_unsure_as_their_attempts() {
        let size = |n: f64, right| Size {
            n,
            draws: vec![vec![Counts::new(right, 10)]; 2],
        };
        let found = scaling(&[size(1.0, 2), size(2_f64.exp(), 4)]).unwrap();
        let slope = found.slope.unwrap();
        assert!((slope.effect - 0.1).abs() < 1e-12 && slope.standard_error < 1e-9);
        assert!(
            slope.this_kind.low < 0.0 && slope.this_kind.high > 0.2,
            "{slope:?}"
        );
        assert!(slope.p > 0.05);
        let later = found.at(3_f64.exp()).unwrap();
        assert!((later.mean - 0.5).abs() < 1e-9);
        assert!(later.interval.high - later.interval.low > 0.5, "{later:?}");
    }

    #[test]
    fn five_sizes_do_not_choose_a_curve_and_one_draw_has_no_interval() {
        let five = scaling(&sizes(|n| 0.05 * n.ln() + 0.1, 5)).unwrap();
        assert_eq!(five.saturating_weight, None);
        let wide = five.at(8000.0).unwrap().interval;
        assert!(wide.holds(0.05 * 8000_f64.ln() + 0.1));
        let one: Vec<Size> = SIZES
            .map(|n| Size {
                n,
                draws: vec![vec![Counts::new(1, 10)]],
            })
            .to_vec();
        let one = scaling(&one).unwrap();
        assert_eq!(one.slope, Err(NoInterval::OneDraw));
        assert_eq!(one.at(1000.0), None);
        assert_eq!(scaling(&[]), None);
        let same = vec![
            Size {
                n: 5.0,
                draws: vec![vec![Counts::new(1, 10)]]
            };
            3
        ];
        assert_eq!(scaling(&same), None);
    }
}
