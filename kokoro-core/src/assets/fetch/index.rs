//! Python package indexes: where a file of a project is.
//!
//! Both forms of the simple index are read, JSON and HTML, since mirrors often have only the latter.

use serde_json::Value;

use super::address::{file_name, join};

/// What is asked for; servers without JSON send HTML all the same.
pub(super) const ACCEPT: &str = "application/vnd.pypi.simple.v1+json, text/html;q=0.5";

/// A file in an index.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) address: String,
    /// SHA-256 that the index declares.
    pub(super) sha256: Option<String>,
}

/// The file `name` in a project's page, which came from the address `base`.
pub(super) fn find(page: &str, base: &str, name: &str) -> Option<Entry> {
    match serde_json::from_str::<Value>(page) {
        Ok(page) => in_json(&page, base, name),
        Err(_) => in_html(page, base, name),
    }
}

fn in_json(page: &Value, base: &str, name: &str) -> Option<Entry> {
    let files = page.get("files")?.as_array()?;
    let file = files.iter().find(|file| file.get("filename").and_then(Value::as_str) == Some(name))?;
    let sha256 = file.get("hashes").and_then(|hashes| hashes.get("sha256")).and_then(Value::as_str);
    Some(Entry { address: join(base, file.get("url")?.as_str()?), sha256: sha256.map(str::to_owned) })
}

fn in_html(page: &str, base: &str, name: &str) -> Option<Entry> {
    let links = page.split("href=").skip(1).filter_map(|rest| {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest.get(1..)?.split(quote).next()
    });
    let link = links.map(|link| link.replace("&amp;", "&")).find(|link| file_name(link) == name)?;
    let (address, fragment) = link.split_once('#').unwrap_or((&link, ""));
    let sha256 = fragment.split('&').find_map(|part| part.strip_prefix("sha256="));
    Some(Entry { address: join(base, address), sha256: sha256.map(str::to_owned) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let base = "https://host/simple/onnxruntime/";
        let json = r#"{"files": [{"filename": "b.whl", "url": "https://files/b.whl", "hashes": {}},
            {"filename": "a.whl", "url": "../../p/a.whl", "hashes": {"sha256": "00ff"}}]}"#;
        let html = "<html><a class='x' href='https://files/b.whl#md5=1'>b.whl</a>\
            <a href=\"../../p/a.whl#sha256=00ff\" data-requires-python=\"&gt;=3.11\">a.whl</a>";
        let wanted = Entry { address: "https://host/p/a.whl".into(), sha256: Some("00ff".into()) };
        for page in [json, html] {
            assert_eq!(find(page, base, "a.whl").as_ref(), Some(&wanted), "{page}");
            let other = Entry { address: "https://files/b.whl".into(), sha256: None };
            assert_eq!(find(page, base, "b.whl"), Some(other), "{page}");
            assert_eq!(find(page, base, "c.whl"), None);
        }
        assert_eq!(find("", base, "a.whl"), None);
        assert_eq!(find("<a href=", base, "a.whl"), None);
    }
}
