//! What takes its time and is done on other threads, so that the owner waits for none of it.

use crate::happened::Happened;
use crate::public_name::Question;
use crate::reachability::Surroundings;
use crate::settings::{SettingsFile, Written};
use crate::storage::Keeper;
use crate::writer::{Storage, Writer};
use audience::Persisted;
use reach::Networks;
use std::sync::{Arc, Mutex};
use threads::Died;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Work for other threads. The calls return at once; what comes of it is a [`Happened`].
pub(crate) trait Background {
    /// Looks which addresses the machine has: [`Happened::LookedAround`] follows.
    fn look_around(&self);

    /// Asks the system which cameras and microphones there are: [`Happened::Listed`] follows, or [`Happened::NotListed`].
    fn list_devices(&self);

    /// Asks the resolver: [`Happened::Resolved`] follows.
    fn resolve(&self, question: Question);

    /// Writes the watch token and the bans; [`Happened::Unwritten`] follows if that fails.
    fn keep_audience(&self, persisted: Persisted);

    /// Writes the settings; [`Happened::Unwritten`] follows if that fails.
    fn keep_settings(&self, written: Written);
}

/// The thread that writes, and tokio's for what blocks.
pub(crate) struct Threads {
    pub(crate) writer: Writer,
    /// Looked at by one thread at a time: the owner waits for an answer before it asks again.
    pub(crate) networks: Arc<Mutex<Networks>>,
    pub(crate) tell: mpsc::UnboundedSender<Happened>,
}

impl Threads {
    /// Done when the last value is written, which a disk may never be.
    pub(crate) async fn finish(&mut self) {
        self.writer.finish().await;
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

    fn resolve(&self, question: Question) {
        resolve(question, self.tell.clone());
    }

    fn keep_audience(&self, persisted: Persisted) {
        self.writer.keep_audience(persisted);
    }

    fn keep_settings(&self, written: Written) {
        self.writer.keep_settings(written);
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
    pub(crate) settings: SettingsFile,
}

impl Storage for Files {
    fn keep_audience(&mut self, persisted: &Persisted) -> Result<(), String> {
        self.keeper.keep(persisted).map_err(|error| {
            let path = self.keeper.path().display();
            format!(
                "{path} could not be written ({error}): what changed holds until Skylark ends. Free space, or make the folder writable."
            )
        })
    }

    fn keep_settings(&mut self, written: &Written) -> Result<(), String> {
        self.settings.write(written).map_err(|error| {
            let path = self.settings.path().display();
            format!(
                "{path} could not be written ({error}): the settings hold until Skylark ends. Free space, or make the folder writable."
            )
        })
    }
}
