import { test } from 'vitest';
import { order, request, startPlatform } from './service-support/platform.ts';
test('try', async () => {
  const t = performance.now();
  const p = await startPlatform();
  console.log('up', performance.now() - t);
  try {
    const o = await order(p.api); console.log(o.status, o.text, o.seconds);
    const g = await request(`${p.api.url}/products/1`); console.log(g.status, g.text);
    const e = await request(`${p.api.url}/simulate/error?probability=1`); console.log(e.status, e.text);
    const bad = await request(`${p.api.url}/products/abc`); console.log(bad.status, bad.text);
    const nf = await request(`${p.api.url}/nix`); console.log(nf.status, nf.text);
    await new Promise((r) => setTimeout(r, 1800));
    for (const [n, x] of [['order', o], ['get', g], ['err', e], ['bad', bad], ['nf', nf]] as const) {
      console.log('-----', n);
      const spans = p.sink.trace(x.traceId).sort((a, b) => a.start - b.start);
      for (const s of spans) console.log(s.resource['service.name'], s.kind, s.name, s.spanId, '<', s.parentSpanId, ((s.end - s.start) * 1000).toFixed(1), JSON.stringify(s.status), JSON.stringify(s.attributes), s.events.map((ev) => ev.name + JSON.stringify(ev.attributes).slice(0, 700)).join());
      for (const l of p.sink.logs.filter((l) => l.traceId === x.traceId)) console.log(l.severity, l.body, JSON.stringify(l.attributes).slice(0, 900));
    }
    const traces = new Set([o, g, e, bad, nf].map((x) => x.traceId));
    console.log('orphans', p.sink.spans.filter((s) => !traces.has(s.traceId)).map((s) => s.name));
    console.log(JSON.stringify(p.sink.spans[0]?.resource));
    console.log(p.api.lines.slice(0, 4).join('\n'));
    console.log(await (await fetch(`${p.api.url}/metrics`)).text());
    console.log(await (await fetch(`${p.worker.url}/metrics`)).text().then((x) => x.split('\n').filter((l) => /queue|job/.test(l)).join('\n')));
    console.log(await (await fetch(`${p.api.url}/readyz`)).text());
    console.log((await fetch(`${p.api.url}/docs/json`)).status);
    for (const r of [p.api, p.worker, p.inventory]) console.log(await r.stop());
  } finally {
    await p.stop();
  }
});
