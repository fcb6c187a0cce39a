//! The hard half of the story: kill switches are pulled, and everybody dies, while cuts are in force.

use std::collections::BTreeMap;
use std::time::Duration;

use issei_host::clock;
use issei_host::process::{Ending, Process};
use issei_model::{Span, Timestamp};

use super::super::place::Worker;
use super::super::{raise, topology};
use super::measuring::{Measured, Measuring};
use super::{LASTS, LASTS_LONGER, LATE, Order, Story, seconds, sleep_until, table};
use crate::code::Failure;
use crate::office::control::Ask;
use crate::office::country::{ask, done, until};

/// The member that stops with everything of its own alive.
const STOPS: u8 = 3;
/// The member whose enforcer is dead when it stops.
const STOPS_ALONE: u8 = 4;

impl Story<'_> {
    /// Two members stop while an order is in force; the others go on.
    pub(super) async fn stopped(&mut self) -> Result<(), Failure> {
        self.telling.chapter("KILL SWITCHES", "停止スイッチ")?;
        let measuring = Measuring::begin(self.lab, seconds(LASTS_LONGER)).await?;
        let order = self.in_force("worm-stopped", LASTS_LONGER).await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let stops = clock::now();
        let office = self.lab.office(STOPS).root().display().to_string();
        self.lab.run(
            topology::CONTROL,
            &[&raise::program()?, "stop", "--office", &office],
            "",
        )?;
        self.end("m4 enforcer")?;
        let alone = clock::now();
        let enforcer = self.lab.enforcer(STOPS_ALONE).root().display().to_string();
        let place = topology::member(STOPS_ALONE);
        self.lab.run(
            &place,
            &[&raise::program()?, "enforcer", "stop", &enforcer],
            "",
        )?;
        tokio::time::sleep(Duration::from_secs(3)).await;
        let until = clock::now();
        let marks = measuring.end(self.lab).await?;
        self.others_stayed(&order, &marks, stops, until)?;
        let again = |number: u8, moment: Timestamp| {
            let marks = marks.by_member.get(&number)?;
            table::again_after(order.fires_at[&number], moment, marks)
        };
        let switched = [
            (format!("m{STOPS} `issei stop`"), again(STOPS, stops)),
            (
                format!("m{STOPS_ALONE} `issei enforcer stop`, its process dead"),
                again(STOPS_ALONE, alone),
            ),
        ];
        self.figures.stopped_us = Some(switched.into_iter().collect());
        self.telling.say(
            &format!("One person of m{STOPS} pulled its kill switch. At m{STOPS_ALONE} the enforcer was dead, and its switch worked without it. The other three went on."),
            &format!("m{STOPS} の 1 人が停止スイッチを引きました。m{STOPS_ALONE} では執行者が死んでいましたが、スイッチは効きました。残る 3 社は続けました。"),
        )?;
        self.resumed(order).await
    }

    fn end(&self, role: &str) -> Result<(), Failure> {
        let gone = || Failure::broken(format!("`{role}` does not run"));
        let process = self.lab.worker(role).ok_or_else(gone)?;
        process
            .end(Ending::Killed)
            .map(drop)
            .map_err(Failure::broken)
    }

    /// At who did not stop, nothing passes.
    fn others_stayed(
        &self,
        order: &Order,
        marks: &Measured,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<(), Failure> {
        let others = marks.by_member.iter();
        let others = others.filter(|(number, _)| ![STOPS, STOPS_ALONE].contains(*number));
        for (number, marks) in others {
            let (passed, sent) = marks.passed(from, until.min(order.ends));
            if passed > 0 || sent == 0 {
                let name = topology::member(*number);
                return Err(Failure::broken(format!(
                    "{name} did not stop, and {passed} of {sent} packets passed"
                )));
            }
        }
        Ok(())
    }

    /// Both take part again, and what was cut is taken back.
    async fn resumed(&self, order: Order) -> Result<(), Failure> {
        let reason = issei_model::Ending::ByPerson;
        done(
            ask(
                &self.lab.coordinator(),
                Ask::Withdraw {
                    order: order.id,
                    reason,
                },
            )
            .await?,
        )?;
        raise::enforce(self.lab, STOPS_ALONE)?;
        for number in [STOPS, STOPS_ALONE] {
            raise::answering(self.lab, number)?;
            let resumes =
                async || Ok(done(ask(&self.lab.office(number), Ask::Resume).await?).is_ok());
            until(&format!("{} resumes", topology::member(number)), resumes).await?;
        }
        Ok(())
    }

    /// A cut during which every process of ours is killed.
    pub(super) async fn killed(&mut self) -> Result<(), Failure> {
        self.telling.chapter("EVERYBODY DEAD", "全員停止")?;
        let measuring = Measuring::begin(self.lab, seconds(LASTS)).await?;
        let order = self.in_force("worm-once-more", LASTS).await?;
        let ours = self.ours();
        for process in &ours {
            process.end(Ending::Killed).map_err(Failure::broken)?;
        }
        let dead = clock::now();
        let left = order.ends.since(dead).as_secs_f64();
        let count = ours.len();
        self.telling.say(
            &format!("kill -9 to {count} processes: coordinator, offices, enforcers, collectors. The order has {left:.0} s left, and nobody is there to end it."),
            &format!("{count} プロセス(調整者・事務所・執行者・収集装置)を kill -9。指令はあと {left:.0} 秒、終わらせる者は誰もいません。"),
        )?;
        sleep_until(order.ends + LATE + Span::from_millis(1_500)).await;
        let marks = measuring.end(self.lab).await?;
        let mut late = BTreeMap::new();
        for (number, marks) in &marks.by_member {
            let name = topology::member(*number);
            let (passed, sent) = marks.passed(dead, order.ends - Span::from_millis(50));
            if passed > 0 || sent == 0 {
                return Err(Failure::broken(format!(
                    "{name}: {passed} of {sent} packets passed before the end"
                )));
            }
            late.insert(
                name,
                table::again_after(order.fires_at[number], order.ends, marks),
            );
        }
        self.figures.killed_us = Some(late);
        Ok(())
    }

    /// Every process that is ours to run a country with; who measures and who makes traffic goes on.
    fn ours(&self) -> Vec<Process> {
        let ours = ["coordinator", "office", "enforcer", "collector"];
        let workers = self.lab.workers();
        let of_ours = workers
            .iter()
            .filter(|worker| ours.iter().any(|role| worker.role.ends_with(role)));
        of_ours
            .map(Worker::process)
            .filter(|process| process.is_alive())
            .collect()
    }
}
