//! OpenH264, bound by its C interface: the safe wrapper is fixed to one spatial and one temporal layer.
#![allow(unsafe_code)] // The C interface of OpenH264 is a table of functions.

use super::{
    Action, EncodeError, LayerConfig, LayerEncoder,
    changes::Changes,
    parameter_sets,
    rate::Rate,
    screen_rate::{Quantisers, ScreenRate},
};
use crate::frame::{Content, Picture};
use bytes::BytesMut;
use openh264_sys2 as sys;
use std::{
    ffi::{c_int, c_void},
    ptr,
    time::Instant,
};
use stream::{Profile, VideoCodec, VideoFrame, Way};
use sys::source::APILoader;

/// An encoder of one spatial layer.
pub(crate) struct H264 {
    encoder: *mut sys::ISVCEncoder,
    config: LayerConfig,
    /// As the encoder has them.
    parameters: sys::SEncParamExt,
    control: Control,
    /// OpenH264 chooses the quantiser.
    chooses: bool,
    output: Box<sys::SFrameBSInfo>,
    started: Option<Instant>,
    /// The last temporal layer.
    last: u8,
    /// What the last keyframe says that it is.
    profile: Profile,
}

/// What holds the rate.
pub(crate) enum Control {
    /// OpenH264's own: of a stream with temporal layers it has to say how much each is given.
    Own,
    Camera(Rate),
    Screen(ScreenRate, Changes),
}

// SAFETY: OpenH264 keeps no thread-local state, and `&mut self` lets one thread in at a time.
unsafe impl Send for H264 {}

/// `ForceIntraFrame` as it is in C++: `(this, bool idr, int layer = -1)`. The binding leaves the last argument out, and the
/// layer would be whatever the register holds.
type ForceIntraFrame = unsafe extern "C" fn(*mut sys::ISVCEncoder, bool, c_int) -> c_int;

impl H264 {
    /// An encoder whose first picture is a keyframe, with its finest and its coarsest quantiser. Where it holds the rate by itself it does
    /// so as OpenH264 is by default.
    pub(crate) fn set_up(
        config: &LayerConfig,
        kbps: u32,
        quantisers: [c_int; 2],
        control: Control,
    ) -> Result<Self, EncodeError> {
        let failed = |code| EncodeError { encoder: "OpenH264", action: Action::Start, code };
        let mut encoder = ptr::null_mut();
        // SAFETY: the pointer is written on success only, and success is checked.
        let code = unsafe { APILoader::WelsCreateSVCEncoder(&mut encoder) };
        if code != 0 || encoder.is_null() {
            return Err(failed(code));
        }
        // From here on dropping it destroys the encoder.
        let mut this = Self {
            encoder,
            config: *config,
            parameters: sys::SEncParamExt::default(),
            chooses: !matches!(control, Control::Screen(..)),
            control,
            output: Box::default(),
            started: None,
            last: 0,
            profile: Profile::Main,
        };
        this.set_option(sys::ENCODER_OPTION_TRACE_LEVEL, &mut (sys::WELS_LOG_QUIET as c_int));
        let mut parameters = sys::SEncParamExt::default();
        let table = this.table();
        // SAFETY: both functions take the encoder they belong to and a structure of their own type.
        let code = unsafe { (table.GetDefaultParams.expect("OpenH264 has it"))(encoder, &mut parameters) };
        if code != 0 {
            return Err(failed(code));
        }
        fill(&mut parameters, config, kbps, quantisers);
        // What a keyframe takes is asked back by [`Rate`], slowly, and not by OpenH264 within eight pictures.
        parameters.bFixRCOverShoot = matches!(this.control, Control::Own);
        if !this.chooses {
            parameters.iRCMode = sys::RC_OFF_MODE;
        }
        // SAFETY: as above.
        let code = unsafe { (table.InitializeExt.expect("OpenH264 has it"))(encoder, &parameters) };
        if code != 0 {
            return Err(failed(code));
        }
        this.parameters = this.option(sys::ENCODER_OPTION_SVC_ENCODE_PARAM_EXT);
        this.set_option(sys::ENCODER_OPTION_DATAFORMAT, &mut (sys::videoFormatI420 as c_int));
        Ok(this)
    }

    /// Aims at so many bits a second from the next picture on.
    fn aim(&mut self, bits: c_int) {
        let layer = &mut self.parameters.sSpatialLayers[0];
        if std::mem::replace(&mut layer.iSpatialBitrate, bits) != bits {
            let mut rate = sys::SBitrateInfo { iLayer: sys::SPATIAL_LAYER_0, iBitrate: bits };
            self.set_option(sys::ENCODER_OPTION_BITRATE, &mut rate);
        }
    }

