import { createHash } from 'node:crypto';
import type { RunRecord } from '../../record/record.ts';
import script from './client.js?raw';
import { masthead, overview } from './header.ts';
import { type Html, html, trusted } from './markup.ts';
import type { Section } from './sections.ts';
import styles from './styles.css?raw';

/** JSON that can stand in a script element: nothing in it ends the element or begins a comment. */
const json = (value: unknown): Html =>
  trusted(
    JSON.stringify(value).replace(
      /[<>&\u2028\u2029]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );

/** The page asks nothing of anybody: no address is allowed, and of all scripts only ours runs. */
const policy = (): string =>
  [
    "default-src 'none'",
    `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`,
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

const contents = (sections: Section[]): Html =>
  html`<nav aria-label="Contents"><ul><li><a href="#top">Verdict</a></li>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>`;

/** The whole page in one file: style, script and data are within it. */
export const page = (record: RunRecord, sections: Section[], data: unknown[]): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy())}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="obsctl ${record.environment.obsctl}">
<title>${record.verdict.name}: ${record.experiment.title} (${record.runId})</title>
<style>${trusted(styles)}</style>
</head>
<body>
<a class="skip" href="#main">To the report</a>
<div class="layout">
${contents(sections)}
<div class="sheet">
<header id="top"><div>${masthead(record)}</div><button type="button" id="theme" hidden>Theme: as the system</button></header>
<main id="main">
${overview(record)}
${sections.map(
  ({
    id,
    title,
    content,
  }) => html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${content}</section>
`,
)}</main>
<footer><p>Made by obsctl ${record.environment.obsctl} from the record of run <code>${record.runId}</code> alone. This file needs no network.</p></footer>
</div>
</div>
<script type="application/json" id="chart-data">${json(data)}</script>
<script>${trusted(script)}</script>
</body>
</html>
`.text;
