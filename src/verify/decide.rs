//! Decides whether two answers are the same, cheapest way first.
//!
//! Two texts are compared by what needs no reading as mathematics, then as trees in every way that
//! both can be read. The tables below say in which order, and are the only place that knows all kinds.

use crate::clean::{clean, tidy};
use crate::decision::Decision;
use crate::expr::{Arena, Id, Node};
use crate::kinds::{
    bases, choices, congruences, dates, families, figures, fractions, items, labelled, marks,
    matrices, quantities, ratios, relations, sets, times, vectors, wording,
};
use crate::lex::Comma;
use crate::options::Options;
use crate::readings::{Reading, is_mathematics, readings};
use crate::verdict::Reason;
use crate::work::{Way, Work, compare};
use crate::{
    calculus, compounds, contrary, counts, labels, phrases, restated, statements, values, words,
};

/// Two clean texts.
struct Texts<'t> {
    gold: &'t str,
    answer: &'t str,
    options: &'t Options,
}

/// Decides between two texts of one kind; nothing where they are of another.
type TextWay = fn(&Texts<'_>) -> Option<Decision>;

/// The ways to decide between the letters of choices.
const BY_LETTERS: &[TextWay] = &[
    // `(a) 3 (b) 4`.
    |texts| {
        let again = |gold: &str, answer: &str| {
            decide(&Cleaned::of(gold), &Cleaned::of(answer), texts.options)
        };
        labelled::by_text(texts.gold, texts.answer, &again)
    },
    // `A, C` and `AC`, `①③`.
    |texts| marks::by_text(texts.gold, texts.answer),
    // `C` and `(C) 5`: the text behind a letter is an answer of its own.
    |texts| {
        let again = |gold: &str, answer: &str| {
            decide(&Cleaned::of(gold), &Cleaned::of(answer), texts.options)
        };
        choices::by_text(texts.gold, texts.answer, &again)
    },
];

/// The ways to decide by what is meant. The last of them always decides.
const BY_MEANING: &[TextWay] = &[
    // `yes` and `no`, `odd` and `even`.
    |texts| wording::by_text(texts.gold, texts.answer),
    // `March 5` and `5th of March`.
    |texts| dates::by_text(texts.gold, texts.answer),
    |texts| Some(mathematics(texts)),
];

/// The ways to decide between two trees. What stands further up may be read as something further
/// down as well: `3:45 PM` as a ratio with a unit, `x = 5 \text{ m}` as a relation.
const BY_TREE: &[Way] = &[
    // `3:45 PM` and `15:45`.
    times::by_tree,
    // `15 \text{ cm}` and `0.15 \text{ m}`.
    quantities::by_tree,
    // `n \equiv 1 \pmod 6` and `n = 6k + 1`.
    congruences::by_tree,
    // `x = 5` and `5`, `y = 2x` and `2x - y = 0`.
    relations::by_tree,
    // `\{x\}` and `x - \lfloor x \rfloor`.
    fractions::by_tree,
    // `[0, 1)` and `0 \le x < 1`.
    sets::by_tree,
    // `3i - 4j` and `(3, -4)`.
    vectors::by_tree,
    // Matrices, and columns as tuples.
    matrices::by_tree,
    // `\{1, 2\}` and `2, 1`.
    items::by_tree,
    // `1 : 2` and `2 : 4`.
    ratios::by_tree,
    // Words that a tree holds.
    wording::by_tree,
    // `1101_2` and `1101`.
    bases::by_tree,
    // `\triangle ABC` and `ABC`.
    figures::by_tree,
    // Numbers and expressions.
    values::by_tree,
];

/// A text longer than this is compared as text only.
/// By hand: no verdict changes with 200,000 or 800,000.
const TEXT_MAX: usize = 400_000;

/// A text that was cleaned, once for all that it is compared with.
pub(crate) struct Cleaned(String);

impl Cleaned {
    pub(crate) fn of(text: &str) -> Self {
        let plain = words::in_digits(labels::without(compounds::joined(clean(text))));
        Self(counts::spelt_out(&plain).unwrap_or(plain))
    }
}

/// Compares a gold answer with the answer of a response.
pub(crate) fn decide(gold: &Cleaned, answer: &Cleaned, options: &Options) -> Decision {
    let (gold, answer) = (&*gold.0, &*answer.0);
    if !options.text_fallback {
        match (is_mathematics(gold), is_mathematics(answer)) {
            (false, _) => return Decision::Unknown(Reason::UnreadGold),
            (_, false) => return Decision::Unknown(Reason::UnreadAnswer),
            _ => {}
        }
    }
    if are_same(gold, answer) {
        return Decision::Equal(Reason::SameText);
    }
    if gold.len() > TEXT_MAX || answer.len() > TEXT_MAX {
        return Decision::Unknown(Reason::OutOfFuel);
    }
    let texts = Texts {
        gold,
        answer,
        options,
    };
    let decision = restated_value(&texts)
        .or_else(|| first_of(BY_LETTERS, &texts))
        .unwrap_or_else(|| by_meaning(&texts));
    match decision {
        Decision::Equal(_) if contrary::tells_apart(gold, answer) => {
            Decision::Unknown(Reason::Unlike)
        }
        // A function that no tree knows is no product with its name.
        Decision::Different(_) if is_unknown_function(gold) || is_unknown_function(answer) => {
            Decision::Unknown(Reason::Unproven)
        }
        decision => decision,
    }
}

/// Whether a text has a value of a function that is read as a letter: `\zeta(2)`.
fn is_unknown_function(text: &str) -> bool {
    let at = memchr::memmem::find(text.as_bytes(), b"\\zeta");
    at.is_some_and(|at| {
        let rest = text[at + "\\zeta".len()..].trim_start();
        rest.trim_start_matches("\\left").starts_with('(')
    })
}

/// `20 (4 packs)`: by the value before the bracket, where the answer has one that the gold answer has not. What
/// stands in it without words may be a factor, where it does not say the same.
fn restated_value(texts: &Texts<'_>) -> Option<Decision> {
    let answer = restated::restated(texts.answer)?;
    if restated::restated(texts.gold).is_some() {
        return None;
    }
    let value = Cleaned::of(&answer.value);
    let by_value = decide(&Cleaned(texts.gold.to_owned()), &value, texts.options);
    if answer.worded {
        return Some(by_value);
    }
    match decide(&value, &Cleaned::of(&answer.again), texts.options) {
        Decision::Equal(_) => Some(by_value),
        // Either was meant.
        _ => match (by_value, by_meaning(texts)) {
            (Decision::Equal(_), _) => Some(Decision::Unknown(Reason::Doubtful)),
            (_, Decision::Equal(_)) if is_plain(&answer) => {
                Some(Decision::Unknown(Reason::Doubtful))
            }
            (_, product) => Some(product),
        },
    }
}

/// Whether a value and its bracket are nothing but figures, which nobody multiplies so.
fn is_plain(answer: &restated::Restated) -> bool {
    let figures = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit() || b".,%/".contains(&byte))
    };
    figures(&answer.value) && figures(&answer.again)
}

