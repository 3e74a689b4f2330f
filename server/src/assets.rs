//! The built stylesheet, script and wasm: read once at start, served from memory.
//!
//! Addresses carry a hash of the content, so that browsers keep a file for good and fetch a new
//! one after an update. Compressed copies beside the files are served to whoever takes them.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{body::Body, response::Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use latchkey_app::Assets;
use sha2::{Digest, Sha256};

/// The site folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// There is none.
    #[error(
        "the site folder is missing: no `pkg/latchkey.css` under {0}. Build it with `make run` or \
         unpack a release, and name it with LATCHKEY_SITE_DIR"
    )]
    Missing(String),
    /// A file cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

#[derive(Debug)]
struct File {
    content_type: &'static str,
    plain: axum::body::Bytes,
    brotli: Option<axum::body::Bytes>,
    gzip: Option<axum::body::Bytes>,
    version: String,
}

/// The files of the site folder.
#[derive(Debug, Clone, Default)]
pub struct SiteAssets {
    files: Arc<HashMap<String, File>>,
}

impl SiteAssets {
    /// Reads the site folder.
    ///
    /// # Errors
    /// [`SiteError`] says what is missing and how to get it.
    pub fn read(folder: &Path) -> Result<Self, SiteError> {
        let mut paths = Vec::new();
        walk(folder, &mut paths).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => SiteError::Missing(folder.display().to_string()),
            _ => SiteError::Unreadable {
                path: folder.display().to_string(),
                source,
            },
        })?;
        let read = |path: &Path| {
            std::fs::read(path)
                .map(axum::body::Bytes::from)
                .map_err(|source| SiteError::Unreadable {
                    path: path.display().to_string(),
                    source,
                })
        };
        let mut files = HashMap::new();
        for path in &paths {
            let Some(content_type) = content_type(path) else {
                continue;
            };
            let plain = read(path)?;
            let beside = |extension: &str| {
                let mut name = path.as_os_str().to_owned();
                name.push(extension);
                let copy = PathBuf::from(name);
                paths.contains(&copy).then(|| read(&copy)).transpose()
            };
            let name = path
                .strip_prefix(folder)
                .unwrap_or(path)
                .to_string_lossy()
                .replace('\\', "/");
            let version = URL_SAFE_NO_PAD.encode(&Sha256::digest(&plain)[..9]);
            files.insert(
                format!("/{name}"),
                File {
                    content_type,
                    brotli: beside(".br")?,
                    gzip: beside(".gz")?,
                    plain,
                    version,
                },
            );
        }
        if !files.contains_key("/pkg/latchkey.css") {
            return Err(SiteError::Missing(folder.display().to_string()));
        }
        Ok(Self {
            files: Arc::new(files),
        })
    }

    /// Where pages find what they load.
    pub fn links(&self) -> Assets {
        let link = |path: &str| {
            let version = self.files.get(path).map_or("", |file| &file.version);
            format!("{path}?v={version}")
        };
        Assets {
            stylesheet: link("/pkg/latchkey.css"),
            script: link("/pkg/latchkey.js"),
            wasm: link("/pkg/latchkey.wasm"),
        }
    }

    /// Answers a request for `path`; `None` if there is no such file.
    pub fn serve(&self, path: &str, query: Option<&str>, headers: &HeaderMap) -> Option<Response> {
        let file = self.files.get(path)?;
        let is_versioned = query
            .and_then(|query| query.strip_prefix("v="))
            .is_some_and(|version| version == file.version);
        let accepted = headers
            .get(header::ACCEPT_ENCODING)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("");
        let takes = |coding: &str| {
            accepted.split(',').any(|part| {
                let mut pieces = part.split(';').map(str::trim);
                pieces.next() == Some(coding) && !pieces.any(|weight| weight == "q=0")
            })
        };
        let (body, coding) = match (&file.brotli, &file.gzip) {
            (Some(brotli), _) if takes("br") => (brotli, Some("br")),
            (_, Some(gzip)) if takes("gzip") => (gzip, Some("gzip")),
            _ => (&file.plain, None),
        };
        let etag = format!("\"{}{}\"", file.version, coding.unwrap_or(""));
        let is_known = headers
            .get(header::IF_NONE_MATCH)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|known| known.split(',').any(|tag| tag.trim() == etag));

        let mut response = if is_known {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response
        } else {
            Response::new(Body::from(body.clone()))
        };
        let out = response.headers_mut();
        out.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(file.content_type),
        );
        out.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        if let Some(coding) = coding.filter(|_| !is_known) {
            out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        if let Ok(etag) = HeaderValue::from_str(&etag) {
            out.insert(header::ETAG, etag);
        }
        out.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static(if is_versioned {
                "public, max-age=31536000, immutable"
            } else {
                "no-cache"
            }),
        );
        Some(response)
    }
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), paths)?;
        } else {
            paths.push(entry.path());
        }
    }
    Ok(())
}

fn content_type(path: &Path) -> Option<&'static str> {
    match path.extension()?.to_str()? {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "wasm" => Some("application/wasm"),
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        "ico" => Some("image/x-icon"),
        "txt" => Some("text/plain; charset=utf-8"),
        _ => None,
    }
}
