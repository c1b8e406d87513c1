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
    fn add(&mut self, clause: &[Lit]);
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
}

impl Batsat {
    /// A solver over a formula, that stops after so many conflicts or questions in all.
    pub fn new(formula: &Formula, limits: &Limits) -> Batsat {
        Batsat::sharing(formula, limits, Rc::new(Cell::new(limits.questions)))
    }

    /// The same with questions that other solvers ask as well.
    pub fn sharing(formula: &Formula, limits: &Limits, questions: Rc<Cell<u64>>) -> Batsat {
        let left = u64::MAX;
        let solver = Solver::new(SolverOpts::default(), Budget { left });
        let mut batsat = Batsat {
            solver,
            questions,
            limits: limits.clone(),
        };
        for at in 0..formula.variables {
            batsat.solver.var_of_int(at);
        }
        for clause in &formula.clauses {
            batsat.add(clause);
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

    /// The last solution, by variable.
    pub fn world(&self) -> Vec<bool> {
        let values = self.solver.get_model().iter();
        values.map(|value| *value == lbool::TRUE).collect()
    }

    fn lit(&mut self, lit: Lit) -> batsat::Lit {
        let var = self.solver.var_of_int(lit.var() - 1);
        batsat::Lit::new(var, lit.is_positive())
    }
}

impl Sat for Batsat {
    fn add(&mut self, clause: &[Lit]) {
        // The clauses we add are counted too; they are no conflicts.
        let left = self.solver.cb().left;
        let mut clause: Vec<batsat::Lit> = clause.iter().map(|lit| self.lit(*lit)).collect();
        self.solver.add_clause_reuse(&mut clause);
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
        let assumptions: Vec<batsat::Lit> = assumptions.iter().map(|lit| self.lit(*lit)).collect();
        let answer = self.solver.solve_limited(&assumptions);
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
