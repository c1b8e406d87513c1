//! Tree → canonical text.
//!
//! Comes in: an [`ast::Document`]. Goes out: the text every other way of writing the same tree is
//! printed as; parsing it gives the same tree, printing that the same text. Comments are not in the
//! tree and are not kept. [`outline`] shows the tree itself.

mod condition;
mod layer;
mod outline;
mod value;

pub use outline::outline;

use super::ast::{self, Item};
use super::split::{ITEMS, MEMBERS};
use condition::{flat, wrapped};
use value::{dates, kind, quoted, words};

/// Lines are broken before this column where they can be.
const WIDTH: usize = 100;

/// The canonical text of a document, without its comments.
pub fn print(document: &ast::Document) -> String {
    joined(document.items.iter().map(item).collect())
}

/// Statements of one kind, to know where an empty line stands.
struct Block {
    group: &'static str,
    /// Stands right below its neighbor of the same group.
    tight: bool,
    text: String,
}

impl Block {
    fn new(group: &'static str, tight: bool, text: String) -> Block {
        Block { group, tight, text }
    }

    /// Tight if it is a single line.
    fn line(group: &'static str, text: String) -> Block {
        let tight = !text.contains('\n');
        Block { group, tight, text }
    }
}

fn joined(blocks: Vec<Block>) -> String {
    let mut said = String::new();
    let mut before: Option<&Block> = None;
    for block in &blocks {
        if before.is_some_and(|b| !(b.group == block.group && b.tight && block.tight)) {
            said.push('\n');
        }
        said.push_str(&block.text);
        said.push('\n');
        before = Some(block);
    }
    said
}

fn item(item: &Item) -> Block {
    match item {
        Item::Language(version) => Block::line("language", format!("language {}", version.node)),
        Item::Import(path) => Block::line("import", format!("import {}", quoted(path))),
        Item::Unit(name) => Block::line("unit", format!("unit {}", name.node)),
        Item::Territory(territory) => Block::line("territory", self::territory(territory)),
        Item::Record(record) => Block::new("record", false, self::record(record)),
        Item::Enum(listed) => Block::new("enum", false, enumeration(listed)),
        Item::Fact(field) => Block::line("fact", format!("fact {}", self::field(field, 5, 4))),
        Item::Act(act) => Block::new("act", true, self::act(act)),
        Item::Define(define) => Block::line("define", self::define("define", define, 0)),
        Item::License(layer) => Block::new("license", false, layer::layer(layer, true)),
        Item::Policy(layer) => Block::new("policy", false, layer::layer(layer, false)),
    }
}

/// ` "what it says"`, with a space before it.
fn doc(doc: Option<&String>) -> String {
    doc.map_or_else(String::new, |doc| format!(" {}", quoted(doc)))
}

fn territory(territory: &ast::Territory) -> String {
    let parts: Vec<String> = territory
        .parts
        .iter()
        .map(|part| part.name.node.clone() + &dates(part.from, part.until))
        .collect();
    let head = format!(
        "territory {}{} {{",
        territory.name.node,
        doc(territory.doc.as_ref())
    );
    braced(&head, &parts)
}

/// `head { a, b }`, on several lines if it is too long for one.
fn braced(head: &str, parts: &[String]) -> String {
    if parts.is_empty() {
        return format!("{head}}}");
    }
    let line = format!("{head} {} }}", parts.join(", "));
    if line.chars().count() <= WIDTH {
        return line;
    }
    format!("{head}\n  {}\n}}", fill(parts, 2, 2, |_| true))
}

fn record(record: &ast::Record) -> String {
    let head = format!("record {}{} {{", record.name.node, doc(record.doc.as_ref()));
    if record.fields.is_empty() {
        return head + "}";
    }
    let fields: String = record
        .fields
        .iter()
        .map(|f| format!("\n  {}", field(f, 2, 4)))
        .collect();
    format!("{head}{fields}\n}}")
}

