//! One license or policy: its members, its clauses, and what its organization decided.

use super::kinds::{self, Scope};
use super::names::Names;
use super::typed::{
    self, Clause, Cond, CondNode, Decided, House, Layer, LayerKind, Says, Terms, What,
};
use super::{Known, check_define, errors};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast;
use crate::value::{DefaultValue, EnumId, Kind};
use indexmap::IndexMap;
use jiff::civil::Date;

/// Checks one layer.
pub struct Builder<'a, 'n> {
    names: &'n Names<'a>,
    layer: &'a ast::Layer,
    license: bool,
    relations: Option<EnumId>,
    /// Faults found so far.
    pub faults: Vec<Diagnostic>,
}

impl<'a, 'n> Builder<'a, 'n> {
    /// A builder for a layer of the documents.
    pub fn new(names: &'n Names<'a>, layer: &'a ast::Layer, license: bool) -> Builder<'a, 'n> {
        let relations = names.enum_named("relation");
        Builder {
            names,
            layer,
            license,
            relations,
            faults: Vec::new(),
        }
    }

    fn clauses(&self) -> impl Iterator<Item = &'a ast::Clause> + use<'a> {
        self.layer.members.iter().filter_map(|member| match member {
            ast::Member::Clause(clause) => Some(clause),
            _ => None,
        })
    }

    /// The layer, as far as it makes sense.
    pub fn layer(&mut self) -> Layer {
        let decl = self.layer;
        let mut sources: Vec<typed::SourceText> = Vec::new();
        let mut terms = Terms::default();
        let mut house = House {
            closed: decl.closed,
            owner: None,
        };
        let mut effective = (None, None);
        let mut enforce = Vec::new();
        let mut source_spans: IndexMap<&str, Span> = IndexMap::new();
        for member in &decl.members {
            self.only_where_it_belongs(member);
            match member {
                ast::Member::Licensor(name) => terms.licensor.clone_from(&name.node),
                ast::Member::Released(date) => terms.released = Some(date.node),
                ast::Member::Aliases(names) => terms
                    .aliases
                    .extend(names.iter().map(|name| name.node.clone())),
                ast::Member::Models(patterns) => self.patterns(patterns, &mut terms.models),
                ast::Member::Binds(words) => terms.binds.extend(self.relations(words)),
                ast::Member::Follows(words) => terms.follows.extend(self.relations(words)),
                ast::Member::Owner(name) => house.owner = Some(name.node.clone()),
                ast::Member::Effective(dates) => effective = self.dates(dates),
                ast::Member::Enforce(decl) => self.enforce(decl, &mut enforce),
                ast::Member::Source(decl) => {
                    if let Some(first) = source_spans.insert(&decl.name.node, decl.name.span) {
                        self.faults.push(errors::declared_twice(
                            "source",
                            &decl.name,
                            decl.name.span,
                            first,
                        ));
                    }
                    sources.push(typed::SourceText {
                        name: decl.name.node.clone(),
                        tier: decl.tier,
                        url: decl.url.node.clone(),
                        sha256: decl.sha256.as_ref().map(|hash| hash.node.clone()),
                    });
                }
                ast::Member::Define(define) => {
                    check_define(self.names, Some(decl), define, &mut self.faults)
                }
                _ => {}
            }
        }
        if self.license && terms.licensor.is_empty() {
            let help = "add `licensor \"…\"`";
            self.faults.push(errors::incomplete(
                "a license names its licensor",
                decl.name.span,
                "no `licensor` in its body",
                help,
            ));
        }
        self.members_once();
        let questions = self.questions();
        let judgments = kinds::judgments(Some(decl)).map(|judgment| typed::Judgment {
            name: judgment.name.node.clone(),
            text: judgment.text.clone(),
            decided_by: judgment.decided_by.clone(),
            span: judgment.name.span,
        });
        let judgments = judgments.collect();
        let clauses: Vec<Clause> = self
            .clauses()
            .filter_map(|clause| self.clause(clause, &sources))
            .collect();
        self.exception_circles(&clauses);
        self.clashes(&clauses);
        let mut scope = Scope::new(self.names, Some(decl), ast::Each::License, Vec::new());
        // Faults in the acts are told once, for the vocabulary itself.
        let acts = self.names.acts.values().map(|act| {
            let never = Cond {
                node: CondNode::Const(false),
                span: act.name.span,
            };
            scope.condition(&act.when).unwrap_or(never)
        });
        let acts = acts.collect();
        Layer {
            id: decl.name.node.clone(),
            title: decl.title.clone(),
            kind: if self.license {
                LayerKind::License(terms)
            } else {
                LayerKind::Policy(house)
            },
            sources,
            effective,
            questions,
            judgments,
            clauses,
            enforce,
            acts,
            span: decl.name.span,
        }
    }

