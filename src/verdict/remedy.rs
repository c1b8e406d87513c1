//! What would permit a deployment that is not permitted: the least to change, tried out.
//!
//! Changes of facts come from the exact procedure; where they are not enough, a parent or a model is
//! left out. Whatever is reported was applied to the facts and judged again.

use super::find::missing;
use super::{Missing, Settling, Verdict, decisive, gather, said, verdict};
use crate::eval::{self, Fact, State};
use crate::exact::{self, Limits, Place, Reach, Sought, Stride};
use crate::scene::Stage;
use crate::source::Span;
use crate::value::{Kind, Schema, Value};

/// Most parents, models and elements of lists that are tried to be left out.
const MOST: usize = 16;

/// Most searches for changes beside something that is left out.
const SEARCHES: usize = 4;

/// How much one search may take, with all its solvers.
const LIMITS: Limits = Limits {
    variables: 20_000,
    clauses: 100_000,
    elements: 64,
    conflicts: 5_000,
    questions: 5_000,
    work: u64::MAX,
    worlds: 0,
    depends: false,
};

/// What would permit a deployment.
#[derive(Clone, Debug)]
pub enum WouldPermit {
    /// These changes, or those: the cheapest, and one that leaves nothing open if that one does
    If(Vec<Remedy>),
    /// No change of what people can change
    Nothing,
    /// A limit was reached, or what was found does not stand up when it is judged
    NotSettled,
}

/// Changes that permit a deployment, all together; none of them can be left out.
#[derive(Clone, Debug)]
pub struct Remedy {
    /// The changes.
    pub changes: Vec<Change>,
    /// The verdict after them; `undetermined` while something is open.
    pub verdict: Verdict,
    /// What is open then.
    pub open: Vec<Missing>,
    /// Where the answers to that lead, together.
    pub settling: Option<Settling>,
}

impl Remedy {
    /// The deployment as it was judged with the changes.
    ///
    /// `left_out` is the number of a change that is not made.
    pub fn applied(&self, stage: &Stage, left_out: Option<usize>) -> Option<Fact> {
        let ways = Ways::of(&stage.program.schema)?;
        let made = self
            .changes
            .iter()
            .enumerate()
            .filter(|(at, _)| Some(*at) != left_out);
        let trial = Trial { stage, ways };
        Some(trial.apply(made.map(|(_, change)| &change.edit)).0)
    }

    /// Whether it permits once what is open turns out as said, and that is all it takes.
    pub fn permits(&self) -> bool {
        let goal = self.settling.as_ref().map(|settling| settling.goal);
        self.verdict == Verdict::Permitted || goal == Some(Verdict::Permitted)
    }
}

/// One change.
#[derive(Clone, Debug)]
pub struct Change {
    /// The fact, as in the facts file.
    pub fact: String,
    /// What is to be so: `includes "Built with Llama"`.
    pub says: String,
    /// What is so now.
    pub now: Option<String>,
    /// Where that is stated.
    pub place: Span,
    edit: Edit,
}

/// A change of the facts.
#[derive(Clone, Debug)]
enum Edit {
    /// A fact becomes another one
    Fact(Place, Fact),
    /// A model is made without a parent
    Parent(usize, usize),
    /// A model that was made without a parent does not declare its license
    License(usize, String),
    /// A model is not deployed
    Model(usize),
}

/// What has to change so that a deployment that is not permitted is permitted.
pub fn would_permit(stage: &Stage) -> WouldPermit {
    match Ways::of(&stage.program.schema) {
        Some(ways) => Trial { stage, ways }.run(),
        None => WouldPermit::NotSettled,
    }
}

/// Where the fields of models are, by number.
struct Ways {
    models: usize,
    id: usize,
    license: usize,
    from: usize,
}

impl Ways {
    fn of(schema: &Schema) -> Option<Ways> {
        let model = schema.record(schema.record_named("model")?);
        let field = |name: &str| model.fields.get_index_of(name);
        Some(Ways {
            models: schema.root().fields.get_index_of("models")?,
            id: field("id")?,
            license: field("license")?,
            from: field("from")?,
        })
    }
}

/// Changes that were tried out.
struct Tried {
    verdict: Verdict,
    changes: Vec<Change>,
    /// What is open after them, if that is known.
    open: Option<Open>,
}

/// What is missing, and where the answers to it lead.
type Open = (Vec<Missing>, Option<Settling>);