fn field(field: &ast::Field, column: usize, indent: usize) -> String {
    let mut said = format!("{}: ", field.name.node);
    said += &match &field.kind {
        ast::Kind {
            base: ast::KindBase::OneOf(choices),
            or_none,
            series,
            ..
        } => {
            // The words of `one of` may be many; `by` and `or none` follow the last.
            let bare = ast::Kind {
                base: ast::KindBase::OneOf(Vec::new()),
                or_none: *or_none,
                series: *series,
                span: field.kind.span,
            };
            let tail = kind(&bare).split_off("one of ".len());
            let column = column + said.chars().count() + "one of ".len();
            format!(
                "one of {}{tail}",
                fill(&words(choices), column, indent, may_start_line)
            )
        }
        other => kind(other),
    };
    if let Some(default) = &field.default {
        said += &format!(" default {}", value::value(default));
    }
    said + &doc(field.doc.as_ref())
}

fn enumeration(listed: &ast::Enum) -> String {
    let head = format!("enum {}{} {{", listed.name.node, doc(listed.doc.as_ref()));
    if listed.choices.iter().all(|(_, doc)| doc.is_none()) {
        let names: Vec<String> = listed
            .choices
            .iter()
            .map(|(name, _)| name.node.clone())
            .collect();
        return braced(&head, &names);
    }
    let documented = listed.choices.iter().filter(|(_, doc)| doc.is_some());
    let width = documented
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    let mut said = head;
    for (name, doc) in &listed.choices {
        said += &match doc {
            Some(doc) => format!("\n  {:width$} {}", name.node, quoted(doc)),
            None => format!("\n  {}", name.node),
        };
    }
    said + "\n}"
}

fn act(act: &ast::Act) -> String {
    let head = format!("act {}{}", act.name.node, doc(act.doc.as_ref()));
    let line = format!("{head} when {}", flat(&act.when));
    if line.chars().count() <= WIDTH {
        return line;
    }
    format!("{head}\n  when {}", wrapped(&act.when, 7, 4))
}

/// `define name(parameters) = body`; also `where name = body`.
fn define(keyword: &str, define: &ast::Define, indent: usize) -> String {
    let parameters: Vec<String> = define
        .parameters
        .iter()
        .map(|(name, of)| format!("{}: {}", name.node, kind(of)))
        .collect();
    let parameters = match parameters.as_slice() {
        [] => String::new(),
        some => format!("({})", some.join(", ")),
    };
    let head = format!(
        "{}{keyword} {}{parameters} =",
        pad(indent),
        define.name.node
    );
    let body = flat(&define.body);
    let column = head.chars().count() + 1;
    if column + body.chars().count() <= WIDTH {
        return format!("{head} {body}");
    }
    let inner = indent + 2;
    if !may_start_line(&body) {
        return format!("{head} {}", wrapped(&define.body, column, inner + 2));
    }
    let deeper = match define.body.node {
        ast::ExprNode::Readings(_) => inner,
        _ => inner + 2,
    };
    format!(
        "{head}\n{}{}",
        pad(inner),
        wrapped(&define.body, inner, deeper)
    )
}

/// Parts with commas between, broken after a comma where the line gets too long and the next part
/// may start a line.
fn fill(
    parts: &[String],
    column: usize,
    indent: usize,
    may_start: impl Fn(&str) -> bool,
) -> String {
    let mut said = String::new();
    let mut at = column;
    for (n, part) in parts.iter().enumerate() {
        let long = part.chars().count() + 1;
        if n > 0 {
            if at + 1 + long > WIDTH && may_start(part) {
                said += &format!("\n{}", pad(indent));
                at = indent;
            } else {
                said.push(' ');
                at += 1;
            }
        }
        said += part;
        if n + 1 < parts.len() {
            said.push(',');
        }
        at += long;
    }
    said
}

/// Whether a line may begin with this text: a keyword there would start an item or a member.
fn may_start_line(text: &str) -> bool {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
    let word = &text[..end.unwrap_or(text.len())];
    !ITEMS.contains(&word) && !MEMBERS.contains(&word)
}

fn pad(indent: usize) -> String {
    " ".repeat(indent)
}
