//! What the broadcaster asks of the owner.

use super::Owner;
use super::card::card_apart;
use super::mixer::StripChange;
use crate::background::Background;
use crate::broadcast::{Running, wrong_state};
use crate::configuration::Changed;
use crate::controls::Control;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use crate::random::fresh_token;
use crate::settings::Wrong;
use crate::studio::{Ask, CommandError, bad_setting};
use audience::{Input, Now};
use media::VideoConfig;
use protocol::{Command, ErrorCode, Event, SettingsChange, SoundPreset, SourceGiven, SourceName, StripId};
use std::net::{AddrParseError, IpAddr};
use stream::Rid;
use words::said;

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// A handle asks something.
    pub(crate) fn asked(&mut self, ask: Ask, now: Now) {
        // Whoever asks has subscribed.
        self.events.somebody_listens();
        match ask {
            // A command is meant, whether or not anybody waits to hear how it went.
            Ask::Command(command, reply) => drop(reply.send(self.command(*command, now))),
            Ask::Snapshot(reply) if reply.is_closed() => {}
            Ask::Snapshot(reply) => drop(reply.send(self.snapshot())),
        }
    }

    /// Nobody holds a handle any more.
    pub(crate) fn quit(&mut self) {
        self.quitting = true;
    }

    pub(super) fn command(&mut self, command: Command, now: Now) -> Result<(), CommandError> {
        if let Command::SetAddress { host: name }
        | Command::SetCamera { camera: name }
        | Command::SetSource {
            source: SourceGiven::Short(name) | SourceGiven::Named(SourceName { id: Some(name), .. }),
        }
        | Command::SetScene { scene: name }
        | Command::SetMicrophone { microphone: name }
        | Command::AddMicrophone { microphone: name }
        | Command::SetHeadphones { output: Some(name) }
        | Command::SetStrip { device: Some(name), .. } = &command
            && name.len() > MAX_NAME
        {
            return Err(bad_setting(said!("door.name_long", most = MAX_NAME)));
        }
        match command {
            Command::GoLive => self.go_live(now),
            Command::Rehearse { on } => self.rehearse(on, now),
            Command::End => match self.broadcast.running() {
                Running::No => Err(wrong_state(said!("now.not_live"))),
                Running::Starting | Running::Rehearsing | Running::Live => {
                    self.end(now);
                    self.record_if_wanted(now);
                    Ok(())
                }
            },
            Command::Quit => {
                self.quit();
                Ok(())
            }
            Command::Kick { viewer, reason } => self.ask_audience(Input::Kick { viewer, reason: said(reason) }, now),
            Command::Ban { viewer, reason } => self.ask_audience(Input::Ban { viewer, reason: said(reason) }, now),
            Command::Block { address } => {
                let no_address = |_: AddrParseError| CommandError {
                    code: ErrorCode::BadAddress,
                    message: said!("door.no_ip", address = &address),
                };
                let address = address.trim().parse::<IpAddr>().map_err(no_address)?;
                self.ask_audience(Input::Block { address }, now)
            }
            Command::Forgive { viewer } => self.ask_audience(Input::Forgive { viewer }, now),
            Command::Lock { on } => self.ask_audience(Input::Lock(on), now),
            Command::WaitingRoom { on } => self.ask_audience(Input::SetWaitingRoom(on), now),
            Command::Admit { viewer } => self.ask_audience(Input::Admit { viewer }, now),
            Command::AdmitAll => self.ask_audience(Input::AdmitAll { known_only: false }, now),
            Command::AdmitKnown => self.ask_audience(Input::AdmitAll { known_only: true }, now),
            Command::Refuse { viewer, reason } => {
                self.ask_audience(Input::Refuse { viewer, reason: said(reason) }, now)
            }
            Command::MakeGuestLink { name, expires_s, devices } => self.make_guest_link(&name, expires_s, devices, now),
            Command::RevokeGuestLink { name } => self.revoke_guest_link(&name, now),
            Command::Passcode { text } => self.set_passcode(text.as_ref(), now),
            Command::NewLink => {
                self.ask_audience(Input::NewLink { token: fresh_token() }, now)?;
                self.place_changed();
                Ok(())
            }
            Command::SetAddress { host } => {
                let addresses = self.reachability.addresses(self.configuration.meant());
                if !addresses.iter().any(|address| address.host == host) {
                    let known = addresses.into_iter().map(|address| address.host).collect::<Vec<_>>().join(", ");
                    return Err(bad_setting(said!("door.no_address", host, known)));
                }
                let changed = self.configuration.set_address(&host);
                self.adopt(changed.map_err(|wrong| bad_setting(wrong.message))?, now);
                Ok(())
            }
            Command::SetSource { source } => self.set_source(&source, now),
            Command::SetCamera { camera } => self.set_camera(&camera, now),
            Command::SetScene { scene } => self.set_scene(&scene, now),
            Command::SwapScene => self.swap_scene(now),
            Command::SetMicrophone { microphone } => self.set_microphone(&microphone, now),
            Command::AddMicrophone { microphone } => self.add_microphone(&microphone, now),
            Command::RemoveMicrophone { strip } => self.remove_microphone(strip, now),
            Command::SetHeadphones { output } => self.set_headphones(output.as_deref()),
            Command::SetStrip { strip, gain_db, mute, channels, noise_suppression, gate, gate_db, device, solo } => {
                let change = StripChange { gain_db, mute, channels, noise_suppression, gate, gate_db, device, solo };
                self.set_strip(strip, &change, now)
            }
            Command::MuteMicrophone { on } => self.control(Control::Microphone, on, now),
            Command::CameraOff { on } => self.control(Control::Camera, on, now),
            Command::BeRightBack { on } => self.control(Control::Everything, on, now),
            Command::Record { path } => self.record(path),
            Command::StopRecording => self.stop_recording(),
            Command::Mark { text } => self.mark(text, now),
            Command::MendRecording { file } => self.mend_recording(file),
            Command::Relay { url, secrets } => self.relay(&url, secrets, now),
            Command::StopRelay { relay } => self.stop_relay(relay, now),
            Command::Configure { settings } => self.configure(&settings, now),
            command @ (Command::Say { .. }
            | Command::DeleteMessage { .. }
            | Command::DeleteMessages { .. }
            | Command::RestoreMessages { .. }
            | Command::Mute { .. }
            | Command::Unmute { .. }
            | Command::SlowMode { .. }
            | Command::Chat { .. }
            | Command::Pin { .. }
            | Command::UnwantedWords { .. }
            | Command::LinksInChat { .. }
            | Command::SaveChat { .. }
            | Command::LowerHand { .. }) => self.moderate(command, now),
            Command::History { since } => {
                self.tell_history(since);
                Ok(())
            }
            Command::SaveHistory { path } => self.save_history(path),
            Command::ListDevices => {
                if self.devices.wanted() {
                    self.background.list_devices();
                }
                Ok(())
            }
        }
    }

    /// Lets the audience decide about a command.
    pub(super) fn ask_audience(&mut self, input: Input, now: Now) -> Result<(), CommandError> {
        self.admission.handle(input, now);
        self.carry_out(now)
    }

    fn configure(&mut self, change: &SettingsChange, now: Now) -> Result<(), CommandError> {
        let wrong = |wrong: Wrong| bad_setting(said!("setting.of", key = wrong.key, why = wrong.message));
        let before = self.configuration.meant().sound;
        let (rest, card) = card_apart(change);
        let changed = self.configuration.configure(&rest).map_err(wrong)?;
        self.adopt(changed, now);
        if let Some(file) = card {
            self.read_card(file);
        } else if change.card.is_some() {
            self.no_card();
        }
        let sound = self.configuration.meant().sound;
        if sound == before || sound == SoundPreset::Standard {
            return Ok(());
        }
        // What is made for speech is without noise, and music is no noise. Either can be had otherwise after.
        let noise_suppression = Some(sound == SoundPreset::Speech);
        let change = StripChange { noise_suppression, ..StripChange::default() };
        let strips = StripId::ALL.into_iter().filter(|strip| strip.is_microphone());
        strips
            .filter(|strip| self.has_strip(*strip))
            .collect::<Vec<_>>()
            .into_iter()
            .try_for_each(|strip| self.set_strip(strip, &change, now))
    }

    /// Does what changed settings ask for.
    pub(super) fn adopt(&mut self, changed: Changed, now: Now) {
        let Changed { before, to_write } = changed;
        let after = self.configuration.meant().clone();
        if after.picture() != before.picture() {
            self.devices.show(after.picture());
            self.encoders.set_shown(after.picture());
        }
        if after.microphone != before.microphone {
            self.encoders.set_microphone(after.microphone.clone());
        }
        if after.mixer() != before.mixer() {
            self.mix();
        }
        let more = after.more_microphones();
        if more != before.more_microphones() {
            self.encoders.set_more_microphones(more);
        }
        if after.desktop_program != before.desktop_program {
            self.encoders.set_program(after.desktop_program.clone());
        }
        self.tell_strips(&before);
        if after.video != before.video {
            self.encoders.set_video(after.video);
            self.forwarder.set_level(after.video.h264_level(Rid::F));
            self.figures.encoded_anew();
            let pixels = |video: &VideoConfig| (video.width, video.height, video.fps);
            if pixels(&after.video) != pixels(&before.video) {
                self.encode_whole();
            }
        }
        for (viewer, rid) in self.admission.share_anew(after.max_upload_kbps, &after.video, after.sound) {
            self.forwarder.cap(viewer, rid);
        }
        self.admission.relay_from(after.relay_from);
        if after.max_viewers != before.max_viewers {
            self.decide(Input::SetMaxViewers(after.max_viewers), now);
        }
        if after.title != before.title {
            self.encoders.set_title(&after.title);
            self.decide(Input::SetTitle(after.title.to_string()), now);
        }
        self.door.show_stills(after.link_preview.has_still());
        if after.language != before.language {
            self.encoders.set_language(after.language.spoken());
        }
        self.reachability.set_name(&after, now.instant);
        self.ask_name(now);
        self.place_changed();
        if after.shown() != before.shown() {
            self.events.tell(Event::Settings { settings: Box::new(after.shown()) });
        }
        if let Some(written) = to_write {
            self.background.keep_settings(written);
        }
    }

    /// Slates are made in English.
    pub(super) fn speak_first(&self) {
        let spoken = self.configuration.meant().language.spoken();
        if spoken != words::Language::ENGLISH {
            self.encoders.set_language(spoken);
        }
    }
}

/// The longest name of an address, a camera or a microphone, bytes. What is set is compared, kept and told several times over, so
/// that the 60 kB which a line may have would keep the owner.
const MAX_NAME: usize = 1024;

/// A reason of nothing but blanks is none.
fn said(reason: Option<String>) -> Option<String> {
    reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty())
}
