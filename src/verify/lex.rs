//! Turns text into tokens: LaTeX as models write it, plain mathematics, and a mixture of the two.
//!
//! Repairs live here. A damaged command, a number with blanks between its digits or letters without
//! spaces are put right when there is only one way to do it; when there are more, [`Lexed::doubtful`]
//! is set and no verdict of `wrong` may rest on the reading.

use dashu::{Natural, Rational};

use super::commands::{self, Meaning};
use super::expr::{Big, Const, Func, Literal, Rel, SetOp};
use super::units;

/// An operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Plus,
    Minus,
    PlusMinus,
    MinusPlus,
    Times,
    Slash,
    /// `\div`, which binds as a slash and never as a fraction bar.
    Over,
    /// `{a \over b}`.
    LooseOver,
    Choose,
    Caret,
    Under,
    Comma,
    Semicolon,
    Colon,
    Bang,
    Prime,
    Percent,
    Degree,
    And,
    Or,
    Mod,
    Mid,
    Ampersand,
    /// `\\`, the end of a row.
    Row,
    /// A wide space.
    Gap,
}

/// A command that takes arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Frac,
    Binom,
    Sqrt,
    Pmod,
    Begin,
    End,
}

/// One token.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tok {
    Number(Literal),
    /// A letter, a Greek letter, or a letter with a mark over it.
    Symbol(String),
    /// Several letters that are no name of mathematics.
    Word(String),
    /// The words of a `\text{…}`.
    Text(String),
    Const(Const),
    Func(Func),
    Big(Big),
    Rel(Rel),
    SetOp(SetOp),
    Op(Op),
    Shape(Shape),
    Open(char),
    Close(char),
    Bar,
    DoubleBar,
    Dots,
}

/// A token, and whether a blank stands before it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub tok: Tok,
    pub spaced: bool,
}

/// How an ambiguous comma between digits is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comma {
    /// `1,000` is a thousand where three digits follow, outside of brackets.
    Thousands,
    /// Every comma parts two items.
    Separator,
    /// `1,5` is one and a half.
    Decimal,
}

/// A text's tokens.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lexed {
    pub tokens: Vec<Token>,
    /// Whether a repair had more than one way to go.
    pub doubtful: bool,
    /// Whether a comma stands between digits, so that another [`Comma`] may read otherwise.
    pub commas: bool,
}

/// A text of more tokens than this is no answer.
const TOKENS_MAX: usize = 6_000;

/// The tokens of a text, or nothing where a character belongs to no mathematics.
pub(super) fn lex(text: &str, comma: Comma) -> Option<Lexed> {
    lex_within(text, comma, 0)
}

/// Mathematics inside of words inside of mathematics: nobody writes more of it than this.
const WITHIN_MAX: usize = 3;

/// A text of more arguments than this is a flood, which would be walked once for each of them.
const ARGUMENTS_MAX: usize = 200;

