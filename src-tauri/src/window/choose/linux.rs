//! GTK's dialogue, or the desktop's in its place where GTK is told so.

use super::{Kind, Question};
use gtk::glib::Cast;
use gtk::prelude::{FileChooserExt, NativeDialogExt};
use gtk::{FileChooserAction, FileChooserNative, FileFilter, ResponseType};
use std::cell::RefCell;
use std::path::PathBuf;
use tauri::WebviewWindow;
use tokio::sync::oneshot;
use words::{Said, said};

/// None where it was called off.
pub(in super::super) async fn choose(window: WebviewWindow, question: Question) -> Result<Option<PathBuf>, Said> {
    let (chosen, answer) = oneshot::channel();
    let failed = |error: tauri::Error| said!("window.no_dialogue", error = error.to_string());
    let asking = window.clone();
    window.run_on_main_thread(move || ask(&asking, &question, chosen)).map_err(failed)?;
    // Without an answer the window was closed over it.
    Ok(answer.await.unwrap_or_default())
}

fn ask(window: &WebviewWindow, question: &Question, chosen: oneshot::Sender<Option<PathBuf>>) {
    let action = match question.kind {
        Kind::Image => FileChooserAction::Open,
        Kind::Folder => FileChooserAction::SelectFolder,
    };
    // It stands over the panel, which waits for it.
    let parent = window.gtk_window().ok();
    let parent = parent.as_ref().map(Cast::upcast_ref::<gtk::Window>);
    let (accept, cancel) = (question.accept.as_str(), question.cancel.as_str());
    let dialog = FileChooserNative::new(Some(&question.title), parent, action, Some(accept), Some(cancel));
    dialog.set_modal(true);
    if question.kind == Kind::Image {
        let images = FileFilter::new();
        images.set_name(Some("PNG, JPEG"));
        images.add_mime_type("image/png");
        images.add_mime_type("image/jpeg");
        dialog.add_filter(images);
    }
    if let Some(at) = &question.at {
        match question.kind {
            Kind::Image => dialog.set_filename(at),
            Kind::Folder => dialog.set_current_folder(at),
        };
    }
    // Nobody else keeps it.
    let kept = RefCell::new(Some((dialog.clone(), chosen)));
    dialog.connect_response(move |dialog, response| {
        if let Some((_, chosen)) = kept.take() {
            // Who asked may be gone.
            let _ = chosen.send(dialog.filename().filter(|_| response == ResponseType::Accept));
        }
    });
    dialog.show();
}
