//! How the hub is reached: read from the environment once, as the rest of the ecosystem reads it.
//!
//! The names and their order are those of `huggingface_hub` (`constants.py`, `_auth.py`), so that who
//! is logged in there is logged in here, and both share one cache. Every duration stands here, so that
//! a test can wait milliseconds where a run waits minutes.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::address::origin;
use crate::source::remote::Patience;
use crate::{Error, Result};

/// A secret. It is shown to the hub's own address and to nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// None where nothing is left without the white space around it.
    pub fn new(text: &str) -> Option<Self> {
        let text: String = text.split_whitespace().collect();
        let sound = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        sound.then_some(Self(text))
    }

    pub(super) fn header(&self) -> String {
        format!("Bearer {}", self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(hidden)")
    }
}

/// How one hub is reached, and where what it gives is kept.
#[derive(Clone, Debug)]
pub struct HubSettings {
    /// `https://huggingface.co` or a mirror, without a `/` at its end. `HF_ENDPOINT`.
    pub endpoint: String,
    pub token: Option<Token>,
    /// Nothing is asked for: the caches alone are read. `HF_HUB_OFFLINE`.
    pub offline: bool,
    /// Whole files, shared with Python. `HF_HUB_CACHE`.
    pub cache: PathBuf,
    /// Listings and ranges, our own.
    pub ranges: PathBuf,
    /// What the ranges may take up on disk.
    pub ranges_bytes_max: u64,
    /// Ranges of one file with no more than this between them are asked for as one.
    pub gap_bytes: u64,
    /// A longer range is asked for in parts of this size.
    pub part_bytes: u64,
    /// Bodies that are read at the same time.
    pub in_flight: usize,
    pub patience: Patience,
}

/// Where ranges are kept while nothing else is said: 20 GiB, some passes over the columns of the
/// largest public collections.
const RANGES_BYTES: u64 = 20 << 30;

impl HubSettings {
    /// The public hub, with caches in the given folders and no token.
    pub fn new(cache: PathBuf, ranges: PathBuf) -> Self {
        Self {
            endpoint: "https://huggingface.co".into(),
            token: None,
            offline: false,
            cache,
            ranges,
            ranges_bytes_max: RANGES_BYTES,
            // A round trip to the hub takes as long as some 100 KiB of its data.
            gap_bytes: 128 << 10,
            part_bytes: 8 << 20,
            in_flight: 8,
            patience: Patience::default(),
        }
    }

    /// As the environment says; `ours` is the folder for listings and ranges.
    pub fn from_env(ours: PathBuf) -> Result<Self> {
        Self::read(&|name| std::env::var_os(name), ours)
    }

    /// As `get` says of each variable.
    pub(crate) fn read(get: &dyn Fn(&str) -> Option<OsString>, ours: PathBuf) -> Result<Self> {
        let environment = Environment(get);
        let home = environment.home();
        let cache = environment.path(&["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"]);
        let cache = match cache.or_else(|| home.as_ref().map(|home| home.join("hub"))) {
            Some(cache) => cache,
            None => return Err(homeless()),
        };
        let mut settings = Self::new(cache, ours);
        if let Some(endpoint) = environment.text(&["HF_ENDPOINT"]) {
            settings.endpoint = checked_endpoint(&endpoint)?;
        }
        settings.offline = environment.is_on("HF_HUB_OFFLINE");
        if !environment.is_on("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
            settings.token = environment.token(home.as_deref());
        }
        let seconds = environment.text(&["HF_HUB_DOWNLOAD_TIMEOUT"]);
        if let Some(seconds) = seconds.and_then(|text| text.parse::<f64>().ok()) {
            settings.patience.stall =
                Duration::try_from_secs_f64(seconds.max(0.1)).unwrap_or(settings.patience.stall);
        }
        Ok(settings)
    }
}

fn homeless() -> Error {
    Error::usage(
        "there is no folder for what the hub gives",
        "set `HF_HOME` to a folder",
    )
}

fn checked_endpoint(endpoint: &str) -> Result<String> {
    let endpoint = endpoint.trim_end_matches('/');
    let whole = origin(endpoint).is_some() && !endpoint.contains(['?', '#', '@', ' ']);
    if !whole {
        return Err(Error::usage(
            "`HF_ENDPOINT` is no address of a hub",
            "write it like `https://huggingface.co`, or unset it",
        ));
    }
    Ok(endpoint.to_owned())
}

struct Environment<'a>(&'a dyn Fn(&str) -> Option<OsString>);

