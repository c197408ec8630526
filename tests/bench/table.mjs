// Tables in Markdown, so that docs can keep what was printed; and the machine in a line.

import { cpus, loadavg, release } from 'node:os';

export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)].join('\n');
}

export function machine() {
  return `Machine: ${cpus().length} x ${cpus()[0].model}, Linux ${release()}, load ${loadavg()[0].toFixed(1)} before`;
}
