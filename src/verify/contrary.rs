//! Tells two answers apart that trees take for the same, by signs that trees drop: the scale of a
//! temperature, a currency, the half of a day, the vertex of an angle, operators of logic, and the order
//! of arrows and of letters. It takes an equality back, and never makes one.

use crate::words;

/// A longer text is no value with a sign. By hand.
const TEXT_MAX: usize = 300;

/// Whether two texts that were found equal differ in a sign that no tree keeps.
pub(crate) fn tells_apart(gold: &str, answer: &str) -> bool {
    if gold.len() > TEXT_MAX || answer.len() > TEXT_MAX {
        return false;
    }
    differ(gold, answer, scale)
        || differ(gold, answer, half_day)
        || are_other_money(gold, answer)
        || vertices_differ(gold, answer)
        || operators(gold) != operators(answer)
        || is_ordered(gold, answer) && plain(gold) != plain(answer)
        || letters_differ(gold, answer)
}

/// Whether the words around what was found have a sign that the gold answer has otherwise.
pub(crate) fn surroundings_differ(gold: &str, answer: &str, around: &str) -> bool {
    if gold.len() > TEXT_MAX || answer.len() > TEXT_MAX {
        return false;
    }
    differ(gold, around, scale) && scale(answer).is_none()
        || differ(gold, around, half_day) && half_day(answer).is_none()
        || differ(gold, around, kind_of_money) && money(answer).is_none()
}

/// Whether two texts both have a sign, and not the same. Most gold answers have none, and then nothing else is read.
fn differ<T: PartialEq>(gold: &str, answer: &str, sign: impl Fn(&str) -> Option<T>) -> bool {
    sign(gold).is_some_and(|gold| sign(answer).is_some_and(|answer| answer != gold))
}

/// The words and numbers of a text, without the commands that set words.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let set = ["text", "mathrm", "textrm", "rm", "mathbf", "textbf"];
    text.split(|c: char| !c.is_alphanumeric() && c != '°')
        .flat_map(|word| word.split_inclusive('°'))
        .filter(move |word| !word.is_empty() && !set.contains(word))
}

/// The scale of a temperature: `C` or `F` behind degrees, or their names.
fn scale(text: &str) -> Option<char> {
    if !text.contains(['C', 'F', 'c', 'f']) {
        return None;
    }
    let mut degrees = false;
    for word in tokens(text) {
        match word {
            "C" if degrees => return Some('C'),
            "F" if degrees => return Some('F'),
            _ if word.eq_ignore_ascii_case("celsius") => return Some('C'),
            _ if word.eq_ignore_ascii_case("fahrenheit") => return Some('F'),
            _ => {}
        }
        degrees = word.ends_with('°') || matches!(word, "circ" | "degree" | "degrees");
    }
    None
}

/// The half of a day that a time is in: `AM`, `p.m.`, `5pm`.
fn half_day(text: &str) -> Option<bool> {
    if !text.contains(['m', 'M']) || !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let folded = text.replace('.', "").to_ascii_lowercase();
    tokens(&folded).find_map(|word| {
        let letters = word.trim_start_matches(|c: char| c.is_ascii_digit());
        match letters {
            "am" => Some(false),
            "pm" => Some(true),
            _ => None,
        }
    })
}

/// What money is counted in, and for dollars whether a sign says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Money {
    DollarSign,
    DollarWord,
    Cents,
    Euro,
    Pound,
    Yen,
    Rupee,
}

impl Money {
    /// The same, whether a sign or a word says it.
    fn kind(self) -> Self {
        match self {
            Self::DollarSign => Self::DollarWord,
            other => other,
        }
    }
}

/// The words for money.
const MONEY: [(&str, Money); 12] = [
    ("cent", Money::Cents),
    ("cents", Money::Cents),
    ("dollar", Money::DollarWord),
    ("dollars", Money::DollarWord),
    ("usd", Money::DollarWord),
    ("euro", Money::Euro),
    ("euros", Money::Euro),
    ("eur", Money::Euro),
    ("gbp", Money::Pound),
    ("yen", Money::Yen),
    ("rupee", Money::Rupee),
    ("rupees", Money::Rupee),
];

/// What the money of a text is counted in; nothing where it names two.
fn money(text: &str) -> Option<Money> {
    let signs = text.chars().filter_map(|c| match c {
        '€' => Some(Money::Euro),
        '£' => Some(Money::Pound),
        '¥' => Some(Money::Yen),
        '₹' => Some(Money::Rupee),
        '¢' => Some(Money::Cents),
        _ => None,
    });
    // A dollar without a partner is money.
    let dollar = text.contains("\\$") || text.matches('$').count() % 2 == 1;
    let signs = signs.chain(dollar.then_some(Money::DollarSign));
    let worded = tokens(text).filter_map(|word| {
        let mut known = MONEY.iter();
        let is_it = |(name, _): &&(&str, Money)| word.eq_ignore_ascii_case(name);
        known.find(is_it).map(|(_, money)| *money)
    });
    let mut all = signs.chain(worded);
    let first = all.next()?;
    all.all(|other| other.kind() == first.kind())
        .then_some(first)
}

