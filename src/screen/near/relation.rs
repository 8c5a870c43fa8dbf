//! How two problems are related, by their texts.

use std::collections::HashMap;

use super::super::grams::mixed;
use super::marks::{Mark, Told};
use super::text::{Placed, SHINGLE_BYTES, Text, Word, instructs};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Relation {
    /// None that counts.
    Strangers,
    /// The same words with other numbers, or one a part of the other.
    Template,
    /// One problem.
    Near,
}

/// Shorter texts are alike but for their numbers because there is little that they could say (`1+1`).
const TEMPLATE_BYTES_MIN: usize = 16;

/// A run of fewer bytes at the end of a text may be there by chance.
const ANCHOR_BYTES: usize = 12;

/// How two texts are related, of which each must have a share of the other, their edges apart.
pub(super) fn relation(one: &Text<'_>, other: &Text<'_>, threshold: f64) -> Relation {
    if one.bytes == other.bytes {
        return of_same_words(one, other);
    }
    let (short, long) = if one.bytes.len() <= other.bytes.len() {
        (one, other)
    } else {
        (other, one)
    };
    // Most pairs end here: between its first and its last common byte a text has its largest share.
    let side = |text, other| Side::of(text, other).filter(|side| side.share() >= threshold);
    let Some(a) = side(short, long).filter(|side| 2.0 * side.share_of_all() >= threshold) else {
        return Relation::Strangers;
    };
    let Some(b) = side(long, short) else {
        return Relation::Strangers;
    };
    let is_whole = [&a, &b].iter().all(|side| side.share_of_all() >= threshold);
    let (whole_a, whole_b) = (a.whole(), b.whole());
    let (a, b) = without_edges(a, b);
    let cores = of_cores(&a, &b, threshold);
    if cores == Relation::Near || !is_whole {
        return cores;
    }
    // What looks like an edge can be a short sentence in another place, or a word that was replaced.
    let asks_more = || !(a.is_all_that_is_asked() && b.is_all_that_is_asked());
    match of_cores(&whole_a, &whole_b, threshold) {
        Relation::Near if whole_a.sorted_marks() != whole_b.sorted_marks() && asks_more() => {
            Relation::Template
        }
        whole => whole.max(cores),
    }
}

/// How the cores of two texts are related.
fn of_cores(a: &Side<'_>, b: &Side<'_>, threshold: f64) -> Relation {
    let sides = [a, b];
    if sides.iter().any(|side| side.share() < threshold) {
        return Relation::Strangers;
    }
    let is_whole = sides.iter().all(|side| side.is_all_that_is_asked());
    if is_whole && marks_agree(a, b) && !speaks_of_another(a, b) {
        Relation::Near
    } else if is_whole || sides.iter().all(|side| side.is_most()) {
        Relation::Template
    } else {
        Relation::Strangers
    }
}

/// Texts that are the same but for their numbers.
fn of_same_words(one: &Text<'_>, other: &Text<'_>) -> Relation {
    let marks = |text: &Text| {
        text.marks()
            .iter()
            .map(|placed| placed.mark)
            .collect::<Vec<_>>()
    };
    let is_same = marks(one) == marks(other);
    match (is_same, one.bytes.len() >= TEMPLATE_BYTES_MIN) {
        (true, _) if !one.bytes.is_empty() => Relation::Near,
        (false, true) => Relation::Template,
        _ => Relation::Strangers,
    }
}

/// A text beside another.
#[derive(Clone)]
struct Side<'t> {
    text: &'t Text<'t>,
    /// What the other has too.
    runs: Vec<(usize, usize)>,
    /// The core between the edges.
    start: usize,
    end: usize,
}

impl<'t> Side<'t> {
    /// None where nothing is common.
    fn of(text: &'t Text<'t>, other: &Text<'_>) -> Option<Self> {
        let runs = text.runs_in(other);
        let least = ANCHOR_BYTES.min(text.bytes.len() / 4).max(SHINGLE_BYTES);
        let is_anchor = |(start, end): &&(usize, usize)| end - start >= least;
        let (start, end) = (
            runs.iter().find(is_anchor)?.0,
            runs.iter().rfind(is_anchor)?.1,
        );
        Some(Self {
            text,
            runs,
            start,
            end,
        })
    }

