//! An order that was judged is judged again before it arms.

use issei_model::Dossier;
use issei_order::member::{Durable, Held};

use super::*;
use crate::office::own_list::{self, tests::guarding_goal};
use crate::office::rehearsed::{self, People, drafted};
use crate::office::{control, country};
use crate::traffic;

#[test]
fn a_list_that_grew_since_the_judgement_lets_no_order_arm() {
    let runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = { runtime }.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let place = traffic::Folder::new("member-arms");
        let mut country = rehearsed::country(place.path(), 2, None).await.unwrap();
        let order = drafted(&country, 0, Span::from_secs(600)).await.unwrap();
        People::two().approve(&country, order).await.unwrap();
        let folder = country.member("isp-01").clone();
        let acts = async || match country::ask(&folder, control::Ask::Order(order)).await? {
            Reply::Order(view) => Ok(view.members.iter().any(|one| one.effect.is_some())),
            _ => Ok(false),
        };
        country::until("it cuts", acts).await.unwrap();
        country.kill(&folder).await.unwrap();
        let (mut office, _heard) = Office::open(folder.clone(), Diary::Nobody).await.unwrap();
        assert_eq!(office.machine.phase(order), Some(Phase::InForce));
        let held = office.machine.durable().orders[&order].clone();
        let list = guarding_goal(&held.dossier.order.goals[0]);
        folder.write(&own_list::path(&folder), &list).unwrap();
        let arm = Output::Arm {
            order,
            fires_at: held.fires_at.unwrap(),
            ends: held.dossier.order.expires_at,
        };
        office.act(vec![arm]).await.unwrap();
        assert_eq!(office.machine.phase(order), Some(Phase::Refused));
        assert_eq!(office.hands.read(order), Ok(Standings::Absent));
        drop(office);
        country.end().await;
    });
}

#[test]
fn when_an_order_must_be_confirmed_and_that_it_was_outlives_the_process() {
    let order = issei_desk::samples::order();
    let held = Held {
        dossier: Arc::new(Dossier {
            order: order.clone(),
            approvals: Vec::new(),
        }),
        phase: Phase::Prepared,
        lead: Span::ZERO,
        fires_at: None,
        told: None,
        first_at: None,
        confirmed: false,
    };
    let mut durable = Durable::default();
    durable.orders.insert(order.id(), held);
    let mut kept = Kept::of(&durable);
    assert!(kept.changes(&durable).is_empty());
    let changes: [fn(&mut Held); 2] = [
        // The canary's T, before the own one is signed.
        |held| held.first_at = Some(issei_desk::samples::noon()),
        |held| held.confirmed = true,
    ];
    for change in changes {
        change(durable.orders.get_mut(&order.id()).unwrap());
        assert_eq!(kept.changes(&durable).len(), 1);
        assert!(kept.changes(&durable).is_empty());
    }
}
