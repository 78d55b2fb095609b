// Runs in the reader's browser. The page is whole without it: it adds the theme switch, the values under the pointer, and
// opens what a link leads to.
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Theme: as the system, light, dark.
  const THEMES = ['system', 'light', 'dark'];
  const NAMES = { system: 'as the system', light: 'light', dark: 'dark' };
  const remembered = () => {
    try {
      return localStorage.getItem('obsctl-theme') ?? 'system';
    } catch {
      return 'system';
    }
  };
  const button = document.getElementById('theme');
  const show = (theme) => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    button.textContent = `Theme: ${NAMES[theme]}`;
    button.dataset.now = theme;
  };
  button.hidden = false;
  button.addEventListener('click', () => {
    const next = THEMES[(THEMES.indexOf(button.dataset.now) + 1) % THEMES.length];
    show(next);
    try {
      localStorage.setItem('obsctl-theme', next);
    } catch {}
  });
  show(THEMES.includes(remembered()) ? remembered() : 'system');

  // What a link leads to is opened, and gets the focus.
  const follow = () => {
    const target =
      location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let up = target; up; up = up.parentElement) if (up.tagName === 'DETAILS') up.open = true;
    target.scrollIntoView();
    (target.tagName === 'DETAILS' ? target.querySelector('summary') : target).focus({ preventScroll: true });
  };
  addEventListener('hashchange', follow);
  document.addEventListener('click', ({ target }) => {
    const link = target.closest?.('a[href^="#"]');
    const href = link && (link.getAttribute('href') ?? '');
    if (href && href === location.hash) follow();
  });
  follow();

  for (const opener of all('button[data-open]')) {
    const targets = all(opener.dataset.open);
    if (targets.length === 0) continue;
    const name = opener.textContent;
    opener.hidden = false;
    opener.addEventListener('click', () => {
      const open = targets.some((one) => !one.open);
      for (const one of targets) one.open = open;
      opener.textContent = open ? name.replace('Open', 'Close') : name;
    });
  }

  // Paper has nothing to click on.
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = all('details:not([open])');
    for (const one of opened) one.open = true;
  });
  addEventListener('afterprint', () => {
    for (const one of opened) one.open = false;
  });

  // Only what can be scrolled needs a stop of the Tab key.
  const stops = () => {
    for (const box of all('.wide, pre')) {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else box.removeAttribute('tabindex');
    }
  };
  addEventListener('resize', stops);
  document.addEventListener('toggle', stops, true);
  stops();

  // Where the reader is.
  const entries = new Map(all('nav a').map((link) => [link.hash.slice(1), link]));
  const seen = new Set();
  const watcher = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) {
        if (isIntersecting) seen.add(target.id);
        else seen.delete(target.id);
      }
      const now = [...entries.keys()].find((id) => seen.has(id));
      if (!now) return;
      for (const [id, link] of entries) {
        if (id === now) link.setAttribute('aria-current', 'location');
        else link.removeAttribute('aria-current');
      }
    },
    { rootMargin: '-10% 0px -70%' },
  );
  for (const id of entries.keys()) {
    const section = document.getElementById(id);
    if (section) watcher.observe(section);
  }

  // Charts: one time, read in all of them.
  const short = (value) => String(Number(value.toPrecision(3)));
  const inSeconds = (value) => (value < 0.9995 ? `${short(value * 1000)} ms` : `${short(value)} s`);
  const UNITS = {
    ratio: (value) => `${short(value * 100)} %`,
    seconds: inSeconds,
    rate: (value) => `${short(value)}/s`,
  };
  const say = (unit, value, axis, lines) => {
    if (value === null) return '–';
    if (unit !== 'mixed') return UNITS[unit](value);
    const twoAxes = lines.some((line) => line.axis === 1);
    return axis === 1 || !twoAxes ? inSeconds(value) : short(value);
  };
  const nearest = (points, x) => {
    let [low, high] = [0, points.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (points[middle][0] < x - 0.5) low = middle + 1;
      else high = middle;
    }
    const point = points[low];
    return point && Math.abs(point[0] - x) <= 3 ? point : null;
  };

  const data = JSON.parse(document.getElementById('chart-data').textContent);
  const charts = data.flatMap((chart) => {
    const figure = document.querySelector(`[data-chart="${chart.name}"]`);
    return figure ? [{ ...chart, figure, plot: figure.querySelector('.plot') }] : [];
  });

  const value = (chart, line, x) => {
    const entry = document.createElement('span');
    const swatch = document.createElement('i');
    swatch.style.background = line.color;
    const text = document.createElement('strong');
    const point = nearest(line.points, x);
    text.textContent = say(chart.unit, point ? point[1] : null, line.axis, chart.lines);
    entry.append(swatch, `${line.name} `, text);
    return entry;
  };

  const readAt = (chart, x) => {
    const hair = chart.plot.querySelector('.crosshair');
    const share = (chart.left + ((chart.right - chart.left) * x) / chart.end) / chart.width;
    hair.style.left = `${share * 100}%`;
    hair.hidden = false;
    const clock = new Date((chart.start + x) * 1000).toISOString().slice(11, 19);
    const time = document.createElement('strong');
    time.textContent = `+${Math.floor(x)} s`;
    const values = chart.lines.flatMap((line) => [' ', value(chart, line, x)]);
    chart.figure.querySelector('.readout').replaceChildren(time, ` ${clock} UTC`, ...values);
  };

  const clear = () => {
    for (const { plot, figure } of charts) {
      plot.querySelector('.crosshair').hidden = true;
      figure.querySelector('.readout').replaceChildren();
    }
  };

  for (const chart of charts) {
    chart.plot.addEventListener('pointermove', ({ clientX }) => {
      const box = chart.plot.getBoundingClientRect();
      const at = ((clientX - box.left) / box.width) * chart.width;
      const x = ((at - chart.left) / (chart.right - chart.left)) * chart.end;
      if (x < 0 || x > chart.end) clear();
      else for (const one of charts) readAt(one, x);
    });
    chart.plot.addEventListener('pointerleave', clear);
  }
})();
