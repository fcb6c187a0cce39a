//! The language of stories, as one table: every phrase, what it means, an example, and what it becomes.
//!
//! The table is read by the reader (`language`), printed for people ([`reference`]), and held against
//! its own examples by a test. In a pattern, `{…}` is a thing, `a/b` is either word, `find(s)` is with
//! or without the letter; commas and colons behind a word are for the eye.

use issei_case::safeguards::Place;
use issei_model::{Action, Ending, Goal, Objection, Span};

use super::slots::{Values, Who};

/// What a step asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Only time passes.
    Nothing,
    /// The country comes to be.
    Country { members: u64, lines: u64 },
    /// Something is so, or somebody does something.
    Act(Act),
    /// An order is proposed.
    Propose(Wish),
    /// Something must be so.
    Check(Check),
}

/// What is so, or what somebody does.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    Lines(Who, u64),
    RowOn(String),
    RowOff(String, Who),
    Safeguard(Who, Place),
    BlankList(Who),
    CustomersNeed(Who, Vec<Goal>),
    Find(Who, Vec<Goal>),
    Confirm(Who, Vec<Goal>),
    Scans(Who, Vec<Goal>),
    EvidenceAge(Span),
    SetAside,
    Contacts(Who, u64, Vec<Goal>, u64),
    OtherNames(Who, u64, Vec<Goal>),
    SharedHosting(Who, Vec<Goal>),
    NoAnswer(Who),
    Clock(Who, Span, Noticed),
    EndNothing(Who),
    LoseRules(Who),
    Approve { people: u64, organisations: u64 },
    Withdraw,
    WithdrawAll,
    Leave(Who, Objection),
    Stop(Who),
    CutOff(Who),
    Join(Who),
    Silence,
    Speak,
    Suffer(Who),
    Die(Who),
    ComeBack(Who),
    Entry(u64, Who),
    BlankEntry,
    MayLimit(Who, Place, u64),
    ApproveStanding { people: u64, organisations: u64 },
    EndStanding,
    Flood(Place, Vec<Goal>, Who),
}

/// Whether somebody knows that a clock is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noticed {
    Yes,
    No,
}

/// An order as it is wished for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    pub action: Action,
    pub goals: Vec<Goal>,
    pub row: String,
    pub lifetime: Span,
    pub canary: Option<Who>,
    pub without: Option<String>,
    pub blank: Option<String>,
    pub renews: Option<Vec<Goal>>,
    pub quorum_percent: u64,
}

/// What must be so.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    InForce(Option<Vec<Goal>>, Who),
    Staged(Who),
    NoRule,
    Refused(String, String),
    NotTaken(String),
    SaidNo(Who, String, String),
    Objected(Who, Objection),
    Withdrawn(Ending),
    Signed(Who),
    Reported(Who),
    Covers(u64),
    Spread(Span),
    Alone(Span),
    Verifies,
    Entries(u64),
    FlippedBit,
    NoGoal(String),
    Reflexes(Who),
    NotLimited(String),
    Activations(u64),
}

/// One phrase.
pub struct Pattern {
    pub text: &'static str,
    pub means: &'static str,
    pub example: &'static str,
    pub takes_clauses: bool,
    pub make: fn(Values) -> What,
}

/// What may stand behind a proposal.
pub struct Clause {
    pub text: &'static str,
    pub means: &'static str,
    pub apply: fn(&mut What, Values),
}

const fn phrase(
    text: &'static str,
    means: &'static str,
    example: &'static str,
    make: fn(Values) -> What,
) -> Pattern {
    Pattern {
        text,
        means,
        example,
        takes_clauses: false,
        make,
    }
}

/// How long an order lasts that does not say.
const LIFETIME: Span = Span::from_secs(600);
/// The quorum of an order that does not say, in hundredths of the lines.
const QUORUM: u64 = 60;

fn wish(action: Action, mut v: Values) -> What {
    What::Propose(Wish {
        action,
        goals: v.goals(),
        row: v.word(),
        lifetime: LIFETIME,
        canary: None,
        without: None,
        blank: None,
        renews: None,
        quorum_percent: QUORUM,
    })
}

