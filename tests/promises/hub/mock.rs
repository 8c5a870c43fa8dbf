//! A hub on this machine: the routes of the real one, and every fault of it on demand.
//!
//! Two servers, as there: the hub at `127.0.0.1`, and at `localhost` the store that its signed addresses
//! lead to. Every request is written down. A token that reaches the store fails the test, whatever the
//! test is about.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// How the server misbehaves.
#[derive(Clone, Debug)]
pub enum Act {
    /// Answers with a status and nothing else: `500`, `503`, `403`.
    Status(u16),
    /// Answers with a status and a header.
    Header(u16, &'static str, String),
    /// Says nothing for so long, then hangs up.
    Stall(Duration),
    /// Sends so many bytes of the body, then nothing for so long.
    StallAfter(usize, Duration),
    /// Sends so many bytes of the body, then hangs up.
    Cut(usize),
    /// Turns a bit of every byte of the body.
    WrongBytes,
    /// Says that the body is so many bytes shorter than was asked, and sends that.
    Short(usize),
    /// Sends the body under another `ETag`.
    Etag(&'static str),
    /// Sends another range than was asked for.
    Elsewhere,
    /// Ignores that a range was asked for.
    Whole,
    /// Makes the next commit the one that the branch means, then answers as ever.
    Push(&'static str),
}

/// Asked to wait for seconds.
pub fn retry_after(seconds: impl std::fmt::Display) -> Act {
    Act::Header(429, "Retry-After", seconds.to_string())
}

/// Asked to wait until a date, which has whole seconds.
pub fn retry_at(date: SystemTime) -> Act {
    Act::Header(429, "Retry-After", httpdate::fmt_http_date(date))
}

/// The hub's own way: a window that is spent.
pub fn rate_limit(seconds: u64) -> Act {
    let limit = format!("\"resolvers\";r=0;t={seconds}");
    Act::Header(429, "RateLimit", limit)
}

/// A request that came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub at: Instant,
    /// Whether it came to the store and not to the hub.
    pub at_store: bool,
    /// Path and query.
    pub target: String,
    pub range: Option<(u64, u64)>,
    pub with_token: bool,
    pub status: u16,
    /// Bytes of the body that were sent.
    pub sent: u64,
}

#[derive(Default)]
struct State {
    datasets: BTreeMap<String, Repo>,
    rules: Vec<Rule>,
    seen: Vec<Seen>,
    /// Signed addresses: what they lead to, and how often they still do.
    signed: BTreeMap<String, (Vec<u8>, u64)>,
    signature_uses: Option<u64>,
    page_entries: Option<usize>,
    store: String,
    leaked: Option<String>,
    /// Old names and new ones.
    renamed: Vec<(String, String)>,
}

#[derive(Default)]
struct Repo {
    token: Option<String>,
    gated: bool,
    draft: BTreeMap<String, File>,
    /// What each commit holds.
    commits: BTreeMap<String, BTreeMap<String, File>>,
    branches: BTreeMap<String, String>,
}

#[derive(Clone)]
struct File {
    bytes: Vec<u8>,
    large: bool,
}

impl File {
    fn sum(&self) -> String {
        if self.large {
            hex(&Sha256::digest(&self.bytes))
        } else {
            let mut sum = Sha1::new();
            sum.update(format!("blob {}\0", self.bytes.len()));
            sum.update(&self.bytes);
            hex(&sum.finalize())
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Rule {
    part: String,
    which: Range<usize>,
    count: usize,
    act: Act,
}

/// The servers; they end with the test.
pub struct MockHub {
    state: Arc<Mutex<State>>,
    endpoint: String,
}

/// A dataset that is being written.
pub struct Draft<'a> {
    hub: &'a MockHub,
    name: String,
}

impl MockHub {
    pub fn start() -> Self {
        let (hub, store) = (listen(), listen());
        let port = |listener: &TcpListener| listener.local_addr().expect("an address").port();
        let endpoint = format!("http://127.0.0.1:{}", port(&hub));
        let state = State {
            store: format!("http://localhost:{}", port(&store)),
            ..State::default()
        };
        let state = Arc::new(Mutex::new(state));
        serve(hub, state.clone(), false);
        serve(store, state.clone(), true);
        Self { state, endpoint }
    }

    /// For `HF_ENDPOINT`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Begins or goes on with a dataset; nothing of it is there before `push`.
    pub fn dataset(&self, name: &str) -> Draft<'_> {
        self.state().datasets.entry(name.to_owned()).or_default();
        Draft {
            hub: self,
            name: name.to_owned(),
        }
    }

    /// Does `act` to those requests whose target contains `part`, counted from 0, that are in `which`.
    pub fn fault(&self, part: &str, which: Range<usize>, act: Act) {
        self.state().rules.push(Rule {
            part: part.to_owned(),
            which,
            count: 0,
            act,
        });
    }

    /// Every signed address that was given out is refused from now on.
    pub fn expire_signatures(&self) {
        self.state().signed.clear();
    }

    /// A signed address is good for so many requests.
    pub fn sign_for(&self, uses: u64) {
        self.state().signature_uses = Some(uses);
    }

    /// A listing comes in pages of so many entries.
    pub fn page(&self, entries: usize) {
        self.state().page_entries = Some(entries);
    }

    /// A dataset got another name; the old one leads there.
    pub fn rename(&self, old: &str, new: &str) {
        let mut state = self.state();
        let repo = state.datasets.remove(old).unwrap_or_default();
        state.datasets.insert(new.to_owned(), repo);
        state.renamed.push((old.to_owned(), new.to_owned()));
    }

    pub fn requests(&self) -> Vec<Seen> {
        self.state().seen.clone()
    }

    /// Those whose target contains a text.
    pub fn requests_to(&self, part: &str) -> Vec<Seen> {
        let mut seen = self.requests();
        seen.retain(|seen| seen.target.contains(part));
        seen
    }

    pub fn forget_requests(&self) {
        self.state().seen.clear();
    }

    /// Bytes of bodies that the store sent.
    pub fn bytes_sent(&self) -> u64 {
        let seen = self.requests();
        let store = seen.iter().filter(|seen| seen.at_store);
        store.map(|seen| seen.sent).sum()
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

impl Drop for MockHub {
    fn drop(&mut self) {
        let leaked = self.state().leaked.clone();
        if !std::thread::panicking() {
            assert_eq!(leaked, None, "the token went to the store");
        }
    }
}

impl Draft<'_> {
    fn edit(self, edit: impl FnOnce(&mut Repo)) -> Self {
        edit(
            self.hub
                .state()
                .datasets
                .entry(self.name.clone())
                .or_default(),
        );
        self
    }

    /// A file: in large storage (sum SHA-256, served by the store) unless it is text.
    pub fn file(self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let large = !path.ends_with(".md") && !path.ends_with(".json");
        let bytes = bytes.into();
        self.edit(|repo| {
            repo.draft.insert(path.to_owned(), File { bytes, large });
        })
    }

    pub fn remove(self, path: &str) -> Self {
        self.edit(|repo| {
            repo.draft.remove(path);
        })
    }

    /// Only who has the token sees it.
    pub fn private(self, token: &str) -> Self {
        self.edit(|repo| repo.token = Some(token.to_owned()))
    }

    /// Nobody was let in yet.
    pub fn gated(self) -> Self {
        self.edit(|repo| repo.gated = true)
    }

    /// Puts what was written on a branch, and says which commit it is.
    pub fn push(self, branch: &str) -> String {
        let commit = self.commit();
        let moved = commit.clone();
        self.edit(|repo| {
            repo.branches.insert(branch.to_owned(), moved);
        });
        commit
    }

    /// Makes a commit that no branch means.
    pub fn commit(&self) -> String {
        let mut state = self.hub.state();
        let repo = state.datasets.entry(self.name.clone()).or_default();
        let mut sum = Sha1::new();
        for (path, file) in &repo.draft {
            sum.update(format!("{path} {}\n", file.sum()));
        }
        sum.update(self.name.as_bytes());
        let commit = hex(&sum.finalize());
        repo.commits.insert(commit.clone(), repo.draft.clone());
        commit
    }
}

fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").expect("a port of this machine")
}

fn serve(listener: TcpListener, state: Arc<Mutex<State>>, at_store: bool) {
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let state = state.clone();
            // A client that hangs up is part of the game.
            std::thread::spawn(move || drop(converse(stream, &state, at_store)));
        }
    });
}

