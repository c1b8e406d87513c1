//! Words, values and kinds, each on one line.

use super::super::ast;
use crate::value::{Duration, parse_number};
use jiff::civil::Date;
use rust_decimal::Decimal;

/// A string between quotes. A line break cannot be written in one and becomes a space.
pub(super) fn quoted(text: &str) -> String {
    let mut said = String::with_capacity(text.len() + 2);
    said.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => said.extend(['\\', c]),
            '\n' => said.push(' '),
            c => said.push(c),
        }
    }
    said.push('"');
    said
}

/// Strings with commas between.
pub(super) fn strings(words: &[ast::Word]) -> Vec<String> {
    words.iter().map(|word| quoted(word)).collect()
}

/// Words as they are.
pub(super) fn words(words: &[ast::Word]) -> Vec<String> {
    words.iter().map(|word| word.node.clone()).collect()
}

/// `700M`, `1.2B`, `1500`: with the largest scale that leaves at most two places after the point
/// and is shorter than the digits alone.
pub(super) fn number(number: Decimal) -> String {
    let plain = number.normalize().to_string();
    for (scale, zeros) in [("T", 12), ("B", 9), ("M", 6), ("k", 3)] {
        let Some(scaled) = number.checked_div(Decimal::from(10_i64.pow(zeros))) else {
            continue;
        };
        let scaled = scaled.normalize();
        let short = format!("{scaled}{scale}");
        let enough =
            scaled.abs() >= Decimal::ONE && scaled.scale() <= 2 && short.len() < plain.len();
        if enough && parse_number(&short) == Some(number.normalize()) {
            return short;
        }
    }
    plain
}

/// `1 year`, `6 months`, `30 days`, without a sign.
pub(super) fn duration(by: Duration) -> String {
    let (months, days) = (by.months.unsigned_abs(), by.days.unsigned_abs());
    let (count, unit) = match (months, days) {
        // More days than can be written were written as weeks.
        (0, days) if days > 100_000 && days.is_multiple_of(7) => (days / 7, "week"),
        (0, days) => (days, "day"),
        (months, _) if months.is_multiple_of(12) => (months / 12, "year"),
        (months, _) => (months, "month"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// `-` for a duration that leads back.
pub(super) fn sign(by: Duration) -> char {
    if by.months < 0 || by.days < 0 {
        '-'
    } else {
        '+'
    }
}

/// `2025-03`
pub(super) fn month(year: i16, month: i8) -> String {
    format!("{year:04}-{month:02}")
}

/// `from 2025-04-05 until 2026-01-01`, each with a space before it.
pub(super) fn dates(from: Option<Date>, until: Option<Date>) -> String {
    let from = from.map_or_else(String::new, |date| format!(" from {date}"));
    let until = until.map_or_else(String::new, |date| format!(" until {date}"));
    from + &until
}

/// `in` what: `2025-03`, `last month`.
pub(super) fn at(at: ast::At) -> String {
    match at {
        ast::At::Month(year, number) => month(year, number),
        ast::At::Year(year) => format!("{year:04}"),
        ast::At::LastMonth => "last month".to_owned(),
        ast::At::LastYear => "last year".to_owned(),
    }
}

/// A value as written.
pub(super) fn value(value: &ast::Value) -> String {
    match value {
        ast::Value::Bool(yes) => yes.to_string(),
        ast::Value::Number(n, None) => number(*n),
        ast::Value::Number(n, Some(unit)) => format!("{} {}", number(*n), unit.node),
        ast::Value::Percent(n) => format!("{}%", n.normalize()),
        ast::Value::Money(n, currency) => format!("{currency} {}", number(*n)),
        ast::Value::Date(date) => date.to_string(),
        ast::Value::Month(year, number) => month(*year, *number),
        ast::Value::Duration(by) => duration(*by),
        ast::Value::Text(text) => quoted(text),
        ast::Value::Word(word) => word.clone(),
        ast::Value::None => "none".to_owned(),
        ast::Value::List(parts) => {
            let parts: Vec<String> = parts.iter().map(|part| self::value(part)).collect();
            format!("[{}]", parts.join(", "))
        }
    }
}

/// `list of text`, `count of users by month or none`
pub(super) fn kind(kind: &ast::Kind) -> String {
    let base = match &kind.base {
        ast::KindBase::List(of) => format!("list of {}", self::kind(of)),
        ast::KindBase::OneOf(choices) => format!("one of {}", words(choices).join(", ")),
        ast::KindBase::Count(unit) => format!("count of {}", unit.node),
        ast::KindBase::Named(name) => name.node.clone(),
    };
    let series = match kind.series {
        None => "",
        Some(ast::Period::Month) => " by month",
        Some(ast::Period::Year) => " by year",
    };
    let none = if kind.or_none { " or none" } else { "" };
    format!("{base}{series}{none}")
}

/// `§1.b.i(B)`, or `§"closing paragraph"` where the short form cannot say it.
pub(super) fn section(section: &str) -> String {
    let mut chars = section.chars().peekable();
    let mut short = chars.peek().is_some();
    while let Some(c) = chars.next() {
        short &= match c {
            '.' => chars
                .peek()
                .is_some_and(|next| next.is_ascii_alphanumeric() || *next == '('),
            c => c.is_ascii_alphanumeric() || matches!(c, '-' | '(' | ')'),
        };
    }
    if short {
        format!("§{section}")
    } else {
        format!("§{}", quoted(section))
    }
}

/// `primary`
pub(super) fn tier(tier: ast::Tier) -> &'static str {
    match tier {
        ast::Tier::Primary => "primary",
        ast::Tier::Licensor => "licensor",
        ast::Tier::Press => "press",
    }
}

/// `advisory`
pub(super) fn level(level: ast::Level) -> &'static str {
    match level {
        ast::Level::Advisory => "advisory",
        ast::Level::Mandatory => "mandatory",
        ast::Level::Hard => "hard",
    }
}

/// ` for each model`, with a space before it; empty for the deployment.
pub(super) fn each(each: ast::Each) -> &'static str {
    match each {
        ast::Each::Deployment => "",
        ast::Each::Model => " for each model",
        ast::Each::License => " for each license",
    }
}

/// `at least 2`
pub(super) fn quantity(quantity: ast::Quantity) -> String {
    match quantity {
        ast::Quantity::Any => "any".to_owned(),
        ast::Quantity::All => "all".to_owned(),
        ast::Quantity::No => "no".to_owned(),
        ast::Quantity::AtLeast(n) => format!("at least {n}"),
        ast::Quantity::AtMost(n) => format!("at most {n}"),
        ast::Quantity::Exactly(n) => format!("exactly {n}"),
    }
}

/// `is not`, `<=`
pub(super) fn operator(operator: ast::Operator) -> &'static str {
    match operator {
        ast::Operator::Is => "is",
        ast::Operator::IsNot => "is not",
        ast::Operator::Less => "<",
        ast::Operator::LessEqual => "<=",
        ast::Operator::Greater => ">",
        ast::Operator::GreaterEqual => ">=",
    }
}
