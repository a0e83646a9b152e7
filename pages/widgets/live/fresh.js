// The age of what a panel shows, beside a heading that Streamlit draws.

import { mark, panel } from './panel.js';

export default (component) => panel(component, (root, follow) => {
  const age = mark();
  root.append(age);
  return { mark: age, draw() {}, give: ({ panel: name }) => follow(name) };
});
