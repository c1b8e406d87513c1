//! Tree → outline: one node a line, conditions as S-expressions. Everything but places and comments
//! is shown, so that two trees with one outline say the same.

use super::super::ast::{self, Expr, ExprNode, Item, Member, Part};
use super::value::{
    at, dates, duration, each, kind, level, number, operator, quantity, quoted, section, sign,
    tier, value,
};

/// A compact picture of the tree, for people and for comparing.
///
/// ```text
/// license llama-4 "Llama 4 Community License Agreement"
///   clause display @agreement §1.b.i(B) "Show it"
///     require (all (call shown "Built with Llama") prominent)
///     when (all make-available contained)
/// ```
pub fn outline(document: &ast::Document) -> String {
    let mut out = Outline::default();
    for item in &document.items {
        out.item(item);
    }
    out.text
}

#[derive(Default)]
struct Outline {
    text: String,
}

impl Outline {
    fn line(&mut self, depth: usize, line: &str) {
        for _ in 0..depth {
            self.text.push_str("  ");
        }
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Language(version) => self.line(0, &format!("language {}", version.node)),
            Item::Import(path) => self.line(0, &format!("import {}", quoted(path))),
            Item::Unit(name) => self.line(0, &format!("unit {}", name.node)),
            Item::Territory(territory) => {
                self.line(
                    0,
                    &format!(
                        "territory {}{}",
                        territory.name.node,
                        doc(territory.doc.as_ref())
                    ),
                );
                for part in &territory.parts {
                    self.line(
                        1,
                        &format!("{}{}", part.name.node, dates(part.from, part.until)),
                    );
                }
            }
            Item::Record(record) => {
                self.line(
                    0,
                    &format!("record {}{}", record.name.node, doc(record.doc.as_ref())),
                );
                for field in &record.fields {
                    self.line(1, &self::field(field));
                }
            }
            Item::Enum(listed) => {
                self.line(
                    0,
                    &format!("enum {}{}", listed.name.node, doc(listed.doc.as_ref())),
                );
                for (name, said) in &listed.choices {
                    self.line(1, &format!("{}{}", name.node, doc(said.as_ref())));
                }
            }
            Item::Fact(field) => self.line(0, &format!("fact {}", self::field(field))),
            Item::Act(act) => {
                self.line(
                    0,
                    &format!("act {}{}", act.name.node, doc(act.doc.as_ref())),
                );
                self.line(1, &format!("when {}", expr(&act.when)));
            }
            Item::Define(define) => self.line(0, &format!("define {}", self::define(define))),
            Item::License(layer) => self.layer("license", "", layer),
            Item::Policy(layer) => self.layer(
                "policy",
                if layer.closed { " closed" } else { " open" },
                layer,
            ),
        }
    }

    fn layer(&mut self, keyword: &str, mode: &str, layer: &ast::Layer) {
        self.line(
            0,
            &format!(
                "{keyword} {} {}{mode}",
                layer.name.node,
                quoted(&layer.title)
            ),
        );
        for member in &layer.members {
            self.member(member);
        }
    }

    fn member(&mut self, member: &Member) {
        let line = match member {
            Member::Licensor(name) => format!("licensor {}", quoted(name)),
            Member::Released(date) => format!("released {}", date.node),
            Member::Aliases(names) => format!("also-known-as{}", texts(names)),
            Member::Source(source) => source_text(source),
            Member::Models(models) => format!("models{}", texts(models)),
            Member::Binds(steps) => format!("binds{}", spaced(steps)),
            Member::Follows(steps) => format!("follows{}", spaced(steps)),
            Member::Effective(effective) => {
                format!("effective{}", dates(effective.from, effective.until))
            }
            Member::Owner(owner) => format!("owner {}", quoted(owner)),
            Member::Enforce(enforce) => self::enforce(enforce),
            Member::Default(path, given) => format!("default {} {}", path.dotted(), literal(given)),
            Member::Adopt(adopt) => {
                let head = format!(
                    "adopt {} {}",
                    reference(&adopt.question),
                    adopt.reading.node
                );
                head + &decision(&adopt.decision)
            }
            Member::Determine(made) => {
                let head = format!("determine {} {}", reference(&made.judgment), made.value);
                head + &scope(made.scope.as_ref()) + &decision(&made.decision)
            }
            Member::Waive(waive) => {
                let head = format!("waive {}", reference(&waive.clause));
                head + &scope(waive.scope.as_ref()) + &decision(&waive.decision)
            }
            Member::Question(question) => return self.question(question),
            Member::Judgment(judgment) => format!(
                "judgment {} {} by {}",
                judgment.name.node,
                quoted(&judgment.text),
                quoted(&judgment.decided_by)
            ),
            Member::Define(define) => format!("define {}", self::define(define)),
            Member::Clause(clause) => return self.clause(clause),
            Member::Note(note) => format!("note {}", quoted(note)),
        };
        self.line(1, &line);
    }

    fn question(&mut self, question: &ast::Question) {
        self.line(
            1,
            &format!("question {} {}", question.name.node, quoted(&question.text)),
        );
        for reading in &question.readings {
            let default = if reading.default { " default" } else { "" };
            let text = quoted(&reading.text);
            let because = because(reading.because.as_ref());
            self.line(
                2,
                &format!("reading {} {text}{default}{because}", reading.name.node),
            );
        }
    }

    fn clause(&mut self, clause: &ast::Clause) {
        let citation = clause
            .citation
            .as_ref()
            .map_or_else(String::new, |citation| {
                format!(" @{} {}", citation.source.node, section(&citation.section))
            });
        let head = format!("clause {}{citation}{}", clause.name.node, each(clause.each));
        self.line(1, &format!("{head} {}", quoted(&clause.title)));
        for part in &clause.parts {
            self.line(2, &self::part(part));
        }
    }
}

