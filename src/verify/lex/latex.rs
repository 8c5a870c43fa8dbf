//! Reads LaTeX commands.

use super::letters::{letter_token, plain_name};
use super::{ARGUMENTS_MAX, Lexer, Op, Shape, Tok, lex_within};
use crate::commands::{self, Meaning};
use crate::expr::{Const, Func, Literal};
use crate::scan;
use crate::spelled;
use crate::units;

impl<'a> Lexer<'a> {
    pub(super) fn command(&mut self) -> Option<()> {
        let tail = &self.rest()[1..];
        let letters = tail.bytes().take_while(u8::is_ascii_alphabetic).count();
        if letters == 0 {
            return self.symbol_command(tail);
        }
        let Some(name) = self.known_prefix(&tail[..letters]) else {
            self.at += 1 + letters;
            self.out.doubtful = true;
            self.push(Tok::Symbol(format!("\\{}", &tail[..letters])));
            return Some(());
        };
        self.at += 1 + name.len();
        self.act(commands::command(name)?, name)
    }

    /// The command's name: all of its letters, or the longest name that they start with, since
    /// `\cdotx` and `\pir` are written without the blank that LaTeX wants.
    pub(super) fn known_prefix(&mut self, letters: &'a str) -> Option<&'a str> {
        if commands::command(letters).is_some() {
            return Some(letters);
        }
        let prefix = (2..letters.len()).rev().map(|length| &letters[..length]);
        prefix
            .into_iter()
            .find(|name| commands::command(name).is_some())
    }

    /// `\,`, `\{`, `\\`: a backslash and one character.
    pub(super) fn symbol_command(&mut self, tail: &'a str) -> Option<()> {
        let Some(second) = tail.chars().next() else {
            self.at += 1;
            return None;
        };
        if second == '\\' {
            return self.row_end(&tail[1..]);
        }
        self.at += 1 + second.len_utf8();
        match second {
            '(' | ')' | '[' | ']' | '$' | '"' | '\'' | '-' => Some(()),
            '&' => {
                self.push(Tok::Op(Op::And));
                Some(())
            }
            '\n' | '\t' | '\r' => {
                self.spaced = true;
                Some(())
            }
            '_' => {
                self.push(Tok::Op(Op::Under));
                Some(())
            }
            _ => {
                let name = &tail[..second.len_utf8()];
                self.act(commands::command(name)?, name)
            }
        }
    }

    /// `\\` ends a row, unless a command follows it that lost its single backslash to escaping.
    pub(super) fn row_end(&mut self, tail: &str) -> Option<()> {
        let letters = tail.bytes().take_while(u8::is_ascii_alphabetic).count();
        let escaped = commands::command(&tail[..letters]).is_some() && letters > 1;
        if !self.matrix && (escaped || tail.starts_with(['(', ')', '[', ']', '{', '}', '%', ','])) {
            self.at += 1;
            return Some(());
        }
        self.at += 2;
        if self.rest().starts_with('[')
            && self.rest()[1..].starts_with(|c: char| c.is_ascii_digit())
            && self.rest().contains("pt]")
        {
            self.at += self.rest().find(']')? + 1;
        }
        self.push(Tok::Op(Op::Row));
        Some(())
    }

    pub(super) fn act(&mut self, meaning: Meaning, name: &'a str) -> Option<()> {
        match meaning {
            Meaning::Nothing => {
                self.spaced = true;
                if name == "hspace" {
                    self.argument();
                }
            }
            Meaning::Gap => self.push(Tok::Op(Op::Gap)),
            Meaning::Op(op) => self.push(Tok::Op(op)),
            Meaning::Rel(rel) => self.push(Tok::Rel(rel)),
            Meaning::SetOp(op) => self.push(Tok::SetOp(op)),
            Meaning::Const(constant) => self.push(Tok::Const(constant)),
            Meaning::Func(func) => self.push(Tok::Func(func)),
            Meaning::Big(big) => self.push(Tok::Big(big)),
            Meaning::Shape(shape) => self.shape(shape)?,
            Meaning::Open(open) => self.push(Tok::Open(open)),
            Meaning::Close(close) => self.push(Tok::Close(close)),
            Meaning::Bar => self.push(Tok::Bar),
            Meaning::DoubleBar => self.push(Tok::DoubleBar),
            Meaning::Letter => self.push(Tok::Symbol(format!("\\{name}"))),
            Meaning::Text => self.text()?,
            Meaning::Face => {}
            Meaning::Name => self.name()?,
            Meaning::SetName => self.set_name()?,
            Meaning::Operator => self.operator()?,
            Meaning::Accent => self.accent(name)?,
            Meaning::Fence => self.fence(name),
            Meaning::Dots => self.push(Tok::Dots),
        }
        Some(())
    }

    /// A bracket that LaTeX does not draw: `\left.`.
    pub(super) fn fence(&mut self, name: &str) {
        let rest = self.rest();
        let blank = rest.len() - rest.trim_start().len();
        let bracket = &rest[blank..];
        if bracket.starts_with('.') && !bracket[1..].starts_with(|c: char| c.is_ascii_digit()) {
            self.at += blank + 1;
            self.out.doubtful = true;
            if name == "right" && self.open_brace() {
                self.push(Tok::Close('{'));
            }
        } else if bracket.starts_with(['{', '}']) {
            // `\left{`: the backslash of the brace is lost.
            let open = bracket.starts_with('{');
            self.at += blank + 1;
            self.push(if open {
                Tok::Open('{')
            } else {
                Tok::Close('{')
            });
        }
    }

    /// Whether the bracket that is open is a printed brace, which `\right.` closes.
    pub(super) fn open_brace(&self) -> bool {
        let mut open = 0i32;
        for token in &self.out.tokens {
            match token.tok {
                Tok::Open('{') => open += 1,
                Tok::Close('{') => open -= 1,
                _ => {}
            }
        }
        open > 0
    }

    /// The text in the braces that follow.
    pub(super) fn argument(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let blank = rest.len() - rest.trim_start().len();
        let open = self.at + blank;
        self.arguments += 1;
        if !self.text[open..].starts_with('{') || self.arguments > ARGUMENTS_MAX {
            return None;
        }
        let close = scan::closing_brace(self.text.as_bytes(), open)?;
        self.at = close + 1;
        self.text.get(open + 1..close)
    }

    pub(super) fn shape(&mut self, shape: Shape) -> Option<()> {
        if !matches!(shape, Shape::Begin | Shape::End) {
            self.push(Tok::Shape(shape));
            return Some(());
        }
        let environment = self.argument()?.trim_end_matches('*');
        let matrix = environment.ends_with("matrix")
            || environment == "array"
            || environment == "cases"
            || environment == "dcases";
        if environment == "array" && shape == Shape::Begin {
            self.argument();
        }
        let lines = [
            "align",
            "gather",
            "equation",
            "split",
            "multline",
            "eqnarray",
            "displaymath",
            "math",
            "flalign",
            "center",
        ];
        if matrix {
            if environment == "vmatrix" && shape == Shape::Begin {
                self.push(Tok::Func(Func::Det));
            }
            // The bars of a norm.
            (environment != "Vmatrix").then_some(())?;
            self.push(Tok::Shape(shape));
        } else if !lines.iter().any(|known| environment.starts_with(known)) {
            return None;
        }
        Some(())
    }

    /// The words of a `\text{…}`; mathematics in it is read as such.
    pub(super) fn text(&mut self) -> Option<()> {
        let Some(inner) = self.argument() else {
            // `\text and`: the braces are lost.
            return Some(());
        };
        let words = inner.trim().trim_matches(['.', ',', '~']).trim();
        let tok = match words {
            "" => {
                self.spaced = true;
                return Some(());
            }
            "and" | "And" | "以及" | "和" | "et" | "und" | "y" | "и"
                if words != "y" || self.behind_value() =>
            {
                Tok::Op(Op::And)
            }
            "or" | "Or" | "或" | "ou" | "oder" | "или" => Tok::Op(Op::Or),
            _ => return self.text_words(inner, words),
        };
        self.push(tok);
        Some(())
    }

    pub(super) fn text_words(&mut self, inner: &str, words: &str) -> Option<()> {
        let mut letters = words.chars();
        if let (Some(letter), None) = (letters.next(), letters.next())
            && letter.is_ascii_alphabetic()
        {
            let unit = self.behind_value() && units::is_upright_unit(words);
            self.push(if unit {
                Tok::Word(words.to_owned())
            } else {
                letter_token(letter)
            });
            return Some(());
        }
        if self.parted_words(inner) || self.worded_operator(words) || self.leading_word(words) {
            return Some(());
        }
        let unit = self.behind_value() && units::is_unit(words);
        let short = matches!(words, "tg" | "ctg" | "sh" | "ch" | "th" | "cth");
        if short
            && !self.behind_value()
            && let Some(func) = commands::function(words)
        {
            self.push(Tok::Func(func));
            return Some(());
        }
        if let Some(tok) = plain_name(words).filter(|_| !unit) {
            self.push(tok);
            return Some(());
        }
        if self.behind_value() && words.starts_with("^{\\circ}") {
            self.push(Tok::Op(Op::Degree));
            return Some(());
        }
        self.wordy(inner, words)
    }

    /// A word before a number that changes it, or only stresses it: `\text{negative }8`, `\text{exactly }8`.
    fn leading_word(&mut self, words: &str) -> bool {
        let next = self.rest().trim_start();
        if self.after_operand()
            || !next.starts_with(|c: char| c.is_ascii_digit() || "\\(".contains(c))
        {
            return false;
        }
        match words {
            "exactly" | "only" | "just" | "precisely" | "Answer:" | "answer:" => {}
            "negative" | "minus" => self.push(Tok::Op(Op::Minus)),
            "twice" | "double" => {
                self.push(Tok::Number(Literal::exact(2u8.into())));
                self.push(Tok::Op(Op::Times));
            }
            _ => return false,
        }
        true
    }

    /// An operator in words behind a value: `5 \text{ squared}`, `5\text{ over }7`.
    fn worded_operator(&mut self, words: &str) -> bool {
        if !self.after_operand() {
            return false;
        }
        let power = match words {
            "squared" => Some(2u8),
            "cubed" => Some(3),
            _ => None,
        };
        if let Some(power) = power {
            self.push(Tok::Op(Op::Caret));
            self.push(Tok::Number(Literal::exact(power.into())));
            return true;
        }
        if words == "factorial" {
            self.push(Tok::Op(Op::Bang));
            return true;
        }
        let op = match words {
            "times" => Op::Times,
            "plus" => Op::Plus,
            "minus" => Op::Minus,
            "over" | "divided by" => Op::Slash,
            "choose" => Op::Choose,
            "to the power of" | "to the power" => Op::Caret,
            _ => return false,
        };
        let next = self.rest().trim_start();
        let operand = next.starts_with(|c: char| c.is_ascii_alphanumeric() || "\\({".contains(c));
        if operand {
            self.push(Tok::Op(op));
        }
        operand
    }

    /// Words, or mathematics that was set as words: `\text{ minute 12 seconds}`, `\text{(A)}`.
    fn wordy(&mut self, inner: &str, words: &str) -> Option<()> {
        let numbered = words
            .split(' ')
            .any(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        if self.behind_value() && numbered && self.within(inner).is_some() {
            return Some(());
        }
        if self.behind_value() && words.starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.push(Tok::Text(words.replace(['{', '}'], "")));
            return Some(());
        }
        let mathematical = words
            .bytes()
            .any(|byte| byte.is_ascii_digit() || b"\\$".contains(&byte));
        let leads = words.starts_with(|c: char| c.is_ascii_digit()) && !words.contains(['$', '\\']);
        if leads && self.within(inner).is_some() {
            return Some(());
        }
        if mathematical && !words.contains(' ') || words.starts_with(['(', '[', '-', '$']) {
            return self.within(inner);
        }
        self.push(Tok::Text(words.to_owned()));
        Some(())
    }

    /// Reads a text inside of this one.
    fn within(&mut self, inner: &str) -> Option<()> {
        let inner = lex_within(inner, self.comma, self.letters, self.within + 1)?;
        self.out.doubtful |= inner.doubtful;
        self.out.tokens.extend(inner.tokens);
        Some(())
    }

    /// `\text{ cm or }`: words, and then what parts them from the next item.
    pub(super) fn parted_words(&mut self, inner: &str) -> bool {
        let inner = inner.trim();
        let parts = [
            (" or", Op::Or),
            (" and", Op::And),
            (",", Op::Comma),
            (";", Op::Semicolon),
        ];
        let found = parts
            .iter()
            .find_map(|(part, op)| Some((inner.strip_suffix(part)?, *op)));
        let Some((words, op)) = found.filter(|_| !inner.contains(['$', '\\', '('])) else {
            return false;
        };
        let words = words.trim().trim_end_matches(',');
        if !words.is_empty() {
            self.push(Tok::Text(words.to_owned()));
        }
        self.push(Tok::Op(op));
        true
    }

    /// A name of letters and digits, with one subscript.
    pub(super) fn name(&mut self) -> Option<()> {
        let name = self.argument()?.trim();
        let (base, below) = name.split_once('_').unwrap_or((name, "1"));
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric());
        let base = base.trim();
        let named = plain(base.trim_start_matches('\\')) && !base.is_empty();
        let braced = below.trim().starts_with('{') && below.trim().ends_with('}');
        (named && (braced || below.trim().len() == 1)).then_some(())?;
        self.push(Tok::Symbol(name.replace(['{', '}', ' '], "")));
        Some(())
    }

