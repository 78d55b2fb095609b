export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const sum = (values) => values.reduce((total, value) => total + value, 0);

/** The middle one, the upper of two; null of none. */
export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;

/** The same number with so many digits after the point. */
export const rounded = (value, digits = 2) => (value === null ? null : Number(value.toFixed(digits)));

/** Asks again and again until the answer is not undefined; undefined when it never was within so many seconds. */
export const until = async (ask, { seconds, everyMs }) => {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const found = await ask();
    if (found !== undefined) return found;
    await pause(everyMs);
  }
  return undefined;
};

/** The JSON at an address, or undefined while it does not answer with 200. */
export const answerOf = async (base, path, parameters = {}) => {
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
  const response = await fetch(url).catch(() => undefined);
  if (!response?.ok) return void (await response?.arrayBuffer());
  return response.json();
};
