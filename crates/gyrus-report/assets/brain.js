// Electrodes over outlines of the cortex, coloured by a measure of one model, or by what is known of the electrode itself.

function brain(chart, rows) {
  const places = chart.places;
  const { measure, values } = measured(chart);
  const [axes, key] = [['x', 'y', 'z'].map((axis) => places.columns[axis]), chart.columns[chart.spec.down[0][0]]];
  const measuredAt = new Map([...rows].map((row) => [key.at(row), row]));
  const stacked = slim();
  const region = places.columns.region;
  const marks = [];
  for (let place = 0; place < places.rows; place += 1) {
    const [x, y, z] = axes.map((axis) => axis.at(place));
    const row = measuredAt.get(places.columns[places.key].at(place));
    if (!Number.isFinite(x + y + z) || row === undefined) continue;
    const view = VIEWS.find((candidate) => candidate.left === x < 0 && candidate.outside === Math.abs(x) >= OUTSIDE);
    const end = values(row);
    const what = places.columns[chart.state.color] ? places.columns[chart.state.color].at(place) : end.value;
    const about = ['patient', 'electrode', 'region', 'distance'].map((name) => places.columns[name]).filter(Boolean).map((column) => `${column.name}: ${shown(column.at(place))}${column.name === 'distance' ? ' mm' : ''}`);
    const [across, up] = placed(view, stacked, y, z);
    marks.push({ across, up, row, what, text: saying(chart, row, [...about, `${measure.label}: ${withInterval(end.value, end.low, end.high)}`, `at ${[x, y, z].map((axis) => shown(Math.round(axis))).join(', ')} mm`]) });
  }
  const views = VIEWS.map((view) => {
    const [x, y] = placed(view, stacked, -16, 84);
    return { x, y, text: view.name, showarrow: false, font: { size: 13, color: paint().soft } };
  });
  const axis = { visible: false, fixedrange: false };
  return {
    traces: chart.state.color === 'region' && region ? colored(marks) : [graded(marks, measure, chart.state.color)],
    layout: layout({
      height: stacked ? 760 : 620, shapes: outlines(stacked), annotations: views, margin: { l: 4, r: 4, t: 34, b: 8 },
      xaxis: { ...axis, range: stacked ? [-98, 98] : [-100, WIDTH + 100] }, yaxis: { ...axis, range: stacked ? [-515, 98] : [-210, 98], scaleanchor: 'x' },
    }),
    used: [key.name, ...spread(measure), ...chart.spec.details],
  };
}

function graded(marks, measure, color) {
  const known = marks.filter((mark) => Number.isFinite(mark.what)).sort((a, b) => a.what - b.what);
  const unknown = marks.filter((mark) => !Number.isFinite(mark.what));
  const all = [...unknown, ...known];
  const numbers = known.map((mark) => mark.what);
  // Without the outermost hundredth, which would leave all others one colour.
  const quantile = (share) => numbers[Math.round(share * (numbers.length - 1))] ?? 0;
  const { colorscale, low, high } = scale(quantile(0.01), quantile(0.99), false);
  const label = color === 'distance' ? 'mm from auditory cortex' : measure.label;
  return {
    type: 'scatter', mode: 'markers', hoverinfo: 'text', x: all.map((mark) => mark.across), y: all.map((mark) => mark.up), text: all.map((mark) => mark.text),
    marker: {
      size: slim() ? 7 : 9, line: { width: 0.7, color: paint().paper }, color: all.map((mark) => (Number.isFinite(mark.what) ? mark.what : null)), colorscale, cmin: low, cmax: high, showscale: true,
      colorbar: { title: { text: plain(label), side: 'top' }, thickness: 12, len: slim() ? 0.8 : 0.4, outlinewidth: 0, orientation: 'h', y: -0.02, yanchor: 'top', x: 0.5 },
    },
  };
}

function colored(marks) {
  const regions = [...new Set(marks.map((mark) => mark.what))].sort();
  return regions.map((name) => {
    const own = marks.filter((mark) => mark.what === name);
    const { color, marker } = look(name, regions);
    return { type: 'scatter', mode: 'markers', hoverinfo: 'text', name: plain(name), x: own.map((mark) => mark.across), y: own.map((mark) => mark.up), text: own.map((mark) => mark.text), marker: { size: 9, color, symbol: marker } };
  });
}
