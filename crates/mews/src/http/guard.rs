//! Which addresses a file link may lead to.
//!
//! Links come from an answer of the API, redirects from a file host, and neither should be able to
//! make this program talk to the inside of its network. The check is made twice: on the address
//! in a URL, and on what a host name resolves to, where the connection is really made.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Is the host of this URL this machine, by name or by address?
pub(crate) fn is_this_machine(url: &Url) -> bool {
    match literal(url) {
        Some(address) => address.is_loopback(),
        None => url.host_str() == Some("localhost"),
    }
}

/// May a file be asked for at this URL? The answer says why not.
pub(crate) fn check(url: &Url, allow_loopback: bool) -> Result<(), &'static str> {
    match url.scheme() {
        "https" => {}
        "http" if allow_loopback && is_this_machine(url) => {}
        _ => return Err("is not https"),
    }
    match literal(url) {
        Some(address) if !may_contact(address, allow_loopback) => Err("is a private address"),
        None if url.host_str().is_none_or(str::is_empty) => Err("has no host"),
        _ => Ok(()),
    }
}

fn literal(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

fn may_contact(address: IpAddr, allow_loopback: bool) -> bool {
    if address.is_loopback() {
        return allow_loopback;
    }
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match embedded_v4(address) {
            Some(inner) => is_public_v4(inner),
            None => is_public_v6(address),
        },
    }
}

/// Everything outside the special-purpose registry of RFC 6890 and its updates.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || a == 0
        || a >= 224 // multicast, reserved, broadcast
        || (a == 100 && (64..128).contains(&b)) // carrier-grade NAT
        || (a == 192 && b == 0 && c == 0) // protocol assignments
        || (a == 198 && (18..20).contains(&b)); // benchmarks
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // Only 2000::/3 is handed out for global use; documentation lies inside it.
    (0x2000..0x4000).contains(&first) && !(first == 0x2001 && second == 0x0db8)
}

/// The IPv4 address that a mapped, NAT64 or 6to4 address leads to.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = address.segments();
    let join = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0 | 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => Some(join(high, low)),
        (0x2002, ..) => Some(join(b, c)),
        _ => None,
    }
}

/// Resolves names with the system's resolver and gives out only addresses that may be contacted.
#[derive(Clone, Debug)]
pub(crate) struct GuardedResolver {
    pub(crate) allow_loopback: bool,
    /// Hosts that may have any address: the user named them, not an answer.
    pub(crate) proxies: Vec<String>,
}

/// A host name leads to addresses that are never contacted.
#[derive(Debug)]
pub(crate) struct PrivateHost;

impl fmt::Display for PrivateHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the host name leads to a private address")
    }
}

impl std::error::Error for PrivateHost {}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_loopback = self.allow_loopback;
        let is_proxy = self.proxies.iter().any(|proxy| proxy.eq_ignore_ascii_case(name.as_str()));
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<_> = found
                .filter(|address| is_proxy || may_contact(address.ip(), allow_loopback))
                .collect();
            if allowed.is_empty() {
                return Err(PrivateHost.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests;
