//! `clausula diff OLD NEW`

use super::args::{DiffArguments, Format, LookArguments};
use super::load::{facts_format, policy_texts, read};
use super::{ExitStatus, output};
use crate::analyze::diff::{Difference, Show, Version, diff};
use crate::analyze::told;
use crate::analyze::upgrade::{Upgrade, upgrade};
use crate::analyze::vocabulary::{self, Changed};
use crate::diagnostic::report::{Placed, placed};
use crate::diagnostic::{Code, Diagnostic, Label};
use crate::facts;
use crate::ir::{Layer, Program};
use crate::library::{self, Needed};
use crate::scene::Options;
use crate::source::{SourceId, Sources};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::Path;

/// The version of the output.
const VERSION: u32 = 1;

/// The whole output of `clausula diff --format json`.
#[derive(Default, Serialize, JsonSchema)]
pub struct Output {
    /// The version of these shapes: fields are added, never renamed or removed within one version.
    version: u32,
    /// The exit status: 0 the same (with `--facts`: no worse), 1 different (worse), 2 not compared.
    status: u8,
    /// Facts, enums, territories and acts that are declared otherwise, or in one of the two only.
    vocabulary: Vec<Redeclared>,
    /// What each pair of licenses or policies says differently; several where folders are compared.
    differences: Vec<Difference>,
    /// Licenses and policies that are in OLD only.
    only_old: Vec<String>,
    /// Licenses and policies that are in NEW only.
    only_new: Vec<String>,
    /// With `--facts`: what becomes of each deployment.
    upgrades: Vec<Upgrade>,
}

/// Something that is declared otherwise, or in one of the two only.
#[derive(Serialize, JsonSchema)]
struct Redeclared {
    /// What it is called: `audited`, `support.channel`, `enum channel`, `act publish`.
    name: String,
    /// How OLD declares it; absent if it is new.
    before: Option<Declared>,
    /// How NEW declares it; absent if it is gone.
    after: Option<Declared>,
    /// Whether it is compared as two that have nothing to do with each other, as facts of different kinds
    /// are.
    apart: bool,
    /// Whether it is more than an addition: facts that were stated before may not fit, or come to
    /// something else.
    breaks: bool,
}

/// A declaration.
#[derive(Serialize, JsonSchema)]
struct Declared {
    /// Its kind, its choices or its parts, as they are written.
    says: String,
    /// Where it stands.
    place: Option<Placed>,
}

impl Redeclared {
    fn of(changed: Changed, sources: &Sources) -> Redeclared {
        let declared = |one: vocabulary::Declared| {
            let label = Label {
                span: one.span,
                text: String::new(),
                primary: true,
            };
            Declared {
                says: one.says,
                place: placed(&label, sources),
            }
        };
        Redeclared {
            name: changed.name,
            before: changed.before.map(declared),
            after: changed.after.map(declared),
            apart: changed.apart,
            breaks: changed.breaks,
        }
    }
}

/// Compares two layers or folders of them, for deployments if facts are given.
pub fn run(arguments: &DiffArguments, look: &LookArguments) -> ExitStatus {
    let mut sources = library::sources();
    let mut output = match compare(arguments, &mut sources) {
        Ok(output) => output,
        Err(faults) => {
            let look = output::look(look, false);
            output::complain(&output::messages(&faults, &sources, &look));
            return ExitStatus::CouldNotJudge;
        }
    };
    let differs = if arguments.facts.is_some() {
        output.upgrades.iter().any(|upgrade| upgrade.worse)
    } else {
        let same = |found: &Difference| found.same && !found.gave_up;
        !(output.differences.iter().all(same)
            && !output.vocabulary.iter().any(|changed| changed.breaks)
            && output.only_old.is_empty()
            && output.only_new.is_empty())
    };
    let status = if differs {
        ExitStatus::NotPermitted
    } else {
        ExitStatus::Permitted
    };
    output.status = status.code();
    match arguments.format {
        Format::Json => {
            let text = serde_json::to_string_pretty(&output).unwrap_or_default();
            output::print(&format!("{text}\n"));
        }
        Format::Human => {
            output::print(&human(&output, arguments));
        }
    }
    status
}

fn human(output: &Output, arguments: &DiffArguments) -> String {
    if !output.upgrades.is_empty() {
        let all: Vec<String> = output.upgrades.iter().map(told::upgrade).collect();
        return all.join("\n");
    }
    let whole = arguments.clause.is_none();
    let mut all: Vec<String> = Vec::new();
    if whole && !output.vocabulary.is_empty() {
        all.push(vocabulary_said(&output.vocabulary));
    }
    for found in &output.differences {
        all.push(told::difference(found, whole));
    }
    for (word, names) in [("OLD", &output.only_old), ("NEW", &output.only_new)] {
        if !names.is_empty() {
            all.push(format!("only in {word}: {}\n", names.join(", ")));
        }
    }
    all.join("\n")
}