fn part(part: &Part) -> String {
    match part {
        Part::Grant(acts, _) => format!("grant{}", spaced(acts)),
        Part::Forbid(acts, _) => format!("forbid{}", spaced(acts)),
        Part::Require(condition, _) => format!("require {}", expr(condition)),
        Part::Exception(clauses, _) => format!("exception{}", spaced(clauses)),
        Part::End(clauses, _) => format!("end{}", spaced(clauses)),
        Part::Term(text, _) => format!("term {}", quoted(text)),
        Part::When(condition) => format!("when {}", expr(condition)),
        Part::Unless(condition) => format!("unless {}", expr(condition)),
        Part::OnlyIf(condition) => format!("only-if {}", expr(condition)),
        Part::Effective(effective) => {
            format!("effective{}", dates(effective.from, effective.until))
        }
        Part::Fix(text) => format!("fix {}", quoted(text)),
        Part::Note(text) => format!("note {}", quoted(text)),
        Part::Where(define) => format!("where {}", self::define(define)),
    }
}

fn doc(doc: Option<&String>) -> String {
    doc.map_or_else(String::new, |doc| format!(" {}", quoted(doc)))
}

fn because(because: Option<&String>) -> String {
    because.map_or_else(String::new, |why| format!(" because {}", quoted(why)))
}

fn spaced(words: &[ast::Word]) -> String {
    words.iter().map(|word| format!(" {}", word.node)).collect()
}

fn texts(words: &[ast::Word]) -> String {
    words
        .iter()
        .map(|word| format!(" {}", quoted(word)))
        .collect()
}

fn field(field: &ast::Field) -> String {
    let default = field.default.as_ref();
    let default = default.map_or_else(String::new, |given| format!(" default {}", literal(given)));
    format!(
        "{}: {}{default}{}",
        field.name.node,
        kind(&field.kind),
        doc(field.doc.as_ref())
    )
}

fn define(define: &ast::Define) -> String {
    let mut parameters = String::new();
    for (name, of) in &define.parameters {
        parameters += &format!(" ({}: {})", name.node, kind(of));
    }
    format!("{}{parameters} = {}", define.name.node, expr(&define.body))
}

fn source_text(source: &ast::SourceText) -> String {
    let sha = source.sha256.as_ref();
    let sha = sha.map_or_else(String::new, |sha| format!(" sha256 {}", sha.node));
    format!(
        "source {} {} {}{sha}",
        source.name.node,
        tier(source.tier),
        quoted(&source.url)
    )
}

