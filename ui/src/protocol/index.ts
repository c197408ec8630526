// Generated from src-tauri/crates/protocol by `./dev types`; a test checks that it is current. Do not edit.

export type Value = number | number | string | Key;

export type Key = { 
/**
 * Its key in the section `told`; none where it is no sentence of the table.
 */
key?: string, 
/**
 * By the names that stand in braces there; none where it has none.
 */
values?: { [key in string]: Value }, };

export type Said = { 
/**
 * In English.
 */
message: string, 
/**
 * Its key in the section `told`; none where it is no sentence of the table.
 */
key?: string, 
/**
 * By the names that stand in braces there; none where it has none.
 */
values?: { [key in string]: Value }, };

export type ViewerId = number;

export type VideoCodec = "h264" | "vp9" | "vp8" | "av1";

export type Rid = "q" | "h" | "f";

export type Capacity = { 
/**
 * From what it is known.
 */
known_by: KnownBy, 
/**
 * Which line it is of.
 */
line: SharedLine, 
/**
 * What that carries to viewers, kbit/s; to two digits where it was measured.
 */
carries_kbps: number, 
/**
 * What viewers take of it, kbit/s; to two digits where it was measured.
 */
used_kbps: number, 
/**
 * So many viewers more could be sent each layer, of each alone; the largest first.
 */
room: Array<RoomFor>, 
/**
 * In English.
 */
message: string, 
/**
 * Its key in the section `told`; none where it is no sentence of the table.
 */
key?: string, 
/**
 * By the names that stand in braces there; none where it has none.
 */
values?: { [key in string]: Value }, };

export type RoomFor = { 
/**
 * Which.
 */
rid: Rid, 
/**
 * Pixels.
 */
height: number, 
/**
 * So many.
 */
more: number, };

export type KnownBy = "max_upload" | "full" | "carried";

export type SharedLine = "uplink" | "network";

export type HistoryPoint = { 
/**
 * When they were over, milliseconds since the Unix epoch.
 */
at: number, 
/**
 * How many watched then.
 */
watching: number, 
/**
 * Sent to all viewers together.
 */
sent_kbps: number, 
/**
 * Encoded bitrate of the top layer and the sound.
 */
encoded_kbps: number, 
/**
 * Frames a second of the top layer.
 */
fps: number, 
/**
 * The part of all processors' time that the program took, without the window's own processes.
 */
cpu: number, 
/**
 * Pictures that were left out for a viewer, as a thread that sends did not keep up.
 */
left_out: number, 
/**
 * The median of the glass-to-glass latencies that pages measured; none while none did.
 */
latency_ms: number | null, };

export type Layer = { 
/**
 * How it is encoded.
 */
codec: VideoCodec, 
/**
 * Which spatial layer.
 */
rid: Rid, 
/**
 * The highest temporal layer sent: 2 is every frame, 1 half of them, 0 a quarter.
 */
temporal: number, 
/**
 * Pixels.
 */
height: number, };

export type LayerChoice = { 
/**
 * Which.
 */
rid: Rid, 
/**
 * Pixels.
 */
height: number, };

export type Scope = "public" | "network" | "internet" | "provider" | "cable" | "vpn" | "guests" | "computer";

export type Address = { 
/**
 * The address or name, without brackets or port: what `set_address` takes.
 */
host: string, 
/**
 * The interface it is on, or "public name" for the one given by `--public`.
 */
interface: string, 
/**
 * What people call that network: the name that it has, "Wi-Fi", "Cable", "VPN".
 */
network: string, 
/**
 * One sentence for people: who can open a link with this address.
 */
reach: string, 
/**
 * One sentence for people: who cannot.
 */
cannot: string, 
/**
 * From where, as a program tells it.
 */
scope: Scope, 
/**
 * Its key in the section `told`; none where it is no sentence of the table.
 */
key?: string, 
/**
 * By the names that stand in braces there; none where it has none.
 */
values?: { [key in string]: Value }, };

export type Links = { 
/**
 * The link to share: the watch page.
 */
watch: string, 
/**
 * The WHEP endpoint, for players that are not a browser.
 */
whep: string, 
/**
 * The port, TCP and UDP.
 */
port: number, 
/**
 * The link as a QR code: an SVG document.
 */
qr_svg: string, 
/**
 * The host of [`Links::watch`], one of `addresses`.
 */
host: string, 
/**
 * The addresses that could stand in the link.
 */
addresses: Array<Address>, };

export type GivenUp = "rate" | "size";

export type StreamStats = { 
/**
 * Since going live.
 */
elapsed_ms: number, 
/**
 * Encoded bitrate of the top layer and the sound.
 */
encoded_kbps: number, 
/**
 * Sent to all viewers together.
 */
sent_kbps: number, 
/**
 * Frames a second that the encoder made of the top layer.
 */
fps: number, 
/**
 * Width of the top layer, pixels.
 */
width: number, 
/**
 * Height of the top layer, pixels.
 */
height: number, 
/**
 * A second encoder runs, for viewers who take no H.264: it costs about a third of a core.
 */
second_encoder: boolean, 
/**
 * Pictures that were left out for a viewer in the last second, as a thread that sends did not keep up.
 */
left_out: number, 
/**
 * What is given up of the top layer, as this computer is too busy for all of it; null: nothing.
 */
given_up: GivenUp | null, };

export type ViewerStats = { 
/**
 * What is being sent; none before the first picture.
 */
layer: Layer | null, 
/**
 * Round-trip time, once a receiver report told it.
 */
rtt_ms: number | null, 
/**
 * Fraction of packets lost on the way in the last reports, before repair.
 */
loss: number, 
/**
 * Sent to this viewer in the last second, sound and repairs included.
 */
bitrate_kbps: number, 
/**
 * Glass-to-glass latency as the page measured it.
 */
latency_ms: number | null, 
/**
 * What its line was measured to carry; none while nothing is known to limit it.
 */
line_kbps: number | null, 
/**
 * The largest layer that the upload cap leaves it; none where that is the largest there is.
 */
capped: Rid | null, };