    /// The text with all of it as its core.
    fn whole(&self) -> Self {
        Self {
            start: 0,
            end: self.text.bytes.len(),
            ..self.clone()
        }
    }

    fn front(&self) -> (usize, usize) {
        (0, self.start)
    }

    fn back(&self) -> (usize, usize) {
        (self.end, self.text.bytes.len())
    }

    fn marks(&self) -> &'t [Placed] {
        self.text.marks_in((self.start, self.end))
    }

    fn words(&self) -> Vec<Word<'t>> {
        let mut words = self.text.words();
        words.retain(|word| self.start <= word.start && word.end <= self.end);
        words
    }

    fn sorted_marks(&self) -> Vec<Mark> {
        let mut marks: Vec<Mark> = self.marks().iter().map(|placed| placed.mark).collect();
        marks.sort_unstable();
        marks
    }

    fn figures(&self) -> Vec<Placed> {
        let marks = self.marks().iter().copied();
        marks.filter(|placed| placed.mark.is_figure()).collect()
    }

    /// How many of some bytes the other has too.
    fn common(&self, (from, to): (usize, usize)) -> usize {
        let within = |&(start, end): &(usize, usize)| end.min(to).saturating_sub(start.max(from));
        self.runs.iter().map(within).sum()
    }

    /// The share of the core that the other has too.
    fn share(&self) -> f64 {
        self.common((self.start, self.end)) as f64 / (self.end - self.start).max(1) as f64
    }

    /// The share of the whole text that the other has too.
    fn share_of_all(&self) -> f64 {
        let all = self.text.bytes.len();
        self.common((0, all)) as f64 / all as f64
    }

    /// Whether the core is at least half of the text, and says something.
    fn is_most(&self) -> bool {
        let core = self.end - self.start;
        core >= 2 * ANCHOR_BYTES && 2 * core >= self.text.bytes.len()
    }

    /// Whether the edges ask nothing: tags and context in front, options and instructions behind.
    fn is_all_that_is_asked(&self) -> bool {
        let core = self.end - self.start;
        self.start <= 2 * core + EDGE_BYTES
            && introduces(self.text, self.front())
            && concludes(self.text, self.back())
    }
}

/// Bytes of a tag: `(2013, Zhejiang Province High School Mathematics Competition)`.
const EDGE_BYTES: usize = 64;
/// Numbers of a tag: `7. (12 points, 2013)`.
const TAG_NUMBERS_MAX: usize = 3;

/// Whether what stands in front of a problem is none of it.
fn introduces(text: &Text<'_>, edge: (usize, usize)) -> bool {
    is_tag(text, edge)
        || text
            .marks_in(edge)
            .iter()
            .all(|placed| placed.mark == Mark::Asks)
}

/// Whether an edge is a number, a source, a year.
fn is_tag(text: &Text<'_>, edge: (usize, usize)) -> bool {
    let marks = text.marks_in(edge);
    let numbers = marks
        .iter()
        .filter(|placed| placed.mark.is_number())
        .count();
    let equates = |placed: &Placed| matches!(placed.mark, Mark::Sign(b'+' | b'=' | b'<' | b'>'));
    edge.1 - edge.0 <= EDGE_BYTES
        && (1..=TAG_NUMBERS_MAX).contains(&numbers)
        && !marks.iter().any(equates)
}

/// Whether a text starts as tags do: by a number, a bracket, or the name of what is counted or of a contest.
fn opens_with_tag(text: &Text<'_>) -> bool {
    let core = text.core_from(0);
    let names = |tag: &&[u8]| core.starts_with(tag);
    core.first()
        .is_some_and(|first| first.is_ascii_digit() || *first == b'(')
        || TAGS.iter().any(names)
}

const TAGS: [&[u8]; 9] = [
    b"example",
    b"problem",
    b"exercise",
    b"question",
    b"task",
    b"aime",
    b"amc",
    b"imo",
    b"usamo",
];

