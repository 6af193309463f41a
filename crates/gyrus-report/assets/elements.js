// Elements of the page. Every text enters as text, never as markup.

let ids = 0;

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children);
  return made;
}

// A labelled list of `options`, pairs of a value and its name.
function selector(name, options, start, changed) {
  ids += 1;
  const items = options.map(([value, text]) => element('option', { value, selected: value === start }, shortened(text, 44)));
  const select = element('select', { id: `choice-${ids}`, onchange: () => changed(select.value) }, ...items);
  return element('span', { class: 'control' }, element('label', { for: `choice-${ids}` }, name), select);
}

function toggle(name, start, changed) {
  const box = element('input', { type: 'checkbox', checked: start, onchange: () => changed(box.checked) });
  return element('label', { class: 'control toggle' }, box, name);
}

function button(name, pressed, more = {}) {
  return element('button', { type: 'button', onclick: pressed, ...more }, name);
}

// A box of the colour of a series, to show and hide it.
function chip(name, seen, changed) {
  const { color } = look(name, []);
  const box = element('input', { type: 'checkbox', checked: seen, onchange: () => changed(box.checked) });
  const swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' });
  swatch.style.background = color;
  return element('label', { class: 'chip' }, box, swatch, shortened(name, 30));
}

function download(name, text) {
  const link = element('a', { download: name, href: URL.createObjectURL(new Blob([text], { type: 'text/csv' })) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function csv(header, rows) {
  // A spreadsheet would run a text that begins like a formula.
  const safe = (value) => (typeof value === 'string' && /^[=+@]/.test(value) ? `'${value}` : value);
  const cell = (value) => {
    if (typeof value === 'number') return Number.isNaN(value) ? '' : String(Number(value.toPrecision(7)));
    const text = safe(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [header, ...rows].map((row) => row.map(cell).join(',')).join('\r\n');
}
