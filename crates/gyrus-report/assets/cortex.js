// Outlines of the cortex by eye, in MNI millimetres: how far forward and how far up, from the pole of the forehead
// over the top. They orient a reader and measure nothing.

const LATERAL = [
  [70, 0], [67, 20], [58, 38], [42, 54], [22, 66], [0, 74], [-22, 77], [-44, 73], [-64, 62], [-82, 44], [-96, 22], [-103, 2],
  [-102, -12], [-92, -22], [-74, -24], [-60, -26], [-46, -32], [-28, -40], [-8, -45], [10, -43], [21, -37], [25, -28], [22, -20],
  [30, -19], [46, -20], [60, -15], [68, -8],
];
const LATERAL_FOLDS = [
  [[24, -19], [14, -10], [2, -4], [-14, 3], [-30, 13], [-42, 22], [-48, 31]],
  [[-26, 76], [-18, 62], [-14, 48], [-6, 34], [-3, 20], [2, 8]],
  [[16, -30], [0, -20], [-18, -11], [-36, -1], [-50, 10], [-58, 24]],
];
const MEDIAL = [
  [70, 0], [67, 20], [58, 38], [42, 54], [22, 66], [0, 74], [-22, 77], [-44, 73], [-64, 62], [-82, 44], [-96, 22], [-103, 2],
  [-100, -10], [-88, -18], [-70, -14], [-54, -12], [-40, -20], [-26, -32], [-8, -40], [10, -40], [20, -32], [20, -22], [12, -14],
  [26, -18], [44, -20], [60, -15], [68, -8],
];
const MEDIAL_FOLDS = [
  [[14, -6], [26, 0], [31, 10], [22, 22], [2, 30], [-22, 31], [-40, 22], [-44, 10], [-38, 4], [-36, 14], [-22, 22], [2, 21], [16, 15], [21, 8], [14, -6]],
  [[40, -4], [46, 14], [38, 30], [18, 42], [-6, 46], [-28, 46], [-38, 62]],
  [[-58, 60], [-60, 42], [-64, 24], [-62, 8]],
  [[-100, 0], [-84, 2], [-62, 8], [-50, -2]],
];

// Four views side by side, the forehead outward; electrodes farther than this from the middle are seen from outside.
const OUTSIDE = 25;
const WIDTH = 204;
const VIEWS = [
  { name: 'left, from outside', left: true, outside: true, at: [0, 0] },
  { name: 'right, from outside', left: false, outside: true, at: [1, 0] },
  { name: 'left, from the middle', left: true, outside: false, at: [0, 1] },
  { name: 'right, from the middle', left: false, outside: false, at: [1, 1] },
];

// Where a view shows a point: the forehead is on the left where the left side is seen from outside.
function placed(view, stacked, forward, up) {
  const [column, line] = stacked ? [0, VIEWS.indexOf(view)] : view.at;
  const flipped = view.left === view.outside ? -1 : 1;
  return [column * WIDTH + flipped * (forward + 16), up - line * 152];
}

// A smooth curve through points, as a path: each piece bends as its neighbours do.
function curve(points, closed) {
  const n = points.length;
  const point = (i) => (closed ? points[(i + n) % n] : points[Math.max(0, Math.min(n - 1, i))]);
  const number = (value) => value.toFixed(1);
  let path = `M${points[0].map(number).join(',')}`;
  for (let i = 0; i < (closed ? n : n - 1); i += 1) {
    const [before, from, to, after] = [-1, 0, 1, 2].map((step) => point(i + step));
    const first = [0, 1].map((axis) => number(from[axis] + (to[axis] - before[axis]) / 6));
    const second = [0, 1].map((axis) => number(to[axis] - (after[axis] - from[axis]) / 6));
    path += `C${first.join(',')} ${second.join(',')} ${to.map(number).join(',')}`;
  }
  return closed ? `${path}Z` : path;
}

function outlines(stacked) {
  const { soft, grid } = paint();
  return VIEWS.flatMap((view) => {
    const place = (points) => points.map(([forward, up]) => placed(view, stacked, forward, up));
    const shape = (points, closed, color, width) => ({
      type: 'path', path: curve(place(points), closed), layer: 'below', line: { color, width }, fillcolor: closed ? grid : 'rgba(0,0,0,0)', opacity: closed ? 0.55 : 0.8,
    });
    const folds = view.outside ? LATERAL_FOLDS : MEDIAL_FOLDS;
    return [shape(view.outside ? LATERAL : MEDIAL, true, soft, 1.5), ...folds.map((fold) => shape(fold, false, soft, 1))];
  });
}
