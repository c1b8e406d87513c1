//! The Llama 4 license, its use policy and the acts of the vocabulary as a person would write them
//! in Rust for this one license: typed facts, three-valued logic, default readings.

use clausula::eval::Truth;
use clausula::value::same_words;
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", default)]
#[derive(Default)]
pub struct Facts {
    organization: Option<Organization>,
    product: Option<Product>,
    models: Option<Vec<Model>>,
    acceptable_use_review: Option<Review>,
    agreements: Option<Vec<Agreement>>,
    ip_suits: Option<Vec<Suit>>,
    terminations: Option<Vec<Termination>>,
    determinations: Option<Vec<Determination>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Organization {
    kind: Option<OrganizationKind>,
    role: Option<Role>,
    principal_place_of_business: Option<String>,
    domicile: Option<String>,
    group: Option<Group>,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum OrganizationKind {
    Company,
    Individual,
    PublicBody,
    Nonprofit,
    University,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Role {
    Licensee,
    EndUser,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Group {
    monthly_active_users: Option<BTreeMap<String, i64>>,
    control_changed: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Product {
    audience: Option<Audience>,
    offered_as: Option<OfferedAs>,
    notices: Option<Notices>,
    passes_on: Option<PassesOn>,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Audience {
    OwnStaff,
    Affiliates,
    Customers,
    Public,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum OfferedAs {
    HostedService,
    Download,
    Embedded,
    None,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Notices {
    website: Option<Vec<String>>,
    interface: Option<Vec<String>>,
    blog_post: Option<Vec<String>>,
    about_page: Option<Vec<String>>,
    documentation: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct PassesOn {
    license_copies: Option<Vec<String>>,
    dangers_disclosed: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
struct Model {
    id: String,
    role: Option<ModelRole>,
    license: Option<Vec<String>>,
    from: Option<Vec<Step>>,
    run: Option<Run>,
    weights: Option<Weights>,
    modality: Option<Vec<Modality>>,
    obtained: Option<Obtained>,
    package: Option<Package>,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum ModelRole {
    Deployed,
    Parent,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Step {
    model: Option<String>,
    by: Option<Relation>,
    taken_by: Option<Taker>,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Relation {
    Copy,
    Quantize,
    Convert,
    FineTune,
    Adapter,
    Merge,
    Distill,
    SyntheticData,
    Judge,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Taker {
    Us,
    Upstream,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Run {
    SelfHosted,
    ThirdPartyApi,
    None,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Weights {
    Private,
    Shared,
    Published,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Modality {
    Text,
    Image,
    Audio,
    Video,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Obtained {
    Download,
    IntegratedProduct,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Package {
    license_copies: Option<Vec<String>>,
    notice_file: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Review {
    on: Option<Date>,
    engaged: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Agreement {
    covers: Option<Vec<String>>,
    since: Option<Date>,
    until: Option<String>,
}

#[derive(Deserialize)]
struct Suit {
    over: Option<Vec<String>>,
    filed: Option<Date>,
}

#[derive(Deserialize)]
struct Termination {
    license: Option<String>,
    on: Option<Date>,
}

#[derive(Deserialize)]
struct Determination {
    judgment: Option<String>,
    value: Option<bool>,
    by: Option<String>,
    on: Option<Date>,
    until: Option<String>,
}

pub fn read(json: &str) -> Facts {
    serde_json::from_str(json).expect("the facts of this bench are JSON")
}

const ID: &str = "llama-4";
const CODES: [&str; 33] = [
    "LAW",
    "LAW",
    "LAW-VIOLENCE",
    "LAW-CHILD",
    "LAW-TRAFFICKING",
    "LAW-MINORS",
    "LAW-SOLICIT",
    "LAW-CRIME",
    "LAW-HARASS",
    "LAW-DISCRIM",
    "LAW-PROFESSION",
    "LAW-PRIVACY",
    "LAW-IDENTITY",
    "LAW-IP",
    "LAW-MALWARE",
    "HARM",
    "HARM-MILITARY",
    "HARM-CBW",
    "HARM-WEAPONS",
    "HARM-DRUGS",
    "HARM-INFRA",
    "HARM-SELF",
    "HARM-INCITE",
    "DECEIVE",
    "DEC-FRAUD",
    "DEC-DEFAME",
    "DEC-SPAM",
    "DEC-IMPERSONATE",
    "DEC-HUMAN",
    "DEC-ENGAGE",
    "DISCLOSE",
    "TOOLS",
    "LAW-CIRCUMVENT",
];
const EU: [&str; 27] = [
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV",
    "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
];

fn known(yes: Option<bool>) -> Truth {
    yes.map_or(Truth::Unknown, Truth::of)
}

fn has(list: Option<&Vec<String>>, wanted: &str) -> Truth {
    known(list.map(|list| list.iter().any(|one| same_words(one, wanted))))
}

fn all(parts: impl IntoIterator<Item = Truth>) -> Truth {
    parts.into_iter().fold(Truth::Yes, Truth::and)
}

fn any(parts: impl IntoIterator<Item = Truth>) -> Truth {
    parts.into_iter().fold(Truth::No, Truth::or)
}

/// The names of a model that open like this, its namespace left aside.
fn opens(id: &str, with: &str) -> Truth {
    Truth::of(clausula::value::starts_name(id, with))
}

/// The judgments of the license that somebody can determine.
const JUDGMENTS: [&str; 5] = [
    "llama-4/prominent",
    "llama-4/over-at-release",
    "llama-4/within-policy",
    "llama-4/risks-harm",
    "llama-4/good-faith",
];

/// The verdict: whether any check of the license fails for any model of the deployment, or may fail
/// since an origin is not known; `None` for facts that cannot be judged. Parents of parents are not
/// looked for.
pub fn verdict(facts: &Facts, today: Date) -> Option<Truth> {
    let determined = facts.determinations.iter().flatten();
    let mut judgments = determined.filter_map(|determined| determined.judgment.as_deref());
    if !judgments.all(|judgment| JUDGMENTS.contains(&judgment)) {
        return None;
    }
    let models = facts.models.as_deref().unwrap_or(&[]);
    if models.is_empty() {
        return Some(Truth::Unknown);
    }
    let mut names = HashMap::new();
    for model in models {
        if names.insert(model.id.as_str(), model).is_some() {
            return None;
        }
    }
    let steps = models.iter().flat_map(|model| model.from.iter().flatten());
    let parents: HashSet<&str> = steps.filter_map(|step| step.model.as_deref()).collect();
    let mut fails = Truth::No;
    for model in models {
        if parents.contains(model.id.as_str()) && model.role == Some(ModelRole::Parent) {
            continue;
        }
        let mut through = Vec::new();
        let mut ours = Vec::new();
        fails = fails.or(origin_unknown(model));
        if bound(model) {
            fails = fails.or(judge(facts, today, model, model, &through, &ours));
        }
        for step in model.from.iter().flatten() {
            let name = step.model.as_deref().unwrap_or("");
            // Of a model nobody listed, the license knows its own.
            let stranger;
            let origin = match names.get(name) {
                Some(origin) => *origin,
                None => {
                    stranger = Model {
                        id: name.to_owned(),
                        ..Model::default()
                    };
                    &stranger
                }
            };
            fails = fails.or(origin_unknown(origin));
            if step.by.is_none() {
                fails = fails.or(Truth::Unknown);
                continue;
            }
            if !bound(origin) {
                continue;
            }
            through.extend(step.by);
            if step.taken_by == Some(Taker::Us) {
                ours.extend(step.by);
            }
            fails = fails.or(judge(facts, today, model, origin, &through, &ours));
        }
    }
    Some(fails)
}

/// Whether the license or the parents of a model are not known.
fn origin_unknown(model: &Model) -> Truth {
    let original = released(&model.id);
    let licenses = model.license.as_deref().unwrap_or(&[]);
    let recognized = licenses.iter().all(|license| license == ID);
    let known = recognized && (original || !licenses.is_empty());
    let parents = model.from.is_some() || original;
    if known && parents {
        Truth::No
    } else {
        Truth::Unknown
    }
}

fn bound(model: &Model) -> bool {
    let declared = model.license.iter().flatten().any(|license| license == ID);
    declared || released(&model.id)
}

/// Whether the license lists a model by this name.
fn released(id: &str) -> bool {
    let prefixes = [
        "meta-llama/Llama-4-",
        "meta-llama/Llama-Guard-4-",
        "meta-llama/Llama-Prompt-Guard-2-",
    ];
    prefixes.iter().any(|prefix| id.starts_with(prefix))
}

fn judge(
    facts: &Facts,
    today: Date,
    model: &Model,
    origin: &Model,
    through: &[Relation],
    ours: &[Relation],
) -> Truth {
    use Relation::*;
    let product = facts.product.as_ref();
    let organization = facts.organization.as_ref();
    let group = organization.and_then(|o| o.group.as_ref());
    let is = |yes: Option<bool>| known(yes);
    let outsiders = is(product.and_then(|p| Some(p.audience? != Audience::OwnStaff)));
    let changing = Truth::of(
        ours.iter()
            .any(|r| [Quantize, Convert, FineTune, Adapter, Merge].contains(r)),
    );
    let teaching = Truth::of(
        ours.iter()
            .any(|r| [Distill, SyntheticData, Judge].contains(r)),
    );
    let by_outputs = Truth::of(
        through
            .iter()
            .any(|r| [Distill, SyntheticData, Judge].contains(r)),
    );
    let offered_as = product.and_then(|p| p.offered_as);
    let third_party = is(model.run.map(|run| run == Run::ThirdPartyApi));
    let self_hosted = is(model.run.map(|run| run == Run::SelfHosted));
    let shipped = is(offered_as.map(|o| o == OfferedAs::Download || o == OfferedAs::Embedded));
    let something = is(offered_as.map(|o| o != OfferedAs::None));
    let distribute = any([
        is(model.weights.map(|w| w != Weights::Private)),
        all([shipped, outsiders, !third_party]),
    ]);
    let used = is(model.run.map(|run| run != Run::None));
    let reproduce = self_hosted.or(distribute);
    let make_available = distribute.or(something.and(outsiders));
    let hosting = is(offered_as.map(|o| o == OfferedAs::HostedService)).and(outsiders);

    // Readings taken by default; the others are open.
    let judged = |name: &str| {
        let found = facts.determinations.iter().flatten().find(|d| {
            d.judgment
                .as_deref()
                .and_then(|j| j.strip_prefix("llama-4/"))
                == Some(name)
        });
        let found = found.filter(|d| d.by.is_some() && d.on.is_some_and(|on| on <= today));
        let found = found.filter(|d| {
            let until = d
                .until
                .as_deref()
                .and_then(|until| until.parse::<Date>().ok());
            d.until.as_deref() == Some("none") || until.is_some_and(|until| until >= today)
        });
        known(found.and_then(|d| d.value))
    };
    let users = group.and_then(|g| g.monthly_active_users.as_ref()?.get("2025-03"));
    let over = is(users.map(|users| *users > 700_000_000));
    let changed = group.and_then(|g| g.control_changed.as_deref());
    let regrouped = match changed {
        Some("none") => Truth::No,
        Some(date) => is(date
            .parse::<Date>()
            .ok()
            .map(|date| date >= jiff::civil::date(2025, 4, 5))),
        None => Truth::Unknown,
    };
    let at_release = regrouped.and(Truth::Unknown);
    let above = any([
        over.and(!at_release),
        at_release.and(judged("over-at-release")),
    ]);
    let agreement = match &facts.agreements {
        None => Truth::Unknown,
        Some(list) => any(list.iter().map(|a| {
            let until = match a.until.as_deref() {
                Some("none") => Truth::Yes,
                Some(date) => is(date.parse::<Date>().ok().map(|date| date >= today)),
                None => Truth::Unknown,
            };
            all([
                has(a.covers.as_ref(), ID),
                is(a.since.map(|since| since <= today)),
                until,
            ])
        })),
    };
    let integrated = is(model.obtained.map(|o| o == Obtained::IntegratedProduct));
    let threshold = all([above, !agreement, !integrated]);
    let in_eu = |country: Option<&String>| is(country.map(|c| EU.contains(&c.as_str())));
    let kind = organization.and_then(|o| o.kind);
    let place = organization.and_then(|o| o.principal_place_of_business.as_ref());
    let of_eu = any([
        is(kind.map(|k| k == OrganizationKind::Individual))
            .and(in_eu(organization.and_then(|o| o.domicile.as_ref()))),
        is(kind.map(|k| k == OrganizationKind::Company)).and(in_eu(place)),
        all([
            is(kind.map(|k| {
                [
                    OrganizationKind::PublicBody,
                    OrganizationKind::Nonprofit,
                    OrganizationKind::University,
                ]
                .contains(&k)
            })),
            in_eu(place),
            Truth::Unknown,
        ]),
    ]);
    let sees = |model: &Model| {
        let sees = |m: &Vec<Modality>| m.iter().any(|m| *m != Modality::Text);
        is(model.modality.as_ref().map(sees))
    };
    let multimodal = any([
        sees(origin),
        opens(&origin.id, "Llama-4-Scout"),
        opens(&origin.id, "Llama-4-Maverick"),
        opens(&origin.id, "Llama-Guard-4"),
    ])
    .and(any([by_outputs, sees(model), Truth::Unknown]));
    let end_user = any([
        is(organization
            .and_then(|o| o.role)
            .map(|role| role == Role::EndUser)),
        third_party.and(Truth::Unknown),
    ]);
    let eu = all([of_eu, multimodal, !end_user]);
    let sued = match &facts.ip_suits {
        None => Truth::Unknown,
        Some(list) => any(list
            .iter()
            .map(|s| has(s.over.as_ref(), ID).and(is(s.filed.map(|d| d <= today))))),
    };
    let terminated = match &facts.terminations {
        None => Truth::Unknown,
        Some(list) => any(list
            .iter()
            .map(|t| is(t.license.as_ref().map(|l| l == ID)).and(is(t.on.map(|d| d <= today))))),
    };
    let licensed = all([!threshold, !eu, !sued, !terminated]);

    // The acts.
    let mut fails = Truth::No;
    if by_outputs == Truth::Yes {
        fails = fails.or(teaching.and(!licensed));
    } else {
        for act in [
            used,
            reproduce,
            changing,
            distribute,
            make_available,
            hosting,
        ] {
            fails = fails.or(act.and(!licensed));
        }
    }

    // The duties.
    let handed_over = all([
        distribute,
        !by_outputs,
        any([Truth::Unknown, !Truth::of(through.contains(&Adapter))]),
    ]);
    let contained = (!by_outputs).and(any([
        self_hosted,
        handed_over,
        third_party.and(Truth::Unknown),
    ]));
    let covered = contained;
    let offered = distribute.or(make_available);
    let governed = (!by_outputs).or(teaching);
    let passes = product.and_then(|p| p.passes_on.as_ref());
    let package = model.package.as_ref();
    let copied = any([
        has(passes.and_then(|p| p.license_copies.as_ref()), ID),
        has(package.and_then(|p| p.license_copies.as_ref()), ID),
    ]);
    let copy = all([
        covered,
        any([handed_over, offered.and(Truth::Unknown)]),
        !copied,
    ]);
    let notices = product.and_then(|p| p.notices.as_ref());
    let shown = any([
        has(notices.and_then(|n| n.website.as_ref()), "Built with Llama"),
        has(
            notices.and_then(|n| n.interface.as_ref()),
            "Built with Llama",
        ),
        has(
            notices.and_then(|n| n.blog_post.as_ref()),
            "Built with Llama",
        ),
        has(
            notices.and_then(|n| n.about_page.as_ref()),
            "Built with Llama",
        ),
        has(
            notices.and_then(|n| n.documentation.as_ref()),
            "Built with Llama",
        ),
    ]);
    let display = all([offered, covered, !shown.and(judged("prominent"))]);
    let named = any([
        opens(&model.id, "Llama"),
        opens(&model.id, "Meta-Llama").and(Truth::Unknown),
    ]);
    let prefix = all([offered, any([changing.and(!by_outputs), teaching]), !named]);
    let relicensed = all([
        distribute,
        changing,
        !by_outputs,
        Truth::Unknown,
        !has(model.license.as_ref(), ID),
    ]);
    const LINE: &str = "Llama 4 is licensed under the Llama 4 Community License, Copyright © Meta Platforms, Inc. All Rights Reserved.";
    const ASCII: &str = "Llama 4 is licensed under the Llama 4 Community License, Copyright (c) Meta Platforms, Inc. All Rights Reserved.";
    let lines = package.and_then(|p| p.notice_file.as_ref());
    let notice = handed_over.and(!has(lines, LINE).or(has(lines, ASCII)));
    let review = facts.acceptable_use_review.as_ref();
    let reviewed = is(review
        .and_then(|review| review.on)
        .filter(|on| *on <= today)
        .map(|_| true));
    let use_policy = governed.and(!reviewed.or(judged("within-policy")));
    let disclosed = is(passes.and_then(|p| p.dangers_disclosed));
    let dangers = all([!by_outputs, something, !disclosed]);
    fails = any([
        fails, copy, display, prefix, relicensed, notice, use_policy, dangers,
    ]);

    // The prohibitions.
    let engaged = review.and_then(|r| r.engaged.as_ref());
    for code in CODES {
        let engaged = match engaged {
            Some(list) => Truth::of(list.iter().any(|one| one == code)),
            None => Truth::Unknown,
        };
        let but = match code {
            "HARM-INFRA" => Truth::Unknown.or(judged("risks-harm")),
            "LAW-CIRCUMVENT" => !all([!make_available, Truth::Unknown, judged("good-faith")]),
            _ => Truth::Yes,
        };
        fails = fails.or(all([governed, engaged, but]));
    }
    fails
}
