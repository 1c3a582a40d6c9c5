// Where GraphiQL keeps tabs, history and theme: sessionStorage, so that nothing a query held (a personal identity
// number, say) stays on a shared computer after the browser tab is closed. History entries lose their headers,
// which may carry a token (GraphiQL keeps them even with shouldPersistHeaders={false}).
const PREFIX = 'lifecare-gql:';
const HISTORY = /:(queries|favorites)$/;

const keys = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
const withoutHeaders = (json) => JSON.stringify(JSON.parse(json), (key, value) => (key === 'headers' ? undefined : value));

export const storage = {
  getItem: (key) => sessionStorage.getItem(PREFIX + key),
  setItem: (key, value) => sessionStorage.setItem(PREFIX + key, HISTORY.test(key) ? withoutHeaders(value) : value),
  removeItem: (key) => sessionStorage.removeItem(PREFIX + key),
  clear: () => keys().forEach((key) => sessionStorage.removeItem(key)),
  get length() {
    return keys().length;
  },
};

export const isFirstVisit = () => storage.getItem('graphiql:tabState') === null;