    fn only_where_it_belongs(&mut self, member: &ast::Member) {
        let first =
            |words: &[ast::Word]| words.first().map_or(self.layer.name.span, |word| word.span);
        let (what, at) = match member {
            ast::Member::Licensor(word) if !self.license => ("`licensor`", word.span),
            ast::Member::Released(date) if !self.license => ("`released`", date.span),
            ast::Member::Aliases(words) if !self.license => ("`also-known-as`", first(words)),
            ast::Member::Models(words) if !self.license => ("`models`", first(words)),
            ast::Member::Binds(words) if !self.license => ("`binds`", first(words)),
            ast::Member::Follows(words) if !self.license => ("`follows`", first(words)),
            ast::Member::Owner(word) if self.license => ("`owner`", word.span),
            ast::Member::Enforce(decl) if self.license => ("`enforce`", first(&decl.clauses)),
            ast::Member::Default(path, _) if self.license => ("`default`", path.span),
            ast::Member::Adopt(decl) if self.license => ("`adopt`", decl.span),
            ast::Member::Determine(decl) if self.license => ("`determine`", decl.span),
            ast::Member::Waive(decl) if self.license => ("`waive`", decl.span),
            _ => return,
        };
        let (here, there) = if self.license {
            ("license", "policy")
        } else {
            ("policy", "license")
        };
        let message = format!("{what} does not belong in a {here}");
        self.faults.push(errors::misplaced(
            &message,
            at,
            &format!("put it into a {there}"),
        ));
    }

    /// Clauses, questions, judgments and definitions share one space of names.
    fn members_once(&mut self) {
        let mut seen: IndexMap<&str, Span> = IndexMap::new();
        for member in &self.layer.members {
            let (what, name) = match member {
                ast::Member::Clause(clause) => ("clause", &clause.name),
                ast::Member::Question(question) => ("question", &question.name),
                ast::Member::Judgment(judgment) => ("judgment", &judgment.name),
                ast::Member::Define(define) => ("definition", &define.name),
                _ => continue,
            };
            if let Some(first) = seen.insert(&name.node, name.span) {
                self.faults
                    .push(errors::declared_twice(what, name, name.span, first));
            }
        }
    }

    fn patterns(&mut self, patterns: &[ast::Word], into: &mut Vec<String>) {
        for pattern in patterns {
            match globset::Glob::new(pattern) {
                Ok(_) => into.push(pattern.node.clone()),
                Err(error) => {
                    let why = error.kind().to_string();
                    self.faults.push(errors::wrong_value(
                        pattern.span,
                        "a pattern such as \"acme/*\"",
                        &why,
                    ));
                }
            }
        }
    }

    fn relations(&mut self, words: &[ast::Word]) -> Vec<u16> {
        let Some(id) = self.relations else {
            return Vec::new();
        };
        let relation = self.names.schema.choice(id);
        let mut found = Vec::new();
        for word in words {
            match relation.position(word) {
                Some(at) => found.push(at),
                None => {
                    let known = relation.choices.iter().map(|choice| choice.name.as_str());
                    self.faults
                        .push(errors::unknown("relation", word, word.span, known));
                }
            }
        }
        found
    }

