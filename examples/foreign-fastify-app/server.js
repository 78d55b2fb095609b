import { buildApp } from './app.js';

const { PORT = '3000', ADMIN_PORT = '3001', ADMIN_TOKEN } = process.env;

const app = await buildApp({ admin: ADMIN_TOKEN && { token: ADMIN_TOKEN, port: Number(ADMIN_PORT) } });
process.once('SIGTERM', () => app.close());
await app.listen({ host: '127.0.0.1', port: Number(PORT) });
