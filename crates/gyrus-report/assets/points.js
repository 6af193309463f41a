// Points with their intervals: one below the other, over a number, or side by side in groups.

function intervals(chart, rows) {
  const { measure, values, bounded } = measured(chart);
  const names = chart.spec.down.map(([name]) => chart.columns[name]).filter(Boolean);
  const seen = bySeries(chart, rows).flatMap((group) => group.rows.map((row) => ({ row, group: group.name })));
  const known = seen.map((mark) => ({ ...mark, ...values(mark.row) })).filter((mark) => !Number.isNaN(mark.value));
  if (chart.state.sorted) known.sort((a, b) => a.value - b.value);
  else known.reverse();
  const called = (mark) => names.map((column) => shown(column.at(mark.row))).filter((name) => name !== '').join(' · ');
  const looks = known.map((mark) => look(mark.group));
  const trace = {
    type: 'scatter', mode: 'markers', hoverinfo: 'text', x: known.map((mark) => mark.value), y: known.map((_, i) => i),
    text: known.map((mark) => saying(chart, mark.row, [called(mark), `${measure.label}: ${withInterval(mark.value, mark.low, mark.high)}`])),
    marker: { size: 9, color: looks.map((one) => one.color), symbol: looks.map((one) => one.marker) },
  };
  const bars = bounded ? known.map((mark, i) => ({
    type: 'scatter', mode: 'lines', hoverinfo: 'skip', x: [mark.low, mark.high], y: [i, i], line: { color: looks[i].color, width: 2 },
  })) : [];
  const ticks = { tickvals: known.map((_, i) => i), ticktext: known.map((mark) => plain(shortened(called(mark), slim() ? 22 : 40))) };
  const range = [-0.7, Math.max(0.7, known.length - 0.3)];
  return {
    traces: [...bars, trace],
    layout: layout({
      height: 122 + 24 * Math.max(2, known.length),
      xaxis: { title: { text: plain(measure.label) }, zeroline: measure.zero, zerolinewidth: 1.5 },
      yaxis: { ...ticks, range, zeroline: false, showgrid: false, ticks: '' },
      margin: { l: 40, r: 18, t: 34, b: 52 },
    }),
    used: [...chart.spec.down.map(([name]) => name), ...spread(measure)],
  };
}

// A steady place between -0.32 and 0.32 for the row that is `at` in its group, so that points of a group do not hide each other.
function aside(at) {
  return 0.64 * ((at * 0.618033988749895) % 1) - 0.32;
}

function points(chart, rows) {
  const { measure, values, bounded } = measured(chart);
  const [column, label] = chart.spec.across[chart.state.across];
  const x = chart.columns[column];
  const groups = x.text ? codesIn(x, rows) : [];
  const place = (row, at) => (x.text ? groups.indexOf(x.codes[row]) + aside(at) : x.at(row));
  const few = rows.length <= 80;
  const traces = bySeries(chart, rows).map((group) => {
    const ends = group.rows.map(values);
    const { color, marker } = look(group.name, groups.map((code) => x.values[code]));
    const about = (row, i) => saying(chart, row, [group.name, `${label}: ${shown(x.at(row))}`, `${measure.label}: ${withInterval(ends[i].value, ends[i].low, ends[i].high)}`]);
    const away = (end) => ends.map((one) => (Number.isFinite(one[end]) ? Math.abs(one[end] - one.value) : 0));
    return {
      type: 'scatter', mode: 'markers', hoverinfo: 'text', x: group.rows.map(place), y: ends.map((end) => end.value), text: group.rows.map(about),
      marker: { color, symbol: marker, size: few ? 10 : 6, opacity: few ? 1 : 0.65 },
      error_y: bounded && few ? { type: 'data', symmetric: false, array: away('high'), arrayminus: away('low'), color, thickness: 1.4, width: 0 } : undefined,
    };
  });
  const named = x.text ? { tickvals: groups.map((_, i) => i), ticktext: groups.map((code) => plain(shortened(x.values[code], 18))), range: [-0.6, groups.length - 0.4] } : {};
  const numbers = column === 'parameters' ? { type: 'log' } : {};
  return {
    traces,
    layout: layout({ height: 430, xaxis: { title: { text: plain(label) }, zeroline: false, ...named, ...numbers }, yaxis: { title: { text: plain(measure.label) }, zeroline: measure.zero } }),
    used: [chart.spec.series, column, ...spread(measure), ...chart.spec.details],
  };
}