    fn dates(&mut self, dates: &ast::Effective) -> (Option<Date>, Option<Date>) {
        if let (Some(from), Some(until)) = (dates.from, dates.until)
            && until < from
        {
            let message = "this ends before it starts";
            self.faults.push(errors::backwards(
                message,
                dates.span,
                "put the earlier date after `from`",
            ));
        }
        (dates.from, dates.until)
    }

    fn enforce(&mut self, decl: &ast::Enforce, into: &mut Vec<typed::Enforce>) {
        let root = self.names.schema.root();
        let environment = root
            .fields
            .get("environment")
            .map(|field| field.kind.clone());
        let mut environments = Vec::new();
        for word in &decl.environments {
            if let Some(Kind::Choice(id)) = &environment {
                let choices = self.names.schema.choice(*id);
                match choices.position(word) {
                    Some(at) => environments.push(at),
                    None => {
                        let known = choices.choices.iter().map(|choice| choice.name.as_str());
                        self.faults
                            .push(errors::unknown("environment", word, word.span, known));
                    }
                }
            }
        }
        for word in &decl.clauses {
            if let Some(clause) = self.clause_number(word) {
                into.push(typed::Enforce {
                    clause,
                    level: decl.level,
                    environments: environments.clone(),
                });
            }
        }
    }

    fn clause_number(&mut self, word: &ast::Word) -> Option<u16> {
        let at = self
            .clauses()
            .position(|clause| clause.name.node == word.node);
        if at.is_none() {
            let known: Vec<&str> = self.clauses().map(|clause| clause.name.as_str()).collect();
            self.faults.push(errors::unknown(
                "clause",
                word,
                word.span,
                known.into_iter(),
            ));
        }
        at.and_then(|at| u16::try_from(at).ok())
    }

    fn questions(&mut self) -> Vec<typed::Question> {
        let mut all = Vec::new();
        for question in kinds::questions(Some(self.layer)) {
            if question.readings.len() < 2 {
                let message = format!(
                    "the question `{}` has fewer than two readings",
                    question.name.node
                );
                let help = "add `reading NAME \"…\"` for each reading the text admits";
                self.faults.push(errors::incomplete(
                    &message,
                    question.name.span,
                    "asked here",
                    help,
                ));
            }
            let mut seen: IndexMap<&str, Span> = IndexMap::new();
            for reading in &question.readings {
                if let Some(first) = seen.insert(&reading.name.node, reading.name.span) {
                    self.faults.push(errors::declared_twice(
                        "reading",
                        &reading.name,
                        reading.name.span,
                        first,
                    ));
                }
            }
            let mut defaults = question
                .readings
                .iter()
                .enumerate()
                .filter(|(_, reading)| reading.default);
            let default = defaults.next().and_then(|(at, _)| u16::try_from(at).ok());
            if let Some((_, second)) = defaults.next() {
                let message = "a question has one default reading";
                self.faults.push(errors::misplaced(
                    message,
                    second.name.span,
                    "keep one `default`",
                ));
            }
            let readings = question.readings.iter().map(|reading| typed::Reading {
                name: reading.name.node.clone(),
                text: reading.text.clone(),
                because: reading.because.clone(),
                span: reading.name.span,
            });
            all.push(typed::Question {
                name: question.name.node.clone(),
                text: question.text.clone(),
                readings: readings.collect(),
                default,
                span: question.name.span,
            });
        }
        all
    }

    // ── clauses ─────────────────────────────────────────────────────────────