fn enforce(enforce: &ast::Enforce) -> String {
    let within = match enforce.environments.as_slice() {
        [] => String::new(),
        some => format!(" in{}", spaced(some)),
    };
    format!(
        "enforce {}{}{within}",
        level(enforce.level),
        spaced(&enforce.clauses)
    )
}

fn reference(reference: &ast::Reference) -> String {
    format!("{}/{}", reference.layer.node, reference.name.node)
}

fn scope(scope: Option<&ast::Word>) -> String {
    scope.map_or_else(String::new, |scope| format!(" for {}", quoted(scope)))
}

fn decision(decision: &ast::Decision) -> String {
    let until = dates(None, decision.until);
    let because = because(decision.because.as_ref());
    format!(
        " by {} on {}{until}{because}",
        quoted(&decision.by),
        decision.on
    )
}

// ── conditions ──────────────────────────────────────────────────────────────

fn all(head: &str, parts: &[Expr]) -> String {
    let parts: String = parts
        .iter()
        .map(|part| format!(" {}", expr(part)))
        .collect();
    format!("({head}{parts})")
}

fn expr(of: &Expr) -> String {
    match &of.node {
        ExprNode::All(parts) => all("all", parts),
        ExprNode::Any(parts) => all("any", parts),
        ExprNode::Not(inner) => format!("(not {})", expr(inner)),
        ExprNode::Quantified(q) => format!(
            "(each {} {} {} {})",
            quantity(q.quantity).replace(' ', "-"),
            q.variable.node,
            q.list.dotted(),
            expr(&q.body)
        ),
        ExprNode::Reads(question, reading) => format!("(reads {} {})", question.node, reading.node),
        ExprNode::Compare(left, how, right) => {
            format!(
                "({} {} {})",
                operator(*how).replace(' ', "-"),
                expr(left),
                expr(right)
            )
        }
        ExprNode::IsNone(left, true) => format!("(is-none {})", expr(left)),
        ExprNode::IsNone(left, false) => format!("(is-not-none {})", expr(left)),
        ExprNode::In(left, yes, terms) => {
            let head = if *yes { "in" } else { "not-in" };
            all(&format!("{head} {}", expr(left)), terms)
        }
        ExprNode::Includes(left, which, terms) => {
            let head = match which {
                ast::Includes::One => "includes",
                ast::Includes::Any => "includes-any",
                ast::Includes::All => "includes-all",
            };
            all(&format!("{head} {}", expr(left)), terms)
        }
        ExprNode::Begins(left, right) => format!("(begins-with {} {})", expr(left), expr(right)),
        ExprNode::Matches(left, pattern) => format!("(matches {} {})", expr(left), quoted(pattern)),
        ExprNode::Readings(alternatives) => {
            let mut said = String::from("(under");
            for (sum, question, reading) in alternatives {
                said += &format!(" ({}.{} {})", question.node, reading.node, expr(sum));
            }
            said + ")"
        }
        ExprNode::Shift(left, by) => format!(
            "({} {} {})",
            sign(*by),
            expr(left),
            duration(*by).replace(' ', "-")
        ),
        ExprNode::CountOf(path) => format!("(count {})", path.dotted()),
        ExprNode::Call(name, terms) => all(&format!("call {}", name.node), terms),
        ExprNode::Path(path) => path.dotted(),
        ExprNode::At(path, when) => {
            format!("(at {} {})", path.dotted(), at(when.node).replace(' ', "-"))
        }
        ExprNode::Today => "today".to_owned(),
        ExprNode::Literal(given) => literal(given),
    }
}

/// A value as one word or one bracket.
fn literal(given: &ast::Value) -> String {
    match given {
        ast::Value::Number(n, Some(unit)) => format!("({} {})", unit.node, number(*n)),
        ast::Value::Money(n, currency) => format!("({currency} {})", number(*n)),
        ast::Value::Duration(by) => duration(*by).replace(' ', "-"),
        ast::Value::List(parts) => {
            let parts: String = parts
                .iter()
                .map(|part| format!(" {}", literal(part)))
                .collect();
            format!("(list{parts})")
        }
        other => value(other),
    }
}
