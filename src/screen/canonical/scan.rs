//! Reads a text of ASCII and letters once, and writes what matters of it.

use super::markup::{Pictures, Stars, Tag, opens_line, stars, tag};
use super::writer::Writer;

/// Reads `text`, whose Unicode is folded, into `writer`.
pub(super) fn scan(text: &str, writer: &mut Writer) {
    let bytes = text.as_bytes();
    let mut scan = Scan {
        text,
        bytes,
        // Without a tag that closes, `a<b>c` is an inequality.
        paired: memchr::memmem::find(bytes, b"</").is_some(),
        // Nor is a `>` at the start of a line a quote, unless the text opens with one.
        quoted: bytes.starts_with(b"> "),
        pictures: Pictures::default(),
        braces: Vec::new(),
        brackets: Vec::new(),
    };
    let mut at = 0;
    while at < bytes.len() {
        at = scan.step(at, writer);
    }
}

struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    paired: bool,
    quoted: bool,
    pictures: Pictures,
    /// The open braces, and what their end says.
    braces: Vec<Brace>,
    /// The open brackets, and what their end says.
    brackets: Vec<Bracket>,
}

#[derive(Clone, Copy)]
enum Brace {
    Plain,
    /// Around what a bracket would be around elsewhere.
    Bracketed,
    Numerator {
        bracketed: bool,
    },
}

#[derive(Clone, Copy)]
enum Bracket {
    Plain,
    Bar,
    Nothing,
}

