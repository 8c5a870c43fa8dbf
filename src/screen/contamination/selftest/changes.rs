//! Rewritings by which items are planted: what pages, pipelines and people do to a problem.
//!
//! Each is a function of the text alone; where chance would choose, a hash of the text does. What no rule can
//! write (a paraphrase, a translation) is not here, and the certificate says so.

use crate::screen::grams::{digest, mixed};

type Change = fn(&str) -> String;

/// The change that leaves an item as it is.
pub const VERBATIM: &str = "verbatim";
/// The change that gives an item other numbers.
pub const NUMBERS: &str = "numbers_changed";

/// The changes by name.
pub const CHANGES: &[(&str, Change)] = &[
    (VERBATIM, str::to_owned),
    ("notation", |text| {
        let text = operators_spaced(&variants(&delimiters(text)));
        without_left_right(&text)
    }),
    ("unicode", |text| undelimited(&unicode(text))),
    ("ascii", ascii),
    ("upper_case", upper_case),
    ("line_breaks", line_breaks),
    ("hyphenated", hyphenated),
    ("html", html),
    ("markdown", markdown),
    ("invisible_characters", |text| spread(text, 5, "\u{200b}")),
    ("look_alikes", look_alikes),
    ("full_width_digits", full_width_digits),
    ("number_words", number_words),
    ("in_a_prompt", in_a_prompt),
    ("few_shot", |text| {
        format!(
            "Q: What is the sum of the first ten positive integers?\nA: 55\n\nQ: A train travels 60 miles in an \
             hour and a half. What is its average speed?\nA: 40 miles per hour\n\nQ: {text}\nA:"
        )
    }),
    ("question_first", question_first),
    ("sentences_reversed", sentences_reversed),
    ("variables_renamed", variables_renamed),
    ("synonyms", synonyms),
    ("typos_2_percent", |text| typos(text, 50)),
    ("typos_5_percent", |text| typos(text, 20)),
    ("typos_10_percent", |text| typos(text, 10)),
    ("first_two_thirds", |text| cut(text, 0, 2, 3)),
    ("first_half", |text| cut(text, 0, 1, 2)),
    ("last_half", |text| cut(text, 1, 2, 2)),
    (NUMBERS, numbers_changed),
];

/// Rewritings that are not planted, since no rule can write them.
pub const NOT_PLANTED: [&str; 2] = ["paraphrase", "translation"];

/// `$…$` as `\( … \)` and `$$…$$` as `\[ … \]`.
fn delimiters(text: &str) -> String {
    let mut changed = String::with_capacity(text.len());
    let mut inside = false;
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        changed.push_str(&rest[..at]);
        if rest[..at].ends_with('\\') {
            // `\$` is a price.
            changed.push('$');
            rest = &rest[at + 1..];
            continue;
        }
        let double = rest[at..].starts_with("$$");
        changed.push_str(match (inside, double) {
            (false, false) => "\\( ",
            (true, false) => " \\)",
            (false, true) => "\\[ ",
            (true, true) => " \\]",
        });
        inside = !inside;
        rest = &rest[at + if double { 2 } else { 1 }..];
    }
    changed + rest
}

/// Commands by their other names.
fn variants(text: &str) -> String {
    let pairs = [
        ("frac", "\\dfrac"),
        ("leq", "\\le"),
        ("geq", "\\ge"),
        ("cdot", "\\times"),
        ("binom", "\\dbinom"),
    ];
    let renamed = |text: String, (name, other): &(&str, &str)| with_command(&text, name, other);
    pairs.iter().fold(text.to_owned(), renamed)
}

fn without_left_right(text: &str) -> String {
    with_command(&with_command(text, "left", ""), "right", "")
}

/// With another text for a command, but not for those of which its name is the beginning.
fn with_command(text: &str, name: &str, other: &str) -> String {
    let command = format!("\\{name}");
    let mut changed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(&command) {
        let behind = &rest[at + command.len()..];
        changed.push_str(&rest[..at]);
        let is_longer = behind.starts_with(|c: char| c.is_ascii_alphabetic());
        changed.push_str(if is_longer { &command } else { other });
        rest = behind;
    }
    changed + rest
}

fn operators_spaced(text: &str) -> String {
    let mut changed = String::with_capacity(text.len() * 2);
    for char in text.chars() {
        if matches!(char, '=' | '+' | '-' | '<' | '>') {
            changed.extend([' ', char, ' ']);
        } else {
            changed.push(char);
        }
    }
    changed
}

