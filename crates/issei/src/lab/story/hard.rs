//! The hard half of the story: kill switches are pulled, and everybody dies, while cuts are in force.

use std::time::Duration;

use issei_host::clock;
use issei_host::process::{Ending, Process};
use issei_model::{Span, Timestamp};
use issei_text::{key, said};

use super::super::figures::Marks;
use super::super::place::Worker;
use super::super::{raise, topology};
use super::measuring::{Measured, Measuring};
use super::table::Again;
use super::{LASTS, LASTS_LONGER, LATE, Order, Story, seconds, sleep_until, table};
use crate::code::Failure;
use crate::office::control::Ask;
use crate::office::country::{ask, done, until};

/// The member that stops with everything of its own alive.
const STOPS: u8 = topology::MEMBERS;
/// The member whose enforcer is dead when it stops. Its router is a kernel: a daemon would have forgotten the
/// rules when the session fell.
const STOPS_ALONE: u8 = 1;

impl Story<'_> {
    /// Two members stop while an order is in force; the others go on.
    pub(super) async fn stopped(&mut self) -> Result<(), Failure> {
        self.telling
            .chapter(&said!(self.telling, "lab-kill-switches"))?;
        self.told_again(&self.goal).await?;
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
        self.end(&format!("m{STOPS_ALONE} enforcer"))?;
        let alone = clock::now();
        self.at_the_enforcer("stop")?;
        tokio::time::sleep(Duration::from_secs(3)).await;
        let until = clock::now();
        let marks = measuring.end(self.lab).await?;
        self.others_stayed(&order, &marks, stops, until)?;
        let again = |number: u8, moment: Timestamp, how: &'static str| {
            let marks = marks.by_member.get(&number);
            let us =
                marks.and_then(|marks| table::again_after(order.fires_at[&number], moment, marks));
            Again::by(self.again(number, us), how)
        };
        self.figures.stopped_us = Some(vec![
            again(STOPS, stops, key!("lab-by-stop")),
            again(STOPS_ALONE, alone, key!("lab-by-enforcer-stop")),
        ]);
        self.telling.say(&said!(
            self.telling,
            "lab-switch-pulled",
            stops = STOPS,
            stops_alone = STOPS_ALONE
        ))?;
        self.resumed(order).await
    }

    /// A person's word at the enforcer that is dead.
    fn at_the_enforcer(&self, word: &str) -> Result<(), Failure> {
        let folder = self.lab.enforcer(STOPS_ALONE).root().display().to_string();
        let command = [&raise::program()?, "enforcer", word, &folder];
        let done = self.lab.run(&topology::member(STOPS_ALONE), &command, "");
        done.map(drop)
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
        self.at_the_enforcer("resume")?;
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
        self.telling
            .chapter(&said!(self.telling, "lab-everybody-dead"))?;
        self.told_again(&self.goal).await?;
        let measuring = Measuring::begin(self.lab, seconds(LASTS)).await?;
        let order = self.in_force("worm-once-more", LASTS).await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let ours = self.ours();
        for process in &ours {
            process.end(Ending::Killed).map_err(Failure::broken)?;
        }
        let dead = clock::now();
        let left = order.ends.since(dead).as_secs_f64();
        let count = ours.len();
        self.telling.say(&said!(
            self.telling,
            "lab-killed",
            count,
            left = format_args!("{left:.0}")
        ))?;
        sleep_until(order.ends + LATE + Span::from_millis(1_500)).await;
        let marks = measuring.end(self.lab).await?;
        let mut late = Vec::new();
        for (number, marks) in &marks.by_member {
            self.held_until_the_end(*number, marks, dead, &order)?;
            let us = table::again_after(order.fires_at[number], order.ends, marks);
            late.push(self.again(*number, us));
        }
        self.figures.killed_us = Some(late);
        Ok(())
    }

    /// A kernel holds on until the order's end. At a routing daemon the session is the lease: it may lose the
    /// rules before, and never later than its hold time.
    fn held_until_the_end(
        &self,
        number: u8,
        marks: &Marks,
        from: Timestamp,
        order: &Order,
    ) -> Result<(), Failure> {
        let (passed, sent) = marks.passed(from, order.ends - Span::from_millis(50));
        if self.lab.router(number).is_kernel() && (passed > 0 || sent == 0) {
            let name = topology::member(number);
            return Err(Failure::broken(format!(
                "{name}: {passed} of {sent} packets passed before the end"
            )));
        }
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