export type RejectedMedia = { 
/**
 * `video`, `audio`, `application` or another word of the offer's.
 */
media: string, 
/**
 * What the offer calls this m-line; empty where it has no name.
 */
mid: string, 
/**
 * For people, as in "it has no Opus with 48 kHz".
 */
reason: string, 
/**
 * Its key in the section `told`; none where it is no sentence of the table.
 */
key?: string, 
/**
 * By the names that stand in braces there; none where it has none.
 */
values?: { [key in string]: Value }, };

export type Viewer = { 
/**
 * Which viewer.
 */
id: ViewerId, 
/**
 * IP address, without port.
 */
address: string, 
/**
 * "Firefox, Android"; "unknown" where the User-Agent says nothing known.
 */
browser: string, 
/**
 * What the broadcaster calls the guest by whose own link it came.
 */
guest?: string, 
/**
 * When media first flowed, milliseconds since the Unix epoch.
 */
since_at: number, 
/**
 * What of its offer is not sent, and why. A browser's offer is answered whole.
 */
rejected: Array<RejectedMedia>, 
/**
 * It watches at this relay, which has no figures of its connection; none: it is sent the stream from here.
 */
relay?: RelayId, 
/**
 * The layer that it holds; none: what it is sent is chosen by what its line carries.
 */
held?: Rid, 
/**
 * How the connection does; refreshed by [`crate::Event::Viewers`].
 */
stats: ViewerStats, };

export type LeaveReason = "left" | "timeout" | "kicked" | "banned" | "ended";

export type Removal = "kicked" | "banned" | "blocked" | "refused";

export type RemovedViewer = { 
/**
 * The id that `forgive` takes. A ban from an earlier run of the program has a new one.
 */
id: ViewerId, 
/**
 * Kicked, banned or blocked.
 */
removal: Removal, 
/**
 * The broadcaster's words, shown to the viewer.
 */
reason: string | null, 
/**
 * IP address, without port.
 */
address: string, 
/**
 * As in [`Viewer::browser`].
 */
browser: string, 
/**
 * When, milliseconds since the Unix epoch.
 */
removed_at: number, };

export type Knock = { 
/**
 * The id that `admit` and `refuse` take. Who is let in then is a viewer of another id.
 */
id: ViewerId, 
/**
 * What it says that it is called; of a guest with a link of its own, what the broadcaster calls it.
 */
name?: string, 
/**
 * IP address, without port.
 */
address: string, 
/**
 * As in [`Viewer::browser`].
 */
browser: string, 
/**
 * When it knocked, milliseconds since the Unix epoch.
 */
since_at: number, 
/**
 * This browser watched before, since the program was started.
 */
was_here: boolean, 
/**
 * It came by a guest's own link.
 */
guest: boolean, };

export type KnockEnd = "admitted" | "refused" | "left";

export type GuestLink = { 
/**
 * What the broadcaster calls the guest.
 */
name: string, 
/**
 * The link for the guest.
 */
watch: string, 
/**
 * The WHEP endpoint of the same link.
 */
whep: string, 
/**
 * When it ends, milliseconds since the Unix epoch.
 */
expires_at?: number, 
/**
 * So many devices may watch by it at one time; none: any number.
 */
devices?: number, };

export type ErrorCode = "bad_command" | "unknown_viewer" | "wrong_state" | "bad_setting" | "bad_address" | "unknown_message" | "bad_message" | "bad_passcode" | "bad_guest_link" | "no_device" | "device_busy" | "device_denied" | "device_lost" | "device_failed" | "encoder_failed" | "port_in_use" | "bad_relay" | "unknown_name" | "storage" | "thread_failed";

export type RefusalCode = "unknown_link" | "retired_link" | "passcode_needed" | "wrong_passcode" | "not_live" | "kicked" | "banned" | "locked" | "not_admitted" | "waiting_room" | "link_in_use" | "full" | "too_many" | "bad_offer";

export type Problem = { 
/**
 * The status in words.
 */
title: string, 
/**
 * The HTTP status again (RFC 9457 section 3.1.2).
 */
status: number, 
/**
 * What a program tells apart; absent for what is no refusal.
 */
code?: RefusalCode, 
/**
 * The broadcaster's words.
 */
reason: string | null, 
/**
 * In English.
 */
message: string, 
/**
 * Its key in the section `told`; none where it is no sentence of the table.
 */
key?: string, 
/**
 * By the names that stand in braces there; none where it has none.
 */
values?: { [key in string]: Value }, };

export type FailureCode = "no_webrtc" | "no_network" | "no_way" | "no_handshake" | "no_picture" | "not_played";

export type FailureReport = { 
/**
 * What came of it.
 */
code: FailureCode, 
/**
 * The last part of the session's URL, where there was one.
 */
session: string | null, };

export type Phase = { "state": "offline" } | { "state": "starting" } | { "state": "rehearsing", 
/**
 * Milliseconds since the Unix epoch.
 */
since_at: number, } | { "state": "live", 
/**
 * Milliseconds since the Unix epoch.
 */
since_at: number, } | { "state": "ending" } | { "state": "failed", 
/**
 * What a program tells apart.
 */
code: ErrorCode, 
/**
 * In English.
 */
message: string, 
/**
 * Its key in the section `told`; none where it is no sentence of the table.
 */
key?: string, 
/**
 * By the names that stand in braces there; none where it has none.
 */
values?: { [key in string]: Value }, };

export type Source = { 
/**
 * What `set_source` takes as a source's id, `set_camera` and `set_microphone` as a name, and the settings keep.
 */
id: string, 
/**
 * For people.
 */
label: string, };

export type SourceKind = "camera" | "screen" | "window" | "image" | "pattern" | "off";

export type SourceName = { 
/**
 * What it is.
 */
kind: SourceKind, 
/**
 * Which of them: a camera's name, a screen's number, a window's title or a part of it, an image's file. None: the usual one.
 */
id?: string, };

export type SourceGiven = SourceName | string;

export type Devices = { 
/**
 * Cameras.
 */
cameras: Array<Source>, 
/**
 * Microphones.
 */
microphones: Array<Source>, 
/**
 * Outputs, to listen on.
 */
outputs: Array<Source>, 
/**
 * Programs that play sound now and can be listened to alone.
 */
programs: Array<Source>, 
/**
 * Screens, by number.
 */
screens: Array<Source>, 
/**
 * Windows, by title.
 */
windows: Array<Source>, 
/**
 * The desktop asks itself which screen or window is to be shown (Wayland): `screens` has one for all of them.
 */
desktop_asks: boolean, };

