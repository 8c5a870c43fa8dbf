//! Where values lie on an axis, and which of them are written beside it.

/// The number that is between as many numbers as a share of a width is of the whole.
pub(crate) fn between(value: f64, from: [f64; 2], to: [f64; 2]) -> f64 {
    let share = (value - from[0]) / (from[1] - from[0]);
    to[0] + share * (to[1] - to[0])
}

/// Steps of an axis between two values: at most ten, of 1, 2 or 5 in some power of ten.
pub(crate) fn ticks(low: f64, high: f64) -> Vec<f64> {
    let width = high - low;
    if width.is_nan() || width <= 0.0 || !width.is_finite() {
        return vec![low];
    }
    let power = libm::pow(10.0, libm::floor(libm::log10(width)) - 1.0);
    let steps = [1.0, 2.0, 5.0, 10.0, 20.0].map(|step| step * power);
    let step = steps
        .into_iter()
        .find(|step| width / step <= 8.0)
        .unwrap_or(width);
    let (first, last) = (
        libm::ceil(low / step - 1e-9),
        libm::floor(high / step + 1e-9),
    );
    (0..=(last - first) as usize)
        .map(|at| (first + at as f64) * step)
        .collect()
}

/// Steps of a logarithmic axis between two values over 0: powers of ten, with their double and their half where there
/// is room; at most ten or so.
pub(crate) fn logarithmic_ticks(low: f64, high: f64) -> Vec<f64> {
    let is_axis = low > 0.0 && low < high && high.is_finite();
    if !is_axis {
        return vec![low];
    }
    let decades = (
        libm::floor(libm::log10(low)) as i32,
        libm::ceil(libm::log10(high)) as i32,
    );
    let apart = usize::try_from(decades.1 - decades.0).unwrap_or(1);
    let within: &[f64] = if apart <= 4 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let powers = (decades.0..=decades.1).step_by(apart.div_ceil(10).max(1));
    let all = powers.flat_map(|power| {
        let power = libm::pow(10.0, f64::from(power));
        within.iter().map(move |step| step * power)
    });
    all.filter(|tick| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(tick))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9 * expected.abs().max(1.0));
        }
    }

    #[test]
    fn ticks_are_round_and_few() {
        near(&ticks(0.0, 1.0), &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        near(&ticks(-7.0, 12.0), &[-5.0, 0.0, 5.0, 10.0]);
        near(&ticks(3.0, 3.0), &[3.0]);
    }

    #[test]
    fn ticks_of_a_logarithm_are_round_and_within() {
        near(
            &logarithmic_ticks(90.0, 2100.0),
            &[100.0, 200.0, 500.0, 1000.0, 2000.0],
        );
        near(
            &logarithmic_ticks(1.0, 1e6),
            &[1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6],
        );
        near(&logarithmic_ticks(5.0, 5.0), &[5.0]);
        assert!(logarithmic_ticks(1e-300, 1e300).len() <= 12);
    }
}
