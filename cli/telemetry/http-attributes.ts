/** Attributes of HTTP spans: the names of semantic conventions since 1.21 first, then those they replaced. */
export const ROUTE = 'http.route';
export const METHODS = ['http.request.method', 'http.method'];
export const STATUSES = ['http.response.status_code', 'http.status_code'];
