//! `/api/docs`: every call of the API, to read and to try.

use leptos::prelude::*;

use crate::{
    Frame, Page,
    component::{Code, Heading},
    words::api_docs as words,
};

/// A value that goes into the path or the query of a call.
#[derive(Debug, Clone, Default)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Whether it stands in the path; else in the query.
    pub in_path: bool,
    /// What it is.
    pub about: String,
}

/// One way in which a call is answered.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// The status.
    pub status: String,
    /// When.
    pub about: String,
    /// How the body looks, where there is an example.
    pub example: Option<String>,
}

/// One call.
#[derive(Debug, Clone, Default)]
pub struct Call {
    /// Its name, unique on the page.
    pub id: String,
    /// `GET`, …
    pub method: String,
    /// Its path.
    pub path: String,
    /// What it does, in a sentence.
    pub summary: String,
    /// What else there is to know.
    pub about: String,
    /// Which proofs it takes.
    pub proofs: String,
    /// What goes into its address.
    pub parameters: Vec<Parameter>,
    /// A body to begin with, where it takes one.
    pub body: Option<String>,
    /// How it is answered.
    pub replies: Vec<Reply>,
    /// The same call on a command line.
    pub command: String,
}

/// Calls that belong together.
#[derive(Debug, Clone, Default)]
pub struct Group {
    /// What they are called.
    pub name: String,
    /// What they are for.
    pub about: String,
    /// They.
    pub calls: Vec<Call>,
}

/// The page. Its script is a file of its own; without it, calls are read, and those that only read
/// can be opened by their form.
#[derive(Debug, Clone, Default)]
pub struct ApiDocsPage {
    /// All calls.
    pub groups: Vec<Group>,
    /// The address of the script, and the nonce that lets it run.
    pub script: (String, String),
}

impl Page for ApiDocsPage {
    const IS_WIDE: bool = true;

    fn view(self, _frame: &Frame) -> AnyView {
        let (script, nonce) = self.script;
        let groups = self.groups.into_iter().map(group).collect_view();
        view! {
            <Heading
                title=words::TITLE
                text=words::ABOUT
            />
            <p class="mb-6 max-w-prose text-sm text-muted">
                {words::DOCUMENT}
                <a class="link" href="/api/openapi.json">
                    {words::DOCUMENT_LINK}
                </a>
                {words::DOCUMENT_VERSION}
            </p>
            <section class="card mb-6 px-4 py-4 sm:px-6" aria-labelledby="token-heading" data-with-script hidden>
                <h2 id="token-heading" class="text-base font-semibold text-ink">
                    {words::TOKEN}
                </h2>
                <div class="field mt-3 max-w-xl">
                    <label for="token" class="label">
                        {words::TOKEN_LABEL}
                    </label>
                    <input id="token" class="input mono" type="password" autocomplete="off" spellcheck="false" />
                </div>
            </section>
            {groups}
            <script type="module" src=script nonce=nonce></script>
        }
        .into_any()
    }
}

fn group(group: Group) -> AnyView {
    let id = format!("group-{}", group.name.to_lowercase());
    let heading = id.clone();
    let calls = group.calls.into_iter().map(call).collect_view();
    view! {
        <section class="card mb-6" aria-labelledby=heading>
            <div class="px-4 py-4 sm:px-6">
                <h2 id=id class="text-base font-semibold text-ink">
                    {group.name}
                </h2>
                <p class="mt-1 max-w-prose text-sm text-muted">{group.about}</p>
            </div>
            {calls}
        </section>
    }
    .into_any()
}

fn call(call: Call) -> AnyView {
    let about = (!call.about.is_empty()).then(|| {
        view! { <p class="max-w-prose text-sm text-muted">{call.about.clone()}</p> }
    });
    let replies = call
        .replies
        .iter()
        .map(|reply| {
            let example = reply.example.clone().map(|example| {
                view! { <Code text=example /> }
            });
            view! {
                <li class="py-1">
                    <span class="mono">{reply.status.clone()}</span>
                    " "
                    {reply.about.clone()}
                    {example}
                </li>
            }
        })
        .collect_view();
    let form = form(&call);
    view! {
        <details class="border-t border-line px-4 py-3 sm:px-6" id=call.id>
            <summary class="cursor-pointer text-sm text-ink">
                <span class="mono font-semibold">{call.method}</span>
                " "
                <span class="mono wrap-anywhere">{call.path}</span>
                <span class="ml-3 text-muted">{call.summary}</span>
            </summary>
            <div class="mt-3 space-y-4">
                {about}
                <p class="text-sm text-muted">{call.proofs}</p>
                {form}
                <Code text=call.command />
                <ul class="text-sm text-muted">{replies}</ul>
            </div>
        </details>
    }
    .into_any()
}

/// The form that sends a call. Without script a browser can send those that read, and whose address
/// has no gaps; the script shows the others.
fn form(call: &Call) -> AnyView {
    let needs_script = call.method != "GET" || call.parameters.iter().any(|one| one.in_path);
    let fields = call
        .parameters
        .iter()
        .map(|parameter| {
            let id = format!("{}-{}", call.id, parameter.name);
            let labelled = id.clone();
            view! {
                <div class="field">
                    <label for=labelled class="label">
                        <span class="mono">{parameter.name.clone()}</span>
                        " "
                        <span class="font-normal text-muted">{parameter.about.clone()}</span>
                    </label>
                    <input
                        id=id
                        class="input"
                        name=parameter.name.clone()
                        data-in=if parameter.in_path { "path" } else { "query" }
                        required=parameter.in_path
                        autocomplete="off"
                    />
                </div>
            }
        })
        .collect_view();
    let body = call.body.clone().map(|body| {
        let id = format!("{}-body", call.id);
        let labelled = id.clone();
        view! {
            <div class="field">
                <label for=labelled class="label">
                    {words::BODY}
                </label>
                <textarea id=id class="input mono" rows="6" data-in="body" spellcheck="false">
                    {body}
                </textarea>
            </div>
        }
    });
    view! {
        <form
            class="max-w-xl space-y-3"
            method="get"
            action=call.path.clone()
            data-call=call.method.clone()
            data-with-script=needs_script
            hidden=needs_script
        >
            {fields}
            {body}
            <button type="submit" class="btn btn-plain">
                {words::SEND}
            </button>
            <output class="mono block overflow-x-auto whitespace-pre-wrap text-xs wrap-anywhere"></output>
        </form>
    }
    .into_any()
}
