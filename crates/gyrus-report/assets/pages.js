// One section at a time, by the part of the address after its hash; and the tables of the page.

const pages = [...document.querySelectorAll('article.page')];
const links = [...document.querySelectorAll('nav a')];
const contents = document.querySelector('nav details');
const narrow = matchMedia('(max-width: 60rem)');

function open() {
  let wanted = '';
  try { wanted = decodeURIComponent(location.hash.slice(1)); } catch { wanted = ''; }
  const target = document.getElementById(wanted);
  const page = (target && target.closest('article.page')) || pages[0];
  pages.forEach((other) => other.classList.toggle('here', other === page));
  // What was drawn at another width of the window, or while its page was hidden, takes the width that there is now.
  page.querySelectorAll('.js-plotly-plot').forEach((plot) => Plotly.Plots.resize(plot));
  links.forEach((link) => {
    const here = decodeURIComponent(link.hash.slice(1)) === page.id;
    if (here) link.setAttribute('aria-current', 'page'); else link.removeAttribute('aria-current');
  });
  if (narrow.matches) contents.open = false;
  if (target && target !== page) target.scrollIntoView(); else scrollTo(0, 0);
}

// The page before and the page after, at the foot of each.
function neighbours() {
  pages.forEach((page, at) => {
    const link = (other, words) => {
      const found = links.find((candidate) => decodeURIComponent(candidate.hash.slice(1)) === other.id);
      return element('a', { href: `#${other.id}` }, `${words} ${found ? found.textContent : other.id}`);
    };
    const ends = [at > 0 && link(pages[at - 1], '←'), at + 1 < pages.length && link(pages[at + 1], '→')];
    page.append(element('div', { class: 'neighbours' }, ...ends.map((end) => end || element('span'))));
  });
}

function browseTables(place) {
  const show = async (name) => {
    const from = table(name);
    const columns = await columnsOf(from, from.columns.map((column) => column.name));
    const ordered = from.columns.map((column) => columns[column.name]);
    holder.replaceChildren(element('p', {}, from.caption), dataTable(name, ordered, allRows(from)));
  };
  const holder = element('div');
  const options = index.tables.map(({ name, rows }) => [name, `${name} (${rows.toLocaleString('en')} rows)`]);
  place.append(selector('Table', options, options[0][0], show), holder);
  let begun = false;
  new IntersectionObserver((seen) => {
    if (!begun && seen.some(({ isIntersecting }) => isIntersecting)) {
      begun = true;
      show(options[0][0]);
    }
  }).observe(place);
}

function standAside() {
  contents.open = !narrow.matches;
}

document.querySelectorAll('table.sorts').forEach(enliven);
document.querySelectorAll('.browser').forEach(browseTables);
neighbours();
standAside();
narrow.addEventListener('change', standAside);
document.documentElement.classList.add('paged');
addEventListener('hashchange', open);
open();
document.documentElement.dataset.state = 'open';
