//! Where a request came from.

use std::net::IpAddr;

/// The other end of a request, as far as it can be known.
///
/// Everything but the address is the caller's own claim; nothing here grants anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The address, behind trusted proxies already.
    pub address: Option<IpAddr>,
    /// The user agent, at most [`Caller::USER_AGENT_LIMIT`] bytes of it.
    pub user_agent: String,
    /// What the user agent was understood to be.
    pub agent: Agent,
    /// The id under which the log has this request.
    pub request_id: String,
}

/// What a user agent was understood to be. Each field is empty where it was not understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agent {
    /// `Firefox`, `Chrome`, …
    pub browser: String,
    /// `Windows 10`, `Linux`, …
    pub system: String,
    /// `desktop`, `phone`, …
    pub device: String,
}

/// Where somebody was, and with what, as it was recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The address.
    pub address: String,
    /// Its network.
    pub network: String,
    /// The user agent, as it said of itself.
    pub user_agent: String,
    /// The browser that it was understood to be.
    pub browser: String,
    /// The system.
    pub system: String,
    /// The kind of device.
    pub device: String,
}

impl Caller {
    /// How many bytes of a user agent are kept.
    pub const USER_AGENT_LIMIT: usize = 512;

    /// The program itself: the command line, or a job.
    pub fn program(name: &str) -> Self {
        Self {
            address: None,
            user_agent: name.to_owned(),
            agent: Agent::default(),
            request_id: String::new(),
        }
    }

    /// The address as text; empty for the program itself.
    pub fn address_text(&self) -> String {
        self.address.map(|ip| ip.to_string()).unwrap_or_default()
    }

    /// The network of the address: /24 of IPv4, /48 of IPv6, as providers hand them out.
    pub fn network(&self) -> String {
        match self.address {
            None => String::new(),
            Some(IpAddr::V4(ip)) => {
                let [a, b, c, _] = ip.octets();
                format!("{a}.{b}.{c}.0/24")
            }
            Some(IpAddr::V6(ip)) => {
                let [a, b, c, ..] = ip.segments();
                format!("{a:x}:{b:x}:{c:x}::/48")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_what_a_provider_hands_out() {
        let mut caller = Caller::program("test");
        assert_eq!(caller.network(), "");
        caller.address = Some("203.0.113.77".parse().unwrap());
        assert_eq!(caller.network(), "203.0.113.0/24");
        caller.address = Some("2001:db8:1:2::3".parse().unwrap());
        assert_eq!(caller.network(), "2001:db8:1::/48");
    }
}
