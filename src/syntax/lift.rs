//! Pest pairs → tree, one function per rule.

use super::ast::{self, ExprNode, Word};
use super::grammar::{Grammar, Rule};
use super::split::{Piece, SplitFault};
use super::{LANGUAGE, errors};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span, Spanned};
use jiff::civil::Date;
use pest::Parser;
use rust_decimal::Decimal;
use std::ops::Range;

type Pair<'a> = pest::iterators::Pair<'a, Rule>;
type Pairs<'a> = pest::iterators::Pairs<'a, Rule>;

/// Lifts the pieces of one text; faults gather beside.
pub struct Lift<'a> {
    source: SourceId,
    text: &'a str,
    base: usize,
    /// The byte of the word at which the parser last stopped.
    stopped: usize,
    /// What the splitter found, in the order of the text.
    brackets: Vec<SplitFault>,
    /// What was wrong so far.
    pub faults: Vec<Diagnostic>,
}

/// The children of a pair with a few words for walking them.
struct Walk<'a> {
    inner: std::iter::Peekable<pest::iterators::Pairs<'a, Rule>>,
}

impl<'a> Walk<'a> {
    fn of(pair: Pair<'a>) -> Walk<'a> {
        Walk {
            inner: pair.into_inner().peekable(),
        }
    }

    /// The next child that is a `rule`, if it comes next; keywords and punctuation are skipped.
    fn take(&mut self, rule: Rule) -> Option<Pair<'a>> {
        while let Some(next) = self.inner.peek() {
            if next.as_rule() == rule {
                return self.inner.next();
            }
            if !is_filler(next.as_rule()) {
                return None;
            }
            self.inner.next();
        }
        None
    }

    /// The next child that is not a keyword or punctuation.
    fn next(&mut self) -> Option<Pair<'a>> {
        self.inner.by_ref().find(|pair| !is_filler(pair.as_rule()))
    }

    /// All further children that are a `rule`.
    fn rest(self, rule: Rule) -> impl Iterator<Item = Pair<'a>> {
        self.inner.filter(move |pair| pair.as_rule() == rule)
    }
}

/// Rules that only hold a statement together.
fn is_filler(rule: Rule) -> bool {
    use Rule::*;
    matches!(
        rule,
        comma
            | colon
            | equals
            | pipe
            | brace_open
            | brace_close
            | paren_open
            | paren_close
            | kw_language
            | kw_import
            | kw_unit
            | kw_territory
            | kw_record
            | kw_enum
            | kw_fact
            | kw_act
            | kw_define
            | kw_license
            | kw_policy
            | kw_licensor
            | kw_released
            | kw_aliases
            | kw_source
            | kw_sha
            | kw_models
            | kw_binds
            | kw_descendants
            | kw_through
            | kw_follows
            | kw_outputs
            | kw_effective
            | kw_from
            | kw_until
            | kw_owner
            | kw_enforce
            | kw_adopt
            | kw_determine
            | kw_waive
            | kw_as
            | kw_for
            | kw_each
            | kw_by
            | kw_on
            | kw_because
            | kw_question
            | kw_reading
            | kw_judgment
            | kw_decided
            | kw_clause
            | kw_of
            | kw_grant
            | kw_forbid
            | kw_require
            | kw_exception
            | kw_to
            | kw_end
            | kw_term
            | kw_when
            | kw_unless
            | kw_only
            | kw_if
            | kw_where
            | kw_fix
            | kw_note
            | kw_includes
            | kw_begins
            | kw_with
            | kw_matches
            | kw_satisfies
            | kw_count
            | kw_under
            | kw_reads
            | kw_one
            | kw_list
            | EOI
    )
}

