/** Whether a text is a trace id, 64 or 128 bits in hex. Ids go into addresses and queries: no other text may. */
export const isTraceId = (text: string): boolean => /^([0-9a-f]{16}|[0-9a-f]{32})$/i.test(text);
