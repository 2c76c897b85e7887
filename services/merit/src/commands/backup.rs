//! `merit backup` and `merit restore`: everything on record at one point in time, in one file.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use merit_core::{Error, Result, SystemClock};
use merit_platform::data_folder::DataFolder;
use merit_platform::store::{Place, archive};
use serde_json::json;

use crate::cli::{BackupFile, Global};
use crate::exit::Outcome;
use crate::placement::Service;
use crate::settings::Settings;
use crate::show::Screen;
use crate::wiring::{self, Assembly};

/// Writes the file beside its name and puts it in place when it is whole.
pub async fn back_up(global: &Global, args: &BackupFile) -> Result<Outcome> {
    let screen = Screen::new(global.json);
    if !global.data.is_dir() {
        return Err(Error::not_found("NO_DATA", format!("there is no data folder `{}`", global.data.display())));
    }
    if args.file.exists() {
        return Err(Error::exists("FILE", format!("`{}` is there already; choose another name", args.file.display())));
    }
    // Nobody writes while we hold the lock, and all stores are at this program's migrations.
    let folder = DataFolder::open(&global.data, "merit backup")?;
    drop(opened(global, &folder).await?);
    let beside = beside(&args.file);
    let made = async {
        let failed = |error| failed(&beside, &error);
        let file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside).map_err(failed)?;
        let mut writer = BufWriter::new(file);
        let rows =
            archive::back_up(&Place::folder(folder.path()), &Service::ALL.map(Service::word), &mut writer).await?;
        writer.flush().map_err(failed)?;
        writer.get_ref().sync_all().map_err(failed)?;
        std::fs::rename(&beside, &args.file).map_err(failed)?;
        Ok(rows)
    };
    let rows = made.await.inspect_err(|_: &Error| {
        let _ = std::fs::remove_file(&beside);
    })?;
    screen.line(format!("{rows} rows in {}; the key that signs tokens is not among them", args.file.display()));
    screen.json(&json!({ "file": args.file, "rows": rows }));
    Ok(Outcome::Done)
}

/// Fills a folder beside the data folder's place and puts it there when all has been read.
pub async fn restore(global: &Global, args: &BackupFile) -> Result<Outcome> {
    let screen = Screen::new(global.json);
    let taken = std::fs::read_dir(&global.data).is_ok_and(|mut entries| entries.next().is_some());
    if taken {
        return Err(Error::precondition(
            "NOT_EMPTY",
            format!("`{}` holds something already; name a new folder with --data", global.data.display()),
        ));
    }
    let file = File::open(&args.file).map_err(|error| failed(&args.file, &error))?;
    let beside = beside(&global.data);
    let _ = std::fs::remove_dir_all(&beside);
    let filled = async {
        let folder = DataFolder::open(&beside, "merit restore")?;
        drop(opened(global, &folder).await?);
        archive::restore(&Place::folder(folder.path()), &Service::ALL.map(Service::word), BufReader::new(file)).await
    };
    let rows = filled.await.inspect_err(|_| {
        let _ = std::fs::remove_dir_all(&beside);
    })?;
    let _ = std::fs::remove_dir(&global.data);
    std::fs::rename(&beside, &global.data).map_err(|error| failed(&global.data, &error))?;
    screen.line(format!("{rows} rows restored into {}; tokens have to be made anew", global.data.display()));
    screen.json(&json!({ "data": global.data, "rows": rows }));
    Ok(Outcome::Done)
}

/// Opens all services once, which makes and migrates what has to be.
async fn opened(global: &Global, folder: &DataFolder) -> Result<Assembly> {
    let settings = Settings::load(global.config.as_deref())?;
    let keys = wiring::keys(&settings, folder.path())?;
    let place = Place::folder(folder.path());
    Assembly::open(&place, &Service::ALL.into(), &keys, &settings, Arc::new(SystemClock)).await
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".unfinished");
    PathBuf::from(name)
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::precondition("FILE", format!("`{}`: {error}", path.display()))
}
