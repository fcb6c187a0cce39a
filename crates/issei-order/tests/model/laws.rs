//! What must hold in every state of the small country, and what must be seen in some.
//!
//! In: a [`World`]. Out: the properties that the checker tries to break. Always: a law is about
//! devices, the log, reports and what a member was told; where it asks a machine, it asks only what
//! its host may ask.

use std::collections::BTreeSet;

use issei_model::{Observed, OrganisationId, Timestamp};
use issei_order::coordinator;
use issei_order::member::Phase;
use stateright::Property;

use crate::place::{Ban, Device, Place};
use crate::world::{CANARY, Country, Entry, MEMBERS, Word, World, is_due, moment, name};

type Law = fn(&Country, &World) -> bool;

/// Every law, and the sights that show that the laws speak about something.
pub fn all() -> Vec<Property<Country>> {
    let sights = SIGHTS.iter();
    let sights = sights.map(|(name, sight)| Property::sometimes(name, *sight));
    let laws = LAWS.iter().map(|(name, law)| Property::always(name, *law));
    sights.chain(laws).collect()
}

/// What some state must show, else the laws would hold of a country in which nothing happens.
const SIGHTS: &[(&str, Law)] = &[
    ("all three are in force", all_in_force),
    ("the order ended at its time everywhere", ended_at_its_time),
];

#[rustfmt::skip] // one law a line
const LAWS: &[(&str, Law)] = &[
    ("rules act only from a T that is signed and names the member", acts_when_named),
    ("rules fire at T or not at all", fires_in_time),
    ("nothing acts after the end", ends),
    ("what was withdrawn never comes back", stays_withdrawn),
    ("a member that said no has no rules", stays_out),
    ("the kill switch holds until a person takes it back", stays_stopped),
    ("rules without a living order are taken away", orphans_go),
    ("rules that the log does not confirm go after the grace", grace_ends),
    ("staged rules go when they may not fire any more", staged_rules_go),
    ("nothing is brought about before the log is read as it stood at the start", reads_first),
    ("nothing is brought about before the own gates said yes", gates_first),
    ("a member with an uncertain clock does not fire", blind_do_not_fire),
    ("rules in force that vanished come back", drift_is_mended),
    ("entries are taken once and in their order", entries_in_order),
    ("nobody is called for a log that lost nothing", no_false_alarm),
    ("at the end there is no cut and nobody holds one", quiet_at_the_end),
    ("the proposal comes first", proposal_first),
    ("a member has one T", one_moment),
    ("nothing is armed after a withdrawal", withdraw_beats_arm),
    ("a withdrawal that was asked for stands in the log", asked_is_logged),
    ("the rest is armed only when the canary was seen well", canary_first),
    ("only participants are armed", participants_only),
    ("T leaves a notice and lies before the limit", moment_fits),
    ("arming needs the quorum", quorum),
    ("a member whose no was heard is not armed", no_is_heard),
    ("in force is not said before it is so", said_when_so),
    ("reports after arming decide nothing", reports_decide_nothing),
    ("a deadline that was served is no deadline any more", nobody_spins),
];

fn all_in_force(country: &Country, world: &World) -> bool {
    let phase = |place: &Place| place.phase(country.order);
    each(world, |_, place| {
        place.device.is_active() && phase(place) == Some(Phase::InForce)
    })
}

fn ended_at_its_time(country: &Country, world: &World) -> bool {
    let fired = |place: &Place| place.seen.fired.is_some() && place.device == Device::Absent;
    let withdrawn = world.log.iter().any(Entry::withdraws);
    is_over(country, world) && !withdrawn && each(world, |_, place| fired(place))
}

fn acts_when_named(_: &Country, world: &World) -> bool {
    let named = |who| {
        armed(world).any(|(_, members, fires_at)| {
            members.contains(&name(who)) && fires_at <= moment(world.tick)
        })
    };
    each(world, |who, place| !place.device.is_active() || named(who))
}

fn fires_in_time(_: &Country, world: &World) -> bool {
    each(world, |_, place| !place.seen.late)
}

