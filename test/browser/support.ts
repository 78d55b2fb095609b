import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { RunRecord } from '../../reports/record/record.ts';
import { renderers } from '../../reports/renderers/index.ts';
import { ensureChromium } from '../support/chromium.ts';

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** A page under test, and everything that it said or asked for which a report must not. */
export interface Opened {
  page: Page;
  complaints: string[];
}

/** A real browser, and reports in a folder of their own. */
export class Reader {
  private readonly folder = mkdtempSync(join(tmpdir(), 'obsctl-browser-'));

  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<Reader> {
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    return new Reader(await chromium.launch({ executablePath: ensureChromium(), args }));
  }

  /** Writes the report of the record and gives its address. */
  async write(record: RunRecord, name: string): Promise<{ address: string; content: string }> {
    const [report] = (await renderers.html(record)).files;
    const file = join(this.folder, `${name}.html`);
    writeFileSync(file, report!.content);
    return { address: pathToFileURL(file).href, content: report!.content };
  }

  async open(address: string, options: BrowserContextOptions = {}): Promise<Opened> {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`console ${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    page.on('dialog', async (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      await dialog.dismiss();
    });
    page.on('request', (request) => {
      if (request.url().split('#')[0] !== address) complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(address);
    return { page, complaints };
  }

  async end(): Promise<void> {
    await this.browser.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What axe-core finds wrong with the page, by rule and element. It runs beside the page's own policy, not under it. */
export const violationsOf = async (page: Page): Promise<string[]> => {
  await page.addScriptTag({ path: axeFile }).catch(() => undefined);
  if (!(await page.evaluate(() => 'axe' in globalThis)))
    throw new Error('axe-core could not be brought into the page');
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return violations.flatMap(({ id, impact, nodes }) => nodes.map(({ html }) => `${impact} ${id}: ${html}`));
};
