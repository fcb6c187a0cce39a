//! An enforcer is killed at moments that cover the whole life of an order, and starts anew.
//!
//! One with two kinds of devices: a packet filter, whose rules outlive it, and a router, whose rules go with the
//! session; and one with a zone, whose names run out.
//! Always: after it started anew the order is in force on every device, without anybody's word, or the member
//! has left it, says so, and nothing of it is left; killed while it takes away, nothing is left afterwards.

use super::resolvers::{Follower, Kind, drafted_name, name, named_country};
use super::routers::Bird;
use super::*;

/// How many lives, and by how much later each enforcer dies than the one before: from before anything is staged
/// until the rules act.
const LIVES: u64 = 12;
const LATER: Duration = Duration::from_millis(300);
/// The same, while rules are taken away.
const LIFTED_LATER: Duration = Duration::from_millis(15);

/// How the order stood when the enforcer was killed: not there, inert, in force.
#[derive(Debug, Default)]
struct Moments([u64; 3]);

impl Moments {
    fn note(&mut self, desk: &Desk, order: OrderId) {
        let place = match desk.asks(&Task::Read) {
            Ok(Told::Holds(held)) => match held.get(&order) {
                Some(Held::Active { .. }) => 2,
                Some(Held::Staged | Held::Broken) => 1,
                None => 0,
            },
            other => panic!("{other:?}"),
        };
        self.0[place] += 1;
    }
}

/// What is killed again and again, and what its devices hold.
struct Victim<'a> {
    country: &'a Country,
    folder: PathBuf,
    inside: Option<&'a str>,
    enforcer: Enforcer,
    desk: Desk,
    killed: Moments,
    /// Orders that the member left.
    left: u64,
    /// Until it held all of an order again, and until it held nothing.
    slowest: [Duration; 2],
}

impl Victim<'_> {
    fn dies(&mut self) {
        self.enforcer.0.kill().unwrap(); // kill -9
        self.enforcer.0.wait().unwrap();
    }

    fn starts(&mut self) {
        self.enforcer = Enforcer::run(&self.folder, self.inside);
    }

    /// One order's life, in which the enforcer dies on the way into force, and on the way back.
    async fn lives(&mut self, number: u64, order: OrderId, holds: &dyn Fn() -> Option<bool>) {
        People::two().approve(self.country, order).await.unwrap();
        let times = u32::try_from(number).unwrap();
        tokio::time::sleep(LATER * times).await;
        self.killed.note(&self.desk, order);
        self.dies();
        self.starts();
        let since = Instant::now();
        let office = self.country.member("isp-01");
        let mut is_whole = false;
        until("the order is in force after all, or was left", async || {
            let Some(view) = view(office, order).await else {
                return Ok(false);
            };
            is_whole = in_effect(&view) && holds() == Some(true);
            // With too little time for its T left, a member takes no part.
            let was_left = view.stands == Stands::Refused && holds() == Some(false);
            Ok(is_whole || was_left)
        })
        .await
        .unwrap();
        match is_whole {
            true => self.slowest[0] = self.slowest[0].max(since.elapsed()),
            false => self.left += 1,
        }

        let reason = Ending::ByPerson;
        let withdrawn = self.country.ask(Ask::Withdraw { order, reason }).await;
        done(withdrawn.unwrap()).unwrap();
        tokio::time::sleep(LIFTED_LATER * times).await;
        self.dies();
        self.starts();
        let since = Instant::now();
        let gone = async || Ok(holds() == Some(false) && !self.desk.acts(order));
        until("nothing is left", gone).await.unwrap();
        self.slowest[1] = self.slowest[1].max(since.elapsed());
    }

    fn told(&self, what: &str) {
        let [before, inert, acting] = self.killed.0;
        println!(
            "\n{what}: {before}, {inert} and {acting} deaths before it was there, inert and in force; {} left it",
            self.left
        );
        figure(
            self.slowest[0],
            &format!("at most until {what} held all of it"),
        );
        figure(
            self.slowest[1],
            &format!("at most until {what} held nothing"),
        );
        assert!(before > 0 && inert > 0 && acting > 0);
        assert!(self.left < LIVES / 2, "it is the exception");
    }
}

/// Tells whether a listing names an address.
fn names(listing: &str, address: &str) -> bool {
    let other = |letter: char| !letter.is_ascii_digit() && letter != '.';
    listing.split(other).any(|word| word == address)
}

#[test]
#[ignore = "needs root, nft, bird and network namespaces: cargo xtask interop enforcer"]
fn killed_at_any_moment_a_packet_filter_and_a_router_hold_all_of_an_order_afterwards_or_nothing() {
    runtime().block_on(async {
        let place = Place::new("killed");
        let before = place.nft("list ruleset");
        let router = Bird::beside(&place);
        let devices = format!("[[nft]]\n\n{}", router.device());
        let inside = Some(place.namespace.as_str());
        let (country, folder, enforcer) = country_with(&place, &devices, inside).await;
        let mut victim = Victim {
            country: &country,
            desk: Desk::of(&folder),
            folder,
            inside,
            enforcer,
            killed: Moments::default(),
            left: 0,
            slowest: [Duration::ZERO; 2],
        };
        for number in 0..LIVES {
            let order = drafted(&country, number as usize, Span::from_secs(600));
            let order = order.await.unwrap();
            let address = format!("198.51.100.{}", number + 1);
            // Both hold it, neither does, or it is in between.
            let holds = || {
                let filter = names(&place.nft("list ruleset"), &address);
                let lists = router.lists(&format!("{address}/32"));
                match (filter, lists) {
                    (true, true) => Some(true),
                    (false, false) => router.is_empty().then_some(false),
                    _ => None,
                }
            };
            victim.lives(number, order, &holds).await;
        }
        victim.told("a packet filter and a router");
        assert_eq!(place.nft("list ruleset"), before, "nothing is left");
        drop(victim);
        country.end().await;
    });
}

#[test]
#[ignore = "needs root, bind9 and network namespaces: cargo xtask interop enforcer"]
fn killed_at_any_moment_a_zone_holds_all_of_an_order_afterwards_or_nothing() {
    runtime().block_on(async {
        let place = Place::new("killed-zone");
        let follower = Follower::new(&place, Kind::Bind);
        let (country, folder, enforcer) = named_country(&place, &follower).await;
        let mut victim = Victim {
            country: &country,
            desk: Desk::of(&folder),
            folder,
            inside: None,
            enforcer,
            killed: Moments::default(),
            left: 0,
            slowest: [Duration::ZERO; 2],
        };
        for number in 0..LIVES {
            let order = drafted_name(&country, number as usize).await;
            let name = name(number as usize);
            let holds = || follower.refuses(&name);
            victim.lives(number, order, &holds).await;
        }
        victim.told("a zone");
        drop(victim);
        country.end().await;
    });
}