export type SourceState = { "state": "off" } | { "state": "opening", 
/**
 * What was chosen.
 */
id: string, } | { "state": "running", 
/**
 * What was chosen.
 */
id: string, 
/**
 * What it delivers: "1280x720, 30 fps, YUYV"; "48 kHz stereo".
 */
format: string, } | { "state": "failed", 
/**
 * What was chosen.
 */
id: string, 
/**
 * What a program tells apart.
 */
code: ErrorCode, 
/**
 * In English.
 */
message: string, 
/**
 * Its key in the section `told`; none where it is no sentence of the table.
 */
key?: string, 
/**
 * By the names that stand in braces there; none where it has none.
 */
values?: { [key in string]: Value }, };

export type RelayId = number;

export type RelayEngine = "whip" | "janus" | "janus_rtp" | "livekit" | "mediasoup" | "jitsi";

export type RelayState = "connecting" | "running" | "waiting" | "failed" | "stopped";

export type Relay = { 
/**
 * Which.
 */
relay: RelayId, 
/**
 * What kind of server.
 */
engine: RelayEngine, 
/**
 * The server's name, and its port where that is not the usual one.
 */
host: string, 
/**
 * How far it is.
 */
state: RelayState, 
/**
 * Where people watch there, where that is known.
 */
watch?: string, 
/**
 * How many watch there, where the server tells.
 */
watching?: number, 
/**
 * Running: what it is sent. Else: the cause and the remedy, for people.
 */
message?: string, 
/**
 * Somebody stopped it: it is forgotten, and nothing more comes of it.
 */
gone?: boolean, 
/**
 * Its key in the section `told`; none where it is no sentence of the table.
 */
key?: string, 
/**
 * By the names that stand in braces there; none where it has none.
 */
values?: { [key in string]: Value }, };

export type Secret = string;

export type RelaySecrets = { 
/**
 * Sent as `Authorization: Bearer`, to the origin of the URL and to no other.
 */
bearer?: Secret, 
/**
 * Janus: what a room or a mountpoint wants of who joins.
 */
pin?: Secret, 
/**
 * Janus: a room's own token for who joins.
 */
token?: Secret, 
/**
 * Janus: what a room or a mountpoint that is made here is to be operated with.
 */
room_secret?: Secret, 
/**
 * Janus: what it wants of who makes a room or a mountpoint.
 */
admin_key?: Secret, 
/**
 * LiveKit: which secret its tokens are signed with.
 */
api_key?: Secret, 
/**
 * Janus: what its API wants with each request. LiveKit: what its tokens are signed with, which is sent to nobody.
 */
api_secret?: Secret, 
/**
 * A file of certificates (PEM) that are trusted in the place of the system's.
 */
ca?: string, };

export type Settings = { 
/**
 * Which camera: its name or its index; `default` is the first that delivers pictures. `pattern`
 * and `off` need no device.
 */
camera: string, 
/**
 * What the picture comes from: the camera that `camera` says, or another; a screen, a window whose title has these words,
 * an image (PNG, JPEG). A camera that is given alone is this too.
 */
source: string, 
/**
 * A screen and a camera together, the smaller one in a corner of the larger (`top-left`, `top-right`, `bottom-left`,
 * `bottom-right`) or `side-by-side`. The screen is what `source` says, the primary one where that is a camera.
 */
scene: string, 
/**
 * What the sound comes from: a microphone's name. `tone` and `off` need no device.
 */
microphone: string, 
/**
 * Of the top layer; 1280x720 unless the settings say otherwise.
 */
size: string, 
/**
 * Frames a second; 30 unless the settings say otherwise.
 */
fps: number, 
/**
 * Of the top layer, on the command line as 2500k or 2.5M; 2500k unless the settings say otherwise.
 */
bitrate_kbps: number, 
/**
 * What the sound is mostly, by which it is encoded: `music` at 128 kbit/s, `speech` at 48 with the means to mend what was
 * lost, `standard` at 96.
 */
sound: string, 
/**
 * Most viewers at one time; 0: no limit.
 */
max_viewers: number, 
/**
 * Cap on what all viewers together are sent; 0: no limit.
 */
max_upload_kbps: number, 
/**
 * Who is sent to a relay that takes viewers: who would get less than the largest picture here (`full`), everyone outside
 * this network as well, or `all`.
 */
relay_from: string, 
/**
 * Whether the panel hands the stream to a videobridge of Jitsi's, which is experimental.
 */
jitsi: boolean, 
/**
 * The name that goes into the link, its address into the candidates; with https:// and a path where a proxy has the
 * pages; empty: none.
 */
public: string, 
/**
 * Where media is reached, if elsewhere than the pages: its address goes into the candidates; empty: where they are.
 */
public_media: string, 
/**
 * Shown on the watch page.
 */
title: string, 
/**
 * An image (PNG, JPEG) that stands in the picture's place while the camera is off, and while the broadcaster is away for a
 * moment; empty: Skylark's own cards.
 */
card: string, 
/**
 * What stands beside the link where somebody pasted it: `still`, the title and while live a picture of the last minute, or
 * `title` alone; neither while a passcode, a waiting room or a lock stands before the page.
 */
link_preview: string, 
/**
 * The folder that recordings go to; empty: the user's folder for videos.
 */
recordings: string, 
/**
 * After so many minutes a recording goes on in another file; 0: never.
 */
recording_minutes: number, 
/**
 * When a file of a recording has so many megabytes it goes on in another; 0: never.
 */
recording_megabytes: number, 
/**
 * What language the panel speaks, and what stands in the picture's place: `auto` is the system's where there are words in it,
 * `en` English, `de` German.
 */
language: string, 
/**
 * Whether the window is composited by the GPU, from the next start on: `auto` where there is one that can.
 */
hardware_acceleration: string, };

