//! A page read strictly: every element is closed where it was opened, every attribute is quoted, and nothing is mended.

/// An element with what is inside of it.
#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub inside: Vec<Node>,
}

#[derive(Debug)]
pub enum Node {
    Element(Element),
    Text(String),
}

/// Elements of HTML that have no end.
const VOID: [&str; 4] = ["meta", "link", "br", "hr"];

/// The page as one element that holds its document; fails with what is not well-formed.
pub fn parse(page: &str) -> Result<Element, String> {
    let mut rest = page
        .strip_prefix("<!DOCTYPE html>")
        .ok_or("it begins as no page")?;
    let mut open = vec![Element::default()];
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        add_text(&mut open, text)?;
        rest = match tag.strip_prefix("</") {
            Some(tag) => {
                let (name, after) = tag.split_once('>').ok_or("an end tag has no end")?;
                close(&mut open, name)?;
                after
            }
            None => begin(&mut open, &tag[1..])?,
        };
    }
    add_text(&mut open, rest)?;
    match (open.pop(), open.pop()) {
        (Some(page), None) => Ok(page),
        (Some(left), _) => Err(format!("<{}> is never closed", left.name)),
        (None, _) => Err("nothing is there".to_owned()),
    }
}

fn begin<'p>(open: &mut Vec<Element>, tag: &'p str) -> Result<&'p str, String> {
    let end = |letter: char| letter.is_whitespace() || letter == '>' || letter == '/';
    let (name, mut rest) = tag.split_at(tag.find(end).ok_or("a tag has no end")?);
    let is_name = !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric());
    if !is_name {
        return Err(format!("<{name} is no tag"));
    }
    let mut element = Element {
        name: name.to_owned(),
        ..Element::default()
    };
    let is_closed = loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("/>") {
            rest = after;
            break true;
        }
        if let Some(after) = rest.strip_prefix('>') {
            rest = after;
            break false;
        }
        let (key, after) = rest
            .split_once("=\"")
            .ok_or_else(|| format!("<{name} {}", head(rest)))?;
        let (value, after) = after.split_once('"').ok_or("an attribute has no end")?;
        let is_key = |letter: char| letter.is_ascii_alphanumeric() || "-:_".contains(letter);
        if key.is_empty() || !key.chars().all(is_key) || value.contains('<') {
            return Err(format!("<{name} {key}=\"{value}\""));
        }
        element.attributes.push((key.to_owned(), unescaped(value)?));
        rest = after;
    };
    open.push(element);
    if name == "style" {
        let (css, after) = rest
            .split_once("</style>")
            .ok_or("<style> is never closed")?;
        let inside = open.last_mut().map(|style| &mut style.inside);
        inside
            .into_iter()
            .for_each(|inside| inside.push(Node::Text(css.to_owned())));
        rest = after;
        close(open, "style")?;
    } else if is_closed || VOID.contains(&name) {
        close(open, name)?;
    }
    Ok(rest)
}

fn close(open: &mut Vec<Element>, name: &str) -> Result<(), String> {
    let element = open.pop().filter(|element| element.name == name);
    let element = element.ok_or_else(|| format!("</{name}> closes something else"))?;
    let around = open
        .last_mut()
        .ok_or_else(|| format!("</{name}> closes nothing"))?;
    around.inside.push(Node::Element(element));
    Ok(())
}

fn add_text(open: &mut [Element], text: &str) -> Result<(), String> {
    if let (false, Some(around)) = (text.is_empty(), open.last_mut()) {
        around.inside.push(Node::Text(unescaped(text)?));
    }
    Ok(())
}

fn unescaped(text: &str) -> Result<String, String> {
    let mut parts = text.split('&');
    let mut found = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, after) = part
            .split_once(';')
            .ok_or_else(|| format!("&{} is no entity", head(part)))?;
        found += match name {
            "lt" => "<",
            "gt" => ">",
            "amp" => "&",
            "quot" => "\"",
            other => return Err(format!("&{other}; is no entity of ours")),
        };
        found += after;
    }
    Ok(found)
}

fn head(text: &str) -> String {
    text.chars().take(40).collect()
}

impl Element {
    /// Each element below, from the first on.
    pub fn all(&self) -> Vec<&Element> {
        let mut found = Vec::new();
        for node in &self.inside {
            if let Node::Element(element) = node {
                found.push(element);
                found.extend(element.all());
            }
        }
        found
    }

    pub fn named(&self, name: &str) -> Vec<&Element> {
        self.all()
            .into_iter()
            .filter(|one| one.name == name)
            .collect()
    }

    pub fn attribute(&self, key: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        attributes
            .find(|(known, _)| known == key)
            .map(|(_, value)| value.as_str())
    }

    /// All its text.
    pub fn text(&self) -> String {
        let inside = self.inside.iter().map(|node| match node {
            Node::Text(text) => text.clone(),
            Node::Element(element) => element.text(),
        });
        inside.collect()
    }
}

#[test]
fn what_is_not_well_formed_is_found() {
    let page = |inside: &str| parse(&format!("<!DOCTYPE html><p>{inside}</p>"));
    for broken in [
        "<b>",
        "</b>",
        "<b></i></b>",
        "a & b",
        "<b x=y></b>",
        "<1>",
        "<b c=\"<\"></b>",
        "&#x3c;",
    ] {
        assert!(page(broken).is_err(), "{broken}");
    }
    let read = page("a &lt;<b id=\"1\">c</b><br>").expect("a page");
    assert_eq!(read.text(), "a <c");
    assert_eq!(read.named("b")[0].attribute("id"), Some("1"));
}
