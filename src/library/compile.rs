//! Shipped licenses and an organization's texts → program.

use super::index::{known, licenses};
use super::{Needed, PARTS, vocabulary};
use crate::check::{self, Known};
use crate::diagnostic::Diagnostic;
use crate::ir::{self, Act, Layer, Program};
use crate::source::{SourceId, Sources};
use crate::syntax::{self, ast};
use crate::value::Schema;

/// What facts can be, as long as no organization adds facts of its own.
pub fn schema() -> Schema {
    base().0
}

/// The shipped licenses that are needed, and no policies.
pub fn program(needed: &Needed) -> Program {
    let (schema, acts) = base();
    Program {
        schema,
        acts,
        layers: needed.numbers().map(layer).collect(),
        decided: Vec::new(),
        defaults: Vec::new(),
    }
}

fn base() -> (Schema, Vec<Act>) {
    postcard::from_bytes(PARTS.schema).expect("the build of this program wrote these bytes")
}

fn layer(number: usize) -> Layer {
    let bytes = licenses()[number].bytes;
    postcard::from_bytes(bytes).expect("the build of this program wrote these bytes")
}

/// An organization's texts together with the shipped licenses that are needed, those whose questions
/// and judgments the texts decide among them. `texts` are numbers in `sources`, which must come from
/// [`sources`](super::sources); [`load`](super::load) gives them. Their order never matters.
///
/// # Errors
/// Every fault of the texts: first those of their syntax, then those of their meaning.
pub fn compile(
    texts: &[SourceId],
    sources: &Sources,
    needed: &Needed,
) -> Result<Program, Vec<Diagnostic>> {
    let mut texts = texts.to_vec();
    texts.sort_by_key(|id| (sources.name(*id), *id));
    texts.dedup();
    let parsed = parse(vocabulary().chain(texts), sources)?;
    let known = known();
    let mut program = ir::lower(check::check(&parsed, &known)?);
    let mut needed = needed.clone();
    for decided in &program.decided {
        needed.add(&decided.layer);
    }
    let declares_act = |document: &ast::Document| {
        let ours = document.source.0 >= PARTS.vocabulary;
        ours && document
            .items
            .iter()
            .any(|item| matches!(item, ast::Item::Act(_)))
    };
    if parsed.iter().any(declares_act) {
        // A compiled license knows the acts of the vocabulary only; it must be asked about these too.
        return with_new_acts(parsed, known, sources, &needed);
    }
    program.layers.extend(needed.numbers().map(layer));
    program
        .layers
        .sort_by(|a, b| (a.terms().is_none(), &a.id).cmp(&(b.terms().is_none(), &b.id)));
    Ok(program)
}

/// Compiles the licenses that are needed from their texts again.
fn with_new_acts(
    mut documents: Vec<ast::Document>,
    mut known: Vec<Known>,
    sources: &Sources,
    needed: &Needed,
) -> Result<Program, Vec<Diagnostic>> {
    let mut texts: Vec<SourceId> = needed
        .numbers()
        .map(|number| licenses()[number].span.source)
        .collect();
    texts.dedup();
    known.retain(|known| !texts.contains(&known.span.source));
    documents.extend(parse(texts.into_iter(), sources)?);
    check::check(&documents, &known).map(ir::lower)
}

fn parse(
    texts: impl Iterator<Item = SourceId>,
    sources: &Sources,
) -> Result<Vec<ast::Document>, Vec<Diagnostic>> {
    let mut faults = Vec::new();
    let mut documents = Vec::new();
    for id in texts {
        let (document, mut found) = syntax::parse(id, sources.text(id));
        documents.push(document);
        faults.append(&mut found);
    }
    if faults.is_empty() {
        Ok(documents)
    } else {
        Err(faults)
    }
}
