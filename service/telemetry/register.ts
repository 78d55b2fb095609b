// Preload: `node --import ./dist/service/register.js ./dist/service/server.js`.
import { register } from 'node:module';
import { context } from '@opentelemetry/api';
import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node';
import { metrics, NodeSDK } from '@opentelemetry/sdk-node';
import { instanceId } from '../instance-id.ts';
import { telemetryDefaults } from './defaults.ts';
import { RESEND_COUNT } from './resend-count.ts';
import { keepSdk, SERVICE_VERSION } from './sdk.ts';

// For the server as well: both are one replica.
process.env.SERVICE_INSTANCE_ID = await instanceId(process.env);
for (const [name, value] of Object.entries(telemetryDefaults(process.env, SERVICE_VERSION))) {
  process.env[name] ||= value;
}

// Only packages that are instrumented need the hook; wrapping every module would slow the start.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, {
  data: { include: ['pg', 'pino'] },
});

/** Requests and statements are measured once, with exemplars, by metrics.ts: theirs would stand beside those under the same names. */
const unmeasured = ['undici', 'pg'].map((name) => ({
  meterName: `@opentelemetry/instrumentation-${name}`,
  aggregation: { type: metrics.AggregationType.DROP } as const,
}));

const sdk = new NodeSDK({
  views: unmeasured,
  instrumentations: [
    getNodeAutoInstrumentations({
      '@opentelemetry/instrumentation-pg': { requireParentSpan: true },
      '@opentelemetry/instrumentation-undici': {
        requireParentforSpans: true,
        requestHook: (span) => {
          const resends = context.active().getValue(RESEND_COUNT);
          if (typeof resends === 'number' && resends > 0)
            span.setAttribute('http.request.resend_count', resends);
        },
      },
    }),
  ],
});
sdk.start();
keepSdk(sdk);

// From here on: for frames of our own code, not for the many packages above, whose maps take 10 MB.
process.setSourceMapsEnabled(true);
