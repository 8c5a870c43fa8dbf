//! Units behind a number.
//!
//! A unit is dropped only where a complete number stands before it, and only when it is a word:
//! letters that could be variables stay.

/// Whether a unit is that of angles by their arcs.
pub(crate) fn is_radians(unit: &str) -> bool {
    measure(unit)
        .is_some_and(|measure| measure.is_one() && measure.dimensions == [(Quantity::Angle, 1)])
}

/// Whether a word in plain text is a unit when it follows a number.
pub(crate) fn is_unit(word: &str) -> bool {
    scale(word).is_some() || COUNTED.contains(&word.to_ascii_lowercase().as_str())
}

/// Symbols that take a prefix, what they measure, and how much of the base unit they are.
const SYMBOLS: [(&str, Quantity, u64, u64); 33] = [
    ("m", Quantity::Length, 1, 1),
    ("g", Quantity::Mass, 1, 1000),
    ("s", Quantity::Time, 1, 1),
    ("L", Quantity::Volume, 1, 1),
    ("l", Quantity::Volume, 1, 1),
    ("A", Quantity::Current, 1, 1),
    ("K", Quantity::Temperature, 1, 1),
    ("mol", Quantity::Amount, 1, 1),
    ("cd", Quantity::Light, 1, 1),
    ("N", Quantity::Force, 1, 1),
    ("J", Quantity::Energy, 1, 1),
    ("cal", Quantity::Heat, 1, 1),
    ("eV", Quantity::Electronvolt, 1, 1),
    ("W", Quantity::Power, 1, 1),
    ("Wh", Quantity::Watthour, 1, 1),
    ("V", Quantity::Voltage, 1, 1),
    ("C", Quantity::Charge, 1, 1),
    ("F", Quantity::Capacitance, 1, 1),
    ("Ohm", Quantity::Resistance, 1, 1),
    ("S", Quantity::Conductance, 1, 1),
    ("T", Quantity::Field, 1, 1),
    ("Wb", Quantity::Flux, 1, 1),
    ("H", Quantity::Inductance, 1, 1),
    ("Pa", Quantity::Pressure, 1, 1),
    ("bar", Quantity::Pressure, 100_000, 1),
    ("Hz", Quantity::Frequency, 1, 1),
    ("Bq", Quantity::Activity, 1, 1),
    ("Gy", Quantity::Dose, 1, 1),
    ("Sv", Quantity::Dose, 1, 1),
    ("lm", Quantity::Light, 1, 1),
    ("lx", Quantity::Light, 1, 1),
    ("rad", Quantity::Angle, 1, 1),
    ("sr", Quantity::Solid, 1, 1),
];

/// Symbols that take none.
const BARE: [(&str, Quantity, u64, u64); 10] = [
    ("min", Quantity::Time, 60, 1),
    ("h", Quantity::Time, 3600, 1),
    ("atm", Quantity::Pressure, 101_325, 1),
    ("Angstrom", Quantity::Length, 1, 10_000_000_000),
    ("Da", Quantity::Dalton, 1, 1),
    ("dB", Quantity::Decibel, 1, 1),
    ("rpm", Quantity::Turns, 1, 1),
    ("M", Quantity::Molar, 1, 1),
    ("u", Quantity::Dalton, 1, 1),
    ("D", Quantity::Debye, 1, 1),
];

/// Prefixes of units, and the powers of ten that they stand for.
const PREFIXES: [(&str, i32); 14] = [
    ("T", 12),
    ("G", 9),
    ("M", 6),
    ("k", 3),
    ("h", 2),
    ("da", 1),
    ("d", -1),
    ("c", -2),
    ("m", -3),
    ("u", -6),
    ("\u{b5}", -6),
    ("n", -9),
    ("p", -12),
    ("f", -15),
];

/// Whether letters are a prefix of units, or none.
pub(crate) fn is_prefix(letters: &str) -> bool {
    letters.is_empty() || PREFIXES.iter().any(|(prefix, _)| *prefix == letters)
}

/// Whether letters are the symbol of a unit, with its case and with a prefix or without.
pub(crate) fn is_symbol(letters: &str) -> bool {
    symbol(letters).is_some()
}

/// What a symbol measures, and how much of the base unit it is.
fn symbol(letters: &str) -> Option<(Quantity, dashu::Rational)> {
    let known = SYMBOLS
        .iter()
        .chain(&BARE)
        .find(|(name, ..)| *name == letters);
    let value = |(_, quantity, above, below): &(&str, Quantity, u64, u64), power: i32| {
        let factor = dashu::Rational::from(*above) / dashu::Rational::from(*below);
        (
            *quantity,
            factor * dashu::Rational::from(10).pow(power as isize),
        )
    };
    if let Some(known) = known {
        return Some(value(known, 0));
    }
    PREFIXES.iter().find_map(|(prefix, power)| {
        let name = letters.strip_prefix(prefix)?;
        let known = SYMBOLS.iter().find(|(known, ..)| *known == name)?;
        Some(value(known, *power))
    })
}

