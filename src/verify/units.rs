//! Units behind a number.
//!
//! A unit is dropped only where a complete number stands before it, and only when it is a word:
//! letters that could be variables stay.

/// Whether a word in plain text is a unit when it follows a number.
pub(super) fn is_unit(word: &str) -> bool {
    scale(word).is_some() || COUNTED.contains(&word.to_ascii_lowercase().as_str())
}

/// Whether a single upright letter is a unit when it follows a number.
pub(super) fn is_upright_unit(letter: &str) -> bool {
    matches!(
        letter,
        "m" | "s" | "g" | "h" | "N" | "J" | "W" | "V" | "A" | "K" | "L" | "C" | "F"
    )
}

/// What a unit measures, and how much of the base unit it is, as a fraction.
pub(super) fn scale(unit: &str) -> Option<(Quantity, u64, u64)> {
    use Quantity::{Angle, Length, Mass, Money, Time, Volume};
    Some(match unit.to_ascii_lowercase().as_str() {
        "mm" | "millimeter" | "millimeters" => (Length, 1, 1000),
        "cm" | "centimeter" | "centimeters" | "centimetre" | "centimetres" => (Length, 1, 100),
        "dm" | "decimeter" | "decimeters" => (Length, 1, 10),
        "m" | "meter" | "meters" | "metre" | "metres" => (Length, 1, 1),
        "km" | "kilometer" | "kilometers" | "kilometre" | "kilometres" => (Length, 1000, 1),
        "in" | "inch" | "inches" => (Length, 254, 10_000),
        "ft" | "foot" | "feet" => (Length, 3048, 10_000),
        "yd" | "yard" | "yards" => (Length, 9144, 10_000),
        "mi" | "mile" | "miles" => (Length, 1_609_344, 1000),
        "mg" => (Mass, 1, 1_000_000),
        "g" | "gram" | "grams" => (Mass, 1, 1000),
        "kg" | "kilogram" | "kilograms" => (Mass, 1, 1),
        "ms" => (Time, 1, 1000),
        "s" | "sec" | "secs" | "second" | "seconds" => (Time, 1, 1),
        "min" | "mins" | "minute" | "minutes" => (Time, 60, 1),
        "h" | "hr" | "hrs" | "hour" | "hours" => (Time, 3600, 1),
        "day" | "days" => (Time, 86_400, 1),
        "week" | "weeks" => (Time, 604_800, 1),
        "ml" => (Volume, 1, 1000),
        "l" | "liter" | "liters" | "litre" | "litres" => (Volume, 1, 1),
        "cents" | "cent" => (Money, 1, 100),
        "dollars" | "dollar" | "usd" => (Money, 1, 1),
        "rad" | "radians" | "radian" => (Angle, 1, 1),
        _ => return None,
    })
}

/// What a unit measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    Length,
    Mass,
    Time,
    Volume,
    Money,
    Angle,
}

/// Words that are counted or measured, whose size does not matter.
const COUNTED: [&str; 46] = [
    "km/h", "mph", "kmh", "kph", "units", "unit", "sq", "square", "cubic", "euros", "euro", "yuan",
    "pounds", "pound", "lbs", "lb", "oz", "ounces", "ounce", "tons", "ton", "people", "students",
    "apples", "ways", "points", "times", "years", "year", "months", "month", "gallons", "gallon",
    "quarts", "cups", "hz", "pa", "kpa", "kw", "ev", "mol", "rupees", "rs", "eur", "rpm", "per",
];

/// A unit's size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Measure {
    quantity: Quantity,
    power: u32,
    above: u64,
    below: u64,
}

impl Measure {
    /// Whether two units measure the same.
    pub fn same_quantity(&self, other: &Self) -> bool {
        self.quantity == other.quantity && self.power == other.power
    }

    /// Whether the unit is the base unit.
    pub fn is_one(&self) -> bool {
        self.above == self.below
    }

    /// How many base units it is.
    pub fn factor(&self) -> dashu::Rational {
        let factor = dashu::Rational::from(self.above) / dashu::Rational::from(self.below);
        factor.pow(self.power as isize)
    }
}

/// The size of a unit with its power: `cm^2`, `square meters`.
pub(super) fn measure(unit: &str) -> Option<Measure> {
    let unit = unit.trim().trim_end_matches('.');
    let (unit, power) = if let Some(unit) = unit
        .strip_prefix("square ")
        .or_else(|| unit.strip_prefix("sq "))
    {
        (unit, 2)
    } else if let Some(unit) = unit.strip_prefix("cubic ") {
        (unit, 3)
    } else if let Some((unit, power)) = unit.split_once('^') {
        (
            unit,
            power.parse().ok().filter(|power| (1..=4).contains(power))?,
        )
    } else {
        (unit, 1)
    };
    let (quantity, above, below) = scale(unit.trim())?;
    Some(Measure {
        quantity,
        power,
        above,
        below,
    })
}

/// How many of other units of its quantity a unit may be: 20 cents are 0.2 of a dollar.
pub(super) fn conversions(unit: &str) -> Vec<dashu::Rational> {
    const SAMPLES: [&str; 21] = [
        "mm", "cm", "m", "km", "in", "ft", "yd", "mi", "mg", "g", "kg", "s", "min", "h", "day",
        "week", "ml", "l", "cent", "dollar", "dm",
    ];
    let Some(own) = measure(unit) else {
        return Vec::new();
    };
    let others = SAMPLES.iter().filter_map(|sample| {
        let (quantity, above, below) = scale(sample)?;
        let other = Measure {
            quantity,
            power: own.power,
            above,
            below,
        };
        (quantity == own.quantity).then(|| own.factor() / other.factor())
    });
    others.filter(|factor| !factor.is_one()).collect()
}

/// Whether a value may be compared without the words behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Droppable {
    /// A unit: yes.
    Unit,
    /// Other words: for equality, not for difference.
    Words,
    /// Words that change the value or add a condition.
    No,
}

/// Whether the words behind a value may be left out.
pub(super) fn droppable(unit: &str) -> Droppable {
    const CHANGING: [&str; 26] = [
        "million",
        "billion",
        "thousand",
        "hundred",
        "dozen",
        "for",
        "if",
        "when",
        "where",
        "is",
        "are",
        "not",
        "or",
        "and",
        "than",
        "least",
        "most",
        "mod",
        "with",
        "less",
        "more",
        "any",
        "all",
        "except",
        "otherwise",
        "percent",
    ];
    let folded = unit.to_lowercase();
    let mut words = folded
        .split([' ', '/', '^', '.'])
        .filter(|word| !word.is_empty());
    if folded
        .split([' ', ','])
        .any(|word| CHANGING.contains(&word))
    {
        return Droppable::No;
    }
    let known = |word: &str| is_unit(word) || is_upright_unit(word) || word.parse::<u32>().is_ok();
    if words.clone().all(known) || words.clone().count() == 1 && words.all(|word| word.len() > 1) {
        Droppable::Unit
    } else {
        Droppable::Words
    }
}