/// The same, whether a sign or a word says it.
fn kind_of_money(text: &str) -> Option<Money> {
    money(text).map(Money::kind)
}

/// Whether two equal amounts are of other money. Words for dollars and cents were converted.
fn are_other_money(gold: &str, answer: &str) -> bool {
    let Some(gold) = money(gold) else {
        return false;
    };
    money(answer).is_some_and(|answer| {
        let converted =
            [(gold, answer), (answer, gold)].contains(&(Money::DollarWord, Money::Cents));
        gold.kind() != answer.kind() && !converted
    })
}

/// Whether one text is an angle by three points and the other one has another point in the middle.
fn vertices_differ(gold: &str, answer: &str) -> bool {
    let angle = |text: &str| text.contains("angle") && !text.contains("triangle");
    if !angle(gold) && !angle(answer) {
        return false;
    }
    let vertex = |text: &str| {
        let plain: String = plain(text).replace("measured", "").replace("angle", "");
        let points: Vec<char> = plain.chars().filter(char::is_ascii_uppercase).collect();
        matches!(points[..], [_, _, _]).then(|| points[1])
    };
    differ(gold, answer, vertex)
}

/// The operators of logic and of sets that a text has, in order; one sign for each, however it is spelt.
fn operators(text: &str) -> Vec<u8> {
    const SPELT: [(&str, u8); 12] = [
        ("\\land", b'a'),
        ("\\wedge", b'a'),
        ("∧", b'a'),
        ("\\lor", b'o'),
        ("\\vee", b'o'),
        ("∨", b'o'),
        ("\\oplus", b'x'),
        ("⊕", b'x'),
        ("\\lnot", b'n'),
        ("\\neg", b'n'),
        ("¬", b'n'),
        ("\\sim", b'n'),
    ];
    let mut found: Vec<(usize, u8)> = Vec::new();
    if text.is_ascii() && !text.contains('\\') {
        return Vec::new();
    }
    for (spelt, sign) in SPELT {
        found.extend(text.match_indices(spelt).map(|(at, _)| (at, sign)));
    }
    found.sort_unstable();
    found.into_iter().map(|(_, sign)| sign).collect()
}

/// Signs whose sides must not be exchanged.
const ORDERED: [&str; 14] = [
    "\\to",
    "\\rightarrow",
    "->",
    "→",
    "=>",
    "⇒",
    "\\Rightarrow",
    "\\implies",
    "\\subset",
    "\\supset",
    "⊂",
    "⊆",
    "\\succ",
    "\\prec",
];

/// Whether both texts have a sign whose sides must not be exchanged.
fn is_ordered(gold: &str, answer: &str) -> bool {
    let has = |text: &str| ORDERED.iter().any(|sign| text.contains(sign));
    has(gold) && has(answer)
}

/// The letters, digits and signs of a text, with one spelling for each sign that has an order.
fn plain(text: &str) -> String {
    let mut text = words::bare(text);
    for (spelt, sign) in [
        ("\\rightarrow", ">"),
        ("\\longrightarrow", ">"),
        ("\\to", ">"),
        ("->", ">"),
        ("→", ">"),
        ("\\Rightarrow", ">"),
        ("\\implies", ">"),
        ("=>", ">"),
        ("⇒", ">"),
        ("\\subseteq", "\\subset"),
        ("⊂", "\\subset"),
        ("⊆", "\\subset"),
    ] {
        if text.contains(spelt) {
            text = text.replace(spelt, sign);
        }
    }
    text.retain(|c| !c.is_whitespace() && !"\\${},.*()".contains(c));
    text
}

/// Whether two texts are three or more capital letters in two orders: `TFT` and `FTT`, `BAC` and `ABC`. Those who
/// only choose name them in the order of the alphabet.
fn letters_differ(gold: &str, answer: &str) -> bool {
    let read = |text: &str| {
        let bare = words::bare(text);
        let bare = bare.trim_matches([' ', '$', '*', '.']);
        let capitals = bare.len() > 2 && bare.bytes().all(|byte| byte.is_ascii_uppercase());
        capitals.then(|| bare.as_bytes().to_vec())
    };
    differ(gold, answer, read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropped_signs_tell_two_answers_apart() {
        for (gold, answer, apart) in [
            ("20^{\\circ}\\text{C}", "20^{\\circ}\\text{F}", true),
            ("20^{\\circ}\\text{C}", "20^{\\circ} C", false),
            ("7 pm", "7 a.m.", true),
            ("\\$5", "5 cents", true),
            ("0.5 dollars", "50 cents", false),
            ("$5$", "5 cents", false),
            ("\\angle ABC", "\\angle CBA", false),
            ("\\angle ABC", "\\angle ACB", true),
            ("p \\land q", "q \\wedge p", false),
            ("p \\land q", "p \\lor q", true),
            ("1 \\to 2", "2 \\to 1", true),
            ("1 \\to 2", "1 \\rightarrow 2", false),
            ("CAB", "BAC", true),
            ("ABC", "CAB", true),
        ] {
            assert_eq!(tells_apart(gold, answer), apart, "{gold} {answer}");
        }
    }
}