/// Whether letters are a unit at the end of a text, apart from its number: `12 N`, `5 kJ`, `5 nm`.
pub(crate) fn is_capital_unit(letters: &str) -> bool {
    let capital = letters.bytes().any(|byte| byte.is_ascii_uppercase());
    let small = matches!(letters, "nm" | "pm" | "fm" | "ns" | "ps");
    matches!(
        letters,
        "N" | "J" | "W" | "V" | "A" | "K" | "C" | "F" | "T" | "L"
    ) || small
        || letters.len() > 1 && capital && is_symbol(letters)
}

/// Whether a single upright letter is a unit when it follows a number.
pub(crate) fn is_upright_unit(letter: &str) -> bool {
    matches!(
        letter,
        "m" | "s" | "g" | "h" | "N" | "J" | "W" | "V" | "A" | "K" | "L" | "C" | "F" | "T"
    )
}

/// What a unit measures, and how much of the base unit it is, as a fraction.
pub(crate) fn scale(unit: &str) -> Option<(Quantity, u64, u64)> {
    use Quantity::{Angle, Length, Mass, Money, Time, Volume, Yuan};
    Some(match unit.to_ascii_lowercase().as_str() {
        "mm" | "millimeter" | "millimeters" | "毫米" => (Length, 1, 1000),
        "cm" | "centimeter" | "centimeters" | "centimetre" | "centimetres" | "厘米" | "см" => {
            (Length, 1, 100)
        }
        "dm" | "decimeter" | "decimeters" | "分米" => (Length, 1, 10),
        "m" | "meter" | "meters" | "metre" | "metres" | "米" | "м" => (Length, 1, 1),
        "km" | "kilometer" | "kilometers" | "kilometre" | "kilometres" | "千米" | "公里" | "км" => {
            (Length, 1000, 1)
        }
        "in" | "inch" | "inches" => (Length, 254, 10_000),
        "ft" | "foot" | "feet" => (Length, 3048, 10_000),
        "yd" | "yard" | "yards" => (Length, 9144, 10_000),
        "mi" | "mile" | "miles" => (Length, 1_609_344, 1000),
        "mg" => (Mass, 1, 1_000_000),
        "g" | "gram" | "grams" | "克" => (Mass, 1, 1000),
        "kg" | "kilogram" | "kilograms" | "千克" | "公斤" | "кг" => (Mass, 1, 1),
        "ms" => (Time, 1, 1000),
        "s" | "sec" | "secs" | "second" | "seconds" | "秒" => (Time, 1, 1),
        "min" | "mins" | "minute" | "minutes" | "分钟" => (Time, 60, 1),
        "h" | "hr" | "hrs" | "hour" | "hours" | "小时" => (Time, 3600, 1),
        "day" | "days" | "天" => (Time, 86_400, 1),
        "week" | "weeks" => (Time, 604_800, 1),
        "ml" | "milliliter" | "milliliters" | "毫升" => (Volume, 1, 1000),
        "l" | "liter" | "liters" | "litre" | "litres" | "升" => (Volume, 1, 1),
        "cents" | "cent" => (Money, 1, 100),
        "dollars" | "dollar" | "usd" => (Money, 1, 1),
        "rad" | "radians" | "radian" => (Angle, 1, 1),
        "元" => (Yuan, 1, 1),
        "角" => (Yuan, 1, 10),
        _ => return None,
    })
}

/// What a unit measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Quantity {
    Length,
    Mass,
    Time,
    Volume,
    Money,
    Yuan,
    Angle,
    Current,
    Temperature,
    Amount,
    Light,
    Force,
    Energy,
    Heat,
    Electronvolt,
    Power,
    Watthour,
    Voltage,
    Charge,
    Capacitance,
    Resistance,
    Conductance,
    Field,
    Flux,
    Inductance,
    Pressure,
    Frequency,
    Activity,
    Dose,
    Solid,
    Dalton,
    Decibel,
    Turns,
    Molar,
    Debye,
}

/// Words that are counted or measured, whose size does not matter.
const COUNTED: [&str; 45] = [
    "km/h", "mph", "kmh", "kph", "units", "unit", "sq", "square", "cubic", "euros", "euro", "yuan",
    "pounds", "pound", "lbs", "lb", "oz", "ounces", "ounce", "tons", "ton", "people", "students",
    "apples", "ways", "points", "years", "year", "months", "month", "gallons", "gallon", "quarts",
    "cups", "hz", "pa", "kpa", "kw", "ev", "mol", "rupees", "rs", "eur", "rpm", "per",
];