/// Whether what stands behind a problem is none of it.
fn concludes(text: &Text<'_>, edge: (usize, usize)) -> bool {
    let marks = text.marks_in(edge);
    if marks.is_empty() {
        return true;
    }
    let instructs = instructs(&text.bytes[edge.0..edge.1]);
    are_options(text, edge.0, instructs)
        || (instructs && marks.iter().all(|placed| placed.mark == Mark::Asks))
}

/// Whether a text goes on with a list `(A) … (B) … (C) …`, with or without brackets, or has one behind what it
/// goes on with. Its first letter may be one that the other text has too.
fn are_options(text: &Text<'_>, start: usize, anywhere: bool) -> bool {
    let mut rest = text.core_from(start.saturating_sub(2));
    (b'a'..=b'c').all(|option| {
        let is_alone = |&at: &usize| {
            let beside =
                |at: Option<usize>| at.and_then(|at| rest.get(at)).copied().unwrap_or(b' ');
            let (before, behind) = (beside(at.checked_sub(1)), beside(Some(at + 1)));
            rest[at] == option && (!behind.is_ascii_alphabetic() || before == b'(')
        };
        let limit = match option == b'a' && !anywhere {
            true => rest.len().min(OPTION_BYTES),
            false => rest.len(),
        };
        let found = (0..limit).find(is_alone);
        rest = found.map_or(rest, |at| &rest[at + 1..]);
        found.is_some()
    })
}

/// Within so many bytes a list of options opens.
const OPTION_BYTES: usize = 6;

/// Gives back to the core what is no edge: an end that both have otherwise is another text, not more of it.
fn without_edges<'t>(mut a: Side<'t>, mut b: Side<'t>) -> (Side<'t>, Side<'t>) {
    let is_own_tag = |side: &Side<'_>| {
        side.is_most() && opens_with_tag(side.text) && is_tag(side.text, side.front())
    };
    if !(is_own_tag(&a) && is_own_tag(&b)) {
        let more_b = is_more(&b, b.front(), a.front());
        if !is_more(&a, a.front(), b.front()) {
            a.start = 0;
        }
        if !more_b {
            b.start = 0;
        }
    }
    let more_b = is_more(&b, b.back(), a.back());
    let end_alike = ends_of(a.text) == ends_of(b.text);
    if end_alike || !is_more(&a, a.back(), b.back()) {
        a.end = a.text.bytes.len();
    }
    if end_alike || !more_b {
        b.end = b.text.bytes.len();
    }
    (a, b)
}

/// The last bytes of a text: where they are another's too, what was not found there was replaced.
fn ends_of<'t>(text: &'t Text<'_>) -> &'t [u8] {
    let bytes = &text.bytes;
    &bytes[bytes.len().saturating_sub(END_BYTES)..]
}

const END_BYTES: usize = 3;

/// Whether an end is more than what the other text has in its place.
fn is_more(side: &Side<'_>, edge: (usize, usize), other: (usize, usize)) -> bool {
    let (length, other) = (edge.1 - edge.0, other.1 - other.0);
    other <= ANCHOR_BYTES && length > 2 * other && 2 * side.common(edge) <= length
}

/// Whether the cores have the same numbers in the same order or places, and no signs and words that differ.
fn marks_agree(a: &Side<'_>, b: &Side<'_>) -> bool {
    let (only_a, only_b) = difference(&a.sorted_marks(), &b.sorted_marks());
    let one_sided = only_a.is_empty() || only_b.is_empty();
    one_sided && only_a.iter().chain(&only_b).all(may_be_lost) && are_in_place(a, b)
}

/// Whether a mark that only one text has can have been lost with a word of the other. A number that is lost could
/// have been any, and would make one problem of all that have another in its place; so could a word that is spoken
/// of. Without `exactly`, more is asked for.
fn may_be_lost(mark: &Mark) -> bool {
    match mark {
        Mark::Sign(b'=') | Mark::Asks => true,
        Mark::Word(told) => *told != Told::Exactly,
        _ => false,
    }
}