impl Environment<'_> {
    /// The first that is set and not empty.
    fn text(&self, names: &[&str]) -> Option<String> {
        let texts = names
            .iter()
            .filter_map(|name| (self.0)(name)?.into_string().ok());
        texts
            .map(|text| text.trim().to_owned())
            .find(|text| !text.is_empty())
    }

    fn is_on(&self, name: &str) -> bool {
        let text = self.text(&[name]).unwrap_or_default().to_ascii_uppercase();
        ["1", "ON", "YES", "TRUE"].contains(&text.as_str())
    }

    fn path(&self, names: &[&str]) -> Option<PathBuf> {
        let set = names.iter().filter_map(|name| (self.0)(name));
        let path = PathBuf::from(set.into_iter().find(|text| !text.is_empty())?);
        match path.strip_prefix("~") {
            Ok(rest) => Some(self.user()?.join(rest)),
            Err(_) => Some(path),
        }
    }

    fn user(&self) -> Option<PathBuf> {
        let home = (self.0)("HOME").or_else(|| (self.0)("USERPROFILE"))?;
        (!home.is_empty()).then(|| home.into())
    }

    /// The folder that all of it lies in.
    fn home(&self) -> Option<PathBuf> {
        self.path(&["HF_HOME"]).or_else(|| {
            let cache = self.path(&["XDG_CACHE_HOME"]);
            let cache = cache.or_else(|| Some(self.user()?.join(".cache")))?;
            Some(cache.join("huggingface"))
        })
    }

    fn token(&self, home: Option<&Path>) -> Option<Token> {
        if let Some(text) = self.text(&["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"]) {
            return Token::new(&text);
        }
        let file = self.path(&["HF_TOKEN_PATH"]);
        let file = file.or_else(|| home.map(|home| home.join("token")))?;
        Token::new(&fs_err::read_to_string(file).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn read(variables: &[(&str, &str)]) -> HubSettings {
        let variables: HashMap<&str, &str> = variables.iter().copied().collect();
        let get = |name: &str| variables.get(name).map(|text| OsString::from(*text));
        HubSettings::read(&get, "ours".into()).unwrap()
    }

    #[test]
    fn the_cache_is_where_python_looks_for_it() {
        let cache = |variables: &[(&str, &str)]| read(variables).cache;
        let home = ("HOME", "/home/u");
        assert_eq!(cache(&[home]), Path::new("/home/u/.cache/huggingface/hub"));
        assert_eq!(
            cache(&[home, ("XDG_CACHE_HOME", "/x")]),
            Path::new("/x/huggingface/hub")
        );
        assert_eq!(cache(&[home, ("HF_HOME", "/hf")]), Path::new("/hf/hub"));
        assert_eq!(
            cache(&[home, ("HF_HOME", "~/hf")]),
            Path::new("/home/u/hf/hub")
        );
        let both = [("HF_HUB_CACHE", "/a"), ("HUGGINGFACE_HUB_CACHE", "/b")];
        assert_eq!(cache(&both), Path::new("/a"));
        assert_eq!(cache(&both[1..]), Path::new("/b"));
    }

    #[test]
    fn the_token_is_the_first_that_is_found_and_is_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), "hf_file\n").unwrap();
        let home = ("HF_HOME", folder.path().to_str().unwrap());
        let token = |variables: &[(&str, &str)]| read(variables).token;
        assert_eq!(token(&[home]), Token::new("hf_file"));
        assert_eq!(
            token(&[home, ("HF_TOKEN", " hf_env ")]),
            Token::new("hf_env")
        );
        let old = ("HUGGING_FACE_HUB_TOKEN", "hf_old");
        assert_eq!(token(&[home, old, ("HF_TOKEN", "")]), Token::new("hf_old"));
        assert_eq!(token(&[home, ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")]), None);
        let shown = format!("{:?}", read(&[home, ("HF_TOKEN", "hf_env")]));
        assert!(!shown.contains("hf_env"), "{shown}");
    }

    #[test]
    fn an_endpoint_loses_its_last_slash() {
        let settings = read(&[("HOME", "/h"), ("HF_ENDPOINT", "http://localhost:1/")]);
        assert_eq!(settings.endpoint, "http://localhost:1");
        assert!(checked_endpoint("localhost").is_err());
        assert!(checked_endpoint("https://user@host").is_err());
    }

    #[test]
    fn offline_is_on_as_python_reads_it() {
        for (text, on) in [("1", true), ("true", true), ("0", false), ("", false)] {
            let settings = read(&[("HOME", "/h"), ("HF_HUB_OFFLINE", text)]);
            assert_eq!(settings.offline, on, "{text}");
        }
    }
}
