import { ensureChromium } from '../support/chromium.ts';

/** Browser tests drive a real Chromium. */
export const setup = (): void => void ensureChromium();
