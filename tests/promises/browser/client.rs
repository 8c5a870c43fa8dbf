//! Chromium without a window, asked over its protocol for developers.
//!
//! Through two pipes: no port that another could ask at, no WebSocket, and a browser whose test is gone reads the end of
//! its pipe and ends too. All that a page does is kept: whether it asks somebody, opens a dialog or a window, or fails.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Nothing that is asked takes longer, on a machine with other work too.
const LIMIT: Duration = Duration::from_secs(60);

/// What a page did or holds that none of ours may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A script opened a dialog or a window.
    Dialog,
    /// Something was asked for.
    Request,
    /// An error on the console, or an exception.
    Fault,
    /// An element or attribute that acts.
    Element,
    /// Parts of the page are away, elsewhere, or wider than the window.
    Layout,
}

pub(super) type Found = Vec<(Kind, String)>;

/// A browser with one page, which ends with it.
pub(super) struct Browser {
    child: Child,
    asked: Option<ChildStdin>,
    told: Receiver<Value>,
    /// What it said on stderr.
    said: PathBuf,
    target: String,
    session: String,
    last: u64,
    /// The document that was loaded last.
    loaded: String,
    /// What happened since a page was opened.
    seen: Found,
}

impl Browser {
    /// Starts one whose files lie in the folder; none where there is no Chromium, which is said.
    pub(super) fn start(folder: &Path) -> Option<Self> {
        let Some(program) = chromium() else {
            println!("skipped: no `chromium` in PATH, nor one that CHROMIUM names");
            return None;
        };
        let said = folder.join("chromium.txt");
        let profile = folder.join("profile");
        // It reads from 3 and writes to 4.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 </dev/null 1>&2", "sh"])
            .arg(program)
            .args(["--headless=new", "--remote-debugging-pipe", "--no-sandbox"])
            .args([
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-popup-blocking",
                "--no-first-run",
            ])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
            ])
            // Only this machine has a name.
            .arg("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg("about:blank")
            .current_dir(folder)
            .env("HOME", folder)
            .env("TMPDIR", folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&said).expect("a file"))
            .spawn()
            .expect("the browser starts");
        let asked = child.stdin.take();
        let told = messages(child.stdout.take().expect("stdout is piped"));
        let mut browser = Self {
            child,
            asked,
            told,
            said,
            target: String::new(),
            session: String::new(),
            last: 0,
            loaded: String::new(),
            seen: Found::new(),
        };
        browser.attach();
        Some(browser)
    }

    /// Opens its one page, and listens to all that happens there.
    fn attach(&mut self) {
        let page = self.ask("Target.createTarget", json!({ "url": "about:blank" }));
        self.target = word(&page["targetId"]);
        let to = json!({ "targetId": self.target, "flatten": true });
        self.session = word(&self.ask("Target.attachToTarget", to)["sessionId"]);
        for domain in ["Page", "Network", "Runtime", "Log", "Inspector"] {
            self.ask(&format!("{domain}.enable"), json!({}));
        }
        self.ask("Page.setLifecycleEventsEnabled", json!({ "enabled": true }));
        self.ask("Target.setDiscoverTargets", json!({ "discover": true }));
    }

    /// Goes to an address, and waits until all of it is there and has been drawn.
    #[track_caller]
    pub(super) fn open(&mut self, address: &str) {
        self.seen.clear();
        let answer = self.ask("Page.navigate", json!({ "url": address }));
        assert!(answer["errorText"].is_null(), "{address}: {answer}");
        let document = word(&answer["loaderId"]);
        self.hear_until(|browser| browser.loaded == document);
        self.settle();
    }

    /// Presses a key that leads to another page; its address.
    pub(super) fn press_and_go(&mut self, key: &str) -> String {
        let before = self.loaded.clone();
        self.press(key);
        self.hear_until(|browser| browser.loaded != before);
        word(&self.value("location.href"))
    }

    /// Presses a key, with what it types.
    pub(super) fn press(&mut self, key: &str) {
        let (text, code) = match key {
            "Enter" => ("\r", 13),
            "Escape" => ("", 27),
            typed => (typed, 0),
        };
        let of =
            |kind| json!({ "type": kind, "key": key, "text": text, "windowsVirtualKeyCode": code });
        self.ask("Input.dispatchKeyEvent", of("keyDown"));
        self.ask("Input.dispatchKeyEvent", of("keyUp"));
    }

    /// The window is so wide, and its user prefers the dark or does not.
    pub(super) fn show(&mut self, width: u32, is_dark: bool) {
        self.resize(width);
        let scheme = if is_dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.ask(
            "Emulation.setEmulatedMedia",
            json!({ "media": "", "features": features }),
        );
    }

    fn resize(&mut self, width: u32) {
        let metrics =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.ask("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// The page is laid out as on paper of this width, in CSS pixels, for a user who prefers the dark or does not.
    pub(super) fn show_on_paper(&mut self, width: u32, is_dark: bool) {
        self.show(width, is_dark);
        let scheme = if is_dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.ask(
            "Emulation.setEmulatedMedia",
            json!({ "media": "print", "features": features }),
        );
    }

    /// How many sheets of A4 the page is printed on.
    pub(super) fn sheets(&mut self) -> u64 {
        let paper = json!({ "paperWidth": 8.27, "paperHeight": 11.69, "printBackground": true, "preferCSSPageSize": true });
        let printed = word(&self.ask("Page.printToPDF", paper)["data"]);
        let count = format!("atob('{printed}').match(/\\/Type\\s*\\/Page\\b/g).length");
        self.value(&count).as_u64().expect("a number of sheets")
    }

    /// What an expression gives in the page; promises are waited for.
    #[track_caller]
    pub(super) fn value(&mut self, expression: &str) -> Value {
        let asked =
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.ask("Runtime.evaluate", asked);
        assert!(answer["exceptionDetails"].is_null(), "{answer}");
        answer["result"]["value"].clone()
    }

    /// What the page did since it was opened, but for asking for these addresses, which may be refused.
    pub(super) fn did(&mut self, expected: &[String]) -> Found {
        self.settle();
        let is_strange = |(_, what): &(Kind, String)| !expected.contains(what);
        self.seen
            .iter()
            .filter(|one| is_strange(one))
            .cloned()
            .collect()
    }

    /// Waits until what was begun has been drawn.
    fn settle(&mut self) {
        self.value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))");
    }

    /// Asks, and gives what came back.
    #[track_caller]
    fn ask(&mut self, method: &str, parameters: Value) -> Value {
        let id = self.send(method, parameters);
        let until = Instant::now() + LIMIT;
        loop {
            let message = self.hear(until, method);
            if message["id"] == id {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].clone();
            }
            self.notice(&message);
        }
    }

    fn send(&mut self, method: &str, parameters: Value) -> u64 {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": parameters });
        if !self.session.is_empty() && !method.starts_with("Target.") {
            message["sessionId"] = json!(self.session);
        }
        let asked = self.asked.as_mut().expect("it runs");
        asked
            .write_all(format!("{message}\0").as_bytes())
            .expect("it is told");
        self.last
    }

    #[track_caller]
    fn hear(&mut self, until: Instant, what: &str) -> Value {
        let left = until.saturating_duration_since(Instant::now());
        self.told.recv_timeout(left).unwrap_or_else(|why| {
            let said = std::fs::read_to_string(&self.said).unwrap_or_default();
            panic!("no answer to {what}: {why}\n{said}")
        })
    }

    #[track_caller]
    fn hear_until(&mut self, is_there: impl Fn(&Self) -> bool) {
        let until = Instant::now() + LIMIT;
        while !is_there(self) {
            let message = self.hear(until, "a page that was opened");
            self.notice(&message);
        }
    }

    /// Keeps what an event tells of the page.
    fn notice(&mut self, event: &Value) {
        let told = &event["params"];
        let (kind, what) = match event["method"].as_str().unwrap_or_default() {
            "Page.javascriptDialogOpening" => {
                self.send("Page.handleJavaScriptDialog", json!({ "accept": true }));
                (Kind::Dialog, &told["message"])
            }
            "Target.targetCreated" => match &told["targetInfo"] {
                window if window["openerId"] == self.target => {
                    self.send(
                        "Target.closeTarget",
                        json!({ "targetId": window["targetId"] }),
                    );
                    (Kind::Dialog, &window["url"])
                }
                _ => return,
            },
            "Network.requestWillBeSent" => (Kind::Request, &told["request"]["url"]),
            "Runtime.exceptionThrown" => (Kind::Fault, &told["exceptionDetails"]),
            "Runtime.consoleAPICalled" if told["type"] == "error" => (Kind::Fault, &told["args"]),
            // What could not be had is told by its address.
            "Log.entryAdded" if told["entry"]["level"] == "error" => match &told["entry"] {
                entry if entry["source"] == "network" => (Kind::Fault, &entry["url"]),
                entry => (Kind::Fault, entry),
            },
            "Page.lifecycleEvent" if told["name"] == "load" => {
                self.loaded = word(&told["loaderId"]);
                return;
            }
            "Inspector.targetCrashed" => panic!("the page brought its browser down"),
            _ => return,
        };
        let what = what
            .as_str()
            .map_or_else(|| what.to_string(), str::to_owned);
        self.seen.push((kind, what));
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // At the end of its pipe it ends, and its processes with it; where it hangs, it is killed.
        drop(self.asked.take());
        let until = Instant::now() + Duration::from_secs(5);
        while Instant::now() < until {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, where there is one.
fn chromium() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    let mut places = std::env::split_paths(&path).map(|folder| folder.join("chromium"));
    places.find(|place| place.is_file())
}

/// What it tells, a message at a time.
fn messages(pipe: impl std::io::Read + Send + 'static) -> Receiver<Value> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for message in BufReader::new(pipe).split(0) {
            let Some(message) = message
                .ok()
                .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            else {
                return;
            };
            if sender.send(message).is_err() {
                return;
            }
        }
    });
    receiver
}

#[track_caller]
fn word(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}
