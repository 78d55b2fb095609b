import { TELEMETRY_TOOLS } from '../../cli/tools/telemetry-tools.ts';
import { prepare } from './prepare.ts';

/** These tests run the built program, real k6, the real back ends, and Toxiproxy in front of them. */
export const setup = (): Promise<void> => prepare(['k6', ...TELEMETRY_TOOLS, 'promtool', 'toxiproxy']);
