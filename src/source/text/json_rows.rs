//! Where the rows of a file of JSON begin and end.
//!
//! Rows are lines, or objects over as many lines as they take, or the items of one list: the file's own, or one
//! that stands under a usual name in its object (`{"data": […]}`). Which of them is told by the file's head, once,
//! when it is found; whoever reads it again reads it the same way.

use memchr::{memchr2, memmem};

use super::json;
use crate::source::format::JsonForm;

/// Names under which tools put the rows of a file that is one object.
const LISTS: [&str; 12] = [
    "data",
    "rows",
    "train",
    "test",
    "examples",
    "instances",
    "records",
    "samples",
    "items",
    "questions",
    "problems",
    "documents",
];

/// How deep a list of rows may stand inside the file's object.
const LIST_DEPTH_MAX: usize = 3;

/// How the rows of a file that begins like this stand in it; `is_all` says that nothing follows.
pub(super) fn told_by(head: &[u8], is_all: bool) -> JsonForm {
    let head = head
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(head)
        .trim_ascii_start();
    if head.starts_with(b"[") {
        return JsonForm::List;
    }
    let mut finder = RowFinder::new(JsonForm::Objects);
    let end = finder.end(head);
    let first = &head[..end.unwrap_or(head.len())];
    let is_alone = match end {
        Some(end) => is_all && head[end..].trim_ascii().is_empty(),
        None => !is_all,
    };
    if is_alone && first.starts_with(b"{") && has_list(first) && !is_row(first) {
        return JsonForm::List;
    }
    let is_spread = first.starts_with(b"{") && first.contains(&b'\n');
    match is_spread && (end.is_none() || json::object(first).is_some()) && !has_a_row(first) {
        true => JsonForm::Objects,
        false => JsonForm::Lines,
    }
}

/// Names of cells that a row has, and an object around rows has not.
const CELLS: [&str; 9] = [
    "problem",
    "question",
    "prompt",
    "instruction",
    "query",
    "input",
    "messages",
    "conversations",
    "text",
];

/// Whether an object that stands alone in its file is a row of its own, whatever lists it has.
fn is_row(object: &[u8]) -> bool {
    let fields = json::object(object).unwrap_or_default();
    fields
        .iter()
        .any(|(name, _)| CELLS.contains(&name.as_ref()))
}

/// Whether a list of rows begins in the text of a file's object.
fn has_list(text: &[u8]) -> bool {
    let mut finder = RowFinder::new(JsonForm::List);
    finder.skip(text);
    !finder.around.lists.is_empty()
}

/// Whether the second line is an object, so that the first was meant to be one.
fn has_a_row(head: &[u8]) -> bool {
    let second = head.split(|&byte| byte == b'\n').nth(1);
    second.is_some_and(|line| json::object(line).is_some())
}

/// Where the first object of a line ends, if another one follows it: lines that were joined without a break.
pub(super) fn glued(line: &[u8]) -> Option<usize> {
    // In most lines no object begins behind another, and this looks at nothing else.
    let is_behind = |at: usize| line[..at].trim_ascii_end().ends_with(b"}");
    let begins = |mark: &[u8]| memmem::find_iter(line, mark).any(is_behind);
    if !begins(b"{\"") && !begins(b"{ \"") {
        return None;
    }
    let mut finder = RowFinder::new(JsonForm::Objects);
    let end = finder.end(line)?;
    line[end..]
        .trim_ascii_start()
        .starts_with(b"{")
        .then_some(end)
}

/// Finds where rows begin and end.
pub(super) struct RowFinder {
    form: JsonForm,
    place: Place,
    text: Text,
    /// Inside a row: how many braces and brackets are open.
    depth: usize,
    around: Around,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the first row of a list.
    Before,
    /// Between two rows.
    Between,
    Inside,
    /// Behind the list.
    Behind,
}

/// Where a walk over JSON is with respect to strings.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    No,
    Yes,
    /// Behind a backslash.
    Escaped,
}

