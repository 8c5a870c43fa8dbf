//! An object store on this machine that speaks S3 as far as the program does, and its faults on demand.
//!
//! Path-style addresses, one process, everything in memory; conditions (`If-Match`, `If-None-Match: *`), ranges, pages of
//! listings and uploads in parts as the real one has them. Signatures are not looked at.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// How the server misbehaves.
#[derive(Clone, Debug)]
pub enum Act {
    /// Answers with a status and an error's text.
    Status(u16),
    /// Sends so many bytes of the body, then hangs up.
    Cut(usize),
    /// Says nothing for so long, then hangs up.
    Stall(Duration),
    /// Does what was asked, and hangs up before it says so.
    Forget,
    /// Another object takes the place of the one that is asked for, then answers as ever.
    Replace(Vec<u8>),
    /// Answers as if no condition had been asked for.
    Heedless,
}

/// A request that came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub range: Option<String>,
}

struct Rule {
    method: &'static str,
    part: String,
    which: Range<usize>,
    count: usize,
    act: Act,
}

#[derive(Clone)]
struct Object {
    bytes: Arc<Vec<u8>>,
    tag: String,
}

#[derive(Default)]
struct State {
    /// By `/BUCKET/KEY`.
    objects: BTreeMap<String, Object>,
    /// Parts of uploads that have not ended, by their id.
    uploads: BTreeMap<String, BTreeMap<u32, Vec<u8>>>,
    rules: Vec<Rule>,
    seen: Vec<Seen>,
    count: u64,
}

/// The server; it ends with the test.
pub struct MockStore {
    state: Arc<Mutex<State>>,
    endpoint: String,
}

/// Entries of a page of a listing.
const PAGE: usize = 7;

/// The only bucket.
pub const BUCKET: &str = "/lake";

