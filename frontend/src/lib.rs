//! The entry point of the wasm: the page's script calls [`hydrate`], then starts the islands.

use latchkey_app as _;

/// Makes the page ready for its islands.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