/// What changed in what facts can be.
fn vocabulary_said(all: &[Redeclared]) -> String {
    let names = all.iter().map(|one| one.name.chars().count());
    let width = names.max().unwrap_or(0);
    let said = |declared: &Declared| match &declared.place {
        Some(place) if declared.says.is_empty() => format!("{}:{}", place.file, place.line),
        Some(place) => format!("{} ({}:{})", declared.says, place.file, place.line),
        None => declared.says.clone(),
    };
    let mut out = "vocabulary\n".to_owned();
    for one in all {
        let said = match (&one.before, &one.after) {
            (Some(before), Some(after)) => format!("{} → {}", said(before), said(after)),
            (Some(before), None) => format!("gone: {}", said(before)),
            (None, Some(after)) => format!("new: {}", said(after)),
            (None, None) => continue,
        };
        let two = if one.apart { "; compared as two" } else { "" };
        out.push_str(&format!("  {:<width$}  {said}{two}\n", one.name));
    }
    let facts = || all.iter().filter(|one| !one.name.contains(' '));
    let gone = facts().any(|one| one.after.is_none());
    if gone && facts().any(|one| one.before.is_none()) {
        out.push_str("  a fact that was renamed counts as gone and as new\n");
    }
    out
}

fn compare(arguments: &DiffArguments, sources: &mut Sources) -> Result<Output, Vec<Diagnostic>> {
    let options = Options {
        today: super::today(arguments.as_of),
        reported: false,
    };
    let base = policy_texts(&arguments.policy, sources)?;
    let old = Read::of(&arguments.old, &base, sources)?;
    let new = Read::of(&arguments.new, &base, sources)?;
    let mut output = Output {
        version: VERSION,
        ..Output::default()
    };
    if let Some(path) = &arguments.facts {
        let (Some(first), Some(second)) = (old.only(), new.only()) else {
            return Err(vec![
                Diagnostic::error(
                    Code::Misplaced,
                    "`--facts` compares two licenses, not folders",
                )
                .help("name one license, or a file that declares one, as OLD and as NEW"),
            ]);
        };
        let both = [(&old, first), (&new, second)];
        output.upgrades = upgrades(path, both, &base, options, sources)?;
        return Ok(output);
    }
    let show = match (&arguments.clause, arguments.all) {
        (Some(clause), _) => Show::Clause(clause.clone()),
        (None, true) => Show::All,
        (None, false) => Show::Changed,
    };
    let pairs = old.pairs(&new);
    if let Show::Clause(name) = &show {
        known_clause(name, &pairs, [&old.program, &new.program])?;
    }
    let changed = vocabulary::changed(&old.program, &new.program).into_iter();
    output.vocabulary = changed.map(|one| Redeclared::of(one, sources)).collect();
    for (first, second) in pairs {
        let first = Version {
            layer: first,
            program: &old.program,
        };
        let second = Version {
            layer: second,
            program: &new.program,
        };
        output.differences.push(diff(first, second, options, &show));
    }
    let paired: Vec<&Layer> = (old.pairs(&new).into_iter())
        .flat_map(|(old, new)| [old, new])
        .collect();
    let alone = |read: &Read| -> Vec<String> {
        let layers = read.layers().into_iter();
        let alone = layers.filter(|layer| !paired.iter().any(|other| std::ptr::eq(*layer, *other)));
        alone.map(|layer| layer.id.clone()).collect()
    };
    output.only_old = alone(&old);
    output.only_new = alone(&new);
    Ok(output)
}

/// What a deployment becomes, judged beside what each of the two arguments and `base` hold. The licenses
/// that are compared are both at hand, as far as the facts of one are facts of the other.
fn upgrades(
    path: &Path,
    [old, new]: [(&Read, &Layer); 2],
    base: &[SourceId],
    options: Options,
    sources: &mut Sources,
) -> Result<Vec<Upgrade>, Vec<Diagnostic>> {
    let text = read(path).map_err(|fault| vec![fault])?;
    let format = facts_format(&text.name, None).map_err(|fault| vec![fault])?;
    let name = text.name.clone();
    let source = sources.add(text.name, text.text);
    let limits = facts::Limits::default();
    let nodes = facts::parse(source, sources.text(source), format, &limits)?;
    let nodes = super::check::deployments(nodes);
    let mut needed = library::needed(&nodes);
    needed.add(&old.1.id);
    needed.add(&new.1.id);
    let mut programs = Vec::new();
    for ((read, _), (other, layer)) in [(old, new), (new, old)] {
        let texts: Vec<SourceId> = read.texts.iter().chain(base).copied().collect();
        let mut program = library::compile(&texts, sources, &needed)?;
        let missing = layer.terms().is_some() && program.layer(&layer.id).is_none();
        if missing && program.extends(&other.program) {
            program.layers.push(layer.clone());
        }
        programs.push(program);
    }
    let version = |at: usize, layer| Version {
        layer,
        program: &programs[at],
    };
    let (old, new) = (version(0, old.1), version(1, new.1));
    let each = nodes.iter().enumerate().map(|(number, node)| {
        let fallback = if nodes.len() > 1 {
            format!("{name} #{}", number + 1)
        } else {
            name.clone()
        };
        upgrade(old, new, node, options, &fallback)
    });
    each.collect()
}

