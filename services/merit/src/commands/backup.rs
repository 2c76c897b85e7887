//! `merit backup` and `merit restore`: everything on record at one point in time, in one file, from and into the place that
//! the settings name.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;

use merit_core::{Error, Result, SystemClock};
use merit_platform::data_folder::DataFolder;
use merit_platform::store::{Place, archive};
use serde_json::json;

use super::unfinished::{UnfinishedFile, UnfinishedFolder, failed, taken};
use crate::cli::{BackupFile, Global};
use crate::exit::Outcome;
use crate::placement::Service;
use crate::settings::{Settings, Storage};
use crate::show::Screen;
use crate::wiring::{self, Assembly, Ground};

/// Writes the file beside its name and puts it in place when it is whole.
pub async fn back_up(global: &Global, args: &BackupFile) -> Result<Outcome> {
    let screen = Screen::new(global.json);
    let settings = at_the_records(global, "backup")?;
    if args.file.exists() {
        return Err(taken(&args.file));
    }
    let ground = match settings.storage {
        Storage::Folder => {
            if !global.data.is_dir() {
                let words =
                    format!("there is no data folder `{}`; name the right one with --data", global.data.display());
                return Err(Error::not_found("NO_DATA", words));
            }
            // Nobody writes while we hold the lock, and all stores are at this program's migrations.
            let ground = Ground::take(&settings, &global.data, "merit backup")?;
            drop(opened(&settings, &ground.place, &global.data).await?);
            ground
        }
        // One transaction sees everything at one point, whoever writes.
        Storage::Postgres { .. } => Ground::take(&settings, &global.data, "merit backup")?,
    };
    let unfinished = UnfinishedFile::beside(&args.file)?;
    let mut writer = BufWriter::new(unfinished.file());
    let rows = archive::back_up(&ground.place, &Service::ALL.map(Service::word), &mut writer).await?;
    writer.flush().map_err(|error| failed(&args.file, &error))?;
    drop(writer);
    unfinished.put()?;
    let (file, from) = (args.file.display(), &ground.name);
    screen.line(format!("{rows} rows of {from} in {file}; the key that signs tokens is not among them"));
    screen.json(&json!({ "file": args.file, "rows": rows, "place": from }));
    Ok(Outcome::Done)
}

/// Fills a place that holds nothing yet, whole or not at all.
pub async fn restore(global: &Global, args: &BackupFile) -> Result<Outcome> {
    let screen = Screen::new(global.json);
    let settings = at_the_records(global, "restore")?;
    let file = BufReader::new(File::open(&args.file).map_err(|error| failed(&args.file, &error))?);
    // Which of the two was at fault is not for a reader to guess.
    let named = |error: Error| match error.reason.as_str() {
        "BACKUP" => Error { message: format!("`{}`: {}", args.file.display(), error.message), ..error },
        _ => error,
    };
    match settings.storage {
        Storage::Folder => {
            let rows = into_folder(global, &settings, file).await.map_err(named)?;
            screen.line(format!("{rows} rows restored into {}; tokens have to be made anew", global.data.display()));
            screen.json(&json!({ "data": global.data, "rows": rows }));
        }
        Storage::Postgres { .. } => {
            let ground = Ground::take(&settings, &global.data, "merit restore")?;
            let rows = archive::restore(&ground.place, &Service::ALL.map(Service::word), file).await.map_err(named)?;
            screen.line(format!("{rows} rows restored into {}", ground.name));
            screen.json(&json!({ "place": ground.name, "rows": rows }));
        }
    }
    Ok(Outcome::Done)
}

/// Fills a folder beside the data folder's place and puts it there when all has been read.
async fn into_folder(global: &Global, settings: &Settings, file: BufReader<File>) -> Result<u64> {
    let holds = std::fs::read_dir(&global.data).is_ok_and(|mut entries| entries.next().is_some());
    if holds {
        return Err(Error::precondition(
            "NOT_EMPTY",
            format!("`{}` holds something already; name a new folder with --data", global.data.display()),
        ));
    }
    let unfinished = UnfinishedFolder::beside(&global.data)?;
    // The lock goes before the folder gets its name.
    let rows = {
        let folder = DataFolder::open(unfinished.path(), "merit restore")?;
        let place = Place::folder(folder.path());
        drop(opened(settings, &place, folder.path()).await?);
        archive::restore(&place, &Service::ALL.map(Service::word), file).await?
    };
    unfinished.put()?;
    Ok(rows)
}

