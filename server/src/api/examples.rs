//! Examples of what calls take and give: written at the fields of each shape, and put together here.

use serde_json::Value;

/// Puts an example beside each JSON body that a call takes, and that it gives where it does what it is
/// asked.
pub(super) fn put(document: &mut Value) {
    let shapes = document.clone();
    let operations = document["paths"]
        .as_object_mut()
        .into_iter()
        .flat_map(|paths| paths.values_mut())
        .filter_map(Value::as_object_mut)
        .flat_map(|methods| methods.values_mut());
    for operation in operations {
        if let Some(body) = operation.get_mut("requestBody") {
            complete(&shapes, body);
        }
        let replies = operation["responses"].as_object_mut();
        for (status, reply) in replies.into_iter().flatten() {
            if status.starts_with('2') {
                complete(&shapes, reply);
            }
        }
    }
}

fn complete(shapes: &Value, body: &mut Value) {
    let json = body.pointer_mut("/content/application~1json");
    if let Some(json) = json.and_then(Value::as_object_mut)
        && !json.contains_key("example")
        && let Some(schema) = json.get("schema")
    {
        let example = example(shapes, schema, 0);
        json.insert("example".to_owned(), example);
    }
}

/// An example of a schema: its own, or one made of its parts.
fn example(document: &Value, schema: &Value, depth: u8) -> Value {
    if depth > 16 {
        return Value::Null;
    }
    if let Some(path) = schema["$ref"].as_str() {
        let found = document.pointer(path.trim_start_matches('#'));
        return found.map_or(Value::Null, |found| example(document, found, depth + 1));
    }
    for one in ["example", "default", "const"] {
        if let Some(value) = schema.get(one) {
            return value.clone();
        }
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    let choice = ["oneOf", "anyOf"]
        .iter()
        .filter_map(|name| schema[*name].as_array())
        .flatten()
        .find(|one| one["type"] != "null");
    if let Some(choice) = choice {
        return example(document, choice, depth + 1);
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.first().and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match kind {
        Some("object") => schema["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, schema)| (name.clone(), example(document, schema, depth + 1)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Some("array") => vec![example(document, &schema["items"], depth + 1)].into(),
        Some("integer" | "number") => 0.into(),
        Some("boolean") => false.into(),
        Some("string") => match schema["format"].as_str() {
            Some("uuid") => "01890a5d-ac96-774b-bcce-b302099a8057".into(),
            Some("date-time") => "2026-01-01T00:00:00Z".into(),
            _ => "…".into(),
        },
        _ => Value::Null,
    }
}