/// Whether two texts are the same but for spelling that means nothing.
pub(crate) fn is_same_text(gold: &str, answer: &str) -> bool {
    are_same(&Cleaned::of(gold).0, &Cleaned::of(answer).0)
}

/// Whether two texts are the same but for spacing.
fn are_same(gold: &str, answer: &str) -> bool {
    let worded = words::is_worded(gold) || words::is_worded(answer);
    gold == answer
        || tidy(gold) == tidy(answer)
        || worded && tidy(&words::bare(gold)) == tidy(&words::bare(answer))
}

fn first_of(ways: &[TextWay], texts: &Texts<'_>) -> Option<Decision> {
    ways.iter().find_map(|way| way(texts))
}

/// Compares by what is meant, also by what a sentence states where only one side is a sentence: two of
/// them may speak of two things.
fn by_meaning(texts: &Texts<'_>) -> Decision {
    let meant = |texts: &Texts<'_>| {
        first_of(BY_MEANING, texts).unwrap_or(Decision::Unknown(Reason::Unlike))
    };
    let whole = meant(texts);
    match (
        statements::stated(texts.gold),
        statements::stated(texts.answer),
    ) {
        (Some(value), None) => whole.or_else(|| {
            let gold = &*clean(&value);
            meant(&Texts { gold, ..*texts }).doubted()
        }),
        (None, Some(value)) => whole.or_else(|| {
            let answer = &*clean(&value);
            meant(&Texts { answer, ..*texts }).doubted()
        }),
        _ => whole,
    }
}

/// `[k\pi, 2k\pi] (k \in \mathbb{Z})`: what a letter is, in brackets behind the answer.
fn without_brackets(text: &str) -> String {
    let inner = text
        .strip_suffix(')')
        .and_then(|text| text.rsplit_once('('));
    let Some((head, inner)) = inner else {
        return text.to_owned();
    };
    let mut chars = inner.trim_start().chars();
    let letter = chars.next().is_some_and(|c| c.is_ascii_alphabetic());
    let said = chars.as_str().trim_start().starts_with("\\in");
    if letter && said && !head.trim().is_empty() && !inner.contains([')', ',']) {
        format!("{}, {inner}", head.trim_end().trim_end_matches(','))
    } else {
        text.to_owned()
    }
}

/// `x | x > 0`: a set that lost its braces.
fn with_braces(text: &str) -> String {
    let text = without_brackets(text);
    let mut chars = text.chars();
    let letter = chars.next().is_some_and(|c| c.is_ascii_lowercase());
    let rest = chars.as_str().trim_start();
    let condition = rest
        .strip_prefix('|')
        .or_else(|| rest.strip_prefix("\\mid"));
    match condition {
        Some(condition) if letter && !condition.contains('|') => format!("\\{{{text}\\}}"),
        _ => text,
    }
}

