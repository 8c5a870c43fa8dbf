//! Turns text into tokens: LaTeX as models write it, plain mathematics, and a mixture of the two.
//!
//! Repairs live here. A damaged command, a number with blanks between its digits or letters without
//! spaces are put right when there is only one way to do it; when there are more, [`Lexed::doubtful`]
//! is set and no verdict of `wrong` may rest on the reading.

mod latex;
mod letters;
mod numbers;

pub(crate) use self::numbers::is_based;

use crate::expr::{Big, Const, Func, Literal, Rel, SetOp};

/// An operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
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
pub(crate) enum Shape {
    Frac,
    Binom,
    Sqrt,
    Pmod,
    Begin,
    End,
}

/// One token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tok {
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
pub(crate) struct Token {
    pub tok: Tok,
    pub spaced: bool,
}

/// What letters next to a number are read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Letters {
    /// Names, unless they can be nothing but units or digits.
    Names,
    /// Units where they can be: `5 m/s`.
    Units,
    /// Digits where a base stands below them: `2a_{16}`.
    Digits,
}

/// How an ambiguous comma between digits is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comma {
    /// `1,000` is a thousand where three digits follow, outside of brackets.
    Thousands,
    /// Every comma parts two items.
    Separator,
    /// `1,5` is one and a half.
    Decimal,
}

/// A text's tokens.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lexed {
    pub tokens: Vec<Token>,
    /// Whether a repair had more than one way to go.
    pub doubtful: bool,
    /// Whether a comma stands between digits, so that another [`Comma`] may read otherwise.
    pub commas: bool,
}

/// A text of more tokens than this is no answer.
/// By hand: no verdict changes with 3,000 or 12,000.
const TOKENS_MAX: usize = 6_000;

/// The tokens of a text, or nothing where a character belongs to no mathematics.
pub(crate) fn lex(text: &str, comma: Comma, letters: Letters) -> Option<Lexed> {
    lex_within(text, comma, letters, 0)
}

/// Mathematics inside of words inside of mathematics: nobody writes more of it than this.
/// By hand: no verdict changes with 2,, 4 or 6.
const WITHIN_MAX: usize = 3;

/// A text of more arguments than this is a flood, which would be walked once for each of them.
/// By hand: no verdict changes with 100 or 400.
const ARGUMENTS_MAX: usize = 200;

fn lex_within(text: &str, comma: Comma, letters: Letters, within: usize) -> Option<Lexed> {
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
        letters,
        matrix: text.contains("\\begin"),
        indexed: text.contains('_'),
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
    letters: Letters,
    /// Whether the text has environments, in which `\\` ends a row.
    matrix: bool,
    /// Whether the text has subscripts.
    indexed: bool,
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
        if self.letters == Letters::Units && self.spelled_unit(rest) {
            return Some(());
        }
        match first {
            _ if first.is_whitespace() || first == '~' => {
                self.at += first.len_utf8();
                self.spaced = true;
            }
            '0'..='9' | 'A'..='Z' | '(' | '\\' if self.indexed && self.lettered() => {}
            'a'..='z' if self.letters == Letters::Digits && self.lettered() => {}
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
            _ if first.is_alphabetic() && !first.is_ascii() => return self.foreign(),
            _ => return self.op(first.len_utf8(), simple_op(first)?),
        }
        Some(())
    }

    /// Words of another script: `3 яблока`, `8厘米`, `1 или 2`.
    fn foreign(&mut self) -> Option<()> {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !c.is_alphabetic() || c.is_ascii())
            .unwrap_or(rest.len());
        let word = &rest[..length];
        self.at += length;
        let tok = match word {
            "и" => Tok::Op(Op::And),
            "или" => Tok::Op(Op::Or),
            "度" if self.behind_value() => Tok::Op(Op::Degree),
            _ => Tok::Text(word.to_owned()),
        };
        self.push(tok);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> String {
        let lexed = lex(text, Comma::Thousands, Letters::Names).unwrap();
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
        let once = lex("\\frac{1}{2}", Comma::Thousands, Letters::Names);
        assert_eq!(
            lex("\\\\frac{1}{2}", Comma::Thousands, Letters::Names),
            once
        );
    }
}
