//! The address of the other end, behind proxies that are trusted.

use std::net::{IpAddr, Ipv6Addr};

use http::HeaderMap;
use ipnet::IpNet;

/// So many entries of `X-Forwarded-For` are looked at.
const HOPS: usize = 16;

/// Who sent the request: the peer, or the last hop that a trusted proxy vouches for.
///
/// Read from the right: everything left of the last untrusted address was written by strangers.
pub(crate) fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let mut address = peer.to_canonical();
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    for hop in hops.iter().rev().take(HOPS) {
        if !trusted.iter().any(|network| network.contains(&address)) {
            break;
        }
        let Ok(forwarded) = hop.parse::<IpAddr>() else {
            break;
        };
        address = forwarded.to_canonical();
    }
    address
}

/// What attempts of an address are counted under: IPv6 hosts own a /64, so that is their name.
pub(crate) fn rate_key(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let trusted = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        client_address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed_and_only_from_the_right() {
        assert_eq!(seen("192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(
            seen("10.0.0.1", &["203.0.113.9, 198.51.100.7, 10.2.3.4"]),
            "198.51.100.7"
        );
        assert_eq!(
            seen("::1", &["203.0.113.9", "198.51.100.7"]),
            "198.51.100.7"
        );
        assert_eq!(seen("10.0.0.1", &["198.51.100.7, nonsense"]), "10.0.0.1");
        assert_eq!(seen("::ffff:10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
    }

    #[test]
    fn a_whole_ipv6_network_shares_one_budget() {
        let one = rate_key("2001:db8:1:2::3".parse().unwrap());
        assert_eq!(one, rate_key("2001:db8:1:2:ffff::9".parse().unwrap()));
        assert_ne!(one, rate_key("2001:db8:1:3::3".parse().unwrap()));
    }
}
