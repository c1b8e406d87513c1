//! The closed list of message codes. Each has a page in `src/explain/<code>.md`.

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What kind of message this is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code, in the order of the phases that raise them.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as written on the command line and in output.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }

            /// The page that explains the code, in Markdown.
            pub fn page(self) -> &'static str {
                match self { $(Code::$name => include_str!(concat!("../explain/", $text, ".md")),)* }
            }
        }
    };
}

codes! {
    // ── texts
    /// A text is not UTF-8.
    NotUtf8 = "not-utf8",
    /// A text is larger, deeper or longer than the stated limits.
    TooLarge = "too-large",
    /// A file could not be read.
    Unreadable = "unreadable",

    // ── policy texts
    /// The text does not follow the grammar.
    Syntax = "syntax",
    /// A name is declared twice.
    DeclaredTwice = "declared-twice",
    /// A name is used and declared nowhere.
    UnknownName = "unknown-name",
    /// An operation between kinds that do not fit.
    WrongKind = "wrong-kind",
    /// A definition, record or exception refers to itself.
    Circular = "circular",
    /// A statement stands where it has no meaning.
    Misplaced = "misplaced",
    /// Something a declaration needs is not there.
    Incomplete = "incomplete",
    /// Two clauses can clash and neither is declared to win.
    Clash = "clash",
    /// A statement tries to loosen a license.
    Loosens = "loosens",

    // ── policies as a whole
    /// A clause that applies in no world, or an exception that defeats nothing.
    NeverApplies = "never-applies",
    /// A condition that holds in every world.
    AlwaysHolds = "always-holds",
    /// A clause that says no more than another.
    Implied = "implied",
    /// Two duties that can be due together and cannot both be met.
    CannotBoth = "cannot-both",
    /// An act that a closed policy grants in some worlds only, or never.
    Gap = "gap",
    /// Something that is declared and never used.
    Unused = "unused",
    /// A clause, policy or decision whose last day is over.
    Lapsed = "lapsed",

    // ── facts texts
    /// The facts are not well-formed YAML, JSON or TOML.
    FactsSyntax = "facts-syntax",
    /// A key is given twice in one mapping.
    DuplicateKey = "duplicate-key",
    /// YAML features that are refused: merge keys, tags, complex keys, endless aliases.
    FactsFeature = "facts-feature",
    /// A key that no fact has.
    UnknownFact = "unknown-fact",
    /// A value that does not fit the declared kind.
    FactKind = "fact-kind",
    /// A fact that must be stated for the file to make sense (a model without an id).
    FactMissing = "fact-missing",
    /// Amounts in two currencies are compared.
    Currency = "currency",
    /// A file without a deployment.
    NoDeployment = "no-deployment",
    /// Two models answer to one name.
    SameModel = "same-model",
    /// A model descends from itself.
    LineageCycle = "lineage-cycle",

    // ── findings
    /// An act that no grant covers.
    NotLicensed = "not-licensed",
    /// A grant that the license withholds from this licensee.
    Withheld = "withheld",
    /// The grants of a license have ended.
    Ended = "ended",
    /// A prohibition is breached.
    Breached = "breached",
    /// A duty is due and open.
    DutyOpen = "duty-open",
    /// An answer depends on a fact nobody stated.
    Undetermined = "undetermined",
    /// A limit was reached before the answer was settled.
    Unsettled = "unsettled",
    /// A license that no text in force describes.
    LicenseUnknown = "license-unknown",
    /// What is known about a model's origin is not enough.
    LineageUnknown = "lineage-unknown",
    /// The declared license is not the one the licensor released the model under.
    LicenseContradicted = "license-contradicted",
    /// Nothing was judged.
    NothingApplied = "nothing-applied",
    /// A determination, adoption or waiver that no longer counts.
    Expired = "expired",
}

impl Code {
    /// The code written `text`, if there is one.
    pub fn named(text: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