fn lex_within(text: &str, comma: Comma, within: usize) -> Option<Lexed> {
    if within > WITHIN_MAX {
        return None;
    }
    let mut lexer = Lexer {
        text,
        at: 0,
        brackets: 0,
        arguments: 0,
        within,
        comma,
        matrix: text.contains("\\begin"),
        out: Lexed {
            tokens: Vec::new(),
            doubtful: false,
            commas: false,
        },
        spaced: false,
    };
    while lexer.at < text.len() {
        if lexer.out.tokens.len() > TOKENS_MAX {
            return None;
        }
        lexer.step()?;
    }
    Some(lexer.out)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// How many brackets are open, not counting the braces that LaTeX does not print.
    brackets: usize,
    /// How many arguments were taken.
    arguments: usize,
    /// How many texts this one is inside of.
    within: usize,
    comma: Comma,
    /// Whether the text has environments, in which `\\` ends a row.
    matrix: bool,
    out: Lexed,
    spaced: bool,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn push(&mut self, tok: Tok) {
        match tok {
            Tok::Open('g') | Tok::Close('g') => {}
            Tok::Open(_) => self.brackets += 1,
            Tok::Close(_) => self.brackets = self.brackets.saturating_sub(1),
            _ => {}
        }
        let spaced = std::mem::take(&mut self.spaced);
        self.out.tokens.push(Token { tok, spaced });
    }

    fn op(&mut self, length: usize, op: Op) -> Option<()> {
        self.at += length;
        self.push(Tok::Op(op));
        Some(())
    }

    fn step(&mut self) -> Option<()> {
        let rest = self.rest();
        let mut chars = rest.chars();
        let first = chars.next()?;
        match first {
            _ if first.is_whitespace() || first == '~' => {
                self.at += first.len_utf8();
                self.spaced = true;
            }
            '0'..='9' => self.number(),
            '.' if chars.next().is_some_and(|next| next.is_ascii_digit()) => self.number(),
            'a'..='z' | 'A'..='Z' => self.letters(),
            '\\' => return self.command(),
            '.' | '…' => self.dot(),
            '*' if rest.starts_with("**") => return self.op(2, Op::Caret),
            '-' if rest.starts_with("->") => self.rel(2, Rel::To),
            '<' if rest.starts_with("<=") => self.rel(2, Rel::Le),
            '>' if rest.starts_with(">=") => self.rel(2, Rel::Ge),
            '!' if rest.starts_with("!=") && !self.after_operand() => self.rel(2, Rel::Ne),
            '!' if rest.starts_with("!=") && self.spaced => self.rel(2, Rel::Ne),
            '=' if rest.starts_with("==") => self.rel(2, Rel::Eq),
            '=' if rest.starts_with("=>") => self.rel(2, Rel::To),
            '=' => self.rel(1, Rel::Eq),
            '<' => self.rel(1, Rel::Lt),
            '>' => self.rel(1, Rel::Gt),
            '|' => {
                self.at += 1;
                self.push(Tok::Bar);
            }
            '(' | '[' | '{' => {
                self.at += 1;
                self.push(Tok::Open(if first == '{' { 'g' } else { first }));
            }
            ')' | ']' | '}' => {
                self.at += 1;
                let open = match first {
                    ')' => '(',
                    ']' => '[',
                    _ => 'g',
                };
                self.push(Tok::Close(open));
            }
            // A dollar is money, or what is left of a delimiter.
            '$' | '€' | '£' | '¥' | '₹' | '₽' => self.at += first.len_utf8(),
            '"' | '`' | '\u{200b}' | '\u{feff}' => self.at += first.len_utf8(),
            '\'' => return self.op(1, Op::Prime),
            _ => return self.op(first.len_utf8(), simple_op(first)?),
        }
        Some(())
    }

    fn rel(&mut self, length: usize, rel: Rel) {
        self.at += length;
        self.push(Tok::Rel(rel));
    }

    fn after_operand(&self) -> bool {
        matches!(
            self.out.tokens.last().map(|token| &token.tok),
            Some(Tok::Number(_) | Tok::Symbol(_) | Tok::Close(_) | Tok::Const(_) | Tok::Bar)
        )
    }

    /// A full stop that belongs to no number ends a sentence; several are an ellipsis.
    fn dot(&mut self) {
        let dots = self
            .rest()
            .chars()
            .take_while(|c| matches!(c, '.' | '…'))
            .collect::<String>();
        self.at += dots.len();
        if dots.len() >= 2 {
            self.push(Tok::Dots);
        }
    }
}

fn simple_op(c: char) -> Option<Op> {
    Some(match c {
        '+' => Op::Plus,
        '-' => Op::Minus,
        '*' => Op::Times,
        '/' => Op::Slash,
        '^' => Op::Caret,
        '_' => Op::Under,
        ',' => Op::Comma,
        ';' => Op::Semicolon,
        ':' => Op::Colon,
        '!' => Op::Bang,
        '%' => Op::Percent,
        '&' => Op::Ampersand,
        _ => return None,
    })
}

// Numbers.