export type SettingsChange = { 
/**
 * Of the top layer; 1280x720 unless the settings say otherwise.
 */
size?: string, 
/**
 * Frames a second; 30 unless the settings say otherwise.
 */
fps?: number, 
/**
 * Of the top layer, on the command line as 2500k or 2.5M; 2500k unless the settings say otherwise.
 */
bitrate_kbps?: number, 
/**
 * What the sound is mostly, by which it is encoded: `music` at 128 kbit/s, `speech` at 48 with the means to mend what was
 * lost, `standard` at 96.
 */
sound?: string, 
/**
 * Most viewers at one time; 0: no limit.
 */
max_viewers?: number, 
/**
 * Cap on what all viewers together are sent; 0: no limit.
 */
max_upload_kbps?: number, 
/**
 * Who is sent to a relay that takes viewers: who would get less than the largest picture here (`full`), everyone outside
 * this network as well, or `all`.
 */
relay_from?: string, 
/**
 * Whether the panel hands the stream to a videobridge of Jitsi's, which is experimental.
 */
jitsi?: boolean, 
/**
 * The name that goes into the link, its address into the candidates; with https:// and a path where a proxy has the
 * pages; empty: none.
 */
public?: string, 
/**
 * Where media is reached, if elsewhere than the pages: its address goes into the candidates; empty: where they are.
 */
public_media?: string, 
/**
 * Shown on the watch page.
 */
title?: string, 
/**
 * An image (PNG, JPEG) that stands in the picture's place while the camera is off, and while the broadcaster is away for a
 * moment; empty: Skylark's own cards.
 */
card?: string, 
/**
 * What stands beside the link where somebody pasted it: `still`, the title and while live a picture of the last minute, or
 * `title` alone; neither while a passcode, a waiting room or a lock stands before the page.
 */
link_preview?: string, 
/**
 * The folder that recordings go to; empty: the user's folder for videos.
 */
recordings?: string, 
/**
 * After so many minutes a recording goes on in another file; 0: never.
 */
recording_minutes?: number, 
/**
 * When a file of a recording has so many megabytes it goes on in another; 0: never.
 */
recording_megabytes?: number, 
/**
 * What language the panel speaks, and what stands in the picture's place: `auto` is the system's where there are words in it,
 * `en` English, `de` German.
 */
language?: string, 
/**
 * Whether the window is composited by the GPU, from the next start on: `auto` where there is one that can.
 */
hardware_acceleration?: string, };

export type Outside = { 
/**
 * Have the page open and wait: for the broadcast to begin, for the lock to open, for room.
 */
waiting: number, 
/**
 * Were turned away since the lock fell.
 */
turned_away: number, 
/**
 * Were turned away in this broadcast because as many watched as may, and do not watch now.
 */
no_room: number, };

export type RecordingState = "off" | "starting" | "waiting" | "recording" | "stopping" | "stopped" | "failed";

export type Recording = { 
/**
 * What it does.
 */
state: RecordingState, 
/**
 * The file that is being written, or was written last; none before there is one.
 */
file: string | null, 
/**
 * How long it is, all its files together.
 */
seconds: number, 
/**
 * How large it is, all its files together.
 */
bytes: number, 
/**
 * For a person: why it ended by itself, what is missing, that the disk has little room. Absent where there is nothing to say.
 */
message?: string, 
/**
 * Its key in the section `told`; none where it is no sentence of the table.
 */
key?: string, 
/**
 * By the names that stand in braces there; none where it has none.
 */
values?: { [key in string]: Value }, };

export type UnfinishedRecording = { 
/**
 * Which.
 */
file: string, 
/**
 * How large it is.
 */
bytes: number, };

export type Checked = "picture" | "sound" | "playback" | "sync" | "latency" | "upload";

export type Verdict = "good" | "look" | "unknown";

export type FindingCode = "picture_unknown" | "picture_good" | "picture_black" | "picture_still" | "picture_card" | "sound_unknown" | "sound_good" | "sound_none" | "sound_soft" | "sound_loud" | "playback_unknown" | "playback_good" | "playback_stuck" | "sync_unknown" | "sync_untold" | "sync_good" | "sync_early" | "sync_late" | "latency_unknown" | "latency_untold" | "latency_good" | "latency_late" | "upload_unknown" | "upload_inside" | "upload_good" | "upload_short" | "upload_lossy" | "upload_capped";

export type Finding = { 
/**
 * About what.
 */
of: Checked, 
/**
 * Whether something is to be done about it.
 */
verdict: Verdict, 
/**
 * What a program tells apart.
 */
code: FindingCode, 
/**
 * What was measured: LUFS of the sound; milliseconds that the sound comes behind the picture, or that both come late; kbit/s of the
 * upload, or per cent that it lost. Null where nothing was.
 */
value: number | null, 
/**
 * What a person reads: what was found, its cause and the remedy.
 */
message: string, };

export type Rehearsal = { 
/**
 * Its private link: the watch page. It leads nowhere any more once the rehearsal is over.
 */
watch: string, 
/**
 * The WHEP endpoint of the same link.
 */
whep: string, 
/**
 * One of each of [`Checked`], in that order; none before the first second is over.
 */
findings: Array<Finding>, };

export type MessageId = number;

export type ChatMessage = { 
/**
 * Which.
 */
id: MessageId, 
/**
 * When, milliseconds since the Unix epoch.
 */
at: number, 
/**
 * Who; none for the broadcaster.
 */
viewer: ViewerId | null, 
/**
 * What the viewer was called then.
 */
name: string, 
/**
 * The broadcaster wrote it.
 */
host: boolean, 
/**
 * The colour of the name, one of [`ChatMessage::COLOURS`]; two viewers whose lines follow one another never have the same.
 */
colour: number, 
/**
 * As it was written, without control characters and what turns the direction of other people's lines.
 */
text: string, 
/**
 * The message that it answers.
 */
reply_to?: MessageId, };

export type SharedMessage = ChatMessage;

export type ChatMode = "everyone" | "admitted" | "off";

export type ChatFormat = "text" | "json";

export type ChatAct = "say" | "name" | "react" | "hand" | "chat_since";

export type ChatRefusal = "not_watching" | "chat_off" | "not_admitted" | "muted" | "too_fast" | "slow_mode" | "empty" | "too_long" | "bad_name" | "reserved_name" | "unwanted_word" | "no_links" | "unknown_message" | "bad_reaction";