/// What stands around a list of rows: the objects that lead to it.
#[derive(Default)]
struct Around {
    /// The open braces (true) and brackets (false).
    open: Vec<bool>,
    /// The last string, up to a length.
    name: Vec<u8>,
    /// That string is followed by a colon.
    is_key: bool,
    /// The lists that hold rows.
    lists: Vec<String>,
    /// Something stands behind the file's own list.
    goes_on: bool,
}

const NAME_MAX: usize = 64;

impl RowFinder {
    pub(super) fn new(form: JsonForm) -> Self {
        Self {
            form,
            place: match form {
                JsonForm::List => Place::Before,
                JsonForm::Lines | JsonForm::Objects => Place::Between,
            },
            text: Text::No,
            depth: 0,
            around: Around::default(),
        }
    }

    /// Begins where a row does.
    pub(super) fn restart(&mut self) {
        (self.place, self.text, self.depth) = (Place::Between, Text::No, 0);
    }

    /// How many bytes of `chunk` belong to no row.
    pub(super) fn skip(&mut self, chunk: &[u8]) -> usize {
        let mut at = 0;
        while at < chunk.len() {
            at += match self.place {
                Place::Inside => return at,
                Place::Between => match self.begins(chunk[at]) {
                    true => return at,
                    false => 1,
                },
                Place::Before | Place::Behind => self.around(&chunk[at..]),
            };
        }
        at
    }

    /// Whether a row begins with this byte, which stands between two.
    fn begins(&mut self, byte: u8) -> bool {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => false,
            b',' if self.form == JsonForm::List => false,
            b']' if self.form == JsonForm::List => {
                self.place = Place::Behind;
                false
            }
            _ => true,
        }
    }

    /// How many bytes of `chunk` the row still takes, or none where it does not end there.
    pub(super) fn end(&mut self, chunk: &[u8]) -> Option<usize> {
        let mut at = 0;
        self.place = Place::Inside;
        while at < chunk.len() {
            if self.text != Text::No {
                at += self.pass_text(&chunk[at..]);
                continue;
            }
            let byte = chunk[at];
            at += 1;
            match byte {
                b'"' => self.text = Text::Yes,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth > 1 => self.depth -= 1,
                b'}' | b']' if self.depth == 1 => return Some(self.ended(at)),
                // Something that is no object ends with its line, or before the next item.
                b'\n' if self.depth == 0 => return Some(self.ended(at)),
                b',' | b']' if self.depth == 0 && self.form == JsonForm::List => {
                    return Some(self.ended(at - 1));
                }
                _ => {}
            }
        }
        None
    }

    fn ended(&mut self, at: usize) -> usize {
        self.restart();
        at
    }

    /// How many bytes a string goes on.
    fn pass_text(&mut self, chunk: &[u8]) -> usize {
        if self.text == Text::Escaped {
            self.text = Text::Yes;
            return 1;
        }
        match memchr2(b'"', b'\\', chunk) {
            Some(at) => {
                let is_end = chunk[at] == b'"';
                self.text = if is_end { Text::No } else { Text::Escaped };
                at + 1
            }
            None => chunk.len(),
        }
    }

    /// Goes on outside of the list that holds the rows.
    fn around(&mut self, chunk: &[u8]) -> usize {
        if self.text != Text::No {
            let passed = self.pass_text(chunk);
            let is_end = self.text == Text::No;
            let room = NAME_MAX.saturating_sub(self.around.name.len());
            let said = &chunk[..passed - usize::from(is_end)];
            self.around
                .name
                .extend_from_slice(&said[..said.len().min(room)]);
            return passed;
        }
        match chunk[0] {
            b'"' => {
                self.text = Text::Yes;
                self.around.name.clear();
                self.around.is_key = false;
            }
            b':' => self.around.is_key = true,
            // One list behind another, as `cat` makes them.
            b'[' if self.around.is_own() => self.place = Place::Between,
            b'[' if self.around.holds_rows() => {
                let name = String::from_utf8_lossy(&self.around.name).into_owned();
                self.around.lists.push(name);
                self.place = Place::Between;
            }
            b'{' | b'[' => self.around.open(chunk[0] == b'{'),
            b'}' | b']' => {
                self.around.open.pop();
                self.around.is_key = false;
            }
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => self.around.is_key = false,
        }
        // Behind the file's own list, or its object, nothing else may stand.
        let is_more = !chunk[0].is_ascii_whitespace() && self.place == Place::Behind;
        self.around.goes_on |= is_more && self.around.is_own();
        1
    }

    /// Whether something stands behind the file's own list.
    pub(super) fn goes_on(&self) -> bool {
        self.around.goes_on
    }

    /// The names of the lists, where there are several and nobody can say which is meant.
    pub(super) fn several(&self) -> Option<&[String]> {
        (self.around.lists.len() > 1).then_some(&self.around.lists)
    }

    /// Whether the file ended before its list did.
    pub(super) fn is_cut(&self) -> bool {
        self.form == JsonForm::List && self.place != Place::Behind && !self.around.lists.is_empty()
    }
}

