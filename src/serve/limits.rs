//! How often somebody may ask. In: a link, or an address. Out: whether they may, else after how many seconds. Left to others: bodies and
//! time, which `handlers` and `listen` bound.
//!
//! A link may ask often enough for any person and any page. Tokens that open nothing are counted by address: guessing 2^128 of them is
//! hopeless anyway, but it costs a look each.

use std::net::IpAddr;
use std::num::NonZeroU32;

use axum::http::HeaderMap;
use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

type Limiter<K> = RateLimiter<K, HashMapStateStore<K>, DefaultClock>;

/// Requests of a link, a second and at once.
const OF_LINK: (u32, u32) = (10, 60);
/// Wrong tokens of an address, a minute and at once.
const WRONG: (u32, u32) = (30, 30);
/// Keys after which old ones are thrown away.
const MANY: usize = 10_000;

/// The limits of a server.
pub struct Limits {
    links: Limiter<String>,
    wrong: Limiter<IpAddr>,
    behind_proxy: bool,
}

fn some(n: u32) -> NonZeroU32 {
    NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN)
}

impl Limits {
    /// None used up. Behind a proxy the address of a visitor is the last that `X-Forwarded-For` names: the proxy wrote that one.
    pub fn new(behind_proxy: bool) -> Self {
        let links = Quota::per_second(some(OF_LINK.0)).allow_burst(some(OF_LINK.1));
        let wrong = Quota::per_minute(some(WRONG.0)).allow_burst(some(WRONG.1));
        Self {
            links: RateLimiter::hashmap(links),
            wrong: RateLimiter::hashmap(wrong),
            behind_proxy,
        }
    }

    /// Whether a link may ask again; else the seconds to wait.
    pub fn link(&self, hash: &str) -> Result<(), u64> {
        check(&self.links, hash.to_string())
    }

    /// Whether somebody may try another token; else the seconds to wait.
    pub fn wrong(&self, who: IpAddr) -> Result<(), u64> {
        check(&self.wrong, who)
    }

    /// Who asks.
    pub fn visitor(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
        let last = forwarded
            .and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
        last.filter(|_| self.behind_proxy).unwrap_or(peer)
    }
}

fn check<K: Clone + Eq + std::hash::Hash>(limiter: &Limiter<K>, key: K) -> Result<(), u64> {
    if limiter.len() > MANY {
        limiter.retain_recent();
    }
    limiter
        .check_key(&key)
        .map_err(|no| no.wait_time_from(DefaultClock::default().now()).as_secs() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_may_work_fast_and_a_guesser_is_stopped_without_stopping_others() {
        let limits = Limits::new(false);
        assert!((0..OF_LINK.1).all(|_| limits.link("a").is_ok()));
        assert!(limits.link("a").is_err_and(|wait| wait >= 1));
        assert!(limits.link("b").is_ok());
        let (one, other): (IpAddr, IpAddr) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        assert!((0..WRONG.1).all(|_| limits.wrong(one).is_ok()));
        assert!(limits.wrong(one).is_err() && limits.wrong(other).is_ok());
    }

    #[test]
    fn what_a_visitor_writes_into_the_header_is_believed_behind_a_proxy_alone() {
        let peer: IpAddr = [127, 0, 0, 1].into();
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "6.6.6.6, 10.0.0.9".parse().unwrap());
        assert_eq!(Limits::new(false).visitor(peer, &headers), peer);
        assert_eq!(Limits::new(true).visitor(peer, &headers), IpAddr::from([10, 0, 0, 9]));
        headers.insert("x-forwarded-for", "no address".parse().unwrap());
        assert_eq!(Limits::new(true).visitor(peer, &headers), peer);
    }
}
