// A chart: its controls, its drawing when it comes into view, and its table.

const KINDS = { lines, intervals, points, field, pairs: square, 'pair-curves': pairCurves, paths, brain };
const charts = [];
// Models that the reader took out, in every chart.
const hidden = new Set();

// Which switches each kind has: what is written beside them, and how they stand at first.
const SWITCHES = {
  lines: (spec) => [
    ['intervals', 'Intervals', true, spec.measures.some((measure) => measure.interval)],
    ['beside', capital((spec.measures.find((measure) => measure.beside) || { beside: ['', ''] }).beside[1]), true, spec.measures.some((measure) => measure.beside)],
    ['depth', 'Relative depth', false, spec.across[0][0] === 'layer'],
    ['relative', 'Share of each curve’s highest', false, true],
  ],
  intervals: () => [['sorted', 'Sort by value', false, true]],
  pairs: () => [['untrained', 'Untrained twins too', false, true]],
  'pair-curves': () => [['untrained', 'Untrained twins too', false, true]],
  paths: () => [['untrained', 'Untrained twins too', true, true]],
};

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function chartOf(figure) {
  const spec = index.charts[Number(figure.dataset.chart)];
  const switches = (SWITCHES[spec.kind] || (() => []))(spec).filter(([, , , suits]) => suits);
  const state = { measure: 0, across: 0, choices: {}, color: '', ...Object.fromEntries(switches.map(([name, , start]) => [name, start])) };
  return { figure, spec, switches, state, hidden, plot: figure.querySelector('.plot'), controls: figure.querySelector('.controls') };
}

// Unpacks what a chart needs; says which table or column is missing, and nothing if none is.
async function prepare(chart) {
  const { spec } = chart;
  const from = table(spec.table);
  if (!from || from.rows === 0) return `the table “${spec.table}” is ${from ? 'empty' : 'missing'}`;
  const measures = spec.measures.flatMap(spread);
  const axes = [...spec.across, ...spec.down].map(([name]) => name);
  chart.columns = await columnsOf(from, [...axes, ...measures, ...spec.details, ...spec.choices.map(({ column }) => column), spec.series]);
  chart.every = allRows(from);
  if (spec.places) {
    const places = table(spec.places[0]);
    if (!places) return `the table “${spec.places[0]}” is missing`;
    chart.places = { rows: places.rows, key: spec.places[1], columns: await columnsOf(places, places.columns.map(({ name }) => name)) };
  }
  chart.spec = { ...spec, measures: spec.measures.filter((measure) => chart.columns[measure.column]), choices: spec.choices.filter(({ column }) => chart.columns[column] && chart.columns[column].codes) };
  return chart.spec.measures.length || spec.kind === 'paths' ? '' : `no measure is in the table “${spec.table}”`;
}

