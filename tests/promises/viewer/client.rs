//! A browser of a few lines, that also asks as none does.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Child;
use std::time::Duration;

use crate::support::{Done, Place, wait};

/// A viewer that runs, and ends with the test.
pub(crate) struct Viewer {
    child: Option<Child>,
    pub port: u16,
    /// `/TOKEN`.
    pub base: String,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Viewer {
    pub(crate) fn start(place: &Place, arguments: &[&str]) -> Self {
        let mut child = place.start(&[&["view"], arguments].concat());
        let mut line = String::new();
        let stdout = child.stdout.as_mut().expect("stdout is piped");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("an address");
        let address = line.trim().strip_prefix("http://127.0.0.1:");
        let Some((port, path)) = address.and_then(|rest| rest.split_once('/')) else {
            panic!("no address: {line:?}: {:?}", wait(child).stderr);
        };
        Self {
            port: port.parse().expect("a port"),
            base: format!("/{}", path.trim_end_matches('/')),
            child: Some(child),
        }
    }

    pub(super) fn process(&self) -> u32 {
        self.child.as_ref().expect("it runs").id()
    }

    pub(super) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        stream
            .set_read_timeout(Some(Duration::from_secs(100)))
            .expect("a timeout");
        stream
    }

    /// Sends these bytes; none where the connection ended without an answer.
    pub(super) fn send(&self, request: &[u8]) -> Option<Answer> {
        let mut stream = self.connect();
        // Who is refused early may find the connection closed while it still writes.
        let _ = stream.write_all(request);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        parsed(&String::from_utf8_lossy(&bytes))
    }

    pub(super) fn ask(&self, method: &str, target: &str, headers: &str) -> Option<Answer> {
        self.send(format!("{method} {target} HTTP/1.1\r\n{headers}\r\n").as_bytes())
    }

    pub(super) fn host(&self) -> String {
        format!("Host: 127.0.0.1:{}\r\n", self.port)
    }

    /// The page at a target, whatever its status.
    pub(super) fn get(&self, target: &str) -> Answer {
        let answer = self.ask("GET", target, &self.host());
        answer.unwrap_or_else(|| panic!("no answer to {target}"))
    }

    /// The page behind the token, which must be there.
    #[track_caller]
    pub(crate) fn page(&self, page: &str) -> String {
        let answer = self.get(&format!("{}/{page}", self.base));
        assert_eq!(answer.status, 200, "{page}: {}", answer.body);
        answer.body
    }

    /// Sends a signal and waits for the end.
    pub(super) fn end(mut self, signal: &str) -> Done {
        let child = self.child.take().expect("it runs");
        let kill = format!("kill -{signal} {}", child.id());
        let sent = std::process::Command::new("sh")
            .args(["-c", &kill])
            .status();
        assert!(sent.expect("a signal").success());
        wait(child)
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn parsed(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.filter_map(|line| line.split_once(": "));
    Some(Answer {
        status,
        headers: headers
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect(),
        body: body.to_owned(),
    })
}

/// The values of an attribute in a page, with what was escaped as it was.
pub(crate) fn attributes(page: &str, name: &str) -> Vec<String> {
    let mark = format!(" {name}=\"");
    let values = page
        .split(&mark)
        .skip(1)
        .filter_map(|rest| rest.split_once('"'));
    values.map(|(value, _)| plain(value)).collect()
}

pub(super) fn plain(text: &str) -> String {
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    text.replace("&amp;", "&")
}

/// A text as part of an address.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// What an address says of a key, decoded.
pub(super) fn value_of(address: &str, key: &str) -> Option<String> {
    let pairs = address.split_once('?')?.1.split('&');
    let value = pairs
        .filter_map(|pair| pair.split_once('='))
        .find(|(known, _)| *known == key)?
        .1;
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}