impl MockStore {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of this machine");
        let port = listener.local_addr().expect("an address").port();
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = shared.clone();
                // A client that hangs up is part of the game.
                std::thread::spawn(move || drop(converse(&stream, &state)));
            }
        });
        Self {
            state,
            endpoint: format!("http://127.0.0.1:{port}"),
        }
    }

    /// For `AWS_ENDPOINT_URL`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    pub fn put(&self, key: &str, bytes: impl Into<Vec<u8>>) {
        self.state().put(format!("{BUCKET}/{key}"), bytes.into());
    }

    pub fn get(&self, key: &str) -> Option<Vec<u8>> {
        let state = self.state();
        let object = state.objects.get(&format!("{BUCKET}/{key}"))?;
        Some(object.bytes.to_vec())
    }

    pub fn remove(&self, key: &str) {
        self.state().objects.remove(&format!("{BUCKET}/{key}"));
    }

    /// The objects below a folder, by their names in it.
    pub fn below(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let above = format!("{BUCKET}/{folder}/");
        let state = self.state();
        let inside = state.objects.iter();
        inside
            .filter_map(|(at, object)| {
                let name = at.strip_prefix(&above)?.to_owned();
                Some((name, object.bytes.to_vec()))
            })
            .collect()
    }

    /// Does `act` to those requests of that method whose target contains `part`, counted from 0, that are in `which`.
    pub fn fault(&self, method: &'static str, part: &str, which: Range<usize>, act: Act) {
        self.state().rules.push(Rule {
            method,
            part: part.to_owned(),
            which,
            count: 0,
            act,
        });
    }

    pub fn requests(&self) -> Vec<Seen> {
        self.state().seen.clone()
    }

    /// Uploads in parts that were begun and neither ended nor taken back.
    pub fn open_uploads(&self) -> usize {
        self.state().uploads.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl State {
    fn put(&mut self, at: String, bytes: Vec<u8>) -> String {
        self.count += 1;
        let tag = format!("\"{:08x}\"", self.count);
        let object = Object {
            bytes: Arc::new(bytes),
            tag: tag.clone(),
        };
        self.objects.insert(at, object);
        tag
    }

    fn act(&mut self, method: &str, target: &str) -> Option<Act> {
        let mut act = None;
        for rule in &mut self.rules {
            if rule.method == method && target.contains(&rule.part) {
                if rule.which.contains(&rule.count) {
                    act.get_or_insert(rule.act.clone());
                }
                rule.count += 1;
            }
        }
        act
    }
}

struct Request {
    method: String,
    path: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn of(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    fn error(status: u16) -> Self {
        Self {
            body: b"<Error><Code>SlowDown</Code><Message>by the test</Message></Error>".to_vec(),
            ..Self::of(status)
        }
    }

    fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    fn xml(body: String) -> Self {
        Self {
            body: body.into_bytes(),
            ..Self::of(200)
        }
    }
}

fn converse(stream: &TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream.try_clone()?;
    while let Some((request, target)) = read(&mut reader)? {
        let act = lock(state).act(&request.method, &target);
        match &act {
            Some(Act::Stall(time)) => {
                std::thread::sleep(*time);
                return stream.shutdown(Shutdown::Both);
            }
            Some(Act::Replace(bytes)) => {
                lock(state).put(request.path.clone(), bytes.clone());
            }
            _ => {}
        }
        let mut request = request;
        if matches!(act, Some(Act::Heedless)) {
            request.headers.remove("if-match");
        }
        let answer = match act {
            Some(Act::Status(status)) => Answer::error(status),
            _ => answer(&request, &mut lock(state)),
        };
        lock(state).seen.push(Seen {
            method: request.method.clone(),
            target,
            range: request.headers.get("range").cloned(),
        });
        if matches!(act, Some(Act::Forget)) {
            return stream.shutdown(Shutdown::Both);
        }
        let sent = match act {
            Some(Act::Cut(bytes)) => bytes.min(answer.body.len()),
            _ => answer.body.len(),
        };
        let is_head = request.method == "HEAD";
        let length = answer
            .headers
            .iter()
            .any(|(name, _)| *name == "Content-Length");
        let mut head = format!("HTTP/1.1 {} by the test\r\n", answer.status);
        if !length {
            let _ = write!(head, "Content-Length: {}\r\n", answer.body.len());
        }
        for (name, value) in &answer.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head += "\r\n";
        writer.write_all(head.as_bytes())?;
        if !is_head {
            writer.write_all(&answer.body[..sent])?;
        }
        writer.flush()?;
        if sent < answer.body.len() {
            return stream.shutdown(Shutdown::Both);
        }
    }
    Ok(())
}

/// The next request and its target; none at the end.
fn read(reader: &mut BufReader<TcpStream>) -> std::io::Result<Option<(Request, String)>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default().to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers
        .get("content-length")
        .and_then(|text| text.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let query = pairs.map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(key), decoded(value))
    });
    let request = Request {
        method,
        path: decoded(path),
        query: query.collect(),
        headers,
        body,
    };
    Ok(Some((request, target.clone())))
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(&text.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

fn answer(request: &Request, state: &mut State) -> Answer {
    let asks = |key: &str| request.query.get(key);
    match request.method.as_str() {
        "GET" if asks("list-type").is_some() => list(request, state),
        "GET" | "HEAD" => object(request, state),
        "PUT" => match (asks("uploadId"), asks("partNumber")) {
            (Some(id), Some(number)) => {
                let number = number.parse().expect("a number");
                let Some(parts) = state.uploads.get_mut(id) else {
                    return Answer::error(404);
                };
                parts.insert(number, request.body.clone());
                Answer::of(200).with("ETag", format!("\"part-{number}\""))
            }
            _ => put(request, state),
        },
        "POST" if asks("uploads").is_some() => {
            state.count += 1;
            let id = state.count.to_string();
            state.uploads.insert(id.clone(), BTreeMap::new());
            Answer::xml(format!(
                "<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
            ))
        }
        "POST" if asks("delete").is_some() => {
            let text = String::from_utf8_lossy(&request.body).into_owned();
            let mut told = String::new();
            for key in text.split("<Key>").skip(1) {
                let key = key.split("</Key>").next().unwrap_or_default();
                let bucket = request.path.trim_end_matches('/');
                state.objects.remove(&format!("{bucket}/{key}"));
                let _ = write!(told, "<Deleted><Key>{key}</Key></Deleted>");
            }
            Answer::xml(format!("<DeleteResult>{told}</DeleteResult>"))
        }
        "POST" => {
            let parts = asks("uploadId").and_then(|id| state.uploads.remove(id));
            let Some(parts) = parts else {
                return Answer::error(404);
            };
            let tag = state.put(
                request.path.clone(),
                parts.into_values().flatten().collect(),
            );
            Answer::xml(format!(
                "<CompleteMultipartUploadResult><ETag>{}</ETag></CompleteMultipartUploadResult>",
                tag.replace('"', "&quot;")
            ))
        }
        "DELETE" => {
            match asks("uploadId") {
                Some(id) => drop(state.uploads.remove(id)),
                None => drop(state.objects.remove(&request.path)),
            }
            Answer::of(204)
        }
        _ => Answer::error(405),
    }
}

fn put(request: &Request, state: &mut State) -> Answer {
    let is_there = state.objects.contains_key(&request.path);
    if is_there && request.headers.contains_key("if-none-match") {
        return Answer::error(412);
    }
    let tag = state.put(request.path.clone(), request.body.clone());
    Answer::of(200).with("ETag", tag)
}

fn object(request: &Request, state: &State) -> Answer {
    let Some(object) = state.objects.get(&request.path) else {
        return Answer::error(404);
    };
    if request
        .headers
        .get("if-match")
        .is_some_and(|tag| *tag != object.tag)
    {
        return Answer::error(412);
    }
    let all = object.bytes.len();
    let range = request.headers.get("range").and_then(|range| {
        let (start, end) = range.strip_prefix("bytes=")?.split_once('-')?;
        Some(start.parse::<usize>().ok()?..(end.parse::<usize>().ok()? + 1).min(all))
    });
    let answer = match range {
        Some(range) => Answer {
            body: object.bytes[range.clone()].to_vec(),
            ..Answer::of(206).with(
                "Content-Range",
                format!("bytes {}-{}/{all}", range.start, range.end - 1),
            )
        },
        None if request.method == "HEAD" => Answer::of(200).with("Content-Length", all.to_string()),
        None => Answer {
            body: object.bytes.to_vec(),
            ..Answer::of(200)
        },
    };
    answer
        .with("ETag", object.tag.clone())
        .with("Last-Modified", "Wed, 25 Nov 2026 10:00:00 GMT".into())
}

fn list(request: &Request, state: &State) -> Answer {
    let bucket = request.path.trim_end_matches('/');
    if bucket != BUCKET {
        return Answer::error(404);
    }
    let prefix = request.query.get("prefix").cloned().unwrap_or_default();
    let from = request
        .query
        .get("continuation-token")
        .cloned()
        .unwrap_or_default();
    let found: Vec<(&str, &Object)> = state
        .objects
        .iter()
        .filter_map(|(at, object)| Some((at.strip_prefix(bucket)?.strip_prefix('/')?, object)))
        .filter(|(key, _)| key.starts_with(&prefix) && *key > from.as_str())
        .collect();
    let mut text = "<ListBucketResult>".to_owned();
    for (key, object) in found.iter().take(PAGE) {
        let _ = write!(
            text,
            "<Contents><Key>{key}</Key><LastModified>2026-11-25T10:00:00.000Z</LastModified><ETag>{}</ETag><Size>{}</Size></Contents>",
            object.tag.replace('"', "&quot;"),
            object.bytes.len()
        );
    }
    match found.get(PAGE - 1).filter(|_| found.len() > PAGE) {
        Some((last, _)) => {
            let _ = write!(
                text,
                "<IsTruncated>true</IsTruncated><NextContinuationToken>{last}</NextContinuationToken>"
            );
        }
        None => text += "<IsTruncated>false</IsTruncated>",
    }
    Answer::xml(text + "</ListBucketResult>")
}