impl Tried {
    fn permits(&self) -> bool {
        self.verdict == Verdict::Permitted
    }
}

struct Trial<'t> {
    stage: &'t Stage<'t>,
    ways: Ways,
}

impl Trial<'_> {
    fn run(&self) -> WouldPermit {
        let mut nothing = true;
        let mut near = self
            .by_facts(Vec::new(), Reach::Near, &mut nothing)
            .into_iter();
        let first = near.next();
        let mut firm = None;
        if !first.as_ref().is_some_and(Tried::permits) {
            firm = near.find(Tried::permits);
            if firm.is_none() {
                firm = self.far(&mut nothing);
            }
        }
        let firm = firm.filter(|firm| first.is_none() || firm.permits());
        let ways = first.into_iter().chain(firm);
        let ways: Option<Vec<Remedy>> = ways.map(|tried| self.told(tried)).collect();
        match ways {
            Some(ways) if !ways.is_empty() => WouldPermit::If(ways),
            Some(_) if nothing => WouldPermit::Nothing,
            _ => WouldPermit::NotSettled,
        }
    }

    /// Changes of the deployment itself, or something that is left out.
    fn far(&self, nothing: &mut bool) -> Option<Tried> {
        let permits = |tried: &Option<Tried>| tried.as_ref().is_some_and(Tried::permits);
        let far = self.by_facts(Vec::new(), Reach::Far, nothing);
        let mut best = far
            .into_iter()
            .fold(None, |best, tried| better(best, Some(tried)));
        let mut left_out = self.left_out();
        for changes in left_out.iter().take(MOST) {
            if permits(&best) {
                return best;
            }
            best = better(best, self.tried(changes.clone()));
        }
        *nothing &= left_out.len() <= SEARCHES;
        left_out.truncate(SEARCHES);
        for changes in left_out {
            if permits(&best) {
                return best;
            }
            for tried in self.by_facts(changes, Reach::Far, nothing) {
                best = better(best, Some(tried));
            }
        }
        best
    }

    /// Changes of facts, on top of others; `nothing` becomes false where it was not shown that there
    /// are none.
    fn by_facts(&self, made: Vec<Change>, reach: Reach, nothing: &mut bool) -> Vec<Tried> {
        let (sought, listed) = if made.is_empty() {
            (sought(self.stage, reach), Vec::new())
        } else {
            let (facts, listed) = self.apply(made.iter().map(|change| &change.edit));
            let stage = Stage::set(self.stage.ready, &facts);
            let sought = stage.map_or(Sought::GaveUp, |stage| sought(&stage, reach));
            (sought, listed)
        };
        let found = match sought {
            Sought::Found(found) => found,
            Sought::Nothing => return Vec::new(),
            Sought::GaveUp => Vec::new(),
        };
        *nothing = false;
        let mut all = Vec::new();
        for remedy in found {
            let as_found = |kept: Option<&[Vec<bool>]>| {
                let each = remedy.changes.iter().enumerate();
                let each = each.map(|(at, change)| {
                    self.change(change, kept.map(|kept| kept[at].as_slice()), &listed)
                });
                made.iter().cloned().chain(each).collect::<Vec<Change>>()
            };
            let tried = self.tried(as_found(None));
            all.extend(tried.or_else(|| self.with_less(&remedy.changes, as_found)));
        }
        all
    }

    /// A change of a fact; of a list, with those of its elements that are kept.
    fn change(&self, change: &exact::Change, kept: Option<&[bool]>, listed: &[usize]) -> Change {
        let schema = &self.stage.program.schema;
        let mut place = change.place.clone();
        if let [Stride::Field(_), Stride::Element(at), _, ..] = place.strides.as_mut_slice()
            && let Some(before) = listed.get(*at)
        {
            *at = *before;
        }
        let mut after = change.after.clone();
        let mut says: Vec<String> = change.added.iter().map(|(said, _)| said.clone()).collect();
        if let (Some(old), State::List(list), Kind::List(inner)) =
            (change.before.list(), &mut after.state, &change.kind)
        {
            if let Some(kept) = kept {
                let stay = old.iter().zip(kept).filter(|(_, kept)| **kept);
                *list = stay.map(|(fact, _)| fact.clone()).collect();
                list.extend(change.added.iter().map(|(_, fact)| fact.clone()));
            }
            for (at, fact) in old.iter().enumerate() {
                let stays = match (kept, fact.value()) {
                    (Some(kept), _) => kept.get(at) == Some(&true),
                    (None, Some(value)) => list.iter().any(|other| other.value() == Some(value)),
                    (None, None) => true,
                };
                if !stays {
                    says.push(match fact.value() {
                        Some(value) => format!("does not include {}", value.said(inner, schema)),
                        None => format!("does not have its entry [{at}]"),
                    });
                }
            }
        }
        if says.is_empty() {
            says.push(change.says.clone());
        }
        Change {
            fact: change.name.clone(),
            says: says.join(" and "),
            now: said::value(&change.before, &change.kind, schema),
            place: change.before.place(),
            edit: Edit::Fact(place, after),
        }
    }

    /// Where lists that keep what they hold do not do, as little of it as that takes is left out.
    fn with_less(
        &self,
        changes: &[exact::Change],
        with: impl Fn(Option<&[Vec<bool>]>) -> Vec<Change>,
    ) -> Option<Tried> {
        let old = |change: &exact::Change| change.before.list().map_or(0, <[Fact]>::len);
        let mut kept: Vec<Vec<bool>> = changes
            .iter()
            .map(|change| vec![false; old(change)])
            .collect();
        let count: usize = kept.iter().map(Vec::len).sum();
        if count == 0 || count > MOST {
            return None;
        }
        let wanted = self.tried(with(Some(&kept)))?.verdict;
        for list in 0..kept.len() {
            for at in 0..kept[list].len() {
                kept[list][at] = true;
                let then = self.after(with(Some(&kept)).iter());
                kept[list][at] =
                    then.is_some_and(|then| then == wanted || then == Verdict::Permitted);
            }
        }
        self.tried(with(Some(&kept)))
    }

    /// Tries changes out: the verdict, and those of them that it takes.
    fn tried(&self, mut changes: Vec<Change>) -> Option<Tried> {
        let (verdict, open) = self.judged(&changes)?;
        if changes.is_empty() || !matches!(verdict, Verdict::Permitted | Verdict::Undetermined) {
            return None;
        }
        let (count, mut at) = (changes.len(), 0);
        while at < changes.len() && changes.len() > 1 {
            let others = changes.iter().enumerate().filter(|(other, _)| *other != at);
            match self.after(others.map(|(_, change)| change)) {
                Some(enough) if enough == verdict || enough == Verdict::Permitted => {
                    changes.remove(at);
                }
                _ => at += 1,
            }
        }
        Some(Tried {
            verdict,
            open: (changes.len() == count).then_some(open),
            changes,
        })
    }

    /// The verdict after changes.
    fn after<'c>(&self, changes: impl Iterator<Item = &'c Change>) -> Option<Verdict> {
        let (facts, _) = self.apply(changes.map(|change| &change.edit));
        let stage = Stage::set(self.stage.ready, &facts).ok()?;
        Some(verdict(&stage))
    }

    /// The verdict after changes, and what is open then.
    fn judged(&self, changes: &[Change]) -> Option<(Verdict, Open)> {
        let (facts, _) = self.apply(changes.iter().map(|change| &change.edit));
        let stage = Stage::set(self.stage.ready, &facts).ok()?;
        let (verdict, missing, settling) = missing(&stage).ok()?;
        Some((verdict, (missing, settling)))
    }

    fn told(&self, tried: Tried) -> Option<Remedy> {
        let (open, settling) = match tried.open {
            Some(open) => open,
            None => self.judged(&tried.changes)?.1,
        };
        Some(Remedy {
            changes: tried.changes,
            verdict: tried.verdict,
            open,
            settling,
        })
    }

    // ── what can be left out ────────────────────────────────────────────────

    /// A parent that we chose and that is not the only one; a model that is not the only one deployed.
    fn left_out(&self) -> Vec<Vec<Change>> {
        let members = &self.stage.lineage.members;
        let mut parents = Vec::new();
        for member in members {
            let (Some(index), Some(edges)) = (member.index, &member.parents) else {
                continue;
            };
            if edges.len() < 2 || !member.originals.is_empty() {
                continue;
            }
            for (at, edge) in edges
                .iter()
                .enumerate()
                .filter(|(_, edge)| edge.ours != Some(false))
            {
                let others = edges.iter().enumerate().filter(|(other, _)| *other != at);
                let others: Vec<&str> = others
                    .flat_map(|(_, edge)| self.carried(edge.parent))
                    .collect();
                let mut changes = vec![Change {
                    fact: format!("models[{}]", member.name),
                    says: format!("is made again without {}", members[edge.parent].name),
                    now: edge.relation.map(|by| {
                        format!("made by {}", gather::relation_name(self.stage.program, by))
                    }),
                    place: edge.span,
                    edit: Edit::Parent(index, at),
                }];
                let declared = member.licenses.as_deref().unwrap_or(&[]);
                let only = self
                    .carried(edge.parent)
                    .into_iter()
                    .filter(|id| !others.contains(id));
                let gone: Vec<&str> = only.filter(|id| declared.contains(id)).collect();
                if gone.len() < declared.len() {
                    changes.extend(gone.into_iter().map(|id| Change {
                        fact: format!("models[{}].license", member.name),
                        says: format!("does not include {id}"),
                        now: Some(declared.join(", ")),
                        place: member.place,
                        edit: Edit::License(index, id.to_owned()),
                    }));
                }
                parents.push(changes);
            }
        }
        let is_parent = |at: usize| {
            let mut edges = members
                .iter()
                .flat_map(|member| member.parents.iter().flatten());
            edges.any(|edge| edge.parent == at)
        };
        let deployed =
            |member: &eval::Member| member.deployed == Some(true) && member.index.is_some();
        let deployed: Vec<usize> = (0..members.len())
            .filter(|at| deployed(&members[*at]))
            .collect();
        let several = deployed.len() > 1;
        let models = deployed.into_iter().filter(|at| several && !is_parent(*at));
        let models = models.map(|at| {
            vec![Change {
                fact: format!("models[{}]", members[at].name),
                says: "is not deployed".to_owned(),
                now: Some("deployed".to_owned()),
                place: members[at].place,
                edit: Edit::Model(members[at].index.unwrap_or(usize::MAX)),
            }]
        });
        parents.into_iter().chain(models).collect()
    }

    /// The licenses of a model and of all it came from, each once.
    fn carried(&self, member: usize) -> Vec<&str> {
        let members = &self.stage.lineage.members;
        let (mut seen, mut next) = (vec![member], 0);
        while let Some(at) = seen.get(next).copied() {
            next += 1;
            for edge in members[at].parents.iter().flatten() {
                if !seen.contains(&edge.parent) {
                    seen.push(edge.parent);
                }
            }
        }
        let own = |at: usize| {
            members[at]
                .licenses
                .iter()
                .flatten()
                .chain(&members[at].originals)
                .copied()
        };
        let mut carried: Vec<&str> = seen.into_iter().flat_map(own).collect();
        carried.sort();
        carried.dedup();
        carried
    }

    // ── the facts after changes ─────────────────────────────────────────────

    /// The facts after changes, and which of the models listed before are listed still.
    fn apply<'e>(&self, edits: impl Iterator<Item = &'e Edit>) -> (Fact, Vec<usize>) {
        let mut facts = self.stage.deployment.clone();
        let (mut steps, mut gone) = (Vec::new(), Vec::new());
        for edit in edits {
            match edit {
                Edit::Fact(place, new) => {
                    let Some(fact) = at(&mut facts, &place.strides) else {
                        continue;
                    };
                    let old = std::mem::replace(fact, new.clone());
                    let is_name = matches!(place.strides.as_slice(), [Stride::Field(models), Stride::Element(_), Stride::Field(id)]
                        if usize::from(*models) == self.ways.models && usize::from(*id) == self.ways.id);
                    if let (true, Some(old), Some(new)) = (is_name, old.text(), new.text()) {
                        let kind = Kind::Record(Schema::ROOT);
                        rename(&mut facts, &kind, &self.stage.program.schema, (old, new));
                    }
                }
                Edit::Parent(model, step) => steps.push((*model, *step)),
                Edit::License(model, id) => {
                    if let Some(list) = self.of_model(&mut facts, *model, self.ways.license) {
                        list.retain(|fact| fact.text() != Some(id));
                    }
                }
                Edit::Model(model) => gone.push(*model),
            }
        }
        steps.sort_unstable();
        for (model, step) in steps.iter().rev() {
            if let Some(list) = self.of_model(&mut facts, *model, self.ways.from)
                && *step < list.len()
            {
                list.remove(*step);
            }
        }
        let count = self.models(&mut facts).map_or(0, |models| models.len());
        let mut listed: Vec<usize> = (0..count).collect();
        let leave = |facts: &mut Fact, listed: &mut Vec<usize>, gone: &[usize]| {
            let mut kept = listed.iter().map(|at| !gone.contains(at));
            if let Some(models) = self.models(facts) {
                models.retain(|_| kept.next().unwrap_or(true));
            }
            listed.retain(|at| !gone.contains(at));
        };
        leave(&mut facts, &mut listed, &gone);
        // Whoever was listed as a parent only, and is one no more, is gone as well.
        while !(steps.is_empty() && gone.is_empty()) {
            let orphans: Vec<usize> = match Stage::set(self.stage.ready, &facts) {
                Ok(stage) => self.orphans(&stage.lineage, &listed),
                Err(_) => break,
            };
            if orphans.is_empty() {
                break;
            }
            leave(&mut facts, &mut listed, &orphans);
        }
        (facts, listed)
    }

    /// The models that nothing is made from any more and that were never deployed themselves.
    fn orphans(&self, lineage: &eval::Lineage, listed: &[usize]) -> Vec<usize> {
        let edges = lineage
            .members
            .iter()
            .flat_map(|member| member.parents.iter().flatten());
        let parents: Vec<usize> = edges.map(|edge| edge.parent).collect();
        let here = |at: usize| Some((at, listed.get(lineage.members[at].index?).copied()?));
        let each = (0..lineage.members.len()).filter_map(here);
        let orphan = |(at, before): (usize, usize)| {
            let mut known = self.stage.lineage.members.iter();
            let before_was = known.find(|member| member.index == Some(before))?;
            (before_was.deployed == Some(false) && !parents.contains(&at)).then_some(before)
        };
        each.filter_map(orphan).collect()
    }

    fn models<'f>(&self, facts: &'f mut Fact) -> Option<&'f mut Vec<Fact>> {
        elements(field(facts, self.ways.models)?)
    }

    /// A list among the facts of a model.
    fn of_model<'f>(
        &self,
        facts: &'f mut Fact,
        model: usize,
        at: usize,
    ) -> Option<&'f mut Vec<Fact>> {
        elements(field(self.models(facts)?.get_mut(model)?, at)?)
    }
}