impl Lexer<'_> {
    fn number(&mut self) {
        let mut digits = String::new();
        self.digits(&mut digits);
        while let Some(length) = self.thousands(&digits) {
            self.at += length;
            self.digits(&mut digits);
        }
        let whole = digits.len();
        let mut literal = Literal {
            value: Rational::ZERO,
            decimals: None,
            significant: 0,
            digits: None,
            open_ended: false,
        };
        if let Some(length) = self.point() {
            self.at += length;
            self.digits(&mut digits);
            self.spaced_decimals(&mut digits);
            literal.decimals = u32::try_from(digits.len() - whole).ok();
        } else {
            literal.digits = Some(digits.as_str().into());
        }
        let significant = digits.trim_start_matches('0').len();
        literal.significant = u32::try_from(significant).unwrap_or(u32::MAX);
        let decimals = digits.len() - whole;
        literal.value = decimal(&digits, decimals);
        if decimals > 0 || whole > 0 {
            self.repeating(&mut literal, &digits, whole);
        }
        self.exponent(&mut literal);
        if literal.decimals.is_some() {
            self.open_end(&mut literal);
        } else {
            self.ordinal();
        }
        self.push(Tok::Number(literal));
    }

    fn digits(&mut self, into: &mut String) {
        let rest = self.rest();
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        into.push_str(&rest[..length]);
        self.at += length;
    }

    /// The length of a mark between groups of three digits, where the next group follows it.
    fn thousands(&mut self, digits: &str) -> Option<usize> {
        const MARKS: [&str; 12] = [
            "{,}", ",\\!", "\\!,", "{,}\\!", "\\,", "\\!", ",\\ ", "{\\,}", "{ }", "\\ ", ",", " ",
        ];
        let rest = self.rest();
        if digits.is_empty() || !rest.starts_with(['{', ',', '\\', ' ']) {
            return None;
        }
        let (mark, group) = MARKS.iter().find_map(|mark| {
            let tail = rest.strip_prefix(mark)?;
            let tail = tail.strip_prefix("\\!").unwrap_or(tail);
            let tail = if *mark == ",\\!" {
                tail.trim_start()
            } else {
                tail
            };
            let group = tail.bytes().take_while(u8::is_ascii_digit).count();
            (group == 3).then_some((*mark, rest.len() - tail.len()))
        })?;
        if digits.len() < 4 && digits.starts_with('0') {
            return None;
        }
        match mark {
            "," => {
                self.out.commas = true;
                let joins = self.comma == Comma::Thousands && self.brackets == 0;
                (joins && self.groups_fit(digits)).then_some(group)
            }
            " " => {
                let joins = self.brackets == 0 && self.groups_fit(digits);
                self.out.doubtful |= joins;
                joins.then_some(group)
            }
            _ => Some(group),
        }
    }

    /// Whether what was read so far is one to three digits, or groups that were joined to them.
    fn groups_fit(&self, digits: &str) -> bool {
        let before = self.text.get(..self.at).unwrap_or("");
        let tail = before.bytes().rev().take_while(u8::is_ascii_digit).count();
        tail == digits.len() && tail <= 3 || tail == 3
    }

    /// The length of a decimal point, where digits follow it or the number ends with it.
    fn point(&mut self) -> Option<usize> {
        let rest = self.rest();
        let digit_at = |at: usize| rest.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        if rest.starts_with('.') && (digit_at(1) || rest[1..].starts_with(['(', '\\'])) {
            let repeats = rest.starts_with(".(")
                || rest.starts_with(".\\overline")
                || rest.starts_with(".\\dot{")
                || rest.starts_with(".\\bar");
            return (digit_at(1) || repeats).then_some(1);
        }
        if rest.starts_with("{.}") && digit_at(3) {
            return Some(3);
        }
        if rest.starts_with(',') && digit_at(1) {
            self.out.commas = true;
            return (self.comma == Comma::Decimal && self.brackets == 0).then_some(1);
        }
        None
    }

    /// `3.141\,592`: groups of digits behind the point.
    fn spaced_decimals(&mut self, digits: &mut String) {
        while let Some(tail) = self.rest().strip_prefix("\\,") {
            if !tail.bytes().take(3).all(|byte| byte.is_ascii_digit()) || tail.len() < 3 {
                return;
            }
            self.at += 2;
            self.digits(digits);
        }
    }

    /// `0.1\overline{6}`, `0.(3)`, `0.\dot{3}`: the digits that repeat for ever.
    fn repeating(&mut self, literal: &mut Literal, digits: &str, whole: usize) {
        if literal.decimals.is_none() {
            return;
        }
        let rest = self.rest();
        let ends = [
            ("\\overline{", '}'),
            ("\\bar{", '}'),
            ("\\dot{", '}'),
            ("(", ')'),
        ];
        let found = ends.iter().find_map(|(open, close)| {
            let inner = rest.strip_prefix(open)?;
            let length = inner.bytes().take_while(u8::is_ascii_digit).count();
            let closed = inner[length..].starts_with(*close);
            (length > 0 && closed).then(|| (&inner[..length], open.len() + length + 1))
        });
        let Some((period, length)) = found else {
            return;
        };
        let fixed = digits.len() - whole;
        if period.len() > PERIOD_MAX || fixed > PERIOD_MAX {
            return;
        }
        self.at += length;
        let nines = power_of_ten(period.len()) - Natural::ONE;
        let scale = Rational::from(nines) * Rational::from(power_of_ten(fixed));
        literal.value += decimal(period, 0) / scale;
        literal.decimals = None;
    }

    /// `2.5E3`, `1e-5`.
    fn exponent(&mut self, literal: &mut Literal) {
        let rest = self.rest();
        let Some(tail) = rest.strip_prefix(['e', 'E']) else {
            return;
        };
        let unsigned = tail.strip_prefix(['+', '-']).unwrap_or(tail);
        let length = unsigned.bytes().take_while(u8::is_ascii_digit).count();
        let after = &unsigned[length..];
        if length == 0 || length > 4 || after.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return;
        }
        let Ok(exponent) = unsigned[..length].parse::<usize>() else {
            return;
        };
        let scale = Rational::from(power_of_ten(exponent));
        if tail.starts_with('-') {
            literal.value /= scale;
        } else {
            literal.value *= scale;
        }
        let shift = u32::try_from(exponent).unwrap_or(0);
        let decimals = literal.decimals.unwrap_or(0);
        literal.decimals = if tail.starts_with('-') {
            Some(decimals + shift)
        } else {
            (decimals > shift).then(|| decimals - shift)
        };
        literal.digits = None;
        self.at += rest.len() - after.len();
    }

    /// `12th`, `12^{\text{th}}`: the ending of an ordinal has no value.
    fn ordinal(&mut self) {
        const WRAPS: [(&str, &str); 6] = [
            ("", ""),
            ("^{\\text{", "}}"),
            ("^\\text{", "}"),
            ("^{\\mathrm{", "}}"),
            ("\\text{", "}"),
            ("^{", "}"),
        ];
        let rest = self.rest();
        let length = WRAPS.iter().find_map(|(open, close)| {
            let inner = rest.strip_prefix(open)?;
            let ending = ["st", "nd", "rd", "th"]
                .into_iter()
                .find(|ending| inner.starts_with(ending))?;
            let tail = inner[ending.len()..].strip_prefix(close)?;
            let ends = !tail.starts_with(|c: char| c.is_ascii_alphanumeric());
            ends.then_some(rest.len() - tail.len())
        });
        self.at += length.unwrap_or(0);
    }

    /// Dots behind a decimal: more digits were left out.
    fn open_end(&mut self, literal: &mut Literal) {
        const DOTS: [&str; 6] = ["\\ldots", "\\dots", "\\cdots", "...", "…", "\\dotsc"];
        let rest = self.rest();
        if let Some(dots) = DOTS.iter().find(|dots| rest.starts_with(**dots)) {
            self.at += dots.len();
            literal.open_ended = true;
        }
    }
}