fn ends(country: &Country, world: &World) -> bool {
    let over = world.tick >= country.last;
    each(world, |_, place| !(over && place.device.is_active()))
}

fn stays_withdrawn(country: &Country, world: &World) -> bool {
    holds(country, world, |place| place.seen.withdrawn)
}

fn stays_out(country: &Country, world: &World) -> bool {
    holds(country, world, |place| place.seen.out)
}

fn stays_stopped(country: &Country, world: &World) -> bool {
    holds(country, world, |place| place.seen.stopped)
}

fn orphans_go(country: &Country, world: &World) -> bool {
    let living = [Phase::Prepared, Phase::Armed, Phase::InForce];
    let lives = |place: &Place| {
        place
            .phase(country.order)
            .is_some_and(|p| living.contains(&p))
    };
    each(world, |who, place| {
        !has_rules_at_rest(country, world, who) || lives(place)
    })
}

fn grace_ends(country: &Country, world: &World) -> bool {
    let is_current = |place: &Place| place.machine.as_ref().is_some_and(|m| m.is_current());
    let in_grace = |place: &Place| world.tick <= place.seen.started;
    each(world, |who, place| {
        !has_rules_at_rest(country, world, who) || is_current(place) || in_grace(place)
    })
}

/// An armed member may still hold rules whose T it has missed, until it has read them back; they do
/// not act.
fn staged_rules_go(country: &Country, world: &World) -> bool {
    let too_late = world.tick >= country.fire_before;
    let staged = |place: &Place| matches!(place.device, Device::Staged { .. });
    each(world, |who, place| {
        let waits = too_late && staged(place) && place.phase(country.order) != Some(Phase::Armed);
        !waits || !country.is_at_rest(world, who)
    })
}

fn reads_first(_: &Country, world: &World) -> bool {
    each(world, |_, place| !place.seen.early)
}

fn gates_first(_: &Country, world: &World) -> bool {
    each(world, |_, place| !place.seen.unjudged)
}

fn blind_do_not_fire(_: &Country, world: &World) -> bool {
    each(world, |_, place| {
        match (place.seen.blind, place.seen.fired) {
            (Some(blind), Some(fired)) => fired <= blind,
            _ => true,
        }
    })
}

/// A member that holds an order in force, and read its devices since they lost the rules, has them.
fn drift_is_mended(country: &Country, world: &World) -> bool {
    each(world, |who, place| {
        let Some(machine) = &place.machine else {
            return true;
        };
        let has_read = machine.is_current() && machine.next_entry() == world.log.len() as u64;
        let had_time = place.seen.lost.is_none_or(|lost| lost < world.tick);
        let in_force = machine.phase(country.order) == Some(Phase::InForce);
        let must_act = in_force && has_read && had_time && !machine.durable().stopped;
        !must_act || !country.is_at_rest(world, who) || place.device.is_active()
    })
}

fn entries_in_order(_: &Country, world: &World) -> bool {
    each(world, |_, place| {
        let next = place.machine.as_ref().map(|machine| machine.next_entry());
        next.is_none_or(|next| next == place.seen.taken)
    })
}

fn no_false_alarm(_: &Country, world: &World) -> bool {
    each(world, |_, place| !place.seen.alarm)
}

fn quiet_at_the_end(country: &Country, world: &World) -> bool {
    let ended = |place: &Place| place.phase(country.order).is_none_or(|p| p == Phase::Ended);
    let quiet = |place: &Place| place.device == Device::Absent && ended(place);
    !is_over(country, world) || each(world, |_, place| quiet(place))
}

fn proposal_first(_: &Country, world: &World) -> bool {
    let first = world.log.first();
    first.is_none_or(|entry| entry.arms().is_none() && !entry.withdraws())
}

fn one_moment(_: &Country, world: &World) -> bool {
    let named: Vec<_> = armed(world).flat_map(|(_, members, _)| members).collect();
    named.iter().collect::<BTreeSet<_>>().len() == named.len()
}

