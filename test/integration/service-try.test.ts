import { test } from 'vitest';
import { clear, inject, order, startPlatform } from './service-support/platform.ts';
const RATE = Number(process.env.TRY_RATE ?? 30);
test('storm', async () => {
  const p = await startPlatform({ api: process.env.TRY_BUDGET ? { RETRY_BUDGET: process.env.TRY_BUDGET } : {}, inventory: process.env.TRY_WORK ? { INVENTORY_WORK_MS: process.env.TRY_WORK, INVENTORY_QUEUE_MAX: process.env.TRY_Q!, INVENTORY_SLOTS: process.env.TRY_SLOTS! } : {} });
  try {
    const api2 = await p.start('api', { SERVICE_INSTANCE_ID: 'api-2', INVENTORY_URL: p.inventory.url, ...(process.env.TRY_BUDGET ? { RETRY_BUDGET: process.env.TRY_BUDGET } : {}) });
    const apis = [p.api, api2]; let n = 0;
    const buckets = new Map<number, { ok: number; bad: number; att: number; lat: number }>();
    const t0 = performance.now();
    const bucket = () => { const k = Math.floor((performance.now() - t0) / 2000); let b = buckets.get(k); if (!b) { b = { ok: 0, bad: 0, att: 0, lat: 0 }; buckets.set(k, b); } return b; };
    const logical = async () => {
      const s = performance.now();
      for (let a = 1; a <= 3; a++) {
        bucket().att++;
        const r = await order(apis[n++ % 2]!, 1 + Math.floor(Math.random() * 50)).catch(() => ({ status: 0 }));
        if (r.status === 201) { const b = bucket(); b.ok++; b.lat += performance.now() - s; return; }
        await new Promise((r) => setTimeout(r, 100));
      }
      bucket().bad++;
    };
    let stop = false; const all: Promise<void>[] = [];
    const gen = (async () => { let i = 0; while (!stop) { const due = Math.floor((performance.now() - t0) / 1000 * RATE); for (; i < due; i++) all.push(logical()); await new Promise((r) => setTimeout(r, 10)); } })();
    const slots: string[] = [];
    const mon = setInterval(async () => { const m = await (await fetch(`${p.inventory.url}/metrics`)).text(); slots.push([...m.matchAll(/^capacity_slots_(in_use|waiting) (\d+)/gm)].map((x) => x[2]).join('/') + ' ' + [...m.matchAll(/duration_seconds_count\{.*code="(\d+)"\} (\d+)/gm)].map((x) => `${x[1]}:${x[2]}`).join(' ') + ' cpu ' + /process_cpu_seconds_total (\S+)/.exec(m)?.[1]); }, 2000);
    await new Promise((r) => setTimeout(r, 6000));
    const id = await inject(p.inventory, { fault: 'retry-storm' });
    await new Promise((r) => setTimeout(r, 8000));
    console.log('cleared', performance.now() - t0, await clear(p.inventory, id));
    await new Promise((r) => setTimeout(r, Number(process.env.TRY_REC ?? 14) * 1000));
    stop = true; await gen; clearInterval(mon);
    console.log([...buckets].map(([k, b]) => `${k * 2}s ok ${b.ok / 2}/s bad ${b.bad / 2}/s att ${b.att / 2}/s lat ${(b.lat / Math.max(1, b.ok)).toFixed(0)}ms`).join('\n'));
    console.log(slots.join('\n'));
    await Promise.all(all);
    console.log('spans', p.sink.spans.length, 'errlogs', p.api.lines.filter((l) => l.includes('"level":50')).length);
  } finally { await p.stop(); }
});
