//! `clausula ask FACTS`: a dialogue that ends when the verdict is settled.

use super::args::{AskArguments, Format, LookArguments};
use super::check::{deployments, status_of};
use super::load::{facts_format, policy_texts, read};
use super::today;
use super::{ExitStatus, output};
use crate::diagnostic::report::Look;
use crate::diagnostic::{Code, Diagnostic, words};
use crate::exact::Stop;
use crate::facts::edit::{self, Piece, Way};
use crate::facts::{self, Limits, Node};
use crate::scene::{Options, Ready, Stage};
use crate::source::{SourceId, Sources};
use crate::verdict::{Missing, MissingKind, Report, Verdict, json, judge_without, tell};
use crate::{eval, library};
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

/// One facts text, what judges it, and what was found.
struct Session {
    sources: Sources,
    policies: Vec<SourceId>,
    options: Options,
    name: String,
    format: facts::Format,
    text: String,
    look: Look,
}

/// What a text came to.
struct Judged {
    nodes: Vec<Node>,
    reports: Vec<Report>,
}

/// How a turn ends.
enum Turn {
    /// The question was answered.
    Next,
    /// It was passed over.
    Skip,
    /// Nothing more is to be asked.
    Quit,
}

/// Asks for what is missing.
pub fn run(arguments: &AskArguments, look: &LookArguments) -> ExitStatus {
    let mut sources = library::sources();
    match begin(arguments, &mut sources) {
        Ok((policies, name, format, text)) => {
            let mut session = Session {
                sources,
                policies,
                options: Options {
                    today: today(arguments.as_of),
                    reported: arguments.reported,
                },
                name,
                format,
                text,
                look: output::look(look, false),
            };
            let outcome = session.run(arguments);
            outcome.unwrap_or_else(|faults| {
                session.complain(&faults);
                ExitStatus::CouldNotJudge
            })
        }
        Err(faults) => {
            let look = output::look(look, false);
            output::complain(&output::messages(&faults, &sources, &look));
            ExitStatus::CouldNotJudge
        }
    }
}

type Begun = (Vec<SourceId>, String, facts::Format, String);

fn begin(arguments: &AskArguments, sources: &mut Sources) -> Result<Begun, Vec<Diagnostic>> {
    let policies = policy_texts(&arguments.policy, sources)?;
    let one = |fault| vec![fault];
    let text = read(&arguments.facts).map_err(one)?;
    let format = facts_format(&text.name, arguments.facts_format).map_err(one)?;
    Ok((policies, text.name, format, text.text))
}

impl Session {
    fn run(&mut self, arguments: &AskArguments) -> Result<ExitStatus, Vec<Diagnostic>> {
        let before = self.text.clone();
        self.judge(&before)?;
        for answer in &arguments.answer {
            if let Err(faults) = self.given(answer) {
                self.complain(&faults);
                return Ok(ExitStatus::CouldNotJudge);
            }
        }
        let stdin = std::io::stdin();
        let terminal = stdin.is_terminal();
        let mut asked_nothing = false;
        let dialogue = arguments.format == Format::Human
            && (terminal || (arguments.answer.is_empty() && arguments.facts.as_os_str() != "-"));
        if dialogue {
            let mut lines = Lines {
                input: Box::new(stdin.lock()),
                first: None,
                echo: !terminal,
            };
            // Standard input that holds nothing is nobody to ask.
            if !terminal && lines.peek().is_none() {
                asked_nothing = true;
            } else {
                self.dialogue(&mut lines)?;
            }
        }
        let text = self.text.clone();
        let judged = self.judge(&text)?;
        let status = judged
            .reports
            .iter()
            .map(|report| status_of(report.verdict))
            .fold(ExitStatus::Permitted, ExitStatus::and);
        let listing = arguments.format == Format::Json || asked_nothing;
        if listing {
            self.list(&judged.reports, status);
        }
        let target = match (&arguments.output, arguments.write) {
            (Some(path), _) => Some(path.as_path()),
            (None, true) => Some(arguments.facts.as_path()),
            (None, false) => None,
        };
        match target {
            Some(path) if path.as_os_str() == "-" => output::print(&self.text),
            Some(path) => {
                if arguments.output.is_some() || self.text != before {
                    write(path, &self.text).map_err(|fault| vec![fault])?;
                    output::complain(&format!("wrote {}\n", path.display()));
                }
                ExitStatus::Permitted
            }
            None if listing => ExitStatus::Permitted,
            None => output::print(&self.text),
        };
        if !listing {
            for report in &judged.reports {
                let headline = output::headline(&report.deployment, report.verdict, &self.look);
                output::complain(&headline);
            }
        }
        Ok(status)
    }