    fn clause(&mut self, decl: &'a ast::Clause, sources: &[typed::SourceText]) -> Option<Clause> {
        let each = if self.license {
            if decl.each != ast::Each::Deployment {
                let message = "a license's clauses are always judged for each model it binds";
                self.faults.push(errors::misplaced(
                    message,
                    decl.name.span,
                    "leave `for each …` out",
                ));
            }
            ast::Each::License
        } else {
            decl.each
        };
        let source = self.citation(decl, sources);
        let wheres = decl.parts.iter().filter_map(|part| match part {
            ast::Part::Where(define) => Some(define),
            _ => None,
        });
        let mut scope = Scope::new(self.names, Some(self.layer), each, wheres.collect());
        let mut conditions: Vec<Option<Cond>> = Vec::new();
        let mut required = None;
        for part in &decl.parts {
            match part {
                ast::Part::When(expr) | ast::Part::OnlyIf(expr) => {
                    conditions.push(scope.condition(expr))
                }
                ast::Part::Unless(expr) => conditions.push(scope.condition(expr).map(|cond| {
                    let span = cond.span;
                    Cond {
                        node: CondNode::Not(Box::new(cond)),
                        span,
                    }
                })),
                ast::Part::Where(define) if !scope.definition(define) => conditions.push(None),
                ast::Part::Require(expr, _) => required = Some(scope.condition(expr)),
                _ => {}
            }
        }
        let mut told = std::mem::take(&mut scope.faults);
        self.faults.append(&mut told);
        let (says, words) = self.says(decl, required)?;
        self.parts_once(decl);
        let (mut effective, mut fix, mut note) = ((None, None), None, None);
        for part in &decl.parts {
            match part {
                ast::Part::Effective(dates) => effective = self.dates(dates),
                ast::Part::Fix(text) => fix = Some(text.node.clone()),
                ast::Part::Note(text) => note = Some(text.node.clone()),
                _ => {}
            }
        }
        Some(Clause {
            name: decl.name.node.clone(),
            title: decl.title.clone(),
            source,
            section: decl
                .citation
                .as_ref()
                .map(|citation| citation.section.node.clone()),
            each,
            says,
            conditions: conditions.into_iter().collect::<Option<_>>()?,
            effective,
            fix,
            note,
            head: decl.name.span,
            words,
        })
    }

    fn citation(&mut self, decl: &ast::Clause, sources: &[typed::SourceText]) -> Option<u16> {
        let Some(citation) = &decl.citation else {
            if self.license {
                let message = format!("the clause `{}` cites nothing", decl.name.node);
                let help = "add `of SOURCE §…` after its name";
                self.faults.push(errors::incomplete(
                    &message,
                    decl.name.span,
                    "no source and section",
                    help,
                ));
            }
            return None;
        };
        let at = sources
            .iter()
            .position(|source| source.name == citation.source.node);
        if at.is_none() {
            let known = sources.iter().map(|source| source.name.as_str());
            self.faults.push(errors::unknown(
                "source",
                &citation.source,
                citation.source.span,
                known,
            ));
        }
        at.and_then(|at| u16::try_from(at).ok())
    }

    /// The one thing a clause says, and the words that say it. `required` is the condition of its
    /// `require`, if it has one; `Some(None)` if that condition is at fault.
    fn says(
        &mut self,
        decl: &'a ast::Clause,
        required: Option<Option<Cond>>,
    ) -> Option<(Says, Span)> {
        let mut found: Vec<(Option<Says>, Span)> = Vec::new();
        let mut required = required;
        for part in &decl.parts {
            found.push(match part {
                ast::Part::Grant(acts, span) => (self.acts(acts).map(Says::Grant), *span),
                ast::Part::Forbid(acts, span) => (self.acts(acts).map(Says::Forbid), *span),
                ast::Part::Exception(names, span) => {
                    (self.clause_numbers(names).map(Says::Exception), *span)
                }
                ast::Part::End(names, span) => (self.ended(names, *span).map(Says::End), *span),
                ast::Part::Term(text, span) => (Some(Says::Term(text.clone())), *span),
                ast::Part::Require(_, span) => {
                    (required.take().flatten().map(Says::Require), *span)
                }
                _ => continue,
            });
        }
        if found.len() > 1 {
            let message = format!("the clause `{}` says more than one thing", decl.name.node);
            self.faults.push(errors::misplaced(
                &message,
                found[1].1,
                "make a clause of its own of each",
            ));
            return None;
        }
        if let Some((Some(Says::Grant(_)), span)) = found.first()
            && !self.layer.closed
        {
            let help = "declare the policy `closed`, or say what it forbids and requires";
            let message = "an open policy grants nothing: what it does not forbid is allowed";
            self.faults.push(errors::misplaced(message, *span, help));
            return None;
        }
        let Some((says, span)) = found.pop() else {
            let message = format!("the clause `{}` says nothing", decl.name.node);
            let help = "add `grant`, `forbid`, `require`, `exception to`, `end` or `term`";
            self.faults.push(errors::incomplete(
                &message,
                decl.name.span,
                "only conditions, if anything",
                help,
            ));
            return None;
        };
        Some((says?, span))
    }

