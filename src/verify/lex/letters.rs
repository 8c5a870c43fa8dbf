//! Tells names of mathematics, words and products of letters apart.

use super::{Lexer, Op, Tok};
use crate::commands;
use crate::expr::{Const, Func, Literal, Rel};
use crate::spelled;
use crate::units;

impl Lexer<'_> {
    pub(super) fn letters(&mut self) {
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
        if self.spoken_operator(run, ahead) || self.of_module(run) {
            return;
        }
        if let Some(tok) = plain_name(run) {
            self.at += length;
            self.push(tok);
            return;
        }
        // `\sec^2 y` has a name at its end.
        let joins = behind_value && self.spaced && ahead.starts_with(|c: char| c.is_ascii_digit());
        if joins && let Some(op) = conjunction(run) {
            self.at += length;
            self.push(Tok::Op(op));
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

    /// A function or a constant of Python's modules: `np.sqrt(2)`, `math.pi`. Only those are taken that can be nothing else;
    /// their logarithm is the natural one.
    fn of_module(&mut self, run: &str) -> bool {
        if !MODULES.contains(&run) {
            return false;
        }
        let Some(rest) = self.rest()[run.len()..].strip_prefix('.') else {
            return false;
        };
        let length = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let (name, behind) = rest.split_at(length);
        let is_called = behind.starts_with('(');
        let tok = match name {
            "e" if !is_called => Some(Tok::Const(Const::E)),
            "log" => Some(Tok::Func(Func::Ln)),
            "log10" => Some(Tok::Func(Func::Lg)),
            _ => plain_name(name),
        };
        let Some(tok) = tok.filter(|tok| match tok {
            Tok::Func(_) => is_called,
            Tok::Const(_) => !is_called,
            _ => false,
        }) else {
            return false;
        };
        self.at += run.len() + 1 + length;
        self.push(tok);
        true
    }

    /// An operator that is written as a word or a letter behind a value: `5 squared`,
    /// `2 to the power of 3`, `1.6 x 10^-19`.
    fn spoken_operator(&mut self, run: &str, ahead: &str) -> bool {
        let number = matches!(
            self.out.tokens.last().map(|token| &token.tok),
            Some(Tok::Number(_))
        );
        if run == "x" && number && self.spaced && ahead.starts_with(|c: char| c.is_ascii_digit()) {
            self.at += run.len();
            self.push(Tok::Op(Op::Times));
            return true;
        }
        let value = self.after_operand();
        let power = match run {
            "squared" => 2u8,
            "cubed" => 3,
            "to" | "raised" if value => return self.spoken_power(),
            _ => return false,
        };
        if value {
            self.at += run.len();
            self.push(Tok::Op(Op::Caret));
            self.push(Tok::Number(Literal::exact(power.into())));
        }
        value
    }

    /// `to the power of`, which is a caret.
    fn spoken_power(&mut self) -> bool {
        const POWERS: [&str; 4] = [
            "to the power of",
            "to the power",
            "raised to the power of",
            "raised to",
        ];
        let rest = self.rest();
        let Some(words) = POWERS.iter().find(|words| rest.starts_with(**words)) else {
            return false;
        };
        self.at += words.len();
        self.push(Tok::Op(Op::Caret));
        true
    }

    /// A unit that starts here behind a number, where it can hardly be names, or is a capital that stands
    /// apart at the end of the text.
    pub(super) fn spelled_unit(&mut self, rest: &str) -> bool {
        let starts = rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '\\');
        if !starts || !self.behind_value() {
            return false;
        }
        let Some(found) = spelled::unit(rest) else {
            return false;
        };
        let last = rest[found.length..].trim().is_empty();
        // `3 units from A`: a letter behind words is a name.
        let words = matches!(
            self.out.tokens.last().map(|token| &token.tok),
            Some(Tok::Word(_) | Tok::Text(_))
        );
        let apart = self.spaced && last && !words && units::is_capital_unit(&found.unit);
        let sign = found.unit == "Ohm" || found.unit == "Angstrom";
        if !(found.certain || apart || sign) {
            return false;
        }
        self.at += found.length;
        self.push(Tok::Word(found.unit));
        true
    }

    /// Whether a value ends right here, so that a unit may follow.
    pub(super) fn behind_value(&self) -> bool {
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
    pub(super) fn unknown_run(&mut self, run: &str) {
        let hides_name = || run.len() > 2 && HIDDEN.iter().any(|name| run.contains(name));
        // `(at)` and `-at` are products; `5 at a time` is not.
        let apart = !self
            .rest()
            .starts_with([')', '}', '^', '(', '+', '-', '/', '*'])
            && (self.spaced || self.out.tokens.is_empty());
        let prose =
            || (run.len() > 2 || apart) && PROSE.contains(&run.to_ascii_lowercase().as_str());
        if run.len() > 3 || hides_name() || prose() {
            self.push(Tok::Word(run.to_owned()));
            return;
        }
        for letter in run.chars() {
            self.push(letter_token(letter));
        }
    }
}

/// What a letter alone stands for.
pub(super) fn letter_token(letter: char) -> Tok {
    match letter {
        'e' => Tok::Const(Const::E),
        'i' => Tok::Const(Const::I),
        _ => Tok::Symbol(letter.to_string()),
    }
}

/// Modules of Python whose names answers are written in.
const MODULES: [&str; 3] = ["np", "numpy", "math"];

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
const PROSE: [&str; 65] = [
    "the", "are", "was", "has", "had", "now", "all", "odd", "one", "two", "six", "ten", "for",
    "not", "but", "any", "her", "his", "she", "its", "who", "out", "new", "old", "day", "men",
    "man", "boy", "can", "our", "you", "per", "way", "yes", "no", "is", "of", "to", "at", "by",
    "on", "it", "we", "he", "as", "an", "be", "do", "so", "up", "if", "let", "get", "use", "see",
    "then", "than", "hence", "thus", "red", "pm", "am", "left", "more", "less",
];

/// `and` and `or` in other languages, where they stand behind a value.
fn conjunction(run: &str) -> Option<Op> {
    Some(match run {
        "et" | "und" | "y" => Op::And,
        "ou" | "oder" => Op::Or,
        _ => return None,
    })
}

fn splits(run: &str, prefix: &str) -> bool {
    run.strip_prefix(prefix).is_some_and(|tail| tail.len() <= 1)
}

/// The meaning of a name in plain text.
pub(super) fn plain_name(run: &str) -> Option<Tok> {
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
