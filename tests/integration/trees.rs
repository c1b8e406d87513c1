//! Random trees: every kind of node, with names that look like keywords and texts full of signs.

use clausula::source::{SourceId, Span, Spanned};
use clausula::syntax::ast::{self, Expr, ExprNode, Item, Member, Part, Word};
use clausula::value::Duration;
use jiff::civil::Date;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;

/// Keywords that may also be names.
const NAMES: &[&str] = &[
    "language",
    "import",
    "unit",
    "territory",
    "record",
    "enum",
    "fact",
    "act",
    "define",
    "license",
    "policy",
    "open",
    "licensor",
    "released",
    "source",
    "models",
    "binds",
    "follows",
    "owner",
    "enforce",
    "default",
    "adopt",
    "determine",
    "waive",
    "question",
    "judgment",
    "as",
    "for",
    "each",
    "by",
    "on",
    "of",
    "to",
    "from",
    "until",
    "with",
    "at",
    "least",
    "exactly",
    "count",
    "last",
    "month",
    "year",
    "one",
    "list",
    "reading",
    "USD",
    "EUR",
    "days",
    "k",
    "M",
    "users",
    "a-",
    "x_1",
    "reads-well",
    "is-it",
];

/// Words that may be anything where a keyword cannot stand.
const WORDS: &[&str] = &[
    "and",
    "or",
    "not",
    "is",
    "in",
    "none",
    "any",
    "when",
    "clause",
    "note",
    "effective",
    "2025",
    "2025-03",
    "5",
    "1st",
    "true",
    "satisfies",
    "define",
    "license",
    "default",
    "by",
    "reading",
];

const RESERVED: &[&str] = &[
    "and",
    "or",
    "not",
    "when",
    "unless",
    "only",
    "is",
    "in",
    "includes",
    "begins",
    "matches",
    "any",
    "all",
    "no",
    "none",
    "true",
    "false",
    "satisfies",
    "satisfy",
    "under",
    "reads",
    "today",
    "fix",
    "note",
    "because",
    "grant",
    "forbid",
    "require",
    "exception",
    "end",
    "term",
    "clause",
    "where",
    "effective",
];

const UNITS_OF_TIME: &[&str] = &[
    "day", "days", "week", "weeks", "month", "months", "year", "years",
];

fn spanned<T>(node: T) -> Spanned<T> {
    Spanned::new(node, Span::NOWHERE)
}

fn at(node: ExprNode) -> Expr {
    Expr {
        node,
        span: Span::NOWHERE,
    }
}

// ── words ───────────────────────────────────────────────────────────────────

fn name() -> BoxedStrategy<Word> {
    let free = "[a-zA-Z][a-zA-Z0-9_-]{0,9}"
        .prop_filter("reserved", |name| !RESERVED.contains(&name.as_str()));
    prop_oneof![free, select(NAMES).prop_map(str::to_owned)]
        .prop_map(spanned)
        .boxed()
}

fn word() -> BoxedStrategy<Word> {
    prop_oneof![
        name(),
        "[a-zA-Z0-9][a-zA-Z0-9_-]{0,9}".prop_map(spanned),
        select(WORDS).prop_map(|word| spanned(word.to_owned())),
    ]
    .boxed()
}

fn title() -> BoxedStrategy<Word> {
    "[a-z][a-z0-9-]{0,5}(\\.[0-9a-z][a-z0-9-]{0,3}){0,2}"
        .prop_map(spanned)
        .boxed()
}

fn text() -> BoxedStrategy<String> {
    let odd = select(vec![
        "\"", "\\", "//", "{", "}", "(", "]", "§", "“é”", "\t", "\r", "日本", "\u{FEFF}",
        "license ", " ",
    ]);
    prop_oneof![
        "[a-z ]{0,40}",
        "[^\n]{0,12}",
        vec(odd, 0..6).prop_map(|parts| parts.concat()),
    ]
    .boxed()
}

fn texts() -> BoxedStrategy<Vec<Word>> {
    vec(text().prop_map(spanned), 1..6).boxed()
}

fn words() -> BoxedStrategy<Vec<Word>> {
    vec(word(), 1..20).boxed()
}

