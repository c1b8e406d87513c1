//! Floor 3: names and kinds.
//!
//! Comes in: documents that parse, and what was compiled before. Goes out: [`typed::Checked`], the
//! proof that they make sense, or every fault, in the order of the texts.

mod errors;
mod kinds;
mod layer;
mod names;
pub mod typed;

use crate::diagnostic::{self, Diagnostic};
use crate::source::Span;
use crate::syntax::ast;
use crate::value::Kind;
use kinds::Scope;
use names::Names;
use typed::{Checked, Decided, Layer, LayerKind};

/// What other documents may say about a license or policy that was compiled before.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its id.
    pub id: String,
    /// Whether it is a license.
    pub license: bool,
    /// Its questions, each with its readings.
    pub questions: Vec<(String, Vec<String>)>,
    /// Its judgments.
    pub judgments: Vec<String>,
    /// Where it is declared.
    pub span: Span,
}

/// Checks all documents of one run together; their order never matters.
///
/// # Errors
/// Every fault, in the order of the texts.
pub fn check(documents: &[ast::Document], known: &[Known]) -> Result<Checked, Vec<Diagnostic>> {
    let mut faults = Vec::new();
    let names = names::collect(documents, known, &mut faults);
    let mut defaults = Vec::new();
    let mut decided = Vec::new();
    let mut layers: Vec<Layer> = Vec::new();
    for (layer, license) in names.layers.values() {
        let mut builder = layer::Builder::new(&names, layer, *license);
        layers.push(builder.layer());
        builder.decisions(&mut decided);
        builder.defaults(&mut defaults);
        faults.append(&mut builder.faults);
    }
    globals(&names, &mut faults);
    layers.sort_by(|a, b| {
        let rank = |layer: &Layer| matches!(layer.kind, LayerKind::Policy(_));
        (rank(a), &a.id).cmp(&(rank(b), &b.id))
    });
    decided.sort_by_key(|decided: &Decided| decided.span);
    if faults.is_empty() {
        let acts = names.acts.values().map(|act| typed::Act {
            name: act.name.node.clone(),
            doc: act.doc.clone(),
            span: act.name.span,
        });
        let acts = acts.collect();
        return Ok(Checked {
            acts,
            schema: names.schema,
            layers,
            decided,
            defaults,
        });
    }
    diagnostic::in_text_order(&mut faults);
    Err(faults)
}

/// Acts and definitions make sense by themselves, even where nobody uses them.
fn globals(names: &Names, faults: &mut Vec<Diagnostic>) {
    for act in names.acts.values() {
        let mut scope = Scope::new(names, None, ast::Each::License, Vec::new());
        scope.condition(&act.when);
        faults.append(&mut scope.faults);
    }
    for define in names.defines.values() {
        check_define(names, None, define, faults);
    }
}

/// A definition without parameters is checked where it stands; one with parameters where it is used.
fn check_define<'a>(
    names: &Names<'a>,
    layer: Option<&'a ast::Layer>,
    define: &'a ast::Define,
    faults: &mut Vec<Diagnostic>,
) {
    for (_, kind) in &define.parameters {
        if kind_of(names, kind).is_none() {
            faults.push(errors::wrong_value(
                kind.span,
                "the kind of a single value",
                "another kind",
            ));
        }
    }
    if define.parameters.is_empty() {
        let mut scope = Scope::new(names, layer, ast::Each::License, Vec::new());
        scope.definition(define);
        faults.append(&mut scope.faults);
    }
}

/// The kind of a parameter: one value, of a kind that has a name.
fn kind_of(names: &Names, kind: &ast::Kind) -> Option<Kind> {
    if kind.series.is_some() || kind.or_none {
        return None;
    }
    match &kind.base {
        ast::KindBase::Count(unit) => {
            let mut units = names.schema.units.iter();
            let at = units.position(|known| *known == unit.node)?;
            Some(Kind::Count(u16::try_from(at).ok()?))
        }
        ast::KindBase::Named(name) => names
            .kind_named(name)
            .filter(|kind| !matches!(kind, Kind::Record(_))),
        ast::KindBase::List(_) | ast::KindBase::OneOf(_) => None,
    }
}
