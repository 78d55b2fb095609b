import { nowSeconds } from '../../shared/clock.ts';
import { messageOf, ObsctlError } from '../../shared/errors.ts';
import type { TelemetrySource } from '../../telemetry/telemetry-source.ts';
import type { ExternalReplica, ExternalTarget } from '../external-target.ts';
import type {
  Component,
  DownResult,
  Endpoints,
  LogLine,
  Replica,
  Stack,
  StackStatus,
  UpOptions,
  UpResult,
} from '../stack.ts';
import { adminTrouble } from './admin-answer.ts';
import { reachTrouble } from './reach.ts';

const componentOf = async (replica: ExternalReplica): Promise<Component> => {
  const trouble = await adminTrouble(replica);
  const { instance, service, adminUrl } = replica;
  return {
    ...{ name: instance, service, address: adminUrl, pid: null, restarts: 0, readySeconds: null },
    ...(trouble === null ? { state: 'ready', detail: '' } : { state: 'failed', detail: trouble }),
  };
};

/** Port of a system that obsctl did not start: nothing of it is ever brought up, changed or taken down. */
export class ExternalStack implements Stack {
  readonly driver = 'external';
  private readonly startedAt = nowSeconds();

  /** `source`: its telemetry, the same one each time. */
  constructor(
    private readonly target: ExternalTarget,
    private readonly source: () => Promise<TelemetrySource>,
  ) {}

  /**
   * Starts nothing: sees that the system is there, as it was described. Throws TARGET_UNUSABLE with all that is not;
   * what the telemetry source throws where it does not answer.
   */
  async up(_options: UpOptions, onChange: (status: StackStatus) => void): Promise<UpResult> {
    const [status, reach] = await Promise.all([this.status(), reachTrouble(this.target.baseUrl)]);
    onChange(status);
    const details = [
      ...(reach === null ? [] : [`${this.target.baseUrl} ${reach}`]),
      ...status.components.flatMap(({ name, address, detail }) =>
        detail === '' ? [] : [`the admin API of ${name} (${address}): ${detail}`],
      ),
      ...(await this.telemetryTrouble()),
    ];
    if (details.length === 0) return { status, reused: true };
    throw new ObsctlError('TARGET_UNUSABLE', 'The target is not there as the file describes it.', {
      details,
    });
  }

  /** Takes nothing down: it is not ours. */
  async down(): Promise<DownResult> {
    return { wasUp: false, leftovers: [] };
  }

  /** Its replicas, asked now. */
  async status(): Promise<StackStatus> {
    const { replicas } = this.target;
    return {
      ...{ driver: this.driver, profile: null, state: 'ready', startedAt: this.startedAt },
      components: await Promise.all(replicas.map(componentOf)),
      replicas: await this.replicas(),
      endpoints: await this.endpoints(),
      ...{ cache: 'unknown', retryBudget: null, telemetry: 'grafana', versions: {}, incidents: [] },
      error: null,
    };
  }

  whyNone(): ObsctlError {
    return new ObsctlError('TARGET_UNUSABLE', 'The target is not there.');
  }

  /** All that were described, silent ones too: nobody may take one that says nothing for one without faults. */
  async replicas(role?: string): Promise<Replica[]> {
    return this.target.replicas
      .filter((replica) => role === undefined || replica.role === role)
      .map(({ instance, service, url, adminUrl }) => ({ instance, service, url, adminUrl }));
  }

  async endpoints(): Promise<Endpoints> {
    const { baseUrl, otlpUrl } = this.target;
    return { baseUrl, docsUrl: baseUrl, otlpUrl, backends: null, grafana: null };
  }

  async adminToken(instance: string): Promise<string> {
    const replica = this.target.replicas.find((each) => each.instance === instance);
    if (replica) return replica.token;
    throw new ObsctlError('UNKNOWN_TARGET', `The target has no replica ${JSON.stringify(instance)}.`);
  }

  async grafanaAccess(): Promise<null> {
    return null;
  }

  telemetry(): Promise<TelemetrySource> {
    return this.source();
  }

  async logNames(): Promise<string[]> {
    return [];
  }

  async *logs(): AsyncGenerator<LogLine> {}

  private async telemetryTrouble(): Promise<string[]> {
    try {
      const { ready, detail } = await (await this.source()).ready();
      return ready ? [] : [`its telemetry: ${detail}`];
    } catch (error) {
      const more = error instanceof ObsctlError ? error.details : [];
      return [`its telemetry: ${[messageOf(error), ...more].join(' ')}`];
    }
  }
}