/// A unit's size, and what it measures: powers of quantities, sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Measure {
    dimensions: Vec<(Quantity, i32)>,
    factor: dashu::Rational,
}

impl Measure {
    /// Whether two units measure the same.
    pub(crate) fn same_quantity(&self, other: &Self) -> bool {
        self.dimensions == other.dimensions
    }

    /// The same in units that are made of no others: joules as kilograms, metres and seconds.
    pub(crate) fn in_base_units(&self) -> Self {
        let mut base = Self {
            dimensions: Vec::new(),
            factor: self.factor.clone(),
        };
        for (quantity, power) in &self.dimensions {
            let made = MADE.iter().find(|(made, _)| made == quantity);
            match made {
                Some((_, parts)) => {
                    for (part, own) in *parts {
                        base.add(*part, own * power);
                    }
                }
                None => base.add(*quantity, *power),
            }
            if *quantity == Quantity::Volume {
                base.factor /= dashu::Rational::from(1000).pow(*power as isize);
            }
        }
        base.dimensions.retain(|(_, power)| *power != 0);
        base.dimensions.sort_unstable();
        base
    }

    fn add(&mut self, quantity: Quantity, power: i32) {
        let known = self
            .dimensions
            .iter_mut()
            .find(|(known, _)| *known == quantity);
        match known {
            Some((_, known)) => *known += power,
            None => self.dimensions.push((quantity, power)),
        }
    }

    /// Whether the unit is the base unit.
    pub(crate) fn is_one(&self) -> bool {
        self.factor.is_one()
    }

    /// How many base units it is.
    pub(crate) fn factor(&self) -> dashu::Rational {
        self.factor.clone()
    }

    fn multiply(&mut self, word: &str, power: i32) -> Option<()> {
        let (quantity, factor) = symbol(word).or_else(|| {
            let (quantity, above, below) = scale(word)?;
            Some((
                quantity,
                dashu::Rational::from(above) / dashu::Rational::from(below),
            ))
        })?;
        self.factor *= factor.pow(power as isize);
        self.add(quantity, power);
        Some(())
    }
}

/// Units of the SI that are made of others, whose factor is one; a litre is a thousandth.
const MADE: [(Quantity, &[(Quantity, i32)]); 13] = {
    use Quantity::{
        Capacitance, Charge, Conductance, Current, Energy, Field, Flux, Force, Inductance, Length,
        Mass, Power, Pressure, Resistance, Time, Voltage, Volume,
    };
    [
        (Force, &[(Mass, 1), (Length, 1), (Time, -2)]),
        (Energy, &[(Mass, 1), (Length, 2), (Time, -2)]),
        (Power, &[(Mass, 1), (Length, 2), (Time, -3)]),
        (Pressure, &[(Mass, 1), (Length, -1), (Time, -2)]),
        (Charge, &[(Current, 1), (Time, 1)]),
        (
            Voltage,
            &[(Mass, 1), (Length, 2), (Time, -3), (Current, -1)],
        ),
        (
            Resistance,
            &[(Mass, 1), (Length, 2), (Time, -3), (Current, -2)],
        ),
        (
            Conductance,
            &[(Mass, -1), (Length, -2), (Time, 3), (Current, 2)],
        ),
        (
            Capacitance,
            &[(Mass, -1), (Length, -2), (Time, 4), (Current, 2)],
        ),
        (Field, &[(Mass, 1), (Time, -2), (Current, -1)]),
        (Flux, &[(Mass, 1), (Length, 2), (Time, -2), (Current, -1)]),
        (
            Inductance,
            &[(Mass, 1), (Length, 2), (Time, -2), (Current, -2)],
        ),
        (Volume, &[(Length, 3)]),
    ]
};

/// A unit of more words than this is a sentence.
/// By hand: no verdict changes with 4 or 16.
const UNIT_WORDS_MAX: usize = 8;

/// No unit is divided more often.
/// By hand: no verdict changes with 2,, 4 or 6.
const SLASHES_MAX: usize = 3;

/// No unit has a higher power.
/// By hand: no verdict changes with 3,, 5 or 8.
const POWER_MAX: i32 = 4;

/// The size of a unit with its power: `cm^2`, `square meters`, `km/h`, `miles per hour`.
pub(crate) fn measure(unit: &str) -> Option<Measure> {
    let unit = unit.trim().trim_end_matches('.');
    let unit = match unit.to_lowercase().as_str() {
        "mph" => "mi/h".to_owned(),
        "kph" | "kmh" | "kmph" => "km/h".to_owned(),
        _ => unit.replace(" per ", "/").replace("·", " "),
    };
    let mut measure = Measure {
        dimensions: Vec::new(),
        factor: dashu::Rational::ONE,
    };
    for (at, part) in unit.split('/').enumerate() {
        let sign = if at == 0 { 1 } else { -1 };
        if part.split_whitespace().count() > UNIT_WORDS_MAX || at > SLASHES_MAX {
            return None;
        }
        factors(part, sign, &mut measure)?;
    }
    measure.dimensions.retain(|(_, power)| *power != 0);
    measure.dimensions.sort_unstable();
    (!measure.dimensions.is_empty()).then_some(measure)
}

