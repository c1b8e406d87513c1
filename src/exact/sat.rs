//! The solver: what we ask of one, and batsat answering it.

use super::formula::{Formula, Lit};
use super::{Limit, Limits};
use batsat::callbacks::Callbacks;
use batsat::{Solver, SolverInterface, SolverOpts, lbool};
use std::cell::Cell;
use std::rc::Rc;

/// What we ask of a solver. It is filled once and asked many times.
pub trait Sat {
    /// Adds a clause.
    fn add(&mut self, clause: impl IntoIterator<Item = Lit>);
    /// Whether the clauses can hold together with these assumptions; `None` once the budget is spent.
    fn solve(&mut self, assumptions: &[Lit]) -> Option<bool>;
    /// A literal in the last solution.
    fn value(&self, lit: Lit) -> bool;
    /// Those of the assumptions that cannot hold together, after a `false`.
    fn core(&self, assumptions: &[Lit]) -> Vec<Lit>;
}

/// Counts conflicts, not seconds: the same question gives up at the same place on every machine.
struct Budget {
    left: u64,
}

impl Callbacks for Budget {
    fn on_new_clause(&mut self, _: &[batsat::Lit], _: batsat::ClauseKind) {
        self.left = self.left.saturating_sub(1);
    }

    fn stop(&self) -> bool {
        self.left == 0
    }
}

/// batsat with a budget.
pub struct Batsat {
    solver: Solver<Budget>,
    /// How many questions may still be asked; solvers may share them.
    questions: Rc<Cell<u64>>,
    limits: Limits,
    /// The literals of a clause or question, as the solver has them.
    lits: Vec<batsat::Lit>,
}

impl Batsat {
    /// A solver over a formula, that stops after so many conflicts or questions in all.
    pub fn new(formula: &Formula, limits: &Limits) -> Batsat {
        let questions = Rc::new(Cell::new(limits.questions));
        Batsat::sharing(formula, limits, questions, &[])
    }

    /// The same with questions that other solvers ask as well. Where it may choose, it chooses what is
    /// `preferred`.
    pub fn sharing(
        formula: &Formula,
        limits: &Limits,
        questions: Rc<Cell<u64>>,
        preferred: &[Lit],
    ) -> Batsat {
        let left = u64::MAX;
        let solver = Solver::new(SolverOpts::default(), Budget { left });
        let mut batsat = Batsat {
            solver,
            questions,
            limits: limits.clone(),
            lits: Vec::new(),
        };
        let mut choices = vec![lbool::UNDEF; formula.variables as usize];
        for lit in preferred.iter().rev() {
            choices[lit.var() as usize - 1] = lbool::new(lit.is_positive());
        }
        for choice in choices {
            batsat.solver.new_var(choice, true);
        }
        for clause in formula.clauses.iter() {
            batsat.add(clause.iter().copied());
        }
        batsat.solver.cb_mut().left = limits.conflicts.max(1);
        batsat
    }

    /// How many questions it, and all it shares them with, were asked.
    pub fn asked(&self) -> u64 {
        self.limits.questions.saturating_sub(self.questions.get())
    }

    /// Whether a limit keeps it from answering.
    pub fn is_spent(&self) -> bool {
        self.questions.get() == 0 || self.solver.cb().left == 0
    }

    /// The limit that keeps it from answering.
    pub fn spent(&self) -> Limit {
        if self.questions.get() == 0 {
            Limit::Questions(self.limits.questions)
        } else {
            Limit::Conflicts(self.limits.conflicts)
        }
    }

    /// The last solution.
    pub fn world(&self) -> World {
        let values = self.solver.get_model().iter();
        World(values.map(|value| *value == lbool::TRUE).collect())
    }

    fn lit(&mut self, lit: Lit) -> batsat::Lit {
        let var = self.solver.var_of_int(lit.var() - 1);
        batsat::Lit::new(var, lit.is_positive())
    }
}

/// A solution of the clauses: of every variable, whether it is true.
#[derive(Clone)]
pub struct World(Vec<bool>);

impl World {
    /// Whether a literal holds in it.
    pub fn has(&self, lit: Lit) -> bool {
        let known = self.0.get(lit.var() as usize - 1);
        known.is_some_and(|yes| *yes == lit.is_positive())
    }
}

/// A solution, and what was asked to hold in it.
#[derive(Clone)]
pub struct Solution {
    held: Vec<Lit>,
    world: World,
}

impl Solution {
    /// A solution in which these hold; `Some(None)` if there is none, `None` once the budget is spent.
    #[expect(
        clippy::option_option,
        reason = "the outer one says whether there was an answer"
    )]
    pub fn of(solver: &mut Batsat, held: Vec<Lit>) -> Option<Option<Solution>> {
        if !solver.solve(&held)? {
            return Some(None);
        }
        let world = solver.world();
        Some(Some(Solution { held, world }))
    }

    /// Lets these hold as well, if they can, beside all that was asked to hold before; whether they can.
    pub fn hold(&mut self, solver: &mut Batsat, lits: &[Lit]) -> Option<bool> {
        // What holds in the solution at hand can hold.
        if lits.iter().all(|lit| self.has(*lit)) {
            self.held.extend(lits);
            return Some(true);
        }
        let held = self.held.iter().chain(lits).copied().collect();
        let found = Solution::of(solver, held)?;
        let can = found.is_some();
        if let Some(found) = found {
            *self = found;
        }
        Some(can)
    }

    /// Whether a literal holds in it.
    pub fn has(&self, lit: Lit) -> bool {
        self.world.has(lit)
    }
}

impl Sat for Batsat {
    fn add(&mut self, clause: impl IntoIterator<Item = Lit>) {
        // The clauses we add are counted too; they are no conflicts.
        let left = self.solver.cb().left;
        let mut lits = std::mem::take(&mut self.lits);
        lits.clear();
        lits.extend(clause.into_iter().map(|lit| self.lit(lit)));
        self.solver.add_clause_reuse(&mut lits);
        self.lits = lits;
        self.solver.cb_mut().left = left;
    }

    fn solve(&mut self, assumptions: &[Lit]) -> Option<bool> {
        self.questions.set(self.questions.get().checked_sub(1)?);
        if self.solver.cb().left == 0 {
            return None;
        }
        if !self.solver.is_ok() {
            return Some(false);
        }
        let mut lits = std::mem::take(&mut self.lits);
        lits.clear();
        lits.extend(assumptions.iter().map(|lit| self.lit(*lit)));
        let answer = self.solver.solve_limited(&lits);
        self.lits = lits;
        if answer == lbool::TRUE {
            Some(true)
        } else if answer == lbool::FALSE {
            Some(false)
        } else {
            None
        }
    }

    fn value(&self, lit: Lit) -> bool {
        let var = batsat::Var::unsafe_from_idx(lit.var() - 1);
        let wanted = if lit.is_positive() {
            lbool::TRUE
        } else {
            lbool::FALSE
        };
        self.solver.value_var(var) == wanted
    }

    fn core(&self, assumptions: &[Lit]) -> Vec<Lit> {
        let in_core = |lit: &&Lit| {
            let var = batsat::Var::unsafe_from_idx(lit.var() - 1);
            self.solver.unsat_core_contains_var(var)
        };
        assumptions.iter().filter(in_core).copied().collect()
    }
}
