//! Gauss's, Student's and the beta distribution, by `libm` alone.
//!
//! `statrs` has them too, on the system's logarithms and exponentials, whose last bit differs from system to system; what
//! is written here must not. Two pages over `libm` (the incomplete beta function by its continued fraction, DiDonato and
//! Morris 1992, doi:10.1145/131766.131776) carry every interval, and scipy holds them to 1e-10
//! (`benches/eval_statistics_check.py`).

/// 97.5 % of a normal variable lie below.
pub const Z: f64 = 1.959963984540054;

/// The share of a standard normal variable below `z`.
pub fn gauss(z: f64) -> f64 {
    libm::erfc(-z / std::f64::consts::SQRT_2) / 2.0
}

/// The share of a beta variable below `x`, both parameters above 0.
pub fn beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let log_front = libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b)
        + a * libm::log(x)
        + b * libm::log1p(-x);
    let front = libm::exp(log_front);
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(x, a, b) / a
    } else {
        1.0 - front * fraction(1.0 - x, b, a) / b
    }
}

/// Where a beta variable has that share below it.
pub fn beta_quantile(share: f64, a: f64, b: f64) -> f64 {
    between(0.0, 1.0, |x| beta(x, a, b) - share)
}

/// The share of Student's t beyond `t` on both sides; 1 at 0.
pub fn t_beyond(t: f64, freedom: f64) -> f64 {
    if freedom.is_infinite() {
        return 2.0 * gauss(-t.abs());
    }
    beta(freedom / (freedom + t * t), freedom / 2.0, 0.5)
}

/// The t beyond which that share lies on both sides together.
pub fn t_critical(beyond: f64, freedom: f64) -> f64 {
    let mut high = 2.0;
    while t_beyond(high, freedom) > beyond && high < 1e12 {
        high *= 2.0;
    }
    between(0.0, high, |t| beyond - t_beyond(t, freedom))
}

/// The share of Fisher's F below a value, above 0.
pub fn f(value: f64, first: f64, second: f64) -> f64 {
    let part = first * value;
    beta(part / (part + second), first / 2.0, second / 2.0)
}

/// The share of the noncentral F below a value: Poisson's mixture of betas, each from the one before.
pub fn f_noncentral(value: f64, first: f64, second: f64, noncentrality: f64) -> f64 {
    let centre = noncentrality / 2.0;
    if centre <= 0.0 {
        return f(value, first, second);
    }
    let x = first * value / (first * value + second);
    let reach = 9.0 * centre.sqrt() + 20.0;
    let mut at = (centre - reach).max(0.0).floor();
    let [mut a, b] = [first / 2.0 + at, second / 2.0];
    let mut log_weight = at * libm::log(centre) - centre - libm::lgamma(at + 1.0);
    // I(a + 1) = I(a) − x^a (1−x)^b / (a B(a, b)), whose logarithm goes along since it may be too small for itself.
    let mut log_step = libm::lgamma(a + b) - libm::lgamma(a + 1.0) - libm::lgamma(b)
        + a * libm::log(x)
        + b * libm::log1p(-x);
    let mut below = beta(x, a, b);
    let (mut sum, mut weights) = (0.0, 0.0);
    while at <= centre + reach {
        let weight = libm::exp(log_weight);
        sum += weight * below.max(0.0);
        weights += weight;
        below -= libm::exp(log_step);
        log_step += libm::log(x * (a + b) / (a + 1.0));
        at += 1.0;
        a += 1.0;
        log_weight += libm::log(centre / at);
    }
    sum / weights
}

/// Lentz's evaluation of the continued fraction of the incomplete beta function.
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    let away = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let (mut c, mut sum) = (1.0, d);
    // The terms needed grow with the root of the parameters.
    for m in 1..100_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut step = 1.0;
        for term in [even, odd] {
            d = 1.0 / away(1.0 + term * d);
            c = away(1.0 + term / c);
            step = d * c;
            sum *= step;
        }
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    sum
}

/// Where a rising function passes 0, to the last bits: by Ridders' rule (1979), which at worst halves.
pub(super) fn between(mut low: f64, mut high: f64, rising: impl Fn(f64) -> f64) -> f64 {
    const ROUNDS: usize = 2000;
    let (mut at_low, mut at_high) = (rising(low), rising(high));
    if at_low >= 0.0 {
        return low;
    }
    if at_high <= 0.0 {
        return high;
    }
    let mut last = f64::INFINITY;
    for _ in 0..ROUNDS {
        let middle = low + (high - low) / 2.0;
        let at_middle = rising(middle);
        let root = (at_middle * at_middle - at_low * at_high).sqrt();
        let x = (middle - (middle - low) * at_middle / root).clamp(low, high);
        let ends = middle <= low || middle >= high || (x - last).abs() <= 4e-15 * x.abs();
        if ends || at_middle == 0.0 {
            return if at_middle == 0.0 { middle } else { x };
        }
        last = x;
        let at_x = rising(x);
        for (point, value) in [(middle, at_middle), (x, at_x)] {
            if value < 0.0 && point > low {
                (low, at_low) = (point, value);
            } else if value >= 0.0 && point < high {
                (high, at_high) = (point, value);
            }
        }
        if at_high == 0.0 {
            return high;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy 1.17.1: `ncf.cdf(3, 2, 9, 4)` and `ncf.cdf(2000, 3, 12, 6000)`.
    #[test]
    fn a_noncentral_f_is_scipys() {
        assert!((f_noncentral(3.0, 2.0, 9.0, 4.0) - 0.5454226394898056).abs() < 1e-12);
        assert!((f_noncentral(2000.0, 3.0, 12.0, 6000.0) - 0.44551900561021524).abs() < 1e-9);
        assert!((f_noncentral(1.0, 2.0, 3.0, 0.0) - f(1.0, 2.0, 3.0)).abs() < 1e-14);
    }

    /// With one degree of freedom Student's is Cauchy's, with two P(|T| > t) = 1 - t / sqrt(2 + t²).
    #[test]
    fn students_with_one_and_two_degrees_are_as_in_books() {
        for t in [0.1_f64, 1.0, 4.0, 100.0] {
            let cauchy = 1.0 - 2.0 * t.atan() / std::f64::consts::PI;
            assert!((t_beyond(t, 1.0) - cauchy).abs() < 1e-13, "{t}");
            let two = 1.0 - t / (2.0 + t * t).sqrt();
            assert!((t_beyond(t, 2.0) - two).abs() < 1e-13, "{t}");
        }
        assert!((t_critical(0.5, 1.0) - 1.0).abs() < 1e-12);
        assert!((t_critical(0.05, f64::INFINITY) - Z).abs() < 1e-12);
    }

    /// A beta variable of whole parameters is a binomial sum: of 3 and 2, x³ (4 - 3 x).
    #[test]
    fn a_beta_of_whole_parameters_is_a_polynomial() {
        for x in [0.01, 0.3, 0.9_f64] {
            assert!((beta(x, 3.0, 2.0) - x.powi(3) * (4.0 - 3.0 * x)).abs() < 1e-14);
            assert!((beta_quantile(beta(x, 3.0, 2.0), 3.0, 2.0) - x).abs() < 1e-12);
        }
    }
}