impl<'a> Lift<'a> {
    /// A lift for one text, with what the splitter found in it.
    pub fn new(source: SourceId, text: &'a str, mut brackets: Vec<SplitFault>) -> Lift<'a> {
        brackets.sort_by_key(SplitFault::at);
        let mut lift = Lift {
            source,
            text,
            base: 0,
            stopped: 0,
            brackets: Vec::new(),
            faults: Vec::new(),
        };
        for fault in &brackets {
            lift.split_fault(fault);
        }
        lift.brackets = brackets;
        lift
    }

    fn split_fault(&mut self, fault: &SplitFault) {
        let one = |at: usize| {
            let len = self.text[at..].chars().next().map_or(1, char::len_utf8);
            (
                Span::new(self.source, at, at + len),
                &self.text[at..at + len],
            )
        };
        let said = match fault {
            SplitFault::Unclosed(at) => errors::unclosed(one(*at).0, one(*at).1),
            SplitFault::Unopened(at) => errors::unopened(one(*at).0, one(*at).1),
            SplitFault::UnclosedString(at) => errors::unclosed_string(one(*at).0),
            SplitFault::TooDeep(at) => errors::too_deep(one(*at).0),
            SplitFault::Stray(range) => errors::stray(
                self.first_line(range),
                self.text[range.clone()]
                    .split_whitespace()
                    .next()
                    .unwrap_or(""),
            ),
        };
        self.faults.push(said);
    }

    fn first_line(&self, range: &Range<usize>) -> Span {
        let end = self.text[range.clone()]
            .find('\n')
            .map_or(range.end, |n| range.start + n);
        Span::new(self.source, range.start, end)
    }

    /// Lifts one piece; a piece with a fault gives what could be read of it.
    pub fn piece(&mut self, piece: Piece) -> Option<ast::Item> {
        match piece {
            Piece::Item(range) => {
                let mut pairs = self.pest(Rule::item, range)?;
                pairs.next().and_then(|pair| self.item(pair))
            }
            Piece::Layer {
                head,
                members,
                whole,
            } => {
                let head = self
                    .pest(Rule::item, head)
                    .and_then(|mut pairs| pairs.next());
                let head = head.map(|pair| self.layer_head(pair, whole));
                let mut lifted = Vec::new();
                for range in members {
                    let pairs = self.pest(Rule::members, range.clone());
                    let pairs = pairs.or_else(|| self.members_before_fault(range));
                    for pair in pairs.into_iter().flatten() {
                        if pair.as_rule() != Rule::EOI {
                            let (before, span) = (self.faults.len(), self.span(&pair));
                            let member = self.member(pair);
                            // Nothing a person wrote is dropped without a word.
                            if member.is_none() && self.faults.len() == before {
                                self.faults.push(errors::unread(span));
                            }
                            lifted.extend(member);
                        }
                    }
                }
                let (license, mut layer) = head?;
                layer.members = lifted;
                Some(if license {
                    ast::Item::License(layer)
                } else {
                    ast::Item::Policy(layer)
                })
            }
        }
    }

    fn pest(
        &mut self,
        rule: Rule,
        range: Range<usize>,
    ) -> Option<pest::iterators::Pairs<'a, Rule>> {
        let text: &'a str = self.text;
        let piece = &text[range.clone()];
        self.base = range.start;
        match Grammar::parse(rule, piece) {
            Ok(pairs) => Some(pairs),
            Err(error) => {
                let (source, base) = (self.source, self.base);
                self.stopped = base + errors::place_of(&error, piece).0;
                if self.is_told(&range, base + errors::stopped_at(&error)) {
                    return None;
                }
                let place = |start: usize, end: usize| {
                    Span::new(source, base + start, base + end.max(start))
                };
                self.faults.push(errors::unexpected(&error, piece, place));
                None
            }
        }
    }

