// Which rows of its table a chart draws: choices narrow them one after the other.

const ALL = '\u0000all';

// Codes of a column that occur in `rows`, in the order of models, numbers or first coming.
function codesIn(column, rows) {
  const seen = new Uint8Array(column.values.length);
  for (const row of rows) seen[column.codes[row]] = 1;
  const codes = [...seen.keys()].filter((code) => seen[code]);
  const place = (code) => {
    if (!column.text) return Number.isNaN(column.values[code]) ? Infinity : column.values[code];
    const model = index.models.indexOf(column.values[code]);
    return model >= 0 ? model : index.models.length + code;
  };
  return codes.sort((a, b) => place(a) - place(b));
}

// The rows that all choices leave, and each choice with what it could be; a choice that is no longer there begins anew.
function chosen(chart) {
  let rows = chart.every;
  const offered = [];
  for (const choice of chart.spec.choices) {
    const column = chart.columns[choice.column];
    const codes = codesIn(column, rows);
    const names = codes.map((code) => String(column.values[code]));
    let value = chart.state.choices[choice.column];
    const fits = (candidate) => names.includes(candidate) || (choice.all && candidate === ALL);
    if (!fits(value)) value = [choice.start, choice.all ? ALL : undefined, names[0]].find((candidate) => candidate !== undefined && fits(candidate));
    chart.state.choices[choice.column] = value;
    offered.push({ choice, names, value });
    if (value !== undefined && value !== ALL) rows = rowsOf(column, codes[names.indexOf(value)], rows);
  }
  return { rows, offered };
}

// Rows by the values of a column, hidden series left out.
function bySeries(chart, rows) {
  const column = chart.columns[chart.spec.series];
  if (!column) return [{ name: '', rows: [...rows] }];
  const groups = new Map();
  for (const row of rows) {
    const code = column.codes[row];
    if (!groups.has(code)) groups.set(code, []);
    groups.get(code).push(row);
  }
  const ordered = codesIn(column, rows).map((code) => ({ name: String(column.values[code]), rows: groups.get(code) }));
  return ordered.filter((group) => !chart.hidden.has(group.name));
}

function measured(chart) {
  const measure = chart.spec.measures[chart.state.measure];
  const [low, high] = (measure.interval || []).map((name) => chart.columns[name]);
  const column = chart.columns[measure.column];
  const values = (row) => ({ value: column.at(row), low: low ? low.at(row) : NaN, high: high ? high.at(row) : NaN });
  return { measure, values, bounded: Boolean(low && high), beside: measure.beside && chart.columns[measure.beside[0]] };
}

// What stands at the pointer: who, what, how much with its interval, and what else is known.
function saying(chart, row, lines) {
  const details = chart.spec.details.map((name) => chart.columns[name]).filter(Boolean);
  const more = details.map((column) => `${column.name.replaceAll('_', ' ')}: ${shown(column.at(row))}`);
  return [...lines, ...more].filter((line) => line !== '').map(plain).join('<br>');
}
