//! GTK draws a widget into the window, and whoever is asked after it draws over that: the picture, over WebKitGTK's page.

use super::{Placed, placed};
use gtk::cairo::{Context, Extend, Format, ImageSurface, Operator};
use gtk::glib::prelude::{ObjectExt, ToValue};
use gtk::prelude::WidgetExt;
use std::cell::RefCell;
use tauri::WebviewWindow;
use webkit2gtk::WebView;

/// The page is a part of our own window.
pub(crate) const CAN: bool = true;

/// Bytes of a pixel.
const PIXEL: i32 = 4;

thread_local! {
    /// What is painted; the main thread's, like everything that GTK has.
    static SHOWN: RefCell<Option<Shown>> = const { RefCell::new(None) };
}

struct Shown {
    surface: ImageSurface,
    size: (u16, u16),
    placed: Placed,
}

/// Has the picture painted whenever the page is. To be called once, with the window.
pub(crate) fn prepare(window: &WebviewWindow) -> tauri::Result<()> {
    window.with_webview(|webview| {
        webview.inner().connect_local("draw", true, |values| {
            let view = values[0].get::<WebView>().expect("the signal is the web view's");
            let context = values[1].get::<Context>().expect("the signal brings what to draw with");
            draw(&view, &context);
            Some(false.to_value())
        });
    })
}

/// Paints this picture from now on: blue, green, red, and a byte that says nothing. `taken` is called when it was taken.
pub(crate) fn paint(
    window: &WebviewWindow,
    size: (u16, u16),
    pixels: Vec<u8>,
    within: [f64; 4],
    taken: impl FnOnce() + Send + 'static,
) -> tauri::Result<()> {
    window.with_webview(move |webview| {
        let view = webview.inner();
        let (width, height) = (i32::from(size.0), i32::from(size.1));
        let stride = width * PIXEL;
        if let Ok(surface) = ImageSurface::create_for_data(pixels, Format::Rgb24, width, height, stride) {
            let pixel = f64::from(view.scale_factor());
            let [across, down] = [view.allocated_width(), view.allocated_height()].map(f64::from);
            let placed = placed(size, (across * pixel, down * pixel), within);
            let before = SHOWN.replace(Some(Shown { surface, size, placed }));
            let now = SHOWN.with_borrow(|shown| shown.as_ref().map(|shown| shown.area(pixel)));
            // Where it was and where it is now, which is the same but for the first after a change.
            let before = before.map(|shown| shown.area(pixel)).filter(|area| Some(*area) != now);
            for (left, top, width, height) in [before, now].into_iter().flatten() {
                view.queue_draw_area(left, top, width, height);
            }
        }
        taken();
    })
}

/// Paints it no more.
pub(crate) fn clear(window: &WebviewWindow) {
    let cleared = window.with_webview(|webview| {
        let view = webview.inner();
        if let Some(shown) = SHOWN.take() {
            let (left, top, width, height) = shown.area(f64::from(view.scale_factor()));
            view.queue_draw_area(left, top, width, height);
        }
    });
    // Without a window there is nothing that shows it.
    drop(cleared);
}

/// While the window's edge is dragged the picture stays where it was, until the page has told where its place is now: that is a few pixels
/// off for a moment, where nothing would be blank for as long as somebody drags.
fn draw(view: &WebView, context: &Context) {
    SHOWN.with_borrow(|shown| {
        let Some(shown) = shown else { return };
        // A context that fails draws nothing more, and says so nowhere that we could mend it.
        shown.draw(context, f64::from(view.scale_factor())).ok();
    });
}

impl Shown {
    /// `pixel` of the screen for one of GTK's.
    fn draw(&self, context: &Context, pixel: f64) -> Result<(), gtk::cairo::Error> {
        let Placed { left, top, scale } = self.placed;
        let (width, height) = (f64::from(self.size.0), f64::from(self.size.1));
        context.save()?;
        context.scale(1.0 / pixel, 1.0 / pixel);
        context.translate(left, top);
        context.scale(scale, scale);
        context.rectangle(0.0, 0.0, width, height);
        context.set_source_surface(&self.surface, 0.0, 0.0)?;
        // Scaled, a pixel at the edge is mixed with what is beyond it: itself, and not nothing.
        context.source().set_extend(Extend::Pad);
        context.set_operator(Operator::Source);
        context.fill()?;
        context.restore()
    }

    /// Left, top, width and height in GTK's pixels, whole ones.
    fn area(&self, pixel: f64) -> (i32, i32, i32, i32) {
        let Placed { left, top, scale } = self.placed;
        let whole = |from: f64, length: u16| {
            let to = from + scale * f64::from(length);
            let from = (from / pixel).floor();
            (from as i32, ((to / pixel).ceil() - from) as i32)
        };
        let ((left, width), (top, height)) = (whole(left, self.size.0), whole(top, self.size.1));
        (left, top, width, height)
    }
}