/// An answer before any fault.
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    fn error(status: u16, code: &str) -> Self {
        let body = json!({ "error": code }).to_string();
        Self::new(status, body).with("X-Error-Code", code)
    }

    fn json(value: &Value) -> Self {
        Self::new(200, value.to_string()).with("Content-Type", "application/json")
    }
}

struct Request {
    target: String,
    head_only: bool,
    range: Option<(u64, u64)>,
    token: Option<String>,
}

fn read_request(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader
        .read_line(&mut line)
        .ok()
        .filter(|count| *count > 0)?;
    let mut words = line.split_whitespace();
    let head_only = words.next()? == "HEAD";
    let mut request = Request {
        target: words.next()?.to_owned(),
        head_only,
        range: None,
        token: None,
    };
    loop {
        let mut line = String::new();
        reader
            .read_line(&mut line)
            .ok()
            .filter(|count| *count > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            return Some(request);
        };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "range" => {
                let (start, end) = value.strip_prefix("bytes=")?.split_once('-')?;
                let end = end.parse().unwrap_or(u64::MAX - 1);
                request.range = Some((start.parse().ok()?, end + 1));
            }
            "authorization" => request.token = value.strip_prefix("Bearer ").map(str::to_owned),
            _ => {}
        }
    }
}

/// Answers requests on one connection until it ends.
fn converse(stream: TcpStream, state: &Mutex<State>, at_store: bool) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    stream.set_nodelay(true)?;
    while let Some(request) = read_request(&mut reader) {
        let (answer, act, place) = answer(state, &request, at_store);
        send(&mut stream, &request, answer, act, |count| {
            lock(state).seen[place].sent = count as u64;
        })?;
    }
    Ok(())
}

