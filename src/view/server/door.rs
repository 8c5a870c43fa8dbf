//! Who may come in: what a request must have before any page looks at it, and what every answer says.
//!
//! Whoever can open a page of this machine can ask its ports: another user, a program, a page of the web in the user's
//! own browser. So the server listens on loopback alone and each address has a token that nobody can guess; a name
//! that is not this machine's is refused, under which a page of the web would reach it as its own (DNS rebinding); so
//! is what another page sends, and what does something else than read. Nothing that a request holds names a file: pages
//! are made of tables, and what they are styled with is part of the program.

use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode, Uri};

/// Addresses that are longer are nobody's.
pub(super) const ADDRESS_BYTES_MAX: usize = 8 << 10;

/// What a request is refused with.
pub(super) type Refusal = (StatusCode, &'static str);

/// Whom the server answers.
pub(super) struct Door {
    token: String,
    /// The names under which it may be asked.
    hosts: [String; 2],
}

impl Door {
    pub(super) fn new(token: String, port: u16) -> Self {
        let hosts = ["127.0.0.1", "localhost"].map(|name| format!("{name}:{port}"));
        Self { token, hosts }
    }

    /// Where all pages stand.
    pub(super) fn base(&self) -> String {
        format!("/{}", self.token)
    }

    /// The address of the first page.
    pub(super) fn address(&self) -> String {
        format!("http://{}{}/", self.hosts[0], self.base())
    }

    /// Lets a request in, or says why not.
    pub(super) fn check(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<(), Refusal> {
        if ![Method::GET, Method::HEAD].contains(method) {
            return Err((
                StatusCode::METHOD_NOT_ALLOWED,
                "this server is only read: GET and HEAD",
            ));
        }
        if uri.authority().is_some() || !uri.path().starts_with('/') {
            return Err((StatusCode::BAD_REQUEST, "this is no proxy"));
        }
        if !self.is_our_host(headers) {
            return Err((
                StatusCode::MISDIRECTED_REQUEST,
                "this server has another name",
            ));
        }
        if !self.is_our_origin(headers) {
            return Err((
                StatusCode::FORBIDDEN,
                "another page may not ask this server",
            ));
        }
        if uri.to_string().len() > ADDRESS_BYTES_MAX {
            return Err((StatusCode::URI_TOO_LONG, "the address is too long"));
        }
        match self.has_token(uri.path()) {
            true => Ok(()),
            false => Err((
                StatusCode::FORBIDDEN,
                "open the whole address that `gradatim view` printed: it holds a token",
            )),
        }
    }

    fn is_our_host(&self, headers: &HeaderMap) -> bool {
        let mut hosts = headers.get_all(header::HOST).iter();
        match (hosts.next(), hosts.next()) {
            (Some(host), None) => self.hosts.iter().any(|ours| host == ours.as_str()),
            _ => false,
        }
    }

    fn is_our_origin(&self, headers: &HeaderMap) -> bool {
        let is_ours = |origin: &HeaderValue| {
            let mut hosts = self.hosts.iter();
            hosts.any(|host| origin == format!("http://{host}").as_str())
        };
        headers.get_all(header::ORIGIN).iter().all(is_ours)
    }

    /// Whether a path begins with the token. It takes as long for any other of its length.
    fn has_token(&self, path: &str) -> bool {
        let (ours, path) = (self.token.as_bytes(), path.as_bytes());
        let Some(given) = path.get(1..=ours.len()) else {
            return false;
        };
        let differing = ours.iter().zip(given).fold(0, |all, (a, b)| all | (a ^ b));
        std::hint::black_box(differing) == 0 && path.get(ours.len() + 1) == Some(&b'/')
    }
}

/// What every answer says: what a page may do, that nobody keeps it, and that nothing of its address is passed on.
const HEADERS: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; \
         frame-ancestors 'none'; base-uri 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
];

pub(super) fn put_headers(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    fn asked(method: &str, target: &str, headers: &[(&str, &str)]) -> u16 {
        let door = Door::new(TOKEN.into(), 4000);
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let uri: Uri = target.parse().expect("a target");
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
            map.append(name, HeaderValue::from_str(value).expect("a value"));
        }
        match door.check(&method, &uri, &map) {
            Ok(()) => 200,
            Err((status, _)) => status.as_u16(),
        }
    }

    #[test]
    fn the_address_that_is_printed_is_let_in_by_both_names() {
        let page = format!("/{TOKEN}/");
        for host in ["127.0.0.1:4000", "localhost:4000"] {
            assert_eq!(asked("GET", &page, &[("host", host)]), 200);
            assert_eq!(asked("HEAD", &page, &[("host", host)]), 200);
        }
        let own = [
            ("host", "127.0.0.1:4000"),
            ("origin", "http://127.0.0.1:4000"),
        ];
        assert_eq!(asked("GET", &page, &own), 200);
    }

    #[test]
    fn other_hosts_origins_methods_and_targets_are_refused() {
        let page = format!("/{TOKEN}/");
        let ours = ("host", "127.0.0.1:4000");
        for host in [
            "",
            "127.0.0.1",
            "127.0.0.1:4001",
            "evil.example:4000",
            "127.0.0.1:4000.evil.example",
            "[::1]:4000",
        ] {
            assert_eq!(asked("GET", &page, &[("host", host)]), 421, "{host}");
        }
        assert_eq!(asked("GET", &page, &[]), 421);
        assert_eq!(asked("GET", &page, &[ours, ("host", "evil.example")]), 421);
        for origin in [
            "null",
            "http://evil.example",
            "https://127.0.0.1:4000",
            "http://127.0.0.1:4001",
        ] {
            assert_eq!(
                asked("GET", &page, &[ours, ("origin", origin)]),
                403,
                "{origin}"
            );
        }
        for method in [
            "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "get",
        ] {
            assert_eq!(asked(method, &page, &[ours]), 405, "{method}");
        }
        assert_eq!(
            asked("GET", &format!("http://evil.example{page}"), &[ours]),
            400
        );
        assert_eq!(
            asked("GET", &format!("http://127.0.0.1:4000{page}"), &[ours]),
            400
        );
    }

    #[test]
    fn without_its_token_no_address_is_let_in() {
        let ours = [("host", "127.0.0.1:4000")];
        let cut = &TOKEN[..31];
        let others = [
            "/".to_owned(),
            format!("/{cut}/"),
            format!("/{TOKEN}"),
            format!("/{TOKEN}0/"),
            format!("/{}/", TOKEN.to_uppercase()),
            format!("//{TOKEN}/"),
            format!("/a/../{TOKEN}/"),
            format!("/?token={TOKEN}"),
            "/style.css".to_owned(),
        ];
        for other in others {
            assert_eq!(asked("GET", &other, &ours), 403, "{other}");
        }
    }

    #[test]
    fn a_long_address_is_refused() {
        let ours = [("host", "127.0.0.1:4000")];
        let of = |bytes: usize| format!("/{TOKEN}/{}", "a".repeat(bytes));
        assert_eq!(asked("GET", &of(ADDRESS_BYTES_MAX), &ours), 414);
        assert_eq!(asked("GET", &of(ADDRESS_BYTES_MAX / 2), &ours), 200);
    }
}