fn withdraw_beats_arm(_: &Country, world: &World) -> bool {
    let mut after = world.log.iter().skip_while(|entry| !entry.withdraws());
    after.all(|entry| entry.arms().is_none())
}

fn asked_is_logged(_: &Country, world: &World) -> bool {
    !world.asked || world.log.iter().any(Entry::withdraws)
}

fn canary_first(_: &Country, world: &World) -> bool {
    let well = world
        .said
        .contains(&(CANARY, Observed::Watched { well: true }));
    let canary = name(CANARY);
    let of_the_rest = |members: &[OrganisationId]| members.iter().any(|m| *m != canary);
    well || !armed(world).any(|(_, members, _)| of_the_rest(members))
}

fn participants_only(country: &Country, world: &World) -> bool {
    let asked = |member: &OrganisationId| country.dossier.order.participant(member).is_some();
    armed(world).all(|(_, members, _)| members.iter().all(asked))
}

fn moment_fits(country: &Country, world: &World) -> bool {
    armed(world).all(|(entry, _, fires_at)| {
        moment(entry.at) < fires_at && fires_at <= moment(country.fire_before)
    })
}

/// Members that said they are prepared carry 600 of the 1,000 lines.
fn quorum(country: &Country, world: &World) -> bool {
    let prepared = |who: u8| {
        let mut said = world.said.iter().filter(|(by, _)| *by == who);
        said.any(|(_, said)| matches!(said, Observed::Prepared { .. }))
    };
    let order = &country.dossier.order;
    let lines = |who: u8| order.participant(&name(who)).map_or(0, |p| p.lines);
    let there: u64 = (0..MEMBERS).filter(|who| prepared(*who)).map(lines).sum();
    there >= 600 || armed(world).next().is_none()
}

fn no_is_heard(_: &Country, world: &World) -> bool {
    armed(world).all(|(entry, members, _)| members.iter().all(|m| !entry.no.contains(m)))
}

fn said_when_so(_: &Country, world: &World) -> bool {
    world.said.iter().all(|(_, said)| match *said {
        Observed::InForce { at } => at <= moment(world.tick),
        _ => true,
    })
}

/// Holds for every report there is, so the model need not hand them in any more.
fn reports_decide_nothing(country: &Country, world: &World) -> bool {
    let over = [coordinator::Phase::Armed, coordinator::Phase::Ended];
    let decides = |who, said| {
        !country
            .at_coordinator(world, Word::Report(who, said))
            .1
            .is_empty()
    };
    let is_over = country
        .phase(world)
        .is_some_and(|phase| over.contains(&phase));
    !is_over || !world.said.iter().any(|&(who, said)| decides(who, said))
}

fn nobody_spins(country: &Country, world: &World) -> bool {
    let due = is_due(world.coordinator.next_deadline(), world.tick);
    let idles = due && !country.decides_on_deadline(world);
    !idles
        && each(world, |who, place| {
            !place.is_due(world.tick) || country.acts_on_deadline(world, who)
        })
}

fn each(world: &World, law: impl Fn(u8, &Place) -> bool) -> bool {
    (0..MEMBERS).all(|who| law(who, &world.places[usize::from(who)]))
}

/// Who was told has no rules as soon as everything due is done, and never again afterwards.
fn holds(country: &Country, world: &World, ban: fn(&Place) -> Ban) -> bool {
    each(world, |who, place| match ban(place) {
        Ban::None => true,
        Ban::Told => !has_rules_at_rest(country, world, who),
        Ban::Clean => place.device == Device::Absent,
    })
}

fn has_rules_at_rest(country: &Country, world: &World, who: u8) -> bool {
    world.places[usize::from(who)].device != Device::Absent && country.is_at_rest(world, who)
}

fn is_over(country: &Country, world: &World) -> bool {
    world.tick == country.last && !country.is_urgent(world)
}

fn armed(world: &World) -> impl Iterator<Item = (&Entry, &[OrganisationId], Timestamp)> {
    world.log.iter().filter_map(|entry| {
        let (members, fires_at) = entry.arms()?;
        Some((entry, members, fires_at))
    })
}