export type MutedViewer = { 
/**
 * Who.
 */
viewer: ViewerId, 
/**
 * Until then, milliseconds since the Unix epoch; none: until the broadcaster says otherwise.
 */
until?: number, };

export type ViewerName = { 
/**
 * Who.
 */
viewer: ViewerId, 
/**
 * As it was chosen, with a number where another has the name.
 */
name: string, };

export type ChatSnapshot = { 
/**
 * Who may write.
 */
mode: ChatMode, 
/**
 * Least time between two messages of a viewer, seconds.
 */
slow_s: number, 
/**
 * Viewers may send links.
 */
links: boolean, 
/**
 * What viewers may not write.
 */
unwanted_words: Array<string>, 
/**
 * What stands above all others.
 */
pinned: SharedMessage | null, 
/**
 * The last of them, the oldest first.
 */
messages: Array<SharedMessage>, 
/**
 * What those who watch are called.
 */
names: Array<ViewerName>, 
/**
 * Who may not write.
 */
muted: Array<MutedViewer>, 
/**
 * Who raised a hand, the first first.
 */
hands: Array<ViewerId>, };

export type Controls = { 
/**
 * The microphone is muted.
 */
microphone_muted: boolean, 
/**
 * The camera is off: a card with the title is sent.
 */
camera_off: boolean, 
/**
 * A card and silence are sent, whatever the other two say; it ends with the broadcast.
 */
be_right_back: boolean, };

export type StripId = "microphone" | "microphone2" | "microphone3" | "microphone4" | "desktop" | "tone";

export type StripSettings = { 
/**
 * Decibels, [`StripSettings::LEAST_GAIN`] to [`StripSettings::MOST_GAIN`]; 0: as it comes.
 */
gain_db: number, 
/**
 * Not heard. But for the first microphone: not even listened to.
 */
mute: boolean, 
/**
 * Which channels are heard, and where.
 */
channels: string, 
/**
 * Noise that goes on and on is taken out: of microphones only.
 */
noise_suppression: boolean, 
/**
 * It is shut while nobody speaks: microphones only.
 */
gate: boolean, 
/**
 * As loud as this (dBFS, the largest sample, as it comes and without noise where that is taken out) opens the gate:
 * [`StripSettings::LEAST_GATE`] to [`StripSettings::MOST_GATE`].
 */
gate_db: number, };

export type Strip = { 
/**
 * Which.
 */
strip: StripId, 
/**
 * Which microphone it listens to, as it was chosen, or of the desktop which program alone; none of the first microphone, which the
 * settings have.
 */
device?: string, 
/**
 * The broadcaster listens to it, and not to the whole mix.
 */
solo: boolean, 
/**
 * How its device does; none of the first microphone, which has an event of its own.
 */
state?: SourceState, 
/**
 * Decibels, [`StripSettings::LEAST_GAIN`] to [`StripSettings::MOST_GAIN`]; 0: as it comes.
 */
gain_db: number, 
/**
 * Not heard. But for the first microphone: not even listened to.
 */
mute: boolean, 
/**
 * Which channels are heard, and where.
 */
channels: string, 
/**
 * Noise that goes on and on is taken out: of microphones only.
 */
noise_suppression: boolean, 
/**
 * It is shut while nobody speaks: microphones only.
 */
gate: boolean, 
/**
 * As loud as this (dBFS, the largest sample, as it comes and without noise where that is taken out) opens the gate:
 * [`StripSettings::LEAST_GATE`] to [`StripSettings::MOST_GATE`].
 */
gate_db: number, };

export type Headphones = { 
/**
 * As it was chosen; null: nobody listens.
 */
output: string | null, 
/**
 * How it does.
 */
state: SourceState, };

export type StripLevels = { 
/**
 * Which.
 */
strip: StripId, 
/**
 * The largest sample that came since the last time; 1 is full scale.
 */
before: number, 
/**
 * The largest sample that went on to the sum.
 */
after: number, 
/**
 * Of the same: short-term loudness (EBU R128), LUFS; null: too quiet to tell.
 */
loudness: number | null, };

export type SoundTrouble = "zeros" | "silence" | "clipping";

export type Snapshot = { 
/**
 * Where the broadcast is.
 */
phase: Phase, 
/**
 * The rehearsal; null where none runs.
 */
rehearsal: Rehearsal | null, 
/**
 * The links; none only before the port is open.
 */
links: Links | null, 
/**
 * Who is watching.
 */
viewers: Array<Viewer>, 
/**
 * Who was removed, the latest first.
 */
removed: Array<RemovedViewer>, 
/**
 * Now.
 */
watching: number, 
/**
 * The most at one time in this broadcast.
 */
peak: number, 
/**
 * Nobody new is let in.
 */
locked: boolean, 
/**
 * Who comes is asked for a passcode.
 */
passcode: boolean, 
/**
 * Who comes waits until somebody lets it in.
 */
waiting_room: boolean, 
/**
 * Who knocks, the first who came first.
 */
knocks: Array<Knock>, 
/**
 * Guests' own links, the first that was made first.
 */
guest_links: Array<GuestLink>, 
/**
 * Who has the link and does not watch.
 */
outside: Outside, 
/**
 * The camera.
 */
camera: SourceState, 
/**
 * The screen, the window or the image.
 */
screen: SourceState, 
/**
 * The microphone.
 */
microphone: SourceState, 
/**
 * What the broadcaster listens on.
 */
headphones: Headphones, 
/**
 * The mixer, strip by strip.
 */
strips: Array<Strip>, 
/**
 * What is wrong with the sound though every device runs; null: nothing.
 */
sound: SoundTrouble | null, 
/**
 * What the broadcaster withholds.
 */
controls: Controls, 
/**
 * What could be chosen.
 */
devices: Devices, 
/**
 * The engines that the stream is handed to.
 */
relays: Array<Relay>, 
/**
 * As they are now.
 */
settings: Settings, 
/**
 * The stream as a whole.
 */
stats: StreamStats, 
/**
 * How many more could watch; null: nothing is known.
 */
capacity: Capacity | null, 
/**
 * The recording.
 */
recording: Recording, 
/**
 * What was begun in an earlier run and can be mended.
 */
unfinished_recordings: Array<UnfinishedRecording>, 
/**
 * What people say.
 */
chat: ChatSnapshot, };