/// Changes of facts that permit a deployment.
fn sought(stage: &Stage, reach: Reach) -> Sought {
    let scenes = stage.scenes();
    let checks = decisive(stage, &scenes);
    exact::would_permit(stage, &scenes, &checks, reach, &LIMITS)
}

/// The one that leads further; of two that lead as far, the first.
fn better(one: Option<Tried>, other: Option<Tried>) -> Option<Tried> {
    match (&one, &other) {
        (Some(one), Some(further)) if further.verdict < one.verdict => other,
        (None, _) => other,
        _ => one,
    }
}

fn field(fact: &mut Fact, at: usize) -> Option<&mut Fact> {
    match &mut fact.state {
        State::Record(fields) => fields.get_mut(at),
        _ => None,
    }
}

fn elements(fact: &mut Fact) -> Option<&mut Vec<Fact>> {
    match &mut fact.state {
        State::List(list) => Some(list),
        _ => None,
    }
}

fn at<'f>(fact: &'f mut Fact, strides: &[Stride]) -> Option<&'f mut Fact> {
    let Some((stride, rest)) = strides.split_first() else {
        return Some(fact);
    };
    let inner = match stride {
        Stride::Field(at) => field(fact, usize::from(*at))?,
        Stride::Element(at) => elements(fact)?.get_mut(*at)?,
        _ => return None,
    };
    at(inner, rest)
}

/// Calls a model by another name wherever it is named.
fn rename(fact: &mut Fact, kind: &Kind, schema: &Schema, (old, new): (&str, &str)) {
    match (&mut fact.state, kind) {
        (State::Value(Value::Text(name)), Kind::ModelName) if **name == *old => *name = new.into(),
        (State::List(list), Kind::List(inner)) => {
            for fact in list {
                rename(fact, inner, schema, (old, new));
            }
        }
        (State::Record(fields), Kind::Record(id)) => {
            for (fact, field) in fields.iter_mut().zip(schema.record(*id).fields.values()) {
                rename(fact, &field.kind, schema, (old, new));
            }
        }
        _ => {}
    }
}
