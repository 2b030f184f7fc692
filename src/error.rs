//! Why the program could not do the job at all (exit code 2).
//!
//! What is wrong with a return is never an [`Error`]; it is a problem with a
//! place, and the run goes on. An `Error` says whose fault it is: the command
//! line, the settings, a template, the file system or us.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Result of anything that may stop the program.
pub type Result<T> = std::result::Result<T, Error>;

/// A reason to stop, in Chinese, with the file and line where there is one.
#[derive(Debug)]
pub enum Error {
    /// The command line asks for something that cannot be.
    Usage { message: String, hint: String },
    /// A settings, specification or template file is wrong.
    Config { file: PathBuf, line: Option<usize>, message: String, hint: String },
    /// The file system refused.
    Io { doing: &'static str, path: PathBuf, source: io::Error },
    /// A fault of this program: please report it.
    Internal { message: String },
}

impl Error {
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), hint: hint.into() }
    }

    pub fn config(
        file: impl Into<PathBuf>,
        line: Option<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self::Config { file: file.into(), line, message: message.into(), hint: hint.into() }
    }

    pub fn internal(message: impl Into<String>) -> Self {
        Self::Internal { message: message.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage { message, hint } => write_with_hint(f, message, hint),
            Self::Config { file, line, message, hint } => {
                write!(f, "{}", file.display())?;
                if let Some(line) = line {
                    write!(f, " 第{line}行")?;
                }
                f.write_str("：")?;
                write_with_hint(f, message, hint)
            }
            Self::Io { doing, path, source } => {
                // What is written need not be there, but the folder it is written to.
                let words = match source.kind() {
                    io::ErrorKind::NotFound if doing.starts_with('写') => {
                        "文件夹不存在，请先建立".to_owned()
                    }
                    _ => io_words(source),
                };
                write!(f, "{doing}失败：{}（{words}）", path.display())
            }
            Self::Internal { message } => write!(f, "程序内部故障，请反馈给开发者：{message}"),
        }
    }
}

fn write_with_hint(f: &mut fmt::Formatter<'_>, message: &str, hint: &str) -> fmt::Result {
    f.write_str(message)?;
    if hint.is_empty() { Ok(()) } else { write!(f, "\n  {hint}") }
}

/// What the system says, in Chinese where we have words for it, and what to do about it.
pub(crate) fn io_words(error: &io::Error) -> String {
    use io::ErrorKind as Kind;
    let words = match error.kind() {
        Kind::NotFound => "不存在，请检查路径",
        Kind::PermissionDenied => "没有权限，请检查文件或文件夹的读写权限",
        Kind::StorageFull | Kind::QuotaExceeded => "磁盘空间不足，请清理后再运行",
        Kind::FileTooLarge => "超过了系统允许的文件大小",
        Kind::ReadOnlyFilesystem => "所在磁盘只读",
        Kind::NotADirectory => "不是文件夹，或路径中有一段是文件",
        Kind::IsADirectory => "是文件夹，不是文件",
        Kind::AlreadyExists => "已有同名的文件或文件夹",
        Kind::InvalidData => "不是 UTF-8 编码，请在记事本中“另存为”并选 UTF-8",
        Kind::AddrInUse => "端口已被占用，请用 --port 换一个",
        _ => match error.raw_os_error() {
            Some(code) => return format!("系统报告错误，错误号{code}"),
            None => return error.to_string(),
        },
    };
    words.to_owned()
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// Names the path in an I/O error: `fs::read(p).at("读取文件", p)?`.
pub trait AtPath<T> {
    /// Adds what was being done and to which path.
    ///
    /// # Errors
    /// The same error, as [`Error::Io`].
    fn at(self, doing: &'static str, path: &Path) -> Result<T>;
}

impl<T> AtPath<T> for io::Result<T> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T> {
        self.map_err(|source| Error::Io { doing, path: path.to_owned(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written_for_want_of_a_folder_says_so() {
        let path = Path::new("/nonexist/x.csv");
        let told = std::fs::write(path, "x").at("写入文件", path).unwrap_err().to_string();
        assert_eq!(told, "写入文件失败：/nonexist/x.csv（文件夹不存在，请先建立）");
        let told = std::fs::read(path).at("读取文件", path).unwrap_err().to_string();
        assert!(told.contains("不存在，请检查路径"), "{told}");
        assert_eq!(io_words(&io::Error::from_raw_os_error(5)), "系统报告错误，错误号5");
    }
}
