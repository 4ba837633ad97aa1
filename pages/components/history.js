// As a page is left, Streamlit empties the page's address, and makes that an entry of the browser's history: the first
// Back would lead to the page without all that was set on it. The next page, which comes at once, takes the entry over.
const SOON = 1500; // milliseconds
export default function () {
  if (history.pushState.joins) return;
  const push = history.pushState.bind(history);
  let emptied = -Infinity; // when the last entry was made, if it was for the same page
  history.pushState = (state, title, url) => {
    const stays = new URL(url, location.href).pathname === location.pathname;
    if (stays || performance.now() - emptied > SOON) push(state, title, url);
    else history.replaceState(state, title, url);
    emptied = stays ? performance.now() : -Infinity;
  };
  history.pushState.joins = true;
}
