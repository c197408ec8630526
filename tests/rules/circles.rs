//! No modules of a crate that stand side by side use each other in a circle: then none of them could be understood, or
//! tried, without the others. A module and those inside it belong together and are not asked about.

use crate::sources;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A path's parts: `["crate", "shard", "inbox"]`.
type Parts = Vec<String>;

#[test]
fn no_modules_side_by_side_use_each_other_in_a_circle() {
    let mut circles = Vec::new();
    let mut folders: Vec<_> = fs::read_dir(sources::root().join("src-tauri/crates")).unwrap().flatten().collect();
    folders.sort_by_key(|entry| entry.path());
    for folder in folders.iter().map(|entry| entry.path().join("src")).chain([sources::root().join("src-tauri/src")]) {
        let edges = edges(&modules(&folder));
        for ((parent, module), used) in &edges {
            // A circle has at least one edge that goes up in the order of names: one look at each is enough.
            for other in used.iter().filter(|other| module < *other) {
                if reaches(&edges, parent, other, module) {
                    circles.push(format!("{} {parent}: {module} and {other}", sources::shown(&folder)));
                }
            }
        }
    }
    assert!(circles.is_empty(), "these use each other in a circle:\n{}", circles.join("\n"));
}

/// Every module of a crate with its code, by path from the crate's root.
fn modules(folder: &Path) -> BTreeMap<Parts, String> {
    let mut modules = BTreeMap::new();
    for path in sources::files(&sources::shown(folder), &[".rs"]) {
        let inside = path.strip_prefix(folder).unwrap().with_extension("");
        let mut parts: Parts = inside.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        if parts.contains(&"tests".to_owned()) || parts[0] == "bin" {
            continue;
        }
        if ["mod", "lib", "main"].contains(&parts.last().unwrap().as_str()) {
            parts.pop();
        }
        modules.entry(parts).or_insert_with(String::new).push_str(&sources::code(&path));
    }
    modules
}

/// Which modules each module uses of those beside it, by the path of the module around them.
fn edges(modules: &BTreeMap<Parts, String>) -> BTreeMap<(String, String), BTreeSet<String>> {
    let imports: BTreeMap<&Parts, BTreeMap<String, Parts>> =
        modules.iter().map(|(module, code)| (module, imports(module, code, modules))).collect();
    let mut edges: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for (module, code) in modules {
        for path in paths(code) {
            let Some(target) = absolute(module, &path).map(|path| owner(&path, modules, &imports)) else { continue };
            let shared = module.iter().zip(&target).take_while(|(a, b)| a == b).count();
            if let (Some(from), Some(to)) = (module.get(shared), target.get(shared)) {
                edges.entry((module[..shared].join("::"), from.clone())).or_default().insert(to.clone());
            }
        }
    }
    edges
}

/// What a module brings in by `use`, by the name it has there: others may name it by way of this module.
fn imports(module: &Parts, code: &str, modules: &BTreeMap<Parts, String>) -> BTreeMap<String, Parts> {
    let mut found = BTreeMap::new();
    for (at, _) in code.match_indices("use ") {
        for path in tree(&code[at + 4..]).0 {
            let inside = [&module[..], &path[..1.min(path.len())]].concat();
            let path =
                absolute(module, &path).or_else(|| modules.contains_key(&inside).then(|| [module, &path[..]].concat()));
            if let Some((name, path)) = path.and_then(|path| Some((path.last()?.clone(), path))) {
                found.insert(name, path);
            }
        }
    }
    found
}

/// The module that a path leads to, through what modules on its way bring in.
fn owner(
    path: &[String],
    modules: &BTreeMap<Parts, String>,
    imports: &BTreeMap<&Parts, BTreeMap<String, Parts>>,
) -> Parts {
    let mut at = Parts::new();
    for (index, part) in path.iter().enumerate() {
        let inside = [&at[..], std::slice::from_ref(part)].concat();
        if modules.contains_key(&inside) {
            at = inside;
        } else {
            let led = imports.get(&at).and_then(|names| names.get(part)).filter(|led| led[..] != path[..=index]);
            return led.map_or(at, |led| owner(led, modules, imports));
        }
    }
    at
}

/// From the crate's root; None for what is of another crate.
fn absolute(module: &[String], path: &[String]) -> Option<Parts> {
    let ups = path.iter().take_while(|part| *part == "super").count();
    match path.first()?.as_str() {
        "crate" => Some(path[1..].to_vec()),
        "super" => Some([&module[..module.len().checked_sub(ups)?], &path[ups..]].concat()),
        _ => None,
    }
}

/// Every path in the code that begins with `crate` or `super`.
fn paths(code: &str) -> Vec<Parts> {
    let starts = ["crate::", "super::"].into_iter().flat_map(|start| code.match_indices(start));
    let whole = |at: &usize| {
        !code[..*at].ends_with(|c: char| c.is_alphanumeric() || "_:$(".contains(c)) || code[..*at].ends_with('(')
    };
    let starts = starts.map(|(at, _)| at).filter(whole).filter(|at| !code[..*at].ends_with("pub("));
    starts.flat_map(|at| tree(&code[at..]).0).collect()
}

/// The paths of `a::{b, c::d}` at the start of a text, and the rest of it.
fn tree(text: &str) -> (Vec<Parts>, &str) {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        let mut all = Vec::new();
        loop {
            let (paths, after) = tree(rest);
            all.extend(paths);
            match after.trim_start().strip_prefix(',') {
                Some(more) => rest = more,
                None => return (all, after.trim_start().strip_prefix('}').unwrap_or(after)),
            }
        }
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() {
        return (vec![Parts::new()], rest.strip_prefix('*').unwrap_or(rest));
    }
    if let Some(after) = rest.strip_prefix("::") {
        let (paths, rest) = tree(after);
        return (paths.into_iter().map(|path| [&[name.to_owned()][..], &path[..]].concat()).collect(), rest);
    }
    let renamed = rest
        .trim_start()
        .strip_prefix("as ")
        .map(|rest| rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'));
    (vec![vec![name.to_owned()]], renamed.unwrap_or(rest))
}

/// Whether a module leads back to another by what it uses.
fn reaches(edges: &BTreeMap<(String, String), BTreeSet<String>>, parent: &str, from: &str, to: &str) -> bool {
    let (mut seen, mut open) = (BTreeSet::new(), vec![from.to_owned()]);
    while let Some(module) = open.pop() {
        if module == to {
            return true;
        }
        if seen.insert(module.clone()) {
            open.extend(edges.get(&(parent.to_owned(), module)).into_iter().flatten().cloned());
        }
    }
    false
}