fn date() -> BoxedStrategy<Date> {
    (0_i16..=9999, 1_i8..=12, 1_i8..=28)
        .prop_map(|(y, m, d)| Date::new(y, m, d).expect("before the 29th"))
        .boxed()
}

fn year_month() -> BoxedStrategy<(i16, i8)> {
    (0_i16..=9999, 1_i8..=12).boxed()
}

fn decimal() -> BoxedStrategy<Decimal> {
    prop_oneof![
        (-3000_i64..3000).prop_map(Decimal::from),
        (
            -2000_i64..2000,
            select(vec![
                1_000_i64,
                10_000,
                1_000_000,
                1_000_000_000,
                1_000_000_000_000
            ])
        )
            .prop_map(|(n, scale)| Decimal::from(n * scale)),
        (any::<i64>(), 0_u32..20).prop_map(|(n, scale)| Decimal::new(n, scale).normalize()),
        Just(Decimal::MAX),
    ]
    .boxed()
}

fn duration() -> BoxedStrategy<Duration> {
    let days = |days| Duration { months: 0, days };
    let months = |months| Duration { months, days: 0 };
    prop_oneof![
        (0..=100_000_i32).prop_map(days),
        (0..=100_000_i32).prop_map(move |weeks| days(weeks * 7)),
        (0..=100_000_i32).prop_map(months),
        (0..=100_000_i32).prop_map(move |years| months(years * 12)),
    ]
    .boxed()
}

// ── values ──────────────────────────────────────────────────────────────────

fn unit() -> BoxedStrategy<Word> {
    name()
        .prop_filter("a unit of time", |unit| {
            !UNITS_OF_TIME.contains(&unit.as_str())
        })
        .boxed()
}

fn literal() -> BoxedStrategy<ast::Value> {
    prop_oneof![
        any::<bool>().prop_map(ast::Value::Bool),
        (decimal(), of(unit())).prop_map(|(n, unit)| ast::Value::Number(n, unit)),
        decimal().prop_map(ast::Value::Percent),
        (decimal(), "[A-Z]{3}").prop_map(|(n, currency)| ast::Value::Money(n, currency)),
        date().prop_map(ast::Value::Date),
        year_month().prop_map(|(year, month)| ast::Value::Month(year, month)),
        duration().prop_map(ast::Value::Duration),
        text().prop_map(ast::Value::Text),
    ]
    .boxed()
}

fn value() -> BoxedStrategy<Spanned<ast::Value>> {
    let leaf = prop_oneof![
        4 => literal(),
        2 => name().prop_map(|name| ast::Value::Word(name.node)),
        1 => Just(ast::Value::None),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        vec(inner.prop_map(spanned), 0..4).prop_map(ast::Value::List)
    })
    .prop_map(spanned)
    .boxed()
}

fn kind() -> BoxedStrategy<ast::Kind> {
    let plain = |base| ast::Kind {
        base,
        series: None,
        or_none: false,
        span: Span::NOWHERE,
    };
    let named = name().prop_filter("a keyword of kinds", |name| {
        !["list", "one", "count"].contains(&name.as_str())
    });
    let base = prop_oneof![
        named.prop_map(ast::KindBase::Named),
        name().prop_map(ast::KindBase::Count),
        words().prop_map(ast::KindBase::OneOf),
    ]
    .prop_recursive(3, 4, 1, move |inner| {
        inner.prop_map(move |of| ast::KindBase::List(Box::new(plain(of))))
    });
    let series = of(select(vec![ast::Period::Month, ast::Period::Year]));
    (base, series, any::<bool>())
        .prop_map(|(base, series, or_none)| ast::Kind {
            base,
            series,
            or_none,
            span: Span::NOWHERE,
        })
        .boxed()
}

// ── conditions ──────────────────────────────────────────────────────────────

fn path() -> BoxedStrategy<ast::Path> {
    (name(), vec(word(), 0..3))
        .prop_map(|(first, rest)| {
            let words = std::iter::once(first).chain(rest).collect();
            ast::Path {
                words,
                span: Span::NOWHERE,
            }
        })
        .boxed()
}