/// Everything that can be said, in the order of a story.
pub const PHRASES: &[Pattern] = &[
    phrase(
        "country {number} members of {number} lines",
        "founds a country; its members are `isp-a`, `isp-b` and so on",
        "country five members of 4000 lines",
        |mut v| What::Country {
            members: v.number(),
            lines: v.number(),
        },
    ),
    phrase(
        "{who} has/have {number} lines",
        "gives members another weight",
        "isp-b has 9000 lines",
        |mut v| What::Act(Act::Lines(v.who(), v.number())),
    ),
    phrase(
        "row {word} is switched on",
        "switches a lawful ground on that ships off, at the coordinator and every member",
        "row X1 is switched on",
        |mut v| What::Act(Act::RowOn(v.word())),
    ),
    phrase(
        "row {word} stays off at {who}",
        "leaves that ground off at these members",
        "row X1 stays off at isp-b",
        |mut v| What::Act(Act::RowOff(v.word(), v.who())),
    ),
    phrase(
        "{who} safeguard(s) {place}",
        "puts a prefix, or a name with all below it, on the members' own lists; what is in force meets it at once",
        "isp-d safeguards 203.0.113.0/24",
        |mut v| What::Act(Act::Safeguard(v.who(), v.place())),
    ),
    phrase(
        "{who} receive(s) a blank list of safeguards",
        "delivers a list without entries",
        "everyone receives a blank list of safeguards",
        |mut v| What::Act(Act::BlankList(v.who())),
    ),
    phrase(
        "customers of {who} need {goals}",
        "notes that customers must reach it, or opted out",
        "customers of isp-c need c2.example",
        |mut v| What::Act(Act::CustomersNeed(v.who(), v.goals())),
    ),
    phrase(
        "{who} find(s) command server {goals}",
        "adds one kind of evidence from each: too many infected lines share it",
        "isp-a and isp-b find command server 198.51.100.7:48101/tcp",
        |mut v| What::Act(Act::Find(v.who(), v.goals())),
    ),
    phrase(
        "{who} confirm(s) command server {goals}",
        "adds two independent kinds of evidence from each",
        "isp-a confirms command server c2.example",
        |mut v| What::Act(Act::Confirm(v.who(), v.goals())),
    ),
    phrase(
        "{who} see(s) scans from {goals}",
        "adds evidence from each that anybody can forge",
        "everyone sees scans from 203.0.113.9:443/tcp",
        |mut v| What::Act(Act::Scans(v.who(), v.goals())),
    ),
    phrase(
        "the evidence is {span} old",
        "ages what was found so far",
        "the evidence is 25 h old",
        |mut v| What::Act(Act::EvidenceAge(v.span())),
    ),
    phrase(
        "old evidence is set aside",
        "rests what follows on none of what was found so far",
        "old evidence is set aside",
        |_| What::Act(Act::SetAside),
    ),
    phrase(
        "{who} count(s) {number} lines in contact with {goals}",
        "lets each answer so, when asked how many of its lines a cut would hit",
        "isp-b counts 280 lines in contact with c2.example",
        |mut v| What::Act(Act::Contacts(v.who(), v.number(), v.goals(), 0)),
    ),
    phrase(
        "{who} count(s) {number} lines in contact with {goals} of them {number} suspected",
        "the same, and how many of them are hijacked as far as it knows",
        "isp-b counts 280 lines in contact with c2.example, of them 240 suspected",
        |mut v| What::Act(Act::Contacts(v.who(), v.number(), v.goals(), v.number())),
    ),
    phrase(
        "{who} see(s) {number} other names at {goals}",
        "lets each answer that other names lead to the same address",
        "isp-b sees 8000 other names at 203.0.113.80:443/tcp",
        |mut v| What::Act(Act::OtherNames(v.who(), v.number(), v.goals())),
    ),
    phrase(
        "{who} know(s) {goals} as shared hosting",
        "lets each answer that many sites stand behind the address",
        "isp-b knows 203.0.113.80:443/tcp as shared hosting",
        |mut v| What::Act(Act::SharedHosting(v.who(), v.goals())),
    ),
    phrase(
        "{who} does/do not answer about contacts",
        "leaves the question about contacts open",
        "isp-e does not answer about contacts",
        |mut v| What::Act(Act::NoAnswer(v.who())),
    ),
    phrase(
        "clock of {who} is off by {span}",
        "puts a clock ahead; its time service says by how much it may be wrong",
        "clock of isp-b is off by 3 s",
        |mut v| What::Act(Act::Clock(v.who(), v.span(), Noticed::Yes)),
    ),
    phrase(
        "clock of {who} is off by {span} unnoticed",
        "puts a clock ahead, and nobody at the member knows",
        "clock of isp-b is off by 3 s unnoticed",
        |mut v| What::Act(Act::Clock(v.who(), v.span(), Noticed::No)),
    ),
    phrase(
        "devices of {who} end nothing by themselves",
        "gives members devices that keep a rule until somebody lifts it",
        "devices of everyone end nothing by themselves",
        |mut v| What::Act(Act::EndNothing(v.who())),
    ),
    phrase(
        "devices of {who} lose every rule",
        "lets devices start anew, empty",
        "devices of isp-b lose every rule",
        |mut v| What::Act(Act::LoseRules(v.who())),
    ),
    phrase(
        "ordinary traffic suffers at {who}",
        "lets the cut harm others there while it is in force",
        "ordinary traffic suffers at isp-a",
        |mut v| What::Act(Act::Suffer(v.who())),
    ),
    Pattern {
        takes_clauses: true,
        ..phrase(
            "propose to drop {goals} on ground {word}",
            "writes an order to drop packets; the gates look before anybody is asked to sign",
            "propose to drop 198.51.100.7:48101/tcp on ground X1, for 20 min",
            |v| wish(Action::Drop, v),
        )
    },
    Pattern {
        takes_clauses: true,
        ..phrase(
            "propose to refuse {goals} on ground {word}",
            "writes an order to refuse names at the resolvers",
            "propose to refuse c2.example on ground C1, without a canary",
            |v| wish(Action::RefuseName, v),
        )
    },
    phrase(
        "approve by {number} people of {number} organisation(s)",
        "lets people sign what they read, and sends the order on if every gate is open",
        "approve by two people of two organisations",
        |mut v| {
            What::Act(Act::Approve {
                people: v.number(),
                organisations: v.number(),
            })
        },
    ),
    phrase(
        "withdraw it",
        "withdraws the last order",
        "withdraw it",
        |_| What::Act(Act::Withdraw),
    ),
    phrase(
        "withdraw everything",
        "withdraws every order proposed so far",
        "withdraw everything",
        |_| What::Act(Act::WithdrawAll),
    ),
    phrase(
        "{who} leave(s) because {objection}",
        "takes members out of the last order",
        "isp-c leaves because customer",
        |mut v| What::Act(Act::Leave(v.who(), v.objection())),
    ),
    phrase(
        "{who} pull(s) the kill switch",
        "lifts everything at these members, and keeps it away",
        "isp-c pulls the kill switch",
        |mut v| What::Act(Act::Stop(v.who())),
    ),
    phrase(
        "{who} is/are cut off",
        "cuts the connection to the coordinator",
        "isp-e is cut off",
        |mut v| What::Act(Act::CutOff(v.who())),
    ),
    phrase(
        "{who} is/are joined again",
        "mends that connection",
        "isp-e is joined again",
        |mut v| What::Act(Act::Join(v.who())),
    ),
    phrase(
        "coordinator falls silent",
        "takes the coordinator and its log away",
        "coordinator falls silent",
        |_| What::Act(Act::Silence),
    ),
    phrase(
        "coordinator speaks again",
        "brings them back",
        "coordinator speaks again",
        |_| What::Act(Act::Speak),
    ),
    phrase(
        "process of {who} dies",
        "ends a member's process; its devices go on",
        "process of isp-b dies",
        |mut v| What::Act(Act::Die(v.who())),
    ),
    phrase(
        "process of {who} comes back",
        "starts it again, with what it had saved",
        "process of isp-b comes back",
        |mut v| What::Act(Act::ComeBack(v.who())),
    ),
    phrase(
        "entry {number} of the ledger reaches {who} again",
        "hands members an entry that they have read",
        "entry 3 of the ledger reaches isp-c again",
        |mut v| What::Act(Act::Entry(v.number(), v.who())),
    ),
    phrase(
        "entry {number} of the ledger reaches {who} too early",
        "hands members an entry before those in front of it",
        "entry 4 of the ledger reaches isp-c too early",
        |mut v| What::Act(Act::Entry(v.number(), v.who())),
    ),
    phrase(
        "a blank entry is logged",
        "puts an entry into the ledger that says nothing",
        "a blank entry is logged",
        |_| What::Act(Act::BlankEntry),
    ),
    phrase(
        "{who} may limit floods from {place} to {number} packets a second",
        "drafts a standing order of one member: an own line's packets to whom it floods are limited for 5 min, two lines at once, three an hour; the lines of isp-a are in 10.1.0.0/16, those of isp-b in 10.2.0.0/16",
        "isp-a may limit floods from 10.1.0.0/16 to 100 packets a second",
        |mut v| What::Act(Act::MayLimit(v.who(), v.place(), v.number())),
    ),
    phrase(
        "approve the standing order by {number} people/person of {number} organisation(s)",
        "lets people sign it, and puts it into the ledger; the member judges it by itself",
        "approve the standing order by two people of two organisations",
        |mut v| {
            What::Act(Act::ApproveStanding {
                people: v.number(),
                organisations: v.number(),
            })
        },
    ),
    phrase(
        "withdraw the standing order",
        "ends it by an entry of the ledger",
        "withdraw the standing order",
        |_| What::Act(Act::EndStanding),
    ),
    phrase(
        "line {place} floods {goals} at {who}",
        "shows the flood of a line to the members' offices, as a collector does",
        "line 10.1.0.7 floods 198.51.100.9:80/udp at isp-a",
        |mut v| What::Act(Act::Flood(v.place(), v.goals(), v.who())),
    ),
    phrase(
        "reflexes act at {who}",
        "the devices of these members, and of no others, act on a reflex",
        "reflexes act at isp-a",
        |mut v| What::Check(Check::Reflexes(v.who())),
    ),
    phrase(
        "no reflex acts",
        "no device acts on a reflex",
        "no reflex acts",
        |_| What::Check(Check::Reflexes(Who::Nobody)),
    ),
    phrase(
        "is/was not limited because {word}",
        "the member's machine had this reason not to act on the last flood",
        "was not limited because safeguarded",
        |mut v| What::Check(Check::NotLimited(v.word())),
    ),
    phrase(
        "ledger tells of {number} activation(s)",
        "the members' batches in the ledger tell of so many times that a reflex acted",
        "ledger tells of two activations",
        |mut v| What::Check(Check::Activations(v.number())),
    ),
    phrase(
        "in force at {who}",
        "the devices of these members, and of no others, were read back as acting on the last order",
        "in force at isp-a, isp-b and isp-c",
        |mut v| What::Check(Check::InForce(None, v.who())),
    ),
    phrase(
        "in force nowhere",
        "no device acts on the last order",
        "in force nowhere",
        |_| What::Check(Check::InForce(None, Who::Nobody)),
    ),
    phrase(
        "{goals} is/are in force at {who}",
        "the same for whatever order aims there",
        "c2.example is in force at everyone",
        |mut v| What::Check(Check::InForce(Some(v.goals()), v.who())),
    ),
    phrase(
        "{goals} is/are in force nowhere",
        "no device acts on any order that aims there",
        "c2.example is in force nowhere",
        |mut v| What::Check(Check::InForce(Some(v.goals()), Who::Nobody)),
    ),
    phrase(
        "staged at {who}",
        "the devices of these members, and of no others, hold the rule inactive",
        "staged at everyone",
        |mut v| What::Check(Check::Staged(v.who())),
    ),
    phrase(
        "nobody has the rule",
        "no device holds a rule of any order, acting or not",
        "nobody has the rule",
        |_| What::Check(Check::NoRule),
    ),
    phrase(
        "is/was refused by {gate} {word}",
        "the last proposal met this rule of this gate",
        "is refused by evidence: single-evidence",
        |mut v| What::Check(Check::Refused(v.word(), v.word())),
    ),
    phrase(
        "is/was not taken because {word}",
        "the coordinator did not take the last order",
        "is not taken because stale-renewal",
        |mut v| What::Check(Check::NotTaken(v.word())),
    ),
    phrase(
        "{who} said no by {gate} {word}",
        "the members' own gates met this rule",
        "isp-d said no by safeguards: safeguarded",
        |mut v| What::Check(Check::SaidNo(v.who(), v.word(), v.word())),
    ),
    phrase(
        "{who} said no because {objection}",
        "the coordinator received this objection",
        "isp-d said no because collateral",
        |mut v| What::Check(Check::Objected(v.who(), v.objection())),
    ),
    phrase(
        "was withdrawn because {ending}",
        "the ledger ends the last order for this reason",
        "was withdrawn because no-quorum",
        |mut v| What::Check(Check::Withdrawn(v.ending())),
    ),
    phrase(
        "T is signed for {who}",
        "the ledger names these members, and no others, to fire on the last order",
        "T is signed for isp-a, isp-b and isp-c",
        |mut v| What::Check(Check::Signed(v.who())),
    ),
    phrase(
        "reported in force by {who}",
        "the coordinator has it from these members, and no others, that the last order acts there",
        "reported in force by isp-a and isp-b",
        |mut v| What::Check(Check::Reported(v.who())),
    ),
    phrase(
        "it covers {number} lines",
        "so many lines stand behind the devices that act",
        "it covers 16000 lines",
        |mut v| What::Check(Check::Covers(v.number())),
    ),
    phrase(
        "spread is at most {span}",
        "between the first and the last device after the canary, in true time",
        "spread is at most 20 ms",
        |mut v| What::Check(Check::Spread(v.span())),
    ),
    phrase(
        "canary is alone for {span}",
        "at least so long lies between the canary's T and that of the rest, in the ledger",
        "canary is alone for 10 s",
        |mut v| What::Check(Check::Alone(v.span())),
    ),
    phrase(
        "ledger verifies",
        "an audit of the ledger's files, with its witnesses, finds it whole",
        "ledger verifies",
        |_| What::Check(Check::Verifies),
    ),
    phrase(
        "ledger holds {number} entries",
        "so many entries are published",
        "ledger holds four entries",
        |mut v| What::Check(Check::Entries(v.number())),
    ),
    phrase(
        "a flipped bit in the ledger is found",
        "an audit of a copy with one bit changed says so",
        "a flipped bit in the ledger is found",
        |_| What::Check(Check::FlippedBit),
    ),
    phrase(
        "an order cannot name {word}",
        "it is not one exact name, host or service",
        "an order cannot name 203.0.113.0/24",
        |mut v| What::Check(Check::NoGoal(v.word())),
    ),
];

