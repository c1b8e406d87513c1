//! Compiles the shipped vocabulary and licenses into the binary.
//!
//! The floors of the crate up to `ir` are modules of this script as well, so the texts are read,
//! checked and lowered here by the same code that reads an organization's texts later. What comes out,
//! in `OUT_DIR`: `vocabulary.bin` (schema and acts), one `N.bin` for each license, and `library.rs`,
//! the index of all this as plain statics. `src/library` includes them.

#![allow(dead_code, unused_imports)] // a build needs less of the floors than the crate does

mod check;
mod diagnostic {
    //! The messages without the code that draws them: a build log gets plain lines.

    mod code;
    mod message;
    pub mod nearest;
    pub mod visible;
    pub mod words;

    pub use code::Code;
    pub use message::{Diagnostic, Label, Severity, in_text_order};
}
mod ir;
mod source;
mod syntax;
mod value;

use diagnostic::Diagnostic;
use source::{SourceId, Sources};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, process};
use syntax::ast;

/// Folders of the shipped texts, in the order in which the texts are numbered.
const VOCABULARY: &str = "policies/vocabulary";
const LICENSES: &str = "policies/licenses";

fn main() {
    let from = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo names the crate"));
    let into = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names the folder to write to"));
    let mut sources = Sources::new();
    for folder in [VOCABULARY, LICENSES] {
        println!("cargo::rerun-if-changed={folder}");
        add(&mut sources, &from, folder);
    }
    let program = compile(&sources).unwrap_or_else(|faults| {
        let told = drawn(&faults, &sources);
        let _ = std::io::Write::write_all(&mut std::io::stderr(), told.as_bytes());
        process::exit(1);
    });
    let write = |name: &str, bytes: &[u8]| {
        fs::write(into.join(name), bytes).expect("the folder of the build can be written to");
    };
    let vocabulary = (&program.schema, &program.acts);
    write("vocabulary.bin", &bytes(&vocabulary));
    for (number, layer) in program.layers.iter().enumerate() {
        write(&format!("{number}.bin"), &bytes(layer));
    }
    write("library.rs", index(&program, &sources).as_bytes());
}

fn bytes(thing: &impl serde::Serialize) -> Vec<u8> {
    postcard::to_stdvec(thing).expect("every part of a program has a length")
}

/// Adds the texts of a folder, by name.
fn add(sources: &mut Sources, from: &Path, folder: &str) {
    let entries = fs::read_dir(from.join(folder)).expect("the folders of shipped texts exist");
    let names = entries.map(|entry| entry.expect("a folder can be listed").file_name());
    let mut names: Vec<String> = names
        .filter_map(|name| name.into_string().ok())
        .filter(|name| name.ends_with(".clause"))
        .collect();
    names.sort_unstable();
    for name in names {
        let name = format!("{folder}/{name}");
        let text = fs::read_to_string(from.join(&name)).expect("a shipped text is UTF-8");
        sources.add(name, text);
    }
}

fn ids(sources: &Sources) -> impl Iterator<Item = SourceId> {
    (0..u32::try_from(sources.len()).expect("few texts")).map(SourceId)
}

fn is_vocabulary(sources: &Sources, id: SourceId) -> bool {
    sources.name(id).starts_with(VOCABULARY)
}

fn compile(sources: &Sources) -> Result<ir::Program, Vec<Diagnostic>> {
    let mut faults = Vec::new();
    let mut documents = Vec::new();
    for id in ids(sources) {
        let (document, found) = syntax::parse(id, sources.text(id));
        faults.extend(found);
        // Texts of an organization are compiled with the vocabulary alone.
        let layered = |item: &ast::Item| matches!(item, ast::Item::License(_));
        let plain = |item: &ast::Item| matches!(item, ast::Item::Language(_));
        let stray = document
            .items
            .iter()
            .any(|item| !plain(item) && layered(item) == is_vocabulary(sources, id));
        assert!(
            !stray,
            "{}: licenses declare nothing but licenses, and the vocabulary declares none",
            sources.name(id)
        );
        documents.push(document);
    }
    if faults.is_empty() {
        check::check(&documents, &[]).map(ir::lower)
    } else {
        Err(faults)
    }
}

