//! `zhiti serve`: shows the public edition on this machine only. GET and HEAD, files of
//! one folder, nothing else; what leads out of the folder and hidden files are not served.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
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
        let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Err(e) if e.kind() == ErrorKind::AddrInUse => return Err(taken(port)),
            Err(e) if e.kind() == ErrorKind::PermissionDenied => return Err(forbidden(port)),
            other => other.at("打开端口", &place)?,
        };
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
        // Who asks and does not read must not keep the others waiting for ever.
        stream.set_write_timeout(Some(Duration::from_secs(30)))?;
        let mut line = String::new();
        BufReader::new((&stream).take(HEAD)).read_line(&mut line)?;
        let mut words = line.split_whitespace();
        let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let reply = self.reply(method, target);
        let head = format!(
            "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
            reply.status,
            reply.kind,
            reply.body.len(),
            reply.more
        );
        stream.write_all(head.as_bytes())?;
        if method == "HEAD" { Ok(()) } else { stream.write_all(&reply.body) }
    }

    fn reply(&self, method: &str, target: &str) -> Reply {
        if !target.starts_with('/') {
            return Reply::page("400 Bad Request", "看不懂这个请求");
        }
        if !matches!(method, "GET" | "HEAD") {
            let refused = Reply::page("405 Method Not Allowed", "预览只供浏览");
            return Reply { more: "Allow: GET, HEAD\r\n".into(), ..refused };
        }
        if let Some(folder) = self.folder_without_slash(target) {
            let moved = Reply::page("301 Moved Permanently", "请看该文件夹的首页");
            return Reply { more: format!("Location: {folder}\r\n"), ..moved };
        }
        match self.file(target) {
            Some((path, body)) => Reply { status: "200 OK", kind: kind(&path), more: String::new(), body },
            None => Reply::page("404 Not Found", "没有这个页面"),
        }
    }

    /// Where a folder is asked for as if it were a file: its address, as links in it start from there.
    fn folder_without_slash(&self, target: &str) -> Option<String> {
        let path = target.split(['?', '#']).next().filter(|p| !p.ends_with('/'))?;
        let plain = path.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_'));
        let name = path.trim_start_matches('/');
        (plain && self.root.join(name).join("index.html").is_file()).then(|| format!("/{name}/"))
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

/// What goes back.
struct Reply {
    status: &'static str,
    kind: &'static str,
    /// Further header lines, each with its end.
    more: String,
    body: Vec<u8>,
}

impl Reply {
    /// A page that says one thing and leads home.
    fn page(status: &'static str, says: &str) -> Self {
        let body = format!(
            "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head><meta charset=\"utf-8\"><title>{says}</title></head>\n\
             <body><p>{says}。</p><p><a href=\"/\">回到首页</a></p></body>\n</html>\n"
        );
        Self { status, kind: "text/html; charset=utf-8", more: String::new(), body: body.into_bytes() }
    }
}

fn taken(port: u16) -> Error {
    let hint = "可能已有一个预览在运行；请先结束它，或运行 `zhiti serve --port 0`，自动选一个空闲端口";
    Error::usage(format!("端口{port}已被占用"), hint)
}

fn forbidden(port: u16) -> Error {
    Error::usage(format!("没有使用端口{port}的权限"), "请运行 `zhiti serve --port 0`，自动选一个空闲端口")
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
        ask(address, &format!("GET {target} HTTP/1.1"))
    }

    fn ask(address: SocketAddr, line: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "{line}\r\n\r\n").unwrap();
        let mut text = String::new();
        let _ = stream.read_to_string(&mut text);
        text
    }

    #[test]
    fn serves_its_folder_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("site/cases")).unwrap();
        fs::write(folder.path().join("site/cases/index.html"), "<p>案例</p>").unwrap();
        fs::write(folder.path().join("site/.hidden"), "secret").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("../secret.txt", folder.path().join("site/out.txt")).unwrap();
        fs::write(folder.path().join("site/index.html"), "<p>首页</p>").unwrap();
        fs::write(folder.path().join("secret.txt"), "secret").unwrap();
        let server = Server::open(&folder.path().join("site"), 0).unwrap();
        let address = server.address();
        std::thread::spawn(move || server.run());
        assert!(get(address, "/").contains("首页"));
        assert!(get(address, "/cases/?a=1#b").contains("案例"));
        let moved = get(address, "/cases");
        assert!(moved.starts_with("HTTP/1.1 301") && moved.contains("\r\nLocation: /cases/\r\n"), "{moved}");
        let tricks = [
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/..%2fsecret.txt",
            "/cases/../../secret.txt",
            "/..%5csecret.txt",
            "//etc/passwd",
            "/%2fetc%2fpasswd",
            "/%00",
            "/%ff%fe",
            "/%",
            "/.hidden",
            "/out.txt",
            "/index.html/",
            "/index.html/x",
            "/nothing",
        ];
        for target in tricks {
            let reply = get(address, target);
            let is_same_file = target == "/index.html/";
            assert!(reply.starts_with("HTTP/1.1 404") || is_same_file, "{target}: {reply}");
            assert!(!reply.contains("secret") && !reply.contains("root:"), "{target}: {reply}");
        }
        assert!(get(address, "/nothing").contains("没有这个页面"));
    }

    #[test]
    fn answers_head_and_refuses_what_it_cannot_do() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("index.html"), "<p>首页</p>").unwrap();
        let server = Server::open(folder.path(), 0).unwrap();
        let address = server.address();
        std::thread::spawn(move || server.run());
        let head = ask(address, "HEAD / HTTP/1.1");
        assert!(head.starts_with("HTTP/1.1 200") && head.contains("Content-Length: 13\r\n"), "{head}");
        assert!(head.ends_with("\r\n\r\n"), "no body: {head}");
        let missing = ask(address, "HEAD /nothing HTTP/1.1");
        assert!(missing.starts_with("HTTP/1.1 404") && missing.ends_with("\r\n\r\n"), "{missing}");
        let post = ask(address, "POST / HTTP/1.1");
        assert!(post.starts_with("HTTP/1.1 405") && post.contains("Allow: GET, HEAD"), "{post}");
        for line in ["", "GET", "GET index.html", "\u{16}\u{3}\u{1}"] {
            assert!(ask(address, line).starts_with("HTTP/1.1 400"), "{line:?}");
        }
        assert!(get(address, "/").contains("首页"), "still there");
    }

    #[test]
    fn a_taken_port_and_a_missing_edition_are_told_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let first = Server::open(folder.path(), 0).unwrap();
        let port = first.address().port();
        let error = Server::open(folder.path(), port).err().unwrap().to_string();
        assert!(error.contains(&format!("端口{port}已被占用")) && !error.contains("os error"), "{error}");
        let missing = Server::open(&folder.path().join("site"), 0).err().unwrap().to_string();
        assert!(missing.contains("没有公开版"), "{missing}");
    }
}
