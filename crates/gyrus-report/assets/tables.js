// Tables that sort by their headings and download as CSV.

const PAGE_ROWS = 25;
// Letters from which a text may break its line.
const LONG = 24;

// A table of `columns` at `rows`, a page at a time.
function dataTable(name, columns, rows) {
  const state = { page: 0, by: null, down: false, rows: Array.from(rows) };
  const body = element('tbody');
  const place = element('span', { class: 'place', 'aria-live': 'polite' });
  const heads = columns.map((column, at) => {
    const sort = button(column.name.replaceAll('_', ' '), () => sortBy(at));
    return element('th', { scope: 'col', class: column.text ? undefined : 'number' }, sort);
  });
  const pages = () => Math.max(1, Math.ceil(state.rows.length / PAGE_ROWS));
  const turn = (by) => { state.page = Math.min(pages() - 1, Math.max(0, state.page + by)); fill(); };
  function sortBy(at) {
    state.down = state.by === at ? !state.down : false;
    state.by = at;
    const column = columns[at];
    const sign = state.down ? -1 : 1;
    const order = (a, b) => (column.text ? column.at(a).localeCompare(column.at(b)) : ordered(column.at(a), column.at(b), sign));
    state.rows.sort((a, b) => (column.text ? sign * order(a, b) : order(a, b)));
    heads.forEach((head, i) => { head.ariaSort = i === at ? (state.down ? 'descending' : 'ascending') : 'none'; });
    state.page = 0;
    fill();
  }
  function fill() {
    const from = state.page * PAGE_ROWS;
    const seen = state.rows.slice(from, from + PAGE_ROWS);
    const kind = (column, text) => (column.text ? (text.length > LONG ? 'long' : undefined) : 'number');
    const cell = (column, row) => element('td', { class: kind(column, shown(column.at(row))) }, shown(column.at(row)));
    body.replaceChildren(...seen.map((row) => element('tr', {}, ...columns.map((column) => cell(column, row)))));
    place.textContent = state.rows.length ? `${from + 1} to ${from + seen.length} of ${state.rows.length.toLocaleString('en')} rows` : 'no rows';
  }
  const save = () => {
    const lines = state.rows.map((row) => columns.map((column) => column.at(row)));
    download(`${name}.csv`, csv(columns.map((column) => column.name), lines));
  };
  fill();
  const bar = element('div', { class: 'bar-of-table' }, button('Earlier rows', () => turn(-1)), button('Later rows', () => turn(1)), place, button('Download CSV', save));
  const grid = element('table', {}, element('thead', {}, element('tr', {}, ...heads)), body);
  return element('div', { class: 'data-table' }, element('div', { class: 'scroll' }, grid), bar);
}

// Numbers in order, what is undefined last in both directions.
function ordered(a, b, sign) {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return sign * (a - b);
}

// The first number of a cell, or NaN.
function numberIn(text) {
  const found = text.replace('−', '-').match(/-?\d+(\.\d+)?(e-?\d+)?/);
  return found ? Number(found[0]) : NaN;
}

// Makes a written table of the page sort and download.
function enliven(grid, at) {
  const heads = [...grid.querySelectorAll('thead th')];
  const body = grid.tBodies[0];
  heads.forEach((head, i) => {
    const numeric = head.classList.contains('number');
    const sort = button(head.textContent, () => {
      const down = head.ariaSort === 'ascending';
      const text = (row) => row.cells[i].textContent;
      const sign = down ? -1 : 1;
      const order = (a, b) => (numeric ? ordered(numberIn(text(a)), numberIn(text(b)), sign) : sign * text(a).localeCompare(text(b)));
      body.append(...[...body.rows].sort(order));
      heads.forEach((other) => { other.ariaSort = 'none'; });
      head.ariaSort = down ? 'descending' : 'ascending';
    });
    head.replaceChildren(sort);
  });
  const save = () => {
    const texts = (row) => [...row.cells].map((cell) => cell.textContent.replace('−', '-'));
    download(`table-${at + 1}.csv`, csv(heads.map((head) => head.textContent), [...body.rows].map(texts)));
  };
  grid.parentElement.after(element('div', { class: 'bar-of-table' }, button('Download CSV', save)));
}
