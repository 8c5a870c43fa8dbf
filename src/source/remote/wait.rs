//! How long to wait after a fault, and when to give up: pure, so that no test needs a clock.
//!
//! A hub that is too busy says for how long (`Retry-After`, or the `t` of its `RateLimit` header, whose
//! windows last five minutes); to ask sooner only spends the next window. Other faults say nothing, and
//! are tried again after pauses that double, each of its own length, so that many readers that failed
//! together do not come back together.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::Error;

/// How long a fault is borne.
#[derive(Clone, Debug)]
pub struct Patience {
    /// A connection that gives no byte for so long is given up. `HF_HUB_DOWNLOAD_TIMEOUT`.
    pub stall: Duration,
    /// Tries in a row that fail without an answer worth waiting for (cut, stalled, 5xx).
    pub tries_max: u32,
    /// Times that bytes which do not match are fetched anew.
    pub wrong_max: u32,
    /// The pause after the first failure; it doubles with each that follows.
    pub pause: Duration,
    pub pause_max: Duration,
    /// How long one request waits in all because the hub asks for it (429).
    pub asked_max: Duration,
    /// How often a wait looks whether it should end.
    pub tick: Duration,
}

impl Default for Patience {
    /// The hub's windows last five minutes: half an hour outlasts six of them.
    fn default() -> Self {
        Self {
            stall: Duration::from_secs(30),
            tries_max: 10,
            wrong_max: 2,
            pause: Duration::from_millis(500),
            pause_max: Duration::from_secs(30),
            asked_max: Duration::from_secs(30 * 60),
            tick: Duration::from_millis(50),
        }
    }
}

/// Why a request gave nothing.
#[derive(Debug)]
pub(in crate::source) enum Fault {
    /// The server is too busy, and says for how long.
    Busy { asked: Duration },
    /// No answer, a broken one, or one that blames the server.
    Broken(String),
    /// There is no way to the server, and in this process there never was one.
    Unreached(String),
    /// A signed address is no longer good: a new one has to be asked for.
    Expired,
    /// What came is not what was asked for.
    Wrong(String),
    /// Trying again cannot help, or is not wanted.
    Final(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

impl From<std::io::Error> for Fault {
    /// Of our own files: what the network does is never an `io::Error` here.
    fn from(error: std::io::Error) -> Self {
        Self::Final(error.into())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy { .. } => f.write_str("the hub is asked too often"),
            Self::Broken(why) | Self::Unreached(why) | Self::Wrong(why) => f.write_str(why),
            Self::Expired => f.write_str("its signed address is no longer good"),
            Self::Final(error) => error.fmt(f),
        }
    }
}

/// A pause before something is tried again, for people to see.
#[derive(Clone, Debug)]
pub struct Wait {
    /// What is waited for: a file, a listing.
    pub what: String,
    pub why: String,
    pub pause: Duration,
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.pause.as_secs_f64();
        let digits = usize::from(seconds < 10.0);
        write!(
            f,
            "waiting {seconds:.digits$} s for {}: {}",
            self.what, self.why
        )
    }
}

/// What one request has been through.
#[derive(Debug, Default)]
pub(in crate::source) struct Tries {
    broken: u32,
    unreached: u32,
    expired: u32,
    wrong: u32,
    asked: Duration,
    bytes: u64,
}

/// A body that broke off after so many bytes has not failed at the same place again.
const PROGRESS_BYTES: u64 = 1 << 20;

/// A network that is down stays so: a name that does not resolve, or a connection that nobody takes, is tried once
/// more for the hiccup that it may be, and then told.
const UNREACHED_MAX: u32 = 2;

/// A new address that is refused as often is refused for another reason than its age.
const EXPIRED_MAX: u32 = 3;

impl Tries {
    /// The pause before the next try, or none where there should not be one. `random` is in `0..1`.
    pub(in crate::source) fn after(
        &mut self,
        fault: &Fault,
        patience: &Patience,
        random: f64,
    ) -> Option<Duration> {
        match fault {
            Fault::Final(_) => None,
            Fault::Busy { asked } if *asked > Duration::ZERO => {
                self.asked += *asked;
                (self.asked <= patience.asked_max).then_some(*asked)
            }
            Fault::Expired => {
                self.expired += 1;
                (self.expired < EXPIRED_MAX).then_some(Duration::ZERO)
            }
            Fault::Unreached(_) => {
                self.unreached += 1;
                let pause = back_off(1, patience, random);
                (self.unreached < UNREACHED_MAX).then_some(pause)
            }
            Fault::Wrong(_) => {
                self.wrong += 1;
                (self.wrong <= patience.wrong_max).then_some(Duration::ZERO)
            }
            Fault::Busy { .. } | Fault::Broken(_) => {
                self.broken += 1;
                let pause = back_off(self.broken, patience, random);
                (self.broken < patience.tries_max).then_some(pause)
            }
        }
    }

    /// Bytes came: a large file may break off more often than a small one.
    pub(in crate::source) fn progressed(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
        if self.bytes >= PROGRESS_BYTES {
            (self.bytes, self.broken, self.expired) = (0, 0, 0);
        }
    }
}

