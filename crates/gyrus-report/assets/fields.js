// A field of two columns, coloured by a third.

function field(chart, rows) {
  const { measure, values } = measured(chart);
  const [x, y] = [chart.spec.across[0], chart.spec.down[0]].map(([name]) => chart.columns[name]);
  const [columns, lines] = [x, y].map((column) => codesIn(column, rows));
  const z = lines.map(() => columns.map(() => null));
  const text = lines.map(() => columns.map(() => ''));
  let [low, high] = [Infinity, -Infinity];
  for (const row of rows) {
    const [line, column] = [lines.indexOf(y.codes[row]), columns.indexOf(x.codes[row])];
    const end = values(row);
    if (Number.isFinite(end.value)) {
      z[line][column] = end.value;
      low = Math.min(low, end.value);
      high = Math.max(high, end.value);
    }
    const about = [`${chart.spec.down[0][1]}: ${shown(y.at(row))}`, `${chart.spec.across[0][1]}: ${shown(x.at(row))}`, `${measure.label}: ${withInterval(end.value, end.low, end.high)}`];
    text[line][column] = saying(chart, row, about);
  }
  const ticks = (column, codes, most) => {
    const step = Math.max(1, Math.ceil(codes.length / most));
    const seen = codes.map((_, i) => i).filter((i) => i % step === 0);
    return { tickvals: seen, ticktext: seen.map((i) => plain(shortened(shown(column.values[codes[i]]), 22))), showgrid: false, zeroline: false };
  };
  const height = Math.max(260, Math.min(720, 132 + 26 * lines.length)) + (slim() ? 90 : 0);
  return {
    traces: [heat(z, text, measure, low, high, 66 / (height - 174))],
    layout: layout({
      height,
      ...(slim() ? { margin: { l: 64, r: 18, t: 34, b: 140 } } : {}),
      xaxis: { title: { text: plain(chart.spec.across[0][1]) }, ...ticks(x, columns, slim() ? 6 : 14) },
      yaxis: { title: { text: plain(chart.spec.down[0][1]) }, ...ticks(y, lines, 20) },
    }),
    used: [x.name, y.name, ...spread(measure)],
  };
}

// A heat map whose colours stand beside it, or in a narrow window `below` the axes, in heights of the plot.
function heat(z, text, measure, low, high, below) {
  const colors = scale(low, high, measure.zero);
  const bar = { title: { text: plain(measure.label), side: slim() ? 'top' : 'right' }, thickness: 14, outlinewidth: 0, ...(slim() ? { orientation: 'h', y: -below, yanchor: 'top' } : { orientation: 'v', len: 0.9 }) };
  return { type: 'heatmap', z, text, hoverinfo: 'text', hoverongaps: false, colorscale: colors.colorscale, zmin: colors.low, zmax: colors.high, colorbar: bar };
}
