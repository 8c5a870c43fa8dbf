//! What writers of formulas do that TeX would not have, mended before a formula is rendered.
//!
//! Only what leaves no doubt: a `%` in a formula of a problem is a percent sign and no comment, lines outside of a table
//! are a table of one column, environments that the renderer lacks are those that it has and that look alike.

use std::borrow::Cow;

use super::pieces::group_end;

/// Environments that the renderer lacks, with those that stand for them.
const ENVIRONMENTS: [(&str, &str); 6] = [
    ("eqnarray", "align"),
    ("flalign", "align"),
    ("multline", "gather"),
    ("displaymath", "gather"),
    ("math", "gathered"),
    ("tabular", "array"),
];

/// The formula as the renderer takes it.
pub(super) fn mended(tex: &str, is_display: bool) -> Cow<'_, str> {
    let tex = if is_display {
        dollars(tex)
    } else {
        Cow::Borrowed(tex)
    };
    let tex = environments(unescaped(percents(tex)));
    lines(tex, is_display)
}

/// What Markdown escaped, bare: an index and brackets. `\\[` is the end of a line and stays.
fn unescaped(tex: Cow<'_, str>) -> Cow<'_, str> {
    if ![r"\_{", r"\[", r"\]"]
        .iter()
        .any(|escaped| tex.contains(escaped))
    {
        return tex;
    }
    let mut parts = tex.split(r"\\");
    let first = parts.next().unwrap_or("");
    let bare = |part: &str| {
        part.replace(r"\_{", "_{")
            .replace(r"\[", "[")
            .replace(r"\]", "]")
    };
    Cow::Owned(parts.fold(bare(first), |mended, part| mended + r"\\" + &bare(part)))
}

/// Each bare `%` as a sign.
fn percents(tex: Cow<'_, str>) -> Cow<'_, str> {
    escaped(tex, b'%')
}

/// Each bare `$` as a sign, where no text is set inside of which it would open mathematics.
fn dollars(tex: &str) -> Cow<'_, str> {
    match [r"\text", r"\tag", "box"]
        .iter()
        .any(|command| tex.contains(command))
    {
        true => Cow::Borrowed(tex),
        false => escaped(Cow::Borrowed(tex), b'$'),
    }
}

/// The text with a backslash before each of a sign that has none.
fn escaped(tex: Cow<'_, str>, sign: u8) -> Cow<'_, str> {
    let bytes = tex.as_bytes();
    let is_bare = |at: &usize| {
        let slashes = bytes[..*at]
            .iter()
            .rev()
            .take_while(|byte| **byte == b'\\')
            .count();
        slashes % 2 == 0
    };
    let bare: Vec<usize> = memchr::memchr_iter(sign, bytes).filter(is_bare).collect();
    if bare.is_empty() {
        return tex;
    }
    let mut mended = String::with_capacity(tex.len() + bare.len());
    let mut from = 0;
    for at in bare {
        mended += &tex[from..at];
        mended.push('\\');
        from = at;
    }
    Cow::Owned(mended + &tex[from..])
}

fn environments(tex: Cow<'_, str>) -> Cow<'_, str> {
    if !tex.contains(r"\begin") {
        return tex;
    }
    let mut tex = without_gaps(tex);
    for (lacking, known) in ENVIRONMENTS {
        for (star, bare) in [("*", ""), ("", "")] {
            let name = format!("{{{lacking}{star}}}");
            if tex.contains(&name) {
                tex = Cow::Owned(tex.replace(&name, &format!("{{{known}{bare}}}")));
            }
        }
    }
    tex
}

/// Tables without what sets a column's gap or a line's height: `@{\;}`.
fn without_gaps(tex: Cow<'_, str>) -> Cow<'_, str> {
    let tex = without(tex, "@{");
    without(tex, r"\renewcommand{\arraystretch}{")
}

/// The text without each group that starts so.
fn without<'t>(tex: Cow<'t, str>, start: &str) -> Cow<'t, str> {
    if !tex.contains(start) {
        return tex;
    }
    let mut parts = tex.split(start);
    let mut kept = parts.next().unwrap_or("").to_owned();
    for part in parts {
        match group_end(part) {
            Some(end) => kept += &part[end + 1..],
            None => kept = kept + start + part,
        }
    }
    Cow::Owned(kept)
}

/// Lines outside of a table as a table of one column, or of those that `&` marks.
fn lines(tex: Cow<'_, str>, is_display: bool) -> Cow<'_, str> {
    if !is_display || !tex.contains(r"\\") || tex.contains(r"\begin") {
        return tex;
    }
    let is_aligned = tex.replace(r"\&", "").contains('&');
    let name = if is_aligned { "aligned" } else { "gathered" };
    Cow::Owned(format!(r"\begin{{{name}}}{tex}\end{{{name}}}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percent_sign_is_no_comment_however_it_is_written() {
        assert_eq!(mended(r"50% + 5\% = 55%", false), r"50\% + 5\% = 55\%");
        assert_eq!(mended(r"a \\% b", false), r"a \\\% b");
    }

    #[test]
    fn lines_that_stand_alone_are_a_table() {
        assert_eq!(
            mended(r"a \\ b", true),
            r"\begin{gathered}a \\ b\end{gathered}"
        );
        assert_eq!(
            mended(r"a &= 1 \\ b &= 2", true),
            r"\begin{aligned}a &= 1 \\ b &= 2\end{aligned}"
        );
        assert_eq!(
            mended(r"\begin{eqnarray*}a\end{eqnarray*}", true),
            r"\begin{align}a\end{align}"
        );
    }
}
