//! How values are written: one reader for policy texts and facts texts alike.

use super::Duration;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// `700M`, `1_200_000`, `0.5`, `-3`, `1.5k`: digits with optional `_`, fraction and scale (`k` `M` `B`
/// `T`). `None` if it is written otherwise, or has more digits than can be kept exactly.
pub fn parse_number(text: &str) -> Option<Decimal> {
    let (digits, scale) = match text.as_bytes().last()? {
        b'k' => (&text[..text.len() - 1], 3),
        b'M' => (&text[..text.len() - 1], 6),
        b'B' => (&text[..text.len() - 1], 9),
        b'T' => (&text[..text.len() - 1], 12),
        _ => (text, 0),
    };
    let number = parse_decimal(digits)?;
    let factor = Decimal::from(10_i64.pow(scale));
    let scaled = number.checked_mul(factor)?;
    // Multiplying may round once the digits run out; dividing by a power of ten shows it.
    (scaled.checked_div(factor)? == number).then(|| scaled.normalize())
}

/// `1_200_000`, `0.5`, `-3`, exactly; no scale, no exponent.
pub fn parse_decimal(text: &str) -> Option<Decimal> {
    let body = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = body.split_once('.').unwrap_or((body, "0"));
    let digits = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_digit())
            && part.ends_with(|c: char| c.is_ascii_digit())
            && part.bytes().all(|b| b.is_ascii_digit() || b == b'_')
            && !part.contains("__")
    };
    if !digits(whole) || !digits(fraction) || fraction.contains('_') {
        return None;
    }
    Decimal::from_str_exact(&text.replace('_', "")).ok()
}

/// `2025-04-05`, a day of the calendar.
pub fn parse_date(text: &str) -> Option<Date> {
    if text.len() != 10 || text.starts_with(['-', '+']) {
        return None;
    }
    text.parse().ok()
}

/// `2025-03`: year and month.
pub fn parse_month(text: &str) -> Option<(i16, i8)> {
    if text.len() != 7 || text.as_bytes()[4] != b'-' {
        return None;
    }
    let date = parse_date(&format!("{text}-01"))?;
    Some((date.year(), date.month()))
}

/// `1 year`, `6 months`, `2 weeks`, `30 days`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut words = text.split_whitespace();
    let number: i32 = words.next()?.replace('_', "").parse().ok()?;
    let unit = words.next()?;
    if words.next().is_some() || !(0..=100_000).contains(&number) {
        return None;
    }
    Some(match unit {
        "day" | "days" => Duration {
            months: 0,
            days: number,
        },
        "week" | "weeks" => Duration {
            months: 0,
            days: number * 7,
        },
        "month" | "months" => Duration {
            months: number,
            days: 0,
        },
        "year" | "years" => Duration {
            months: number * 12,
            days: 0,
        },
        _ => return None,
    })
}

/// `700 000 000`: groups of three, separated by spaces.
pub(super) fn grouped(number: &str) -> String {
    let (sign, rest) = number
        .strip_prefix('-')
        .map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let mut said = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            said.push(' ');
        }
        said.push(digit);
    }
    if !fraction.is_empty() {
        said.push('.');
        said.push_str(fraction);
    }
    said
}

pub(super) fn duration(d: Duration) -> String {
    let plural = |n: i32, unit: &str| format!("{n} {unit}{}", if n == 1 { "" } else { "s" });
    match (d.months, d.days) {
        (0, days) => plural(days, "day"),
        (months, 0) if months % 12 == 0 => plural(months / 12, "year"),
        (months, 0) => plural(months, "month"),
        (months, days) => format!("{} and {}", plural(months, "month"), plural(days, "day")),
    }
}

/// Whether two texts are the same but for white space.
pub fn same_words(a: &str, b: &str) -> bool {
    a == b || a.split_whitespace().eq(b.split_whitespace())
}

/// The name of a model without its namespace (up to the last `/`).
pub fn bare_name(name: &str) -> &str {
    let slash = name.bytes().rposition(|byte| byte == b'/');
    &name[slash.map_or(0, |slash| slash + 1)..]
}

/// How names of models may begin, kept as it is compared: case does not count, and a space, `-` or `_`
/// in one may be any of them in the other.
#[derive(Clone, Debug)]
pub struct NamePrefix(Box<[u8]>);

impl NamePrefix {
    /// Reads a prefix.
    pub fn new(prefix: &str) -> NamePrefix {
        NamePrefix(prefix.bytes().map(fold).collect())
    }

    /// Whether a name without its namespace begins with it.
    pub fn begins(&self, bare: &str) -> bool {
        begins(bare, self.0.iter().copied())
    }
}

/// The prefix ends at a word's end: `Llamas-7B` does not begin with `Llama`, `Llama3-8B` does.
fn begins(bare: &str, folded: impl ExactSizeIterator<Item = u8>) -> bool {
    bare.split_at_checked(folded.len())
        .is_some_and(|(start, rest)| {
            start.bytes().map(fold).eq(folded)
                && rest.chars().next().is_none_or(|c| !c.is_alphabetic())
        })
}

fn fold(byte: u8) -> u8 {
    match byte {
        b' ' | b'_' => b'-',
        byte => byte.to_ascii_lowercase(),
    }
}

/// Whether a model's name begins with `prefix`, as [`NamePrefix`] compares them.
pub fn starts_name(name: &str, prefix: &str) -> bool {
    begins(bare_name(name), prefix.bytes().map(fold))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_or_refused() {
        assert_eq!(parse_number("700M"), Some(Decimal::from(700_000_000)));
        assert_eq!(parse_number("1_200_000"), Some(Decimal::from(1_200_000)));
        assert_eq!(parse_number("0.5k"), Some(Decimal::from(500)));
        for bad in [
            "",
            "M",
            "1__0",
            "_1",
            "1_",
            "1e3",
            "0x1F",
            "1.",
            ".5",
            "+3",
            "12345678901234567890123456789012",
        ] {
            assert_eq!(parse_number(bad), None, "{bad}");
        }
    }

    #[test]
    fn dates_and_months_are_of_the_calendar() {
        assert!(parse_date("2024-02-29").is_some());
        for bad in [
            "2025-02-29",
            "20250405",
            "2025-4-05",
            "2025-04",
            "2025-04-05T00",
        ] {
            assert_eq!(parse_date(bad), None, "{bad}");
        }
        assert_eq!(parse_month("2025-03"), Some((2025, 3)));
        assert_eq!(parse_month("2025-13"), None);
    }

    #[test]
    fn a_name_begins_with_a_prefix_at_the_end_of_a_word() {
        assert!(starts_name("acme/Llama-Acme-8B", "Llama"));
        assert!(starts_name("llama_3_acme", "Llama 3"));
        assert!(starts_name("Llama3.1-x", "Llama"));
        assert!(!starts_name("acme/Mistral-Llama", "Llama"));
        assert!(!starts_name("Llamas", "Llama"));
        assert!(!starts_name("Meta-Llama-3", "Llama 3"));
    }
}
