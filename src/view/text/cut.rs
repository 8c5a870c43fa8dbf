//! The middle of a long text left out.
//!
//! What a text begins with and what it ends with say most of it, and a page of one text must stay one. The cut lies at a
//! line break where one is near: a formula is rarely cut in two.

/// Letters around a cut in which a line break is looked for.
const NEAR: usize = 400;

/// A text, or what is shown of one that is too long.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cut<'t> {
    pub head: &'t str,
    /// How many letters were left out, and what comes behind them.
    pub rest: Option<(usize, &'t str)>,
}

/// A text of at most so many letters.
pub(super) fn cut(text: &str, letters_max: usize) -> Cut<'_> {
    let whole = Cut {
        head: text,
        rest: None,
    };
    if text.len() <= letters_max {
        return whole;
    }
    let letters = text.chars().count();
    if letters <= letters_max {
        return whole;
    }
    let half = letters_max / 2;
    let place = |letter: usize| {
        text.char_indices()
            .nth(letter)
            .map_or(text.len(), |(at, _)| at)
    };
    let (head, tail) = (
        &text[..place(letters_max - half)],
        &text[place(letters - half)..],
    );
    let (head, tail) = (up_to_line(head), from_line(tail));
    let left_out = text[head.len()..text.len() - tail.len()].chars().count();
    Cut {
        head,
        rest: Some((left_out, tail)),
    }
}

/// The text without what it has of a last line, where that is short.
fn up_to_line(text: &str) -> &str {
    let near = &text[text.floor_char_boundary(text.len().saturating_sub(NEAR))..];
    match near.rfind('\n') {
        Some(at) => &text[..text.len() - near.len() + at],
        None => text,
    }
}

/// The text without what it has of a first line, where that is short.
fn from_line(text: &str) -> &str {
    let near = &text[..text.floor_char_boundary(NEAR)];
    match near.find('\n') {
        Some(at) => &text[at + 1..],
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_keeps_its_ends_and_says_what_is_left_out() {
        let text = format!("{}\n{}", "é".repeat(50), "b".repeat(49));
        assert_eq!(
            cut(&text, 100),
            Cut {
                head: &text,
                rest: None
            }
        );
        let shown = cut(&text, 10);
        assert_eq!(
            shown,
            Cut {
                head: "ééééé",
                rest: Some((90, "bbbbb"))
            }
        );
    }

    #[test]
    fn a_cut_lies_at_a_line_break_where_one_is_near() {
        let lines = "a line of twenty one\n".repeat(1000);
        let Cut {
            head,
            rest: Some((left_out, tail)),
        } = cut(&lines, 5000)
        else {
            panic!("nothing was left out");
        };
        assert!(head.ends_with("twenty one") && tail.starts_with("a line"));
        assert_eq!(head.len() + left_out + tail.len(), lines.len());
    }
}
