//! What takes its time and is done on other threads, so that the owner waits for none of it.

use crate::chat_file;
use crate::folder_lock::FolderLock;
use crate::happened::Happened;
use crate::history_file;
use crate::processor_time;
use crate::public_name::Question;
use crate::reachability::Surroundings;
use crate::recording::RecordingNews;
use crate::relaying::Relaying;
use crate::screen_token::ScreenTokenFile;
use crate::settings::{SettingsFile, Written};
use crate::storage::Keeper;
use crate::writer::{Storage, Writer};
use audience::Persisted;
use media::{Card, ScreenToken};
use protocol::{ChatFormat, HistoryPoint, RelayId, SharedMessage};
use reach::Networks;
use record::{Journal, MendError, Target};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use threads::Died;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use words::{Said, said};

/// Work for other threads. The calls return at once; what comes of it is a [`Happened`].
pub(crate) trait Background {
    /// Looks which addresses the machine has: [`Happened::LookedAround`] follows.
    fn look_around(&self);

    /// Asks the system which devices, screens and windows there are: [`Happened::Listed`] follows, or [`Happened::NotListed`].
    fn list_devices(&self);

    /// Reads an image to see whether it can be shown: [`Happened::LookedAtImage`] follows.
    fn look_at_image(&self, file: PathBuf);

    /// Reads an image that is to stand where there is no picture: [`Happened::CardRead`] follows.
    fn read_card(&self, file: PathBuf);

    /// Asks the resolver: [`Happened::Resolved`] follows.
    fn resolve(&self, question: Question);

    /// Writes the watch token and the bans; [`Happened::Unwritten`] follows if that fails.
    fn keep_audience(&self, persisted: Persisted);

    /// Writes messages into a file that is not there yet; without a path, into one in the data folder. [`Happened::ChatSaved`] follows.
    fn save_chat(&self, path: Option<PathBuf>, format: ChatFormat, messages: Vec<SharedMessage>);

    /// Writes points into a file in the same way. [`Happened::HistorySaved`] follows.
    fn save_history(&self, path: Option<PathBuf>, points: Vec<HistoryPoint>);

    /// What the program took of all processors since it was started.
    fn processor_time(&self) -> Duration;

    /// Writes the settings; [`Happened::Unwritten`] follows if that fails.
    fn keep_settings(&self, written: Written);

    /// Writes by which word the desktop knows the screen that was chosen; [`Happened::Unwritten`] follows if that fails.
    fn keep_screen_token(&self, token: Option<ScreenToken>);

    /// Looks whether a recording of so many bytes a second can be written there: [`RecordingNews::Checked`] follows.
    fn check_recording(&self, number: u64, target: Target, bytes_a_second: u64);

    /// Makes a file whole that was not finished: [`RecordingNews::Mended`] follows.
    fn mend_recording(&self, file: PathBuf);

    /// Hands the stream to an engine: [`Happened::Relay`] follows, to its end.
    fn open_relay(&mut self, relay: RelayId, target: relay::Target);

    /// Takes the stream away from it. It tells when it has ended.
    fn close_relay(&mut self, relay: RelayId);

    /// Asks its engine something about a viewer: [`Happened::AtRelay`] follows, where something does.
    fn ask_relay(&mut self, relay: RelayId, wish: relay::Wish);
}

/// The thread that writes, and tokio's for what blocks.
pub(crate) struct Threads {
    pub(crate) writer: Writer,
    /// Looked at by one thread at a time: the owner waits for an answer before it asks again.
    pub(crate) networks: Arc<Mutex<Networks>>,
    /// Which recordings are not finished.
    pub(crate) journal: Journal,
    pub(crate) tell: mpsc::UnboundedSender<Happened>,
    pub(crate) relaying: Relaying,
    /// Where things are kept.
    pub(crate) folder: PathBuf,
}

impl Threads {
    /// Done when the last value is written, which a disk may never be, and the last relay has taken leave.
    pub(crate) async fn finish(&mut self) {
        tokio::join!(self.writer.finish(), self.relaying.finish());
    }
}

impl Background for Threads {
    fn look_around(&self) {
        let (tell, networks) = (self.tell.clone(), self.networks.clone());
        let look = move || Surroundings::look(&networks, true);
        tokio::task::spawn_blocking(threads::answered("networks", look, move |looked| {
            // The owner is gone only when the program ends.
            let _ = tell.send(looked.map_or(Happened::NotLooked, Happened::LookedAround));
        }));
    }

    fn list_devices(&self) {
        let tell = self.tell.clone();
        // A driver's library may hang or panic in there: that is the end of this one answer, and of nothing else.
        tokio::task::spawn_blocking(threads::answered("devices", media::devices, move |listed| {
            // The owner is gone only when the program ends.
            let _ = tell.send(listed.map_or(Happened::NotListed, Happened::Listed));
        }));
    }

    fn look_at_image(&self, file: PathBuf) {
        let (tell, path) = (self.tell.clone(), file.clone());
        let look = move || media::check_image(&path);
        tokio::task::spawn_blocking(threads::answered("images", look, move |looked| {
            let looked = looked.unwrap_or_else(|Died(panicked)| Err(crate::panicked(&panicked)));
            // The owner is gone only when the program ends.
            let _ = tell.send(Happened::LookedAtImage(file, looked));
        }));
    }

    fn read_card(&self, file: PathBuf) {
        let (tell, path) = (self.tell.clone(), file.clone());
        let read = move || Card::read(&path);
        tokio::task::spawn_blocking(threads::answered("images", read, move |read| {
            let read = read.unwrap_or_else(|Died(panicked)| Err(crate::panicked(&panicked)));
            // The owner is gone only when the program ends.
            let _ = tell.send(Happened::CardRead(file, read));
        }));
    }

