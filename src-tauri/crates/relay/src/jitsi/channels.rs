//! The channels of our endpoints at a bridge: each has a task, which ends with its place here.

use super::Bridge;
use super::channel::{hold, place};
use super::messages::Says;
use super::viewers::Change;
use protocol::ViewerId;
use std::collections::BTreeMap;
use threads::After;
use tokio::sync::watch;
use tokio::task::AbortHandle;

pub(super) struct Channels {
    bridge: Bridge,
    viewers: BTreeMap<ViewerId, Channel>,
    _ours: Option<Channel>,
    /// Whether anybody there is to be sent our picture, as far as is known.
    wanted: watch::Receiver<bool>,
    /// What was told of that.
    told: bool,
}

struct Channel {
    wants: watch::Sender<bool>,
    task: AbortHandle,
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Channels {
    /// `ours` is where the bridge says that we have ours.
    pub(super) fn new(bridge: Bridge, ours: &[String]) -> Channels {
        let (tell, wanted) = watch::channel(true);
        let heard = move |said: Option<Says>| {
            // Of a bridge that says nothing it is not known, and nobody is to see nothing.
            if let None | Some(Says::Wanted(_)) = said {
                tell.send_replace(!matches!(said, Some(Says::Wanted(false))));
            }
        };
        let ours = match place(&bridge.url, ours) {
            Ok(url) => Some(open(bridge.clone(), url, heard)),
            Err(why) => {
                tracing::warn!("a videobridge cannot be told what viewers are to be sent: {why}");
                None
            }
        };
        Channels { bridge, viewers: BTreeMap::new(), _ours: ours, wanted, told: true }
    }

    /// Something changes about a viewer.
    pub(super) fn changed(&mut self, change: Change) {
        match change {
            Change::Opens(viewer, named) => {
                let heard =
                    move |said: Option<Says>| tracing::debug!("a videobridge says of viewer {viewer}: {said:?}");
                match place(&self.bridge.url, &named) {
                    Ok(url) => drop(self.viewers.insert(viewer, open(self.bridge.clone(), url, heard))),
                    Err(why) => tracing::debug!("viewer {viewer} has no channel: {why}"),
                }
            }
            Change::Wants(viewer) => {
                if let Some(channel) = self.viewers.get(&viewer) {
                    channel.wants.send_replace(true);
                }
            }
            Change::Closes(viewer) => drop(self.viewers.remove(&viewer)),
        }
    }

    /// Whether anybody there is to be sent our picture, when that changes. It may be called anew whenever it is not waited for any more.
    pub(super) async fn wanted(&mut self) -> bool {
        while self.wanted.changed().await.is_ok() {
            let wanted = *self.wanted.borrow_and_update();
            if wanted != self.told {
                self.told = wanted;
                return wanted;
            }
        }
        // Nobody says so any more.
        if !self.told {
            self.told = true;
            return true;
        }
        std::future::pending().await
    }
}

fn open(bridge: Bridge, url: url::Url, heard: impl Fn(Option<Says>) + Send + Sync + 'static) -> Channel {
    let (wants, wanted) = watch::channel(false);
    let held = async move { hold(&bridge, &url, wanted, heard).await };
    let task = tokio::spawn(threads::task("relay-channel", After::Lost, held)).abort_handle();
    Channel { wants, task }
}
