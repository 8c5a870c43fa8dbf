//! The noncentral t distribution.
//!
//! T = (Z + shift) / S with S² a chi-square over its degrees of freedom, so that
//! P(T ≤ t) = E[gauss(t S - shift)]. With S = exp(x) the density of x falls off on both sides faster than
//! any power, where the trapezoidal rule converges faster than any power of its step (Trefethen and
//! Weideman 2014, doi:10.1137/130932132). No series that starts to lose digits at large shifts, as those
//! of AS 243 do, no special function but erfc, and the same bits on every machine (`libm`). Against 30
//! digits of mpmath and against scipy: `benches/statistics_check.py`.

/// exp(-42) < 1e-18: what is left out on each side.
const DEPTH: f64 = 42.0;

/// Steps to one width of the narrower of the density and the rise of `gauss`; doubling them changes
/// nothing above 1e-15 (numpy, over 1 to 10,000 degrees of freedom and shifts to 40, 2026-11-21).
const STEPS: f64 = 8.0;

/// P(T ≤ t) of the noncentral t with so many degrees of freedom (from 1 on) and such a shift; 0 shift is
/// Student's.
pub(crate) fn cdf(t: f64, freedom: f64, shift: f64) -> f64 {
    let step = (1.0 / (2.0 * freedom).sqrt()).min(1.0 / (1.0 + shift.abs())) / STEPS;
    // Of the logarithm of S, without its factor, which the sum of weights divides out.
    let log_density = |x: f64| freedom * (x - libm::expm1(2.0 * x) / 2.0);
    let (mut sum, mut weights) = (0.0, 0.0);
    for side in [1.0, -1.0] {
        let mut at = if side > 0.0 { 0.0 } else { 1.0 };
        loop {
            let x = side * at * step;
            let log = log_density(x);
            if log < -DEPTH {
                break;
            }
            let weight = libm::exp(log);
            sum += weight * gauss(t * libm::exp(x) - shift);
            weights += weight;
            at += 1.0;
        }
    }
    sum / weights
}

/// The t (above 0) below which Student's has such a share, from 1/2 on.
pub(crate) fn quantile(share: f64, freedom: f64) -> f64 {
    root(0.0, |t| cdf(t, freedom, 0.0) - share)
}

/// The standard normal distribution function.
pub(super) fn gauss(z: f64) -> f64 {
    libm::erfc(-z / std::f64::consts::SQRT_2) / 2.0
}

/// Where a rising function that is not above 0 at `low` passes 0, to the last bit that bisection tells.
pub(super) fn root(low: f64, rising: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (low, low + 1.0);
    while rising(high) < 0.0 && high < 1e12 {
        (low, high) = (high, 2.0 * high);
    }
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return high;
        }
        if rising(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// t, degrees of freedom, shift, and the share to 30 digits by mpmath's quadrature; scipy 1.17.1
    /// (`scipy.stats.nct.cdf`) says the same to 1e-12.
    const EXPECTED: [(f64, f64, f64, f64); 7] = [
        (2.0, 2.0, 1.0, 0.7066620495099096),
        (-1.0, 3.0, 0.5, 0.09212120981435937),
        (2.447, 6.0, 3.2, 0.24000746461882835),
        (1.96, 1000.0, 2.8, 0.20054274129423172),
        (5.0, 2.5, -1.0, 0.9984133153644013),
        (12.0, 4.0, 9.0, 0.6861659101727013),
        (0.3, 14.061, 0.7, 0.3428666354248084),
    ];

    #[test]
    fn shares_are_mpmaths_and_scipys() {
        for (t, freedom, shift, share) in EXPECTED {
            let found = cdf(t, freedom, shift);
            assert!(
                (found - share).abs() < 1e-12,
                "cdf({t}, {freedom}, {shift}) is {found}"
            );
        }
    }

    /// With one degree of freedom Student's is Cauchy's; with two, P(T ≤ t) = 1/2 + t / (2 sqrt(2 + t²)).
    #[test]
    fn students_with_one_and_two_degrees_are_as_in_books() {
        for t in [-30.0_f64, -1.0, 0.0, 0.3, 4.0, 100.0] {
            let cauchy = 0.5 + t.atan() / std::f64::consts::PI;
            assert!((cdf(t, 1.0, 0.0) - cauchy).abs() < 1e-13, "{t}");
            let two = 0.5 + t / (2.0 * (2.0 + t * t).sqrt());
            assert!((cdf(t, 2.0, 0.0) - two).abs() < 1e-13, "{t}");
        }
        assert!((quantile(0.75, 1.0) - 1.0).abs() < 1e-12);
    }

    /// P(T ≤ 0) = P(Z ≤ -shift), and P(T ≤ t) with -T for T and -shift for shift.
    #[test]
    fn shares_are_symmetric_and_at_zero_gausss() {
        for shift in [-3.0, 0.5, 8.0] {
            for freedom in [1.0, 2.5, 30.0, 5000.0] {
                assert!((cdf(0.0, freedom, shift) - gauss(-shift)).abs() < 1e-14);
                let both = cdf(1.3, freedom, shift) + cdf(-1.3, freedom, -shift);
                assert!((both - 1.0).abs() < 1e-13);
            }
        }
    }
}
