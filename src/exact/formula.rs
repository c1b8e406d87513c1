//! Formulas as clauses: literals, and connectives that are simplified where they are built.

use std::collections::HashMap;

/// A variable or its opposite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lit(i32);

impl Lit {
    /// Always so: the first variable.
    pub const TRUE: Lit = Lit(1);
    /// Never so.
    pub const FALSE: Lit = Lit(-1);

    /// The literal of a variable, counted from 1.
    pub fn new(var: u32, positive: bool) -> Lit {
        let var = i32::try_from(var).expect("fewer variables than the limit allows");
        Lit(if positive { var } else { -var })
    }

    /// A known truth.
    pub fn of(yes: bool) -> Lit {
        if yes { Lit::TRUE } else { Lit::FALSE }
    }

    /// Its variable.
    pub fn var(self) -> u32 {
        self.0.unsigned_abs()
    }

    /// Whether it is the variable itself.
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether it is known.
    pub fn is_known(self) -> bool {
        self.var() == 1
    }

    /// The same literal in a second copy of the clauses.
    pub fn copied(self, variables: u32) -> Lit {
        if self.is_known() {
            self
        } else {
            Lit::new(self.var() + variables, self.is_positive())
        }
    }
}

impl std::ops::Not for Lit {
    type Output = Lit;
    fn not(self) -> Lit {
        Lit(-self.0)
    }
}

/// Clauses: of each, at least one literal holds.
#[derive(Clone, Default)]
pub struct Clauses {
    /// The literals of all of them, one after the other.
    lits: Vec<Lit>,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Clauses {
    /// One more.
    pub fn add(&mut self, clause: impl IntoIterator<Item = Lit>) {
        self.lits.extend(clause);
        self.ends.push(self.lits.len());
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &[Lit]> {
        self.after(0)
    }

    /// Each but the first so many.
    pub fn after(&self, count: usize) -> impl Iterator<Item = &[Lit]> {
        let mut start = count.checked_sub(1).map_or(0, |last| self.ends[last]);
        self.ends[count..].iter().map(move |end| {
            let clause = &self.lits[start..*end];
            start = *end;
            clause
        })
    }
}

/// Clauses, and names for what they say.
pub struct Formula {
    /// The clauses.
    pub clauses: Clauses,
    /// How many variables there are.
    pub variables: u32,
    known: HashMap<Vec<Lit>, Lit>,
}

impl Formula {
    /// Nothing said yet.
    pub fn new() -> Formula {
        let mut clauses = Clauses::default();
        clauses.add([Lit::TRUE]);
        Formula {
            clauses,
            variables: 1,
            known: HashMap::new(),
        }
    }

    /// A new variable.
    pub fn fresh(&mut self) -> Lit {
        self.variables += 1;
        Lit::new(self.variables, true)
    }

    /// At least one of them holds.
    pub fn clause(&mut self, lits: &[Lit]) {
        if lits.contains(&Lit::TRUE) {
            return;
        }
        let said = lits.iter().copied().filter(|lit| *lit != Lit::FALSE);
        self.clauses.add(said);
    }

    /// All of them hold.
    pub fn and(&mut self, mut lits: Vec<Lit>) -> Lit {
        lits.sort_unstable();
        lits.dedup();
        lits.retain(|lit| *lit != Lit::TRUE);
        if lits.contains(&Lit::FALSE) || lits.iter().any(|lit| lits.binary_search(&!*lit).is_ok()) {
            return Lit::FALSE;
        }
        match lits.as_slice() {
            [] => return Lit::TRUE,
            [only] => return *only,
            _ => {}
        }
        if let Some(known) = self.known.get(&lits) {
            return *known;
        }
        let all = self.fresh();
        let back = lits.iter().map(|lit| !*lit);
        self.clauses.add(back.chain([all]));
        for lit in &lits {
            self.clauses.add([!all, *lit]);
        }
        self.known.insert(lits, all);
        all
    }

    /// At least one of them holds.
    pub fn or(&mut self, mut lits: Vec<Lit>) -> Lit {
        lits.iter_mut().for_each(|lit| *lit = !*lit);
        !self.and(lits)
    }

    /// Both or neither hold.
    pub fn same(&mut self, a: Lit, b: Lit) {
        self.clause(&[!a, b]);
        self.clause(&[a, !b]);
    }

    /// At least `n` of them hold.
    pub fn at_least(&mut self, lits: &[Lit], n: usize) -> Lit {
        // best[k]: at least k of those seen so far
        let mut best = vec![Lit::FALSE; n + 1];
        best[0] = Lit::TRUE;
        for lit in lits {
            for k in (1..=n).rev() {
                let with = self.and(vec![best[k - 1], *lit]);
                best[k] = self.or(vec![best[k], with]);
            }
        }
        best[n]
    }

    /// Exactly one of them holds.
    pub fn one_of(&mut self, lits: &[Lit]) {
        self.clause(lits);
        if lits.len() <= 6 {
            for (at, a) in lits.iter().enumerate() {
                for b in &lits[at + 1..] {
                    self.clause(&[!*a, !*b]);
                }
            }
            return;
        }
        // One after the other: `before` says that one of those passed holds.
        let mut before = lits[0];
        for lit in &lits[1..] {
            self.clause(&[!before, !*lit]);
            let after = self.fresh();
            self.clause(&[!before, after]);
            self.clause(&[!*lit, after]);
            self.clause(&[before, *lit, !after]);
            before = after;
        }
    }
}