    /// The next picture has this quantiser, or what OpenH264 chooses.
    fn quantise(&mut self, quantiser: Option<u8>) {
        if let Some(quantiser) = quantiser {
            self.parameters.sSpatialLayers[0].iDLayerQp = quantiser.into();
            let mut parameters = self.parameters;
            self.set_option(sys::ENCODER_OPTION_SVC_ENCODE_PARAM_EXT, &mut parameters);
        }
        if std::mem::replace(&mut self.chooses, quantiser.is_none()) != quantiser.is_none() {
            let mut mode = if self.chooses { sys::RC_BITRATE_MODE } else { sys::RC_OFF_MODE };
            self.set_option(sys::ENCODER_OPTION_RC_MODE, &mut mode);
        }
    }

    /// The mean quantiser of the last picture.
    fn quantiser(&self) -> u8 {
        let statistics: sys::SEncoderStatistics = self.option(sys::ENCODER_OPTION_GET_STATISTICS);
        statistics.uiAverageFrameQP as u8
    }

    /// Encodes a picture by this quantiser, or by what OpenH264 chooses.
    fn encode_by(
        &mut self,
        quantiser: Option<u8>,
        picture: &Picture,
        captured: Instant,
        keyframe: bool,
    ) -> Result<Option<VideoFrame>, EncodeError> {
        if keyframe {
            self.force_keyframe();
        }
        self.quantise(quantiser);
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
            return Err(EncodeError { encoder: "OpenH264", action: Action::EncodePicture, code });
        }
        Ok(self.made(captured))
    }

    /// Gathers the parts of the last picture: parameter sets and slices are separate entries.
    fn made(&mut self, captured: Instant) -> Option<VideoFrame> {
        let entries = &self.output.sLayerInfo[..self.output.iLayerNum as usize];
        let mut data = BytesMut::new();
        let mut picture = None;
        for entry in entries {
            // SAFETY: the encoder owns these until its next call, which takes `&mut self`; it tells their lengths.
            unsafe {
                let lengths = std::slice::from_raw_parts(entry.pNalLengthInByte, entry.iNalCount as usize);
                let length: c_int = lengths.iter().sum();
                data.extend_from_slice(std::slice::from_raw_parts(entry.pBsBuf, length as usize));
            }
            if c_int::from(entry.uiLayerType) == sys::VIDEO_CODING_LAYER {
                picture = Some((entry.uiTemporalId, entry.eFrameType == sys::videoFrameTypeIDR));
            }
        }
        let (temporal, keyframe) = picture?;
        if keyframe {
            self.profile = parameter_sets::profile(&data);
        }
        // A picture of layer 1 refers to layer 0 only; one of layer 2 to the picture before it, whichever layer has that.
        let last = std::mem::replace(&mut self.last, temporal);
        let (width, height) = self.config.size;
        Some(VideoFrame {
            codec: VideoCodec::H264,
            rid: self.config.rid,
            temporal,
            profile: self.profile,
            keyframe,
            captured,
            way: Way::at(captured),
            width,
            height,
            layer_sync: temporal < 2 || last == 0,
            screen: false,
            data: data.freeze(),
        })
    }

    fn force_keyframe(&mut self) {
        let force = self.table().ForceIntraFrame.expect("OpenH264 has it");
        // SAFETY: C++ declares three arguments, see [`ForceIntraFrame`].
        unsafe {
            std::mem::transmute::<unsafe extern "C" fn(*mut sys::ISVCEncoder, bool) -> c_int, ForceIntraFrame>(force)(
                self.encoder,
                true,
                ALL_LAYERS,
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

    fn option<T: Default>(&self, option: sys::ENCODER_OPTION) -> T {
        let mut value = T::default();
        // SAFETY: each caller takes the type that the option is documented with.
        unsafe {
            (self.table().GetOption.expect("OpenH264 has it"))(
                self.encoder,
                option,
                ptr::from_mut(&mut value).cast::<c_void>(),
            )
        };
        value
    }

    fn table(&self) -> &sys::ISVCEncoderVtbl {
        // SAFETY: a live encoder begins with the pointer to its table.
        unsafe { &**self.encoder }
    }
}

impl LayerEncoder for H264 {
    const CODEC: VideoCodec = VideoCodec::H264;

    fn new(config: &LayerConfig, kbps: u32) -> Result<Self, EncodeError> {
        let control = match (config.temporal_layers, config.content) {
            (1, Content::Screen) => Control::Screen(ScreenRate::new(OF_SCREENS, kbps, config.fps), Changes::default()),
            (1, Content::Camera) => Control::Camera(Rate::new(kbps, config.fps)),
            _ => Control::Own,
        };
        Self::set_up(config, kbps, QUANTISERS, control)
    }

    fn set_bitrate(&mut self, kbps: u32) -> Result<(), EncodeError> {
        match &mut self.control {
            Control::Own => self.aim(bits(kbps)),
            Control::Camera(rate) => rate.set(kbps),
            Control::Screen(rate, _) => rate.set(kbps),
        }
        Ok(())
    }

    fn encode(
        &mut self,
        picture: &Picture,
        captured: Instant,
        keyframe: bool,
    ) -> Result<Option<VideoFrame>, EncodeError> {
        debug_assert_eq!((picture.width, picture.height), self.config.size);
        let quantiser = match &mut self.control {
            Control::Own => None,
            Control::Camera(rate) => {
                let (aim, quantiser) = (rate.aim(captured), rate.keyframe_quantiser().filter(|_| keyframe));
                self.aim(aim as c_int);
                quantiser
            }
            Control::Screen(rate, changes) => Some(rate.quantiser(captured, changes.part(picture), keyframe) as u8),
        };
        let mut made = self.encode_by(quantiser, picture, captured, keyframe)?;
        if let (Control::Screen(rate, _), Some(first)) = (&mut self.control, &made)
            && first.keyframe
            && !keyframe
            && let Some(coarser) = rate.too_large(first.data.len())
        {
            // It refers to no other picture, and nobody has it: it can be made once more.
            made = self.encode_by(Some(coarser as u8), picture, captured, true)?;
        }
        let quantiser = self.quantiser();
        if let Some(made) = &made {
            match &mut self.control {
                Control::Own => {}
                Control::Camera(rate) => rate.made(made.data.len(), made.keyframe, quantiser),
                Control::Screen(rate, _) => rate.made(made.data.len(), made.keyframe, keyframe),
            }
        }
        Ok(made)
    }

    fn coarseness(&mut self) -> f32 {
        f32::from(self.quantiser()) / QUANTISERS[1] as f32
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

/// The finest is OpenH264's own. The coarsest is H.264's, nine steps beyond OpenH264's own, so that the rate is kept whatever is filmed.
const QUANTISERS: [c_int; 2] = [12, 51];

/// By trial: beyond 36 letters of eleven pixels lose their shapes.
const OF_SCREENS: Quantisers =
    Quantisers { finest: 12.0, page: 34.0, coarsest: 51.0, half: 6.0, finer: |quantiser| quantiser - 3.0 };

/// Primaries and transfer of BT.709, as sRGB's, and the matrix of BT.601 (tables E-3 to E-5 of H.264).
const COLOUR: [u8; 3] = [1, 1, 6];

/// What OpenH264 calls so.
const ALL_LAYERS: c_int = -1;

fn fill(parameters: &mut sys::SEncParamExt, config: &LayerConfig, kbps: u32, quantisers: [c_int; 2]) {
    let (width, height) = (c_int::from(config.size.0), c_int::from(config.size.1));
    parameters.iUsageType = match (config.content, config.temporal_layers) {
        (Content::Screen, 1) => sys::SCREEN_CONTENT_REAL_TIME,
        // With several it hits an assertion.
        _ => sys::CAMERA_VIDEO_REAL_TIME,
    };
    (parameters.iPicWidth, parameters.iPicHeight) = (width, height);
    parameters.fMaxFrameRate = config.fps as f32;
    parameters.iTargetBitrate = bits(kbps);
    parameters.iRCMode = sys::RC_BITRATE_MODE;
    [parameters.iMinQp, parameters.iMaxQp] = quantisers;
    parameters.iComplexityMode = sys::LOW_COMPLEXITY;
    parameters.iTemporalLayerNum = config.temporal_layers.into();
    // In baseline OpenH264 takes it back without a word.
    parameters.iEntropyCodingModeFlag = (config.profile == Profile::Main).into();
    parameters.iSpatialLayerNum = 1;
    parameters.bPrefixNalAddingCtrl = false;
    parameters.eSpsPpsIdStrategy = sys::CONSTANT_ID;
    // Keyframes come when they are asked for.
    parameters.uiIntraPeriod = 0;
    parameters.bEnableSceneChangeDetect = false;
    // A skipped picture is a stutter; the rate is held by the quantiser.
    parameters.bEnableFrameSkip = false;
    // One thread: the other cores have the viewers.
    parameters.iMultipleThreadIdc = 1;
    let layer = &mut parameters.sSpatialLayers[0];
    (layer.iVideoWidth, layer.iVideoHeight) = (width, height);
    layer.fFrameRate = config.fps as f32;
    layer.iSpatialBitrate = bits(kbps);
    layer.uiProfileIdc = match config.profile {
        Profile::Baseline => sys::PRO_BASELINE,
        Profile::Main => sys::PRO_MAIN,
    };
    // OpenH264 numbers levels as the stream does.
    layer.uiLevelIdc = config.level.idc().into();
    layer.sSliceArgument.uiSliceMode = sys::SM_SINGLE_SLICE;
    // The range of video, and what [`COLOUR`] says.
    layer.bVideoSignalTypePresent = true;
    layer.uiVideoFormat = sys::VF_UNDEF as _;
    layer.bFullRange = false;
    layer.bColorDescriptionPresent = true;
    [layer.uiColorPrimaries, layer.uiTransferCharacteristics, layer.uiColorMatrix] = COLOUR;
}

fn bits(kbps: u32) -> c_int {
    (kbps * 1000) as c_int
}