/// A period longer than this is no repeating decimal that anyone wrote.
const PERIOD_MAX: usize = 400;

fn power_of_ten(exponent: usize) -> Natural {
    Natural::from(10u8).pow(exponent)
}

/// The value of digits of which the last `decimals` stand behind the point.
fn decimal(digits: &str, decimals: usize) -> Rational {
    let whole = Natural::from_str_radix(if digits.is_empty() { "0" } else { digits }, 10);
    let whole = Rational::from(whole.unwrap_or(Natural::ZERO));
    if decimals == 0 {
        whole
    } else {
        whole / Rational::from(power_of_ten(decimals))
    }
}

// Letters.

impl Lexer<'_> {
    fn letters(&mut self) {
        let rest = self.rest();
        let length = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let run = &rest[..length];
        let behind_value = self.behind_value();
        let ahead = rest[length..].trim_start();
        if behind_value && length >= 2 && units::is_unit(run) && !ahead.starts_with(['(', '_']) {
            self.at += length;
            self.push(Tok::Word(run.to_owned()));
            return;
        }
        if let Some(tok) = plain_name(run) {
            self.at += length;
            self.push(tok);
            return;
        }
        if let Some(prefix) = PREFIXES.iter().find(|prefix| splits(run, prefix))
            && let Some(tok) = plain_name(prefix)
        {
            self.at += prefix.len();
            self.push(tok);
            return;
        }
        self.at += length;
        self.unknown_run(run);
    }

    /// Whether a value ends right here, so that a unit may follow.
    fn behind_value(&self) -> bool {
        matches!(
            self.out.tokens.last().map(|token| &token.tok),
            Some(
                Tok::Number(_)
                    | Tok::Close(_)
                    | Tok::Const(Const::Pi)
                    | Tok::Word(_)
                    | Tok::Text(_)
                    | Tok::Op(Op::Percent | Op::Degree)
            )
        )
    }

    /// Up to three letters are a product; more are a word, and so are letters with a function in
    /// them, since nobody can tell `xsin` from four factors.
    fn unknown_run(&mut self, run: &str) {
        let hides_name = run.len() > 2 && HIDDEN.iter().any(|name| run.contains(name));
        let prose = PROSE.contains(&run.to_ascii_lowercase().as_str());
        if run.len() > 3 || hides_name || prose {
            self.push(Tok::Word(run.to_owned()));
            return;
        }
        for letter in run.chars() {
            self.push(letter_token(letter));
        }
    }
}

