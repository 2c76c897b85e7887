//! The demo's folder: its data, the sample files and policies to look at and change, scorecards and mails.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use merit_core::{Error, Result};
use merit_proto::kept::read;
use merit_proto::notifications::v1::RenderScorecardRequest;
use merit_proto::reviews::v1::{ListScorecardsRequest, Review};
use merit_proto::scorecard::v1::ScorecardKind;

use super::sample;
use crate::commands::{answer, id};
use crate::pages::{self, PAGE_SIZE};
use crate::session::Session;
use crate::show::Screen;

/// Says that the folder is the demo's own and may be made anew.
const MARK: &str = "made-by-merit-demo";

/// The demo's folder.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes the folder anew. Only an empty one, or one that an earlier demo made, is written over.
    ///
    /// # Errors
    /// `DEMO_FOLDER` when somebody else's files are in it, or it can't be written.
    pub fn prepare(out: &Path) -> Result<Self> {
        let failed = |error: std::io::Error| {
            Error::invalid(
                "DEMO_FOLDER",
                format!("`{}` can't be written: {error}; name another with --out", out.display()),
            )
        };
        let folder = Self(out.to_owned());
        if out.exists() {
            let empty = fs::read_dir(out).map_err(failed)?.next().is_none();
            if !empty && !out.join(MARK).is_file() {
                return Err(Error::invalid(
                    "DEMO_FOLDER",
                    format!("`{}` holds files that no demo made; name another folder with --out", out.display()),
                ));
            }
            for made in [folder.data(), folder.sample(), folder.policies(), folder.scorecards(), folder.mail()] {
                if made.exists() {
                    fs::remove_dir_all(&made).map_err(failed)?;
                }
            }
        }
        for made in [folder.0.clone(), folder.sample(), folder.policies(), folder.scorecards()] {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(made).map_err(failed)?;
        }
        fs::write(out.join(MARK), "`merit demo` makes this folder anew each time.\n").map_err(failed)?;
        for file in sample::FILES {
            fs::write(folder.sample().join(file.name), file.text).map_err(failed)?;
        }
        for (name, text) in sample::POLICIES {
            fs::write(folder.policies().join(name), text).map_err(failed)?;
        }
        Ok(folder)
    }

    pub fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    pub fn sample(&self) -> PathBuf {
        self.0.join("sample")
    }

    pub fn policies(&self) -> PathBuf {
        self.0.join("policies")
    }

    pub fn scorecards(&self) -> PathBuf {
        self.0.join("scorecards")
    }

    pub fn mail(&self) -> PathBuf {
        self.0.join("mail")
    }

    /// Writes each scorecard as a page that a browser opens, readable by its owner only. Gives their number.
    pub async fn write_scorecards(&self, session: &Session, review: &Review) -> Result<usize> {
        let cards = pages::all(|page_token| {
            let (mut client, cycle, run) = (session.reviews(), review.cycle.clone(), review.run.clone());
            async move {
                let request =
                    ListScorecardsRequest { cycle, run, person: String::new(), page_size: PAGE_SIZE, page_token };
                let page = client.list_scorecards(request).await?.into_inner();
                Ok((read(page.scorecards)?, page.next_page_token))
            }
        })
        .await?;
        let count = cards.len();
        for card in cards {
            let team = if card.kind() == ScorecardKind::Team { "-team" } else { "" };
            let path = self.scorecards().join(format!("{}{team}.html", id(&card.person)));
            let request = RenderScorecardRequest { scorecard: Some(card) };
            let page = answer(session.notifications().render_scorecard(request).await)?;
            let file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path);
            file.and_then(|mut file| file.write_all(page.html.as_bytes())).map_err(|error| {
                Error::invalid("DEMO_FOLDER", format!("`{}` can't be written: {error}", path.display()))
            })?;
        }
        Ok(count)
    }

    /// Says where things lie and what to try next. `example` is somebody with something to see.
    pub fn tell(&self, screen: Screen, example: Option<&str>) {
        let shown = |path: PathBuf| path.display().to_string();
        let who = example.unwrap_or("PERSON");
        screen.heading("Where things lie");
        screen.line(format!("  scorecards, open one in a browser   {}", shown(self.scorecards())));
        screen.line(format!("  the mails as they would leave       {}", shown(self.mail())));
        screen.line(format!("  the policies that decided the pay   {}", shown(self.policies())));
        screen.line(format!("  the files that were imported        {}", shown(self.sample())));
        screen.heading("What to try next");
        let data = shown(self.data());
        let program = std::env::current_exe().ok();
        let here = program.as_deref().and_then(|path| {
            let folder = std::env::current_dir().ok()?;
            Some(path.strip_prefix(folder).ok()?.display().to_string())
        });
        let merit = here.unwrap_or_else(|| "merit".to_owned());
        screen.line(format!("  export MERIT_DATA={data}"));
        for (command, what) in [
            (format!("standing {who} --cycle 2026-Q3"), "attainment, pace and forecast"),
            ("review verify --cycle 2026-Q3".to_owned(), "computes the close again, to the byte"),
            ("review export --cycle 2026-Q3 --what ledger --format csv".to_owned(), "every line with its reason"),
            (format!("rules test {}", shown(self.policies())), "change a rate there and see a test fail"),
            (
                "review export --cycle 2026-Q2 --what ledger --format csv".to_owned(),
                "the quarter before, on which Q3 builds",
            ),
            ("serve".to_owned(), "the gRPC APIs, on loopback"),
        ] {
            screen.line(format!("  {merit} {command:<58} # {what}"));
        }
    }
}
