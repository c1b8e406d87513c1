//! Reads files into texts. Every file is read once; what cannot be read is a message, not a crash.

use super::args::FactsFormat;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::Format;
use crate::library;
use crate::source::{SourceId, Sources};
use std::io::Read;
use std::path::{Path, PathBuf};

/// A text and the name it is shown under.
pub struct Text {
    /// The name.
    pub name: String,
    /// The text.
    pub text: String,
}

/// Largest file, in bytes; larger ones are refused before they are read.
const MAX_BYTES: u64 = 256 << 20;

/// Reads a file, or standard input for `-`.
pub fn read(path: &Path) -> Result<Text, Diagnostic> {
    let name = if path.as_os_str() == "-" {
        "<stdin>".to_owned()
    } else {
        path.display().to_string()
    };
    let unreadable = |why: String| {
        let help = if path.is_dir() {
            "name the files in it"
        } else {
            "check the path and its permissions"
        };
        Diagnostic::error(Code::Unreadable, format!("`{name}` cannot be read: {why}")).help(help)
    };
    let mut bytes = Vec::new();
    let outcome = if path.as_os_str() == "-" {
        std::io::stdin()
            .lock()
            .take(MAX_BYTES + 1)
            .read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| {
            let metadata = file.metadata()?;
            if metadata.is_dir() {
                return Err(std::io::Error::other("it is a folder"));
            }
            // Read at once, with one byte more that shows where it ends.
            let size = metadata.len().min(MAX_BYTES).saturating_add(1);
            bytes.reserve(usize::try_from(size).unwrap_or(0));
            file.take(MAX_BYTES + 1).read_to_end(&mut bytes)
        })
    };
    outcome.map_err(|error| unreadable(plain(&error)))?;
    if bytes.len() as u64 > MAX_BYTES {
        let message = format!("`{name}` is larger than {} MiB", MAX_BYTES >> 20);
        return Err(Diagnostic::error(Code::TooLarge, message).help("split it into several files"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        Diagnostic::error(
            Code::NotUtf8,
            format!("`{name}` is not UTF-8: line {line} has bytes that are no text"),
        )
        .help("save the file as UTF-8")
    })?;
    Ok(Text { name, text })
}

/// What the system said, without its number.
fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// The policy texts that paths stand for, and what they import, added to `sources`.
pub fn policy_texts(
    paths: &[PathBuf],
    sources: &mut Sources,
) -> Result<Vec<SourceId>, Vec<Diagnostic>> {
    let (mut files, mut faults) = (Vec::new(), Vec::new());
    for path in paths {
        match policy_files(path) {
            Ok(found) => files.extend(found),
            Err(fault) => faults.push(fault),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let names: Vec<String> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    library::load(&names, sources, &|name| {
        let mut text = String::new();
        let file = std::fs::File::open(name)?;
        file.take(MAX_BYTES).read_to_string(&mut text)?;
        Ok(text)
    })
}

/// The policy files a path stands for: itself, or every `.clause` file below a folder, by name.
pub fn policy_files(path: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in ignore::WalkBuilder::new(path)
        .sort_by_file_path(Ord::cmp)
        .build()
    {
        let entry = entry.map_err(|error| {
            let message = format!("`{}` cannot be read: {error}", path.display());
            Diagnostic::error(Code::Unreadable, message).help("check the path and its permissions")
        })?;
        if entry
            .path()
            .extension()
            .is_some_and(|ending| ending == "clause")
            && entry.path().is_file()
        {
            files.push(entry.into_path());
        }
    }
    if files.is_empty() {
        let message = format!("`{}` holds no policy file", path.display());
        return Err(
            Diagnostic::error(Code::Unreadable, message).help("policy files end in `.clause`")
        );
    }
    Ok(files)
}

/// The format of a facts file.
pub fn facts_format(name: &str, asked: Option<FactsFormat>) -> Result<Format, Diagnostic> {
    match (asked, Format::of_name(name)) {
        (_, Some(format)) => Ok(format),
        (Some(FactsFormat::Yaml), None) => Ok(Format::Yaml),
        (Some(FactsFormat::Json), None) => Ok(Format::Json),
        (Some(FactsFormat::JsonLines), None) => Ok(Format::JsonLines),
        (Some(FactsFormat::Toml), None) => Ok(Format::Toml),
        (None, None) => {
            let message = format!("the format of `{name}` is not known");
            Err(Diagnostic::error(Code::Unreadable, message)
                .help("name it `.yaml`, `.json`, `.jsonl` or `.toml`, or say `--facts-format`"))
        }
    }
}
