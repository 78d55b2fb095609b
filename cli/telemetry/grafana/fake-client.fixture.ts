import type { BackendAnswer, BackendClient, GetOptions } from './http.ts';

export type Reply = (path: string, options: GetOptions) => Partial<BackendAnswer> | Error;

/** A client whose answers are made by `reply`; an Error is thrown. It keeps what it was asked. */
export const fakeClient = (
  name: BackendClient['name'],
  reply: Reply,
): BackendClient & { asked: { path: string; options: GetOptions }[] } => {
  const asked: { path: string; options: GetOptions }[] = [];
  return {
    name,
    access: { url: `http://${name}.test` },
    asked,
    clockOffset: null,
    get requests() {
      return asked.length;
    },
    async get(path, options = {}) {
      asked.push({ path, options });
      const answer = reply(path, options);
      if (answer instanceof Error) throw answer;
      return { status: 200, body: null, retries: 0, ...answer };
    },
  };
};
