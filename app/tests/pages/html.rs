//! As much of an HTML parser as these tests need: our own pages, well formed or the test fails.

use std::collections::HashMap;

/// An element and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: HashMap<String, String>,
    /// The names of the elements around it, the nearest last.
    pub(crate) within: Vec<String>,
    /// The index of the form that it is in.
    pub(crate) form: Option<usize>,
}

impl Element {
    pub(crate) fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).map(String::as_str)
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name
    }
}

const VOID: [&str; 5] = ["br", "input", "link", "meta", "wbr"];

/// All elements of a document in order. Panics where tags do not match.
pub(crate) fn elements(html: &str) -> Vec<Element> {
    let mut found: Vec<Element> = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut form = None;
    let mut rest = html.strip_prefix("<!DOCTYPE html>").unwrap();
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix('!') {
            // An empty one is written without its dashes.
            let end = if comment.starts_with("--") {
                "-->"
            } else {
                ">"
            };
            rest = comment.split_once(end).unwrap().1;
            continue;
        }
        if let Some(after) = rest.strip_prefix('/') {
            let (name, after) = after.split_once('>').unwrap();
            assert_eq!(open.pop().as_deref(), Some(name), "closing tags in order");
            if name == "form" {
                form = None;
            }
            rest = after;
            continue;
        }
        let (tag, after) = tag(rest);
        rest = after;
        let mut element = Element {
            within: open.clone(),
            form,
            ..tag
        };
        if element.is("form") {
            form = Some(found.len());
            element.form = form;
        }
        if element.is("script") {
            rest = &rest[rest.find("</script>").unwrap()..];
        }
        if !VOID.contains(&element.name.as_str()) {
            open.push(element.name.clone());
        }
        found.push(element);
    }
    assert!(open.is_empty(), "never closed: {open:?}");
    found
}

/// Reads the inside of an opening tag; the rest begins after it.
fn tag(text: &str) -> (Element, &str) {
    let end = text.find([' ', '>', '/']).unwrap();
    let mut rest = &text[end..];
    let mut attributes = HashMap::new();
    loop {
        rest = rest.trim_start_matches([' ', '/']);
        if let Some(after) = rest.strip_prefix('>') {
            let element = Element {
                name: text[..end].to_owned(),
                attributes,
                within: Vec::new(),
                form: None,
            };
            return (element, after);
        }
        let end = rest.find(['=', ' ', '>']).unwrap();
        let name = rest[..end].to_owned();
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix("=\"") {
            let (quoted, after) = after.split_once('"').unwrap();
            quoted.clone_into(&mut value);
            rest = after;
        }
        assert!(
            attributes.insert(name, value).is_none(),
            "an attribute twice: {text:.200}"
        );
    }
}
