//! OpenH264, bound by its C interface: the safe wrapper is fixed to one spatial and one temporal layer.
#![allow(unsafe_code)] // The C interface of OpenH264 is a table of functions.

use super::{EncodeError, parameter_sets};
use crate::{VideoConfig, frame::Picture};
use bytes::BytesMut;
use openh264_sys2 as sys;
use std::{
    ffi::{c_int, c_void},
    ptr,
    time::Instant,
};
use stream::{Profile, Rid, VideoCodec, VideoFrame, Way};
use sys::source::APILoader;

/// One encoder that makes independent streams of a picture, one for each of its spatial layers, each with three temporal
/// layers. It scales the picture down for all but the largest.
pub(crate) struct H264 {
    encoder: *mut sys::ISVCEncoder,
    config: VideoConfig,
    /// The smallest first; what OpenH264 numbers from 0.
    rids: &'static [Rid],
    output: Box<sys::SFrameBSInfo>,
    started: Option<Instant>,
    /// Each layer's last temporal layer.
    last: [u8; LAYERS],
    /// What each layer's last keyframe says that it is.
    profiles: [Profile; LAYERS],
}

// SAFETY: OpenH264 keeps no thread-local state, and `&mut self` lets one thread in at a time.
unsafe impl Send for H264 {}

/// `ForceIntraFrame` as it is in C++: `(this, bool idr, int layer = -1)`. The binding leaves the last argument out, and the
/// layer would be whatever the register holds.
type ForceIntraFrame = unsafe extern "C" fn(*mut sys::ISVCEncoder, bool, c_int) -> c_int;

const LAYERS: usize = Rid::ALL.len();
const TEMPORAL_LAYERS: c_int = 3;

impl H264 {
    /// An encoder of those layers (the smallest first), whose first picture is a keyframe in each.
    pub(crate) fn new(config: &VideoConfig, rids: &'static [Rid], profile: Profile) -> Result<Self, EncodeError> {
        let failed = |code| EncodeError { encoder: "OpenH264", action: "start", code };
        let mut encoder = ptr::null_mut();
        // SAFETY: the pointer is written on success only, and success is checked.
        let code = unsafe { APILoader::WelsCreateSVCEncoder(&mut encoder) };
        if code != 0 || encoder.is_null() {
            return Err(failed(code));
        }
        // From here on dropping it destroys the encoder.
        let (last, profiles) = ([0; LAYERS], [Profile::Main; LAYERS]);
        let this = Self { encoder, config: *config, rids, output: Box::default(), started: None, last, profiles };
        this.set_option(sys::ENCODER_OPTION_TRACE_LEVEL, &mut (sys::WELS_LOG_QUIET as c_int));
        let mut parameters = sys::SEncParamExt::default();
        let table = this.table();
        // SAFETY: both functions take the encoder they belong to and a structure of their own type.
        let code = unsafe { (table.GetDefaultParams.expect("OpenH264 has it"))(encoder, &mut parameters) };
        if code != 0 {
            return Err(failed(code));
        }
        fill(&mut parameters, config, rids, profile);
        // SAFETY: as above.
        let code = unsafe { (table.InitializeExt.expect("OpenH264 has it"))(encoder, &parameters) };
        if code != 0 {
            return Err(failed(code));
        }
        this.set_option(sys::ENCODER_OPTION_DATAFORMAT, &mut (sys::videoFormatI420 as c_int));
        Ok(this)
    }

    /// What it was made for; bitrates may have changed since.
    pub(crate) fn config(&self) -> &VideoConfig {
        &self.config
    }

    /// Changes a layer's bitrate from the next picture on. Layers of others are none of its business.
    pub(crate) fn set_bitrate(&mut self, rid: Rid, kbps: u32) {
        let Some(layer) = self.rids.iter().position(|own| *own == rid) else { return };
        let mut rate = sys::SBitrateInfo { iLayer: layer as sys::LAYER_NUM, iBitrate: bits(kbps) };
        self.set_option(sys::ENCODER_OPTION_BITRATE, &mut rate);
    }