/// The answer, its fault, and where the request is written down.
fn answer(state: &Mutex<State>, request: &Request, at_store: bool) -> (Answer, Option<Act>, usize) {
    let mut state = lock(state);
    if at_store && request.token.is_some() {
        state.leaked = Some(request.target.clone());
    }
    let act = state.act(&request.target);
    let answer = if at_store {
        state.stored(request)
    } else {
        state.route(request)
    };
    let status = match &act {
        Some(Act::Status(status) | Act::Header(status, ..)) => *status,
        _ => answer.status,
    };
    let place = state.seen.len();
    state.seen.push(Seen {
        at: Instant::now(),
        at_store,
        target: request.target.clone(),
        range: request.range,
        with_token: request.token.is_some(),
        status,
        sent: 0,
    });
    (answer, act, place)
}

/// Writes the answer as the fault has it; tells how many bytes of the body went out.
fn send(
    stream: &mut TcpStream,
    request: &Request,
    mut answer: Answer,
    act: Option<Act>,
    tell: impl FnOnce(usize),
) -> std::io::Result<()> {
    let hang_up = || Err(std::io::ErrorKind::ConnectionAborted.into());
    let mut most = usize::MAX;
    let mut stall = Duration::ZERO;
    match act {
        None | Some(Act::Push(_) | Act::Whole | Act::Elsewhere) => {}
        Some(Act::Status(status)) => answer = Answer::new(status, "no"),
        Some(Act::Header(status, name, value)) => {
            answer = Answer::new(status, "no").with(name, value);
        }
        Some(Act::Stall(time)) => {
            std::thread::sleep(time);
            return hang_up();
        }
        Some(Act::StallAfter(bytes, time)) => (most, stall) = (bytes, time),
        Some(Act::Cut(bytes)) => most = bytes,
        Some(Act::WrongBytes) => answer.body.iter_mut().for_each(|byte| *byte ^= 4),
        Some(Act::Short(bytes)) => answer
            .body
            .truncate(answer.body.len().saturating_sub(bytes)),
        Some(Act::Etag(etag)) => {
            answer.headers.retain(|(name, _)| name != "ETag");
            answer = answer.with("ETag", etag);
        }
    }
    let mut head = format!("HTTP/1.1 {} X\r\n", answer.status);
    for (name, value) in &answer.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\n\r\n", answer.body.len());
    stream.write_all(head.as_bytes())?;
    let body = if request.head_only {
        &[][..]
    } else {
        &answer.body
    };
    let count = body.len().min(most);
    // Before the client can look.
    tell(count);
    stream.write_all(&body[..count])?;
    stream.flush()?;
    if count < body.len() {
        std::thread::sleep(stall);
        stream.shutdown(Shutdown::Both)?;
    }
    Ok(())
}