/// Faults as plain lines.
fn drawn(faults: &[Diagnostic], sources: &Sources) -> String {
    let mut drawn = String::new();
    for fault in faults {
        writeln!(
            drawn,
            "{}[{}]: {}",
            fault.severity, fault.code, fault.message
        )
        .expect("a text can be written to");
        for label in &fault.labels {
            let (line, column) = sources.line_col(label.span.source, label.span.start);
            let name = sources.name(label.span.source);
            writeln!(drawn, "  {name}:{line}:{column}: {}", label.text)
                .expect("a text can be written to");
        }
        if let Some(help) = &fault.help {
            writeln!(drawn, "  help: {help}").expect("a text can be written to");
        }
    }
    drawn
}

/// The source of the index: statics that `src/library` gives their types.
fn index(program: &ir::Program, sources: &Sources) -> String {
    let texts: Vec<String> = ids(sources)
        .map(|id| {
            let name = sources.name(id);
            format!("({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{name}\")))")
        })
        .collect();
    let vocabulary = ids(sources)
        .filter(|id| is_vocabulary(sources, *id))
        .count();
    let licenses: Vec<String> = program
        .layers
        .iter()
        .enumerate()
        .map(|(number, layer)| license(number, layer))
        .collect();
    let mut names: Vec<(&str, usize)> = Vec::new();
    for (number, layer) in program.layers.iter().enumerate() {
        let aliases = layer.terms().map_or(&[][..], |terms| &terms.aliases);
        names.push((&layer.id, number));
        names.extend(aliases.iter().map(|alias| (alias.as_str(), number)));
    }
    names.sort_by_key(|(name, number)| (name.to_ascii_lowercase(), *number));
    names.dedup_by(|a, b| a.0.eq_ignore_ascii_case(b.0) && a.1 == b.1);
    for pair in names.windows(2) {
        let same = pair[0].0.eq_ignore_ascii_case(pair[1].0);
        assert!(!same, "two licenses are called {}", pair[0].0);
    }
    format!(
        "/// Every shipped text with its name, numbered as in the compiled parts.\n\
         static TEXTS: &[(&str, &str)] = &{texts};\n\
         /// So many of the texts are the vocabulary; they come first.\n\
         const VOCABULARY: u32 = {vocabulary};\n\
         /// Schema and acts, compiled.\n\
         static SCHEMA: &[u8] = include_bytes!(concat!(env!(\"OUT_DIR\"), \"/vocabulary.bin\"));\n\
         /// The licenses in the order of their ids.\n\
         static LICENSES: &[License] = &{licenses};\n\
         /// Ids and aliases, sorted as if written in small letters, each with the number of its license.\n\
         static NAMES: &[(&str, u16)] = &{names};\n",
        texts = list(&texts),
        licenses = list(&licenses),
        names = format_args!("{names:?}"),
    )
}

fn license(number: usize, layer: &ir::Layer) -> String {
    let terms = layer.terms().expect("only licenses are shipped");
    let questions = layer.questions.iter().map(|question| {
        let readings: Vec<&str> = question.readings.iter().map(|r| r.name.as_str()).collect();
        format!(
            "Question {{ name: {:?}, readings: &{readings:?} }}",
            question.name
        )
    });
    let questions: Vec<String> = questions.collect();
    let judgments: Vec<&str> = layer.judgments.iter().map(|j| j.name.as_str()).collect();
    format!(
        "License {{ id: {:?}, title: {:?}, licensor: {:?}, aliases: &{:?}, models: &{:?}, \
         questions: &{}, judgments: &{judgments:?}, span: Span {{ source: SourceId({}), start: {}, end: {} }}, \
         bytes: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{number}.bin\")) }}",
        layer.id,
        layer.title,
        terms.licensor,
        terms.aliases,
        terms.models,
        list(&questions),
        layer.span.source.0,
        layer.span.start,
        layer.span.end,
    )
}

fn list(parts: &[String]) -> String {
    format!("[{}]", parts.join(", "))
}
