// Everything against everything: a square of layers, and one layer against the layers of all others.

// The members of all pairs, in the order of the models and then of their layers.
function members(chart, keep) {
  const [[nameColumn], [layerColumn]] = chart.spec.down;
  const [other, otherLayer] = chart.spec.across.map(([name]) => chart.columns[name]);
  const [name, layer] = [chart.columns[nameColumn], chart.columns[layerColumn]];
  const found = new Map();
  const meet = (who, depth) => { if (keep(who)) found.set(`${who}\u0000${depth}`, { who, depth }); };
  for (const row of chart.every) {
    meet(name.at(row), layer.at(row));
    meet(other.at(row), otherLayer.at(row));
  }
  const place = ({ who }) => {
    const base = who.endsWith(UNTRAINED) ? who.slice(0, -UNTRAINED.length) : who;
    const at = index.models.indexOf(base);
    return 2 * (at < 0 ? index.models.length : at) + (base === who ? 0 : 1);
  };
  return [...found.values()].sort((a, b) => place(a) - place(b) || a.who.localeCompare(b.who) || a.depth - b.depth);
}

function square(chart) {
  const { measure, values } = measured(chart);
  const keep = (who) => (chart.state.untrained || index.models.includes(who)) && !chart.hidden.has(who);
  const all = members(chart, keep);
  const at = new Map(all.map(({ who, depth }, i) => [`${who}\u0000${depth}`, i]));
  const z = all.map(() => all.map(() => null));
  const text = all.map(() => all.map(() => ''));
  let [low, high] = [Infinity, -Infinity];
  const [a, la] = chart.spec.down.map(([name]) => chart.columns[name]);
  const [b, lb] = chart.spec.across.map(([name]) => chart.columns[name]);
  for (const row of chart.every) {
    const [i, j] = [at.get(`${a.at(row)}\u0000${la.at(row)}`), at.get(`${b.at(row)}\u0000${lb.at(row)}`)];
    if (i === undefined || j === undefined) continue;
    const end = values(row);
    if (Number.isNaN(end.value)) continue;
    [low, high] = [Math.min(low, end.value), Math.max(high, end.value)];
    const about = saying(chart, row, [`${a.at(row)}, layer ${la.at(row)}`, `${b.at(row)}, layer ${lb.at(row)}`, `${measure.label}: ${withInterval(end.value, end.low, end.high)}`]);
    for (const [line, column] of [[i, j], [j, i]]) {
      z[line][column] = end.value;
      text[line][column] = about;
    }
  }
  const starts = all.map((_, i) => i).filter((i) => i === 0 || all[i].who !== all[i - 1].who);
  const centres = starts.map((start, i) => (start + (starts[i + 1] ?? all.length) - 1) / 2);
  const ticks = { tickvals: centres, ticktext: starts.map((i) => plain(shortened(all[i].who, slim() ? 12 : 20))), showgrid: false, zeroline: false, ticks: '' };
  const { paper } = paint();
  const edges = starts.slice(1).flatMap((i) => ['x', 'y'].map((axis) => ({
    type: 'line', layer: 'above', line: { color: paper, width: 1.2 },
    ...(axis === 'x' ? { x0: i - 0.5, x1: i - 0.5, y0: -0.5, y1: all.length - 0.5 } : { y0: i - 0.5, y1: i - 0.5, x0: -0.5, x1: all.length - 0.5 }),
  })));
  return {
    traces: [heat(z, text, { ...measure, zero: false }, Math.min(low, 0), high, 106 / 346)],
    layout: layout({ height: slim() ? 560 : 720, ...(slim() ? { margin: { l: 64, r: 18, t: 34, b: 180 } } : {}), shapes: edges, xaxis: { ...ticks, tickangle: -60 }, yaxis: { ...ticks, autorange: 'reversed' } }),
    used: [a.name, la.name, b.name, lb.name, ...spread(measure)],
  };
}

function pairCurves(chart) {
  const { measure, values, bounded } = measured(chart);
  const all = members(chart, () => true);
  const names = [...new Set(all.map(({ who }) => who))];
  if (!names.includes(chart.state.of)) chart.state.of = names.find((name) => index.models.includes(name)) ?? names[0];
  const layers = all.filter(({ who }) => who === chart.state.of).map(({ depth }) => String(depth));
  if (!layers.includes(chart.state.layer)) chart.state.layer = layers[Math.floor(layers.length / 2)];
  chart.offers = [
    { label: 'Layer of', names, value: chart.state.of, take: (value) => { chart.state.of = value; } },
    { label: 'Layer', names: layers, value: chart.state.layer, take: (value) => { chart.state.layer = value; } },
  ];
  const [a, la] = chart.spec.down.map(([name]) => chart.columns[name]);
  const [b, lb] = chart.spec.across.map(([name]) => chart.columns[name]);
  const curves = new Map();
  const meet = (who, depth, row) => {
    if (chart.hidden.has(who) || (!chart.state.untrained && !index.models.includes(who))) return;
    curves.set(who, [...(curves.get(who) || []), { depth, row, ...values(row) }]);
  };
  for (const row of chart.every) {
    const [first, second] = [[a.at(row), la.at(row)], [b.at(row), lb.at(row)]];
    const mine = ([who, depth]) => who === chart.state.of && String(depth) === chart.state.layer;
    if (mine(first)) meet(...second, row);
    else if (mine(second)) meet(...first, row);
  }
  const traces = names.filter((name) => curves.has(name)).flatMap((name) => {
    const marks = curves.get(name).sort((p, q) => p.depth - q.depth);
    const { color, marker, dash } = look(name);
    const last = Math.max(1, marks[marks.length - 1].depth);
    const x = marks.map(({ depth }) => depth / last);
    const text = marks.map(({ depth, row, value, low, high }) => saying(chart, row, [`${name}, layer ${depth}`, `${measure.label}: ${withInterval(value, low, high)}`]));
    const curve = { type: 'scatter', mode: 'lines+markers', hoverinfo: 'text', text, x, y: marks.map(({ value }) => value), line: { color, width: 2, dash }, marker: { symbol: marker, size: 6, color } };
    return bounded ? [band(x, marks.map(({ low }) => low), marks.map(({ high }) => high), color), curve] : [curve];
  });
  return {
    traces,
    layout: layout({ height: 430, xaxis: { title: { text: 'relative depth in the other model (0 = first layer, 1 = last)' }, zeroline: false }, yaxis: { title: { text: plain(`${measure.label} with ${shortened(chart.state.of, 20)}, layer ${chart.state.layer}`) }, zeroline: false } }),
    used: [a.name, la.name, b.name, lb.name, ...spread(measure)],
  };
}
