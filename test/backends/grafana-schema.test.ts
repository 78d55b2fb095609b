import { expect, test } from 'vitest';
import { dashboardTexts } from '../support/grafana/files.ts';
import { shapeProblems } from '../support/grafana/shapes.ts';

const texts = dashboardTexts();
const problems = shapeProblems(texts);

test("every dashboard is of Grafana's own schema, its panels and queries of their plugins'", () => {
  expect(problems).toEqual([]);
});

/** A dashboard with something that Grafana does not know: what is checked has to be able to fail. */
test.each([
  ['a setting of the dashboard', '"schemaVersion":', '"shemaVersion":'],
  ['a kind of panel', '"type": "logs"', '"type": "log"'],
  ['an option of a panel', '"wrapLogMessage":', '"wrapLines":'],
  ['a value of an option', '"sortOrder": "Descending"', '"sortOrder": "Down"'],
  ['a setting of a field', '"lineInterpolation": "linear"', '"lineInterpolation": "straight"'],
  ['a part of a query', '"legendFormat":', '"legend":'],
  ['a kind of query', '"queryType": "traceql"', '"queryType": "trace"'],
  ['a place in the grid', '"w": 24', '"width": 24'],
])('%s that there is not is found', (_what, known, unknown) => {
  expect(problems).toEqual([]);
  const [name, text] = Object.entries(texts).find(([, one]) => one.includes(known))!;
  expect(shapeProblems({ [name]: text.replace(known, unknown) })).not.toEqual([]);
});