async function draw(chart) {
  try {
    if (!chart.columns) {
      const missing = await prepare(chart);
      if (missing) throw new Error(missing);
    }
    const { rows, offered } = chosen(chart);
    const drawn = KINDS[chart.spec.kind](chart, rows);
    control(chart, offered, rows);
    if (!drawn.traces.some((trace) => (trace.z || trace.x || []).length)) throw new Error('these choices leave nothing to draw');
    fit(drawn, chart.plot.clientWidth);
    // What plotly made of the axes of a wide drawing does not suit a narrow one.
    if (chart.plot.data && chart.slim !== slim()) Plotly.purge(chart.plot);
    chart.slim = slim();
    if (chart.plot.firstElementChild && !chart.plot.data) chart.plot.replaceChildren();
    chart.plot.style.minHeight = `${drawn.layout.height}px`;
    await Plotly.react(chart.plot, drawn.traces, drawn.layout, { responsive: true, displaylogo: false, modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d'] });
    describe(chart, rows);
    count(chart, rows);
    tabulate(chart, drawn.used, rows);
    chart.figure.dataset.state = 'drawn';
  } catch (error) {
    if (chart.plot.data) Plotly.purge(chart.plot);
    chart.plot.style.minHeight = '';
    chart.plot.replaceChildren(element('p', { class: 'missing' }, `Not drawn: ${error.message}.`));
    chart.figure.dataset.state = 'missing';
  }
}

// Breaks the titles of axes and colour bars that are longer than their side of a plot of `width` pixels.
function fit({ traces, layout }, width) {
  const bars = traces.map((trace) => trace.colorbar || (trace.marker || {}).colorbar).filter(Boolean);
  const side = (title, room) => { if (title && title.text) title.text = broken(title.text, room); };
  side((layout.xaxis || {}).title, width - 90);
  side((layout.yaxis || {}).title, layout.height - 90);
  for (const bar of bars) side(bar.title, bar.orientation === 'h' ? width - 170 : layout.height - 90);
}

function describe(chart, rows) {
  const choices = Object.entries(chart.state.choices).map(([name, value]) => `${name}: ${value === ALL ? 'all' : value}`);
  const measure = chart.spec.measures[chart.state.measure];
  const parts = [chart.spec.title, measure && measure.label, ...choices, `${rows.length} rows; the table below the figure has the numbers`];
  chart.plot.setAttribute('role', 'img');
  chart.plot.setAttribute('aria-label', parts.filter(Boolean).join('. '));
}

// How many rows are drawn, at the end of the caption.
function count(chart, rows) {
  const caption = chart.figure.querySelector('figcaption');
  const said = caption.querySelector('.count') || caption.appendChild(element('span', { class: 'count' }));
  const column = chart.columns[chart.spec.series];
  const series = column && column.codes ? codesIn(column, rows).length : 0;
  const parted = series > 1 && series < rows.length ? ` in ${shown(series)} series` : '';
  said.textContent = ` n = ${shown(rows.length)} rows${parted}.`;
}

// The controls anew, because what one choice leaves changes the next; the one in use keeps its place.
function control(chart, offered, rows) {
  const { spec, state } = chart;
  const again = (take) => (value) => { take(value); draw(chart); };
  const made = [];
  if (spec.measures.length > 1) made.push(selector('Show', spec.measures.map(({ label }, i) => [String(i), label]), String(state.measure), again((value) => { state.measure = Number(value); })));
  if (spec.kind === 'brain') made.push(selector('Colour by', [['', 'what is shown'], ['region', 'region'], ['distance', 'distance']].filter(([name]) => !name || chart.places.columns[name]), state.color, again((value) => { state.color = value; })));
  if (spec.across.length > 1 && !['pairs', 'pair-curves'].includes(spec.kind)) made.push(selector('Against', spec.across.map(([, label], i) => [String(i), label]), String(state.across), again((value) => { state.across = Number(value); })));
  for (const { choice, names, value } of offered) {
    const options = [...(choice.all ? [[ALL, 'all']] : []), ...names.map((name) => [name, name === '' ? '(none)' : name])];
    if (options.length > 1) made.push(selector(choice.label, options, value, again((next) => { state.choices[choice.column] = next; })));
  }
  for (const { label, names, value, take } of chart.offers || []) made.push(selector(label, names.map((name) => [name, name]), value, again(take)));
  for (const [name, label, start] of chart.switches) made.push(toggle(label, state[name] ?? start, again((value) => { state[name] = value; })));
  const held = [...chart.controls.querySelectorAll('select, input')].indexOf(document.activeElement);
  chart.controls.replaceChildren(...made, ...chips(chart, rows));
  if (held >= 0) [...chart.controls.querySelectorAll('select, input')][held]?.focus();
}

// A box per model, which shows and hides it in every chart.
function chips(chart, rows) {
  const column = chart.columns[chart.spec.series];
  const paired = chart.spec.kind === 'pairs' || chart.spec.kind === 'pair-curves';
  const names = paired ? index.models : column && column.codes ? codesIn(column, rows).map((code) => String(column.values[code])) : [];
  const models = names.filter((name) => index.models.includes(name));
  if (models.length < 2) return [];
  const change = (name) => (seen) => {
    if (seen) hidden.delete(name); else hidden.add(name);
    redraw((other) => other.columns);
  };
  const all = (seen) => () => {
    models.forEach((name) => (seen ? hidden.delete(name) : hidden.add(name)));
    redraw((other) => other.columns);
  };
  return [element('div', { class: 'chips', role: 'group', 'aria-label': 'Models shown' }, ...models.map((name) => chip(name, !hidden.has(name), change(name))), button('All', all(true)), button('None', all(false)))];
}

function tabulate(chart, used, rows) {
  const columns = [...new Set([...chart.spec.choices.map(({ column }) => column), ...used])].map((name) => chart.columns[name]).filter(Boolean);
  const named = `${chart.spec.table}-${chart.figure.id}`;
  let details = chart.figure.querySelector('details.numbers');
  if (!details) {
    details = element('details', { class: 'numbers' }, element('summary', {}, 'Numbers of this figure'), element('div'));
    chart.figure.append(details);
  }
  const fill = () => { if (details.open) details.lastElementChild.replaceChildren(dataTable(named, columns, rows)); };
  details.ontoggle = fill;
  fill();
}

// Draws again the charts that `which` picks: at once if they are in view, when they come into view otherwise.
function redraw(which) {
  for (const chart of charts.filter(which)) {
    if (chart.figure.offsetParent) draw(chart);
    else chart.stale = true;
  }
}

const watcher = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) {
    const chart = charts.find(({ figure }) => figure === target);
    if (isIntersecting && (chart.stale || !chart.columns)) {
      chart.stale = false;
      draw(chart);
    }
  }
}, { rootMargin: '300px' });

for (const figure of document.querySelectorAll('figure.chart')) {
  charts.push(chartOf(figure));
  watcher.observe(figure);
}
for (const query of [night, matchMedia('(max-width: 700px)')]) query.addEventListener('change', () => redraw((chart) => chart.columns));
