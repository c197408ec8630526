//! Opening a studio: the port, the devices, the stored things, and the owner task that has them all.

use crate::Options;
use crate::admission::Admission;
use crate::aftermath::Aftermath;
use crate::background::{self, Files, Threads};
use crate::configuration::Configuration;
use crate::devices::Devices;
use crate::encoding::Encoders;
use crate::events::Events;
use crate::folder_lock::FolderLock;
use crate::folders::Folders;
use crate::happened::Happened;
use crate::meter::Meter;
use crate::outputs::{Outputs, ToViewers};
use crate::owner::{self, Owner, Parts, Wires, now};
use crate::places::Places;
use crate::random::fresh_token;
use crate::reachability::{self, Reachability, Surroundings};
use crate::recorders::Recorders;
use crate::relaying::Relaying;
use crate::relays::Relays;
use crate::relief::Relief;
use crate::screen_token::ScreenTokenFile;
use crate::settings::{self, Found, HardwareAcceleration, MetricsAccess, Unfit, relay_secrets};
use crate::storage::Keeper;
use crate::studio::Studio;
use crate::writer::Writer;
use crate::{files, metrics_token, secret_file};
use audience::{Passcode, Token};
use media::Pipeline;
use protocol::{ErrorCode, RelaySecrets};
use reach::{BindError, Bound};
use record::{Journal, Target};
use server::{DrawStill, Metrics, Still};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use stream::{Clock, Rid};
use thiserror::Error;
use threads::{After, Died};
use tokio::sync::{broadcast, mpsc, watch};
use words::{Said, said};

/// Why there is no studio. The text says what to do.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The port is taken, or may not be used.
    #[error(transparent)]
    Port(#[from] BindError),
    /// The settings file holds something that cannot be; the text names the line, the key and the remedy.
    #[error("{0}")]
    Settings(Said),
    /// A value of the command line that cannot be; the text names the option.
    #[error("{option}: {message}")]
    Option {
        /// With its two dashes.
        option: &'static str,
        /// The cause and the remedy.
        message: Said,
    },
    /// A folder or file cannot be read or written.
    #[error("{path} cannot be used ({error}): {remedy}, or name another folder with --data-dir", path = path.display(), remedy = remedy(error))]
    Storage {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// There is no home folder to keep things in.
    #[error("there is no home folder to keep the watch link in: name a folder with --data-dir")]
    NoHome,
    /// The forwarder's threads, or the one that writes files, could not be started.
    #[error("the sending threads could not be started ({0}): close other programs and try again")]
    Forward(io::Error),
}

/// What can be done about a folder or a file that cannot be used.
fn remedy(error: &io::Error) -> &'static str {
    if is_full(error) { "free space there" } else { "make it readable and writable" }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

impl OpenError {
    /// What a program tells apart, and what can be done about it follows from.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Port(BindError::NotHere { .. }) => ErrorCode::BadAddress,
            // What helps is another port, whyever this one is not to be had.
            Self::Port(
                BindError::InUse { .. } | BindError::Denied { .. } | BindError::NoCommonPort | BindError::Failed { .. },
            ) => ErrorCode::PortInUse,
            Self::Settings(_) | Self::Option { .. } => ErrorCode::BadSetting,
            Self::Storage { .. } | Self::NoHome => ErrorCode::Storage,
            Self::Forward(_) => ErrorCode::DeviceFailed,
        }
    }

    /// The sentence without what to do about it on a command line: for where there are buttons for that.
    pub fn cause(&self) -> Said {
        match self {
            Self::Port(error) => error.cause(),
            Self::Storage { path, error } if is_full(error) => {
                said!("start.storage_full", path = path.display(), error)
            }
            Self::Storage { path, error } => said!("start.storage", path = path.display(), error),
            Self::NoHome => said!("start.no_home"),
            Self::Forward(error) => said!("start.threads", error),
            Self::Settings(said) => said.clone(),
            Self::Option { option, message } => said!("setting.of", key = *option, why = message.clone()),
        }
    }
}

/// Events that a slow receiver may be behind: a broadcast of a thousand viewers that ends tells each one's leaving at once.
const EVENTS: usize = 4096;

