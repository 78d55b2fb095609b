import type { SpanRef, Spike, TracedExample } from '../../record/findings.ts';

export interface Common {
  span: SpanRef;
  /** How many of the examples name it, of how many there are. */
  named: number;
  of: number;
}

/** Examples of these spikes, each trace once. */
export const examplesOf = (spikes: Spike[]): TracedExample[] => [
  ...new Map(
    spikes.flatMap(({ examples }) => examples).map((example) => [example.traceId, example]),
  ).values(),
];

/** The span that most examples name, by service and operation; its longest instance stands for all. */
export const commonSpan = (
  examples: TracedExample[],
  pick: (example: TracedExample) => SpanRef | null,
): Common | null => {
  const groups = new Map<string, SpanRef[]>();
  for (const example of examples) {
    const span = pick(example);
    if (span)
      groups.set(`${span.service} ${span.name}`, [
        ...(groups.get(`${span.service} ${span.name}`) ?? []),
        span,
      ]);
  }
  const [most] = [...groups.values()].sort((a, b) => b.length - a.length);
  if (!most) return null;
  const span = most.reduce((a, b) => (b.exclusive > a.exclusive ? b : a));
  return { span, named: most.length, of: examples.length };
};
