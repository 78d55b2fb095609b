import pg from 'pg';

const startsTaking = (pool, count) => {
  const clients = [];
  let ended = false;
  const takeOne = async () => {
    while (!ended) {
      const client = await pool.connect().catch(() => undefined);
      if (ended) client?.release();
      else if (client) return clients.push(client);
    }
  };
  for (let i = 0; i < count; i++) void takeOne();
  return {
    held: () => clients.length,
    release: async () => {
      ended = true;
      for (const client of clients.splice(0)) client.release();
    },
  };
};

/**
 * What an app with a pg pool lends the faults (`host` of the plugin's options): clients out of its own pool, and a
 * session beside it that may lock these tables. This app has no database and does not use it.
 */
export const lendPg = (pool, tables) => ({
  pool: {
    max: pool.options.max,
    take: (connections) => startsTaking(pool, connections),
  },
  database: {
    tables,
    connect: async () => {
      const client = new pg.Client(pool.options);
      client.on('error', () => undefined);
      await client.connect();
      return { query: (text) => client.query(text), close: () => client.end() };
    },
  },
});
