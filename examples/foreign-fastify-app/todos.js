const body = {
  type: 'object',
  required: ['title'],
  properties: { title: { type: 'string', minLength: 1, maxLength: 200 } },
};
const params = { type: 'object', properties: { id: { type: 'integer' } } };

const missing = (reply) => reply.code(404).send({ message: 'no such to-do' });

/** The app's own routes, written as anybody might write them. */
export default async function todos(app, { store }) {
  app.get('/todos', async function listTodos() {
    return store.all();
  });

  // A real bug, left in: an empty list has no first to-do.
  app.get('/todos/first', async function firstTodo() {
    return { title: store.all()[0].title };
  });

  app.get('/todos/:id', { schema: { params } }, function getTodo(request, reply) {
    const todo = store.get(request.params.id);
    if (!todo) return missing(reply);
    reply.send(todo);
  });

  app.post('/todos', { schema: { body } }, async function addTodo(request, reply) {
    reply.code(201);
    return store.add(request.body.title);
  });

  app.put('/todos/:id/done', { schema: { params } }, async function finishTodo(request, reply) {
    return store.finish(request.params.id) ?? missing(reply);
  });
}
