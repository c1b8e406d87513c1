//! The tree of facts: values as they were written, each with its place.

use indexmap::IndexMap;

use crate::source::Span;

/// One value and where it stands.
///
/// The place of a list or mapping is the whole of it; a mapping in block form reaches from its
/// first key to its last value, a TOML table from its header (or first key) to its last own value.
/// A value that nobody wrote (`key:` with nothing after it) has the place of its key, or of the
/// nearest mark before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where the value was written; for an aliased YAML value, where its anchor stands.
    pub span: Span,
    /// The `*alias` through which the value came here, for the value and all values inside it;
    /// the outermost one if several are nested. Only in YAML.
    pub via: Option<Span>,
    /// The value.
    pub value: Tree,
}

/// A value. Numbers keep their digits; nothing is rounded or bounded here.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number: a sign and digits (`+12`, `007`), or `0x1F`, `0o17`, `0b101` with their
    /// prefix. TOML's underscores are left out.
    Int(Box<str>),
    /// Any other number: `1.5`, `1e400`, `.5`, `.inf`, `.nan` (in TOML `inf`, `nan`).
    Float(Box<str>),
    /// A text, with its escapes resolved.
    Text(Box<str>),
    /// A TOML date, time or both, as written.
    Date(Box<str>),
    /// A list.
    List(Vec<Node>),
    /// A mapping.
    Map(Map),
}

/// A mapping, in the order it was written. Keys are texts in every format.
pub type Map = IndexMap<Box<str>, Entry>;

/// What one key of a mapping leads to.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Where the key was written (in quotes, if it has them).
    pub key: Span,
    /// The value of the key.
    pub value: Node,
}

impl Node {
    /// A value that did not come through an alias.
    pub fn new(span: Span, value: Tree) -> Node {
        Node {
            span,
            via: None,
            value,
        }
    }
}
