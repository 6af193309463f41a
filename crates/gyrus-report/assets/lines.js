// Curves over layers or lags, a colour per series; and paths through a plane.

function lines(chart, rows) {
  const { measure, values, bounded, beside } = measured(chart);
  const [column, label] = chart.spec.across[chart.state.across];
  const x = chart.columns[column];
  const traces = [];
  for (const group of bySeries(chart, rows)) {
    const sorted = group.rows.sort((a, b) => x.at(a) - x.at(b));
    const most = sorted.reduce((most, row) => Math.max(most, values(row).value || -Infinity), -Infinity);
    const unit = chart.state.relative && most > 0 ? most : 1;
    const depth = chart.state.depth ? Math.max(1, x.at(sorted[sorted.length - 1])) : 1;
    const places = sorted.map((row) => x.at(row) / depth);
    const ends = sorted.map(values);
    const { color, marker, dash } = look(group.name);
    if (bounded && chart.state.intervals) traces.push(band(places, ends.map((end) => end.low / unit), ends.map((end) => end.high / unit), color));
    const text = sorted.map((row, i) => saying(chart, row, [group.name, `${label}: ${shown(x.at(row))}`, `${measure.label}: ${withInterval(ends[i].value, ends[i].low, ends[i].high)}`]));
    traces.push({ type: 'scatter', mode: 'lines+markers', name: plain(group.name), x: places, y: ends.map((end) => end.value / unit), text, hoverinfo: 'text', line: { color, width: 2, dash }, marker: { symbol: marker, size: 6, color } });
    if (beside && chart.state.beside) {
      const y = sorted.map((row) => beside.at(row) / unit);
      const said = sorted.map((row) => saying(chart, row, [`${group.name}, ${measure.beside[1]}`, `${label}: ${shown(x.at(row))}`, `${measure.label}: ${shown(beside.at(row))}`]));
      traces.push({ type: 'scatter', mode: 'lines', x: places, y, text: said, hoverinfo: 'text', line: { color, width: 1.5, dash: 'dash' } });
    }
  }
  const across = chart.state.depth ? 'relative depth (0 = first layer, 1 = last)' : label;
  const up = chart.state.relative ? `${measure.label}, as a share of each curve's highest` : measure.label;
  return {
    traces,
    layout: layout({ height: 430, xaxis: { title: { text: plain(across) }, zeroline: false }, yaxis: { title: { text: plain(up) }, zeroline: measure.zero } }),
    used: [chart.spec.series, column, ...spread(measure)],
  };
}

function band(x, low, high, color) {
  const known = x.map((_, i) => i).filter((i) => Number.isFinite(low[i]) && Number.isFinite(high[i]));
  const back = [...known].reverse();
  return {
    type: 'scatter', mode: 'lines', hoverinfo: 'skip', fill: 'toself', opacity: 0.14, fillcolor: color, line: { width: 0, color },
    x: [...known.map((i) => x[i]), ...back.map((i) => x[i])],
    y: [...known.map((i) => low[i]), ...back.map((i) => high[i])],
  };
}

// Every column that belongs to a measure.
function spread(measure) {
  return [measure.column, ...(measure.interval || []), ...(measure.beside ? [measure.beside[0]] : [])];
}

function paths(chart, rows) {
  const [x, y] = [chart.spec.across[0][0], chart.spec.down[0][0]].map((name) => chart.columns[name]);
  const [order] = chart.spec.details.map((name) => chart.columns[name]);
  const shownRows = chart.state.untrained === false ? rows.filter((row) => index.models.includes(String(chart.columns[chart.spec.series].at(row)))) : rows;
  const traces = bySeries(chart, shownRows).map((group) => {
    const sorted = group.rows.sort((a, b) => order.at(a) - order.at(b));
    const { color, marker, dash } = look(group.name);
    const sizes = sorted.map((_, i) => (i === sorted.length - 1 ? 12 : 7));
    return {
      type: 'scatter', mode: 'lines+markers', x: sorted.map(x.at), y: sorted.map(y.at), hoverinfo: 'text',
      text: sorted.map((row) => saying(chart, row, [group.name])), line: { color, width: 1.5, dash }, marker: { symbol: marker, size: sizes, color },
    };
  });
  const title = (name) => ({ title: { text: plain(name) }, zeroline: false });
  return {
    traces,
    layout: layout({ height: 560, xaxis: title(chart.spec.across[0][1]), yaxis: { ...title(chart.spec.down[0][1]), scaleanchor: 'x' } }),
    used: [chart.spec.series, ...chart.spec.details, x.name, y.name],
  };
}