/// Changes a proposal.
fn change(what: &mut What, how: impl FnOnce(&mut Wish)) {
    if let What::Propose(wish) = what {
        how(wish);
    }
}

/// What may stand behind a proposal, each after a comma.
pub const CLAUSES: &[Clause] = &[
    Clause {
        text: "for {span}",
        means: "how long it lasts; 10 min otherwise",
        apply: |what, mut v| change(what, |wish| wish.lifetime = v.span()),
    },
    Clause {
        text: "canary {who}",
        means: "who fires first; `isp-a` otherwise",
        apply: |what, mut v| change(what, |wish| wish.canary = Some(v.who())),
    },
    Clause {
        text: "without a canary",
        means: "nobody fires first",
        apply: |what, _| change(what, |wish| wish.canary = Some(Who::Nobody)),
    },
    Clause {
        text: "without fact {word}",
        means: "leaves a fact out that the ground requires",
        apply: |what, mut v| change(what, |wish| wish.without = Some(v.word())),
    },
    Clause {
        text: "with fact {word} blank",
        means: "states a fact with empty words",
        apply: |what, mut v| change(what, |wish| wish.blank = Some(v.word())),
    },
    Clause {
        text: "renewing {goals}",
        means: "follows the last order that aims there",
        apply: |what, mut v| change(what, |wish| wish.renews = Some(v.goals())),
    },
    Clause {
        text: "with no goal",
        means: "aims at nothing",
        apply: |what, _| change(what, |wish| wish.goals.clear()),
    },
    Clause {
        text: "quorum {number} percent",
        means: "the share of lines that must be prepared; 60 otherwise",
        apply: |what, mut v| change(what, |wish| wish.quorum_percent = v.number()),
    },
];

/// Prints every phrase for people, as Markdown.
pub fn reference() -> String {
    let mut text = String::from("| step | what it says | such as |\n|---|---|---|\n");
    for Pattern {
        text: pattern,
        means,
        example,
        ..
    } in PHRASES
    {
        text += &format!("| `{pattern}` | {means} | `{example}` |\n");
    }
    text += "\n| behind a proposal | what it says |\n|---|---|\n";
    for Clause {
        text: clause,
        means,
        ..
    } in CLAUSES
    {
        text += &format!("| `{clause}` | {means} |\n");
    }
    text
}
