//! What a count says of a rate: the exact interval of Clopper and Pearson (1934).
//!
//! Of few planted items even none missed says little: 30 of 30 found is a rate of at least 0.88.

/// How sure the interval is.
pub const CONFIDENCE: f64 = 0.95;

/// The rates under which finding `found` of `all` is no surprise, at [`CONFIDENCE`].
///
/// ```
/// use gradatim::screen::contamination::interval::interval;
/// let (low, high) = interval(30, 30);
/// assert!((low - 0.8843).abs() < 1e-4 && high == 1.0);
/// ```
pub fn interval(found: u32, all: u32) -> (f64, f64) {
    let tail = (1.0 - CONFIDENCE) / 2.0;
    let ways = ways(found.min(all), all);
    let low = match found {
        0 => 0.0,
        // The rate at which so many or more are a surprise.
        found => solved(|rate| 1.0 - at_most(found - 1, all, rate, &ways) > tail),
    };
    let high = match found {
        found if found >= all => 1.0,
        found => solved(|rate| at_most(found, all, rate, &ways) < tail),
    };
    (low, high)
}

/// For each count up to `found` the logarithm of in how many ways so many are of `all`.
fn ways(found: u32, all: u32) -> Vec<f64> {
    let factorial = |number: u32| libm::lgamma(f64::from(number) + 1.0);
    let of_all = factorial(all);
    let ways = |count: u32| of_all - factorial(count) - factorial(all - count);
    (0..=found).map(ways).collect()
}

/// The rate from which on something holds.
fn solved(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..50 {
        let middle = (low + high) / 2.0;
        match holds(middle) {
            true => high = middle,
            false => low = middle,
        }
    }
    (low + high) / 2.0
}

/// The probability of at most `found` of `all` at a rate strictly between 0 and 1.
fn at_most(found: u32, all: u32, rate: f64, ways: &[f64]) -> f64 {
    let (hit, miss) = (libm::log(rate), libm::log1p(-rate));
    let term = |(count, ways): (u32, &f64)| {
        let (hits, misses) = (f64::from(count), f64::from(all - count));
        libm::exp(ways + hits * hit + misses * miss)
    };
    (0..=found).zip(ways).map(term).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From tables of the beta distribution, of which these intervals are quantiles.
    #[test]
    fn intervals_are_quantiles_of_the_beta_distribution() {
        for (found, all, low, high) in [
            (0, 10, 0.0, 0.308_497),
            (10, 10, 0.691_503, 1.0),
            (5, 10, 0.187_086, 0.812_914),
            (19, 20, 0.751_272, 0.998_735),
            (450, 500, 0.870_252, 0.924_856),
        ] {
            let (least, most) = interval(found, all);
            assert!((least - low).abs() < 1e-4, "{found} of {all}: {least}");
            assert!((most - high).abs() < 1e-4, "{found} of {all}: {most}");
        }
    }
}
