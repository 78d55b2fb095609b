import http from 'k6/http';

/** Whoever runs it says where, how often and for how long: obsctl does by these variables, and so may `k6 run --env`. */
const { BASE_URL = 'http://127.0.0.1:3000', RATE = '10', DURATION = '30' } = __ENV;

export const options = {
  discardResponseBodies: true,
  scenarios: {
    todos: {
      executor: 'constant-arrival-rate',
      rate: Number(RATE) * 60,
      timeUnit: '1m',
      duration: `${DURATION}s`,
      preAllocatedVUs: 20,
      maxVUs: 100,
    },
  },
};

/** One to-do, so that there is one to read. */
export function setup() {
  const body = JSON.stringify({ title: 'break something' });
  const params = { headers: { 'content-type': 'application/json' }, responseType: 'text' };
  return http.post(`${BASE_URL}/todos`, body, params).json('id');
}

export default function (id) {
  if (Math.random() < 0.5) http.get(`${BASE_URL}/todos`);
  else http.get(`${BASE_URL}/todos/${id}`, { tags: { name: '/todos/:id' } });
}
