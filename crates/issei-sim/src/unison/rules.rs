//! The rules that every run is held against, each with the guarantee it stands for.
//!
//! Always: a rule that finds no planted bug first is deleted; a test holds that. The guarantees are
//! those of the design; the page `docs/simulation.md` is printed from this list by a test.

macro_rules! rules {
    ($($name:ident $guarantee:literal $says:literal,)+) => {
        /// A rule that no run may break.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule { $(#[doc = $says] $name,)+ }

        impl Rule {
            /// Every rule, in the order of the guarantees.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Names the guarantee, such as `G4`.
            pub const fn guarantee(self) -> &'static str {
                match self { $(Self::$name => $guarantee,)+ }
            }

            /// Says what holds.
            pub const fn says(self) -> &'static str {
                match self { $(Self::$name => $says,)+ }
            }
        }
    };
}

rules! {
    OwnGates "G1" "a rule is brought about only after the member's own gates said yes to the order",
    Named "G1" "a rule acts only at a member that a logged T names",
    Stranger "G1" "T names participants of the order only",
    LatestMoment "G1" "no T lies after the order's latest moment, and none such is followed",
    LoggedFirst "G2" "an order is in the log before it is armed or brought about",
    End "G3" "a rule stops acting at most 2.2 s after the order's end",
    Unconfirmed "G3" "an order that must be confirmed ends at its moment unless a confirmation was read after the first T and before it; nobody gets a T then, and no other confirmation is logged",
    GoesOn "G3" "what was confirmed in time does not end at that moment",
    Staged "G3" "a staged rule goes at the order's latest moment to fire",
    Orphan "G3" "what a member finds at its start and cannot place is lifted at once",
    LiftedAgain "G3" "a lift that failed is tried until the rule is gone",
    ReadFirst "G4" "a rule is brought about only by a member that has read the log to a checkpoint witnessed after its start",
    Withdrawn "G4" "nothing acts or is brought about after its withdrawal was read, also from an old backup",
    Safeguard "G5" "what becomes safeguarded stops acting at once and never comes back",
    Quorum "G7" "T is signed only with the quorum of lines prepared",
    Canary "G7" "the rest has no T before the canary was seen well, unless two people skipped it",
    Stop "G8" "the kill switch lifts everything at once and lets nothing new come about",
    ReadBack "G10" "prepared, in force and lifted are said only of what the device shows",
    Drift "G10" "a rule in force that was removed by hand is back within 5 s",
    Clock "G11" "a member arms, and stays armed, only with a clock as certain as the order asks",
    Notice "G11" "T leaves the slowest member its lead, and no member arms with less than its notice",
    SameMoment "G11" "a rule first acts at a T from the log, and at no other moment",
    Together "G11" "without faults every member fires, and afterwards no rule is left",
    Grace "G12" "rules found at a start go after the grace if the log cannot be read",
    Shrunk "G14" "after the log lost entries nothing new comes about until a person has looked",
    InOrder "G15" "a member asks for the entry behind those it was handed, and for no other",
    SaidNo "G19" "who refused or left an order takes no part in it any more",
    Visible "G19" "a refusal is told at once",
    FreshEvidence "G20" "a renewal rests on findings newer than the order it follows",
}
