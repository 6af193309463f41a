// How things look: a colour and a marker per model, the same in every figure, and the colours of the page.

// The set of Okabe and Ito (2008) without its yellow; the last one is the ink of the page. A style may bring its own.
const HUES = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', ''];
const NIGHT_HUES = ['#4aa8e0', '#ee8148', '#2cc397', '#e09ac2', '#f0b73a', '#8ccdf2', ''];
const MARKERS = ['circle', 'square', 'triangle-up', 'diamond'];
const UNTRAINED = ' untrained';
const slim = () => innerWidth < 700;
const night = matchMedia('(prefers-color-scheme: dark)');

function paint() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return { ink: read('--ink'), soft: read('--soft'), grid: read('--grid'), paper: read('--paper'), font: read('--sans') };
}

// The look of `name` among `others`, which is asked only for names that are not models.
function look(name, others = []) {
  const trained = name.endsWith(UNTRAINED) ? name.slice(0, -UNTRAINED.length) : name;
  const known = index.models.indexOf(trained);
  const place = known >= 0 ? known : Math.max(0, others.indexOf(name));
  const hues = index.colors.length ? index.colors : night.matches ? NIGHT_HUES : HUES;
  const hue = hues[place % hues.length] || paint().ink;
  const marker = MARKERS[place % MARKERS.length];
  return { color: hue, marker: trained === name ? marker : `${marker}-open`, dash: trained === name ? 'solid' : 'dot' };
}

// Text for plotly, which would read some of it as markup.
function plain(text) {
  return String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function shortened(text, most) {
  const letters = [...String(text)];
  return letters.length <= most ? String(text) : `${letters.slice(0, most - 6).join('')}…${letters.slice(-5).join('')}`;
}

function shown(value) {
  if (typeof value !== 'number') return String(value);
  if (Number.isNaN(value)) return 'undefined';
  if (Number.isInteger(value)) return value.toLocaleString('en').replace('-', '−');
  const size = Math.abs(value);
  const text = size >= 1000 ? value.toFixed(0) : size >= 0.0005 ? Number(value.toFixed(3)).toString() : value.toExponential(1);
  return text.replace('-', '−');
}

function withInterval(value, low, high) {
  const known = Number.isFinite(low) && Number.isFinite(high);
  return known ? `${shown(value)} [${shown(low)}, ${shown(high)}]` : shown(value);
}

// The colours of a field of numbers: from dark to light, or parted at zero.
function scale(low, high, zero) {
  if (zero && low < 0 && high > 0) {
    const reach = Math.max(-low, high);
    return { colorscale: [[0, '#2b5c9e'], [0.25, '#7fb0d6'], [0.5, '#f4f2ee'], [0.75, '#e9a15f'], [1, '#b1480c']], low: -reach, high: reach };
  }
  return { colorscale: 'Viridis', low, high };
}

// A title, broken at spaces into lines of about `room` pixels.
function broken(text, room) {
  const most = Math.max(12, Math.floor(room / 7));
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1];
    if (line && line.length + 1 + word.length > most) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines.join('<br>');
}

function layout(more) {
  const { ink, soft, grid, font } = paint();
  const axis = { gridcolor: grid, linecolor: soft, zerolinecolor: soft, zerolinewidth: 1, tickcolor: soft, automargin: true, title: { standoff: 12 } };
  const merged = (own) => ({ ...axis, ...own, title: { ...axis.title, ...(own || {}).title } });
  return {
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    font: { family: font, size: 13, color: ink },
    margin: { l: 64, r: 18, t: 34, b: 52 },
    modebar: { bgcolor: 'rgba(0,0,0,0)', color: soft, activecolor: ink },
    showlegend: false,
    hovermode: 'closest',
    hoverlabel: { align: 'left', font: { family: font, size: 13 } },
    ...more,
    xaxis: merged(more.xaxis),
    yaxis: merged(more.yaxis),
  };
}
