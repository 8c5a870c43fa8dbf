//! How deep a formula nests, asked before it is rendered.
//!
//! The renderer descends by the nesting of what it reads and overflows its stack at some depth, which ends the process
//! (20,000 braces or 3,000 `\frac` do). So the depth is counted first, in one pass: each group is a level, and so is each
//! command while it waits for arguments, since `\frac\frac\frac` nests without a brace; and each command that acts up to
//! the end of its group, as `\displaystyle`. What is counted is never less than what the renderer descends. A formula
//! that defines commands is not rendered: how deep those nest stands nowhere.

use super::formula::TEX;

/// Bytes of a formula. The longest of the real texts has 9,000 (2026-11-27).
const BYTES_MAX: usize = 10_000;

/// Levels of a formula. The deepest of the real texts has 20 (2026-11-27).
const LEVELS_MAX: usize = 50;

/// Commands by which a text changes what other commands are.
const DEFINING: [&str; 15] = [
    "def",
    "edef",
    "gdef",
    "xdef",
    "let",
    "futurelet",
    "global",
    "long",
    "newcommand",
    "renewcommand",
    "providecommand",
    "expandafter",
    "noexpand",
    "char",
    "DeclareMathOperator",
];

/// Commands that act up to the end of their group.
const LASTING: [&str; 22] = [
    "displaystyle",
    "textstyle",
    "scriptstyle",
    "scriptscriptstyle",
    "rm",
    "sf",
    "tt",
    "bf",
    "it",
    "cal",
    "tiny",
    "sixptsize",
    "scriptsize",
    "footnotesize",
    "small",
    "normalsize",
    "large",
    "Large",
    "LARGE",
    "huge",
    "Huge",
    "color",
];

/// Whether a formula may be rendered.
pub(super) fn within(tex: &str) -> bool {
    tex.len() <= BYTES_MAX && levels(tex).is_some_and(|levels| levels <= LEVELS_MAX)
}

/// What waits for its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// A group, up to its end.
    Group,
    /// A command in brackets of its own: `\sqrt[`.
    Bracket,
    /// A command, for so many arguments.
    Waits(usize),
    /// A command, for the end of its group.
    Lasts,
}

/// The levels of a formula at its deepest; none where it defines commands.
pub(super) fn levels(tex: &str) -> Option<usize> {
    let mut nesting = Nesting::default();
    let mut rest = tex;
    while let Some(letter) = rest.chars().next() {
        let token = match letter {
            '\\' => &rest[..command_end(rest)],
            _ => &rest[..letter.len_utf8()],
        };
        rest = &rest[token.len()..];
        rest = &rest[name_end(token, rest)..];
        match token.strip_prefix('\\') {
            Some(name) if DEFINING.contains(&name) => return None,
            Some(name) => nesting.command(name, token),
            None => nesting.letter(letter),
        }
    }
    Some(nesting.deepest)
}

/// Where the command ends that a text starts with: `\frac`, `\\`.
fn command_end(text: &str) -> usize {
    let name = &text[1..];
    let is_name = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'@';
    match name.bytes().take_while(is_name).count() {
        0 => 1 + name.chars().next().map_or(0, char::len_utf8),
        length => 1 + length,
    }
}

/// Where what belongs to a command ends in the text behind it: the name of an environment, the delimiter of `\right`.
fn name_end(command: &str, behind: &str) -> usize {
    let named = behind.trim_start();
    let blank = behind.len() - named.len();
    match command {
        r"\begin" | r"\end" if named.starts_with('{') => {
            blank + named.find('}').map_or(named.len(), |at| at + 1)
        }
        r"\right" if named.starts_with('\\') => blank + command_end(named),
        r"\right" => blank + named.chars().next().map_or(0, char::len_utf8),
        _ => 0,
    }
}

#[derive(Default)]
struct Nesting {
    open: Vec<Open>,
    deepest: usize,
    /// Whether the last token was a command, which may have an argument in brackets.
    is_behind_command: bool,
}

impl Nesting {
    fn push(&mut self, open: Open) {
        self.open.push(open);
        self.deepest = self.deepest.max(self.open.len());
    }

    fn letter(&mut self, letter: char) {
        let behind_command = std::mem::take(&mut self.is_behind_command);
        match letter {
            ' ' | '\t' | '\r' | '\n' => self.is_behind_command = behind_command,
            '{' => self.push(Open::Group),
            '}' => self.close(),
            '[' if behind_command => self.push(Open::Bracket),
            ']' if self.open.contains(&Open::Bracket) => self.close_bracket(),
            '^' | '_' => self.push(Open::Waits(1)),
            '&' => self.next_cell(),
            _ => self.given(),
        }
    }

    fn command(&mut self, name: &str, token: &str) {
        self.is_behind_command = true;
        match name {
            "left" | "begin" => self.push(Open::Group),
            "right" | "end" => self.close(),
            "\\" | "cr" => self.next_cell(),
            name if LASTING.contains(&name) => self.push(Open::Lasts),
            _ => match waits_for(token) {
                0 => self.given(),
                count => self.push(Open::Waits(count)),
            },
        }
    }

    /// A letter or a whole group: what the command before it waited for.
    fn given(&mut self) {
        while let Some(Open::Waits(count)) = self.open.last_mut() {
            *count -= 1;
            if *count > 0 {
                break;
            }
            self.open.pop();
        }
    }

    /// The end of a group, and of all that waited inside of it.
    fn close(&mut self) {
        while self.open.pop().is_some_and(|open| open != Open::Group) {}
        self.given();
    }

    /// The end of an argument in brackets: the command still waits for the others.
    fn close_bracket(&mut self) {
        while self.open.pop().is_some_and(|open| open != Open::Bracket) {}
    }

    /// In a table nothing lasts longer than its cell.
    fn next_cell(&mut self) {
        while self
            .open
            .last()
            .is_some_and(|open| matches!(open, Open::Waits(_) | Open::Lasts))
        {
            self.open.pop();
        }
    }
}

/// How many arguments a command waits for: those of a function; for a macro, which may end in a function, one. Signs as
/// `\,` are spaces.
fn waits_for(token: &str) -> usize {
    use katex::types::Mode;
    match TEX.functions.get(token) {
        Some(function) => function.num_args,
        None if TEX.symbols.get(Mode::Math, token).is_some() => 0,
        None => usize::from(token.ends_with(|letter: char| letter.is_ascii_alphabetic())),
    }
}
