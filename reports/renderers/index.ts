import { github } from './github.ts';
import { html } from './html.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import type { Renderer } from './renderer.ts';

export type { Rendered, Renderer } from './renderer.ts';

/** Every way to write a report: one file and one line each. */
export const renderers = { markdown, html, json, junit, github } satisfies Record<string, Renderer>;
export type RendererName = keyof typeof renderers;
export const rendererNames = Object.keys(renderers) as RendererName[];
