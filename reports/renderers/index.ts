import { json } from './json.ts';
import { markdown } from './markdown.ts';
import type { Renderer } from './renderer.ts';

export type { Rendered, Renderer } from './renderer.ts';

/** Every way to write a report: one file and one line each. */
export const renderers = { markdown, json } satisfies Record<string, Renderer>;
export type RendererName = keyof typeof renderers;
export const rendererNames = Object.keys(renderers) as RendererName[];
