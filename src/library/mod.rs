//! stand-in: compiles the whole library from text
use crate::{
    check,
    diagnostic::{Diagnostic, nearest},
    eval::LicenseNames,
    ir,
    source::Sources,
    syntax,
};
const FILES: &[(&str, &str)] = &[
    (
        "policies/vocabulary/deployment.clause",
        include_str!("../../policies/vocabulary/deployment.clause"),
    ),
    (
        "policies/licenses/apache-2.0.clause",
        include_str!("../../policies/licenses/apache-2.0.clause"),
    ),
    (
        "policies/licenses/gemma.clause",
        include_str!("../../policies/licenses/gemma.clause"),
    ),
    (
        "policies/licenses/llama-3.clause",
        include_str!("../../policies/licenses/llama-3.clause"),
    ),
    (
        "policies/licenses/llama-3.1.clause",
        include_str!("../../policies/licenses/llama-3.1.clause"),
    ),
    (
        "policies/licenses/llama-3.2.clause",
        include_str!("../../policies/licenses/llama-3.2.clause"),
    ),
    (
        "policies/licenses/llama-3.3.clause",
        include_str!("../../policies/licenses/llama-3.3.clause"),
    ),
    (
        "policies/licenses/llama-4.clause",
        include_str!("../../policies/licenses/llama-4.clause"),
    ),
];
/// s
pub fn sources() -> Sources {
    let mut s = Sources::new();
    for (n, t) in FILES {
        s.add(*n, *t);
    }
    s
}
/// n
pub struct Names(Vec<(String, Vec<String>)>);
impl LicenseNames for Names {
    fn canonical(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(id, a)| {
                id.eq_ignore_ascii_case(name) || a.iter().any(|a| a.eq_ignore_ascii_case(name))
            })
            .map(|(id, _)| id.as_str())
    }
    fn suggestion(&self, name: &str) -> Option<String> {
        nearest::nearest(name, self.0.iter().map(|(id, _)| id.as_str())).map(str::to_owned)
    }
}
/// c
pub fn compile(
    texts: Vec<(String, String)>,
    sources: &mut Sources,
) -> Result<(ir::Program, Names), Vec<Diagnostic>> {
    let mut docs = Vec::new();
    let mut faults = Vec::new();
    for (i, (_, t)) in FILES.iter().enumerate() {
        let (d, f) = syntax::parse(crate::source::SourceId(i as u32), t);
        docs.push(d);
        faults.extend(f);
    }
    for (n, t) in texts {
        let id = sources.add(n, t.clone());
        let (d, f) = syntax::parse(id, &t);
        docs.push(d);
        faults.extend(f);
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let p = ir::lower(check::check(&docs, &[])?);
    let names = Names(
        p.layers
            .iter()
            .filter_map(|l| Some((l.id.clone(), l.terms()?.aliases.clone())))
            .collect(),
    );
    Ok((p, names))
}