    pub(super) fn set_name(&mut self) -> Option<()> {
        let name = match self.argument() {
            Some(name) => name.trim(),
            None => {
                let letter = self.rest().trim_start().get(..1)?;
                self.at = self.text.len() - self.rest().trim_start().len() + 1;
                letter
            }
        };
        let constant = match name {
            "R" => Const::Reals,
            "N" => Const::Naturals,
            "Z" => Const::Integers,
            "Q" => Const::Rationals,
            "C" => Const::Complexes,
            _ => {
                self.push(Tok::Symbol(format!("\\mathbb{{{name}}}")));
                return Some(());
            }
        };
        self.push(Tok::Const(constant));
        Some(())
    }

    /// `\mathrm{…}` and `\operatorname{…}`: a name, a unit, or a letter set upright.
    pub(super) fn operator(&mut self) -> Option<()> {
        let Some(inner) = self.argument() else {
            return Some(());
        };
        let words = inner
            .replace('~', " ")
            .replace("\\ ", " ")
            .replace("\\,", " ");
        let words = words.trim();
        let units = words.replace(['{', '}'], "");
        let alphabetic = words.bytes().all(|byte| byte.is_ascii_alphabetic());
        if words.is_empty() {
            return Some(());
        }
        let unit = self.behind_value()
            && (words.len() == 1 && units::is_upright_unit(words)
                || words.contains(['/', ' ', '^']) && units::measure(&units).is_some());
        let spelled = spelled::is_unit(inner).filter(|_| self.behind_value());
        if unit {
            self.push(Tok::Word(units));
        } else if let Some(unit) = spelled {
            self.push(Tok::Word(unit));
        } else if alphabetic && words.len() > 1 {
            let named = commands::function(words).map(Tok::Func);
            let tok = named
                .or_else(|| plain_name(words))
                .unwrap_or_else(|| Tok::Text(words.to_owned()));
            self.push(tok);
        } else {
            self.within(words)?;
        }
        Some(())
    }

