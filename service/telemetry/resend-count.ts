import { createContextKey } from '@opentelemetry/api';

/** How often the HTTP request that runs now was sent before (semantic conventions: http.request.resend_count). */
export const RESEND_COUNT = createContextKey('shop.http.request.resend_count');