    fn parts_once(&mut self, decl: &ast::Clause) {
        let mut seen: Vec<&str> = Vec::new();
        for part in &decl.parts {
            let (what, span) = match part {
                ast::Part::Effective(dates) => ("effective", dates.span),
                ast::Part::Fix(text) => ("fix", text.span),
                ast::Part::Note(text) => ("note", text.span),
                _ => continue,
            };
            if seen.contains(&what) {
                let message = format!("`{what}` stands twice in one clause");
                self.faults
                    .push(errors::misplaced(&message, span, "keep one"));
            }
            seen.push(what);
        }
    }

    fn acts(&mut self, words: &[ast::Word]) -> Option<Vec<u16>> {
        let mut acts = Vec::new();
        for word in words {
            match self.names.acts.get_index_of(word.as_str()) {
                Some(at) => acts.push(u16::try_from(at).ok()?),
                None => {
                    let known = self.names.acts.keys().copied();
                    self.faults
                        .push(errors::unknown("act", word, word.span, known));
                }
            }
        }
        (acts.len() == words.len()).then_some(acts)
    }

    fn clause_numbers(&mut self, words: &[ast::Word]) -> Option<Vec<u16>> {
        let numbers: Vec<u16> = words
            .iter()
            .filter_map(|word| self.clause_number(word))
            .collect();
        (numbers.len() == words.len()).then_some(numbers)
    }

    fn ended(&mut self, words: &[ast::Word], span: Span) -> Option<Vec<u16>> {
        let numbers = self.clause_numbers(words)?;
        for (number, word) in numbers.iter().zip(words) {
            let target = self.clauses().nth(*number as usize)?;
            if !target
                .parts
                .iter()
                .any(|part| matches!(part, ast::Part::Grant(..)))
            {
                let message = format!("`{}` grants nothing that could end", word.node);
                self.faults.push(errors::misplaced(
                    &message,
                    word.span,
                    "name clauses that grant, or none for all",
                ));
            }
        }
        if !self.license {
            self.faults.push(errors::misplaced(
                "only a license's grants end",
                span,
                "use `forbid` in a policy",
            ));
        }
        Some(numbers)
    }

    fn exception_circles(&mut self, clauses: &[Clause]) {
        let by_name: IndexMap<&str, &Clause> = clauses
            .iter()
            .map(|clause| (clause.name.as_str(), clause))
            .collect();
        let names: Vec<&str> = self.clauses().map(|clause| clause.name.as_str()).collect();
        for clause in clauses {
            let mut open = vec![clause.name.as_str()];
            let mut seen: Vec<&str> = Vec::new();
            while let Some(name) = open.pop() {
                let Some(Clause {
                    says: Says::Exception(targets),
                    ..
                }) = by_name.get(name)
                else {
                    continue;
                };
                for target in targets.iter().filter_map(|at| names.get(*at as usize)) {
                    if *target == clause.name {
                        self.faults
                            .push(errors::circular("exception", &clause.name, clause.head));
                        open.clear();
                        break;
                    }
                    if !seen.contains(target) {
                        seen.push(target);
                        open.push(target);
                    }
                }
            }
        }
    }