    /// Encodes a picture of the size of its largest layer, as a keyframe in those layers (by [`Rid::index`]). Out comes a
    /// picture of each of its layers, the largest first.
    pub(crate) fn encode(
        &mut self,
        picture: &Picture,
        captured: Instant,
        keyframes: [bool; LAYERS],
    ) -> Result<Vec<VideoFrame>, EncodeError> {
        debug_assert_eq!((picture.width, picture.height), self.config.layer_size(largest(self.rids)));
        for (layer, _) in self.rids.iter().enumerate().filter(|(_, rid)| keyframes[rid.index()]) {
            self.force_keyframe(layer as c_int);
        }
        let started = *self.started.get_or_insert(captured);
        let [y, u, v] = picture.planes();
        let width = c_int::from(picture.width);
        let source = sys::SSourcePicture {
            iColorFormat: sys::videoFormatI420 as c_int,
            iStride: [width, width / 2, width / 2, 0],
            // OpenH264 only reads them.
            pData: [y.as_ptr().cast_mut(), u.as_ptr().cast_mut(), v.as_ptr().cast_mut(), ptr::null_mut()],
            iPicWidth: width,
            iPicHeight: c_int::from(picture.height),
            uiTimeStamp: captured.saturating_duration_since(started).as_millis() as i64,
            ..Default::default()
        };
        let encode = self.table().EncodeFrame.expect("OpenH264 has it");
        // SAFETY: the planes outlive the call and are as large as width, height and strides say.
        let code = unsafe { encode(self.encoder, &source, &mut *self.output) };
        if code != 0 {
            return Err(EncodeError { encoder: "OpenH264", action: "encode a picture", code });
        }
        let mut pictures: Vec<_> = (0..self.rids.len()).rev().filter_map(|layer| self.layer(layer, captured)).collect();
        for picture in &mut pictures {
            // A picture of layer 1 refers to layer 0 only; one of layer 2 to the picture before it, whichever layer has that.
            let last = std::mem::replace(&mut self.last[picture.rid.index()], picture.temporal);
            picture.layer_sync = picture.temporal < 2 || last == 0;
            let profile = &mut self.profiles[picture.rid.index()];
            if picture.keyframe {
                *profile = parameter_sets::profile(&picture.data);
            }
            picture.profile = *profile;
        }
        Ok(pictures)
    }

    /// Gathers one layer's parts of the last picture: parameter sets and slices are separate entries.
    fn layer(&self, layer: usize, captured: Instant) -> Option<VideoFrame> {
        let rid = self.rids[layer];
        let entries = &self.output.sLayerInfo[..self.output.iLayerNum as usize];
        let mut data = BytesMut::new();
        let mut picture = None;
        for entry in entries.iter().filter(|entry| usize::from(entry.uiSpatialId) == layer) {
            // SAFETY: the encoder owns these until its next call, which takes `&mut self`; it tells their lengths.
            unsafe {
                let lengths = std::slice::from_raw_parts(entry.pNalLengthInByte, entry.iNalCount as usize);
                let length: c_int = lengths.iter().sum();
                data.extend_from_slice(std::slice::from_raw_parts(entry.pBsBuf, length as usize));
            }
            if c_int::from(entry.uiLayerType) == sys::VIDEO_CODING_LAYER {
                // The type of the whole output is a mixture where one layer has a keyframe and another has not.
                picture = Some((entry.uiTemporalId, entry.eFrameType == sys::videoFrameTypeIDR));
            }
        }
        let (temporal, keyframe) = picture?;
        let (width, height) = self.config.layer_size(rid);
        Some(VideoFrame {
            codec: VideoCodec::H264,
            rid,
            temporal,
            profile: Profile::Main,
            keyframe,
            captured,
            way: Way::at(captured),
            width,
            height,
            layer_sync: false,
            data: data.freeze(),
        })
    }

    fn force_keyframe(&mut self, layer: c_int) {
        let force = self.table().ForceIntraFrame.expect("OpenH264 has it");
        // SAFETY: C++ declares three arguments, see [`ForceIntraFrame`].
        unsafe {
            std::mem::transmute::<unsafe extern "C" fn(*mut sys::ISVCEncoder, bool) -> c_int, ForceIntraFrame>(force)(
                self.encoder,
                true,
                layer,
            )
        };
    }

