// The real window, in a virtual display, driven over WebDriver; everything started here is ended by its process id.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Builder, By, Capabilities, until } from 'selenium-webdriver';
import { ENGLISH } from '../../support/english.mjs';
import { look } from '../../support/framebuffer.mjs';
import { missingCommand } from '../../support/needs.mjs';

const repository = resolve(import.meta.dirname, '../../..');
export const screenshots = join(repository, 'target/screenshots');
export const binary =
  process.env.SKYLARK_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(repository, 'target'), 'debug', 'skylark');
/** A colour that nothing on the page has. */
const MARK = 0xff00fe;
const nativeDriver = '/usr/bin/WebKitWebDriver';

/** Why the window cannot be tested here; null where it can. */
export function missing() {
  const lacking = missingCommand('Xvfb', 'tauri-driver');
  if (lacking) return lacking;
  if (!existsSync(nativeDriver)) return `${nativeDriver} is not installed (package webkit2gtk-driver)`;
  return null;
}

/**
 * Opens the window with its own display, folders and port. `before` stands in front of the command that starts it, `environment` is added
 * to the program's, `settings` is what stands in its settings file, `listen` the port it shall have, and `shows` what is there once it is
 * open.
 */
export async function openWindow(wanted = {}) {
  const { args = [], before = [], environment = {}, width = 1180, height = 780 } = wanted;
  const { settings = null, shows = 'go-live', listen = '127.0.0.1:0' } = wanted;
  const folder = mkdtempSync(join(tmpdir(), 'skylark-window-'));
  const opened = new Window(folder);
  try {
    if (settings !== null) {
      mkdirSync(join(folder, 'skylark'));
      writeFileSync(opened.settingsFile, settings);
    }
    await opened.open(['--listen', listen, ...args], before, environment, width, height, shows);
  } catch (error) {
    await opened.close();
    throw error;
  }
  return opened;
}

class Window {
  #folder;
  #display;
  #driverProcess;
  log = '';

  constructor(folder) {
    this.#folder = folder;
  }

  /** Where the program keeps its things. */
  get folder() {
    return this.#folder;
  }

