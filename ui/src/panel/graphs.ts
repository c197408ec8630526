// The graphs of the last hour: the only file that knows the library which draws them, and sent for when they are opened.
// Before the library.
import './language-tag.ts';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { decimal } from '../shared/words/language.ts';
import { clock, type Columns, type Graph } from './history.ts';

/** A graph on the page. */
export interface Drawn {
  show(columns: Columns): void;
  /** Marks the point of this place; null: none. */
  mark(place: number | null): void;
  close(): void;
}

/** As low as it can be read. */
const HEIGHT = 104;
/** The least that its axis reaches to: what hardly moves is not to look as if it did. */
const LEAST: Record<Graph, number> = { watching: 4, sent: 1, cpu: 20, left_out: 4, latency: 100 };

/** Between two times at the axis, seconds: they are told without seconds, and none is to stand there twice. */
const WHOLE_MINUTES = [60, 120, 300, 600, 900, 1800];

const OUT_OF_SIGHT = -10;
const nothing = (): null => null;
const UNBOUND: uPlot.Cursor.Bind = {
  mousedown: nothing,
  mouseup: nothing,
  click: nothing,
  dblclick: nothing,
  mousemove: nothing,
  mouseleave: nothing,
  mouseenter: nothing,
};

/** Draws into an element, as wide as that is. `marked` is told which place somebody points at. */
export function draw(into: HTMLElement, graph: Graph, marked: (place: number | null) => void): Drawn {
  const axis: uPlot.Axis = {
    stroke: () => colour('--muted'),
    font: `${getComputedStyle(into).fontSize} ${getComputedStyle(into).fontFamily}`,
    grid: { stroke: () => colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const plot = new uPlot(
    {
      width: Math.max(1, into.clientWidth),
      height: HEIGHT,
      // To the right as much as half a time is wide, which may stand under the end.
      padding: [8, 28, 0, 0],
      legend: { show: false },
      // Where it stands is said by `mark` alone: the library would move it with each resize, and with what is shown anew.
      cursor: { y: false, points: { size: 7 }, bind: UNBOUND },
      scales: { y: { range: (_, __, most) => [0, Math.max(LEAST[graph], most * 1.1)] } },
      axes: [
        {
          ...axis,
          size: 24,
          space: 80,
          incrs: WHOLE_MINUTES,
          values: (_, at) => at.map((s) => clock(s * 1000, false)),
        },
        { ...axis, size: 44, space: 28, values: (_, at) => at.map(short) },
      ],
      series: [
        {},
        {
          stroke: () => colour('--accent'),
          fill: () => colour('--accent-soft'),
          width: 1.5,
          points: { show: false },
        },
      ],
    },
    [[], []],
    into,
  );
  plot.over.addEventListener('pointermove', ({ offsetX }) => marked(plot.posToIdx(offsetX)));
  plot.over.addEventListener('pointerleave', () => marked(null));
  const sizes = new ResizeObserver(() => {
    if (into.clientWidth > 0) plot.setSize({ width: into.clientWidth, height: HEIGHT });
  });
  sizes.observe(into);
  let closed = false;
  const themes = new MutationObserver(() => plot.redraw(false, true));
  themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return {
    show: ({ times, values }) => plot.setData([times, values[graph]]),
    mark(place) {
      // What was shown a moment ago has its scale when the library has drawn it, which it does in a task like this.
      queueMicrotask(() => {
        if (closed) return;
        const time = place === null ? undefined : plot.data[0][place];
        const left = time === undefined ? OUT_OF_SIGHT : plot.valToPos(time, 'x');
        plot.setCursor({ left, top: time === undefined ? OUT_OF_SIGHT : 0 }, false);
      });
    },
    close() {
      closed = true;
      sizes.disconnect();
      themes.disconnect();
      plot.destroy();
    },
  };
}

/** One of the theme's; the system's where that gives the colours. */
function colour(name: string): string {
  if (matchMedia('(forced-colors: active)').matches) return name === '--accent-soft' ? 'transparent' : 'CanvasText';
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** A figure at an axis: with a digit behind the point only where there is one. */
function short(value: number): string {
  return decimal(value, Number.isInteger(value) ? 0 : 1);
}