/// The factors between two slashes.
fn factors(part: &str, sign: i32, measure: &mut Measure) -> Option<()> {
    let mut words = part.split_whitespace().peekable();
    words.peek()?;
    let mut next = 1;
    while let Some(word) = words.next() {
        match word.to_lowercase().as_str() {
            "square" | "sq" | "sq." => next = 2,
            "cubic" | "cu" => next = 3,
            _ => {
                let (word, power) = match word.split_once('^') {
                    Some((word, power)) => (word, power.parse::<i32>().ok()?),
                    None => (word, next),
                };
                let after = match words.peek() {
                    Some(&"squared") => Some(2),
                    Some(&"cubed") => Some(3),
                    _ => None,
                };
                if after.is_some() {
                    words.next();
                }
                let power = after.unwrap_or(power);
                if power.abs() > POWER_MAX {
                    return None;
                }
                measure.multiply(word, sign * power)?;
                next = 1;
            }
        }
    }
    (next == 1).then_some(())
}

/// A unit as it is compared where it is no measure: singular, without full stops and articles.
pub(crate) fn plain(unit: &str) -> String {
    let words = unit.to_lowercase().replace('.', "");
    let words = words
        .split_whitespace()
        .filter(|word| !matches!(*word, "the" | "a" | "an" | "of" | "total" | "in"));
    words
        .map(crate::words::singular)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether a unit only says that something is counted in units.
pub(crate) fn is_vague(unit: &str) -> bool {
    let plain = plain(unit);
    let plain = plain.split('^').next().unwrap_or("");
    matches!(
        plain,
        "unit" | "square unit" | "sq unit" | "cubic unit" | ""
    )
}

/// How many of other units of its quantity a unit may be: 20 cents are 0.2 of a dollar.
pub(crate) fn conversions(unit: &str) -> Vec<dashu::Rational> {
    const SAMPLES: [&str; 21] = [
        "mm", "cm", "m", "km", "in", "ft", "yd", "mi", "mg", "g", "kg", "s", "min", "h", "day",
        "week", "ml", "l", "cent", "dollar", "dm",
    ];
    let Some(own) = measure(unit) else {
        return Vec::new();
    };
    let [(quantity, power)] = own.dimensions[..] else {
        return Vec::new();
    };
    let others = SAMPLES.iter().filter_map(|sample| {
        let (other, above, below) = scale(sample)?;
        let factor = dashu::Rational::from(above) / dashu::Rational::from(below);
        (quantity == other).then(|| own.factor() / factor.pow(power as isize))
    });
    others.filter(|factor| !factor.is_one()).collect()
}

/// Whether a value may be compared without the words behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Droppable {
    /// A unit: yes.
    Unit,
    /// Other words: for equality, not for difference.
    Words,
    /// Words that change the value or add a condition.
    No,
}

/// Words behind a value that change it, or say when it holds.
const CHANGING: [&str; 69] = [
    "squared",
    "cubed",
    "inverse",
    "factorial",
    "times",
    "plus",
    "minus",
    "over",
    "choose",
    "root",
    "power",
    "divided",
    "multiplied",
    "half",
    "to",
    "mod",
    "but",
    "unless",
    "only",
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
    "was",
    "were",
    "cannot",
    "fails",
    "wrong",
    "not",
    "or",
    "and",
    "than",
    "least",
    "most",
    "with",
    "less",
    "more",
    "any",
    "all",
    "except",
    "otherwise",
    "percent",
    "trillion",
    "tenths",
    "hundredths",
    "thousandths",
    "万",
    "亿",
    "千",
    "百",
    "倍",
    "以上",
    "以下",
    "左右",
    "多",
    "тысяч",
    "тысячи",
    "млн",
    "миллион",
    "миллиона",
    "миллионов",
    "раз",
];

/// Whether the words behind a value may be left out.
pub(crate) fn droppable(unit: &str) -> Droppable {
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
    let known = |word: &str| is_unit(word) || is_upright_unit(word) || word.parse::<i32>().is_ok();
    if measure(unit).is_some()
        || words.clone().all(known)
        || words.clone().count() == 1 && words.all(|word| word.len() > 1)
    {
        Droppable::Unit
    } else {
        Droppable::Words
    }
}
