import { basename } from 'node:path';
import { z } from 'zod';
import type { Slo } from '../../reports/judge/index.ts';
import { ObsctlError } from '../shared/errors.ts';
import {
  parseYaml,
  readYaml,
  type Violation,
  violationLines,
  violationsOf,
  type YamlFile,
  type YamlPart,
} from '../shared/yaml-file.ts';
import { OTHER_KINDS, type SliDocument, type SloDocument, sliDocument, sloDocument } from './openslo.ts';
import { resolveSlo } from './resolve.ts';

const KINDS = ['SLO', 'SLI', ...OTHER_KINDS];

const kindSchema = z.looseObject({ kind: z.enum(KINDS, `must be one of ${KINDS.join(', ')}`) });

interface Found {
  slos: { document: SloDocument; part: YamlPart }[];
  slis: SliDocument[];
  violations: Violation[];
}

const sort = (parts: YamlPart[]): Found => {
  const found: Found = { slos: [], slis: [], violations: [] };
  const checked = <T>(schema: z.ZodType<T>, part: YamlPart): T | null => {
    const { data, error } = schema.safeParse(part.value);
    if (error) found.violations.push(...violationsOf(error, part));
    return data ?? null;
  };
  for (const part of parts) {
    const kind = checked(kindSchema, part)?.kind;
    if (kind === 'SLO') {
      const document = checked(sloDocument, part);
      if (document) found.slos.push({ document, part });
    }
    if (kind === 'SLI') {
      const sli = checked(sliDocument, part);
      if (sli) found.slis.push(sli);
    }
  }
  return found;
};

const resolve = ({ slos, slis, violations }: Found, file: string): Slo[] =>
  slos.flatMap(({ document, part }): Slo[] => {
    const misfit = (path: (string | number)[], message: string) => {
      violations.push({ ...part.at(path), path: path.join('.'), message });
      return [];
    };
    const { indicator, indicatorRef } = document.spec;
    const sli = indicator?.spec ?? slis.find(({ metadata }) => metadata.name === indicatorRef)?.spec;
    if (!sli) {
      const names = slis.map(({ metadata }) => metadata.name).join(', ') || 'none';
      return misfit(
        ['spec', 'indicatorRef'],
        `there is no SLI of that name in this file (there are ${names})`,
      );
    }
    const resolved = resolveSlo(document, sli, file);
    if (!Array.isArray(resolved)) return [resolved];
    for (const { path, message } of resolved) misfit(path, message);
    return [];
  });

const slosOf = ({ parts, violations: broken }: YamlFile, file: string): Slo[] => {
  const found = sort(parts);
  found.violations.push(...broken);
  const slos = resolve(found, basename(file));
  if (found.violations.length === 0 && slos.length === 0)
    found.violations.push({
      line: 1,
      column: 1,
      path: '',
      message: 'there is no document of kind SLO in it',
    });
  if (found.violations.length === 0) return slos;
  throw new ObsctlError('SLO_INVALID', `${file} is not valid.`, {
    details: violationLines(file, found.violations),
  });
};

/** As readSlo, of a text. */
export const parseSlo = (text: string, file: string): Slo[] => slosOf(parseYaml(text), file);

/**
 * The objectives of an OpenSLO v1 file, which may hold several documents. Throws SLO_INVALID with every violation and its
 * line and column; what the system says where the file cannot be read.
 */
export const readSlo = (file: string): Slo[] => slosOf(readYaml(file), file);