    fn complain(&self, faults: &[Diagnostic]) {
        output::complain(&output::messages(faults, &self.sources, &self.look));
    }

    fn judge(&mut self, text: &str) -> Result<Judged, Vec<Diagnostic>> {
        self.judge_without(text, &[])
    }

    /// Reads and judges a text: the very path of `clausula check`, but for what was passed over.
    fn judge_without(&mut self, text: &str, passed: &[String]) -> Result<Judged, Vec<Diagnostic>> {
        let source = self.sources.add(self.name.clone(), text.to_owned());
        let nodes = facts::parse(
            source,
            self.sources.text(source),
            self.format,
            &Limits::default(),
        )?;
        let nodes = deployments(nodes);
        if nodes.is_empty() {
            let message = format!("`{}` states no deployment", self.name);
            return Err(vec![
                Diagnostic::error(Code::NoDeployment, message)
                    .help("state at least `models:`; nothing applied is not a pass"),
            ]);
        }
        let needed = library::needed(&nodes);
        let program = if self.policies.is_empty() {
            library::program(&needed)
        } else {
            library::compile(&self.policies, &self.sources, &needed)?
        };
        let names = library::names_with(&program);
        let mut reports = Vec::new();
        for (number, node) in nodes.iter().enumerate() {
            let fallback = if nodes.len() > 1 {
                format!("{} #{}", self.name, number + 1)
            } else {
                self.name.clone()
            };
            let fact = eval::bind(node, &program.schema, &names)?;
            let fact = eval::with_defaults(fact, &program);
            let ready = Ready::new(&program, self.options);
            let stage = Stage::set(&ready, &fact)?;
            reports.push(judge_without(&stage, &fallback, passed)?);
        }
        Ok(Judged { nodes, reports })
    }

    /// Writes a value into the text of one deployment, if the result can be read and bound.
    fn put(&mut self, at: usize, way: &[Way], value: &Piece) -> Result<(), Vec<Diagnostic>> {
        let text = self.text.clone();
        let judged = self.judge(&text)?;
        let edited = edit::set(&text, self.format, &judged.nodes[at], way, value);
        let edited = edited.map_err(|why| {
            let message = format!("the answer was not written: {}", why.as_str());
            vec![Diagnostic::error(Code::Unreadable, message).help("edit the file by hand")]
        })?;
        self.judge(&edited)?;
        self.text = edited;
        Ok(())
    }

    /// An answer of the command line.
    fn given(&mut self, (name, value): &(String, String)) -> Result<(), Vec<Diagnostic>> {
        let text = self.text.clone();
        let judged = self.judge(&text)?;
        let asked = |report: &Report| {
            report
                .missing
                .iter()
                .find(|missing| missing.name == *name)
                .cloned()
        };
        let found: Vec<(usize, Option<Missing>)> =
            judged.reports.iter().map(asked).enumerate().collect();
        let any = found.iter().any(|(_, missing)| missing.is_some());
        for (at, missing) in found {
            let judgment = name.contains('/') && !name.contains('[');
            let way = match &missing {
                None if any => continue,
                Some(missing) if missing.what == MissingKind::Reading => {
                    let message = format!("`{name}` is a reading; facts cannot state it");
                    return Err(vec![Diagnostic::error(Code::UnknownFact, message).help(
                        format!(
                            "adopt it in a policy: {}",
                            adopt_line(missing, self.options.today)
                        ),
                    )]);
                }
                Some(missing) if !missing.way.is_empty() => ways(&missing.way),
                _ if judgment => Vec::new(),
                _ => way_of(name),
            };
            let value = typed(value)?;
            if way.is_empty() {
                let value = self.determination(name, value)?;
                self.put(
                    at,
                    &[Way::Key("determinations".to_owned()), Way::New],
                    &value,
                )?;
            } else {
                self.put(at, &way, &value)?;
            }
        }
        Ok(())
    }

