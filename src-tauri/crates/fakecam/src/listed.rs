//! Sizes and rates: how a camera lists them, and which is nearest to what is asked for.

use crate::{
    argument::Argument,
    kind::{Format, Rates, Sizes},
};

/// `V4L2_FRMSIZE_TYPE_…`, and the same for intervals.
const DISCRETE: u32 = 1;
const CONTINUOUS: u32 = 2;
const STEPWISE: u32 = 3;

/// `VIDIOC_ENUM_FRAMESIZES`.
pub(crate) fn size(format: &Format, a: &mut Argument) -> Result<(), i32> {
    let index = a.get(0) as usize;
    let steps = |a: &mut Argument, kind, least: &(u32, u32), most: &(u32, u32), step: &(u32, u32)| match index {
        0 => {
            a.put(8, [kind, least.0, most.0, step.0, least.1, most.1, step.1]);
            Ok(())
        }
        _ => Err(libc::EINVAL),
    };
    match &format.sizes {
        Sizes::Listed(all) => {
            let (width, height) = *all.get(index).ok_or(libc::EINVAL)?;
            a.put(8, [DISCRETE, width, height]);
            Ok(())
        }
        Sizes::Stepwise(least, most, step) => steps(a, STEPWISE, least, most, step),
        Sizes::Continuous(least, most) => steps(a, CONTINUOUS, least, most, &(1, 1)),
        Sizes::Unlisted(_) => Err(libc::ENOTTY),
    }
}

/// `VIDIOC_ENUM_FRAMEINTERVALS`.
pub(crate) fn interval(format: &Format, a: &mut Argument) -> Result<(), i32> {
    let index = a.get(0) as usize;
    if near_size(&format.sizes, (a.get(8), a.get(12))) != (a.get(8), a.get(12)) {
        return Err(libc::EINVAL);
    }
    let steps = |a: &mut Argument, kind, least: &(u32, u32), most: &(u32, u32), step: &(u32, u32)| match index {
        0 => {
            a.put(16, [kind, least.0, least.1, most.0, most.1, step.0, step.1]);
            Ok(())
        }
        _ => Err(libc::EINVAL),
    };
    match &format.rates {
        Rates::Listed(all) => {
            let (numerator, denominator) = *all.get(index).ok_or(libc::EINVAL)?;
            a.put(16, [DISCRETE, numerator, denominator]);
            Ok(())
        }
        Rates::Stepwise(least, most, step) => steps(a, STEPWISE, least, most, step),
        Rates::Continuous(least, most) => steps(a, CONTINUOUS, least, most, &(1, 1)),
        Rates::Unlisted(_) => Err(libc::ENOTTY),
    }
}

/// One that the format has.
pub(crate) fn some_size(sizes: &Sizes) -> (u32, u32) {
    match sizes {
        Sizes::Listed(all) | Sizes::Unlisted(all) => all.first().copied().unwrap_or((640, 480)),
        Sizes::Stepwise(_, most, _) | Sizes::Continuous(_, most) => *most,
    }
}

/// The one of the format's that is nearest.
pub(crate) fn near_size(sizes: &Sizes, wanted: (u32, u32)) -> (u32, u32) {
    let stepped = |wanted: u32, least: u32, most: u32, step: u32| {
        let within = wanted.clamp(least, most);
        least + (within - least).checked_div(step).map_or(within - least, |steps| steps * step)
    };
    let within = |least: &(u32, u32), most: &(u32, u32), step: &(u32, u32)| {
        (stepped(wanted.0, least.0, most.0, step.0), stepped(wanted.1, least.1, most.1, step.1))
    };
    match sizes {
        Sizes::Listed(all) | Sizes::Unlisted(all) => {
            let apart = |(width, height): &&(u32, u32)| wanted.0.abs_diff(*width) + wanted.1.abs_diff(*height);
            all.iter().min_by_key(apart).copied().unwrap_or(wanted)
        }
        Sizes::Stepwise(least, most, step) => within(least, most, step),
        Sizes::Continuous(least, most) => within(least, most, &(1, 1)),
    }
}

/// The one of the format's that is nearest.
pub(crate) fn near_interval(rates: &Rates, wanted: (u32, u32)) -> (u32, u32) {
    let seconds = |(numerator, denominator): (u32, u32)| f64::from(numerator) / f64::from(denominator.max(1));
    match rates {
        Rates::Listed(all) | Rates::Unlisted(all) => {
            let apart = |of: &&(u32, u32)| (seconds(**of) - seconds(wanted)).abs();
            all.iter().min_by(|a, b| apart(a).total_cmp(&apart(b))).copied().unwrap_or(wanted)
        }
        Rates::Stepwise(least, most, _) | Rates::Continuous(least, most) => {
            if seconds(wanted) < seconds(*least) {
                *least
            } else if seconds(wanted) > seconds(*most) {
                *most
            } else {
                wanted
            }
        }
    }
}
