// Walks a static site in headless Chromium, from its files, and says what is wrong: dead links, requests to
// other places, a page that scrolls sideways on a phone, a focus nobody sees, what axe-core finds.
//
//   node --experimental-websocket walk.mjs CHROMIUM AXE SITE PICTURES
//
// Speaks the browser's own protocol, so that no driver has to be installed. Prints one JSON object.
import { spawn } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [chromium, axePath, site, pictures] = process.argv.slice(2);
const axe = readFileSync(axePath, 'utf8');
const profile = mkdtempSync(join(tmpdir(), 'zhiti-browser-'));
const faults = [];
const fault = (page, what) => faults.push(`${page}: ${what}`);

const browser = spawn(chromium, ['--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars',
  '--disable-dev-shm-usage', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank']);
const address = await new Promise((found, failed) => {
  let said = '';
  browser.stderr.on('data', (data) => {
    said += data;
    const at = said.match(/DevTools listening on (ws:\S+)/);
    if (at) found(at[1]);
  });
  browser.on('exit', () => failed(new Error(`chromium ended: ${said}`)));
});

const socket = new WebSocket(address);
await new Promise((open) => { socket.onopen = open; });
let next = 0;
const waiting = new Map();
const events = [];
socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  if (message.id) {
    const { done, failed } = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error) failed(new Error(message.error.message)); else done(message.result);
  } else {
    events.push(message);
  }
};
const send = (method, params = {}, sessionId = undefined) => new Promise((done, failed) => {
  next += 1;
  waiting.set(next, { done, failed });
  socket.send(JSON.stringify({ id: next, method, params, sessionId }));
});

const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
const call = (method, params) => send(method, params, sessionId);
for (const domain of ['Page', 'Network', 'Log', 'Runtime']) await call(`${domain}.enable`);

const evaluate = async (expression) => {
  const { result, exceptionDetails } = await call('Runtime.evaluate',
    { expression, returnByValue: true, awaitPromise: true });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
};
const resize = (width, height) => call('Emulation.setDeviceMetricsOverride',
  { width, height, deviceScaleFactor: 1, mobile: width < 500 });
const pause = (ms) => new Promise((go) => { setTimeout(go, ms); });

async function open(page) {
  events.length = 0;
  await call('Page.navigate', { url: pathToFileURL(join(site, page)).href });
  for (let tries = 0; tries < 400; tries += 1) {
    if (events.some((e) => e.method === 'Page.loadEventFired')) break;
    await pause(10);
  }
  for (const { method, params } of events) {
    const url = params?.request?.url;
    if (method === 'Network.requestWillBeSent' && !/^(file|data):/.test(url)) fault(page, `asks for ${url}`);
    if (method === 'Network.loadingFailed') fault(page, `cannot load: ${params.errorText}`);
    if (method === 'Log.entryAdded' && params.entry.level === 'error') fault(page, params.entry.text);
  }
}

