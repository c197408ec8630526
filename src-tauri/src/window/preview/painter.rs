//! Paints a picture over the page, where the system's web view is a part of the program's own window.

#[cfg(target_os = "linux")]
#[path = "painter/linux.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "painter/other.rs"]
mod system;

pub(in crate::window) use system::prepare;
pub(super) use system::{CAN, clear, paint};

/// A picture on the window, in pixels of the screen.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))] // Other systems' pages paint it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Placed {
    left: f64,
    top: f64,
    /// How many for one of the picture's.
    scale: f64,
}

/// So many pixels between a picture and its place are left free: to stretch it by that would only blur it.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
const FREE: f64 = 3.0;

/// In the middle of its place, as large as fits into it.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
fn placed((width, height): (u16, u16), view: (f64, f64), [left, top, right, bottom]: [f64; 4]) -> Placed {
    let (width, height) = (f64::from(width), f64::from(height));
    let (left, right, top, bottom) = (left * view.0, right * view.0, top * view.1, bottom * view.1);
    let largest = ((right - left) / width).min((bottom - top) / height);
    let as_it_is = (largest - 1.0).abs() * width.max(height) < FREE;
    let scale = if as_it_is { 1.0 } else { largest };
    Placed {
        left: ((left + right - scale * width) / 2.0).round(),
        top: ((top + bottom - scale * height) / 2.0).round(),
        scale,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_was_made_for_its_place_is_painted_pixel_by_pixel() {
        let view = (1280.0, 800.0);
        let within = |left: f64, top: f64, width: f64, height: f64| {
            [left / view.0, top / view.1, (left + width) / view.0, (top + height) / view.1]
        };
        let exact = placed((832, 468), view, within(16.0, 88.0, 832.0, 468.0));
        assert_eq!(exact, Placed { left: 16.0, top: 88.0, scale: 1.0 });
        // Even numbers leave a pixel or two.
        let even = placed((832, 468), view, within(16.0, 88.0, 833.5, 469.0));
        assert_eq!(even.scale, 1.0);
        assert!((even.left - 17.0).abs() <= 1.0 && (even.top - 88.0).abs() <= 1.0, "{even:?}");
    }

    #[test]
    fn a_smaller_one_is_stretched_and_another_shape_stands_in_the_middle() {
        let whole = [0.0, 0.0, 1.0, 1.0];
        assert_eq!(placed((640, 360), (1280.0, 720.0), whole), Placed { left: 0.0, top: 0.0, scale: 2.0 });
        assert_eq!(placed((720, 720), (1280.0, 720.0), whole), Placed { left: 280.0, top: 0.0, scale: 1.0 });
        assert_eq!(placed((1280, 720), (640.0, 480.0), whole), Placed { left: 0.0, top: 60.0, scale: 0.5 });
    }
}
