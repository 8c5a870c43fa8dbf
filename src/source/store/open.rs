//! How a store is reached: by its address and the environment.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey as S3};
use object_store::azure::{AzureConfigKey as Azure, MicrosoftAzureBuilder};
use object_store::client::ClientConfigKey as Client;
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey as Google};
use object_store::http::HttpBuilder;
use object_store::{ObjectStore, RetryConfig};

use super::{ObjectUrl, failed};
use crate::{Error, Result};

/// A request with its body takes no longer: what stalls is ended sooner, by our own clock.
const REQUEST: &str = "600 seconds";

/// The client of the store that an address names.
pub(super) fn open(url: &ObjectUrl) -> Result<Arc<dyn ObjectStore>> {
    let opened: object_store::Result<Arc<dyn ObjectStore>> = match url.scheme() {
        "s3" | "s3a" => s3(url)?.build().map(|store| Arc::new(store) as _),
        "gs" => GoogleCloudStorageBuilder::from_env()
            .with_url(url.root())
            .with_config(Google::Client(Client::Timeout), REQUEST)
            .with_retry(ours())
            .build()
            .map(|store| Arc::new(store) as _),
        "http" | "https" => HttpBuilder::new()
            .with_url(url.root())
            .with_config(Client::Timeout, REQUEST)
            .with_config(Client::AllowHttp, "true")
            .with_retry(ours())
            .build()
            .map(|store| Arc::new(store) as _),
        _ => MicrosoftAzureBuilder::from_env()
            .with_url(url.root())
            .with_config(Azure::Client(Client::Timeout), REQUEST)
            .with_retry(ours())
            .build()
            .map(|store| Arc::new(store) as _),
    };
    opened.map_err(|error| failed::unopened(url, &error))
}

/// Which variables name another server than Amazon's, the first that is set.
pub(super) const S3_ENDPOINTS: [&str; 3] =
    ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"];

/// As Amazon's own tools read the environment: `AWS_PROFILE` in their files where no key is set, and an endpoint
/// without TLS where its address says so.
fn s3(url: &ObjectUrl) -> Result<AmazonS3Builder> {
    let get = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let mut builder = AmazonS3Builder::from_env();
    let profile = profile(&get);
    let from_profile = |name: &str| profile.get(name);
    if get("AWS_ACCESS_KEY_ID").is_none() {
        for (name, key) in [
            ("aws_access_key_id", S3::AccessKeyId),
            ("aws_secret_access_key", S3::SecretAccessKey),
            ("aws_session_token", S3::Token),
        ] {
            if let Some(value) = from_profile(name) {
                builder = builder.with_config(key, value);
            }
        }
    }
    let region = get("AWS_REGION").or_else(|| get("AWS_DEFAULT_REGION"));
    if let Some(region) = region.or_else(|| from_profile("region").cloned()) {
        builder = builder.with_region(region);
    }
    let endpoint = S3_ENDPOINTS.iter().find_map(|name| get(name));
    if let Some(endpoint) = endpoint.or_else(|| from_profile("endpoint_url").cloned()) {
        if !["http://", "https://"]
            .iter()
            .any(|start| endpoint.starts_with(start))
        {
            return Err(Error::usage(
                "`AWS_ENDPOINT_URL` is no address of a server",
                "write it like `https://s3.example.org` or `http://127.0.0.1:9000`, or unset it",
            ));
        }
        let is_plain = endpoint.starts_with("http://");
        builder = builder.with_endpoint(endpoint);
        if is_plain {
            builder = builder.with_config(S3::Client(Client::AllowHttp), "true");
        }
    }
    Ok(builder
        .with_url(url.root())
        .with_config(S3::Client(Client::Timeout), REQUEST)
        .with_retry(ours()))
}

/// What is tried again is for us to say, by the rules of the hub.
fn ours() -> RetryConfig {
    RetryConfig {
        max_retries: 0,
        ..RetryConfig::default()
    }
}

/// The keys of `AWS_PROFILE` (or `default`) in Amazon's files of credentials and settings; none where there are none.
fn profile(get: &dyn Fn(&str) -> Option<String>) -> HashMap<String, String> {
    let name = get("AWS_PROFILE").unwrap_or_else(|| "default".into());
    let home = get("HOME")
        .or_else(|| get("USERPROFILE"))
        .map(PathBuf::from);
    let file = |variable: &str, usual: &str| {
        let named = get(variable).map(PathBuf::from);
        named.or_else(|| Some(home.as_ref()?.join(".aws").join(usual)))
    };
    let mut keys = HashMap::new();
    let files = [
        (file("AWS_CONFIG_FILE", "config"), format!("profile {name}")),
        (
            file("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
            name.clone(),
        ),
    ];
    for (path, section) in files {
        let text = path.and_then(|path| crate::disk::read_text(&path).ok());
        keys.extend(section_of(&text.unwrap_or_default(), &[&section, &name]));
    }
    keys
}

/// The keys of a section of an INI file.
fn section_of(text: &str, names: &[&str]) -> HashMap<String, String> {
    let mut keys = HashMap::new();
    let mut is_it = false;
    for line in text.lines() {
        let bare = line.trim();
        if let Some(section) = bare
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            is_it = names.contains(&section.trim());
        } else if let (true, Some((key, value))) = (is_it, bare.split_once('=')) {
            // What is indented belongs to the key above it.
            if !line.starts_with([' ', '\t']) {
                keys.insert(key.trim().to_owned(), value.trim().to_owned());
            }
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_read_as_amazons_tools_read_it() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join(".aws")).expect("a folder");
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(".aws").join(name), text).expect("a file");
        };
        write(
            "credentials",
            "[default]\naws_access_key_id = D\n[lab]\naws_access_key_id=L\naws_secret_access_key = s/=\n",
        );
        write(
            "config",
            "[default]\nregion = eu-1\n[profile lab]\nregion=us-2\ns3 =\n  max = 3\n",
        );
        let home = folder.path().to_string_lossy().into_owned();
        let read = |profile: Option<&str>| profile_of(&home, profile);
        let default = read(None);
        assert_eq!(
            (
                default["aws_access_key_id"].as_str(),
                default["region"].as_str()
            ),
            ("D", "eu-1")
        );
        let lab = read(Some("lab"));
        assert_eq!(
            (
                lab["aws_secret_access_key"].as_str(),
                lab["region"].as_str()
            ),
            ("s/=", "us-2")
        );
        assert!(!lab.contains_key("max"));
        assert!(read(Some("none")).is_empty());
    }

    fn profile_of(home: &str, named: Option<&str>) -> HashMap<String, String> {
        profile(&|name| match name {
            "HOME" => Some(home.to_owned()),
            "AWS_PROFILE" => named.map(str::to_owned),
            _ => None,
        })
    }
}
