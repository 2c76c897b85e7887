//! A bar on standard error for what takes longer than two seconds.

use std::future::Future;
use std::pin::pin;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long something may take before a bar appears.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often something that can't say how far it has come shows that it goes on.
const TICK: Duration = Duration::from_millis(100);

/// Progress of one command, through as many stages as it has.
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
    shown: bool,
}

impl Progress {
    /// Nothing is shown yet.
    #[must_use]
    pub fn start() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{msg:>12} {bar:30} {pos}/{len} {elapsed}") {
            bar.set_style(style);
        }
        Self { bar, started: Instant::now(), shown: false }
    }

    /// Waits for work that can't say how far it has come, and shows that it goes on.
    pub async fn wait<T>(stage: &str, work: impl Future<Output = T>) -> T {
        let mut progress = Self::start();
        if let Ok(style) = ProgressStyle::with_template("{msg:>12} {spinner} {elapsed}") {
            progress.bar.set_style(style);
        }
        progress.bar.set_message(stage.to_owned());
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(TICK) => {
                    progress.show();
                    progress.bar.tick();
                }
            }
        }
    }

    fn show(&mut self) {
        if !self.shown && self.started.elapsed() >= PATIENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.shown = true;
        }
    }

    /// Says how far a stage has come; `total` 0 where it isn't known.
    pub fn tell(&mut self, stage: &str, done: u64, total: u64) {
        self.show();
        self.bar.set_message(stage.to_owned());
        self.bar.set_length(total.max(done));
        self.bar.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
