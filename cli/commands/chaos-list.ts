import { CATALOGUE } from '../chaos/catalogue.ts';
import type { CataloguedFault } from '../chaos/catalogued-fault.ts';
import { columns } from '../shared/columns.ts';
import type { Output } from '../shared/output.ts';

/** What `--rate` is a share of; null where there are no shares of it. */
export const shareOf = ({
  scope = 'requests',
  share,
  counts = 'resource',
}: CataloguedFault): string | null => {
  if (scope !== 'resource') return scope;
  return share === undefined ? counts : share;
};

/** The ground-truth label as the fault matrix writes it: service/dependency/operation/kind. */
export const labelOf = ({ label }: CataloguedFault): string =>
  [label.service, label.dependency, label.operation, label.kind].map((part) => part ?? '-').join('/');

const carrierOf = ({ carrier, carriedBy }: CataloguedFault): string =>
  carriedBy === 'service' ? carrier : `stack: ${carrier}`;

const HEAD = ['FAULT', 'WHAT IT IS', 'CARRIED BY', 'SERVICE/DEPENDENCY/OPERATION/KIND', '--rate IS OF'];

/** Every fault there is, one a line. */
export const listFaults = (output: Output): void => {
  const faults = Object.values(CATALOGUE);
  const rows = faults.map((fault) => [
    fault.name,
    fault.title,
    carrierOf(fault),
    labelOf(fault),
    shareOf(fault) ?? '-',
  ]);
  const described = faults.map(({ name, title, label, carrier, carriedBy, scope = 'requests', needs }) => ({
    ...{ name, title, label, carrier, carriedBy, scope },
    needs: needs ?? null,
  }));
  output.result(
    described,
    [...columns([HEAD, ...rows]), '', 'One in full: obsctl chaos FAULT --help'].join('\n'),
  );
};