impl Scan<'_> {
    /// Writes what stands at `at`; returns where the text goes on.
    fn step(&mut self, at: usize, writer: &mut Writer) -> usize {
        let (bytes, byte) = (self.bytes, self.bytes[at]);
        let mut next = at + 1;
        match byte {
            b'a'..=b'z' => {
                next = at + small_letters(&bytes[at..]);
                writer.letters(&self.text[at..next]);
                // As it would be one step later.
                if bytes.get(next) == Some(&b' ') {
                    writer.gap();
                    next += 1;
                }
            }
            b'A'..=b'Z' => {
                if opens_sentence(bytes, at) {
                    writer.sentence();
                }
                writer.letter(char::from(byte.to_ascii_lowercase()));
            }
            b'0'..=b'9' => writer.digit(char::from(byte)),
            b' ' => writer.gap(),
            b'\\' => return self.command(at, writer),
            b'{' => return self.open_brace(at, writer),
            b'}' => return self.close_brace(at, writer),
            b'[' => match self.pictures.asymptote(bytes, at) {
                Some(end) => {
                    writer.sentence();
                    next = end;
                }
                None => self.open_bracket(at, writer),
            },
            b'(' => self.open_bracket(at, writer),
            b')' | b']' => self.close_bracket(writer),
            b'!' if bytes.get(next) == Some(&b'=') => {
                writer.word("neq");
                next += 1;
            }
            b'!' => {
                writer.sentence();
                next = self.pictures.markdown(bytes, at).unwrap_or(next);
            }
            b'.' if is_digit(bytes, at.wrapping_sub(1)) && is_digit(bytes, next) => {
                writer.digit('.');
            }
            b'.' | b'?' | b':' => writer.sentence(),
            b'\n' => writer.line(),
            b',' | b';' if writer.digits() > 0 && thousands(bytes, next) => {}
            b',' | b';' => writer.pause(),
            b'-' => next = hyphen(bytes, at, writer),
            b'*' => next = product(bytes, at, writer),
            b'<' => match tag(bytes, at, self.paired) {
                Some((tag, end)) => {
                    markup(tag, writer);
                    next = end;
                }
                None => writer.symbol('<'),
            },
            b'#' if bytes.get(next) == Some(&b' ') && opens_line(bytes, at) => writer.gap(),
            b'>' if self.quoted && opens_line(bytes, at) => writer.gap(),
            b'+' | b'/' | b'=' | b'>' | b'^' | b'|' | b'#' | b'%' | b'@' => {
                writer.symbol(char::from(byte));
            }
            0x80.. => {
                // The text is whole characters, and `at` stands on one's first byte.
                let char = self.text[at..].chars().next().unwrap_or(' ');
                writer.letter(char);
                next = at + char.len_utf8();
            }
            // Dollars, quotes, `_`, `&`, `~`, white space.
            _ => writer.gap(),
        }
        next
    }

    /// Writes what a command stands for; returns where the text goes on.
    fn command(&mut self, at: usize, writer: &mut Writer) -> usize {
        let (bytes, start) = (self.bytes, at + 1);
        let letters = bytes[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphabetic());
        let end = start + letters.count();
        if end == start {
            return control_sign(bytes, start, writer);
        }
        let name = &self.text[start..end];
        match meaning(name) {
            Meaning::Nothing => writer.gap(),
            Meaning::Prime => writer.prime(),
            Meaning::Ring => writer.ring(),
            Meaning::Same(words) => writer.word(words),
            Meaning::Itself => writer.word(name),
            Meaning::Fraction => return self.fraction(end, writer),
            Meaning::Environment => {
                writer.gap();
                let drawing = self.pictures.drawing(bytes, end);
                return drawing.unwrap_or_else(|| argument_end(bytes, end));
            }
        }
        end
    }

    /// A fraction, whose command ends at `at`, as a division.
    fn fraction(&mut self, at: usize, writer: &mut Writer) -> usize {
        writer.gap();
        let at = behind_spaces(self.bytes, at);
        match self.bytes.get(at) {
            Some(b'{') => {
                let bracketed = !is_operand(self.bytes, at);
                if bracketed {
                    writer.symbol('(');
                }
                self.braces.push(Brace::Numerator { bracketed });
                at + 1
            }
            Some(byte) if byte.is_ascii_alphanumeric() => {
                single(*byte, writer);
                self.denominator(at + 1, writer)
            }
            _ => at,
        }
    }

    /// What a fraction's numerator is divided by.
    fn denominator(&mut self, at: usize, writer: &mut Writer) -> usize {
        writer.symbol('/');
        let at = behind_spaces(self.bytes, at);
        match self.bytes.get(at) {
            Some(b'{') => {
                self.operand_brace(at, writer);
                at + 1
            }
            Some(byte) if byte.is_ascii_alphanumeric() => {
                single(*byte, writer);
                at + 1
            }
            _ => at,
        }
    }

    /// A brace that is a bracket in other notations, where what it holds is more than a product.
    fn operand_brace(&mut self, at: usize, writer: &mut Writer) {
        let bracketed = !is_operand(self.bytes, at);
        if bracketed {
            writer.symbol('(');
        }
        self.braces.push(match bracketed {
            true => Brace::Bracketed,
            false => Brace::Plain,
        });
    }

    fn open_brace(&mut self, at: usize, writer: &mut Writer) -> usize {
        if self.bytes[at..].starts_with(b"{,}") {
            let joins = writer.digits() > 0 && thousands(self.bytes, at + 3);
            if !joins {
                writer.pause();
            }
            return at + 3;
        }
        writer.gap();
        match writer.awaits_power() {
            true => self.operand_brace(at, writer),
            false => self.braces.push(Brace::Plain),
        }
        at + 1
    }

    fn close_brace(&mut self, at: usize, writer: &mut Writer) -> usize {
        writer.gap();
        match self.braces.pop() {
            None | Some(Brace::Plain) => {}
            Some(Brace::Bracketed) => writer.symbol(')'),
            Some(Brace::Numerator { bracketed }) => {
                if bracketed {
                    writer.symbol(')');
                }
                return self.denominator(at + 1, writer);
            }
        }
        at + 1
    }

    fn open_bracket(&mut self, at: usize, writer: &mut Writer) {
        let bracket = if writer.take_back("abs") {
            writer.symbol('|');
            Bracket::Bar
        } else {
            writer.gap();
            let is_round = self.bytes[at] == b'(' && is_operand(self.bytes, at);
            match is_round && (writer.awaits_operand() || self.is_divided(at)) {
                true => Bracket::Nothing,
                false => {
                    writer.symbol('(');
                    Bracket::Plain
                }
            }
        };
        self.brackets.push(bracket);
    }

    /// Whether a `/` stands behind the bracket that opens here.
    fn is_divided(&self, at: usize) -> bool {
        let end = operand_end(self.bytes, at);
        end.is_some_and(|end| self.bytes[behind_spaces(self.bytes, end + 1)..].starts_with(b"/"))
    }

    fn close_bracket(&mut self, writer: &mut Writer) {
        match self.brackets.pop() {
            Some(Bracket::Nothing) => writer.gap(),
            Some(Bracket::Bar) => writer.symbol('|'),
            None | Some(Bracket::Plain) => writer.symbol(')'),
        }
    }
}

