//! How much picture comes out of the encoders for their bits, and whether the rate is what was promised: each film by each setting at three
//! rates. `./dev bench quality [FOLDER]` runs it; Linux only.
//!
//! `--seconds 6 --rates 1000,2500,4000 --only SETTING,SETTING` make it shorter, `--rate-only` leaves out what a picture is worth, `--films N`
//! takes the first N. `--legible` measures instead how soon small type can be read after a page turns, beside x264.

mod legible;
mod outcome;
mod worth;

use media::{
    VideoConfig,
    measuring::{Film, SETTINGS, Setting},
};
use outcome::Outcome;
use std::{env, fs, path::PathBuf, process::ExitCode};
use worth::{Meter, bd_rate};

const SIZE: (u16, u16) = (1280, 720);
const FPS: u32 = 30;
/// Pictures of a clip that are kept: played forth and back they make any length.
const MOST: usize = 200;

struct Options {
    folder: Option<PathBuf>,
    seconds: u32,
    rates: Vec<u32>,
    only: Option<Vec<String>>,
    films: usize,
    rate_only: bool,
    legible: bool,
}

fn main() -> ExitCode {
    match options().and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options, String> {
    let (rates, only) = (vec![1000, 2500, 4000], None);
    let mut options =
        Options { folder: None, seconds: 6, rates, only, films: usize::MAX, rate_only: false, legible: false };
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let wrong = |value: &str| format!("{argument} cannot be {value}");
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        let number = |value: String| value.parse::<u32>().map_err(|_| wrong(&value));
        match &*argument {
            "--seconds" => options.seconds = number(value()?)?.max(4),
            "--films" => options.films = number(value()?)? as usize,
            "--rates" => {
                options.rates = value()?.split(',').map(|rate| number(rate.into())).collect::<Result<_, _>>()?;
            }
            "--only" => options.only = Some(value()?.split(',').map(str::to_owned).collect()),
            "--legible" => options.legible = true,
            "--rate-only" => options.rate_only = true,
            option if option.starts_with('-') => return Err(format!("there is no option {option}")),
            folder => options.folder = Some(folder.into()),
        }
    }
    if let Some(name) = options.only.iter().flatten().find(|name| SETTINGS.iter().all(|of| of.name != **name)) {
        let all: Vec<&str> = SETTINGS.iter().map(|of| of.name).collect();
        return Err(format!("there is no setting {name}; there are {}", all.join(", ")));
    }
    Ok(options)
}

fn run(options: &Options) -> Result<(), String> {
    if options.legible {
        return legible::run(&chosen(options), &options.rates, SIZE, FPS);
    }
    let meter = if options.rate_only { None } else { Some(Meter::find()?) };
    let settings = chosen(options);
    let mut films = Vec::new();
    if let Some(folder) = &options.folder {
        let listed = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut clips: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).filter(|path| is_clip(path)).collect();
        clips.sort();
        for clip in clips {
            films.push(Film::read(&clip, SIZE, MOST)?);
        }
    }
    films.extend(Film::made(SIZE));
    films.truncate(options.films);
    let worth = meter.as_ref().map_or("-", Meter::name);
    println!(
        "{}x{}, {FPS} pictures a second, {} s; CPU of all layers, as a multiple of the reference beside it\n",
        SIZE.0, SIZE.1, options.seconds
    );
    println!("| film | setting | rate | layer | kbit/s | 2 s | largest | keyframe | size | left out | {worth} | CPU |");
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    let mut bits = Vec::new();
    for film in &films {
        for setting in &settings {
            let mut points = Vec::new();
            for rate in &options.rates {
                let config = VideoConfig::new(SIZE.0, SIZE.1, FPS, *rate).map_err(|error| error.to_string())?;
                let outcome = Outcome::of(film, setting, &config, options.seconds)?;
                let worth = match &meter {
                    Some(meter) => Some(meter.worth(film, &outcome)?),
                    None => None,
                };
                outcome.print(film, setting, *rate, &config, worth);
                points.extend(worth.map(|worth| (outcome.kbps(), worth)));
            }
            bits.push((film.name.clone(), setting.name, points));
        }
    }
    if meter.is_some() && options.rates.len() > 1 {
        println!("\nBits for the same {worth} as the reference's (BD-rate), the top layer:\n");
        println!("| film | {} |", settings.iter().map(|of| of.name).collect::<Vec<_>>().join(" | "));
        println!("|---|{}", "---|".repeat(settings.len()));
        for film in &films {
            let of = |name: &str| {
                bits.iter().find(|(of, setting, _)| (&**of, *setting) == (&*film.name, name)).map(|(.., points)| points)
            };
            let reference = of(SETTINGS[0].name);
            let cells = settings.iter().map(|setting| {
                let saved = reference.zip(of(setting.name)).and_then(|(reference, points)| bd_rate(reference, points));
                saved.map_or("-".into(), |saved| format!("{:+.0} %", 100.0 * saved))
            });
            println!("| {} | {} |", film.name, cells.collect::<Vec<_>>().join(" | "));
        }
    }
    Ok(())
}

fn chosen(options: &Options) -> Vec<&'static Setting> {
    let is_wanted = |name| options.only.as_ref().is_none_or(|only| only.iter().any(|of| of == name));
    SETTINGS.iter().filter(|of| is_wanted(of.name)).collect()
}

fn is_clip(path: &std::path::Path) -> bool {
    const NOT: [&str; 3] = ["md", "txt", "sh"];
    path.is_file() && path.extension().is_some_and(|extension| NOT.iter().all(|not| extension != *not))
}
