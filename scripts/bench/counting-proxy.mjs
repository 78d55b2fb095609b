import { createServer, request } from 'node:http';

/** Stands before a back end, hands everything on as it is, and counts the requests. */
export const countBefore = async (target) => {
  const counted = { requests: 0, bytes: 0 };
  const server = createServer((asked, answer) => {
    counted.requests++;
    const options = { method: asked.method, headers: { ...asked.headers, host: new URL(target).host } };
    const onward = request(new URL(asked.url, target), options, (given) => {
      answer.writeHead(given.statusCode, given.headers);
      given.on('data', (chunk) => (counted.bytes += chunk.length)).pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    counted,
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
};