/// How many small letters a text begins with. Eight are looked at together, for words are shorter, and to guess at
/// each letter whether it is the last costs more.
fn small_letters(text: &[u8]) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * EACH;
    let (words, rest) = text.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let low = word & !HIGH;
        // The highest bit of each byte: whether it is `a` or more, and more than `z`.
        let from_a = low + (0x80 - u64::from(b'a')) * EACH;
        let behind_z = low + (0x7f - u64::from(b'z')) * EACH;
        let others = (word | !from_a | behind_z) & HIGH;
        if others != 0 {
            return at * 8 + others.trailing_zeros() as usize / 8;
        }
    }
    let last = rest.iter().take_while(|byte| byte.is_ascii_lowercase());
    words.len() * 8 + last.count()
}

/// The longest operand that is looked at.
const OPERAND_BYTES_MAX: usize = 32;

/// Whether what stands in the braces or brackets that open at `at` needs none to be divided or raised: a
/// number, a variable, a product of them.
fn is_operand(bytes: &[u8], at: usize) -> bool {
    operand_end(bytes, at).is_some()
}

/// Where such braces or brackets close.
fn operand_end(bytes: &[u8], at: usize) -> Option<usize> {
    let (open, close) = match bytes[at] {
        b'{' => (b'{', b'}'),
        _ => (b'(', b')'),
    };
    let rest = &bytes[at + 1..bytes.len().min(at + OPERAND_BYTES_MAX)];
    let mut depth = 0;
    for (index, &byte) in rest.iter().enumerate() {
        match byte {
            _ if byte == close && depth == 0 => return (index > 0).then_some(at + 1 + index),
            _ if byte == close => depth -= 1,
            _ if byte == open => depth += 1,
            b'+' | b'-' | b'=' | b'<' | b'>' | b'/' | b',' | b'&' => return None,
            b'\\' if rest[index..].starts_with(b"\\frac") => return None,
            _ => {}
        }
    }
    None
}

fn behind_spaces(bytes: &[u8], at: usize) -> usize {
    let spaces = bytes[at..].iter().take_while(|byte| **byte == b' ');
    at + spaces.count()
}

/// One letter or digit, which the next does not continue: `\frac123` is a half times three.
fn single(byte: u8, writer: &mut Writer) {
    match byte {
        b'0'..=b'9' => writer.digit(char::from(byte)),
        _ => writer.letter(char::from(byte.to_ascii_lowercase())),
    }
    writer.gap();
}

/// Whether three digits stand here and no more, as behind a thousands separator.
fn thousands(bytes: &[u8], at: usize) -> bool {
    (at..at + 3).all(|at| is_digit(bytes, at)) && !is_digit(bytes, at + 3)
}

