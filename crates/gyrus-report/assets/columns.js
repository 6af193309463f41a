// The tables that travel with the page. A column is unpacked when a figure or a reader first asks for it.

const index = JSON.parse(document.getElementById('index').textContent);

const unpacked = new Map();

function table(name) {
  return index.tables.find((table) => table.name === name);
}

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  return bytes;
}

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Codes out of stretches of low and high bytes.
function joined(bytes, rows, width) {
  if (width === 1) return bytes;
  const codes = width === 2 ? new Uint16Array(rows) : new Uint32Array(rows);
  for (let byte = 0; byte < width; byte += 1) {
    for (let row = 0; row < rows; row += 1) codes[row] |= bytes[byte * rows + row] << (8 * byte);
  }
  return codes;
}

async function unpack(said, rows) {
  const bytes = await inflated(bytesOf(document.getElementById(said.blob).textContent));
  const column = { name: said.name, text: said.kind === 'text', rows };
  if (said.kind === 'text' || said.kind === 'few') {
    const values = column.text ? said.values : said.values.map((value) => (value === null ? NaN : value));
    const codes = joined(bytes, rows, said.kind === 'few' ? 1 : said.width);
    return { ...column, values, codes, at: (row) => values[codes[row]] };
  }
  if (said.kind === 'f32') {
    const numbers = new Float32Array(joined(bytes, rows, 4).buffer);
    return { ...column, at: (row) => numbers[row] };
  }
  const codes = joined(bytes, rows, 2);
  return { ...column, at: (row) => (codes[row] === 65535 ? NaN : said.low + said.step * codes[row]) };
}

// Columns of a table by their names; those that are not there are left out.
async function columnsOf(from, names) {
  const wanted = from.columns.filter((said) => names.includes(said.name));
  const promises = wanted.map((said) => {
    if (!unpacked.has(said.blob)) unpacked.set(said.blob, unpack(said, from.rows));
    return unpacked.get(said.blob);
  });
  return Object.fromEntries((await Promise.all(promises)).map((column) => [column.name, column]));
}

// All rows of a table, or those of `rows` for which the code of a column is `code`.
function allRows(from) {
  return Uint32Array.from({ length: from.rows }, (_, row) => row);
}

function rowsOf(column, code, rows) {
  return rows.filter((row) => column.codes[row] === code);
}