    /// `{ value: true, by: Counsel }` as an entry of `determinations`.
    fn determination(&self, name: &str, value: Piece) -> Result<Piece, Vec<Diagnostic>> {
        let Piece::Map(given) = value else {
            let message = format!("who determined `{name}` is not said");
            return Err(vec![Diagnostic::error(Code::FactMissing, message).help(
                format!("write `--answer '{name}={{ value: true, by: Counsel }}'`"),
            )]);
        };
        let mut entry = vec![("judgment".to_owned(), Piece::Text(name.to_owned()))];
        entry.extend(given);
        let today = Piece::Text(self.options.today.to_string());
        for (key, value) in [("on", today), ("until", Piece::Text("none".to_owned()))] {
            if !entry.iter().any(|(known, _)| known == key) {
                entry.push((key.to_owned(), value));
            }
        }
        Ok(Piece::Map(entry))
    }

    fn dialogue(&mut self, lines: &mut Lines) -> Result<(), Vec<Diagnostic>> {
        let text = self.text.clone();
        let count = self.judge(&text)?.reports.len();
        for at in 0..count {
            if let Turn::Quit = self.settle(at, lines)? {
                break;
            }
        }
        Ok(())
    }

    /// Asks about one deployment until its verdict is settled or nobody can tell more. What is skipped is
    /// replaced by something else that settles it, where there is such a thing.
    fn settle(&mut self, at: usize, lines: &mut Lines) -> Result<Turn, Vec<Diagnostic>> {
        let mut passed: Vec<String> = Vec::new();
        let mut answered: Vec<String> = Vec::new();
        let (mut begun, mut ruling_out) = (false, false);
        loop {
            let text = self.text.clone();
            let judged = self.judge_without(&text, &passed)?;
            let report = &judged.reports[at];
            if !matches!(
                report.verdict,
                Verdict::Undetermined | Verdict::NothingApplied
            ) {
                return Ok(Turn::Next);
            }
            let mut open = report.missing.iter();
            let Some(missing) = open.find(|missing| !passed.contains(&missing.name)) else {
                if !passed.is_empty() {
                    output::complain(&format!(
                        "\n{}: nothing else settles it without {}\n",
                        report.deployment,
                        words::listed(&passed, "and")
                    ));
                }
                return Ok(Turn::Next);
            };
            // Bounds were all there is to tell.
            if answered.contains(&missing.name) {
                passed.push(missing.name.clone());
                continue;
            }
            let goal = report.settling.as_ref().map(|settling| settling.goal);
            if !begun {
                self.begins(report);
            } else if goal == Some(Verdict::NotPermitted) && !ruling_out {
                ruling_out = true;
                output::complain(&format!(
                    "\n{}: without {} nothing permits it for certain; it may still be ruled out\n",
                    report.deployment,
                    words::listed(&passed, "and")
                ));
            }
            begun = true;
            let missing = missing.clone();
            match self.turn(at, &missing, lines) {
                Turn::Next => answered.push(missing.name),
                Turn::Skip => passed.push(missing.name),
                Turn::Quit => return Ok(Turn::Quit),
            }
        }
    }

