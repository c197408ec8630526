//! What `examples/encode.rs` measures, and nothing else may call: one OpenH264 call for all layers, beside separate encoders.

use crate::{
    VideoConfig,
    encode::{EncodeError, H264, Keyframes},
    frame::Picture,
    pattern::Pattern,
    yuv,
};
use std::{
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};
use stream::{Profile, Rid};

/// Who encodes which layer, and on which thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrangement {
    /// One encoder makes all layers in one call, and scales for itself.
    OneCall,
    /// The top layer has an encoder of its own, which is called first; then one call for both lower ones.
    TopFirst,
    /// Each layer has an encoder of its own, the largest first, all on one thread.
    Separate,
    /// The top layer's encoder on one thread; scaling and the lower ones' encoders on another, at the same time.
    TwoThreads,
}

impl Arrangement {
    /// All there are.
    pub const ALL: [Arrangement; 4] =
        [Arrangement::OneCall, Arrangement::TopFirst, Arrangement::Separate, Arrangement::TwoThreads];
}

/// How long after a picture's arrival its layers were there.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    /// The top layer.
    pub top: Duration,
    /// The last of all layers.
    pub all: Duration,
    /// One of them was a keyframe.
    pub keyframe: bool,
    /// Of all layers together.
    pub bytes: usize,
}

/// Encodes the pattern's pictures at their own pace for so many pictures.
pub fn encode(arrangement: Arrangement, config: &VideoConfig, pictures: u32) -> Result<Vec<Took>, String> {
    run(arrangement, config, pictures).map_err(|error| error.to_string())
}

fn run(arrangement: Arrangement, config: &VideoConfig, pictures: u32) -> Result<Vec<Took>, EncodeError> {
    let mut encoders = match arrangement {
        Arrangement::OneCall => vec![H264::new(config, &Rid::ALL, Profile::Baseline)?],
        Arrangement::TopFirst => vec![
            H264::new(config, &[Rid::F], Profile::Baseline)?,
            H264::new(config, &[Rid::Q, Rid::H], Profile::Baseline)?,
        ],
        Arrangement::Separate | Arrangement::TwoThreads => {
            vec![
                H264::new(config, &[Rid::F], Profile::Baseline)?,
                H264::new(config, &[Rid::H], Profile::Baseline)?,
                H264::new(config, &[Rid::Q], Profile::Baseline)?,
            ]
        }
    };
    let lower = encoders.split_off(1);
    let mut top = encoders.remove(0);
    let (mut pattern, mut keyframes) = (Pattern::new(config.width, config.height, "encode"), Keyframes::new());
    let mut lower = match arrangement {
        Arrangement::TwoThreads => Lower::Elsewhere(elsewhere(Scaled::new(lower, config))),
        _ => Lower::Here(Scaled::new(lower, config)),
    };
    let start = Instant::now();
    let mut took = Vec::new();
    for number in 0..pictures {
        let captured = start + Duration::from_secs(1) * number / config.fps;
        thread::sleep(captured.saturating_duration_since(Instant::now()));
        let mut picture = Picture::black(config.width, config.height, captured);
        pattern.draw(u64::from(number) * 1000 / u64::from(config.fps), number.into(), &mut picture.data);
        let picture = std::sync::Arc::new(picture);
        let due = keyframes.take(captured);

        let arrived = Instant::now();
        if let Lower::Elsewhere((orders, _)) = &lower {
            // The other thread lives as long as `orders`.
            let _ = orders.send((picture.clone(), captured, due));
        }
        let mut bytes: usize = top.encode(&picture, captured, due)?.iter().map(|made| made.data.len()).sum();
        let top_took = arrived.elapsed();
        bytes += match &mut lower {
            Lower::Here(scaled) => scaled.encode(&picture, captured, due)?,
            Lower::Elsewhere((_, made)) => made.recv().expect("it answers every order")?,
        };
        let keyframe = due.contains(&true);
        took.push(Took { top: top_took, all: arrived.elapsed(), keyframe, bytes });
    }
    Ok(took)
}

enum Lower {
    Here(Scaled),
    Elsewhere((Sender<Order>, Receiver<Result<usize, EncodeError>>)),
}

type Order = (std::sync::Arc<Picture>, Instant, [bool; 3]);

/// Encoders of lower layers, each with a picture of its size.
struct Scaled(Vec<(H264, Picture)>);

impl Scaled {
    fn new(encoders: Vec<H264>, config: &VideoConfig) -> Self {
        let sizes = [Rid::H, Rid::Q].map(|rid| config.layer_size(rid));
        let black = |(width, height)| Picture::black(width, height, Instant::now());
        Self(encoders.into_iter().zip(sizes.map(black)).collect())
    }

    fn encode(&mut self, picture: &Picture, captured: Instant, due: [bool; 3]) -> Result<usize, EncodeError> {
        let mut bytes = 0;
        for at in 0..self.0.len() {
            let (done, rest) = self.0.split_at_mut(at);
            let (encoder, scaled) = &mut rest[0];
            let larger = done.last().map_or(picture, |(_, picture)| picture);
            let window = [0, 0, scaled.width.into(), scaled.height.into()];
            yuv::scale(larger, scaled, window);
            bytes += encoder.encode(scaled, captured, due)?.iter().map(|made| made.data.len()).sum::<usize>();
        }
        Ok(bytes)
    }
}

fn elsewhere(mut scaled: Scaled) -> (Sender<Order>, Receiver<Result<usize, EncodeError>>) {
    let (orders, taken) = channel::<Order>();
    let (done, made) = channel();
    thread::spawn(move || {
        for (picture, captured, due) in taken {
            if done.send(scaled.encode(&picture, captured, due)).is_err() {
                return;
            }
        }
    });
    (orders, made)
}