fn entry() -> BoxedStrategy<ast::At> {
    prop_oneof![
        year_month().prop_map(|(year, month)| ast::At::Month(year, month)),
        (0_i16..=9999).prop_map(ast::At::Year),
        select(vec![ast::At::LastMonth, ast::At::LastYear]),
    ]
    .boxed()
}

fn operand() -> BoxedStrategy<Expr> {
    prop_oneof![
        3 => literal().prop_map(ExprNode::Literal),
        3 => path().prop_map(ExprNode::Path),
        1 => path().prop_map(ExprNode::CountOf),
        1 => (path(), entry()).prop_map(|(path, when)| ExprNode::At(path, spanned(when))),
        1 => Just(ExprNode::Today),
    ]
    .prop_map(at)
    .boxed()
}

fn sum(operand: impl Strategy<Value = Expr> + Clone + 'static) -> BoxedStrategy<Expr> {
    let shift = (operand.clone(), duration(), any::<bool>()).prop_map(|(left, by, back)| {
        at(ExprNode::Shift(
            Box::new(left),
            if back { by.back() } else { by },
        ))
    });
    prop_oneof![4 => operand, 1 => shift].boxed()
}

fn term() -> BoxedStrategy<Expr> {
    let terms = |sum: BoxedStrategy<Expr>| {
        let readings =
            vec((sum.clone(), name(), word()), 1..4).prop_map(|all| at(ExprNode::Readings(all)));
        prop_oneof![5 => sum, 1 => readings].boxed()
    };
    terms(sum(operand()))
        .prop_recursive(2, 6, 3, move |inner| {
            let call = (name(), vec(inner, 1..4))
                .prop_map(|(name, terms)| at(ExprNode::Call(name, terms)));
            terms(sum(call))
        })
        .boxed()
}

fn comparison() -> BoxedStrategy<ExprNode> {
    use ast::Operator::*;
    let left = || term().prop_map(Box::new);
    let operator = select(vec![Is, IsNot, Less, LessEqual, Greater, GreaterEqual]);
    prop_oneof![
        2 => term().prop_map(|term| term.node),
        4 => (left(), operator, left()).prop_map(|(a, how, b)| ExprNode::Compare(a, how, b)),
        1 => (left(), any::<bool>()).prop_map(|(a, yes)| ExprNode::IsNone(a, yes)),
        2 => (left(), any::<bool>(), vec(term(), 1..4)).prop_map(|(a, yes, b)| ExprNode::In(a, yes, b)),
        1 => (left(), term()).prop_map(|(a, b)| ExprNode::Includes(a, ast::Includes::One, vec![b])),
        1 => (left(), any::<bool>(), vec(term(), 1..9)).prop_map(|(a, all, b)| {
            ExprNode::Includes(a, if all { ast::Includes::All } else { ast::Includes::Any }, b)
        }),
        1 => (left(), left()).prop_map(|(a, b)| ExprNode::Begins(a, b)),
        1 => (left(), text()).prop_map(|(a, pattern)| ExprNode::Matches(a, spanned(pattern))),
        1 => (name(), word()).prop_map(|(question, reading)| ExprNode::Reads(question, reading)),
    ]
    .boxed()
}

fn quantity() -> BoxedStrategy<ast::Quantity> {
    prop_oneof![
        select(vec![
            ast::Quantity::Any,
            ast::Quantity::All,
            ast::Quantity::No
        ]),
        any::<u32>().prop_map(ast::Quantity::AtLeast),
        any::<u32>().prop_map(ast::Quantity::AtMost),
        any::<u32>().prop_map(ast::Quantity::Exactly),
    ]
    .boxed()
}

/// A condition of any shape.
pub fn condition() -> BoxedStrategy<Expr> {
    let leaf = comparison().prop_map(at);
    leaf.prop_recursive(5, 24, 4, |inner| {
        let quantified = (quantity(), name(), path(), inner.clone()).prop_map(
            |(quantity, variable, list, body)| {
                ExprNode::Quantified(Box::new(ast::Quantified {
                    quantity,
                    variable,
                    list,
                    body,
                }))
            },
        );
        prop_oneof![
            3 => vec(inner.clone(), 2..5).prop_map(ExprNode::All),
            3 => vec(inner.clone(), 2..5).prop_map(ExprNode::Any),
            2 => inner.prop_map(|inner| ExprNode::Not(Box::new(inner))),
            2 => quantified,
        ]
        .prop_map(at)
    })
    .boxed()
}