    /// A letter under a mark is a name of its own.
    pub(super) fn accent(&mut self, name: &str) -> Option<()> {
        let plain = match name {
            "overline" | "bar" => "bar",
            "vec" | "overrightarrow" => "vec",
            "hat" | "widehat" => "hat",
            "tilde" | "widetilde" => "tilde",
            "dot" | "ddot" => name,
            _ => return None,
        };
        let inner = match self.argument() {
            Some(inner) => inner.trim().to_owned(),
            None => {
                let letter = self.rest().trim_start().chars().next()?;
                self.at = self.text.len() - self.rest().trim_start().len() + letter.len_utf8();
                letter.to_string()
            }
        };
        if inner.is_empty() || inner.len() > 40 {
            return None;
        }
        if inner.contains(['+', '-', '^']) {
            // A conjugate or a complement, and no name.
            self.out.doubtful = true;
        }
        if matches!(plain, "vec" | "hat")
            && let Some(letter) = unit_vector(&inner)
        {
            self.push(letter_token(letter));
            return Some(());
        }
        self.push(Tok::Symbol(format!("\\{plain}{{{inner}}}")));
        Some(())
    }
}

/// The letter of a unit vector, which is one under any mark.
fn unit_vector(name: &str) -> Option<char> {
    match name {
        "i" | "\\imath" => Some('i'),
        "j" | "\\jmath" => Some('j'),
        "k" => Some('k'),
        _ => None,
    }
}
