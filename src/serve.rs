//! `zhiti serve`: shows the public edition on this machine only. GET and HEAD, files of
//! one folder, nothing else; links and hidden files are not served.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{AtPath, Error, Result};
use crate::text;

/// A server on loopback.
pub struct Server {
    root: PathBuf,
    listener: TcpListener,
    address: SocketAddr,
}

/// Longest request head that is read.
const HEAD: u64 = 16 << 10;

impl Server {
    /// Opens the port for a folder.
    ///
    /// # Errors
    /// There is no such folder, or the port is taken.
    pub fn open(root: &Path, port: u16) -> Result<Self> {
        if !root.is_dir() {
            let message = format!("{} 中没有公开版", root.display());
            return Err(Error::usage(message, "请先运行 `zhiti run` 或 `zhiti publish`"));
        }
        let root = root.canonicalize().at("打开文件夹", root)?;
        let place = PathBuf::from(format!("{}:{port}", Ipv4Addr::LOCALHOST));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).at("打开端口", &place)?;
        let address = listener.local_addr().at("打开端口", &place)?;
        Ok(Self { root, listener, address })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until the program is ended.
    pub fn run(&self) {
        for stream in self.listener.incoming().flatten() {
            let _ = self.answer(stream);
        }
    }

    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        let mut line = String::new();
        BufReader::new((&stream).take(HEAD)).read_line(&mut line)?;
        let mut words = line.split_whitespace();
        let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or("/"));
        let found = if matches!(method, "GET" | "HEAD") { self.file(target) } else { None };
        let (status, kind, body) = match found {
            Some((path, body)) => ("200 OK", kind(&path), body),
            None => ("404 Not Found", "text/plain; charset=utf-8", "没有这个页面\n".as_bytes().to_vec()),
        };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        if method == "HEAD" { Ok(()) } else { stream.write_all(&body) }
    }

    /// The file of a target; only regular files below the root.
    fn file(&self, target: &str) -> Option<(PathBuf, Vec<u8>)> {
        let path = text::percent_decoded(target.split(['?', '#']).next()?)?;
        let mut full = self.root.clone();
        for part in path.split('/').filter(|p| !p.is_empty()) {
            if part.starts_with('.') || part.contains(['\\', '\0']) {
                return None;
            }
            full.push(part);
        }
        if full.is_dir() {
            full.push("index.html");
        }
        let real = full.canonicalize().ok().filter(|p| p.starts_with(&self.root) && p.is_file())?;
        let body = fs::read(&real).ok()?;
        Some((real, body))
    }
}

fn kind(path: &Path) -> &'static str {
    match path.extension().and_then(|e| e.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("csv") => "text/csv; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(address: SocketAddr, target: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {target} HTTP/1.1\r\n\r\n").unwrap();
        let mut text = String::new();
        let _ = stream.read_to_string(&mut text);
        text
    }

    #[test]
    fn serves_its_folder_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("site")).unwrap();
        fs::write(folder.path().join("site/index.html"), "<p>首页</p>").unwrap();
        fs::write(folder.path().join("secret.txt"), "secret").unwrap();
        let server = Server::open(&folder.path().join("site"), 0).unwrap();
        let address = server.address();
        std::thread::spawn(move || server.run());
        assert!(get(address, "/").contains("首页"));
        for target in ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/nothing"] {
            assert!(get(address, target).starts_with("HTTP/1.1 404"), "{target}");
        }
    }
}