// ── members and items ───────────────────────────────────────────────────────

fn define(parameters: std::ops::Range<usize>) -> BoxedStrategy<ast::Define> {
    (name(), vec((name(), kind()), parameters), condition())
        .prop_map(|(name, parameters, body)| ast::Define {
            name,
            parameters,
            body,
        })
        .boxed()
}

fn effective() -> BoxedStrategy<ast::Effective> {
    (of(date()), of(date()))
        .prop_map(|(from, until)| ast::Effective {
            from,
            until,
            span: Span::NOWHERE,
        })
        .boxed()
}

fn part() -> BoxedStrategy<Part> {
    let place = Span::NOWHERE;
    let names = |least| vec(name(), least..9);
    prop_oneof![
        names(1).prop_map(move |acts| Part::Grant(acts, place)),
        names(0).prop_map(move |acts| Part::Forbid(acts, place)),
        names(0).prop_map(move |clauses| Part::End(clauses, place)),
        words().prop_map(move |clauses| Part::Exception(clauses, place)),
        condition().prop_map(move |condition| Part::Require(condition, place)),
        text().prop_map(move |text| Part::Term(text, place)),
        condition().prop_map(Part::When),
        condition().prop_map(Part::Unless),
        condition().prop_map(Part::OnlyIf),
        effective().prop_map(Part::Effective),
        text().prop_map(|text| Part::Fix(spanned(text))),
        text().prop_map(|text| Part::Note(spanned(text))),
        define(0..1).prop_map(Part::Where),
    ]
    .boxed()
}

fn clause() -> BoxedStrategy<Member> {
    let section = prop_oneof!["[0-9A-Za-z.()-]{0,8}", text()];
    let citation = (name(), section).prop_map(|(source, section)| ast::Citation {
        source,
        section: spanned(section),
    });
    let each = select(vec![
        ast::Each::Deployment,
        ast::Each::Model,
        ast::Each::License,
    ]);
    (word(), of(citation), each, text(), vec(part(), 0..5))
        .prop_map(|(name, citation, each, title, parts)| {
            Member::Clause(ast::Clause {
                name,
                citation,
                each,
                title,
                parts,
                span: Span::NOWHERE,
            })
        })
        .boxed()
}

fn decision() -> BoxedStrategy<ast::Decision> {
    (text(), date(), of(date()), of(text()))
        .prop_map(|(by, on, until, because)| ast::Decision {
            by,
            on,
            until,
            because,
        })
        .boxed()
}

fn ruling() -> BoxedStrategy<Member> {
    let place = Span::NOWHERE;
    let reference = (title(), word()).prop_map(|(layer, name)| ast::Reference { layer, name });
    (
        0..3,
        reference,
        word(),
        any::<bool>(),
        of(text().prop_map(spanned)),
        decision(),
    )
        .prop_map(
            move |(which, reference, reading, value, scope, decision)| match which {
                0 => Member::Adopt(ast::Adopt {
                    question: reference,
                    reading,
                    decision,
                    span: place,
                }),
                1 => Member::Determine(ast::Determine {
                    judgment: reference,
                    value,
                    scope,
                    decision,
                    span: place,
                }),
                _ => Member::Waive(ast::Waive {
                    clause: reference,
                    scope,
                    decision,
                    span: place,
                }),
            },
        )
        .boxed()
}

fn source_text() -> BoxedStrategy<Member> {
    let tier = select(vec![
        ast::Tier::Primary,
        ast::Tier::Licensor,
        ast::Tier::Press,
    ]);
    let sha256 = of("[0-9a-fA-F]{64}".prop_map(spanned));
    (name(), tier, text().prop_map(spanned), sha256)
        .prop_map(|(name, tier, url, sha256)| {
            Member::Source(ast::SourceText {
                name,
                tier,
                url,
                sha256,
            })
        })
        .boxed()
}