/// Whether one speaks in the same place of another of the things that both speak of: of ribbons that are striped, dotted
/// and plain, how many are striped, and how many are dotted.
///
/// A word that is only written otherwise is none that the other text has too, and words that changed places stand as
/// often in both. Of short words, and of a word's other forms, texts have now one and now the other.
fn speaks_of_another(a: &Side<'_>, b: &Side<'_>) -> bool {
    let (words_a, words_b) = (a.words(), b.words());
    let counts = Counts::of(&words_a, &words_b);
    let more_a = words_a.iter().filter(|word| counts.has_more(word, 0));
    let mut more_a = more_a.peekable();
    if more_a.peek().is_none() {
        return false;
    }
    let more_b = words_b.iter().filter(|word| counts.has_more(word, 1));
    let more_b: Vec<&Word<'_>> = more_b.collect();
    let is_another = |one: &Word<'_>, other: &Word<'_>| {
        let (a, b) = (&a.text.bytes, &b.text.bytes);
        !is_form(one.letters, other.letters)
            && follow_alike(&a[..one.start], &b[..other.start])
            && lead_alike(&a[one.end..], &b[other.end..])
    };
    more_a.any(|one| more_b.iter().any(|other| is_another(one, other)))
}

/// How often each of two texts has a word.
struct Counts<'t>(HashMap<&'t [u8], [u32; 2]>);

impl<'t> Counts<'t> {
    fn of(one: &[Word<'t>], other: &[Word<'t>]) -> Self {
        let mut counts: HashMap<&[u8], [u32; 2]> = HashMap::new();
        for (side, words) in [one, other].into_iter().enumerate() {
            for word in words
                .iter()
                .filter(|word| word.letters.len() >= WORD_BYTES_MIN)
            {
                counts.entry(word.letters).or_default()[side] += 1;
            }
        }
        Self(counts)
    }

    /// Whether both have the word, and that side more often.
    fn has_more(&self, word: &Word<'_>, side: usize) -> bool {
        let counts = self.0.get(word.letters).copied().unwrap_or_default();
        counts[1 - side] > 0 && counts[side] > counts[1 - side]
    }
}

/// A shorter word seldom says what is spoken of.
const WORD_BYTES_MIN: usize = 4;

/// Whether a word is the other with another ending.
fn is_form(one: &[u8], other: &[u8]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

/// Whether what stands in front of two words is the same, as far as it says which of several it is.
fn follow_alike(one: &[u8], other: &[u8]) -> bool {
    let [one, other] = [one, other].map(|front| &front[front.len().saturating_sub(BESIDE)..]);
    !one.is_empty() && one == other
}

/// The same of what stands behind them.
fn lead_alike(one: &[u8], other: &[u8]) -> bool {
    let [one, other] = [one, other].map(|back| &back[..back.len().min(BESIDE / 2)]);
    one == other
}

/// What only one of two sorted lists has.
fn difference(one: &[Mark], other: &[Mark]) -> (Vec<Mark>, Vec<Mark>) {
    let (mut only_one, mut only_other) = (Vec::new(), Vec::new());
    let (mut i, mut j) = (0, 0);
    while i < one.len() || j < other.len() {
        match (one.get(i), other.get(j)) {
            (Some(a), Some(b)) if a == b => (i, j) = (i + 1, j + 1),
            (Some(a), b) if b.is_none_or(|b| a < b) => {
                only_one.push(*a);
                i += 1;
            }
            (_, Some(b)) => {
                only_other.push(*b);
                j += 1;
            }
            _ => {}
        }
    }
    (only_one, only_other)
}

/// Whether the same numbers and signs stand in the same order, but for sentences that changed places.
fn are_in_place(a: &Side<'_>, b: &Side<'_>) -> bool {
    let (a_figures, b_figures) = (a.figures(), b.figures());
    let marks = |figures: &[Placed]| figures.iter().map(|placed| placed.mark).collect::<Vec<_>>();
    let has = |one: &Placed| {
        let mut others = b_figures.iter().filter(|other| other.mark == one.mark);
        others.any(|other| stand_alike(a.text, one.at, b.text, other.at))
    };
    marks(&a_figures) == marks(&b_figures)
        || (a_figures.len() <= REORDERED_MAX && a_figures.iter().all(has))
}

/// More in another order are not looked at.
const REORDERED_MAX: usize = 200;

/// Whether two figures stand in the same place: between the same bytes, or behind or in front of more of them.
fn stand_alike(a: &Text<'_>, at_a: u32, b: &Text<'_>, at_b: u32) -> bool {
    let ([front_a, back_a], [front_b, back_b]) = (around(a, at_a), around(b, at_b));
    let same = |pair: &(&u8, &u8)| pair.0 == pair.1;
    let front = front_a
        .iter()
        .rev()
        .zip(front_b.iter().rev())
        .take_while(same)
        .count();
    let back = back_a.iter().zip(back_b).take_while(same).count();
    let (all_front, all_back) = (
        front_a.len().min(front_b.len()),
        back_a.len().min(back_b.len()),
    );
    let is_all = front == all_front && back == all_back;
    is_all || front == BESIDE || back == BESIDE || front.min(back) >= BESIDE / 3
}

/// What stands in front of and behind a figure.
fn around<'t>(text: &'t Text<'_>, at: u32) -> [&'t [u8]; 2] {
    let at = at as usize;
    let bytes = &text.bytes;
    let end = bytes.len().min(at + 1 + BESIDE);
    [&bytes[at.saturating_sub(BESIDE)..at], &bytes[at + 1..end]]
}

