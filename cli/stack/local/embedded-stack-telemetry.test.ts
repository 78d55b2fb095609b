import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startEmbeddedStackTelemetry } from './embedded-stack-telemetry.ts';
import { freePorts } from './ports.ts';

test('listens where the stack has planned it, so that no child is in its way', async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'embedded-stack-'));
  const [port] = await freePorts(1);
  const telemetry = await startEmbeddedStackTelemetry({ temporary, logs: temporary, ports: [port!] });
  try {
    expect(telemetry.otlpUrl).toBe(`http://127.0.0.1:${port}`);
  } finally {
    await telemetry.close();
    rmSync(temporary, { recursive: true });
  }
});
