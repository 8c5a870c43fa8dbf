//! Text of a user's file inside a message, where one line of it can have millions of letters.

/// Letters of a line that a message shows.
const LINE_MAX: usize = 200;

/// The text with each longer line cut.
pub(crate) fn shortened(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(line).collect();
    lines.join("\n")
}

fn line(line: &str) -> String {
    match line.char_indices().nth(LINE_MAX) {
        None => line.to_owned(),
        Some((at, _)) => format!("{}… ({} bytes in all)", &line[..at], line.len()),
    }
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
    }
}