export type Command = { "command": "go_live" } | { "command": "rehearse", 
/**
 * Rehearsing.
 */
on: boolean, } | { "command": "end" } | { "command": "quit" } | { "command": "kick", 
/**
 * Who.
 */
viewer: ViewerId, 
/**
 * Shown to the viewer.
 */
reason: string | null, } | { "command": "ban", 
/**
 * Who; a kicked viewer may be banned too.
 */
viewer: ViewerId, 
/**
 * Shown to the viewer.
 */
reason: string | null, } | { "command": "block", 
/**
 * As [`crate::Event::Attempts`] tells it; IPv6: the /64.
 */
address: string, } | { "command": "forgive", 
/**
 * The id that was removed.
 */
viewer: ViewerId, } | { "command": "lock", 
/**
 * Locked.
 */
on: boolean, } | { "command": "waiting_room", 
/**
 * There is one.
 */
on: boolean, } | { "command": "admit", 
/**
 * Who.
 */
viewer: ViewerId, } | { "command": "admit_all" } | { "command": "admit_known" } | { "command": "refuse", 
/**
 * Who.
 */
viewer: ViewerId, 
/**
 * Shown to who knocks.
 */
reason: string | null, } | { "command": "make_guest_link", 
/**
 * What the guest is called, in its row too: 32 characters.
 */
name: string, 
/**
 * It ends after so many seconds; none: when it is revoked.
 */
expires_s: number | null, 
/**
 * So many devices may watch by it at one time, at least one; none: any number.
 */
devices: number | null, } | { "command": "revoke_guest_link", 
/**
 * As it was made.
 */
name: string, } | { "command": "passcode", 
/**
 * The word; null: none.
 */
text: Secret | null, } | { "command": "new_link" } | { "command": "set_address", 
/**
 * One of [`crate::Links::addresses`].
 */
host: string, } | { "command": "set_source", 
/**
 * In full, or as on the command line.
 */
source: SourceGiven, } | { "command": "set_scene", 
/**
 * As on the command line, or `off`.
 */
scene: string, } | { "command": "swap_scene" } | { "command": "set_camera", 
/**
 * `pattern`, `off`, a camera's name or its index.
 */
camera: string, } | { "command": "set_microphone", 
/**
 * `tone`, `off` or a microphone's name.
 */
microphone: string, } | { "command": "add_microphone", 
/**
 * Its name.
 */
microphone: string, } | { "command": "remove_microphone", 
/**
 * Not the first.
 */
strip: StripId, } | { "command": "set_strip", 
/**
 * Which.
 */
strip: StripId, 
/**
 * Decibels, -40 to 20; 0: as it comes.
 */
gain_db: number | null, 
/**
 * Not heard. Of a microphone that is the only one it is what `mute_microphone` says.
 */
mute: boolean | null, 
/**
 * `auto`, `left`, `right`, `mono`, `stereo`, or the number of an input.
 */
channels: string | null, 
/**
 * Take noise that goes on and on out of a microphone's sound, which comes 20 ms later then.
 */
noise_suppression: boolean | null, 
/**
 * Shut a microphone off while nobody speaks.
 */
gate: boolean | null, 
/**
 * What opens the gate, dBFS, -70 to -10.
 */
gate_db: number | null, 
/**
 * Listen to another microphone: its name. Of the first it is the same as `set_microphone`; of the desktop it is a program that is to be
 * heard alone, or `everything`.
 */
device: string | null, 
/**
 * The broadcaster listens to it, and not to the whole mix. Viewers hear the same as before.
 */
solo: boolean | null, } | { "command": "set_headphones", 
/**
 * `default`, the name of an output, or null: nobody listens.
 */
output: string | null, } | { "command": "mute_microphone", 
/**
 * Muted.
 */
on: boolean, } | { "command": "camera_off", 
/**
 * Off.
 */
on: boolean, } | { "command": "be_right_back", 
/**
 * Away.
 */
on: boolean, } | { "command": "list_devices" } | { "command": "record", 
/**
 * A file, or a folder; absent: the settings' folder.
 */
path: string | null, } | { "command": "stop_recording" } | { "command": "mark", 
/**
 * The chapter's title.
 */
text: string | null, } | { "command": "mend_recording", 
/**
 * One of [`crate::Snapshot::unfinished_recordings`], or any other that Skylark began; absent: all of those.
 */
file: string | null, } | { "command": "relay", 
/**
 * `whip+https://HOST[:PORT]/PATH`, `janus+wss://HOST[:PORT]/ROOM`, `janus-rtp+https://HOST[:PORT]/NAME`,
 * `livekit+wss://HOST[:PORT]/ROOM`, `mediasoup+https://HOST[:PORT]/NAME` or `jitsi+https://HOST[:PORT]/NAME`.
 */
url: string, 
/**
 * What it is told and nobody else.
 */
secrets: RelaySecrets, } | { "command": "stop_relay", 
/**
 * Which.
 */
relay: RelayId, } | { "command": "configure", 
/**
 * What changes.
 */
settings: SettingsChange, } | { "command": "say", 
/**
 * At most 500 characters.
 */
text: string, 
/**
 * A message that it answers.
 */
reply_to: MessageId | null, } | { "command": "delete_message", 
/**
 * Which.
 */
message: MessageId, } | { "command": "delete_messages", 
/**
 * Who.
 */
viewer: ViewerId, } | { "command": "restore_messages", 
/**
 * As [`crate::Event::ChatDeleted`] told them.
 */
messages: Array<MessageId>, } | { "command": "mute", 
/**
 * Who.
 */
viewer: ViewerId, 
/**
 * For so long; none: until `unmute`.
 */
seconds: number | null, } | { "command": "unmute", 
/**
 * Who.
 */
viewer: ViewerId, } | { "command": "slow_mode", 
/**
 * 0: off.
 */
seconds: number, } | { "command": "chat", 
/**
 * From now on.
 */
mode: ChatMode, } | { "command": "pin", 
/**
 * Which; null: none.
 */
message: MessageId | null, } | { "command": "unwanted_words", 
/**
 * All of them; what was there before is not.
 */
words: Array<string>, } | { "command": "links_in_chat", 
/**
 * They may.
 */
on: boolean, } | { "command": "save_chat", 
/**
 * A file that is not there yet; none: one in the data folder.
 */
path: string | null, 
/**
 * As what.
 */
format: ChatFormat, } | { "command": "history", 
/**
 * Only what came after this, milliseconds since the Unix epoch; none: all that is kept.
 */
since: number | null, } | { "command": "save_history", 
/**
 * A file that is not there yet; none: one in the data folder.
 */
path: string | null, } | { "command": "lower_hand", 
/**
 * Who.
 */
viewer: ViewerId, };