/// A hyphen inside of a word, at the end of a line too, says nothing; elsewhere it is a minus.
fn hyphen(bytes: &[u8], at: usize, writer: &mut Writer) -> usize {
    let mut next = at + 1;
    if bytes[next..].trim_ascii_start().len() < bytes[next..].len() {
        let spaces = bytes[next..]
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace());
        let end = next + spaces.clone().count();
        // A line was broken here; two lines were not.
        if spaces.filter(|byte| **byte == b'\n').count() == 1 {
            next = end;
        }
    }
    let is_letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
    let is_small = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_lowercase);
    let behind = at > 1 && is_small(at - 1) && is_letter(at - 2);
    let counts = writer.ends_in_digit() && is_small(next) && is_small(next + 2);
    if (behind || counts) && is_letter(next) && is_small(next + 1) {
        // `eight-digit` is 8-digit, and `twenty-one` 21.
        if writer.spells_number() {
            writer.gap();
        }
        return next;
    }
    let is_bullet = bytes.get(at + 1) == Some(&b' ') && is_letter(at + 2) && opens_line(bytes, at);
    match is_bullet {
        true => writer.gap(),
        false => writer.symbol('-'),
    }
    at + 1
}

fn product(bytes: &[u8], at: usize, writer: &mut Writer) -> usize {
    let count = bytes[at..].iter().take_while(|byte| **byte == b'*').count();
    match stars(bytes, at, count) {
        Stars::Nothing => writer.gap(),
        Stars::Times => writer.symbol('*'),
        Stars::Power => writer.symbol('^'),
    }
    at + count
}

fn markup(tag: Tag, writer: &mut Writer) {
    match tag {
        Tag::Inline => writer.gap(),
        Tag::Line => writer.sentence(),
        Tag::Raised => writer.symbol('^'),
    }
}

/// Whether the capital at `at` opens a sentence though no point stands before it: a capitalised word behind
/// white space behind a formula, as in `… = 5$ Let's think`.
fn opens_sentence(bytes: &[u8], at: usize) -> bool {
    let before = bytes[..at].trim_ascii_end();
    before.len() < at
        && bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase)
        && before
            .last()
            .is_some_and(|last| !last.is_ascii_alphabetic() && !matches!(last, b',' | b';'))
}

fn is_digit(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(u8::is_ascii_digit)
}

/// `\(`, `\{`, `\\` and their kin say nothing; `\%` and `\|` are their sign.
fn control_sign(bytes: &[u8], at: usize, writer: &mut Writer) -> usize {
    match bytes.get(at) {
        Some(sign @ (b'%' | b'#' | b'|')) => writer.symbol(char::from(*sign)),
        // A letter of another alphabet stands for itself, and so does a digit behind what was a brace (`\\{1`).
        None | Some(b'0'..=b'9' | 0x80..) => {
            writer.gap();
            return at;
        }
        Some(b',' | b'!') if writer.digits() > 0 && thousands(bytes, at + 1) => {}
        Some(b'\n') => writer.sentence(),
        Some(_) => writer.gap(),
    }
    at + 1
}

/// The longest name of an environment, with its braces.
const ENVIRONMENT_BYTES_MAX: usize = 40;

/// Behind the `{…}` that follows, where one does; some renderings lose the braces, and a star is left.
fn argument_end(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..bytes.len().min(at + ENVIRONMENT_BYTES_MAX)];
    match rest.first() {
        Some(b'{') => rest
            .iter()
            .position(|&byte| byte == b'}')
            .map_or(at, |length| at + length + 1),
        Some(b'*') => at + 1,
        _ => at,
    }
}