/// Bytes that say which of several it is.
const BESIDE: usize = 12;

/// A hash of the numbers that a text has between its edges, beside another's; the same for near duplicates.
pub(super) fn numbers(text: &Text<'_>, beside: &Text<'_>) -> u64 {
    let core = Side::of(text, beside).map_or((0, text.bytes.len()), |side| (side.start, side.end));
    let marks = text.marks_in(core).iter().map(|placed| placed.mark);
    let mut numbers: Vec<Mark> = marks.filter(|mark| mark.is_number()).collect();
    numbers.sort_unstable();
    numbers.iter().fold(0, |hash, mark| match mark {
        Mark::Number(number) => mixed(hash ^ number),
        _ => hash,
    })
}

#[cfg(test)]
mod tests {
    use super::super::text::core;
    use super::*;
    use crate::screen::canonical::canonical;

    const BASE: &str = "A baker sells 12 loaves of rye bread in the morning and 17 in the afternoon. What is the sum \
                        of the even numbers of loaves that she sold on that day?";

    #[track_caller]
    fn check(one: &str, other: &str, expected: Relation) {
        let cores = [one, other].map(|text| core(&canonical(text)));
        let [a, b] = [0, 1].map(|at| Text::of(cores[at].as_bytes()));
        assert_eq!(relation(&a, &b, 0.8), expected, "{one}\n{other}");
        assert_eq!(
            relation(&b, &a, 0.8),
            expected,
            "in the other order: {one}\n{other}"
        );
    }

    #[test]
    fn who_asks_for_another_of_the_things_that_are_spoken_of_asks_another_problem() {
        let of = |asked: &str, more: &str| {
            format!(
                "In a large box of ribbons a quarter are striped, a third are dotted, a sixth are checked, and the \
                 remaining 40{more} are plain. How many of the ribbons are {asked}?"
            )
        };
        let [striped, dotted] = ["striped", "dotted"].map(|asked| of(asked, ""));
        check(&striped, &dotted, Relation::Template);
        check(&striped, &of("dotted", " ribbons"), Relation::Template);
        check(&striped, &of("striped", " ribbons"), Relation::Near);
        check(
            &striped,
            &striped.replace("striped, a third are dotted", "dotted, a third are striped"),
            Relation::Near,
        );
        let function = |name: &str| {
            format!(
                "Find the area bounded by the graph of $y = \\{name}(\\cos x)$ and the $x$-axis on the interval $0 \\leq x \\leq 2$."
            )
        };
        check(&function("arccos"), &function("arcsin"), Relation::Template);
        let digits = "Using the digits 0 to 9, how many three-digit even numbers can be formed without repeating any digit";
        check(
            &format!("{digits}?"),
            &format!("{digits}s?"),
            Relation::Near,
        );
    }

