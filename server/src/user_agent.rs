//! What a `User-Agent` says, as far as it is understood. For showing; it grants nothing.

use latchkey_authority::caller::Agent;
use woothee::parser::Parser;

/// Understands a user agent; every field is empty where it is not.
pub(crate) fn understand(user_agent: &str) -> Agent {
    let found = Parser::new().parse(user_agent);
    if found
        .as_ref()
        .is_none_or(|found| matches!(found.name, "UNKNOWN" | "HTTP Library"))
        && let Some(name) = product(user_agent)
    {
        return Agent {
            browser: name.to_owned(),
            system: String::new(),
            device: "program".to_owned(),
        };
    }
    let Some(found) = found else {
        return Agent::default();
    };
    let known = |text: &str| {
        if text == "UNKNOWN" {
            String::new()
        } else {
            text.to_owned()
        }
    };
    let device = match found.category {
        "pc" => "desktop",
        "smartphone" | "mobilephone" => "phone",
        "crawler" => "robot",
        "appliance" => "appliance",
        _ => "",
    };
    // The name that it has had since 2016.
    let system = match found.os {
        "Mac OSX" => "macOS",
        other => other,
    };
    Agent {
        browser: known(found.name),
        system: known(system),
        device: device.to_owned(),
    }
}

/// The name that a program which is no browser gives itself first: `okhttp` of `okhttp/4.12.0`
/// (RFC 9110 §10.1.5). What else it says is not taken for a system: a back end that refreshes for
/// many may name its own, and would be taken for one device.
fn product(user_agent: &str) -> Option<&str> {
    const LONGEST: usize = 40;
    let first = user_agent.split(' ').next()?;
    let name = first.split('/').next()?;
    let is_alone = first.len() == user_agent.len();
    let is_plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let is_name = is_plain
        && (1..=LONGEST).contains(&name.len())
        && (is_alone || first.len() > name.len())
        && name != "Mozilla";
    is_name.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_browsers_are_told_apart() {
        for (user_agent, browser, system, device) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                "Chrome",
                "Linux",
                "desktop",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
                "Firefox",
                "Windows 10",
                "desktop",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari",
                "iPhone",
                "phone",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
                "Safari",
                "macOS",
                "desktop",
            ),
            ("curl/8.5.0", "curl", "", "program"),
            ("okhttp/4.12.0", "okhttp", "", "program"),
            ("Dart/3.5 (dart:io)", "Dart", "", "program"),
            ("node", "node", "", "program"),
            ("python-requests/2.32.3", "python-requests", "", "program"),
            ("<script>alert(1)</script>", "", "", ""),
            ("Mozilla/5.0", "", "", ""),
            ("some words", "", "", ""),
            ("", "", "", ""),
        ] {
            let agent = understand(user_agent);
            assert_eq!(agent.browser, browser, "{user_agent}");
            assert_eq!(agent.system, system, "{user_agent}");
            assert_eq!(agent.device, device, "{user_agent}");
        }
    }
}
