/** Shares of a scenario's logical requests by operation. A test holds them against what the scripts do. */
export type TrafficMix = Record<string, number>;

const EVERYDAY: TrafficMix = {
  'GET /products': 0.15,
  'GET /products/:id': 0.5,
  'POST /orders': 0.25,
  'GET /orders/:id': 0.1,
};

/** By scenario; one that is not here mixes as its users come to it. */
export const TRAFFIC_MIXES: Record<string, TrafficMix> = {
  steady: EVERYDAY,
  spike: EVERYDAY,
  stress: EVERYDAY,
  soak: EVERYDAY,
  'retry-storm': { 'POST /orders': 1 },
  'cache-stampede': { 'GET /bestsellers': 0.8, 'GET /products/:id': 0.2 },
};

/** The only one that goes on to inventory, and that makes jobs. */
export const ORDER = 'POST /orders';