    /// A grant and a prohibition of one act, both without any condition or exception: one of them can
    /// never matter, and the text does not say which was meant.
    fn clashes(&mut self, clauses: &[Clause]) {
        let excepted = |name: &str| {
            let at = self.clauses().position(|clause| clause.name.node == name);
            clauses.iter().any(|clause| {
                matches!(&clause.says, Says::Exception(targets) if targets.iter().any(|t| Some(*t as usize) == at))
            })
        };
        let plain: Vec<&Clause> = clauses
            .iter()
            .filter(|clause| {
                clause.conditions.is_empty()
                    && clause.effective == (None, None)
                    && !excepted(&clause.name)
            })
            .collect();
        for forbid in &plain {
            let Says::Forbid(forbidden) = &forbid.says else {
                continue;
            };
            for grant in &plain {
                let Says::Grant(granted) = &grant.says else {
                    continue;
                };
                let both = granted
                    .iter()
                    .find(|act| forbidden.is_empty() || forbidden.contains(act));
                if let Some((name, _)) =
                    both.and_then(|act| self.names.acts.get_index(*act as usize))
                {
                    self.faults.push(errors::clash(
                        (grant.words, &grant.name),
                        (forbid.words, &forbid.name),
                        name,
                    ));
                }
            }
        }
    }

    // ── what an organization decided ────────────────────────────────────────

    /// Its adoptions, determinations and waivers.
    pub fn decisions(&mut self, into: &mut Vec<Decided>) {
        for member in &self.layer.members {
            let decided = match member {
                ast::Member::Adopt(decl) => self.adoption(decl),
                ast::Member::Determine(decl) => self.determination(decl),
                ast::Member::Waive(decl) => self.waiver(decl),
                _ => continue,
            };
            into.extend(decided);
        }
    }

    fn adoption(&mut self, decl: &ast::Adopt) -> Option<Decided> {
        let questions = self.outline(&decl.question.layer)?.questions;
        let name = &decl.question.name;
        let Some((_, readings)) = questions
            .iter()
            .find(|(question, _)| *question == name.node)
        else {
            let known = questions.iter().map(|(name, _)| name.as_str());
            self.faults
                .push(errors::unknown("question", name, name.span, known));
            return None;
        };
        if !readings.contains(&decl.reading.node) {
            let known = readings.iter().map(String::as_str);
            self.faults.push(errors::unknown(
                "reading",
                &decl.reading,
                decl.reading.span,
                known,
            ));
            return None;
        }
        let what = What::Reading(decl.reading.node.clone());
        Some(self.decided(&decl.question, what, None, &decl.decision, decl.span))
    }

    fn determination(&mut self, decl: &ast::Determine) -> Option<Decided> {
        let judgments = self.outline(&decl.judgment.layer)?.judgments;
        let name = &decl.judgment.name;
        if !judgments.contains(&name.node) {
            let known = judgments.iter().map(String::as_str);
            self.faults
                .push(errors::unknown("judgment", name, name.span, known));
            return None;
        }
        let what = What::Determination(decl.value);
        Some(self.decided(
            &decl.judgment,
            what,
            decl.scope.as_ref(),
            &decl.decision,
            decl.span,
        ))
    }