/// The part of a file that is asked for, with the headers that belong to it.
fn part(bytes: &[u8], request: &Request, act: Option<&Act>) -> Answer {
    let size = bytes.len() as u64;
    let Some((start, end)) = request.range.filter(|_| !matches!(act, Some(Act::Whole))) else {
        return Answer::new(200, bytes);
    };
    if start >= size {
        return Answer::new(416, "").with("Content-Range", format!("bytes */{size}"));
    }
    let end = end.min(size);
    let body = &bytes[start as usize..end as usize];
    let start = start + u64::from(matches!(act, Some(Act::Elsewhere)));
    let range = format!("bytes {start}-{}/{size}", end - 1);
    Answer::new(206, body).with("Content-Range", range)
}

impl State {
    /// The fault of a request, where it has one; pushes are made here.
    fn act(&mut self, target: &str) -> Option<Act> {
        let mut acts = None;
        for rule in &mut self.rules {
            if target.contains(&rule.part) {
                let at = rule.count;
                rule.count += 1;
                if rule.which.contains(&at) && acts.is_none() {
                    acts = Some(rule.act.clone());
                }
            }
        }
        if let Some(Act::Push(name)) = &acts {
            let repo = self.datasets.entry((*name).to_owned()).or_default();
            let moved = repo
                .commits
                .keys()
                .find(|commit| !repo.branches.values().any(|known| known == *commit));
            if let Some(commit) = moved.cloned() {
                repo.branches.insert("main".into(), commit);
            }
        }
        acts
    }

    /// What the rule that applies to this target now does; for faults that change the body's range.
    fn body_act(&self, target: &str) -> Option<Act> {
        let rules = self.rules.iter();
        let mut hit = rules.filter(|rule| {
            target.contains(&rule.part) && rule.count > 0 && rule.which.contains(&(rule.count - 1))
        });
        hit.next().map(|rule| rule.act.clone())
    }

    fn stored(&mut self, request: &Request) -> Answer {
        let act = self.body_act(&request.target);
        let refused = || Answer::new(403, "<Error>expired</Error>");
        let Some((bytes, uses)) = self.signed.get_mut(&request.target) else {
            return refused();
        };
        if *uses == 0 {
            return refused();
        }
        *uses -= 1;
        let etag = format!("\"{}\"", hex(&Sha256::digest(&bytes)));
        part(bytes, request, act.as_ref()).with("ETag", etag)
    }

    fn route(&mut self, request: &Request) -> Answer {
        for (old, new) in &self.renamed {
            let (old, new) = (format!("datasets/{old}/"), format!("datasets/{new}/"));
            if request.target.contains(&old) {
                let target = request.target.replace(&old, &new);
                return Answer::new(307, "Temporary Redirect").with("Location", target);
            }
        }
        let (path, query) = request
            .target
            .split_once('?')
            .unwrap_or((&request.target, ""));
        if let Some(rest) = path.strip_prefix("/api/datasets/") {
            for (part, route) in [
                (
                    "/revision/",
                    Self::revision as fn(&Self, &str, &str) -> Answer,
                ),
                ("/tree/", Self::tree),
            ] {
                if let Some((name, revision)) = rest.split_once(part) {
                    let refusal = self.refusal(name, request);
                    return match (refusal, part) {
                        (Some(refusal), _) => refusal,
                        (None, "/tree/") => self.paged(route(self, name, revision), path, query),
                        (None, _) => route(self, name, revision),
                    };
                }
            }
        }
        let resolve = path.strip_prefix("/datasets/");
        if let Some((name, rest)) = resolve.and_then(|rest| rest.split_once("/resolve/")) {
            let refusal = self.refusal(name, request);
            let (revision, path) = rest.split_once('/').unwrap_or((rest, ""));
            let (name, revision, path) = (name.to_owned(), decoded(revision), decoded(path));
            return refusal.unwrap_or_else(|| self.resolve(request, &name, &revision, &path));
        }
        Answer::error(404, "NoRoute")
    }