    /// What lies ahead, in one line.
    fn begins(&self, report: &Report) {
        output::complain(&format!(
            "{}: {}; {} can settle it\n",
            report.deployment,
            report.verdict.as_str(),
            words::count(report.missing.len(), "answer", "answers")
        ));
        output::complain(
            "an empty line skips a question, `?` shows the words that ask it, `q` ends\n",
        );
    }

    /// Asks one thing until it is answered or passed over.
    fn turn(&mut self, at: usize, missing: &Missing, lines: &mut Lines) -> Turn {
        output::complain(&format!("\n{}: {}\n", missing.name, missing.asks));
        output::complain(&output::leads_said(
            missing,
            tell::in_dialogue,
            "  ",
            &self.look,
        ));
        if missing.what == MissingKind::Reading {
            let line = adopt_line(missing, self.options.today);
            output::complain(&format!(
                "  a reading is adopted in a policy, not in the facts:\n    {line}\n"
            ));
            return Turn::Skip;
        }
        if missing.what != MissingKind::Judgment && missing.way.is_empty() {
            output::complain("  facts cannot state this in one place; see `clausula check`\n");
            return Turn::Skip;
        }
        loop {
            let Some(line) = lines.ask("> ") else {
                return Turn::Quit;
            };
            match line.as_str() {
                "" | "unknown" => return Turn::Skip,
                "q" => return Turn::Quit,
                "?" => self.asking(missing),
                answer => {
                    let outcome = typed(answer).and_then(|value| {
                        if missing.what == MissingKind::Judgment {
                            self.judgment(at, missing, value, lines)
                        } else {
                            self.put(at, &ways(&missing.way), &value)
                        }
                    });
                    match outcome {
                        Ok(()) => return Turn::Next,
                        Err(faults) => self.complain(&faults),
                    }
                }
            }
        }
    }

    /// The words that ask for it.
    fn asking(&self, missing: &Missing) {
        if missing.words.is_somewhere() {
            let (line, _) = self
                .sources
                .line_col(missing.words.source, missing.words.start);
            let name = self.sources.name(missing.words.source);
            let words = self.sources.slice(missing.words);
            output::complain(&format!("  {name}:{line}: {words}\n"));
        }
        if !missing.clauses.is_empty() {
            output::complain(&format!("  asked for by {}\n", missing.clauses.join(", ")));
        }
        output::complain("  an empty line skips it, `q` quits and keeps the answers given\n");
    }

    fn judgment(
        &mut self,
        at: usize,
        missing: &Missing,
        value: Piece,
        lines: &mut Lines,
    ) -> Result<(), Vec<Diagnostic>> {
        let entry = if let Piece::Map(_) = value {
            value
        } else {
            let mut entry = vec![("value".to_owned(), value)];
            let by = lines.ask("  who decides? ").unwrap_or_default();
            if by.is_empty() {
                let message = "a judgment nobody signs decides nothing";
                return Err(vec![
                    Diagnostic::error(Code::FactMissing, message)
                        .help("answer again, and say who decided"),
                ]);
            }
            entry.push(("by".to_owned(), Piece::Text(by)));
            let today = self.options.today;
            let on = lines
                .ask(&format!("  on which day? [{today}] "))
                .unwrap_or_default();
            let until = lines
                .ask("  until which day does it count? [none] ")
                .unwrap_or_default();
            let basis = lines.ask("  on what basis? [] ").unwrap_or_default();
            for (key, said) in [("on", on), ("until", until), ("basis", basis)] {
                if !said.is_empty() {
                    entry.push((key.to_owned(), Piece::Text(said)));
                }
            }
            Piece::Map(entry)
        };
        let entry = self.determination(&missing.name, entry)?;
        self.put(
            at,
            &[Way::Key("determinations".to_owned()), Way::New],
            &entry,
        )
    }

