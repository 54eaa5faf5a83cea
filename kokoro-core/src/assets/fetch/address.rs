//! The little that must be known of web addresses: following links and telling servers apart.

/// `reference`, as it stands in the document or redirect at `base`, as a whole address.
pub(super) fn join(base: &str, reference: &str) -> String {
    if has_scheme(reference) {
        return reference.to_owned();
    }
    let base = base.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = base.split_once("://").unwrap_or(("https", base));
    if let Some(rest) = reference.strip_prefix("//") {
        return format!("{scheme}://{rest}");
    }
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (reference, query) = match reference.find(['?', '#']) {
        Some(at) => reference.split_at(at),
        None => (reference, ""),
    };
    // The last part of the base is the document itself.
    let mut parts: Vec<&str> =
        if reference.starts_with('/') { Vec::new() } else { path.split('/').collect() };
    parts.pop();
    for part in reference.trim_start_matches('/').split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("{scheme}://{host}/{}{query}", parts.join("/"))
}

/// Scheme, host and port: what a token may be sent to.
pub(super) fn origin(address: &str) -> &str {
    let start = address.find("://").map_or(0, |at| at + 3);
    let end = address.get(start..).and_then(|rest| rest.find(['/', '?', '#']));
    end.and_then(|end| address.get(..start + end)).unwrap_or(address)
}

/// Whether an address starts with a scheme, such as `https://`.
pub(super) fn has_scheme(address: &str) -> bool {
    address.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+')
    })
}

/// The last part of a path, without query and fragment.
pub(super) fn file_name(address: &str) -> &str {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved() {
        let base = "https://host:8443/simple/onnxruntime/?x=1";
        for (reference, whole) in [
            ("https://other/a", "https://other/a"),
            ("//other/a", "https://other/a"),
            ("/a/b?c=d", "https://host:8443/a/b?c=d"),
            ("a.whl#sha256=0", "https://host:8443/simple/onnxruntime/a.whl#sha256=0"),
            ("../../packages/a.whl", "https://host:8443/packages/a.whl"),
            ("./a?to=https://x/", "https://host:8443/simple/onnxruntime/a?to=https://x/"),
            ("../../../../a", "https://host:8443/a"),
        ] {
            assert_eq!(join(base, reference), whole);
        }
        assert_eq!(join("http://host", "a"), "http://host/a");
    }

    #[test]
    fn origins_are_scheme_host_and_port() {
        assert_eq!(origin("https://host:1/a/b"), "https://host:1");
        assert_eq!(origin("https://host?x=/"), "https://host");
        assert_ne!(origin("http://host/a"), origin("https://host/a"));
        assert_ne!(origin("https://host.evil/a"), origin("https://host/a"));
    }

    #[test]
    fn file_names_end_before_the_query() {
        assert_eq!(file_name("https://host/a/b.whl?x=1/2#sha256=0"), "b.whl");
    }
}
