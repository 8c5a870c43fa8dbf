//! Text of a user's files inside a message, where one line of it can have millions of letters.

/// Letters that a message shows of a line of a file.
const LINE_MAX: usize = 200;

/// Letters of a line of a message, whatever stands in it.
const MESSAGE_LINE_MAX: usize = 2000;

/// A file's text with each longer line cut.
pub(crate) fn shortened(text: &str) -> String {
    cut(text, LINE_MAX)
}

/// A whole message with each longer line cut.
pub(crate) fn bounded(message: &str) -> String {
    cut(message, MESSAGE_LINE_MAX)
}

fn cut(text: &str, max: usize) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| cut_line(line, max)).collect();
    lines.join("\n")
}

fn cut_line(line: &str, max: usize) -> String {
    match line.char_indices().nth(max) {
        None => line.to_owned(),
        Some((at, _)) => format!("{}… ({} bytes in all)", &line[..at], line.len()),
    }
}

/// `1234567` as `1,234,567`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_between_letters_and_the_others_stay() {
        let long = "é".repeat(300);
        let shown = shortened(&format!("short\n{long}\nend"));
        let cut = format!("short\n{}… (600 bytes in all)\nend", "é".repeat(200));
        assert_eq!(shown, cut);
        assert_eq!(bounded(&long), long);
    }
}
