//! A Markdown file as headings with fenced blocks.

/// A file of cases.
pub struct Page {
    /// Its name in test names: `kinds/dates.md`.
    pub name: String,
    /// Where it is.
    pub path: std::path::PathBuf,
    /// Its lines.
    pub lines: Vec<String>,
    /// Its headings, in order; what stands above the first one belongs to a heading without words.
    pub sections: Vec<Section>,
}

/// A heading and what stands under it, up to the next one.
#[derive(Default)]
pub struct Section {
    /// `## ` is 2.
    pub level: usize,
    /// The words of the heading.
    pub title: String,
    /// The nearest heading of a lower level.
    pub parent: Option<usize>,
    /// The fenced blocks.
    pub blocks: Vec<Block>,
    /// Its last line that is not blank.
    pub last: usize,
}

/// A fenced block.
pub struct Block {
    /// The first word after the fence.
    pub language: String,
    /// The other words.
    pub words: Vec<String>,
    /// The name in backticks right above: `` `terms.clause`: ``
    pub file: Option<String>,
    /// What is inside.
    pub text: String,
    /// The line of the opening fence.
    pub open: usize,
    /// The line of the closing fence.
    pub close: usize,
}

impl Block {
    /// Whether `word` stands after the language.
    pub fn says(&self, word: &str) -> bool {
        self.words.iter().any(|known| known == word)
    }

    /// A policy text.
    pub fn is_policy(&self) -> bool {
        self.language == "clausula" && !self.says("fragment")
    }

    /// A facts text.
    pub fn is_facts(&self) -> bool {
        FACTS.contains(&self.language.as_str()) && !self.says("fragment")
    }

    /// What a run must give.
    pub fn is_expectation(&self) -> bool {
        EXPECTATIONS.contains(&self.language.as_str())
    }
}

/// Fences that hold facts; each is the ending of its file.
pub const FACTS: &[&str] = &["yaml", "json", "jsonl", "toml"];
/// Fences that hold what a run must give.
pub const EXPECTATIONS: &[&str] = &["verdict", "faults", "lint", "diff", "ir", "ast"];
/// Fences that are left alone.
pub const PROSE: &[&str] = &["console", "text", "pest", "rust", "sh"];

impl Page {
    /// Reads a file.
    pub fn read(name: String, path: std::path::PathBuf) -> Page {
        let text = std::fs::read_to_string(&path).expect("the file was just found");
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let sections = sections(&lines);
        Page {
            name,
            path,
            lines,
            sections,
        }
    }

    /// The headings from the top down to a section.
    pub fn ancestry(&self, section: usize) -> Vec<usize> {
        let mut chain = vec![section];
        while let Some(parent) = self.sections[chain[0]].parent {
            chain.insert(0, parent);
        }
        chain
    }

    /// `path - heading - heading`; the title of the page only names cases of its own.
    pub fn case_name(&self, section: usize) -> String {
        let chain = self.ancestry(section);
        let shown = chain
            .iter()
            .filter(|at| chain.len() == 1 || self.sections[**at].level > 1);
        let titles = shown.map(|at| self.sections[*at].title.as_str());
        std::iter::once(self.name.as_str())
            .chain(titles)
            .collect::<Vec<_>>()
            .join(" - ")
    }

    /// The files of a case: what stands above it in its groups, then its own. A name given again
    /// replaces the file.
    pub fn files(&self, section: usize) -> Vec<(String, &Block)> {
        let chain = self.ancestry(section);
        let groups = chain
            .iter()
            .filter(|at| **at == section || !self.is_case(**at));
        let blocks = groups.flat_map(|at| &self.sections[*at].blocks);
        let mut files: Vec<(String, &Block)> = Vec::new();
        let (mut policies, mut facts) = (0, 0);
        for block in blocks.filter(|block| block.is_policy() || block.is_facts()) {
            let (stem, ending, count) = if block.is_policy() {
                ("policy", "clause", &mut policies)
            } else {
                ("facts", block.language.as_str(), &mut facts)
            };
            let name = block.file.clone().unwrap_or_else(|| {
                *count += 1;
                match *count {
                    1 => format!("{stem}.{ending}"),
                    more => format!("{stem}-{more}.{ending}"),
                }
            });
            match files.iter_mut().find(|(known, _)| *known == name) {
                Some(known) => known.1 = block,
                None => files.push((name, block)),
            }
        }
        files
    }

    /// Whether a section says what must come out.
    pub fn is_case(&self, section: usize) -> bool {
        self.sections[section]
            .blocks
            .iter()
            .any(Block::is_expectation)
    }

    /// Whether sections stand below this one.
    pub fn is_group(&self, section: usize) -> bool {
        self.sections
            .iter()
            .any(|other| other.parent == Some(section))
    }
}

fn sections(lines: &[String]) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let mut at = 0;
    while at < lines.len() {
        let line = &lines[at];
        let level = line.chars().take_while(|sign| *sign == '#').count();
        if level > 0 && line[level..].starts_with(' ') {
            let parent = sections
                .iter()
                .rposition(|other| other.level > 0 && other.level < level);
            sections.push(Section {
                level,
                title: line[level..].trim().to_owned(),
                parent,
                ..Section::default()
            });
        }
        let current = sections.last_mut().expect("there is always one");
        if line.starts_with("```") {
            let block = block(lines, at);
            at = block.close;
            current.blocks.push(block);
        }
        if !lines[at].trim().is_empty() {
            current.last = at;
        }
        at += 1;
    }
    sections
}

fn block(lines: &[String], open: usize) -> Block {
    let fence: String = lines[open]
        .chars()
        .take_while(|sign| *sign == '`')
        .collect();
    let close = (open + 1..lines.len())
        .find(|at| lines[*at].trim_end() == fence)
        .unwrap_or(lines.len() - 1);
    let mut info = lines[open][fence.len()..].split_whitespace();
    let language = info.next().unwrap_or("").to_owned();
    let above = lines[..open]
        .iter()
        .rev()
        .find(|line| !line.trim().is_empty());
    let file = above.and_then(|line| line.trim().strip_prefix('`')?.strip_suffix("`:"));
    Block {
        language,
        words: info.map(str::to_owned).collect(),
        file: file.map(str::to_owned),
        text: lines[open + 1..close]
            .iter()
            .map(|line| format!("{line}\n"))
            .collect(),
        open,
        close,
    }
}