async function picture(page, width) {
  const { cssContentSize } = await call('Page.getLayoutMetrics');
  const clip = { x: 0, y: 0, width, height: Math.min(cssContentSize.height, 12000), scale: 1 };
  const { data } = await call('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true, clip });
  writeFileSync(join(pictures, `${page.replaceAll('/', '-').replace('.html', '')}-${width}.png`), data, 'base64');
}

const LINKS = `[...document.querySelectorAll('a[href]')].map((a) => a.getAttribute('href'))`;
// A block that scrolls in its own region is no fault; a page that does is.
const WIDE = `(() => {
  const most = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= most) return '';
  const out = [...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > most + 1
    && !e.parentElement.closest('.scroll') && getComputedStyle(e).position !== 'absolute');
  return out.slice(0, 3).map((e) => e.outerHTML.slice(0, 80)).join(' | ') || 'the page';
})()`;
const AXE = `axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations
  .map((v) => v.impact + ' ' + v.id + ': ' + v.nodes.slice(0, 2).map((n) => n.target.join(' ')).join(', ')))`;

async function look(page, width, withAxe) {
  await resize(width, 900);
  await open(page);
  const wide = await evaluate(WIDE);
  if (wide) fault(page, `scrolls sideways at ${width} px: ${wide}`);
  if (!withAxe) return;
  await evaluate(`${axe}; 0`);
  for (const found of await evaluate(AXE)) {
    if (/^(serious|critical|moderate)/.test(found)) fault(page, `axe at ${width} px: ${found}`);
  }
}

const FOCUS = `new Promise((go) => { requestAnimationFrame(() => requestAnimationFrame(go)); }).then(() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const r = e.getBoundingClientRect();
  const s = getComputedStyle(e);
  return { kind: e.className || e.tagName.toLowerCase(), skip: e.matches('.skip'), nav: !!e.closest('nav'), region: e.matches('.scroll'),
    details: e.matches('summary'), main: e.id === 'main',
    seen: r.bottom > 0 && r.right > 0 && r.top < innerHeight && r.left < innerWidth && r.width > 0,
    ring: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2,
    size: Math.min(r.width, r.height), inline: s.display === 'inline' };
})`;

async function key(name, code) {
  for (const type of ['keyDown', 'keyUp']) {
    await call('Input.dispatchKeyEvent', { type, key: name, code: name, windowsVirtualKeyCode: code,
      ...(type === 'keyDown' && name === 'Enter' ? { text: '\r' } : {}) });
  }
}

async function keyboard(page) {
  await resize(1280, 900);
  await open(page);
  // Smooth scrolling would have to be waited for.
  await call('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-reduced-motion', value: 'reduce' }] });
  const met = { skip: 0, nav: 0, region: 0, details: 0 };
  for (let at = 0; at < 400; at += 1) {
    await key('Tab', 9);
    const focus = await evaluate(FOCUS);
    if (!focus) break;
    if (at === 0 && !focus.skip) fault(page, `the first stop is ${focus.kind}, not the skip link`);
    if (!focus.seen) fault(page, `focus ${at} (${focus.kind}) is out of sight`);
    if (!focus.ring) fault(page, `focus ${at} (${focus.kind}) has no ring`);
    if (!focus.inline && focus.size < 24) fault(page, `target ${at} (${focus.kind}) is ${focus.size} px`);
    for (const what of Object.keys(met)) met[what] += focus[what] ? 1 : 0;
  }
  await open(page);
  await key('Tab', 9);
  await key('Enter', 13);
  await pause(50);
  const focus = await evaluate(FOCUS);
  if (!focus?.main) fault(page, `the skip link leads to ${focus?.kind ?? 'nowhere'}`);
  return met;
}

const seen = new Set(['index.html']);
const queue = ['index.html'];
const files = new Set();
let met = {};
try {
  mkdirSync(pictures, { recursive: true });
  while (queue.length > 0) {
    const page = queue.shift();
    await look(page, 1280, true);
    for (const href of await evaluate(LINKS)) {
      const target = new URL(href, `file:///${page}`);
      if (target.protocol !== 'file:') { fault(page, `leads outside: ${href}`); continue; }
      const path = decodeURIComponent(target.pathname).slice(1);
      if (path.endsWith('.html') && !seen.has(path)) { seen.add(path); queue.push(path); }
      if (!path.endsWith('.html')) files.add(path);
    }
    const first = (folder) => [...seen].find((p) => p.startsWith(folder) && !p.endsWith('index.html'));
    const shown = !page.includes('/') || page.endsWith('index.html')
      || ['districts/', 'cases/', 'archive/'].some((f) => first(f) === page);
    if (shown) await picture(page, 1280);
    await look(page, 320, shown);
    if (shown) await picture(page, 320);
  }
  for (const path of files) readFileSync(join(site, path));
  met = await keyboard('index.html');
} catch (error) {
  fault('walk', error.stack);
}
browser.removeAllListeners('exit');
browser.on('exit', () => {
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  console.log(JSON.stringify({ pages: [...seen].sort(), files: [...files].sort(), met, faults }));
});
await send('Browser.close').catch(() => browser.kill());