    fn waiver(&mut self, decl: &ast::Waive) -> Option<Decided> {
        let layer = decl.clause.layer.as_str();
        if self.names.is_license(layer) {
            let message = format!("`{layer}` is a license, and a license cannot be waived");
            let help = "a licensor's permission is a fact: record it under `agreements`";
            self.faults
                .push(errors::loosens(&message, decl.clause.span(), help));
            return None;
        }
        let Some((policy, _)) = self.names.layers.get(layer) else {
            let policies = self
                .names
                .layers
                .iter()
                .filter(|(_, (_, license))| !license);
            let known: Vec<&str> = policies.map(|(id, _)| *id).collect();
            self.faults.push(errors::unknown(
                "policy",
                layer,
                decl.clause.layer.span,
                known.into_iter(),
            ));
            return None;
        };
        let clauses = policy.members.iter().filter_map(|member| match member {
            ast::Member::Clause(clause) => Some(clause.name.as_str()),
            _ => None,
        });
        let clauses: Vec<&str> = clauses.collect();
        if !clauses.contains(&decl.clause.name.as_str()) {
            let name = &decl.clause.name;
            self.faults.push(errors::unknown(
                "clause",
                name,
                name.span,
                clauses.into_iter(),
            ));
            return None;
        }
        let hard = policy.members.iter().any(|member| {
            matches!(member, ast::Member::Enforce(rule) if rule.level == ast::Level::Hard
                && rule.environments.is_empty() && rule.clauses.iter().any(|word| word.node == decl.clause.name.node))
        });
        if hard {
            let message = format!(
                "`{layer}/{}` is enforced hard and cannot be waived",
                decl.clause.name.node
            );
            self.faults.push(errors::misplaced(
                &message,
                decl.clause.span(),
                "enforce it `mandatory`, or drop the waiver",
            ));
            return None;
        }
        Some(self.decided(
            &decl.clause,
            What::Waiver,
            decl.scope.as_ref(),
            &decl.decision,
            decl.span,
        ))
    }

    fn decided(
        &mut self,
        about: &ast::Reference,
        what: What,
        scope: Option<&ast::Word>,
        decision: &ast::Decision,
        span: Span,
    ) -> Decided {
        if decision.until.is_some_and(|until| until < decision.on) {
            let message = "this decision ends before it was taken";
            self.faults.push(errors::backwards(
                message,
                span,
                "put a later date after `until`",
            ));
        }
        Decided {
            layer: about.layer.node.clone(),
            about: about.name.node.clone(),
            what,
            scope: scope.map(|word| word.node.clone()),
            by: decision.by.clone(),
            on: decision.on,
            until: decision.until,
            because: decision.because.clone(),
            span,
        }
    }

    /// The questions and judgments of a layer, declared here or compiled before.
    fn outline(&mut self, layer: &ast::Word) -> Option<Known> {
        if let Some(known) = self.names.known.iter().find(|known| known.id == layer.node) {
            return Some(known.clone());
        }
        let Some((decl, license)) = self.names.layers.get(layer.as_str()) else {
            let compiled = self.names.known.iter().map(|known| known.id.as_str());
            let known: Vec<&str> = self.names.layers.keys().copied().chain(compiled).collect();
            self.faults.push(errors::unknown(
                "license or policy",
                layer,
                layer.span,
                known.into_iter(),
            ));
            return None;
        };
        let readings = |question: &ast::Question| {
            question
                .readings
                .iter()
                .map(|r| r.name.node.clone())
                .collect()
        };
        Some(Known {
            id: layer.node.clone(),
            license: *license,
            questions: kinds::questions(Some(decl))
                .map(|q| (q.name.node.clone(), readings(q)))
                .collect(),
            judgments: kinds::judgments(Some(decl))
                .map(|judgment| judgment.name.node.clone())
                .collect(),
            span: decl.name.span,
        })
    }

    /// Its defaults for facts: only single facts and lists, never inside a list.
    pub fn defaults(&mut self, into: &mut Vec<(typed::Path, crate::value::FactDefault)>) {
        for member in &self.layer.members {
            let ast::Member::Default(path, value) = member else {
                continue;
            };
            let mut scope = Scope::new(self.names, None, ast::Each::Deployment, Vec::new());
            let found = scope.fact(path);
            self.faults.append(&mut scope.faults);
            let Some((path, kind, or_none)) = found else {
                continue;
            };
            if let Some(default) = self
                .names
                .default_value(value, &kind, or_none, &mut self.faults)
            {
                if matches!(&kind, Kind::List(inner) if matches!(inner.as_ref(), Kind::Record(_)))
                    && !matches!(&default.value, DefaultValue::List(parts) if parts.is_empty())
                {
                    let message = "a list of mappings can only default to `[]`";
                    self.faults.push(errors::misplaced(
                        message,
                        default.span,
                        "state the mappings in the facts",
                    ));
                    continue;
                }
                into.push((path, default));
            }
        }
    }
}