    #[test]
    fn what_frames_a_problem_leaves_it_the_same() {
        for framed in [
            "7. (12 points) {}",
            "【Example 3】 {}",
            "(2013, Zhejiang Province High School Mathematics Competition) {}",
            "[USAMO 1998] {}",
            "Given that {}",
            "The following question was asked at a regional contest and few could do it. {}",
            "{} Express your answer as a common fraction in simplest form.",
            "{} (A) 1 (B) 2 (C) 4 (D) 8",
            "{} Give your answer in lowest terms. (A) $\\frac12$ (B) $x+1$ (C) 4 (D) none",
            "12. {} Let's think step by step and output the final answer within \\boxed{}.",
        ] {
            check(BASE, &framed.replacen("{}", BASE, 1), Relation::Near);
        }
    }

    #[test]
    fn both_can_be_framed() {
        check(
            &format!("(2013, Zhejiang Province) {BASE}"),
            &format!("{BASE} (A) 1 (B) 2 (C) 4 (D) 8"),
            Relation::Near,
        );
        check(
            &format!("7. (12 points) {BASE}"),
            &format!("(AIME 1999) {BASE}"),
            Relation::Near,
        );
    }

    #[test]
    fn words_can_be_replaced_and_sentences_can_change_places() {
        check(BASE, &BASE.replace("loaves", "pieces"), Relation::Near);
        check(BASE, &BASE.replace("What is", "Determine"), Relation::Near);
        let (first, second) = BASE.split_once(". ").expect("two sentences");
        check(BASE, &format!("{second} {first}."), Relation::Near);
    }

    #[test]
    fn other_numbers_are_a_template() {
        check(BASE, &BASE.replace("12", "13"), Relation::Template);
        check(
            BASE,
            &BASE.replace("12", "17").replacen("17", "12", 2),
            Relation::Template,
        );
        check(
            BASE,
            &format!("(AIME 2012) {}", BASE.replace("17", "18")),
            Relation::Template,
        );
        check(BASE, &BASE.replace("12 ", ""), Relation::Template);
    }

    #[test]
    fn numbers_that_change_places_are_other_numbers() {
        let swapped = BASE
            .replace("12", "N")
            .replace("17", "12")
            .replace('N', "17");
        check(BASE, &swapped, Relation::Template);
    }

    #[test]
    fn another_question_is_another_problem() {
        for (word, other) in [
            ("sum", "product"),
            ("even", "odd"),
            ("What is", "Prove that it is"),
            ("12 loaves", "exactly 12 loaves"),
        ] {
            check(BASE, &BASE.replace(word, other), Relation::Template);
        }
        let asked = |powers| {
            format!(
                "What is the sum of all numbers less than 1000 that are {powers} of perfect squares?"
            )
        };
        check(&asked("squares"), &asked("cubes"), Relation::Template);
        check(
            "Evaluate the expression $x^2 + 3x - 4$ at the point $x = 7$.",
            "Evaluate the expression $x^2 - 3x + 4x$ at the point $x = 7$.",
            Relation::Template,
        );
    }

    #[test]
    fn more_that_is_asked_is_a_template() {
        check(
            BASE,
            &format!("{BASE} How many loaves were of wheat?"),
            Relation::Template,
        );
        check(
            BASE,
            &format!("{BASE} She sells each for $x > 3$ coins."),
            Relation::Template,
        );
    }

    #[test]
    fn two_beginnings_with_a_number_are_no_tags() {
        check(
            "If the square root $\\sqrt{x-3}$ is meaningful within the real number range, what is the range of $x$?",
            "If $\\sqrt{1-3x}$ is meaningful within the real number range, what is the range of $x$?",
            Relation::Template,
        );
    }

    #[test]
    fn a_word_that_is_spoken_of_tells_one_problem_from_another() {
        let asked = |word| {
            format!("Determine the number of ways to arrange the letters of the word {word}.")
        };
        check(&asked("TOOTH"), &asked("BANANA"), Relation::Template);
        check(&asked("TOOTH"), &asked("\"Tooth\""), Relation::Near);
        check(&asked("TOOTH"), &asked(""), Relation::Template);
    }

    #[test]
    fn a_common_end_makes_no_template() {
        check(
            "Express 8500 billion yuan in scientific notation.",
            "The mass of an atom is 0.0000106 grams. Express it in scientific notation.",
            Relation::Strangers,
        );
        check(
            "What is the logarithm of 1560 rounded to the nearest integer?",
            "Round 2758493.49 to the nearest integer.",
            Relation::Strangers,
        );
    }
}