enum Meaning {
    Nothing,
    /// `f'`, with the `^` before it.
    Prime,
    /// `90^\circ` and `f \circ g`.
    Ring,
    Same(&'static str),
    Itself,
    Fraction,
    /// `\begin` or `\end`, with its argument.
    Environment,
}

fn meaning(name: &str) -> Meaning {
    use Meaning::{Environment, Fraction, Nothing, Prime, Ring, Same};
    match name {
        "left" | "right" | "middle" | "big" | "Big" | "bigg" | "Bigg" | "bigl" | "bigr"
        | "Bigl" | "Bigr" | "biggl" | "biggr" | "Biggl" | "Biggr" | "displaystyle"
        | "textstyle" | "scriptstyle" | "scriptscriptstyle" | "limits" | "nolimits"
        | "displaylimits" | "quad" | "qquad" | "enspace" | "thinspace" | "medspace"
        | "thickspace" | "negthinspace" | "hfill" | "text" | "textbf" | "textit" | "textrm"
        | "textsf" | "texttt" | "textnormal" | "textsc" | "emph" | "underline" | "mathrm"
        | "mathbf" | "mathit" | "mathsf" | "mathtt" | "mathcal" | "mathbb" | "mathfrak"
        | "mathscr" | "mathop" | "boldsymbol" | "bm" | "operatorname" | "mbox" | "hbox" | "rm"
        | "bf" | "it" | "cal" | "boxed" | "noindent" | "par" | "newline" | "item" | "hline"
        | "centering" | "small" | "large" | "Large" | "ldots" | "dots" | "cdots" | "dotsc"
        | "dotsb" | "dotsm" | "vdots" | "ddots" | "lbrace" | "rbrace" | "lq" | "rq" | "bullet"
        | "overline" | "bar" | "vec" | "hat" | "tilde" | "widehat" | "widetilde"
        | "overrightarrow" | "overleftrightarrow" | "substack" | "nonumber" | "bigskip"
        | "medskip" | "smallskip" | "indent" | "cr" => Nothing,
        "prime" => Prime,
        "begin" | "end" => Environment,
        "frac" | "dfrac" | "tfrac" | "cfrac" => Fraction,
        "over" | "div" => Same("/"),
        "dbinom" | "tbinom" => Same("binom"),
        "le" | "leq" | "leqslant" | "leqq" => Same("<="),
        "ge" | "geq" | "geqslant" | "geqq" => Same(">="),
        "lt" => Same("<"),
        "gt" => Same(">"),
        "ne" | "neq" => Same("neq"),
        "times" | "cdot" | "ast" | "cdotp" => Same("*"),
        "to" | "rightarrow" | "longrightarrow" => Same("->"),
        "Rightarrow" | "Longrightarrow" | "implies" => Same("=>"),
        "circ" => Ring,
        "degree" => Same("degrees"),
        "infty" => Same("infinity"),
        "pm" => Same("+-"),
        "ell" => Same("l"),
        "lvert" | "rvert" | "vert" | "mid" => Same("|"),
        "lVert" | "rVert" | "Vert" | "parallel" => Same("|"),
        "lbrack" | "lparen" => Same("("),
        "rbrack" | "rparen" => Same(")"),
        "varepsilon" => Same("epsilon"),
        "varphi" => Same("phi"),
        "vartheta" => Same("theta"),
        "emptyset" | "varnothing" => Same("emptyset"),
        "setminus" | "backslash" => Same("setminus"),
        "land" | "wedge" => Same("wedge"),
        "lor" | "vee" => Same("vee"),
        // Renderings lose the braces of `\begin{array}`.
        _ if is_environment(name) => Environment,
        _ => Meaning::Itself,
    }
}

fn is_environment(name: &str) -> bool {
    const ENVIRONMENTS: [&str; 14] = [
        "align",
        "aligned",
        "array",
        "bmatrix",
        "cases",
        "center",
        "enumerate",
        "eqnarray",
        "equation",
        "gather",
        "itemize",
        "matrix",
        "pmatrix",
        "tabular",
    ];
    let argument = name
        .strip_prefix("begin")
        .or_else(|| name.strip_prefix("end"));
    argument.is_some_and(|argument| ENVIRONMENTS.contains(&argument))
}