/// Commands that wait for the owner. Whoever gives more waits.
const ASKS: usize = 64;

/// HTTP requests that wait for the owner. The server makes more of them wait.
const REQUESTS: usize = 256;

/// More than the longest passcode takes in its file, bytes: one that is longer is said to be too long.
const LONGEST_PASSCODE_FILE: u64 = 4096;

/// How long going live waits for the resolver.
const NAME_PATIENCE: Duration = Duration::from_secs(2);

impl Studio {
    /// Opens the port, the devices (for the preview) and the stored things, and starts the owner task on the running
    /// tokio runtime. Not live yet: the watch page answers that nothing is live.
    pub async fn open(options: Options) -> Result<Studio, OpenError> {
        let places = Places::of(&options).ok_or(OpenError::NoHome)?;
        let found = read_settings(&places, &options)?;
        let configuration = Configuration::new(found.written, &options).map_err(|wrong| OpenError::Option {
            option: settings::option_of(wrong.key).unwrap_or("--config"),
            message: wrong.message,
        })?;
        let settings = configuration.meant().clone();
        let stream = options
            .stream
            .as_deref()
            .map(Token::named)
            .transpose()
            .map_err(|bad| OpenError::Option { option: "--stream", message: bad.into() })?;
        let at = |path: &Path| {
            let path = path.to_owned();
            move |error| OpenError::Storage { path, error }
        };
        let (mut keeper, mut kept) =
            Keeper::open(&places.data, stream, fresh_token()).map_err(at(&places.data.join("audience.json")))?;
        let cookie_key = server::CookieKey::from_random(kept.cookie_key.bits());
        if let Some(passcode) = read_passcode(&options, &cookie_key)? {
            keeper.stand_in(passcode, &mut kept.persisted);
        }
        if options.waiting_room {
            keeper.stand_in_waiting_room(&mut kept.persisted);
        }

        let metrics = match settings.metrics {
            MetricsAccess::Off => Metrics::Off,
            MetricsAccess::Loopback => Metrics::Loopback,
            MetricsAccess::Token => {
                let (token, file) = metrics_token::open(&places.data).map_err(at(&places.data))?;
                tracing::info!("/metrics is for who sends the token in {}", file.display());
                Metrics::Token(token)
            }
        };
        let relays = read_relays(&options)?;
        let mut complaints = Vec::new();
        complaints.extend(found.complaint.map(|message| (ErrorCode::Storage, message)));
        complaints.extend(configuration.outdated().map(|message| (ErrorCode::BadSetting, message)));
        complaints.extend(kept.complaint.map(|message| (ErrorCode::Storage, message)));
        let folder = FolderLock::take(&places.data);
        if folder.is_none() {
            complaints.push((ErrorCode::Storage, said!("start.shared_folder", folder = places.data.display())));
        }
        if files::others_can_write(&places.data) {
            let folder = places.data.display();
            let message = said!("start.open_folder", folder, again = places.data.display());
            complaints.push((ErrorCode::Storage, message));
        }

        let listen = options.elsewhere.map_or(settings.listen, |elsewhere| elsewhere.than(settings.listen));
        let bound = reach::bind(listen)?;
        let Bound { tcp, udp, port, local } = bound;
        let tcp = tokio::net::TcpListener::from_std(tcp).map_err(OpenError::Forward)?;

        // What happens on other threads comes through here. It has no bound of its own, because neither the forwarder nor the
        // devices may ever wait for the owner, nor may a viewer's end be lost. What it carries is bounded: while the owner does
        // not come to it nobody is admitted, so there are three messages (checked, connected, gone) for each viewer there is, a request
        // for a keyframe a second and layer at most, the same from the outputs, a word on the layers watched for each of those,
        // whatever viewers send (a test of `forward` holds it), four words of an engine on each viewer that it was asked to let in, a message for each change of a device, two for each broadcast, and
        // for each question of the owner's (figures, addresses, a file to be written) its one answer, and a panic of each thread in a
        // second, for which it rests before it is run again.
        let (tell, happened) = mpsc::unbounded_channel();
        let listening = {
            let tell = tell.clone();
            threads::listen(move |panicked| drop(tell.send(Happened::Panicked(panicked.clone()))))
        };
        let clock = Clock::start();
        let forwarder = {
            let config = forward::Config {
                handshakes_of_one_address: settings.limits.unfinished_joins as usize,
                join_timeout: settings.limits.join_timeout_s.into(),
                consent_timeout: settings.limits.viewer_timeout_s.into(),
                clock,
                codecs: media::CODECS.to_vec(),
                level: settings.video.h264_level(Rid::F),
                shards: settings.sending_threads.count(),
                ..forward::Config::default()
            };
            let tell = tell.clone();
            let port = port::Port::new(udp).map_err(OpenError::Forward)?;
            let events = move |event| drop(tell.send(Happened::Forward(event)));
            let (forwarder, viewers) = forward::Forwarder::start(config, &port, events).map_err(OpenError::Forward)?;
            port.start((viewers,)).map_err(OpenError::Forward)?;
            forwarder
        };
        let screen_token = ScreenTokenFile::of(&places.data);
        let pipeline = {
            let (tell, title) = (tell.clone(), settings.title.to_string());
            let (shown, microphone) = (settings.picture(), settings.microphone.clone());
            let events = move |event| drop(tell.send(Happened::Media(event)));
            let chosen = screen_token.read();
            Arc::new(Pipeline::open_knowing(chosen, shown, microphone, settings.video, title, events))
        };

        let meter = Arc::new(Meter::default());
        let outputs = {
            let tell = tell.clone();
            Arc::new(Outputs::new(move |codec, rid| drop(tell.send(Happened::KeyframeWanted(codec, rid)))))
        };
        outputs.add(Arc::new(ToViewers::new(forwarder.clone(), meter.clone())));

        let (asks, asked) = mpsc::channel(ASKS);
        let (requests, requested) = mpsc::channel(REQUESTS);
        let (events, _) = broadcast::channel(EVENTS);
        let (shutdown, shut) = watch::channel(false);
        let (last, last_seen) = watch::channel(None);
        let (public_url, outside) = watch::channel(reachability::public_url(&settings, port));
        let config = server::Config {
            trusted_proxy: settings.trusted_proxy,
            public: outside,
            metrics,
            guessable_link: options.stream.is_some(),
            limits: settings.limits.of_server(),
            cookie_key: cookie_key.clone(),
            still: DrawStill::new({
                let pipeline = pipeline.clone();
                move || {
                    let media::Still { jpeg, width, height } = pipeline.still()?;
                    Some(Still { jpeg: jpeg.into(), width, height })
                }
            }),
        };
        let serve = server::serve(tcp, config, requests, shut);
        let server = tokio::spawn(threads::task("server", After::Ends, serve));
        let token = kept.persisted.token.as_str().to_owned();
        let mut reachability = Reachability::new(local, &settings, &token, now().instant);
        if let Some(question) = reachability.ask_name(now().instant) {
            // The answer comes to the owner as any later one does. It is waited for a little, so that the first viewer's answer has
            // the name's addresses, and no longer, as a machine that has no network yet goes live all the same.
            let _ = tokio::time::timeout(NAME_PATIENCE, background::resolve(question, tell.clone())).await;
        }
        let networks = Arc::new(Mutex::new(reach::Networks::default()));
        let look = {
            // What networks are called is asked a second later: nobody waits for it to go live.
            let networks = networks.clone();
            move || Surroundings::look(&networks, false)
        };
        let looked = tokio::task::spawn_blocking(threads::caught("networks", look)).await;
        // What was not found is looked for again in a second.
        let surroundings = looked.ok().and_then(Result::ok).unwrap_or_default();
        let complain = {
            let tell = tell.clone();
            move |message| drop(tell.send(Happened::Unwritten(message)))
        };
        let writer = Writer::start(Files { keeper, folder, settings: found.file, screen_token }, complain)
            .map_err(OpenError::Forward)?;
        let now = now();
        let journal = Journal::of(&places.data);
        let recorders = Recorders::new(outputs.clone(), clock, journal.clone(), tell.clone());
        let relaying = Relaying::new(outputs.clone(), clock, tell.clone());
        let background =
            Threads { writer, networks, journal, tell: tell.clone(), relaying, folder: places.data.clone() };
        background.look_for_unfinished();
        let parts = Parts {
            encoders: Encoders::new(pipeline.clone(), outputs.clone(), recorders, tell.clone()),
            forwarder,
            background,
            tell,
            events: Events::new(events.clone()),
            reachability,
            public_url,
            admission: Admission::new(
                kept.persisted,
                settings.max_viewers,
                settings.max_upload_kbps,
                settings.limits.unfinished_joins,
                (&settings.video, settings.sound),
                now,
            ),
            devices: Devices::new(settings.picture(), &settings.microphone),
            configuration,
            recordings: Folders::of_user().map(|folders| folders.recordings),
            relays,
            relief: if options.no_relief { Relief::none() } else { Relief::default() },
            meter,
            cookie_key,
        };
        let mut owner = Owner::new(parts, surroundings, complaints, now);
        if let Some(path) = options.record {
            owner.record_always(Target::new(path), now);
        }
        let aftermath = Aftermath {
            snapshot: owner.snapshot(),
            events: events.clone(),
            pipeline: pipeline.clone(),
            outputs: outputs.clone(),
            last: last.clone(),
        };
        let wires = Wires { asks: asked, requests: requested, happened, server, shutdown, last };
        let owner = tokio::spawn(threads::task("owner", After::Ends, owner::run(owner, wires)));
        tokio::spawn(threads::task("aftermath", After::Ends, async move {
            if let Ok(Err(Died(panicked))) = owner.await {
                aftermath.carry_out(&panicked);
            }
            drop(listening);
        }));
        Ok(Studio { asks, events, pipeline, outputs, last: last_seen, port })
    }
}