export type Event = { "event": "live", 
/**
 * The link to share.
 */
watch: string, 
/**
 * The WHEP endpoint.
 */
whep: string, 
/**
 * TCP and UDP.
 */
port: number, } | { "event": "ended" } | { "event": "phase", 
/**
 * Where it is now.
 */
phase: Phase, } | { "event": "rehearsal", 
/**
 * As it is now; null: it is over.
 */
rehearsal: Rehearsal | null, } | { "event": "viewer_joined", 
/**
 * Who.
 */
viewer: Viewer, } | { "event": "viewer_moved", 
/**
 * Who it is now.
 */
viewer: ViewerId, 
/**
 * Where it watches now; null: here.
 */
relay: RelayId | null, } | { "event": "viewer_left", 
/**
 * Who.
 */
viewer: ViewerId, 
/**
 * Why.
 */
reason: LeaveReason, } | { "event": "quality", 
/**
 * Who.
 */
viewer: ViewerId, 
/**
 * Which; null: what it is sent is chosen by what its line carries.
 */
layer: Rid | null, } | { "event": "viewers", 
/**
 * By viewer.
 */
viewers: Array<[ViewerId, ViewerStats]>, } | { "event": "count", 
/**
 * Now.
 */
watching: number, 
/**
 * The most at one time in this broadcast.
 */
peak: number, } | { "event": "removed", 
/**
 * Who, how and why.
 */
viewer: RemovedViewer, } | { "event": "forgiven", 
/**
 * The id that was removed.
 */
viewer: ViewerId, } | { "event": "attempts", 
/**
 * IP address, without port; IPv6: one of the /64 that is counted together.
 */
address: string, 
/**
 * So many since it was last quiet.
 */
count: number, 
/**
 * [`crate::Command::Block`] can refuse it: it is not this computer's own.
 */
blockable: boolean, } | { "event": "failed_join", 
/**
 * IP address, without port.
 */
address: string, 
/**
 * As in [`Viewer::browser`].
 */
browser: string, 
/**
 * What is wrong, for people.
 */
reason: string, 
/**
 * What the browser came to; none where it was the offer.
 */
code?: FailureCode, 
/**
 * Whether a connectivity check of its arrived here; none where that is not known.
 */
arrived?: boolean, 
/**
 * Its key in the section `told`; none where it is no sentence of the table.
 */
key?: string, 
/**
 * By the names that stand in braces there; none where it has none.
 */
values?: { [key in string]: Value }, } | { "event": "outside", 
/**
 * As it is now.
 */
outside: Outside, } | { "event": "lock", 
/**
 * Locked: nobody new is let in.
 */
on: boolean, } | { "event": "waiting_room", 
/**
 * There is one.
 */
on: boolean, } | { "event": "knock", 
/**
 * Who.
 */
viewer: Knock, } | { "event": "knock_left", 
/**
 * Whose.
 */
viewer: ViewerId, 
/**
 * How.
 */
reason: KnockEnd, } | { "event": "guest_link" } & GuestLink | { "event": "guest_link_ended", 
/**
 * Whose.
 */
name: string, } | { "event": "passcode", 
/**
 * There is one.
 */
on: boolean, } | { "event": "links", 
/**
 * As they are now.
 */
links: Links, } | { "event": "source", 
/**
 * Which it is, as it was chosen.
 */
source: SourceName, 
/**
 * As it is now.
 */
state: SourceState, } | { "event": "camera", 
/**
 * As it is now.
 */
state: SourceState, } | { "event": "microphone", 
/**
 * As it is now.
 */
state: SourceState, } | { "event": "strip" } & Strip | { "event": "headphones" } & Headphones | { "event": "strip_removed", 
/**
 * Which.
 */
strip: StripId, } | { "event": "sound", 
/**
 * What; null: nothing.
 */
trouble: SoundTrouble | null, } | { "event": "mute_microphone", 
/**
 * Muted.
 */
on: boolean, } | { "event": "camera_off", 
/**
 * Off: a card with the title is sent.
 */
on: boolean, } | { "event": "be_right_back", 
/**
 * Away: a card and silence are sent.
 */
on: boolean, } | { "event": "devices", 
/**
 * All of them.
 */
devices: Devices, } | { "event": "relay" } & Relay | { "event": "settings", 
/**
 * As they are now.
 */
settings: Settings, } | { "event": "stats", 
/**
 * The stream as a whole.
 */
stats: StreamStats, } | { "event": "capacity", 
/**
 * As it is now; null: nothing is known.
 */
capacity: Capacity | null, } | { "event": "history", 
/**
 * A point for five seconds of a broadcast, the oldest first.
 */
points: Array<HistoryPoint>, } | { "event": "history_saved", 
/**
 * Where.
 */
path: string, 
/**
 * So many points.
 */
points: number, } | { "event": "recording", 
/**
 * What it does.
 */
state: RecordingState, 
/**
 * The file that is being written, or was written last; none before there is one.
 */
file: string | null, 
/**
 * How long it is, all its files together.
 */
seconds: number, 
/**
 * How large it is, all its files together.
 */
bytes: number, 
/**
 * For a person: why it ended by itself, what is missing, that the disk has little room. Absent where there is nothing to say.
 */
message?: string, 
/**
 * Its key in the section `told`; none where it is no sentence of the table.
 */
key?: string, 
/**
 * By the names that stand in braces there; none where it has none.
 */
values?: { [key in string]: Value }, } | { "event": "unfinished_recordings", 
/**
 * All that can be.
 */
files: Array<UnfinishedRecording>, } | { "event": "recording_mended", 
/**
 * Which.
 */
file: string, 
/**
 * How long it is.
 */
seconds: number, 
/**
 * How large it is.
 */
bytes: number, } | { "event": "chat", 
/**
 * What.
 */
message: SharedMessage, } | { "event": "chat_deleted", 
/**
 * Which.
 */
messages: Array<MessageId>, } | { "event": "chat_state", 
/**
 * Who may write.
 */
mode: ChatMode, 
/**
 * Least time between two messages of a viewer, seconds.
 */
slow_s: number, 
/**
 * Viewers may send links.
 */
links: boolean, 
/**
 * What stands above all others.
 */
pinned: SharedMessage | null, 
/**
 * What viewers may not write.
 */
unwanted_words: Array<string>, } | { "event": "chat_saved", 
/**
 * Where.
 */
path: string, 
/**
 * So many messages.
 */
messages: number, } | { "event": "reactions", 
/**
 * By emoji.
 */
counts: { [key in string]: number }, } | { "event": "name", 
/**
 * Who.
 */
viewer: ViewerId, 
/**
 * With a number where another has it.
 */
name: string, } | { "event": "hand", 
/**
 * Who.
 */
viewer: ViewerId, 
/**
 * Up.
 */
up: boolean, } | { "event": "muted", 
/**
 * Who.
 */
viewer: ViewerId, 
/**
 * Until then, milliseconds since the Unix epoch; none: until unmuted.
 */
until?: number, } | { "event": "unmuted", 
/**
 * Who.
 */
viewer: ViewerId, } | { "event": "error", 
/**
 * What a program tells apart.
 */
code: ErrorCode, 
/**
 * In English.
 */
message: string, 
/**
 * Its key in the section `told`; none where it is no sentence of the table.
 */
key?: string, 
/**
 * By the names that stand in braces there; none where it has none.
 */
values?: { [key in string]: Value }, };