  get settingsFile() {
    return join(this.#folder, 'skylark', 'skylark.toml');
  }

  async open(args, before, environment, width, height, shows) {
    const display = await this.#startDisplay(width, height);
    /** Its name, for whoever asks the X server itself. */
    this.display = display;
    const [port, nativePort] = [await freePort(), await freePort()];
    const env = {
      ...process.env,
      ...ENGLISH,
      HOME: this.#folder,
      XDG_CONFIG_HOME: join(this.#folder, 'config'),
      XDG_DATA_HOME: join(this.#folder, 'data'),
      XDG_CACHE_HOME: join(this.#folder, 'cache'),
      DISPLAY: display,
      GDK_BACKEND: 'x11',
      ...environment,
    };
    // Nobody's own desktop is asked for its screen.
    if (!environment.WAYLAND_DISPLAY) delete env.WAYLAND_DISPLAY;
    const options = ['--port', port, '--native-port', nativePort, '--native-driver', nativeDriver];
    const [command, ...driver] = [...before, 'tauri-driver', ...options.map(String)];
    this.#driverProcess = spawn(command, driver, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // A process group of its own, so that `close` ends whatever the driver started.
    });
    for (const stream of [this.#driverProcess.stdout, this.#driverProcess.stderr])
      stream.on('data', (text) => (this.log += text));
    await answers(`http://127.0.0.1:${port}/status`);

    const capabilities = new Capabilities();
    capabilities.setBrowserName('wry');
    capabilities.set('tauri:options', {
      application: binary,
      // What the panel says does not hang on what the machine does besides.
      args: ['--no-relief', '--data-dir', join(this.#folder, 'skylark'), ...args],
    });
    this.driver = await new Builder().withCapabilities(capabilities).usingServer(`http://127.0.0.1:${port}/`).build();
    await this.find(shows);
  }

  /** The element with this data-testid, once it is there. */
  find(id, withinMs = 15_000) {
    return this.driver.wait(until.elementLocated(By.css(`[data-testid="${id}"]`)), withinMs, `${id} is shown`);
  }

  async click(id) {
    await (await this.find(id)).click();
  }

  /** All the text in it, whether it is cut short on the screen or not. */
  async text(id) {
    const element = await this.find(id);
    return (await this.run('return arguments[0].textContent', element)).trim();
  }

  async isThere(id) {
    return (await this.driver.findElements(By.css(`[data-testid="${id}"]`))).length > 0;
  }

  /** The data-testid of what has the focus; the name of its element where it has none. */
  focused() {
    return this.run('return document.activeElement.dataset.testid ?? document.activeElement.tagName');
  }

  /** The window's size, inside. */
  async resize(width, height) {
    const window = this.driver.manage().window();
    await window.setRect({ x: 0, y: 0, width, height });
    await this.until(
      async () => (await this.run('return outerWidth')) === width && (await this.run('return outerHeight')) === height,
      `it is ${width}x${height}`,
    );
  }

  /** Waits until `met` says so. */
  async until(met, why, withinMs = 15_000) {
    await this.driver.wait(
      async () =>
        Promise.resolve()
          .then(met)
          .catch(() => false),
      withinMs,
      why,
    );
  }

  /** Chooses an option of a picker by its value. */
  async choose(id, value) {
    const picker = await this.find(id);
    // WebKitGTK 2.54 refuses an option of a picker that was scrolled away, and does not scroll to it by itself.
    await this.run('arguments[0].scrollIntoView({ block: "center" })', picker);
    await picker.findElement(By.css(`option[value="${value}"]`)).click();
  }

  /** Runs a script in the page. */
  run(script, ...args) {
    return this.driver.executeScript(script, ...args);
  }

  /** What is on the screen where this element stands, or the whole window: not all of it is painted by the page. */
  async seen(id = null) {
    const { x, y, width, height } = await this.driver.manage().window().getRect();
    if (id === null) return look(this.#folder, { x, y, width, height });
    const part = await this.run(
      `const { left, top, right, bottom } = document.querySelector(arguments[0]).getBoundingClientRect();
       const large = outerWidth / innerWidth;
       return [left, top, right, bottom].map((edge) => edge * large);`,
      `[data-testid="${id}"]`,
    );
    const [left, top, right, bottom] = [...part.slice(0, 2).map(Math.ceil), ...part.slice(2).map(Math.floor)];
    return look(this.#folder, { x: x + left, y: y + top, width: right - left, height: bottom - top });
  }

  /** Kept under target/screenshots. */
  async screenshot(name) {
    mkdirSync(screenshots, { recursive: true });
    writeFileSync(join(screenshots, `${name}.png`), (await this.painted()).png());
  }

  /**
   * The window, when all that the page has is on the screen. The page cannot say when that is, so that it is given a mark in its corner, over
   * everything, and what was changed before the mark came is seen with it, or before.
   */
  async painted() {
    // What fades is at its end; what never ends goes on. It is not waited for: in one run of many an end was never told.
    await this.run(
      `for (const one of document.getAnimations())
         if (one.playState !== 'idle' && Number.isFinite(one.effect?.getComputedTiming().endTime)) one.finish();`,
    );
    await this.#mark(true);
    await this.#mark(false);
    await this.until(() => this.#hasPicture(), 'the preview is in its place');
    return this.seen();
  }

  async #mark(wanted) {
    await this.run(
      `let mark = document.getElementById('mark');
       if (!mark) {
         mark = Object.assign(document.createElement('div'), { id: 'mark', popover: 'manual' });
         const look = { inset: '0 auto auto 0', width: '4px', height: '4px', margin: 0, padding: 0, border: 0, background: arguments[1] };
         Object.assign(mark.style, look);
         document.body.append(mark);
         mark.showPopover();
       }
       if (!arguments[0]) mark.remove();`,
      wanted,
      `#${MARK.toString(16)}`,
    );
    // Its outermost pixel was seen blended with white, until something else was painted.
    const marked = async () => {
      const { width, pixels } = await this.seen();
      return pixels.readUInt32LE(4 * (width + 1)) % 0x1000000 === MARK;
    };
    await this.until(async () => (await marked()) === wanted, `the mark is on the screen: ${wanted}`);
  }

  /** Whether there is a picture in the preview's place, or no place for one in sight. */
  async #hasPicture() {
    const [top, bottom, ground] = await this.run(
      `const place = document.querySelector('[data-testid="preview-place"]')?.getBoundingClientRect();
       const ground = getComputedStyle(document.body).backgroundColor.match(/\\d+/g);
       return [place?.top ?? -1, place?.bottom ?? 0, ground.reduce((all, part) => 256 * all + Number(part), 0)];`,
    );
    const { height } = await this.driver.manage().window().getRect();
    if (top < 0 || bottom > height) return true;
    const { width, height: down, pixels } = await this.seen('preview-place');
    const middle = 4 * (width * Math.floor(down / 2) + Math.floor(width / 2));
    return (pixels.readUInt32LE(middle) & 0xffffff) !== ground;
  }

  async close() {
    await this.driver?.quit().catch(() => {}); // The window may have closed itself, as a test asked it to.
    await this.#endDriver();
    this.#display?.kill('SIGTERM');
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }

  /** Ends the driver, the program and the web view's processes: a window that is live stays open when it is only asked to close. */
  async #endDriver() {
    if (!this.#driverProcess) return;
    const group = -this.#driverProcess.pid;
    const alive = () => {
      try {
        process.kill(group, 0);
        return true;
      } catch {
        return false;
      }
    };
    for (const [signal, patience] of [
      ['SIGTERM', 5000],
      ['SIGKILL', 5000],
    ]) {
      if (alive()) process.kill(group, signal);
      const end = Date.now() + patience;
      while (alive() && Date.now() < end) await new Promise((done) => setTimeout(done, 25));
    }
  }

  /** Xvfb picks a free display itself and writes its number to descriptor 3. */
  #startDisplay(width, height) {
    const options = ['-displayfd', '3', '-screen', '0', `${width}x${height}x24`, '-nocursor', '-nolisten', 'tcp'];
    this.#display = spawn('Xvfb', [...options, '-fbdir', this.#folder], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    return new Promise((found, failed) => {
      this.#display.once('exit', (code) => failed(new Error(`Xvfb ended with ${code}`)));
      this.#display.stdio[3].once('data', (number) => found(`:${String(number).trim()}`));
    });
  }
}

function freePort() {
  return new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

async function answers(url, withinMs = 15_000) {
  const end = Date.now() + withinMs;
  for (;;) {
    try {
      await fetch(url);
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}