impl Around {
    fn open(&mut self, is_object: bool) {
        self.open.push(is_object);
        self.is_key = false;
    }

    /// Whether the rows are those of the file's own list, outside of which the walk is.
    fn is_own(&self) -> bool {
        self.lists.first().is_some_and(String::is_empty)
    }

    /// Whether a list that opens here is the file's own, or has a usual name in objects alone.
    fn holds_rows(&self) -> bool {
        if self.open.is_empty() {
            return true;
        }
        let is_named = LISTS.iter().any(|name| name.as_bytes() == self.name);
        let is_near =
            self.open.len() <= LIST_DEPTH_MAX && self.open.iter().all(|is_object| *is_object);
        self.is_key && is_named && is_near
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of a file, whose bytes come in chunks of that many.
    fn rows(form: JsonForm, text: &str, chunk: usize) -> Vec<String> {
        let mut finder = RowFinder::new(form);
        let (mut rows, mut row) = (Vec::new(), Vec::new());
        for mut chunk in text.as_bytes().chunks(chunk) {
            while !chunk.is_empty() {
                if row.is_empty() {
                    let skipped = finder.skip(chunk);
                    chunk = &chunk[skipped..];
                    if chunk.is_empty() {
                        break;
                    }
                }
                let end = finder.end(chunk);
                let (taken, rest) = chunk.split_at(end.unwrap_or(chunk.len()));
                row.extend_from_slice(taken);
                if end.is_some() {
                    rows.push(String::from_utf8(std::mem::take(&mut row)).expect("UTF-8"));
                }
                chunk = rest;
            }
        }
        if !row.is_empty() {
            rows.push(String::from_utf8(row).expect("UTF-8"));
        }
        rows
    }

    fn found(form: JsonForm, text: &str) -> Vec<String> {
        let whole = rows(form, text, usize::MAX >> 1);
        for chunk in 1..5 {
            assert_eq!(rows(form, text, chunk), whole, "in chunks of {chunk}");
        }
        whole
    }

    fn told(text: &str) -> JsonForm {
        told_by(text.as_bytes(), true)
    }

    #[test]
    fn the_items_of_a_list_are_rows_wherever_it_usually_stands() {
        let items = "[ {\"a\": \"]}\\\"\"},\n{\"a\": [1, {\"b\": 2}]} ,{}]";
        let expected = ["{\"a\": \"]}\\\"\"}", "{\"a\": [1, {\"b\": 2}]}", "{}"];
        assert_eq!(told(items), JsonForm::List);
        assert_eq!(found(JsonForm::List, items), expected);
        for (before, behind) in [
            ("{\"data\": ", "}"),
            (
                "{\"n\": 3, \"x\": [1, [2]], \"rows\":",
                ", \"last\": {\"y\": []}}",
            ),
            (
                "{\"results\": {\"AIME24\": {\"score\": 0.5, \"examples\": ",
                "}}}\n",
            ),
        ] {
            let text = format!("{before}{items}{behind}");
            assert_eq!(told(&text), JsonForm::List, "{text}");
            assert_eq!(found(JsonForm::List, &text), expected, "{text}");
        }
    }

    #[test]
    fn lines_stay_lines_and_objects_may_take_several() {
        assert_eq!(told("{\"a\": 1}\n{\"a\": 2}\n"), JsonForm::Lines);
        assert_eq!(told("{\"data\": [1]}\n{\"data\": [2]}\n"), JsonForm::Lines);
        assert_eq!(
            told("{\"messages\": [{\"role\": \"user\"}]}"),
            JsonForm::Lines
        );
        assert_eq!(told(""), JsonForm::Lines);
        assert_eq!(told("{\"a\": 1"), JsonForm::Lines);
        let spread = "{\n  \"a\": \"}\\n{\"\n}\n{\n  \"a\": {\"b\": [\n2]}\n}\n";
        assert_eq!(told(spread), JsonForm::Objects);
        let expected = ["{\n  \"a\": \"}\\n{\"\n}", "{\n  \"a\": {\"b\": [\n2]}\n}"];
        assert_eq!(found(JsonForm::Objects, spread), expected);
    }

    #[test]
    fn lists_behind_one_another_are_read_on() {
        assert_eq!(found(JsonForm::List, "[{}, 1]\n[2]\n"), ["{}", "1", "2"]);
    }

    #[test]
    fn a_row_alone_in_its_file_may_have_lists_of_objects() {
        assert_eq!(
            told("{\"question\": \"1+1?\", \"samples\": [{\"text\": \"a\"}]}"),
            JsonForm::Lines
        );
        assert_eq!(
            told("{\"model\": \"m\", \"samples\": [{\"text\": \"a\"}]}"),
            JsonForm::List
        );
    }

    #[test]
    fn what_is_no_object_is_a_row_of_its_own() {
        assert_eq!(
            found(JsonForm::List, "[1, \"a,b\", null]"),
            ["1", "\"a,b\"", "null"]
        );
        assert_eq!(found(JsonForm::Objects, "oops\n{\n}\n"), ["oops\n", "{\n}"]);
    }

    #[test]
    fn several_lists_and_a_list_that_is_cut_are_told() {
        let after = |text: &str| {
            let mut finder = RowFinder::new(JsonForm::List);
            let mut rest = text.as_bytes();
            loop {
                rest = &rest[finder.skip(rest)..];
                if rest.is_empty() {
                    return finder;
                }
                rest = finder.end(rest).map_or(&[][..], |end| &rest[end..]);
            }
        };
        let both = "{\"train\": [{}], \"test\": [{}]}";
        assert_eq!(
            after(both).several(),
            Some(&["train".to_owned(), "test".to_owned()][..])
        );
        assert!(after("[{}]\n[{}]").several().is_none() && !after("[{}]\n[{}]\n").goes_on());
        assert!(after("[{}]\n{\"a\": 1}").goes_on() && after("[{}] oops").goes_on());
        assert!(after("[{}, {}").is_cut());
        assert!(!after("[{}, {}]").is_cut());
    }

    #[test]
    fn an_object_behind_another_is_found_and_braces_in_text_are_not() {
        assert_eq!(glued(b"{\"a\": 1}{\"a\": 2}\n"), Some(8));
        assert_eq!(glued(b"{\"a\": 1} {\"a\": 2}\n"), Some(8));
        assert_eq!(glued(b"{ \"a\": 1}{ \"a\": 2}\n"), Some(9));
        for line in [
            &b"{\"a\": \"\\\\frac{1}{2}\", \"b\": {\"c\": {}}}\n"[..],
            b"{\"a\": \"}{\"}",
            b"{\"a\": 1}}",
            b"{",
        ] {
            assert_eq!(glued(line), None);
        }
    }
}
