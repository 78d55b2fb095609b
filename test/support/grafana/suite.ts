import { describe, expect, test } from 'vitest';
import { dashboards, dataSources } from './files.ts';
import { type Question, questionsOf } from './questions.ts';
import type { GrafanaScene } from './scene.ts';

const URLS = { PROMETHEUS_URL: 'http://p', LOKI_URL: 'http://l', TEMPO_URL: 'http://t' };

const answered = async (scene: GrafanaScene, question: Question) =>
  expect(await scene.asker.count(question), question.text).toBeGreaterThan(0);

/**
 * Every query of every panel, annotation, variable and link answers with data. `scene` is there once tests run;
 * `asked` leaves out what this stack does not have.
 */
export const grafanaSuite = (scene: () => GrafanaScene, asked: (question: Question) => boolean): void => {
  for (const dashboard of dashboards()) {
    const questions = questionsOf(dashboard).filter(asked);
    if (questions.length === 0) continue;
    describe(dashboard.title, () => {
      test.each(questions.map((question) => [`${question.where} (${question.kind})`, question] as const))(
        '%s',
        (_name, question) => answered(scene(), question),
      );

      test('every annotation that it asks for is one that the run leaves', () =>
        expect(scene().unmatchedTags(dashboard)).toEqual([]));
    });
  }

  describe('the links between the data sources', () => {
    test('an exemplar of the error panel leads to its trace; its span to its log lines and its metrics', async () => {
      const span = await scene().failedSpan();
      expect(span.attributes).toMatchObject({ 'service.name': 'api', 'http.route': expect.any(String) });
      for (const question of scene().spanQuestions(span)) await answered(scene(), question);
    });

    test('a log line leads to its trace', async () => {
      const { jsonData } = dataSources(URLS).find(({ uid }) => uid === 'loki')!;
      const [{ matcherType, matcherRegex }] = jsonData.derivedFields;
      expect(matcherType).toBe('label');
      const lines = await scene().asker.streams('{service_name="api"} | severity_text=~"(?i)warn.*|error"');
      const ids = lines.flatMap((labels) =>
        Object.keys(labels).flatMap((name) => (name.match(matcherRegex) ? [labels[name]!] : [])),
      );
      expect(ids.length).toBeGreaterThan(0);
      expect((await scene().asker.trace(ids[0]!)).length).toBeGreaterThan(0);
    });
  });

  test('every link of the report opens on something', async () => {
    const links = await scene().reportLinks();
    expect(new Set(links.map(({ question }) => question.kind))).toEqual(
      new Set(['trace', 'promql', 'logql', 'traceql']),
    );
    for (const { question, window } of links) {
      const asker = scene().askerOf(window);
      const found =
        question.kind === 'trace'
          ? (await asker.trace(question.text)).length
          : await asker.count(question as Question);
      expect(found, `${question.where}: ${question.text}`).toBeGreaterThan(0);
    }
  });
};