    /// The members of a piece above the line at whose start the parser stopped.
    fn members_before_fault(&mut self, piece: Range<usize>) -> Option<Pairs<'a>> {
        let text: &'a str = self.text;
        let above = &text[piece.start..self.stopped];
        let line = above.rfind('\n').map_or(above, |at| &above[at..]);
        if above.is_empty() || !line.trim().is_empty() {
            return None;
        }
        self.base = piece.start;
        Grammar::parse(Rule::members, above).ok()
    }

    /// Whether what stops the parser here is a fault the splitter told of.
    fn is_told(&self, piece: &Range<usize>, stopped: usize) -> bool {
        let first = self
            .brackets
            .partition_point(|fault| fault.at() < piece.start);
        let line = self.text[..stopped].rfind('\n').map_or(0, |at| at + 1);
        let closing = self.text[self.stopped..piece.end].starts_with(['}', ')', ']']);
        self.brackets[first..]
            .iter()
            .take_while(|fault| fault.at() <= self.stopped)
            .any(|fault| match fault {
                SplitFault::Unclosed(_) => closing || self.stopped == piece.end,
                SplitFault::Unopened(at) => *at == self.stopped,
                SplitFault::UnclosedString(at) => *at >= line,
                SplitFault::TooDeep(_) | SplitFault::Stray(_) => false,
            })
    }

    fn span(&self, pair: &Pair) -> Span {
        let start = pair.as_span().start();
        Span::new(self.source, self.base + start, self.base + end_of(pair))
    }

    fn word(&self, pair: &Pair) -> Word {
        Spanned::new(pair.as_str().to_owned(), self.span(pair))
    }

    /// The text of a `string`, its span being that of the whole literal.
    fn string(&self, pair: Pair<'a>) -> Word {
        let span = self.span(&pair);
        let raw = pair.into_inner().next().map_or("", |text| text.as_str());
        Spanned::new(unescape(raw), span)
    }

    fn maybe_string(&self, walk: &mut Walk<'a>) -> Option<String> {
        walk.take(Rule::string).map(|pair| self.string(pair).node)
    }

    // ── top-level items ─────────────────────────────────────────────────────

    fn item(&mut self, pair: Pair<'a>) -> Option<ast::Item> {
        let rule = pair.as_rule();
        let whole = self.span(&pair);
        let mut walk = Walk::of(pair.clone());
        Some(match rule {
            Rule::language => {
                let number = walk.next()?;
                let version = number.as_str().parse().unwrap_or(u32::MAX);
                if version == 0 || version > LANGUAGE {
                    let place = self.span(&number);
                    let unknown = errors::unknown_language(place, number.as_str(), LANGUAGE);
                    self.faults.push(unknown);
                }
                ast::Item::Language(Spanned::new(version, self.span(&number)))
            }
            Rule::import => ast::Item::Import(self.string(walk.next()?)),
            Rule::unit_item => ast::Item::Unit(self.word(&walk.next()?)),
            Rule::territory => {
                let name = self.word(&walk.next()?);
                let doc = self.maybe_string(&mut walk);
                let parts = walk
                    .rest(Rule::territory_part)
                    .filter_map(|part| self.territory_part(part))
                    .collect();
                ast::Item::Territory(ast::Territory { name, doc, parts })
            }
            Rule::record => {
                let name = self.word(&walk.next()?);
                let doc = self.maybe_string(&mut walk);
                let fields = walk
                    .rest(Rule::field)
                    .filter_map(|field| self.field(field))
                    .collect();
                ast::Item::Record(ast::Record { name, doc, fields })
            }
            Rule::enumeration => {
                let name = self.word(&walk.next()?);
                let doc = self.maybe_string(&mut walk);
                let choices = walk
                    .rest(Rule::choice)
                    .filter_map(|choice| {
                        let mut walk = Walk::of(choice);
                        Some((self.word(&walk.next()?), self.maybe_string(&mut walk)))
                    })
                    .collect();
                ast::Item::Enum(ast::Enum { name, doc, choices })
            }
            Rule::fact => ast::Item::Fact(self.field(pair)?),
            Rule::act => {
                let name = self.word(&walk.next()?);
                let doc = self.maybe_string(&mut walk);
                let when = self.condition(walk.next()?)?;
                ast::Item::Act(ast::Act { name, doc, when })
            }
            Rule::define => ast::Item::Define(self.define(pair)?),
            Rule::license_head | Rule::policy_head => {
                // A head without a body never got here as a layer: its brace is missing.
                self.faults.push(errors::no_body(whole));
                return None;
            }
            _ => return None,
        })
    }

    fn territory_part(&mut self, pair: Pair<'a>) -> Option<ast::TerritoryPart> {
        let mut walk = Walk::of(pair);
        let name = self.word(&walk.next()?);
        let from = walk
            .take(Rule::from_date)
            .and_then(|pair| self.inner_date(pair));
        let until = walk
            .take(Rule::until_date)
            .and_then(|pair| self.inner_date(pair));
        Some(ast::TerritoryPart { name, from, until })
    }

    fn field(&mut self, pair: Pair<'a>) -> Option<ast::Field> {
        let mut walk = Walk::of(pair);
        let name = self.word(&walk.next()?);
        let kind = self.kind(walk.next()?)?;
        let default = walk.take(Rule::default_value).and_then(|pair| {
            let value = pair.into_inner().find(|p| p.as_rule() == Rule::value)?;
            self.value(value)
        });
        let doc = self.maybe_string(&mut walk);
        Some(ast::Field {
            name,
            kind,
            default,
            doc,
        })
    }

    fn define(&mut self, pair: Pair<'a>) -> Option<ast::Define> {
        let mut walk = Walk::of(pair);
        let name = self.word(&walk.next()?);
        let mut parameters = Vec::new();
        if let Some(list) = walk.take(Rule::parameters) {
            for parameter in Walk::of(list).rest(Rule::parameter) {
                let mut walk = Walk::of(parameter);
                parameters.push((self.word(&walk.next()?), self.kind(walk.next()?)?));
            }
        }
        let body = self.condition(walk.next()?)?;
        Some(ast::Define {
            name,
            parameters,
            body,
        })
    }

    fn kind(&mut self, pair: Pair<'a>) -> Option<ast::Kind> {
        let span = self.span(&pair);
        let mut walk = Walk::of(pair);
        let base = walk.next()?;
        let base = match base.as_rule() {
            Rule::kind_list => ast::KindBase::List(Box::new(self.kind(Walk::of(base).next()?)?)),
            Rule::kind_one_of => ast::KindBase::OneOf(self.words(base, Rule::word)),
            Rule::kind_count => ast::KindBase::Count(self.word(&Walk::of(base).next()?)),
            _ => ast::KindBase::Named(self.word(&base)),
        };
        let series = walk.take(Rule::by_period).map(|pair| {
            if pair.into_inner().any(|p| p.as_rule() == Rule::kw_month) {
                ast::Period::Month
            } else {
                ast::Period::Year
            }
        });
        let or_none = walk.take(Rule::or_none).is_some();
        Some(ast::Kind {
            base,
            series,
            or_none,
            span,
        })
    }

    fn words(&self, pair: Pair<'a>, rule: Rule) -> Vec<Word> {
        pair.into_inner()
            .filter(|p| p.as_rule() == rule)
            .map(|p| self.word(&p))
            .collect()
    }

    fn strings(&self, pair: Pair<'a>) -> Vec<Word> {
        pair.into_inner()
            .filter(|p| p.as_rule() == Rule::string)
            .map(|p| self.string(p))
            .collect()
    }

    // ── layers ──────────────────────────────────────────────────────────────

    fn layer_head(&mut self, pair: Pair<'a>, whole: Range<usize>) -> (bool, ast::Layer) {
        let license = pair.as_rule() == Rule::license_head;
        let fallback = Spanned::new(String::new(), self.span(&pair));
        let mut walk = Walk::of(pair.clone());
        let name = walk
            .take(Rule::title)
            .map_or(fallback, |pair| self.word(&pair));
        let title = self.maybe_string(&mut walk).unwrap_or_default();
        let closed = license || pair.into_inner().any(|p| p.as_rule() == Rule::kw_closed);
        let layer = ast::Layer {
            name,
            title,
            closed,
            members: Vec::new(),
            span: Span::new(self.source, whole.start, whole.end),
        };
        (license, layer)
    }

    fn member(&mut self, pair: Pair<'a>) -> Option<ast::Member> {
        let span = self.span(&pair);
        let mut walk = Walk::of(pair.clone());
        Some(match pair.as_rule() {
            Rule::licensor => ast::Member::Licensor(self.string(walk.next()?)),
            Rule::released => {
                let date = walk.next()?;
                ast::Member::Released(Spanned::new(self.date(&date)?, self.span(&date)))
            }
            Rule::aliases => ast::Member::Aliases(self.strings(pair)),
            Rule::source => ast::Member::Source(self.source_text(pair)?),
            Rule::models => ast::Member::Models(self.strings(pair)),
            Rule::binds => ast::Member::Binds(self.words(pair, Rule::word)),
            Rule::follows => ast::Member::Follows(self.words(pair, Rule::word)),
            Rule::effective_from => ast::Member::Effective(self.effective(pair)),
            Rule::owner => ast::Member::Owner(self.string(walk.next()?)),
            Rule::enforce => ast::Member::Enforce(self.enforce(pair)),
            Rule::default_fact => {
                let path = self.path(walk.inner.find(|p| p.as_rule() == Rule::path)?);
                let value = walk.inner.find(|p| p.as_rule() == Rule::value)?;
                ast::Member::Default(path, self.value(value)?)
            }
            Rule::adopt => ast::Member::Adopt(ast::Adopt {
                question: self.reference(&walk.next()?),
                reading: self.word(&walk.next()?),
                decision: self.decision(walk.next()?)?,
                span,
            }),
            Rule::determine => ast::Member::Determine(ast::Determine {
                judgment: self.reference(&walk.next()?),
                value: walk.next()?.as_str() == "true",
                scope: walk.take(Rule::scope).map(|pair| self.string(last(pair))),
                decision: self.decision(walk.next()?)?,
                span,
            }),
            Rule::waiver => ast::Member::Waive(ast::Waive {
                clause: self.reference(&walk.next()?),
                scope: walk.take(Rule::scope).map(|pair| self.string(last(pair))),
                decision: self.decision(walk.next()?)?,
                span,
            }),
            Rule::question => {
                let name = self.word(&walk.next()?);
                let text = self.maybe_string(&mut walk).unwrap_or_default();
                let readings = walk
                    .rest(Rule::reading)
                    .filter_map(|pair| self.reading(pair))
                    .collect();
                ast::Member::Question(ast::Question {
                    name,
                    text,
                    readings,
                })
            }
            Rule::judgment => ast::Member::Judgment(ast::Judgment {
                name: self.word(&walk.next()?),
                text: self.maybe_string(&mut walk)?,
                decided_by: self.maybe_string(&mut walk)?,
            }),
            Rule::define => ast::Member::Define(self.define(pair)?),
            Rule::clause => ast::Member::Clause(self.clause(pair)?),
            Rule::note => ast::Member::Note(self.string(walk.next()?)),
            _ => return None,
        })
    }

    fn source_text(&mut self, pair: Pair<'a>) -> Option<ast::SourceText> {
        let mut walk = Walk::of(pair);
        let name = self.word(&walk.next()?);
        let tier = match walk.next()?.as_str() {
            "primary" => ast::Tier::Primary,
            "licensor" => ast::Tier::Licensor,
            _ => ast::Tier::Press,
        };
        let url = self.string(walk.next()?);
        let sha256 = walk.take(Rule::sha).map(|pair| {
            let word = Spanned::new(pair.as_str().trim_matches('"').to_owned(), self.span(&pair));
            if word.len() != 64 || !word.bytes().all(|b| b.is_ascii_hexdigit()) {
                self.faults.push(errors::bad_hash(word.span, &word));
            }
            word
        });
        Some(ast::SourceText {
            name,
            tier,
            url,
            sha256,
        })
    }

    fn effective(&mut self, pair: Pair<'a>) -> ast::Effective {
        let span = self.span(&pair);
        let mut walk = Walk::of(pair);
        let from = walk
            .take(Rule::from_date)
            .and_then(|pair| self.inner_date(pair));
        let until = walk
            .take(Rule::until_date)
            .and_then(|pair| self.inner_date(pair));
        ast::Effective { from, until, span }
    }

    fn enforce(&mut self, pair: Pair<'a>) -> ast::Enforce {
        let (mut clauses, mut environments) = (Vec::new(), Vec::new());
        let mut level = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::word if level.is_none() => clauses.push(self.word(&part)),
                Rule::word => environments.push(self.word(&part)),
                Rule::kw_level => {
                    level = Some(match part.as_str() {
                        "advisory" => ast::Level::Advisory,
                        "hard" => ast::Level::Hard,
                        _ => ast::Level::Mandatory,
                    });
                }
                _ => {}
            }
        }
        ast::Enforce {
            clauses,
            level: level.unwrap_or(ast::Level::Mandatory),
            environments,
        }
    }

    fn decision(&mut self, pair: Pair<'a>) -> Option<ast::Decision> {
        let mut walk = Walk::of(pair);
        let by = self.string(walk.next()?).node;
        let on = self.date(&walk.next()?)?;
        let until = walk
            .take(Rule::until_date)
            .and_then(|pair| self.inner_date(pair));
        let because = walk
            .take(Rule::reason)
            .map(|pair| self.string(last(pair)).node);
        Some(ast::Decision {
            by,
            on,
            until,
            because,
        })
    }

    fn reference(&self, pair: &Pair) -> ast::Reference {
        let span = self.span(pair);
        let (layer, name) = pair
            .as_str()
            .rsplit_once('/')
            .unwrap_or((pair.as_str(), ""));
        let cut = span.start + u32::try_from(layer.len()).unwrap_or(0);
        ast::Reference {
            layer: Spanned::new(layer.to_owned(), Span { end: cut, ..span }),
            name: Spanned::new(
                name.to_owned(),
                Span {
                    start: cut + 1,
                    ..span
                },
            ),
        }
    }

    fn reading(&mut self, pair: Pair<'a>) -> Option<ast::Reading> {
        let default = pair
            .clone()
            .into_inner()
            .any(|p| p.as_rule() == Rule::kw_default);
        let mut because = None;
        for part in pair.clone().into_inner() {
            if part.as_rule() == Rule::reason {
                because = Some(self.string(last(part)).node);
            }
        }
        let mut walk = Walk::of(pair);
        let name = self.word(&walk.next()?);
        let text = self.maybe_string(&mut walk).unwrap_or_default();
        Some(ast::Reading {
            name,
            text,
            default,
            because,
        })
    }

    // ── clauses ─────────────────────────────────────────────────────────────

    fn clause(&mut self, pair: Pair<'a>) -> Option<ast::Clause> {
        let span = self.span(&pair);
        let mut walk = Walk::of(pair);
        let name = self.word(&walk.next()?);
        let citation = walk.take(Rule::citation).and_then(|pair| {
            let mut walk = Walk::of(pair);
            let source = self.word(&walk.next()?);
            let section = walk.next()?;
            let place = self.span(&section);
            let said = section.into_inner().next()?;
            let text = match said.as_rule() {
                Rule::string => self.string(said).node,
                _ => said.as_str().to_owned(),
            };
            Some(ast::Citation {
                source,
                section: Spanned::new(text, place),
            })
        });
        let each = match walk.take(Rule::each) {
            None => ast::Each::Deployment,
            Some(pair)
                if pair
                    .clone()
                    .into_inner()
                    .any(|p| p.as_rule() == Rule::kw_model) =>
            {
                ast::Each::Model
            }
            Some(_) => ast::Each::License,
        };
        let title = self.maybe_string(&mut walk).unwrap_or_default();
        let mut parts = Vec::new();
        while let Some(part) = walk.next() {
            parts.extend(self.part(part));
        }
        Some(ast::Clause {
            name,
            citation,
            each,
            title,
            parts,
            span,
        })
    }

    fn part(&mut self, pair: Pair<'a>) -> Option<ast::Part> {
        let span = self.span(&pair);
        let mut walk = Walk::of(pair.clone());
        Some(match pair.as_rule() {
            Rule::grant => ast::Part::Grant(self.words(pair, Rule::name), span),
            Rule::forbid => ast::Part::Forbid(self.words(pair, Rule::name), span),
            Rule::exception => ast::Part::Exception(self.words(pair, Rule::word), span),
            Rule::ends => ast::Part::End(self.words(pair, Rule::name), span),
            Rule::term_part => ast::Part::Term(self.string(walk.next()?).node, span),
            Rule::require => ast::Part::Require(self.condition(walk.next()?)?, span),
            Rule::when => ast::Part::When(self.condition(walk.next()?)?),
            Rule::unless => ast::Part::Unless(self.condition(walk.next()?)?),
            Rule::only_if => ast::Part::OnlyIf(self.condition(walk.next()?)?),
            Rule::effective_from => ast::Part::Effective(self.effective(pair)),
            Rule::fix => ast::Part::Fix(self.string(walk.next()?)),
            Rule::note => ast::Part::Note(self.string(walk.next()?)),
            Rule::where_part => ast::Part::Where(self.define(pair)?),
            _ => return None,
        })
    }

    // ── conditions ──────────────────────────────────────────────────────────

    fn condition(&mut self, pair: Pair<'a>) -> Option<ast::Expr> {
        let span = self.span(&pair);
        let mut checks = Vec::new();
        let mut joiner: Option<Pair> = None;
        let mut mixed = false;
        for part in pair.into_inner() {
            if part.as_rule() == Rule::check {
                checks.push(self.check(part)?);
                continue;
            }
            let Some(first) = &joiner else {
                joiner = Some(part);
                continue;
            };
            if first.as_rule() != part.as_rule() && !mixed {
                mixed = true;
                let (one, other) = (self.span(first), self.span(&part));
                let mix = errors::mixed(one, first.as_str(), other, part.as_str());
                self.faults.push(mix);
            }
        }
        let joiner = joiner.map(|pair| pair.as_rule());
        Some(match joiner {
            None => checks.pop()?,
            Some(Rule::kw_and) => ast::Expr {
                node: ExprNode::All(checks),
                span,
            },
            Some(_) => ast::Expr {
                node: ExprNode::Any(checks),
                span,
            },
        })
    }

    fn check(&mut self, pair: Pair<'a>) -> Option<ast::Expr> {
        let span = self.span(&pair);
        let mut negations = 0;
        let mut inner = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_not => negations += 1,
                _ => inner = Some(part),
            }
        }
        let expr = self.primary(inner?)?;
        // `not not x` says `x`; only an odd number negates.
        Some(if negations % 2 == 1 {
            ast::Expr {
                node: ExprNode::Not(Box::new(expr)),
                span,
            }
        } else {
            expr
        })
    }

    fn primary(&mut self, pair: Pair<'a>) -> Option<ast::Expr> {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::group => {
                let inner = pair.into_inner().find(|p| p.as_rule() == Rule::condition)?;
                let mut expr = self.condition(inner)?;
                expr.span = span;
                Some(expr)
            }
            Rule::quantified => self.quantified(pair),
            Rule::reads => {
                let mut walk = Walk::of(pair);
                let (question, reading) = (walk.next()?, walk.next()?);
                let node = ExprNode::Reads(self.word(&question), self.word(&reading));
                Some(ast::Expr { node, span })
            }
            _ => self.comparison(pair),
        }
    }

    fn quantified(&mut self, pair: Pair<'a>) -> Option<ast::Expr> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let quantity = self.quantity(inner.next()?)?;
        let variable = self.word(&inner.next()?);
        let path = inner.find(|p| p.as_rule() == Rule::path)?;
        let list = self.path(path);
        let body = inner.find(|p| p.as_rule() == Rule::condition)?;
        let body = self.condition(body)?;
        let quantified = ast::Quantified {
            quantity,
            variable,
            list,
            body,
        };
        Some(ast::Expr {
            node: ExprNode::Quantified(Box::new(quantified)),
            span,
        })
    }

    fn quantity(&mut self, pair: Pair<'a>) -> Option<ast::Quantity> {
        let mut words = pair.clone().into_inner();
        let first = words.next()?;
        let count = pair.into_inner().find(|p| p.as_rule() == Rule::whole);
        let count = count.map(|p| {
            p.as_str().replace('_', "").parse().unwrap_or_else(|_| {
                self.faults.push(errors::too_many(self.span(&p)));
                0
            })
        });
        Some(match first.as_rule() {
            Rule::kw_any => ast::Quantity::Any,
            Rule::kw_all => ast::Quantity::All,
            Rule::kw_no => ast::Quantity::No,
            Rule::kw_exactly => ast::Quantity::Exactly(count?),
            _ => match words.next()?.as_rule() {
                Rule::kw_least => ast::Quantity::AtLeast(count?),
                _ => ast::Quantity::AtMost(count?),
            },
        })
    }

    fn comparison(&mut self, pair: Pair<'a>) -> Option<ast::Expr> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let left = self.term(inner.next()?)?;
        let Some(tail) = inner.next() else {
            return Some(left);
        };
        let left = Box::new(left);
        let negated = tail
            .clone()
            .into_inner()
            .any(|p| p.as_rule() == Rule::kw_not);
        let mut terms = Vec::new();
        for part in tail.clone().into_inner() {
            match part.as_rule() {
                Rule::term => terms.push(self.term(part)?),
                Rule::set => {
                    for part in part.into_inner().filter(|p| p.as_rule() == Rule::term) {
                        terms.push(self.term(part)?);
                    }
                }
                _ => {}
            }
        }
        let node = match tail.as_rule() {
            Rule::tail_none => ExprNode::IsNone(left, !negated),
            Rule::tail_compare => {
                let operator = tail.into_inner().next()?;
                ExprNode::Compare(left, operator_of(&operator), Box::new(terms.pop()?))
            }
            Rule::tail_in => ExprNode::In(left, !negated, terms),
            Rule::tail_includes => ExprNode::Includes(left, ast::Includes::One, terms),
            Rule::tail_includes_of => {
                let all = tail.into_inner().any(|p| p.as_rule() == Rule::kw_all);
                let which = if all {
                    ast::Includes::All
                } else {
                    ast::Includes::Any
                };
                ExprNode::Includes(left, which, terms)
            }
            Rule::tail_begins => ExprNode::Begins(left, Box::new(terms.pop()?)),
            _ => {
                let pattern = tail.into_inner().find(|p| p.as_rule() == Rule::string)?;
                ExprNode::Matches(left, self.string(pattern))
            }
        };
        Some(ast::Expr { node, span })
    }

    // ── terms ───────────────────────────────────────────────────────────────

    fn term(&mut self, pair: Pair<'a>) -> Option<ast::Expr> {
        let span = self.span(&pair);
        let mut alternatives = Vec::new();
        for part in pair
            .into_inner()
            .filter(|p| p.as_rule() == Rule::alternative)
        {
            let mut inner = part.into_inner();
            let sum = self.sum(inner.next()?)?;
            let question = inner
                .find(|p| p.as_rule() == Rule::name)
                .map(|p| self.word(&p));
            let reading = inner
                .find(|p| p.as_rule() == Rule::word)
                .map(|p| self.word(&p));
            alternatives.push((sum, question.zip(reading)));
        }
        if alternatives.len() == 1 && alternatives[0].1.is_none() {
            return alternatives.pop().map(|(sum, _)| sum);
        }
        let mut readings = Vec::new();
        for (sum, under) in alternatives {
            match under {
                Some((question, reading)) => readings.push((sum, question, reading)),
                None => self.faults.push(errors::no_reading(sum.span)),
            }
        }
        Some(ast::Expr {
            node: ExprNode::Readings(readings),
            span,
        })
    }

    fn sum(&mut self, pair: Pair<'a>) -> Option<ast::Expr> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let left = self.operand(inner.next()?)?;
        let Some(sign) = inner.next() else {
            return Some(left);
        };
        let mut by = self.duration(inner.next()?)?;
        if sign.as_rule() == Rule::minus {
            by = by.back();
        }
        Some(ast::Expr {
            node: ExprNode::Shift(Box::new(left), by),
            span,
        })
    }

    fn operand(&mut self, pair: Pair<'a>) -> Option<ast::Expr> {
        let span = self.span(&pair);
        let node = match pair.as_rule() {
            Rule::kw_today => ExprNode::Today,
            Rule::count_of => ExprNode::CountOf(self.path(Walk::of(pair).next()?)),
            Rule::call => {
                let mut inner = pair.into_inner();
                let name = self.word(&inner.next()?);
                let mut terms = Vec::new();
                for part in inner.filter(|p| p.as_rule() == Rule::term) {
                    terms.push(self.term(part)?);
                }
                ExprNode::Call(name, terms)
            }
            Rule::indexed => {
                let mut inner = pair.into_inner();
                let path = self.path(inner.next()?);
                match inner.find(|p| p.as_rule() == Rule::period) {
                    Some(period) => ExprNode::At(path, self.period(period)?),
                    None => ExprNode::Path(path),
                }
            }
            _ => ExprNode::Literal(self.literal(pair)?),
        };
        Some(ast::Expr { node, span })
    }

    fn path(&mut self, pair: Pair<'a>) -> ast::Path {
        let span = self.span(&pair);
        let words = pair.into_inner().map(|p| self.word(&p)).collect();
        ast::Path { words, span }
    }

    fn period(&mut self, pair: Pair<'a>) -> Option<Spanned<ast::At>> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let first = inner.next()?;
        let monthly = inner.next().is_some_and(|p| p.as_rule() == Rule::kw_month);
        let at = match first.as_rule() {
            Rule::month => {
                let (year, month) = self.month(&first)?;
                ast::At::Month(year, month)
            }
            Rule::year => ast::At::Year(first.as_str().parse().ok()?),
            Rule::kw_last if monthly => ast::At::LastMonth,
            _ => ast::At::LastYear,
        };
        Some(Spanned::new(at, span))
    }

    // ── values ──────────────────────────────────────────────────────────────

    fn value(&mut self, pair: Pair<'a>) -> Option<Spanned<ast::Value>> {
        let span = self.span(&pair);
        let inner = pair.into_inner().next()?;
        let value = match inner.as_rule() {
            Rule::list_value => {
                let parts = inner.into_inner().filter(|p| p.as_rule() == Rule::value);
                ast::Value::List(parts.filter_map(|part| self.value(part)).collect())
            }
            Rule::kw_none => ast::Value::None,
            Rule::name => ast::Value::Word(inner.as_str().to_owned()),
            _ => self.literal(inner)?,
        };
        Some(Spanned::new(value, span))
    }

    fn literal(&mut self, pair: Pair<'a>) -> Option<ast::Value> {
        let inner = pair.into_inner().next()?;
        Some(match inner.as_rule() {
            Rule::string => ast::Value::Text(self.string(inner).node),
            Rule::truth => ast::Value::Bool(inner.as_str() == "true"),
            Rule::date => ast::Value::Date(self.date(&inner)?),
            Rule::month => {
                let (year, month) = self.month(&inner)?;
                ast::Value::Month(year, month)
            }
            Rule::duration => ast::Value::Duration(self.duration(inner)?),
            Rule::percent => ast::Value::Percent(self.number(&inner.into_inner().next()?)?),
            Rule::money => {
                let mut walk = Walk::of(inner);
                let currency = walk.next()?.as_str().to_owned();
                ast::Value::Money(self.number(&walk.next()?)?, currency)
            }
            Rule::quantity_of => {
                let mut walk = Walk::of(inner);
                let number = self.number(&walk.next()?)?;
                ast::Value::Number(number, Some(self.word(&walk.next()?)))
            }
            _ => ast::Value::Number(self.number(&inner)?, None),
        })
    }

    fn number(&mut self, pair: &Pair<'a>) -> Option<Decimal> {
        let number = crate::value::parse_number(pair.as_str());
        if number.is_none() {
            let place = self.span(pair);
            self.faults.push(errors::bad_number(place, pair.as_str()));
        }
        number
    }

    fn duration(&mut self, pair: Pair<'a>) -> Option<crate::value::Duration> {
        // A comment may stand between the number and the unit.
        let words: Vec<&str> = pair
            .clone()
            .into_inner()
            .map(|part| part.as_str())
            .collect();
        let parsed = crate::value::parse_duration(&words.join(" "));
        if parsed.is_none() {
            self.faults.push(errors::too_far(self.span(&pair)));
        }
        parsed
    }

    fn date(&mut self, pair: &Pair<'a>) -> Option<Date> {
        let parsed = crate::value::parse_date(pair.as_str());
        if parsed.is_none() {
            self.faults.push(errors::no_such_day(self.span(pair)));
        }
        parsed
    }

    fn inner_date(&mut self, pair: Pair<'a>) -> Option<Date> {
        let date = pair.into_inner().find(|p| p.as_rule() == Rule::date)?;
        self.date(&date)
    }

    fn month(&mut self, pair: &Pair<'a>) -> Option<(i16, i8)> {
        let parsed = crate::value::parse_month(pair.as_str());
        if parsed.is_none() {
            self.faults.push(errors::no_such_month(self.span(pair)));
        }
        parsed
    }
}