/// What a letter alone stands for.
fn letter_token(letter: char) -> Tok {
    match letter {
        'e' => Tok::Const(Const::E),
        'i' => Tok::Const(Const::I),
        _ => Tok::Symbol(letter.to_string()),
    }
}

/// Names that are written against what follows them: `sinx`, `2cosx`, `5or7`.
const PREFIXES: [&str; 18] = [
    "arcsin", "arccos", "arctan", "sqrt", "sinh", "cosh", "tanh", "sin", "cos", "tan", "cot",
    "sec", "csc", "log", "ln", "and", "or", "pi",
];

/// Names whose letters no product may swallow.
const HIDDEN: [&str; 12] = [
    "sin", "cos", "tan", "log", "ln", "sqrt", "exp", "pi", "cot", "sec", "csc", "max",
];

/// Short words of English that are no products of variables.
const PROSE: [&str; 64] = [
    "the", "are", "was", "has", "had", "now", "all", "one", "two", "six", "ten", "for", "not",
    "but", "any", "her", "his", "she", "its", "who", "out", "new", "old", "day", "men", "man",
    "boy", "can", "our", "you", "per", "way", "yes", "no", "is", "of", "to", "at", "by", "on",
    "it", "we", "he", "as", "an", "be", "do", "so", "up", "if", "let", "get", "use", "see", "then",
    "than", "hence", "thus", "red", "pm", "am", "left", "more", "less",
];

fn splits(run: &str, prefix: &str) -> bool {
    run.strip_prefix(prefix).is_some_and(|tail| tail.len() <= 1)
}

/// The meaning of a name in plain text.
fn plain_name(run: &str) -> Option<Tok> {
    if let Some(func) = commands::function(run) {
        return (run.len() > 2 || matches!(func, Func::Ln | Func::Lg | Func::Re | Func::Im))
            .then_some(Tok::Func(func));
    }
    Some(match run {
        "pi" | "PI" | "Pi" => Tok::Const(Const::Pi),
        "inf" | "infinity" | "Infinity" | "oo" | "infty" => Tok::Const(Const::Infinity),
        "and" | "And" | "AND" => Tok::Op(Op::And),
        "or" | "Or" | "OR" => Tok::Op(Op::Or),
        "in" => Tok::Rel(Rel::In),
        "mod" => Tok::Op(Op::Mod),
        "choose" => Tok::Op(Op::Choose),
        "percent" | "pct" | "percentage" | "Percent" => Tok::Op(Op::Percent),
        "degrees" | "degree" | "deg" => Tok::Op(Op::Degree),
        "undefined" | "DNE" => Tok::Const(Const::Undefined),
        _ => return None,
    })
}

// Commands.