    /// Who may not see a dataset is told so.
    fn refusal(&self, name: &str, request: &Request) -> Option<Answer> {
        let Some(repo) = self.datasets.get(name) else {
            let status = if request.token.is_some() { 404 } else { 401 };
            return Some(Answer::error(status, "RepoNotFound"));
        };
        if repo.token.is_some() && request.token.is_none() {
            return Some(Answer::error(401, "RepoNotFound"));
        }
        if repo.token.is_some() && request.token != repo.token {
            return Some(Answer::new(
                401,
                "Invalid credentials in Authorization header",
            ));
        }
        let status = if request.token.is_some() { 403 } else { 401 };
        repo.gated.then(|| Answer::error(status, "GatedRepo"))
    }

    fn commit(&self, name: &str, revision: &str) -> Option<String> {
        let repo = self.datasets.get(name)?;
        let revision = decoded(revision);
        if repo.commits.contains_key(&revision) {
            return Some(revision);
        }
        repo.branches.get(&revision).cloned()
    }

    fn revision(&self, name: &str, revision: &str) -> Answer {
        match self.commit(name, revision) {
            Some(commit) => Answer::json(&json!({ "id": name, "sha": commit })),
            None => Answer::error(404, "RevisionNotFound"),
        }
    }

    fn tree(&self, name: &str, revision: &str) -> Answer {
        let Some(commit) = self.commit(name, revision) else {
            return Answer::error(404, "RevisionNotFound");
        };
        let files = &self.datasets[name].commits[&commit];
        let entries = files.iter().map(|(path, file)| {
            let size = file.bytes.len();
            let mut entry =
                json!({ "type": "file", "path": path, "size": size, "oid": file.sum() });
            if file.large {
                entry["oid"] = json!("0".repeat(40));
                entry["lfs"] = json!({ "oid": file.sum(), "size": size, "pointerSize": 134 });
            }
            entry
        });
        let folders = files.keys().filter_map(|path| path.rsplit_once('/'));
        let folders: std::collections::BTreeSet<&str> = folders.map(|(folder, _)| folder).collect();
        let folders = folders
            .into_iter()
            .map(|path| json!({ "type": "directory", "path": path, "size": 0, "oid": "0" }));
        Answer::json(&folders.chain(entries).collect())
    }

    /// One page of a listing.
    fn paged(&self, answer: Answer, path: &str, query: &str) -> Answer {
        let Some(entries) = self.page_entries.filter(|_| answer.status == 200) else {
            return answer;
        };
        let all: Vec<Value> = serde_json::from_slice(&answer.body).expect("a listing");
        let mut fields = query.split('&');
        let at = fields.find_map(|field| field.strip_prefix("cursor="));
        let at: usize = at.map_or(0, |at| at.parse().expect("a cursor"));
        let end = (at + entries).min(all.len());
        let page = Answer::json(&json!(all[at..end]));
        if end == all.len() {
            return page;
        }
        // As a mirror does that forgets to put its own name there.
        let next = format!("<https://huggingface.co{path}?cursor={end}>; rel=\"next\"");
        page.with("Link", next)
    }

    fn resolve(&mut self, request: &Request, name: &str, revision: &str, path: &str) -> Answer {
        let Some(commit) = self.commit(name, revision) else {
            return Answer::error(404, "RevisionNotFound");
        };
        let file = self.datasets[name].commits[&commit].get(path).cloned();
        let Some(file) = file else {
            return Answer::error(404, "EntryNotFound");
        };
        let etag = format!("\"{}\"", file.sum());
        if !file.large {
            let act = self.body_act(&request.target);
            return part(&file.bytes, request, act.as_ref())
                .with("ETag", etag)
                .with("X-Repo-Commit", commit);
        }
        let count = self.seen.len();
        let target = format!("/cdn/{}?sig=secret{count}", file.sum());
        let uses = self.signature_uses.unwrap_or(u64::MAX);
        let size = file.bytes.len().to_string();
        self.signed.insert(target.clone(), (file.bytes, uses));
        Answer::new(302, "Found")
            .with("Location", format!("{}{target}", self.store))
            .with("X-Repo-Commit", commit)
            .with("X-Linked-Size", size)
            .with("X-Linked-Etag", etag)
    }
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

/// Bytes that do not repeat, for files whose content does not matter.
pub fn noise(count: usize, seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; count];
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    hasher.finalize_xof().fill(&mut bytes);
    bytes
}
