/** Where they listen inside their containers, as docker-compose.yml has it; where that is on this machine, the engine says. */
export const PORTS = {
  gateway: 8000,
  service: 3000,
  admin: 3900,
  toxiproxy: 8474,
  otlp: 4318,
  collectorMetrics: 8888,
  prometheus: 9090,
  loki: 3100,
  tempo: 3200,
  grafana: 3000,
} as const;