    fn resolve(&self, question: Question) {
        resolve(question, self.tell.clone());
    }

    fn keep_audience(&self, persisted: Persisted) {
        self.writer.keep_audience(persisted);
    }

    fn keep_settings(&self, written: Written) {
        self.writer.keep_settings(written);
    }

    fn keep_screen_token(&self, token: Option<ScreenToken>) {
        self.writer.keep_screen_token(token);
    }

    fn save_chat(&self, path: Option<PathBuf>, format: ChatFormat, messages: Vec<SharedMessage>) {
        let (tell, folder) = (self.tell.clone(), self.folder.clone());
        let save = move || chat_file::save(path, &folder, format, &messages, SystemTime::now());
        tokio::task::spawn_blocking(threads::answered("chat-file", save, move |saved| {
            let saved = saved.unwrap_or_else(|Died(panicked)| Err(crate::panicked(&panicked)));
            // The owner is gone only when the program ends.
            let _ = tell.send(Happened::ChatSaved(saved));
        }));
    }

    fn save_history(&self, path: Option<PathBuf>, points: Vec<HistoryPoint>) {
        let (tell, folder) = (self.tell.clone(), self.folder.clone());
        let save = move || history_file::save(path, &folder, &points, SystemTime::now());
        tokio::task::spawn_blocking(threads::answered("history-file", save, move |saved| {
            let saved = saved.unwrap_or_else(|Died(panicked)| Err(crate::panicked(&panicked)));
            // The owner is gone only when the program ends.
            let _ = tell.send(Happened::HistorySaved(saved));
        }));
    }

    fn processor_time(&self) -> Duration {
        processor_time::of_this_program()
    }

    fn open_relay(&mut self, relay: RelayId, target: relay::Target) {
        self.relaying.open(relay, target);
    }

    fn close_relay(&mut self, relay: RelayId) {
        self.relaying.close(relay);
    }

    fn ask_relay(&mut self, relay: RelayId, wish: relay::Wish) {
        self.relaying.wish(relay, wish);
    }

    fn check_recording(&self, number: u64, target: Target, bytes_a_second: u64) {
        let check = move || target.check(bytes_a_second);
        self.recordings(check, move |checked| {
            let checked = checked.unwrap_or_else(|Died(panicked)| Err(crate::panicked(&panicked)));
            Some(RecordingNews::Checked(number, checked))
        });
    }

    fn mend_recording(&self, file: PathBuf) {
        let (journal, path) = (self.journal.clone(), file.clone());
        let mend = move || {
            let mended = record::mend(&path);
            if !matches!(mended, Err(MendError::Disk(_) | MendError::Busy(_))) {
                journal.forget(&path);
            }
            mended
        };
        // A panic is told by itself.
        self.recordings(mend, move |mended| mended.ok().map(|mended| RecordingNews::Mended(file, mended)));
    }
}

impl Threads {
    /// Looks which recordings were not finished: [`RecordingNews::Unfinished`] follows where there are any.
    pub(crate) fn look_for_unfinished(&self) {
        let journal = self.journal.clone();
        let found = |found: Result<Vec<_>, Died>| found.ok().filter(|found| !found.is_empty());
        self.recordings(move || journal.look(), move |looked| found(looked).map(RecordingNews::Unfinished));
    }

    /// Asks a disk, which may take its time.
    fn recordings<T: 'static>(
        &self,
        ask: impl FnOnce() -> T + Send + 'static,
        news: impl FnOnce(Result<T, Died>) -> Option<RecordingNews> + Send + 'static,
    ) {
        let tell = self.tell.clone();
        tokio::task::spawn_blocking(threads::answered("recordings", ask, move |answer| {
            // The owner is gone only when the program ends.
            news(answer).into_iter().for_each(|news| drop(tell.send(Happened::Recording(news))));
        }));
    }
}

/// Asks the resolver on a thread of tokio's for what blocks, as it may take its time; done when it answered.
pub(crate) fn resolve(Question { number, name }: Question, tell: mpsc::UnboundedSender<Happened>) -> JoinHandle<()> {
    let ask = move || name.resolve().map_err(|error| error.to_string());
    tokio::task::spawn_blocking(threads::answered("names", ask, move |asked| {
        let answer = asked.unwrap_or_else(|Died(panicked)| Err(panicked.what));
        // The owner is gone only when the program ends.
        drop(tell.send(Happened::Resolved(number, answer)));
    }))
}

/// The files of the data folder and of the settings.
pub(crate) struct Files {
    pub(crate) keeper: Keeper,
    /// None: another program has the data folder, and what it keeps there is not overwritten.
    pub(crate) folder: Option<FolderLock>,
    pub(crate) settings: SettingsFile,
    pub(crate) screen_token: ScreenTokenFile,
}

impl Storage for Files {
    fn keep_audience(&mut self, persisted: &Persisted) -> Result<(), Said> {
        let path = self.keeper.path().display();
        if self.folder.is_none() {
            return Err(said!("setting.not_kept", path));
        }
        self.keeper.keep(persisted).map_err(|error| {
            let path = self.keeper.path().display();
            said!("setting.lost", path, error)
        })
    }

    fn keep_settings(&mut self, written: &Written) -> Result<(), Said> {
        self.settings.write(written).map_err(|error| {
            let path = self.settings.path().display();
            said!("setting.unwritten", path, error)
        })
    }

    fn keep_screen_token(&mut self, token: Option<&ScreenToken>) -> Result<(), Said> {
        self.screen_token.keep(token).map_err(|error| {
            let path = self.screen_token.path().display();
            said!("setting.screen_token", path, error)
        })
    }
}