    fn set_option<T>(&self, option: sys::ENCODER_OPTION, value: &mut T) {
        // SAFETY: each caller gives the type that the option is documented with. A refused option is no error that anybody
        // could act on; what depends on them is tested.
        unsafe {
            (self.table().SetOption.expect("OpenH264 has it"))(
                self.encoder,
                option,
                ptr::from_mut(value).cast::<c_void>(),
            )
        };
    }

    fn table(&self) -> &sys::ISVCEncoderVtbl {
        // SAFETY: a live encoder begins with the pointer to its table.
        unsafe { &**self.encoder }
    }
}

impl Drop for H264 {
    fn drop(&mut self) {
        // SAFETY: created in `new`, and not used after this.
        unsafe {
            (self.table().Uninitialize.expect("OpenH264 has it"))(self.encoder);
            APILoader::WelsDestroySVCEncoder(self.encoder);
        }
    }
}

fn largest(rids: &[Rid]) -> Rid {
    *rids.last().expect("an encoder has a layer")
}

/// The finest is OpenH264's own. The coarsest is H.264's, nine steps beyond OpenH264's own, so that the rate is kept whatever is filmed.
const QUANTISERS: [c_int; 2] = [12, 51];

/// Primaries and transfer of BT.709, as sRGB's, and the matrix of BT.601 (tables E-3 to E-5 of H.264).
const COLOUR: [u8; 3] = [1, 1, 6];

fn fill(parameters: &mut sys::SEncParamExt, config: &VideoConfig, rids: &[Rid], profile: Profile) {
    let (width, height) = config.layer_size(largest(rids));
    parameters.iUsageType = sys::CAMERA_VIDEO_REAL_TIME;
    parameters.iPicWidth = c_int::from(width);
    parameters.iPicHeight = c_int::from(height);
    parameters.fMaxFrameRate = config.fps as f32;
    parameters.iTargetBitrate = rids.iter().map(|rid| bits(config.layer_kbps(*rid))).sum();
    parameters.iRCMode = sys::RC_BITRATE_MODE;
    [parameters.iMinQp, parameters.iMaxQp] = QUANTISERS;
    parameters.iComplexityMode = sys::LOW_COMPLEXITY;
    parameters.iTemporalLayerNum = TEMPORAL_LAYERS;
    // In baseline OpenH264 takes it back without a word.
    parameters.iEntropyCodingModeFlag = (profile == Profile::Main).into();
    parameters.iSpatialLayerNum = rids.len() as c_int;
    // Independent streams: the upper layers of an SVC stream are nothing a browser can decode.
    parameters.bSimulcastAVC = true;
    parameters.bPrefixNalAddingCtrl = false;
    parameters.eSpsPpsIdStrategy = sys::CONSTANT_ID;
    // Keyframes come when they are asked for, layer by layer, never by themselves in all layers at once.
    parameters.uiIntraPeriod = 0;
    parameters.bEnableSceneChangeDetect = false;
    // A skipped picture is a stutter; the rate is held by the quantiser.
    parameters.bEnableFrameSkip = false;
    // One thread: the other cores have the viewers.
    parameters.iMultipleThreadIdc = 1;
    for (layer, rid) in parameters.sSpatialLayers.iter_mut().zip(rids.iter().copied()) {
        let (width, height) = config.layer_size(rid);
        layer.iVideoWidth = c_int::from(width);
        layer.iVideoHeight = c_int::from(height);
        layer.fFrameRate = config.fps as f32;
        layer.iSpatialBitrate = bits(config.layer_kbps(rid));
        layer.uiProfileIdc = match profile {
            Profile::Baseline => sys::PRO_BASELINE,
            Profile::Main => sys::PRO_MAIN,
        };
        // OpenH264 numbers levels as the stream does.
        layer.uiLevelIdc = config.h264_level(rid).idc().into();
        layer.sSliceArgument.uiSliceMode = sys::SM_SINGLE_SLICE;
        // The range of video, and what [`COLOUR`] says.
        layer.bVideoSignalTypePresent = true;
        layer.uiVideoFormat = sys::VF_UNDEF as _;
        layer.bFullRange = false;
        layer.bColorDescriptionPresent = true;
        [layer.uiColorPrimaries, layer.uiTransferCharacteristics, layer.uiColorMatrix] = COLOUR;
    }
}

fn bits(kbps: u32) -> c_int {
    (kbps * 1000) as c_int
}
