//! The ports of `EXPOSE`, as BuildKit's `convert_expose.go` reads them.

use dflint_parser::lowercase;

use std::net::IpAddr;
use std::ops::RangeInclusive;

/// The ports that one word names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ports {
    pub(super) ports: RangeInclusive<u16>,
    pub(super) protocol: &'static str,
}

/// Reads `[[ip:]host:]port[-port][/protocol]`; `None` where BuildKit refuses it.
pub(super) fn parse(word: &str) -> Option<Ports> {
    let (before, container) = match word.rsplit_once(':') {
        Some((before, container)) => (Some(before), container),
        None => (None, word),
    };
    let (ip, host) = match before.map(|before| before.rsplit_once(':')) {
        None => ("", ""),
        Some(None) => ("", before.unwrap_or_default()),
        Some(Some((ip, host))) => (ip, host),
    };
    let (port, protocol) = match container.split_once('/') {
        Some((port, protocol)) => (port, protocol),
        None => (container, ""),
    };
    let protocol = match lowercase(protocol).as_str() {
        "" | "tcp" => "tcp",
        "udp" => "udp",
        "sctp" => "sctp",
        _ => return None,
    };
    if !ip.is_empty() && !is_ip(ip) {
        return None;
    }
    let ports = range(port)?;
    if !host.is_empty() {
        let host = range(host)?;
        let length = |range: &RangeInclusive<u16>| range.end() - range.start();
        if length(&host) != length(&ports) && length(&ports) != 0 {
            return None;
        }
    }
    Some(Ports { ports, protocol })
}

fn is_ip(text: &str) -> bool {
    let text = match text.strip_prefix('[') {
        Some(rest) => match rest.strip_suffix(']') {
            Some(inner) => inner,
            None => return false,
        },
        None => text,
    };
    text.parse::<IpAddr>().is_ok()
}

fn range(text: &str) -> Option<RangeInclusive<u16>> {
    // As Go's `ParseInt`, which takes a sign.
    let number = |text: &str| {
        text.parse::<i64>()
            .ok()
            .and_then(|port| u16::try_from(port).ok())
    };
    let Some((start, end)) = text.split_once('-') else {
        let port = number(text)?;
        return Some(port..=port);
    };
    let (start, end) = (number(start)?, number(end)?);
    (start <= end).then_some(start..=end)
}

#[cfg(test)]
mod tests {
    use super::{Ports, parse};

    #[test]
    fn ports() {
        for (word, ports, protocol) in [
            ("80", 80..=80, "tcp"),
            ("80/UDP", 80..=80, "udp"),
            ("80/", 80..=80, "tcp"),
            ("8000-8010/sctp", 8000..=8010, "sctp"),
            ("8080:80", 80..=80, "tcp"),
            ("8000-8001:80", 80..=80, "tcp"),
            ("127.0.0.1:8080:80", 80..=80, "tcp"),
            ("[::1]:8080:80", 80..=80, "tcp"),
            ("::1:8080:80", 80..=80, "tcp"),
            ("127.0.0.1::80", 80..=80, "tcp"),
            ("+80", 80..=80, "tcp"),
            ("0080-+81", 80..=81, "tcp"),
        ] {
            assert_eq!(parse(word), Some(Ports { ports, protocol }), "{word}");
        }
        for word in [
            "",
            "/tcp",
            "80/http",
            "x",
            "80-",
            "9-8",
            "65536",
            "1-2-3",
            "nohost:80",
            "1.2.3:1:80",
            "8000-8002:80-81",
            "-80",
            "80--81",
        ] {
            assert_eq!(parse(word), None, "{word}");
        }
    }
}
