//! «Did you mean …?»: the name a misspelt word was probably meant to be.

/// Words longer than this are never guessed at.
const LONGEST: usize = 80;

/// The candidate that looks most like `word`, if one looks enough like it.
///
/// In this order: a name that differs only in case or in `-` for `_`; the fewest letters wrong,
/// missing, added or swapped (about one in three may be); the same or nearly the same last segment
/// of a dotted path. Of equals the first candidate wins. The word itself is never suggested.
///
/// ```
/// use clausula::diagnostic::nearest::nearest;
/// let names = ["deployment.users", "deployment.region", "licensee.revenue"];
/// assert_eq!(nearest("deployment.user", names.into_iter()), Some("deployment.users"));
/// assert_eq!(nearest("revenue", names.into_iter()), Some("licensee.revenue"));
/// assert_eq!(nearest("weather", names.into_iter()), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if word.chars().count() > LONGEST {
        return None;
    }
    let folded = fold(word);
    candidates
        .filter(|candidate| *candidate != word)
        .filter_map(|candidate| Some((score(&folded, &fold(candidate))?, candidate)))
        .min_by_key(|(score, _)| *score)
        .map(|(_, candidate)| candidate)
}

/// The question «did you mean `x`?», if some candidate is near enough; see [`nearest`].
///
/// ```
/// use clausula::diagnostic::nearest::did_you_mean;
/// let question = did_you_mean("prohibt", ["permit", "prohibit"].into_iter());
/// assert_eq!(question.as_deref(), Some("did you mean `prohibit`?"));
/// ```
pub fn did_you_mean<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    nearest(word, candidates).map(|name| format!("did you mean `{name}`?"))
}

/// A word without the differences that never matter.
fn fold(word: &str) -> String {
    word.to_lowercase().replace(['-', ' '], "_")
}

/// How far a candidate is from the word, smaller is nearer: mistakes, then mistakes in the whole.
fn score(word: &str, candidate: &str) -> Option<(usize, usize)> {
    let whole = strsim::osa_distance(word, candidate);
    if whole <= allowed(word) {
        return Some((whole, whole));
    }
    if shuffled(word, candidate) {
        return Some((1, whole));
    }
    let (word, candidate) = (last_segment(word)?, last_segment(candidate)?);
    let last = strsim::osa_distance(word, candidate);
    (last == 0 || last <= allowed(word)).then_some((last + 1, whole))
}

/// How many mistakes a word of this length may hold and still be recognised.
fn allowed(word: &str) -> usize {
    match word.chars().count() {
        0..=2 => 0,
        3..=5 => 1,
        6..=8 => 2,
        _ => 3,
    }
}

/// Whether two names are the same words in another order: `users_monthly`, `monthly_users`.
fn shuffled(word: &str, candidate: &str) -> bool {
    let sorted = |name: &str| {
        let mut parts: Vec<String> = name.split('_').map(str::to_owned).collect();
        parts.sort_unstable();
        parts
    };
    word.contains('_') && word.len() == candidate.len() && sorted(word) == sorted(candidate)
}

/// What follows the last dot; a name of one or two letters says too little.
fn last_segment(path: &str) -> Option<&str> {
    let segment = path.rsplit('.').next().unwrap_or(path);
    (segment.chars().count() > 2).then_some(segment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(word: &str, names: &[&'static str]) -> Option<&'static str> {
        nearest(word, names.iter().copied())
    }

    #[test]
    fn slips_of_the_hand_are_recognised() {
        assert_eq!(near("prohbiit", &["permit", "prohibit"]), Some("prohibit"));
        assert_eq!(near("Users", &["user", "users"]), Some("users"));
        assert_eq!(
            near("monthly-users", &["monthly_user", "monthly_users"]),
            Some("monthly_users")
        );
        assert_eq!(
            near("users_monthly", &["region", "monthly_users"]),
            Some("monthly_users")
        );
        assert_eq!(near("licence", &["license", "licensee"]), Some("license"));
        assert_eq!(near("EU", &["us", "eu"]), Some("eu"));
    }

    #[test]
    fn paths_are_found_by_their_last_segment() {
        let names = ["model.name", "deployment.region", "licensee.revenue"];
        assert_eq!(near("deploymnet.region", &names), Some("deployment.region"));
        assert_eq!(
            near("organization.revenue", &names),
            Some("licensee.revenue")
        );
        assert_eq!(near("revenu", &names), Some("licensee.revenue"));
        assert_eq!(near("model.region", &names), Some("deployment.region"));
    }

    #[test]
    fn strangers_are_not_suggested() {
        assert_eq!(near("cat", &["dog", "cow"]), None);
        assert_eq!(near("eu", &["us"]), None);
        assert_eq!(near("users", &["users"]), None);
        assert_eq!(near("", &["a", ""]), None);
        assert_eq!(near(&"x".repeat(1_000_000), &["x"]), None);
        assert_eq!(near("anything", &[]), None);
    }
}