    /// The questions, for programs.
    fn list(&self, reports: &[Report], status: ExitStatus) {
        let output = json::Questions {
            version: json::VERSION,
            status: status.code(),
            deployments: reports
                .iter()
                .map(|report| json::Asked {
                    deployment: report.deployment.clone(),
                    as_of: report.as_of.to_string(),
                    verdict: report.verdict.as_str().to_owned(),
                    questions: json::questions(report, &self.sources, &|missing| {
                        (missing.what == MissingKind::Reading)
                            .then(|| adopt_line(missing, self.options.today))
                    }),
                    settling: report.settling.as_ref().map(json::settling),
                })
                .collect(),
        };
        let text = serde_json::to_string_pretty(&output).unwrap_or_default();
        output::print(&format!("{text}\n"));
    }
}

/// The line of a policy that adopts the first reading.
fn adopt_line(missing: &Missing, today: jiff::civil::Date) -> String {
    let reading = missing
        .leads
        .first()
        .map_or("…", |lead| lead.answer.as_str());
    format!(
        "adopt {} as {reading} by \"…\" on {today} because \"…\"",
        missing.name
    )
}

fn typed(text: &str) -> Result<Piece, Vec<Diagnostic>> {
    Piece::typed(text).map_err(|faults| {
        // Their places are in the answer, not in a file.
        let told = faults
            .into_iter()
            .map(|fault| Diagnostic::error(fault.code, fault.message));
        told.collect()
    })
}

/// The way of the exact procedure, as a way of the editor.
fn ways(stops: &[Stop]) -> Vec<Way> {
    let way = |stop: &Stop| match stop {
        Stop::Key(key) => Way::Key(key.clone()),
        Stop::Index(at) => Way::Index(*at),
        Stop::Model(id) => Way::With("id".to_owned(), id.clone()),
    };
    stops.iter().map(way).collect()
}

/// The way to a fact by its name: `models[acme/X].weights`, `product.monthly-active-users in 2026-10`.
fn way_of(name: &str) -> Vec<Way> {
    let (path, entry) = match name.rsplit_once(" in ") {
        Some((path, entry)) => (path, Some(entry)),
        None => (name, None),
    };
    let mut way = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        if end > 0 {
            way.push(Way::Key(rest[..end].trim().to_owned()));
        }
        rest = &rest[end..];
        if let Some(inner) = rest.strip_prefix('[') {
            let end = inner.find(']').unwrap_or(inner.len());
            let id = &inner[..end];
            way.push(match id.parse() {
                Ok(at) => Way::Index(at),
                Err(_) => Way::With("id".to_owned(), id.to_owned()),
            });
            rest = inner.get(end + 1..).unwrap_or("");
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    way.extend(entry.map(|entry| Way::Key(entry.trim().to_owned())));
    way
}

/// Lines of answers.
struct Lines<'l> {
    input: Box<dyn BufRead + 'l>,
    first: Option<String>,
    /// Whether what was read is shown: a terminal shows it by itself.
    echo: bool,
}

impl Lines<'_> {
    fn read(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.input.read_line(&mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(line.trim().to_owned()),
        }
    }

    /// Reads the first line ahead.
    fn peek(&mut self) -> Option<&str> {
        self.first = self.read();
        self.first.as_deref()
    }

    fn ask(&mut self, prompt: &str) -> Option<String> {
        output::complain(prompt);
        let line = self.first.take().or_else(|| self.read());
        if self.echo {
            output::complain(&format!("{}\n", line.as_deref().unwrap_or("")));
        }
        line
    }
}

/// Writes a file whole or not at all.
fn write(path: &Path, text: &str) -> Result<(), Diagnostic> {
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let beside = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let outcome = std::fs::File::create_new(&beside)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            if let Ok(known) = std::fs::metadata(&path) {
                file.set_permissions(known.permissions())?;
            }
            file.sync_all()
        })
        .and_then(|()| std::fs::rename(&beside, &path));
    outcome.map_err(|error| {
        let _ = std::fs::remove_file(&beside);
        let message = format!("`{}` cannot be written: {error}", path.display());
        Diagnostic::error(Code::Unreadable, message).help("check the path and its permissions")
    })
}