/// The pause after the `count`th failure in a row: it doubles, and is between half of it and all of it.
fn back_off(count: u32, patience: &Patience, random: f64) -> Duration {
    let doubled = patience
        .pause
        .saturating_mul(1 << count.saturating_sub(1).min(16));
    let whole = doubled.min(patience.pause_max);
    whole.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0)
}

/// A number in `0..1`, another each time.
pub(in crate::source) fn random() -> f64 {
    use std::hash::{BuildHasher, Hasher};
    let bits = std::hash::RandomState::new().build_hasher().finish();
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// How long a server asks to be left alone: seconds or a date in `Retry-After`, else `t` of `RateLimit`.
///
/// A `RateLimit` with requests left asks for nothing.
pub(in crate::source) fn asked(
    retry_after: Option<&str>,
    rate_limit: Option<&str>,
    now: SystemTime,
) -> Option<Duration> {
    let after = retry_after.and_then(|text| seconds(text).or_else(|| until(text, now)));
    after.or_else(|| rate_limit.and_then(window))
}

fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

fn until(date: &str, now: SystemTime) -> Option<Duration> {
    let then = httpdate::parse_http_date(date.trim()).ok()?;
    let left = then.duration_since(now).unwrap_or_default();
    // A date has whole seconds: one more is sure not to be early.
    Some(if left.is_zero() {
        left
    } else {
        Duration::from_secs(left.as_secs() + u64::from(left.subsec_nanos() > 0))
    })
}

/// The longest of `"resolvers";r=0;t=55`, of which there may be several, apart by commas.
fn window(header: &str) -> Option<Duration> {
    let limits = header.split(',').filter_map(|limit| {
        let field = |name: &str| {
            let fields = limit.split(';').map(str::trim);
            let value = fields.filter_map(|field| field.strip_prefix(name)).next()?;
            value.strip_prefix('=')?.trim().parse::<u64>().ok()
        };
        (field("r").unwrap_or(0) == 0).then(|| field("t")).flatten()
    });
    limits.max().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patience() -> Patience {
        Patience {
            tries_max: 4,
            pause: Duration::from_secs(1),
            pause_max: Duration::from_secs(3),
            asked_max: Duration::from_secs(100),
            ..Patience::default()
        }
    }

    #[test]
    fn a_server_asks_in_seconds_by_date_or_by_its_window() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let asked = |after, limit| asked(after, limit, now).map(|wait| wait.as_secs_f64());
        assert_eq!(asked(Some("55"), None), Some(55.0));
        assert_eq!(asked(Some(" 1.5 "), None), Some(1.5));
        assert_eq!(
            asked(Some("Sun, 06 Nov 1994 08:50:07 GMT"), None),
            Some(30.0)
        );
        assert_eq!(
            asked(Some("Sun, 06 Nov 1994 08:49:07 GMT"), None),
            Some(0.0)
        );
        assert_eq!(asked(None, Some("\"resolvers\";r=0;t=55")), Some(55.0));
        assert_eq!(
            asked(None, Some("\"api\";r=3;t=9, \"pages\";r=0;t=7")),
            Some(7.0)
        );
        assert_eq!(asked(None, Some("\"api\";r=3;t=9")), None);
        assert_eq!(asked(Some("7"), Some("\"api\";r=0;t=9")), Some(7.0));
        for nonsense in ["", "-1", "soon", "NaN", "1e300"] {
            assert_eq!(asked(Some(nonsense), None), None, "{nonsense}");
        }
    }

    #[test]
    fn pauses_double_up_to_a_limit_and_then_end() {
        let mut tries = Tries::default();
        let fault = Fault::Broken("x".into());
        let mut after = || tries.after(&fault, &patience(), 1.0);
        let pauses = [after(), after(), after(), after()];
        let seconds = |count| Some(Duration::from_secs(count));
        assert_eq!(pauses, [seconds(1), seconds(2), seconds(3), None]);
        assert_eq!(back_off(1, &patience(), 0.0), Duration::from_millis(500));
        assert_eq!(back_off(u32::MAX, &patience(), 1.0), Duration::from_secs(3));
    }

    #[test]
    fn a_hub_that_was_never_reached_is_tried_twice() {
        let mut tries = Tries::default();
        let fault = Fault::Unreached("the host is not found".into());
        let mut after = || tries.after(&fault, &patience(), 1.0);
        assert_eq!([after(), after()], [Some(Duration::from_secs(1)), None]);
    }

    #[test]
    fn what_a_server_asks_for_is_waited_for_up_to_a_total() {
        let mut tries = Tries::default();
        let asked = Duration::from_secs(45);
        let mut after = || tries.after(&Fault::Busy { asked }, &patience(), 0.0);
        assert_eq!(
            [after(), after(), after()],
            [Some(asked), Some(asked), None]
        );
    }

    #[test]
    fn a_body_that_gets_on_may_break_off_more_often() {
        let mut tries = Tries::default();
        for _ in 0..100 {
            let pause = tries.after(&Fault::Broken("cut".into()), &patience(), 0.5);
            assert!(pause.is_some());
            tries.progressed(2 << 20);
        }
    }

    #[test]
    fn wrong_bytes_are_fetched_anew_twice() {
        let mut tries = Tries::default();
        let mut after = || {
            tries
                .after(&Fault::Wrong("sum".into()), &patience(), 0.5)
                .is_some()
        };
        assert_eq!([after(), after(), after()], [true, true, false]);
    }
}