impl<'a> Lexer<'a> {
    fn command(&mut self) -> Option<()> {
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
    fn known_prefix(&mut self, letters: &'a str) -> Option<&'a str> {
        if commands::command(letters).is_some() {
            return Some(letters);
        }
        let prefix = (2..letters.len()).rev().map(|length| &letters[..length]);
        prefix
            .into_iter()
            .find(|name| commands::command(name).is_some())
    }

    /// `\,`, `\{`, `\\`: a backslash and one character.
    fn symbol_command(&mut self, tail: &'a str) -> Option<()> {
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
    fn row_end(&mut self, tail: &str) -> Option<()> {
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

    fn act(&mut self, meaning: Meaning, name: &'a str) -> Option<()> {
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
    fn fence(&mut self, name: &str) {
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
    fn open_brace(&self) -> bool {
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
    fn argument(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let blank = rest.len() - rest.trim_start().len();
        let open = self.at + blank;
        self.arguments += 1;
        if !self.text[open..].starts_with('{') || self.arguments > ARGUMENTS_MAX {
            return None;
        }
        let close = super::scan::closing_brace(self.text.as_bytes(), open)?;
        self.at = close + 1;
        self.text.get(open + 1..close)
    }

    fn shape(&mut self, shape: Shape) -> Option<()> {
        if !matches!(shape, Shape::Begin | Shape::End) {
            self.push(Tok::Shape(shape));
            return Some(());
        }
        let environment = self.argument()?.trim_end_matches('*');
        let matrix =
            environment.ends_with("matrix") || environment == "array" || environment == "cases";
        if environment == "array" && shape == Shape::Begin {
            self.argument();
        }
        if matrix {
            self.push(Tok::Shape(shape));
        }
        Some(())
    }

    /// The words of a `\text{…}`; mathematics in it is read as such.
    fn text(&mut self) -> Option<()> {
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
            "and" | "And" | "以及" | "和" | "et" | "und" => Tok::Op(Op::And),
            "or" | "Or" | "或" => Tok::Op(Op::Or),
            _ => return self.text_words(inner, words),
        };
        self.push(tok);
        Some(())
    }

    fn text_words(&mut self, inner: &str, words: &str) -> Option<()> {
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
        if self.parted_words(inner) {
            return Some(());
        }
        let unit = self.behind_value() && units::is_unit(words);
        if let Some(tok) = plain_name(words).filter(|_| !unit) {
            self.push(tok);
            return Some(());
        }
        if self.behind_value() && words.starts_with("^{\\circ}") {
            self.push(Tok::Op(Op::Degree));
            return Some(());
        }
        if self.behind_value() && words.starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.push(Tok::Text(words.replace(['{', '}'], "")));
            return Some(());
        }
        let mathematical = words
            .bytes()
            .any(|byte| byte.is_ascii_digit() || b"\\$".contains(&byte));
        if mathematical && !words.contains(' ') || words.starts_with(['(', '[', '-', '$']) {
            let inner = lex_within(inner, self.comma, self.within + 1)?;
            self.out.doubtful |= inner.doubtful;
            self.out.tokens.extend(inner.tokens);
            return Some(());
        }
        self.push(Tok::Text(words.to_owned()));
        Some(())
    }

    /// `\text{ cm or }`: words, and then what parts them from the next item.
    fn parted_words(&mut self, inner: &str) -> bool {
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
    fn name(&mut self) -> Option<()> {
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

    fn set_name(&mut self) -> Option<()> {
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
    fn operator(&mut self) -> Option<()> {
        let Some(inner) = self.argument() else {
            return Some(());
        };
        let words = inner
            .replace('~', " ")
            .replace("\\ ", " ")
            .replace("\\,", " ");
        let words = words.trim();
        let alphabetic = words.bytes().all(|byte| byte.is_ascii_alphabetic());
        if words.is_empty() {
            return Some(());
        }
        if words.len() == 1 && self.behind_value() && units::is_upright_unit(words) {
            self.push(Tok::Word(words.to_owned()));
        } else if alphabetic && words.len() > 1 {
            let tok = plain_name(words).unwrap_or_else(|| Tok::Text(words.to_owned()));
            self.push(tok);
        } else {
            let inner = lex_within(words, self.comma, self.within + 1)?;
            self.out.doubtful |= inner.doubtful;
            self.out.tokens.extend(inner.tokens);
        }
        Some(())
    }

    /// A letter under a mark is a name of its own.
    fn accent(&mut self, name: &str) -> Option<()> {
        let plain = match name {
            "overline" | "bar" => "bar",
            "vec" | "overrightarrow" => "vec",
            "hat" | "widehat" => "hat",
            "tilde" | "widetilde" => "tilde",
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
        self.push(Tok::Symbol(format!("\\{plain}{{{inner}}}")));
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> String {
        let lexed = lex(text, Comma::Thousands).unwrap();
        match &lexed.tokens[..] {
            [
                Token {
                    tok: Tok::Number(literal),
                    ..
                },
            ] => literal.value.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn numbers_are_read_in_every_spelling() {
        for text in [
            "1000", "1,000", "1{,}000", "1\\,000", "1,\\!000", "1 000", "1e3", "1000.0",
        ] {
            assert_eq!(value(text), "1000", "{text}");
        }
        assert_eq!(value("1,234,567"), "1234567");
        assert_eq!(value("0.1\\overline{6}"), "1/6");
        assert_eq!(value("0.(3)"), "1/3");
        assert_eq!(value("2.5e-1"), "1/4");
        assert_eq!(value(".4"), "2/5");
        assert_eq!(value("$5."), "5");
    }

    #[test]
    fn escaped_backslashes_are_put_right() {
        let once = lex("\\frac{1}{2}", Comma::Thousands);
        assert_eq!(lex("\\\\frac{1}{2}", Comma::Thousands), once);
    }
}