/// What an argument names: a shipped license, or the layers of files.
struct Read {
    program: Program,
    /// The texts it names; none for a shipped license, which is the only layer then.
    texts: Vec<SourceId>,
    /// The id of the shipped license.
    shipped: Option<&'static str>,
}

impl Read {
    fn of(path: &Path, base: &[SourceId], sources: &mut Sources) -> Result<Read, Vec<Diagnostic>> {
        let mut needed = Needed::none();
        let shipped = path
            .to_str()
            .filter(|_| !path.exists())
            .and_then(|name| library::names().position(name))
            .map(|at| library::licenses()[at].id);
        if let Some(id) = shipped {
            needed.add(id);
        } else if !path.exists() {
            return Err(vec![unknown(path)]);
        }
        let texts = match shipped {
            Some(_) => Vec::new(),
            None => policy_texts(&[path.to_owned()], sources)?,
        };
        let all: Vec<SourceId> = texts.iter().chain(base).copied().collect();
        let read = Read {
            program: library::compile(&all, sources, &needed)?,
            texts,
            shipped,
        };
        if read.layers().is_empty() {
            return Err(vec![
                Diagnostic::error(
                    Code::Incomplete,
                    format!("`{}` holds no license and no policy", path.display()),
                )
                .help("give a file that declares one of them"),
            ]);
        }
        Ok(read)
    }

    fn layers(&self) -> Vec<&Layer> {
        let own = |layer: &&Layer| match self.shipped {
            Some(id) => layer.id == id,
            None => self.texts.contains(&layer.span.source),
        };
        self.program.layers.iter().filter(own).collect()
    }

    fn only(&self) -> Option<&Layer> {
        match self.layers()[..] {
            [layer] => Some(layer),
            _ => None,
        }
    }

    /// The layers to compare: those of one id; and what is left where that is one of each.
    fn pairs<'r>(&'r self, new: &'r Read) -> Vec<(&'r Layer, &'r Layer)> {
        let (mut left, mut pairs) = (self.layers(), Vec::new());
        let mut open = Vec::new();
        for layer in new.layers() {
            match left.iter().position(|old| old.id == layer.id) {
                Some(at) => pairs.push((left.remove(at), layer)),
                None => open.push(layer),
            }
        }
        if let ([old], [new]) = (&left[..], &open[..]) {
            pairs.push((*old, *new));
        }
        pairs
    }
}

/// A clause that is asked for is one of either layer.
fn known_clause(
    name: &str,
    pairs: &[(&Layer, &Layer)],
    programs: [&Program; 2],
) -> Result<(), Vec<Diagnostic>> {
    let all = || {
        let layers = pairs.iter().flat_map(|(old, new)| [old, new]);
        let clauses = layers.flat_map(|layer| layer.clauses.iter().map(|clause| &clause.name));
        let acts = programs.iter().flat_map(|program| &program.acts);
        let acts = acts.map(|act| &act.name);
        clauses.chain(acts).map(String::as_str)
    };
    if all().any(|known| known == name) {
        return Ok(());
    }
    let near = crate::diagnostic::nearest::nearest(name, all());
    Err(vec![
        Diagnostic::error(
            Code::UnknownName,
            format!("neither of the two has a clause `{name}`, and no act is called so"),
        )
        .help(near.map_or_else(
            || "give the id of a clause, such as `display`".to_owned(),
            |near| format!("did you mean `{near}`?"),
        )),
    ])
}

fn unknown(path: &Path) -> Diagnostic {
    use crate::eval::LicenseNames;
    let name = path.display().to_string();
    let near = library::names().suggestion(&name);
    Diagnostic::error(
        Code::UnknownName,
        format!("no shipped license and no file is called `{name}`"),
    )
    .help(near.map_or_else(
        || "give the id of a shipped license, such as `llama-4`, or a policy file".to_owned(),
        |near| format!("did you mean `{near}`?"),
    ))
}

/// The published JSON Schema of [`Output`], as text.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Output);
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}
