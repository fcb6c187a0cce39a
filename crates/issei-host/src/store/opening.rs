//! Opens a store: takes its lock, makes sure whose it is and that it is whole, brings it up to date.
//!
//! Always: a file that is refused is left as it was; a new store is ours before it holds anything.
//! Standard: SQLite's PRAGMAs `application_id`, `journal_mode`, `synchronous`, `quick_check`.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, SqlSafeStr as _, SqliteConnection};

use super::{Durability, Fault, LARGEST_STORE, Owner};

/// How long another program may read or write before we give up. Only a person with a tool of
/// SQLite's can be there, since a second issei does not pass the lock.
const PATIENCE: Duration = Duration::from_secs(5);

/// The steps of the schema, in order. A step that was released is never edited; another follows it.
const STEPS: &[(i64, &str, &str)] = &[(
    1,
    "files and documents",
    include_str!("../../migrations/0001_files_and_documents.sql"),
)];

impl Owner {
    /// The number in the file's head that says whose it is: `isCo` or `isMe` as bytes.
    fn application(self) -> i64 {
        match self {
            Self::Coordinator => 0x6973_436f,
            Self::Member => 0x6973_4d65,
        }
    }

    fn of(application: i64) -> Option<Self> {
        let both = [Self::Coordinator, Self::Member];
        both.into_iter()
            .find(|owner| owner.application() == application)
    }
}

/// Opens and checks. What comes back is ready to be written to.
pub(super) async fn open(
    path: &Path,
    owner: Owner,
    durability: Durability,
) -> Result<(SqliteConnection, File), Fault> {
    let lock = take_lock(path)?;
    private(path).map_err(|cause| Fault::Beside(path.to_owned(), cause))?;
    let mut connection = connect(path).await?;
    belongs(&mut connection, owner).await?;
    is_whole(&mut connection).await?;
    write_ahead(&mut connection, durability).await?;
    migrate(&mut connection).await?;
    sync_folder(path)?;
    Ok((connection, lock))
}

/// Takes the lock beside the store. It ends with the process, however that ends.
fn take_lock(path: &Path) -> Result<File, Fault> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    let beside = PathBuf::from(beside);
    let failed = |cause| Fault::Beside(beside.clone(), cause);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let mut lock = options.mode(0o600).open(&beside).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(Fault::Held(holder(&lock))),
        Err(TryLockError::Error(cause)) => return Err(failed(cause)),
    }
    // Only words for whoever is turned away; the lock itself is the kernel's.
    let words = format!("process {}\n", std::process::id());
    let written = lock
        .set_len(0)
        .and_then(|()| lock.write_all(words.as_bytes()));
    written.map_err(failed)?;
    Ok(lock)
}

fn holder(lock: &File) -> String {
    let mut words = String::new();
    match lock.take(64).read_to_string(&mut words) {
        Ok(_) if words.starts_with("process ") => words.trim_end().to_owned(),
        _ => "another process".into(),
    }
}

/// Makes sure that only the owner of the process may read it; SQLite gives its other files the same mode.
fn private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    options.mode(0o600).open(path).map(drop)
}

async fn connect(path: &Path) -> Result<SqliteConnection, Fault> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(PATIENCE)
        .foreign_keys(true)
        // Views and triggers that a foreign hand put there may not call anything.
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON")
        // What is kept here is nobody's business in a program's log.
        .disable_statement_logging();
    options.connect().await.map_err(Fault::of)
}

/// Refuses the store of another, and marks a new one as ours.
async fn belongs(connection: &mut SqliteConnection, owner: Owner) -> Result<(), Fault> {
    let application: i64 = sqlx::query_scalar("PRAGMA application_id")
        .fetch_one(&mut *connection)
        .await
        .map_err(Fault::of)?;
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema")
        .fetch_one(&mut *connection)
        .await
        .map_err(Fault::of)?;
    match Owner::of(application) {
        Some(found) if found == owner => Ok(()),
        Some(other) => Err(Fault::OtherOwner(other)),
        None if application == 0 && tables == 0 => {
            let mark = match owner {
                Owner::Coordinator => "PRAGMA application_id = 0x6973436f",
                Owner::Member => "PRAGMA application_id = 0x69734d65",
            };
            set(connection, mark).await
        }
        None => Err(Fault::NotOurs),
    }
}

/// Looks through every page of the file.
async fn is_whole(connection: &mut SqliteConnection) -> Result<(), Fault> {
    let found: String = sqlx::query_scalar("PRAGMA quick_check(1)")
        .fetch_one(connection)
        .await
        .map_err(Fault::of)?;
    if found == "ok" {
        Ok(())
    } else {
        Err(Fault::Damaged(found))
    }
}

/// Turns on the write-ahead log and the waiting for the disk.
async fn write_ahead(
    connection: &mut SqliteConnection,
    durability: Durability,
) -> Result<(), Fault> {
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode = WAL")
        .fetch_one(&mut *connection)
        .await
        .map_err(Fault::of)?;
    if mode != "wal" {
        return Err(Fault::NoWriteAheadLog(mode));
    }
    let waiting = match durability {
        Durability::Full => "PRAGMA synchronous = FULL",
        #[cfg(feature = "planted")]
        Durability::None => "PRAGMA synchronous = OFF",
    };
    set(connection, waiting).await?;
    bound(connection).await
}

/// Bounds the whole file.
async fn bound(connection: &mut SqliteConnection) -> Result<(), Fault> {
    let page: i64 = sqlx::query_scalar("PRAGMA page_size")
        .fetch_one(&mut *connection)
        .await
        .map_err(Fault::of)?;
    let pages = LARGEST_STORE / u64::try_from(page).unwrap_or(4096).max(512);
    let pragma = format!("PRAGMA max_page_count = {pages}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(pragma))
        .execute(connection)
        .await
        .map(drop)
        .map_err(Fault::of)
}

/// Brings the schema up to date, a step at a time, each whole or not at all.
async fn migrate(connection: &mut SqliteConnection) -> Result<(), Fault> {
    let steps = STEPS.iter().map(|&(version, description, sql)| {
        let sql = sql.into_sql_str();
        Migration::new(
            version,
            description.into(),
            MigrationType::Simple,
            sql,
            false,
        )
    });
    let migrator = Migrator::with_migrations(steps.collect());
    match migrator.run(&mut *connection).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(step)) => Err(Fault::Newer(step)),
        Err(MigrateError::VersionMismatch(step)) => Err(Fault::OtherSchema(step)),
        Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
            Err(Fault::of(error))
        }
        Err(other) => Err(Fault::Database(sqlx::Error::Migrate(Box::new(other)))),
    }
}

async fn set(connection: &mut SqliteConnection, pragma: &'static str) -> Result<(), Fault> {
    let said = sqlx::raw_sql(pragma).execute(connection).await;
    said.map(drop).map_err(Fault::of)
}

/// Makes the names of new files last.
fn sync_folder(path: &Path) -> Result<(), Fault> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|cause| Fault::Beside(folder.to_owned(), cause))
}
