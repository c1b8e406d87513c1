//! What would let a case pass by not running.

use super::markdown::{Block, EXPECTATIONS, FACTS, PROSE, Page};
use super::run;
use clausula::diagnostic::Code;

/// Codes that no block of text can raise, and why.
const WITHOUT_EXAMPLE: &[(Code, &str)] = &[(
    Code::NotUtf8,
    "a Markdown file is UTF-8, and so is every block in it",
)];

/// Facts stand under this heading, and nothing says what must come out.
pub fn lacks_expectation(page: &Page, section: usize) -> bool {
    let own = page.sections[section].blocks.iter();
    own.clone().any(Block::is_facts) && !page.is_case(section) && !page.is_group(section)
}

/// Everything wrong with one file.
pub fn page(page: &Page) -> Result<(), String> {
    let readme = page.name == "README.md";
    let mut wrong: Vec<String> = Vec::new();
    for (at, section) in page.sections.iter().enumerate() {
        for block in &section.blocks {
            let known = [PROSE, EXPECTATIONS, FACTS, &["clausula"]].concat();
            let language = block.language.as_str();
            let line = block.open + 1;
            if !known.contains(&language) {
                wrong.push(format!("line {line}: no fence is called `{language}`"));
            }
            if block.close == block.open || !page.lines[block.close].starts_with("```") {
                wrong.push(format!("line {line}: this fence is never closed"));
            }
        }
        if !readme && lacks_expectation(page, at) {
            wrong.push(format!(
                "`{}` has facts and does not say what must come out",
                section.title
            ));
        }
        if section.blocks.iter().any(Block::is_policy)
            && !page.is_case(at)
            && (readme || !page.is_group(at))
            && let Some(told) = run::compile(page, at)
        {
            wrong.push(format!(
                "the policy of `{}` does not compile:\n{told}",
                section.title
            ));
        }
    }
    let cases = (0..page.sections.len()).filter(|at| page.is_case(*at));
    if !readme
        && page.name.contains('/')
        && !page.name.starts_with("explain/")
        && cases.count() == 0
    {
        wrong.push("the file holds no case".to_owned());
    }
    told(wrong)
}

/// Every code has a page; every page has an example that raises the code and a repaired one.
pub fn codes(pages: &[Page]) -> Result<(), String> {
    let mut wrong: Vec<String> = Vec::new();
    for page in pages {
        let code = page
            .name
            .trim_start_matches("explain/")
            .trim_end_matches(".md");
        let Some(code) = Code::named(code) else {
            wrong.push(format!("{}: no message has this code", page.name));
            continue;
        };
        if page
            .lines
            .first()
            .is_none_or(|line| !line.starts_with("# ") || line.ends_with('.') || line.len() < 12)
        {
            wrong.push(format!(
                "{}: the first line is `# ` and a plain sentence without a full stop",
                page.name
            ));
        }
        let raises = |title: &str| {
            let named = page
                .sections
                .iter()
                .filter(|section| section.title.starts_with(title));
            let blocks = named
                .flat_map(|section| &section.blocks)
                .filter(|block| block.is_expectation());
            blocks
                .map(|block| raised(code, &block.text))
                .collect::<Vec<bool>>()
        };
        if WITHOUT_EXAMPLE.iter().any(|(known, _)| *known == code) {
            continue;
        }
        if !raises("Example").contains(&true) {
            wrong.push(format!(
                "{}: nothing under `## Example` raises the code",
                page.name
            ));
        }
        let fixed = raises("Fixed");
        if fixed.is_empty() || fixed.contains(&true) {
            wrong.push(format!(
                "{}: `## Fixed` shows the same without the message",
                page.name
            ));
        }
    }
    for code in Code::ALL {
        if !pages
            .iter()
            .any(|page| page.name == format!("explain/{code}.md"))
        {
            wrong.push(format!("`{code}` has no page"));
        }
    }
    told(wrong)
}

/// Whether an output tells the code; *undetermined* is an answer rather than a message.
fn raised(code: Code, text: &str) -> bool {
    match code {
        Code::Undetermined => text.starts_with("undetermined: "),
        _ => text.contains(&format!("[{code}]")),
    }
}

/// Names that stand for two cases.
pub fn twice<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    let again = names.windows(2).filter(|pair| pair[0] == pair[1]);
    told(
        again
            .map(|pair| format!("two cases are called `{}`", pair[0]))
            .collect(),
    )
}

fn told(wrong: Vec<String>) -> Result<(), String> {
    if wrong.is_empty() {
        return Ok(());
    }
    Err(wrong.join("\n"))
}