/// How the window is to be composited, which is asked before there is a studio: the window is made first. Where the settings cannot be,
/// it is as where nobody says; what is wrong with them is said by [`Studio::open`].
pub fn hardware_acceleration(options: &Options) -> HardwareAcceleration {
    let written = Places::of(options).and_then(|places| Found::glance(&places.settings)).unwrap_or_default();
    let configuration = Configuration::new(written, options);
    configuration.map_or(HardwareAcceleration::Auto, |configuration| configuration.meant().hardware_acceleration)
}

/// The relays that the command line asks for, and what they are told.
fn read_relays(options: &Options) -> Result<Relays, OpenError> {
    let wrong = |option| move |message| OpenError::Option { option, message };
    let secrets = options.relay_secrets.as_deref().map(relay_secrets::read).transpose();
    let mut relays = Relays::new(secrets.map_err(wrong("--relay-secrets"))?.unwrap_or_default());
    for url in &options.relays {
        relays.add(url, RelaySecrets::default()).map_err(|error| wrong("--relay")(error.message))?;
    }
    Ok(relays)
}

/// The passcode that the command line asks for.
fn read_passcode(options: &Options, key: &server::CookieKey) -> Result<Option<Passcode>, OpenError> {
    let wrong = |message| OpenError::Option { option: "--passcode-file", message };
    let read = |path: &PathBuf| {
        let text = secret_file::read(path, LONGEST_PASSCODE_FILE).map_err(wrong)?;
        let passcode = Passcode::new(&text, |text| key.stands_for(text));
        passcode.map_err(|bad| wrong(format!("{}: {bad}, and nothing else stands in its file", path.display()).into()))
    };
    options.passcode_file.as_ref().map(read).transpose()
}

/// What the settings file says. One that was named must be there; the usual one need not.
fn read_settings(places: &Places, options: &Options) -> Result<Found, OpenError> {
    let path = &places.settings;
    let named = options.config.is_some();
    let found = if named { Found::named(path) } else { Found::own(path, options.usual_settings) };
    found.map_err(|unfit| match unfit {
        Unfit::Wrong(message) => OpenError::Settings(message),
        Unfit::Unread(error) if named => {
            OpenError::Option { option: "--config", message: said!("start.unread", path = path.display(), error) }
        }
        Unfit::Unread(error) => OpenError::Storage { path: path.clone(), error },
    })
}