/// In capitals, but for the names of commands.
fn upper_case(text: &str) -> String {
    let mut changed = String::with_capacity(text.len());
    let mut in_command = false;
    for char in text.chars() {
        in_command = char == '\\' || (in_command && char.is_ascii_alphabetic());
        changed.push(if in_command {
            char
        } else {
            char.to_ascii_uppercase()
        });
    }
    changed
}

/// Every third space as a line break.
fn line_breaks(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let lines: Vec<String> = words.chunks(3).map(|words| words.join(" ")).collect();
    lines.join("\n")
}

fn unicode(text: &str) -> String {
    let pairs = [
        ("\\times ", "×"),
        ("\\cdot ", "·"),
        ("\\leq ", "≤"),
        ("\\le ", "≤"),
        ("\\geq ", "≥"),
        ("\\ge ", "≥"),
        ("\\pi ", "π"),
        ("\\theta ", "θ"),
        ("^2", "²"),
        ("^{\\circ}", "°"),
        ("^\\circ", "°"),
        ("'", "’"),
    ];
    let replaced = pairs.iter().fold(text.to_owned(), |text, (latex, sign)| {
        text.replace(latex, sign)
    });
    replaced.replace(" - ", " − ")
}

/// Each number as another of about its size.
fn numbers_changed(text: &str) -> String {
    let mut changed = String::with_capacity(text.len());
    let mut digits = 0_u8;
    for char in text.chars() {
        match char.to_digit(10) {
            Some(digit) => {
                // Never a leading 0, and never the same digit.
                let other = (digit + 2 + u32::from(digits % 5)) % 9 + 1;
                let other = if other == digit { other % 9 + 1 } else { other };
                changed.extend(char::from_digit(other, 10));
                digits = digits.wrapping_add(1);
            }
            None => changed.push(char),
        }
    }
    changed
}

/// Without the dollars around formulas.
fn undelimited(text: &str) -> String {
    text.replace('$', "")
}

/// LaTeX as people type it into a chat.
fn ascii(text: &str) -> String {
    let pairs = [
        ("\\cdot", "*"),
        ("\\times", "*"),
        ("\\leq", "<="),
        ("\\geq", ">="),
        ("\\pi", "pi"),
        ("\\ldots", "..."),
        ("\\circ", "degrees"),
    ];
    let text = pairs
        .iter()
        .fold(undelimited(text), |text, (latex, plain)| {
            with_command(&text, &latex[1..], plain)
        });
    text.replace("^degrees", " degrees")
        .replace("^{degrees}", " degrees")
}

/// Every seventh long word broken by a hyphen, as at the end of a line.
fn hyphenated(text: &str) -> String {
    let mut count = 0;
    map_words(text, |word| {
        count += usize::from(word.len() > 6);
        match word.len() > 6 && count % 7 == 1 && word.bytes().all(|byte| byte.is_ascii_lowercase())
        {
            true => format!("{}-\n{}", &word[..4], &word[4..]),
            false => word.to_owned(),
        }
    })
}

/// As a page has it: entities for what HTML reserves, for every other space and for points.
fn html(text: &str) -> String {
    let mut spaces = 0;
    let escaped = text.chars().map(|char| match char {
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '&' => "&amp;".to_owned(),
        '.' | '$' | '{' | '=' => format!("&#{};", char as u32),
        ' ' => {
            spaces += 1;
            if spaces % 2 == 0 { "&nbsp;" } else { " " }.to_owned()
        }
        other => other.to_string(),
    });
    escaped.collect()
}

fn markdown(text: &str) -> String {
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    match first.chars().all(char::is_alphabetic) {
        true => format!("**Problem.** **{first}** {rest}<br>"),
        false => format!("**Problem.** {text}<br>"),
    }
}

/// With something between every `every` letters.
fn spread(text: &str, every: usize, between: &str) -> String {
    let mut changed = String::with_capacity(text.len() * 2);
    for (at, char) in text.chars().enumerate() {
        changed.push(char);
        if at % every == every - 1 {
            changed.push_str(between);
        }
    }
    changed
}

/// Cyrillic letters that look like Latin ones.
fn look_alikes(text: &str) -> String {
    let twin = |char| match char {
        'a' => 'а',
        'c' => 'с',
        'e' => 'е',
        'o' => 'о',
        'p' => 'р',
        'x' => 'х',
        other => other,
    };
    text.chars().map(twin).collect()
}

fn full_width_digits(text: &str) -> String {
    let wide = |char: char| match char.to_digit(10) {
        Some(digit) => char::from_u32('０' as u32 + digit).unwrap_or(char),
        None => char,
    };
    text.chars().map(wide).collect()
}

