//! Embeds the control panel, and checks what it may ask of the program.

fn main() {
    #[cfg(feature = "window")]
    window();
}

#[cfg(feature = "window")]
fn window() {
    // The commands of window/commands.rs. A command that is not listed here cannot be called by any page.
    const COMMANDS: [&str; 5] = ["subscribe", "command", "quit", "copy", "open_link"];

    println!("cargo::rerun-if-changed=ui/dist/panel");
    if !std::path::Path::new("ui/dist/panel/index.html").exists() {
        eprintln!("The control panel is not built yet: run ./dev build, which builds the pages first.");
        std::process::exit(1);
    }
    let manifest = tauri_build::AppManifest::new().commands(&COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))
        .unwrap_or_else(|error| panic!("tauri.conf.json or its capability does not fit the program: {error:#}"));
}