/// Where the last word of a pair ends: pest counts white space and comments in front of an optional
/// part that is not there.
fn end_of(pair: &Pair) -> usize {
    let mut end = pair.as_span().end();
    let mut last = Some(pair.clone());
    while let Some(pair) = last {
        end = pair.as_span().end();
        last = match pair.as_rule() {
            Rule::string | Rule::sha | Rule::section | Rule::percent | Rule::path => None,
            Rule::list_value => None,
            _ => pair.into_inner().next_back(),
        };
    }
    end
}

fn last(pair: Pair) -> Pair {
    let fallback = pair.clone();
    pair.into_inner().last().unwrap_or(fallback)
}

fn operator_of(pair: &Pair) -> ast::Operator {
    let mut inner = pair.clone().into_inner();
    match inner.next().map(|p| p.as_rule()) {
        Some(Rule::less) => ast::Operator::Less,
        Some(Rule::less_equal) => ast::Operator::LessEqual,
        Some(Rule::greater) => ast::Operator::Greater,
        Some(Rule::greater_equal) => ast::Operator::GreaterEqual,
        _ if inner.next().is_some() => ast::Operator::IsNot,
        _ => ast::Operator::Is,
    }
}

/// `\"` and `\\` in a string; any other escaped character stands for itself.
fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        text.push(if c == '\\' {
            chars.next().unwrap_or(c)
        } else {
            c
        });
    }
    text
}
