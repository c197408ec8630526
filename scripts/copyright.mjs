// Prints the package's copyright file: Skylark's own licence, and the notices of everything that is linked into the program or
// built into its pages. Whatever may come with a crate is looked for in its folder; the text of a licence that many share stands once.
// Usage: copyright.mjs [TARGET]: what the program for another target is made of, for a system that has none of Debian's texts.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

const NOTICE = /^(licen[cs]e|copying|copyright|notice|patents|unlicense|readme\.ijg)/i;
const target = process.argv[2];
/** Where C libraries that a crate carries keep their notices; deeper folders hold tests and samples of theirs. */
const DEPTH = 3;
/** Debian has these on every machine, and asks that they are named instead of repeated. The key is a line that only they have. */
const COMMON = [
  ['Apache-2.0', /^\s*TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION/m],
  ['LGPL-2.1', /GNU LESSER GENERAL PUBLIC LICENSE\s+Version 2\.1/],
  ['GPL-3', /GNU GENERAL PUBLIC LICENSE\s+Version 3/],
  ['GPL-2', /GNU GENERAL PUBLIC LICENSE\s+Version 2/],
  ['MPL-2.0', /Mozilla Public License Version 2\.0\s+=+/],
  ['CC0-1.0', /CC0 1\.0 Universal/],
];

/** Crates that are linked into the program: what only builds it, or only tests it, is not among them. */
function crates() {
  const built = target ?? execFileSync('rustc', ['-vV'], { encoding: 'utf8' }).match(/^host: (.*)$/m)[1];
  const all = JSON.parse(
    execFileSync('cargo', ['metadata', '--locked', '--format-version', '1', '--filter-platform', built], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    }),
  );
  const packages = new Map(all.packages.map((entry) => [entry.id, entry]));
  const nodes = new Map(all.resolve.nodes.map((node) => [node.id, node]));
  const linked = new Set();
  const waiting = [all.resolve.root];
  while (waiting.length > 0) {
    const id = waiting.pop();
    if (linked.has(id)) continue;
    linked.add(id);
    for (const { pkg, dep_kinds: kinds } of nodes.get(id).deps)
      if (kinds.some(({ kind }) => kind === null) && !isMacro(packages.get(pkg))) waiting.push(pkg);
  }
  return [...linked].map((id) => packages.get(id)).filter((entry) => entry.source !== null);
}

const isMacro = ({ targets }) => targets.some(({ kind }) => kind.includes('proc-macro'));

/** What the pages are made with and carry within: by the names in ui/package.json that end up in a bundle. */
function bundled() {
  return ['svelte', '@tauri-apps/api', 'intl-messageformat', '@formatjs/fast-memoize', 'uplot'].map((name) => {
    const folder = join('ui/node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return { name, version, license, folder };
  });
}

function notices(folder, depth = DEPTH) {
  const found = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth > 0 && !/^(tests?|examples?|benches|docs?|node_modules|\..*)$/i.test(entry.name))
      found.push(...notices(path, depth - 1));
    else if (
      entry.isFile() &&
      NOTICE.test(entry.name) &&
      !/\.(rs|c|h|cc|py|go|sh|js|ts|rtf)$/.test(entry.name) &&
      statSync(path).size < 1 << 18
    )
      found.push(path);
  }
  return found.sort();
}

/** A text without what differs between copies of the same. */
const same = (text) => text.replace(/\s+/g, ' ').trim();

function read(path) {
  const text = readFileSync(path, 'utf8')
    .replace(/\r/g, '')
    .replace(/\u0000/g, '')
    .trimEnd();
  const common = !target && COMMON.find(([, sign]) => sign.test(text));
  if (!common) return text;
  const [name] = common;
  const own = text
    .split('\n')
    .filter((line) => /^\s*(Copyright|\(c\)|©)\s.*\d{4}/i.test(line) && !/Free Software Foundation/.test(line));
  return [...own, `The text of this licence is on every Debian system in /usr/share/common-licenses/${name}.`].join(
    '\n',
  );
}

/** Debian's form of a longer text: every line indented, an empty one a full stop. */
const indented = (text) =>
  text
    .split('\n')
    .map((line) => (line.trim() === '' ? ' .' : ` ${line.trimEnd()}`))
    .join('\n');

const texts = new Map();
const parts = [];
/** What the system has that it was built on: its package, and whether it is linked into every program or only into those for Windows. */
const system = [
  ['libvpx', 'BSD-3-Clause', 'libvpx-dev', false],
  ['libstdc++, libgcc and libssp', 'GPL-3.0-or-later WITH GCC-exception-3.1', 'g++-mingw-w64-x86-64', true],
  ['mingw-w64', 'see its notices', 'mingw-w64-x86-64-dev', true],
]
  .map(([name, license, from, abroad]) => ({ name, license, file: `/usr/share/doc/${from}/copyright`, abroad }))
  .filter(({ file, abroad }) => (target || !abroad) && existsSync(file))
  .map(({ name, license, file }) => ({ name, version: 'of the system this was built on', license, files: [file] }));
/** What is built in and is neither a crate nor a package of the pages. */
const carried = [
  {
    name: 'Inter',
    version: '4',
    license: 'OFL-1.1',
    files: ['src-tauri/crates/media/fonts/OFL.txt'],
  },
  // Lies beside the program for Windows, out of the crate webview2-com-sys, which has no notice of it.
  ...(target
    ? [
        {
          name: 'WebView2Loader.dll',
          version: 'of the WebView2 SDK',
          license: 'BSD-3-Clause',
          files: ['packaging/windows/webview2-licence.txt'],
        },
      ]
    : []),
];
const all = [
  ...crates().map((entry) => ({ ...entry, folder: dirname(entry.manifest_path) })),
  ...bundled(),
  ...system,
  ...carried,
].sort((a, b) => (a.name < b.name ? -1 : 1));
for (const { name, version, license, authors = [], folder, files = notices(folder) } of all) {
  const references = files.map((path) => {
    const text = read(path);
    const key = same(text);
    if (!texts.has(key)) texts.set(key, { number: texts.size + 1, text });
    return `${folder ? relative(folder, path) : basename(path)}: notice-${texts.get(key).number}`;
  });
  const lines = [`${name} ${version}`, `Licence: ${license ?? 'see its notices'}`];
  if (authors.length > 0) lines.push(`Authors: ${authors.join(', ')}`);
  parts.push([...lines, ...references.map((line) => `  ${line}`)].join('\n'));
}

const apache = target
  ? readFileSync('LICENSE-APACHE', 'utf8').trim()
  : 'The text of the Apache License 2.0 is on every Debian system in /usr/share/common-licenses/Apache-2.0.';
console.log(`Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Skylark
Upstream-Contact: https://github.com/skylark-live/skylark/issues
Source: https://github.com/skylark-live/skylark
Comment: Into the program other people's work is linked, each under its own
 licence. This list names each part, its licence and its notices; the notices
 themselves follow, each once.
 .
${indented(parts.join('\n\n'))}

Files: *
Copyright: 2026 The Skylark authors
License: Expat or Apache-2.0

License: Expat
${indented(readFileSync('LICENSE-MIT', 'utf8').trim())}

License: Apache-2.0
${indented(apache)}
`);
for (const { number, text } of texts.values()) console.log(`License: notice-${number}\n${indented(text)}\n`);
