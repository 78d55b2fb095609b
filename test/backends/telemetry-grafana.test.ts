import { telemetrySourceContract } from '../contract/telemetry-source.ts';
import { grafanaUnderTest } from '../support/grafana-under-test.ts';

telemetrySourceContract('grafana', grafanaUnderTest, { encoding: 'protobuf-gzip' });
