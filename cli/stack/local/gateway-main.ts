import { messageOf } from '../../shared/errors.ts';
import { startGateway } from './gateway.ts';

const tell = (message: object): void => void process.send?.(message);

try {
  const app = await startGateway({
    upstreams: (process.env.UPSTREAMS ?? '').split(','),
    host: '127.0.0.1',
    port: Number(process.env.PORT),
  });
  const leave = () => app.close().finally(() => process.exit(0));
  process.once('SIGTERM', leave);
  process.once('disconnect', leave);
  tell({ type: 'ready' });
} catch (error) {
  tell({ type: 'failed', message: messageOf(error) });
  process.exit(1);
}
