fn main() {
    let mut sources = clausula::source::Sources::new();
    let mut docs = Vec::new();
    let mut faults = Vec::new();
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).unwrap();
        let id = sources.add(path.clone(), text.clone());
        let (doc, f) = clausula::syntax::parse(id, &text);
        docs.push(doc);
        faults.extend(f);
    }
    match clausula::check::check(&docs, &[]) {
        Ok(checked) => println!("{}", clausula::ir::dump(&clausula::ir::lower(checked))),
        Err(f) => faults.extend(f),
    }
    let look = clausula::diagnostic::report::Look {
        width: 100,
        color: false,
        unicode: true,
        plain: false,
    };
    for f in faults {
        println!(
            "{}",
            clausula::diagnostic::report::render(&f, &sources, &look)
        );
    }
}
