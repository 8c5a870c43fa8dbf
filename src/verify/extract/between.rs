//! What may stand between the parts of one answer: commas, and/or, the marks of mathematics.

/// The most that may stand between two boxes that are joined loosely.
/// By hand: no verdict changes with 20 or 80.
pub(crate) const LOOSE_MAX: usize = 40;

pub(crate) fn is_loose_separator(between: &str) -> bool {
    between.contains(',') || between.contains("and") || between.contains("or")
}

/// Whether a text is nothing but commas, and/or, and the marks of mathematics around them.
pub(crate) fn is_separator(between: &str) -> bool {
    let between = without_label(between.trim_end());
    const NOISE: [&str; 24] = [
        "\\text{ and }",
        "\\text{and}",
        "\\text{ or }",
        "\\text{or}",
        "\\quad",
        "\\qquad",
        "\\(",
        "\\)",
        "\\[",
        "\\]",
        "\\,",
        "\\;",
        "\\ ",
        "\\&",
        "and",
        "or",
        "以及",
        "或",
        "和",
        "与",
        "，",
        "、",
        "；",
        "和",
    ];
    let mut rest = between;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',', ';', '$', '&', '~', '.', '*']);
        match NOISE.iter().find_map(|noise| rest.strip_prefix(noise)) {
            Some(shorter) => rest = shorter,
            None => return rest.is_empty(),
        }
    }
}

/// A separator without the name that the next box gives a value to: `, y =`.
fn without_label(between: &str) -> &str {
    let Some(named) = between.strip_suffix('=') else {
        return between;
    };
    let named = named.trim_end();
    let start = named.rfind([' ', ',', '$']).map_or(0, |at| at + 1);
    let label = &named[start..];
    let short = (1..=LABEL_MAX).contains(&label.len())
        && label.starts_with(|c: char| c.is_ascii_alphabetic());
    if short { &named[..start] } else { between }
}

/// A longer name before an equals sign is none.
/// By hand: no verdict changes with 6 or 24.
const LABEL_MAX: usize = 12;
