//! A package registry on the loopback: static files, with a count of the packages fetched.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Context;

/// The endings of packages; everything else is an index.
const PACKAGES: [&str; 8] = ["whl", "tgz", "crate", "zip", "gem", "jar", "rpm", "zst"];

/// The port is fixed, since a lock file can hold a hash of the registry's address (poetry's does).
const PORT: u16 = 8945;

/// A running registry. It ends with the process.
#[derive(Debug)]
pub(super) struct Registry {
    fetched: Arc<AtomicUsize>,
}

impl Registry {
    /// Serves the files below `root`: one registry a folder, with its own address in the place of
    /// `@REGISTRY@` in index files.
    ///
    /// # Errors
    /// The port is taken.
    pub(super) fn start(root: PathBuf) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", PORT))
            .with_context(|| format!("cannot serve packages on port {PORT} of the loopback"))?;
        let fetched = Arc::new(AtomicUsize::new(0));
        let files = Arc::new(Files {
            root,
            fetched: Arc::clone(&fetched),
        });
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let files = Arc::clone(&files);
                // A client that hangs up early is its own affair.
                thread::spawn(move || files.serve(&stream).ok());
            }
        });
        Ok(Self { fetched })
    }

    /// How many packages were fetched since the last call.
    pub(super) fn take_fetched(&self) -> usize {
        self.fetched.swap(0, Ordering::SeqCst)
    }
}

/// The address of the registry in the folder `kind`, without a trailing `/`.
pub(super) fn address(kind: &str) -> String {
    format!("http://127.0.0.1:{PORT}/{kind}")
}

struct Files {
    root: PathBuf,
    fetched: Arc<AtomicUsize>,
}

/// A request, as far as it matters here.
struct Request {
    path: String,
    /// Whether the body is left out (HEAD).
    head: bool,
    /// The version that the client has (`If-None-Match`).
    known: Option<String>,
}

impl Request {
    /// Reads the next request of a connection.
    fn read(reader: &mut impl BufRead) -> std::io::Result<Option<Self>> {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split(' ');
        let head = words.next() == Some("HEAD");
        let target = words.next().unwrap_or("/");
        let path = target.split('?').next().unwrap_or(target).to_owned();
        let mut known = None;
        loop {
            let mut header = String::new();
            // An empty line, or the end of the connection, ends the headers.
            if reader.read_line(&mut header)? <= 2 {
                return Ok(Some(Self { path, head, known }));
            }
            if let Some((name, value)) = header.split_once(':')
                && name.eq_ignore_ascii_case("if-none-match")
            {
                known = Some(value.trim().to_owned());
            }
        }
    }
}

impl Files {
    /// Answers the requests of one connection.
    fn serve(&self, stream: &TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream);
        while let Some(request) = Request::read(&mut reader)? {
            self.answer(stream, &request)?;
        }
        Ok(())
    }

    fn answer(&self, mut stream: &TcpStream, request: &Request) -> std::io::Result<()> {
        let Some(file) = self.find(&request.path) else {
            return stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        };
        let ending = file.extension().unwrap_or_default().to_string_lossy();
        let is_package = PACKAGES.contains(&&*ending);
        let mut body = fs::read(&file)?;
        if !is_package {
            let kind = request.path.trim_start_matches('/').split('/').next();
            // What is no text names no address.
            if let Ok(text) = str::from_utf8(&body) {
                let address = address(kind.unwrap_or_default());
                body = text.replace("@REGISTRY@", &address).into_bytes();
            }
        }
        let mut hasher = DefaultHasher::new();
        hasher.write(&body);
        let tag = format!("\"{:x}\"", hasher.finish());
        let head = if request.known.as_ref() == Some(&tag) {
            body.clear();
            format!("HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\n\r\n")
        } else {
            let content = content_type(&ending);
            let length = body.len();
            // Bundler takes the tag of its index, whose files have no ending, for an MD5 sum.
            let tag = match ending.is_empty() {
                true => String::new(),
                false => format!("ETag: {tag}\r\n"),
            };
            format!(
                "HTTP/1.1 200 OK\r\nContent-Type: {content}\r\nContent-Length: {length}\r\n\
                 Cache-Control: max-age=600\r\n{tag}\r\n"
            )
        };
        if is_package && !request.head && !body.is_empty() {
            self.fetched.fetch_add(1, Ordering::SeqCst);
        }
        stream.write_all(head.as_bytes())?;
        if request.head {
            return Ok(());
        }
        stream.write_all(&body)
    }

    /// The file for a request path: itself, or the index of a folder.
    fn find(&self, path: &str) -> Option<PathBuf> {
        let path = Path::new(path.trim_start_matches('/'));
        if !path
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
        {
            return None;
        }
        let file = self.root.join(path);
        [
            file.clone(),
            file.join("index.html"),
            file.join("index.json"),
        ]
        .into_iter()
        .find(|file| file.is_file())
    }
}

fn content_type(ending: &str) -> &'static str {
    match ending {
        "html" => "text/html",
        "json" | "info" => "application/json",
        "" | "mod" => "text/plain",
        _ => "application/octet-stream",
    }
}