/// Numbers between spaces in words, up to twenty.
fn number_words(text: &str) -> String {
    const WORDS: [&str; 21] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    let spelled = |word: &str| -> Option<&str> {
        let number: usize = word.parse().ok()?;
        WORDS
            .get(number)
            .copied()
            .filter(|_| !word.starts_with('0') || word == "0")
    };
    map_words(text, |word| {
        let bare = word.trim_matches('$');
        spelled(bare).map_or_else(|| word.to_owned(), str::to_owned)
    })
}

fn in_a_prompt(text: &str) -> String {
    format!(
        "You are a careful mathematician. Solve the following problem step by step. {text} Let's think step by \
         step and output the final answer within \\boxed{{}}. If it is a fraction, write it in lowest terms."
    )
}

/// Where a sentence ends and another begins.
fn sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(['.', '?']) {
        let behind = text[at + 1..].trim_start();
        let ends = behind.len() < text.len() - at - 1 || behind.is_empty();
        if ends
            && behind.starts_with(|char: char| char.is_uppercase() || char == '$' || char == '\\')
        {
            sentences.push(text[start..=at].trim());
            start = at + 1;
        }
    }
    sentences.push(text[start..].trim());
    sentences
}

/// The last sentence first; as it is where there is one.
fn question_first(text: &str) -> String {
    let mut sentences = sentences(text);
    if sentences.len() < 2 {
        return text.to_owned();
    }
    sentences.rotate_right(1);
    sentences.join(" ")
}

/// The sentences from last to first; as it is where there are fewer than three.
fn sentences_reversed(text: &str) -> String {
    let mut sentences = sentences(text);
    if sentences.len() < 3 {
        return text.to_owned();
    }
    sentences.reverse();
    sentences.join(" ")
}

/// Single letters that stand alone, by the fifth behind them.
fn variables_renamed(text: &str) -> String {
    let mut changed = String::with_capacity(text.len());
    let chars: Vec<char> = text.chars().collect();
    for (at, &char) in chars.iter().enumerate() {
        let is_beside = |at: Option<usize>| {
            at.and_then(|at| chars.get(at)).is_some_and(|beside| {
                beside.is_alphanumeric() || *beside == '\\' || *beside == '\''
            })
        };
        let alone =
            char.is_ascii_lowercase() && !is_beside(at.checked_sub(1)) && !is_beside(Some(at + 1));
        changed.push(match alone && char != 'a' {
            true => char::from((char as u8 - b'a' + 5) % 26 + b'a'),
            false => char,
        });
    }
    changed
}

fn synonyms(text: &str) -> String {
    map_words(text, |word| {
        let other = match word {
            "Find" | "Compute" | "Determine" | "Evaluate" => "Give",
            "Let" => "Suppose that",
            "What" => "Which",
            "number" => "count",
            "sum" => "total",
            "smallest" | "least" => "minimal",
            "largest" | "greatest" => "maximal",
            "such" => "so",
            "satisfies" => "fulfils",
            "possible" => "feasible",
            "How" => "Tell how",
            same => same,
        };
        other.to_owned()
    })
}

/// One letter in so many left out, doubled, exchanged with the next, or another.
fn typos(text: &str, one_in: u64) -> String {
    let seed = digest(text.as_bytes());
    let mut chars: Vec<char> = text.chars().collect();
    let mut changed = String::with_capacity(text.len());
    for at in 0..chars.len() {
        let char = chars[at];
        let chance = mixed(seed ^ at as u64);
        if !char.is_ascii_alphabetic() || !chance.is_multiple_of(one_in) {
            changed.push(char);
            continue;
        }
        match chance / one_in % 4 {
            0 => {}
            1 => changed.extend([char, char]),
            2 if at + 1 < chars.len() => {
                chars.swap(at, at + 1);
                changed.push(chars[at]);
            }
            _ => changed.push(char::from(b'a' + (chance / one_in / 4 % 26) as u8)),
        }
    }
    changed
}

/// From one share of the words to another.
fn cut(text: &str, from: usize, to: usize, of: usize) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let at = |part: usize| words.len() * part / of;
    words[at(from)..at(to)].join(" ")
}

/// With each word between spaces changed; what stands around letters and digits stays.
fn map_words(text: &str, mut change: impl FnMut(&str) -> String) -> String {
    let words = text.split(' ').map(|word| {
        let is_edge = |char: char| matches!(char, '.' | ',' | '?' | ':' | ';');
        let bare = word.trim_end_matches(is_edge);
        format!("{}{}", change(bare), &word[bare.len()..])
    });
    words.collect::<Vec<String>>().join(" ")
}