/// The settings, where what they name is all that is on record: a backup of some services would look whole and not be it.
fn at_the_records(global: &Global, command: &str) -> Result<Settings> {
    super::without_server(global, command)?;
    let settings = Settings::load(global.config.as_deref())?;
    if settings.storage == Storage::Folder && !settings.services.is_empty() {
        let words = format!(
            "each service keeps a data folder of its own by these settings, so `merit {command}` can't have all of them at one \
             point in time; copy each folder while its service is stopped, or keep records in PostgreSQL (storage.kind = postgres)"
        );
        return Err(Error::precondition("RECORDS_ELSEWHERE", words));
    }
    Ok(settings)
}

/// Opens all services of a folder once, which makes and migrates what has to be.
async fn opened(settings: &Settings, place: &Place, data: &Path) -> Result<Assembly> {
    let keys = wiring::keys(settings, data)?;
    Assembly::open(place, &Service::ALL.into(), &keys, settings, Arc::new(SystemClock)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(data: &Path) -> Global {
        Global { data: data.to_owned(), server: None, token: None, config: None, json: true }
    }

    /// A backup of nothing yet, and the folder that it is in.
    async fn prepared() -> (tempfile::TempDir, BackupFile) {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let args = BackupFile { file: folder.path().join("quarter.backup") };
        back_up(&at(&data), &args).await.unwrap();
        (folder, args)
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn a_folder_with_a_slash_at_its_end_is_filled_like_one_without() {
        let (folder, args) = prepared().await;
        for name in ["new/", "there/", "plain"] {
            let data = folder.path().join(name);
            if name == "there/" {
                std::fs::create_dir(&data).unwrap();
            }
            restore(&at(&data), &args).await.unwrap();
            assert!(data.join("directory.db").is_file(), "{name}: {:?}", names(&data));
        }
        assert_eq!(names(folder.path()), ["data", "new", "plain", "quarter.backup", "there"]);
    }

    #[tokio::test]
    async fn what_cannot_be_put_in_place_leaves_nothing_behind() {
        let (folder, args) = prepared().await;
        let taken = folder.path().join("file");
        std::fs::write(&taken, "somebody's").unwrap();
        let error = restore(&at(&taken), &args).await.unwrap_err();
        assert_eq!((error.reason.as_str(), error.message.contains("/file`")), ("FILE", true), "{error}");
        assert_eq!(std::fs::read_to_string(&taken).unwrap(), "somebody's");
        assert_eq!(names(folder.path()), ["data", "file", "quarter.backup"]);
    }

    #[tokio::test]
    async fn backups_to_one_name_at_a_time_leave_one_whole_file_and_touch_no_other() {
        let (folder, args) = prepared().await;
        let beside = folder.path().join("both.backup.unfinished");
        std::fs::write(&beside, "somebody's").unwrap();
        // Two folders, so that no lock keeps one run from the other.
        std::fs::create_dir(folder.path().join("other")).unwrap();
        let both = BackupFile { file: folder.path().join("both.backup") };
        let (data, other) = (at(&folder.path().join("data")), at(&folder.path().join("other")));
        let (first, second) = tokio::join!(back_up(&data, &both), back_up(&other, &both));
        let refused: Vec<_> = [first, second].into_iter().filter_map(Result::err).collect();
        assert!(refused.len() == 1 && refused[0].message.contains("is there already"), "{refused:?}");
        assert_eq!(std::fs::read(&both.file).unwrap(), std::fs::read(&args.file).unwrap());
        assert_eq!(std::fs::read_to_string(&beside).unwrap(), "somebody's");
        assert_eq!(names(folder.path()), ["both.backup", "both.backup.unfinished", "data", "other", "quarter.backup"]);
    }

    #[tokio::test]
    async fn a_restore_removes_no_folder_that_is_not_its_own() {
        let (folder, args) = prepared().await;
        let (new, beside) = (folder.path().join("new"), folder.path().join("new.unfinished"));
        std::fs::create_dir(&beside).unwrap();
        std::fs::write(beside.join("notes"), "somebody's").unwrap();
        let error = restore(&at(&new), &args).await.unwrap_err();
        assert!(error.message.contains("remove what is there if none runs"), "{error}");
        assert_eq!(names(&beside), ["notes"]);
        std::fs::remove_dir_all(&beside).unwrap();
        // Of two at a time one is refused, and the other's folder is whole.
        let (to, too) = (at(&new), at(&new));
        let (first, second) = tokio::join!(restore(&to, &args), restore(&too, &args));
        let refused: Vec<_> = [first, second].into_iter().filter_map(Result::err).collect();
        assert!(refused.len() == 1 && refused[0].reason == "UNFINISHED", "{refused:?}");
        let copy = BackupFile { file: folder.path().join("copy.backup") };
        back_up(&at(&new), &copy).await.unwrap();
        assert_eq!(std::fs::read(&copy.file).unwrap(), std::fs::read(&args.file).unwrap());
        assert_eq!(names(folder.path()), ["copy.backup", "data", "new", "quarter.backup"]);
    }
}