export type PanelMessage = { "kind": "snapshot", 
/**
 * All that the panel shows.
 */
snapshot: Snapshot, } | { "kind": "event", 
/**
 * The same as scripts get.
 */
event: Event, } | { "kind": "levels", 
/**
 * The largest sample since the last message, left and right; 1 is full scale.
 */
peak: [number, number], 
/**
 * The root of the mean square, left and right; 1 is full scale.
 */
rms: [number, number], } | { "kind": "strips", 
/**
 * Those that are listened to.
 */
strips: Array<StripLevels>, } | { "kind": "close_asked" };

export type CommandRefused = { 
/**
 * What a program tells apart.
 */
code: ErrorCode, 
/**
 * In English.
 */
message: string, 
/**
 * Its key in the section `told`; none where it is no sentence of the table.
 */
key?: string, 
/**
 * By the names that stand in braces there; none where it has none.
 */
values?: { [key in string]: Value }, };

export type PageMessage = { "type": "state", 
/**
 * Live now.
 */
live: boolean, 
/**
 * The broadcaster's words for the stream; may be empty.
 */
title: string, } | { "type": "controls" } & Controls | { "type": "rehearsal" } | { "type": "count", 
/**
 * Now.
 */
watching: number, } | { "type": "removed", 
/**
 * `kicked`, `banned`, or `not_admitted` where it knocked.
 */
code: RefusalCode, 
/**
 * The broadcaster's words.
 */
reason: string | null, } | { "type": "forgiven" } | { "type": "retired" } | { "type": "knocking" } | { "type": "passcode" } | { "type": "ended" } | { "type": "quality", 
/**
 * What it holds; null: what it is sent is chosen for it.
 */
layer: Rid | null, 
/**
 * The largest first. None where nothing can be chosen: it is sent no picture, or watches at a relay.
 */
layers: Array<LayerChoice>, } | { "type": "room" } | { "type": "chat", 
/**
 * The oldest first.
 */
messages: Array<SharedMessage>, } | { "type": "chat_deleted", 
/**
 * Which.
 */
messages: Array<MessageId>, } | { "type": "chat_state", 
/**
 * Who may write.
 */
mode: ChatMode, 
/**
 * Least time between two messages of a viewer, seconds.
 */
slow_s: number, 
/**
 * Viewers may send links.
 */
links: boolean, 
/**
 * What stands above all others.
 */
pinned: SharedMessage | null, 
/**
 * The first message of this broadcast, when there will be one: what a page has from before is of another.
 */
first: MessageId, } | { "type": "reactions", 
/**
 * By emoji.
 */
counts: { [key in string]: number }, } | { "type": "you", 
/**
 * Whose messages are this viewer's own; none while it does not watch.
 */
viewer: ViewerId | null, 
/**
 * None before one was chosen.
 */
name: string | null, 
/**
 * May read only.
 */
muted: boolean, 
/**
 * Until then, milliseconds since the Unix epoch; none: until the broadcaster says otherwise.
 */
until?: number, 
/**
 * The hand is up.
 */
hand: boolean, } | { "type": "refused", 
/**
 * Why.
 */
code: ChatRefusal, 
/**
 * What it was.
 */
of: ChatAct, 
/**
 * When it may be tried again, seconds.
 */
retry_after_s?: number, };

export type PageHello = { "type": "watching", 
/**
 * Session id.
 */
session: string, } | { "type": "latency", 
/**
 * Milliseconds.
 */
latency_ms: number, } | { "type": "quality", 
/**
 * Which.
 */
layer: Rid | null, } | { "type": "path", 
/**
 * Packets that came.
 */
packets: number, 
/**
 * Packets that did not, nor when they were sent again.
 */
lost: number, 
/**
 * Pictures that were decoded.
 */
pictures?: number, 
/**
 * How much later than the picture of the same moment the sound is played, milliseconds, by the clocks of the sender reports.
 */
sound_late_ms?: number, } | { "type": "chat_since", 
/**
 * The newest that it has.
 */
message: MessageId | null, } | { "type": "chat_closed" } | { "type": "say", 
/**
 * At most 500 characters.
 */
text: string, 
/**
 * A message that it answers.
 */
reply_to: MessageId | null, } | { "type": "name", 
/**
 * At most 32 characters.
 */
name: string, } | { "type": "react", 
/**
 * One of [`PageHello::REACTIONS`].
 */
emoji: string, } | { "type": "hand", 
/**
 * Up.
 */
up: boolean, };
