/** To-dos in memory: enough of a data layer for a service without a database. */
export class TodoStore {
  #todos = new Map();
  #lastId = 0;

  all() {
    return [...this.#todos.values()];
  }

  get(id) {
    return this.#todos.get(id);
  }

  add(title) {
    const todo = { id: ++this.#lastId, title, done: false };
    this.#todos.set(todo.id, todo);
    return todo;
  }

  finish(id) {
    const todo = this.#todos.get(id);
    if (todo) todo.done = true;
    return todo;
  }
}