fn question() -> BoxedStrategy<Member> {
    let reading =
        (word(), text(), any::<bool>(), of(text())).prop_map(|(name, text, default, because)| {
            ast::Reading {
                name,
                text,
                default,
                because,
            }
        });
    (name(), text(), vec(reading, 0..3))
        .prop_map(|(name, text, readings)| {
            Member::Question(ast::Question {
                name,
                text,
                readings,
            })
        })
        .boxed()
}

fn enforce() -> BoxedStrategy<Member> {
    let level = select(vec![
        ast::Level::Advisory,
        ast::Level::Mandatory,
        ast::Level::Hard,
    ]);
    (words(), level, vec(word(), 0..4))
        .prop_map(|(clauses, level, environments)| {
            Member::Enforce(ast::Enforce {
                clauses,
                level,
                environments,
            })
        })
        .boxed()
}

fn member() -> BoxedStrategy<Member> {
    let word_of = || text().prop_map(spanned);
    prop_oneof![
        word_of().prop_map(Member::Licensor),
        date().prop_map(|date| Member::Released(spanned(date))),
        texts().prop_map(Member::Aliases),
        source_text(),
        texts().prop_map(Member::Models),
        words().prop_map(Member::Binds),
        words().prop_map(Member::Follows),
        effective().prop_map(Member::Effective),
        word_of().prop_map(Member::Owner),
        enforce(),
        (path(), value()).prop_map(|(path, value)| Member::Default(path, value)),
        ruling(),
        question(),
        (name(), text(), text()).prop_map(|(name, text, decided_by)| Member::Judgment(
            ast::Judgment {
                name,
                text,
                decided_by
            }
        )),
        define(0..3).prop_map(Member::Define),
        clause(),
        clause(),
        clause(),
        word_of().prop_map(Member::Note),
    ]
    .boxed()
}

fn field() -> BoxedStrategy<ast::Field> {
    (word(), kind(), of(value()), of(text()))
        .prop_map(|(name, kind, default, doc)| ast::Field {
            name,
            kind,
            default,
            doc,
        })
        .boxed()
}

fn layer() -> BoxedStrategy<Item> {
    (
        title(),
        text(),
        any::<bool>(),
        any::<bool>(),
        vec(member(), 0..6),
    )
        .prop_map(|(name, title, license, closed, members)| {
            let closed = license || closed;
            let layer = ast::Layer {
                name,
                title,
                closed,
                members,
                span: Span::NOWHERE,
            };
            if license {
                Item::License(layer)
            } else {
                Item::Policy(layer)
            }
        })
        .boxed()
}

fn item() -> BoxedStrategy<Item> {
    let part = (name(), of(date()), of(date()))
        .prop_map(|(name, from, until)| ast::TerritoryPart { name, from, until });
    prop_oneof![
        Just(Item::Language(spanned(1))),
        text().prop_map(|path| Item::Import(spanned(path))),
        name().prop_map(Item::Unit),
        (name(), of(text()), vec(part, 1..12))
            .prop_map(|(name, doc, parts)| Item::Territory(ast::Territory { name, doc, parts })),
        (name(), of(text()), vec(field(), 0..6))
            .prop_map(|(name, doc, fields)| Item::Record(ast::Record { name, doc, fields })),
        (name(), of(text()), vec((word(), of(text())), 0..20))
            .prop_map(|(name, doc, choices)| Item::Enum(ast::Enum { name, doc, choices })),
        (
            name(),
            of(text()),
            vec(word().prop_map(|word| (word, None)), 0..20)
        )
            .prop_map(|(name, doc, choices)| Item::Enum(ast::Enum { name, doc, choices })),
        field().prop_map(Item::Fact),
        (name(), of(text()), condition()).prop_map(|(name, doc, when)| Item::Act(ast::Act {
            name,
            doc,
            when
        })),
        define(0..3).prop_map(Item::Define),
        layer(),
        layer(),
        layer(),
        layer(),
    ]
    .boxed()
}

/// A document of some items.
pub fn document() -> BoxedStrategy<ast::Document> {
    vec(item(), 0..5)
        .prop_map(|items| ast::Document {
            source: SourceId(0),
            items,
        })
        .boxed()
}