/// Reads both sides in every way that they can be read, and compares.
fn mathematics(texts: &Texts<'_>) -> Decision {
    let meaning =
        |text: &str| phrases::mathematics(text).map_or_else(|| with_braces(text), str::to_owned);
    let mut arena = Arena::default();
    let mut golds = readings(&mut arena, &meaning(texts.gold));
    let mut work = Work::new(&mut arena, texts.options, BY_TREE);
    if golds.is_empty() {
        return Decision::Unknown(Reason::UnreadGold);
    }
    work_out(&mut work, &mut golds);
    work.end_golds();
    let mut answers = readings(work.arena, &meaning(texts.answer));
    if answers.is_empty() {
        return Decision::Unknown(Reason::UnreadAnswer);
    }
    work_out(&mut work, &mut answers);
    any_reading(&mut work, &golds, &answers)
}

/// Works out the integrals and limits of each reading.
fn work_out(work: &mut Work<'_>, readings: &mut [Reading]) {
    for reading in readings {
        reading.parsed.root = calculus::worked_out(work, reading.parsed.root);
    }
}

/// Whether a text is read as two whole numbers of which the last has so many digits: `12,5`, which may be a
/// decimal as well, and `1,234`, which is mostly one number. Other counts behind a comma are decimals, and so
/// is `0,111`.
fn is_pair(arena: &Arena, reading: &Reading, counts: &[usize]) -> bool {
    let Node::List(items) = arena.node(reading.parsed.root) else {
        return false;
    };
    let [first, last] = items[..] else {
        return false;
    };
    match (digits(arena, first), digits(arena, last)) {
        (Some(first), Some(last)) => {
            counts.contains(&last.len()) && (last.len() == 1 || !first.starts_with('0'))
        }
        _ => false,
    }
}

/// The digits of a whole number, with a sign or without.
fn digits(arena: &Arena, id: Id) -> Option<&str> {
    match arena.node(id) {
        Node::Number(literal) => literal.digits.as_deref(),
        Node::Negative(inner) => digits(arena, *inner),
        _ => None,
    }
}

/// Equal in one pair of readings is equal; different takes the pairs that read both sides in
/// one manner.
fn any_reading(work: &mut Work<'_>, golds: &[Reading], answers: &[Reading]) -> Decision {
    let mut total: Option<Decision> = None;
    let single = golds.len() == 1 || answers.len() == 1;
    let grouped = |reading: &Reading| {
        reading.manner.comma == Comma::Thousands
            && digits(work.arena, reading.parsed.root).is_some()
    };
    let two = golds
        .iter()
        .any(|gold| is_pair(work.arena, gold, &[1, 3]) || grouped(gold));
    let thousands = answers
        .iter()
        .any(|answer| is_pair(work.arena, answer, &[3]) || grouped(answer));
    for gold in golds {
        for answer in answers {
            let decision = one_reading(work, gold, answer);
            let decision = match guesses(gold, answer, two, thousands) {
                true => decision.hedged(),
                false => decision,
            };
            if let Decision::Equal(_) = decision {
                return decision;
            }
            if !single && gold.manner != answer.manner {
                continue;
            }
            total = Some(match (total, decision) {
                (Some(unknown @ Decision::Unknown(_)), _) => unknown,
                (_, decision) => decision,
            });
        }
    }
    total.unwrap_or(Decision::Unknown(Reason::Unproven))
}

/// Whether a pair of readings takes the comma of one side for that of decimals and the other side has none,
/// where the gold answer may be two numbers, or the answer one with thousands: no point says which.
fn guesses(gold: &Reading, answer: &Reading, two: bool, thousands: bool) -> bool {
    let comma = |reading: &Reading| reading.manner.comma == Comma::Decimal;
    match (comma(gold), comma(answer)) {
        (true, false) => two,
        (false, true) => thousands,
        _ => false,
    }
}

/// Compares one pair of readings.
fn one_reading(work: &mut Work<'_>, gold: &Reading, answer: &Reading) -> Decision {
    let (left, right) = (&gold.parsed, &answer.parsed);
    if families::are_same_at_integers(work, left.root, right.root, left.integer.or(right.integer)) {
        return Decision::Equal(Reason::Items);
    }
    let mut decision = match families::by_tree(work, left.root, right.root) {
        Some(decision) => decision,
        None => compare(work, left.root, right.root),
    };
    // Two conditions that are not written the same, or a case against the whole.
    if left.conditioned && right.conditioned || left.restricted != right.restricted {
        decision = Decision::Unknown(Reason::Doubtful);
    }
    if left.doubtful || right.doubtful {
        decision = decision.doubted();
    }
    decision
}
