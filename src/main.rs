fn main() {
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut sources = clausula::source::Sources::new();
        let id = sources.add(path.clone(), text.clone());
        let (doc, faults) = clausula::syntax::parse(id, &text);
        println!("{path}: {} items, {} faults", doc.items.len(), faults.len());
        for f in faults {
            println!("  {} @ {:?}", f.message, f.labels.iter().map(|l| (sources.line_col(l.span.source, l.span.start), &l.text, sources.slice(l.span))).collect::<Vec<_>>());
        }
    }
}
