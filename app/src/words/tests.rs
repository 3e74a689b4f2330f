//! That words stand here and nowhere else.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where pages are made.
const FOLDERS: [&str; 4] = ["page", "component", "document", "island"];

/// Files that are not held to it: drawings and the head of the document, which no person reads, and the
/// page of all parts, which only builds for development have.
const EXEMPT: [&str; 3] = [
    "component/icon.rs",
    "document/head.rs",
    "page/components.rs",
];

/// Before what no person reads: classes and drawings, reasons for the linter, the names of types.
const NOT_READ: [&str; 6] = [
    "class=",
    "class=format!(",
    " d=",
    "reason =",
    ".expect(",
    "debug_struct(",
];

#[test]
fn pages_and_their_parts_hold_no_words_of_their_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for file in FOLDERS
        .map(|folder| root.join(folder))
        .iter()
        .flat_map(|folder| files(folder))
    {
        let name = file.strip_prefix(&root).unwrap().display().to_string();
        if !EXEMPT.contains(&name.as_str()) && !name.ends_with("tests.rs") {
            let source = fs::read_to_string(&file).unwrap();
            let lines = words(&source);
            found.extend(
                lines
                    .into_iter()
                    .map(|(line, text)| format!("app/src/{name}:{line}: {text}")),
            );
        }
    }
    assert!(
        found.is_empty(),
        "words stand in a page or a part of pages, and belong to a module of `words`:\n{}",
        found.join("\n")
    );
}

#[test]
fn words_are_told_from_what_no_person_reads() {
    for line in [
        r#"<p>"Some words"</p>"#,
        r#"<p class="note">"one" {rest}</p>"#,
        r#"view! { "by " <PersonLink user /> }"#,
        r#"<Card title="Title" id="card">"#,
        r#"<button aria-label="Close">"#,
        r#"let text = format!("{name} is gone");"#,
        r#"_ => "Nothing to end","#,
        r#"columns=vec!["User", ""]"#,
    ] {
        assert_eq!(words(line).len(), 1, "{line}");
    }
    for line in [
        r#"// "A comment" says so"#,
        r#"<p class="text-sm text-muted">{words::TITLE}", "</p>"#,
        r#"Tone::Bad => "banner banner-bad","#,
        r#"<path d="M4 7h16M4 12h16" />"#,
        r#"format!("M{x} 0V{height}")"#,
        r#"<input type="hidden" name="next" value=next />"#,
        r#"format!("/admin/users/{}", user.id)"#,
        r#"let quote = '"'; let other = '"';"#,
    ] {
        assert_eq!(words(line), [], "{line}");
    }
    assert_eq!(words("\n<p>\n    \"or\"\n</p>").len(), 1);
    assert_eq!(
        words("fn view() {}\n#[cfg(test)]\nmod tests { \"Some words\" }"),
        []
    );
}

/// Every source file in a folder and in those in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The words in a source, with the line of each. What comes after the first `#[cfg(test)]` is left out.
fn words(source: &str) -> Vec<(usize, String)> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = Vec::new();
    // What has been read without its comments.
    let mut before = String::new();
    let mut rest = source;
    while let Some(letter) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("'\"'") {
            before.push_str("' '");
            3
        } else if letter == '"' {
            let length = literal(rest);
            let (text, after) = (&rest[1..length - 1], &rest[length..]);
            if is_read(&before, text, after) {
                let line = source[..source.len() - rest.len()].lines().count().max(1);
                found.push((line, text.to_owned()));
            }
            before.push_str("\"\"");
            length
        } else {
            before.push(letter);
            letter.len_utf8()
        };
        rest = &rest[length..];
    }
    found
}

/// How long the literal is with which a text begins, quotes and all.
fn literal(text: &str) -> usize {
    let mut escaped = false;
    for (index, letter) in text.char_indices().skip(1) {
        match letter {
            '"' if !escaped => return index + 1,
            '\\' if !escaped => escaped = true,
            _ => escaped = false,
        }
    }
    text.len()
}

/// Whether a literal is something that a person reads, judged by what stands around it: it has words in
/// it, and it is a text between tags, begins with a capital letter or has several words.
fn is_read(before: &str, text: &str, after: &str) -> bool {
    let said = without_placeholders(text);
    let has_word = said
        .split(|letter: char| !letter.is_alphabetic())
        .any(|word| word.chars().count() > 1);
    let before = before.trim_end();
    if !has_word || NOT_READ.iter().any(|start| before.ends_with(start)) {
        return false;
    }
    let is_between_tags =
        after.trim_start().starts_with('<') || (before.ends_with('>') && !before.ends_with("=>"));
    let begins_as_sentence = {
        let mut letters = said.chars();
        letters.next().is_some_and(char::is_uppercase)
            && letters.next().is_some_and(char::is_lowercase)
    };
    let has_several = said.trim().contains(' ');
    is_between_tags || begins_as_sentence || (has_several && !are_classes(&said))
}

/// Whether a text is a list of the stylesheet's classes: in Rust they stand without `class=`.
fn are_classes(text: &str) -> bool {
    text.contains('-')
        && text.chars().all(|letter| {
            letter.is_ascii_lowercase() || letter.is_ascii_digit() || " -:[]./_@%".contains(letter)
        })
}

/// A text with a digit for each `{…}`: what is put there is not said here.
fn without_placeholders(text: &str) -> String {
    let mut said = String::new();
    let mut depth = 0;
    for letter in text.chars() {
        match letter {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                said.push('0');
            }
            _ if depth == 0 => said.push(letter),
            _ => {}
        }
    }
    said
}
