import { describe, expect, it } from 'vitest';
import { exploreLinks } from './explore-links.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const window = { from: 1795381880.25, to: 1795381910.5 };
const links = exploreLinks('http://grafana.localhost:3000/')!;

/** What Explore reads from an address: its one pane. */
const paneOf = (address: string) => {
  const url = new URL(address);
  expect(url.pathname).toBe('/explore');
  expect([url.searchParams.get('schemaVersion'), url.searchParams.get('orgId')]).toEqual(['1', '1']);
  const panes = Object.entries(JSON.parse(url.searchParams.get('panes')!));
  expect(panes).toHaveLength(1);
  const [id, pane] = panes[0]!;
  // Another name would be thrown away and made anew.
  expect(id).toMatch(/^[a-z]{3}$/);
  // biome-ignore lint/suspicious/noExplicitAny: the pane is read as Grafana reads it.
  return pane as any;
};

describe('links into Explore', () => {
  it('open the trace by its id, in whole milliseconds around it', () => {
    expect(paneOf(links.trace(TRACE, window))).toEqual({
      datasource: 'tempo',
      queries: [
        {
          refId: 'A',
          datasource: { type: 'tempo', uid: 'tempo' },
          ...{ queryType: 'traceql', query: TRACE, filters: [] },
        },
      ],
      range: { from: '1795381880250', to: '1795381910500' },
    });
  });

  it('hold each query as it was written', () => {
    const promql = 'sum by (le) (rate(x{route=~"/a|/b (c)"}[10s])) / 2 > 0 and "%&#?+\' *!"';
    const logql = '{service_name=~".+"} |~ `a\\nb` | trace_id="1"';
    const traceql = '{resource.service.name="api" && duration>500ms}';
    expect(paneOf(links.metrics(promql, window)).queries[0]).toMatchObject({
      ...{ expr: promql, range: true, exemplar: true, datasource: { uid: 'prometheus' } },
    });
    expect(paneOf(links.logs(logql, window)).queries[0]).toMatchObject({
      ...{ expr: logql, queryType: 'range', datasource: { uid: 'loki' } },
    });
    expect(paneOf(links.traces(traceql, window)).queries[0]).toMatchObject({
      ...{ query: traceql, queryType: 'traceql', datasource: { uid: 'tempo' } },
    });
  });

  it('leave no character that could end a link', () => {
    const hostile = ')](http://x) <b> "\' ` | \n\u0000 \ud800 *_!';
    for (const address of [
      links.metrics(hostile, window),
      links.logs(hostile, window),
      links.traces(hostile, window),
      links.dashboard('experiment', window, { [hostile]: hostile }),
    ])
      expect(address).toMatch(/^http:\/\/grafana\.localhost:3000\/[A-Za-z0-9/?=&%._~-]+$/);
  });

  it('open a dashboard on the window, with what was chosen', () => {
    const url = new URL(links.dashboard('experiment', window, { run: '20261122-205000-1a2b' }));
    expect(url.pathname).toBe('/d/experiment');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      ...{ orgId: '1', from: '1795381880250', to: '1795381910500' },
      'var-run': '20261122-205000-1a2b',
    });
  });

  it('keep a path under which Grafana is served', () => {
    const below = exploreLinks('https://ops.example/grafana (a)/')!.trace(TRACE, window);
    expect(below.startsWith('https://ops.example/grafana%20%28a%29/explore?')).toBe(true);
  });

  it.each([
    null,
    '',
    'grafana',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'http://u:p@grafana',
    'http://',
  ])('are not there for %j', (address) => expect(exploreLinks(address)).toBeNull());
});
