//! Wrong turns on purpose, for the simulator to find: each switches one guard off.
//!
//! Without the feature `planted` every question is answered no at compile time, so a shipped build
//! carries none of them.

#[cfg(feature = "planted")]
macro_rules! bugs {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {
        /// A guard that can be switched off.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Bug { $($(#[doc = $doc])+ $name,)+ }

        impl Bug {
            /// Every bug, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];
        }
    };
}

#[cfg(not(feature = "planted"))]
macro_rules! bugs {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {
        /// A guard that could be switched off, were the feature `planted` on.
        #[derive(Clone, Copy)]
        pub enum Bug { $($(#[doc = $doc])+ $name,)+ }
    };
}

bugs! {
    /// a member takes an entry that is not the next one
    EntryOutOfOrder,
    /// a member applies an entry twice
    EntryTwice,
    /// a member acts while it has not read the log to its end
    ActBehind,
    /// after a restart a checkpoint from before the restart counts as fresh
    StaleCheckpoint,
    /// a clock that is not certain tells what is fresh
    UncertainFresh,
    /// an order is forgotten as soon as the own clock says that it is long over
    ForgetByOwnClock,
    /// a smaller log, newer in time, raises no alarm
    SmallerLog,
    /// an unjudged order is prepared
    SkipJudgement,
    /// a refused order is armed all the same
    ArmRefused,
    /// a member arms although it is not named
    ArmUnnamed,
    /// a member fires as soon as it knows T
    FireAtOnce,
    /// a member takes every T for too late
    NeverInTime,
    /// a member arms with too little notice
    ArmLate,
    /// a member arms an order after its latest moment to fire
    ArmAfterLimit,
    /// a member arms with an uncertain clock
    ArmUncertain,
    /// an armed member whose clock becomes uncertain stays armed
    StayUncertain,
    /// a withdrawal does not lift a rule in force
    WithdrawForceless,
    /// a withdrawal does not reach a prepared order
    WithdrawPreparedLost,
    /// a withdrawn order may be armed again
    WithdrawForgotten,
    /// withdraw-all spares orders in force
    WithdrawAllSpares,
    /// an order in force outlives its end
    NoExpiry,
    /// an order that must be confirmed goes on although nobody did
    UnconfirmedStays,
    /// a confirmation counts after the moment by which it had to come
    ConfirmedLate,
    /// a confirmation counts before there is a T
    ConfirmedUnseen,
    /// an order ends at its moment although it was confirmed in time
    ConfirmedInVain,
    /// the coordinator arms more members of an order that nobody confirmed in time
    ArmUnconfirmed,
    /// a staged order outlives its latest moment to fire
    StagedForever,
    /// rules found at a restart without an order are left
    OrphansStay,
    /// after a restart, rules stay although the log was not read in time
    GraceForever,
    /// the kill switch leaves what is in force
    StopSpares,
    /// the kill switch is forgotten by a restart
    StopForgotten,
    /// a member that left takes part again
    LeaveForgotten,
    /// a refusal is not told
    RefusalUntold,
    /// a restored member takes part in what it may have left before
    RestoredTakesPart,
    /// a safeguarded order stays in force
    SafeguardIgnored,
    /// "in force" is said without reading back
    ReportUnread,
    /// rules that vanished are reported as in force
    DriftIgnored,
    /// a failed lift is not tried again
    LiftOnce,
    /// the coordinator arms without the quorum
    NoQuorum,
    /// the quorum counts members instead of lines
    QuorumByHeads,
    /// a refusal counts as prepared
    RefusalCounts,
    /// a prepared receipt counts after the member refused
    RefusalUndone,
    /// the coordinator arms everyone before the canary reported
    NoCanary,
    /// the canary's harm is not heeded
    CanaryHarmIgnored,
    /// the coordinator arms again after withdrawing
    ArmAfterWithdraw,
    /// the coordinator arms what withdraw-all was asked to end
    ArmAfterWithdrawAll,
    /// the coordinator arms before its proposal is logged
    ArmBeforeLog,
    /// the moment to fire leaves no notice
    NoNotice,
    /// the moment to fire may lie after the limit
    CoordinatorArmsLate,
    /// a receipt of a stranger counts
    StrangerCounts,
    /// what a member says before the coordinator was told of the log is lost
    EarlyWordLost,
    /// the proposal of an order without canary and skip is taken
    CanarylessTaken,
    /// a renewal needs no fresh evidence
    StaleRenewal,
}

/// Which guard is switched off, if any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Planted {
    #[cfg(feature = "planted")]
    bug: Option<Bug>,
}

impl Planted {
    /// Switches one guard off.
    #[cfg(feature = "planted")]
    pub const fn one(bug: Bug) -> Self {
        Self { bug: Some(bug) }
    }

    /// Tells whether this guard is off.
    #[cfg(feature = "planted")]
    pub(crate) fn has(self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    /// Tells whether this guard is off: never, in a shipped build.
    #[cfg(not(feature = "planted"))]
    #[expect(clippy::unused_self, reason = "the same call in both builds")]
    pub(crate) const fn has(self, _bug: Bug) -> bool {
        false
    }
}
