import axios, { AxiosError } from 'axios';
import type { GrafanaAccess } from '../../stack/stack.ts';
import type { Annotation, Annotator } from '../annotator.ts';

/** Longest wait for one annotation to be taken, milliseconds. */
const TIMEOUT = 5000;

/** What Grafana's API takes: milliseconds, and no dashboard, so that every dashboard that asks for the tags shows it. */
const bodyOf = ({ from, to, text, tags }: Annotation) => ({
  time: Math.round(from * 1000),
  timeEnd: Math.round(to * 1000),
  tags,
  text,
});

const reasonOf = (error: unknown): string => {
  if (error instanceof AxiosError && error.response) return `it answered ${error.response.status}`;
  return error instanceof AxiosError
    ? `it could not be reached (${error.code ?? 'no answer'})`
    : String(error);
};

/** Writes organisation annotations by Grafana's HTTP API (POST /api/annotations), one after the other. */
export const createGrafanaAnnotator = ({ url, username, password }: GrafanaAccess): Annotator => ({
  async annotate(annotations) {
    for (const annotation of annotations) {
      try {
        await axios.post(`${url.replace(/\/+$/, '')}/api/annotations`, bodyOf(annotation), {
          auth: { username, password },
          timeout: TIMEOUT,
          // Neither a proxy nor another host gets to see the password.
          ...{ proxy: false, maxRedirects: 0 },
        });
      } catch (error) {
        // Not as its cause: the request, with its password, hangs on that error.
        throw new Error(`Grafana did not take an annotation: ${reasonOf(error)}.`);
      }
    }
  },
});
