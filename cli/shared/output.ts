import { Chalk, type ChalkInstance } from 'chalk';
import type { Ora } from 'ora';

export interface OutputOptions {
  json: boolean;
  quiet: boolean;
  color: boolean;
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Telemetry and file names can hold escape sequences; none of them reaches the terminal. */
export const harmless = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');

/**
 * Where a command writes. Results go to standard output (text, or JSON with --json), progress and warnings to
 * standard error: a spinner on a terminal, plain lines elsewhere, nothing with --quiet.
 */
export class Output {
  readonly options: OutputOptions;
  private readonly chalk: ChalkInstance;
  private spinner: Ora | undefined;
  private lastPlain = '';

  constructor(options: OutputOptions) {
    this.options = options;
    this.chalk = new Chalk({ level: options.color ? 1 : 0 });
  }

  style(style: Style, text: string): string {
    return this.chalk[style](text);
  }

  /** The answer of the command: `value` as JSON with --json, else `text`. */
  result(value: unknown, text: string): void {
    this.stop();
    process.stdout.write(this.options.json ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`);
  }

  /** A lasting line of progress. */
  info(text: string): void {
    if (this.options.quiet) return;
    this.interrupt(() => process.stderr.write(`${text}\n`));
  }

  warn(text: string): void {
    if (this.options.quiet) return;
    this.interrupt(() => process.stderr.write(`${this.style('yellow', '!')} ${harmless(text)}\n`));
  }

  /** What is going on now: the spinner's text on a terminal; elsewhere nothing (see `step` for lasting lines). */
  async spin(text: string): Promise<void> {
    if (!this.live) return;
    if (!this.spinner) {
      const { default: ora } = await import('ora');
      this.spinner ??= ora({ stream: process.stderr, discardStdin: false, hideCursor: true }).start();
    }
    this.spinner.text = harmless(text);
  }

  /** A step of long work: the spinner's text on a terminal, a plain line elsewhere (the same one only once). */
  step(text: string): void {
    if (this.live) return void this.spin(text);
    if (this.options.quiet || text === this.lastPlain) return;
    this.lastPlain = text;
    process.stderr.write(`${harmless(text)}\n`);
  }

  stop(): void {
    this.spinner?.stop();
    this.spinner = undefined;
  }

  private get live(): boolean {
    return Boolean(process.stderr.isTTY) && !this.options.quiet && !this.options.json;
  }

  private interrupt(write: () => void): void {
    const text = this.spinner?.text;
    this.spinner?.stop();
    write();
    if (text !== undefined) this.spinner?.start(text);
  }
}
