"use strict";
/*
 * The timeline of report.html: workers with their units, tests and the suite's own phases, and
 * containers by type, as lanes on one time axis; beneath it what runs and its memory as curves.
 *
 * page.js hands over the data, what is searched for and what to do when a test is opened.
 * Whatever is narrower than two pixels is gathered by pixel and reaches the canvas as one picture,
 * and what the pointer changes is drawn over a copy: setting a colour costs more than looking at a
 * hundred spans.
 */
function makeTimeline(page) {
	const { data, view, matches, el, $, duration, count, plural, STATUS, isBad, statusOf, nameOf, placeOf, open } = page;
	const T = data.tests, U = data.units, P = data.phases, N = T.n.length;
	const C = data.containers || { n: [] };
	const RANK = ["idle", "skipped", "passed", "unfinished", "flaky", "failed", "error", "timeout", "crashed", "startup", "bound",
		"mark", "run"];
	const AXIS = 26, GAP = 5, BAND = 5, RIGHT = 8, MOST_LANES = 512;
	const MOST_ROWS = { test: 6, mark: 12, container: 24 };
	const narrow = () => window.innerWidth < 800;

	/* ---- what there is: begin and end of each kind, lanes, rows */

	const beginOf = {
		unit: (i) => U.a[i], test: (i) => T.a[i], phase: (i) => P.a[i], mark: (i) => P.a[i],
		container: (i) => (C.a[i] >= 0 ? C.a[i] : Math.max(0, C.b[i])),
	};
	const endOf = {
		unit: (i) => U.a[i] + U.d[i], test: (i) => T.a[i] + T.d[i], phase: (i) => P.a[i] + P.d[i], mark: (i) => P.a[i] + P.d[i],
		container: (i) => Math.max(beginOf.container(i), C.x[i] & 2 ? refusedOf(i) : C.e[i] >= 0 ? C.e[i] : data.wall),
	};
	/* One that did not start is shown until that was said. */
	function refusedOf(i) {
		return C.b[i] >= 0 ? C.b[i] + Math.max(0, C.s[i]) : C.a[i] + Math.max(0, C.c[i]);
	}
	const rowOf = { test: [], mark: [], container: [], unit: [], phase: [] };

	/* Sorted by begin, what is around before what is in it; `reach`: the latest end so far. */
	function makeSet(kind, list) {
		const a = beginOf[kind], b = endOf[kind];
		const at = Uint32Array.from(list).sort((x, y) => a(x) - a(y) || b(y) - b(x) || x - y);
		const start = new Float64Array(at.length), end = new Float64Array(at.length), reach = new Float64Array(at.length);
		for (let k = 0, far = -Infinity; k < at.length; k++) {
			start[k] = a(at[k]);
			end[k] = b(at[k]);
			far = reach[k] = Math.max(far, end[k]);
		}
		return { kind, at, start, end, reach };
	}
	/* Each goes to the first row that is free at its time; beyond the last row they overlap. */
	function layer(kind, list) {
		const all = makeSet(kind, list), ends = [], lists = [], most = MOST_ROWS[kind];
		for (let k = 0; k < all.at.length; k++) {
			let d = ends.findIndex((e) => e <= all.start[k]);
			if (d < 0)
				d = ends.length < most ? ends.length : most - 1;
			ends[d] = Math.max(ends[d] || 0, all.end[k]);
			(lists[d] = lists[d] || []).push(all.at[k]);
		}
		const rows = lists.length === 1 ? [{ set: all }] : lists.map((l) => ({ set: makeSet(kind, l) }));
		rows.forEach((row, depth) => {
			row.kind = kind;
			row.depth = depth;
			for (const i of row.set.at)
				rowOf[kind][i] = row;
		});
		return rows;
	}
	function makeLanes() {
		const by = new Map(), types = new Map();
		const lane = (number) => {
			if (!by.has(number))
				by.set(number, { number, run: number < 0, label: number < 0 ? "run" : "worker " + number,
					unit: [], test: [], phase: [], mark: [] });
			return by.get(number);
		};
		for (let i = 0; i < N; i++)
			if (T.w[i] >= 0 && T.st[i] !== 0)
				lane(T.w[i]).test.push(i);
		for (let i = 0; i < U.n.length; i++)
			if (U.w[i] >= 0)
				lane(U.w[i]).unit.push(i);
		for (let i = 0; i < P.n.length; i++)
			lane(Math.max(-1, P.w[i]))[P.k[i] ? "mark" : "phase"].push(i);
		for (const name of C.n.length ? data.types.n : [])
			types.set(name, { type: true, label: name || "(no name)", list: [] });
		for (let i = 0; i < C.n.length; i++) {
			if (!types.has(C.y[i]))
				types.set(C.y[i], { type: true, label: C.y[i] || "(no name)", list: [] });
			types.get(C.y[i]).list.push(i);
		}
		const workers = [...by.values()].sort((a, b) => a.number - b.number).slice(0, MOST_LANES);
		for (const l of workers) {
			l.back = makeSet("phase", l.phase);
			l.bands = makeSet("unit", l.unit);
			l.tests = makeSet("test", l.test);
			l.testRows = layer("test", l.test);
			l.markRows = layer("mark", l.mark);
		}
		const boxes = [...types.values()].filter((t) => t.list.length).slice(0, MOST_LANES);
		for (const l of boxes)
			l.boxRows = layer("container", l.list);
		return [...workers, ...boxes];
	}

	const place = $("timeline-view"), nav = document.querySelector("nav a.js");
	const lanes = makeLanes();
	if (!place || !lanes.length) {
		if (place)
			$("timeline").hidden = true;
		return { draw() {}, go() {}, filter() {}, shows: false };
	}
	if (nav)
		nav.hidden = false;

	let LEFT = 84, HEIGHT = 0;
	const each = lanes.length > 40 ? 14 : lanes.length > 16 ? 20 : 26;
	const thin = lanes.length > 24 ? 8 : 15;
	const firstType = lanes.findIndex((l) => l.type);

	/* Where each lane and row stands. */
	function arrange() {
		let y = AXIS;
		LEFT = lanes.some((l) => l.type) ? (narrow() ? 92 : 132) : 84;
		for (const lane of lanes) {
			lane.rows = [];
			if (lane.type && lane === lanes[firstType] && firstType > 0)
				y += 9;
			lane.y = y;
			if (lane.type) {
				for (const row of lane.boxRows)
					stand(row, thin, 0, 1);
			} else {
				if (!lane.run)
					stand({ kind: "unit", set: lane.bands }, BAND, 1);
				const depth = Math.max(1, lane.testRows.length);
				const h = lane.run ? 0 : Math.max(each - BAND - 1, 6 * depth) / depth;
				for (const row of lane.testRows)
					stand(row, h, 0, depth > 1 ? 1 : 0);
				if (!lane.testRows.length)
					y += lane.run ? (lane.markRows.length ? 0 : 14) : h;
				if (lane.markRows.length && !lane.run)
					y += 2;
				for (const row of lane.markRows)
					stand(row, Math.max(thin - 2, 7), 1);
			}
			lane.h = y - lane.y;
			y += GAP;
			function stand(row, h, below, inside) {
				row.y = y;
				row.h = Math.max(2, h - (inside || 0));
				row.lane = lane;
				lane.rows.push(row);
				y += h + (below || 0);
			}
		}
		HEIGHT = y + 3;
	}
	arrange();

	let end = Math.max(data.wall, 1);
	for (const lane of lanes)
		for (const set of [lane.back, ...lane.rows.map((r) => r.set)])
			if (set && set.reach.length)
				end = Math.max(end, set.reach[set.reach.length - 1]);
	const MIN = Math.max(2, end / 5e6);
	let from = 0, to = end, hover = null, asked = false, drag = null, colours = {}, cursor = null;

	/* ---- what is searched for */

	const found = { q: null, list: [], at: -1 };
	const hits = { mark: new Uint8Array(P.n.length).fill(1), container: new Uint8Array(C.n.length).fill(1) };
	let lowMarks = null, lowBoxes = null;

	function filter() {
		const words = view.q.trim().toLowerCase().split(/\s+/).filter(Boolean);
		const worker = view.worker === "" ? null : Number(view.worker);
		if (words.length && !lowMarks) {
			lowMarks = P.n.map((n) => n.toLowerCase());
			lowBoxes = C.n.map((n, i) => (n + "\n" + C.i[i] + "\n" + C.y[i] + "\n" + C.m[i]).toLowerCase());
		}
		for (let i = 0; i < P.n.length; i++)
			hits.mark[i] = (worker === null || P.w[i] === worker) && words.every((w) => lowMarks[i].includes(w)) ? 1 : 0;
		for (let i = 0; i < C.n.length; i++)
			hits.container[i] = (worker === null || C.w[i] === worker) && words.every((w) => lowBoxes[i].includes(w)) ? 1 : 0;
		if (document.activeElement !== search)
			search.value = view.q;
		if (found.q !== view.q) {
			found.q = view.q;
			found.at = -1;
		}
		found.list = [];
		if (words.length) {
			for (let i = 0; i < N; i++)
				if (matches[i] && rowOf.test[i])
					found.list.push(["test", i]);
			for (let i = 0; i < P.n.length; i++)
				if (hits.mark[i] && P.k[i] && rowOf.mark[i])
					found.list.push(["mark", i]);
			for (let i = 0; i < C.n.length; i++)
				if (hits.container[i] && rowOf.container[i])
					found.list.push(["container", i]);
			found.list.sort((x, y) => beginOf[x[0]](x[1]) - beginOf[y[0]](y[1]));
		}
		tally();
		if (words.length)
			live.textContent = sum.textContent;
	}
	function tally() {
		const n = found.list.length;
		next.hidden = previous.hidden = n === 0;
		sum.textContent = !view.q.trim() ? "" : n === 0 ? "nothing on the timeline matches" :
			found.at >= 0 ? count(found.at + 1) + " of " + count(n) : count(n) + (n === 1 ? " match" : " matches");
	}
	function step(by) {
		const n = found.list.length;
		if (!n)
			return;
		found.at = found.at < 0 ? (by > 0 ? 0 : n - 1) : (found.at + by + n) % n;
		const [kind, i] = found.list[found.at];
		show(kind, i);
		tally();
	}
	/* Brings one into sight, wide enough to be seen, and tells of it. */
	function show(kind, i) {
		const a = beginOf[kind](i), b = endOf[kind](i), w = (to - from) / Math.max(1, width() - LEFT);
		if (b - a < 8 * w) {
			const d = Math.max((b - a) * 8, MIN * 4);
			set((a + b) / 2 - d / 2, (a + b) / 2 + d / 2);
		} else if (a < from || b > to) {
			const d = Math.max(to - from, (b - a) * 1.4);
			set((a + b) / 2 - d / 2, (a + b) / 2 + d / 2);
		}
		const row = rowOf[kind][i];
		hover = row ? { lane: row.lane, row, kind, i } : null;
		if (!row)
			return;
		if (row.y < stage.scrollTop || row.y + row.h > stage.scrollTop + stage.clientHeight)
			stage.scrollTop = row.y - stage.clientHeight / 2;
		showTip(Math.max(LEFT, xOf(a)), row.y + row.h - stage.scrollTop);
		live.textContent = row.lane.label + ": " + tell(hover).join(", ");
		draw();
	}

	/* ---- the parts of the page */

	const canvas = el("canvas", { tabindex: "0", role: "application", "aria-roledescription": "timeline",
		"aria-label": "Timeline of the workers" + (C.n.length ? " and containers" : ""), "aria-describedby": "timeline-help" });
	const stage = el("div", { class: "stage" }, canvas);
	const tip = el("div", { class: "tip", hidden: true });
	const live = el("div", { class: "visually-hidden", role: "status" });
	const span = el("span", { class: "end" });
	const sum = el("span", { class: "sum" });
	const legend = el("p", { class: "legend" });
	const curves = el("div", { class: "curves" });
	const help = el("p", { class: "note", id: "timeline-help" },
		"Drag to zoom into a stretch; wheel with Ctrl, or after a click, to zoom; Shift-drag or arrow keys to move; " +
		"+ and \u2212 zoom, 0 shows all; . and , step through the " + plural(data.words[1]) + ", Enter opens one. " +
		"In the search Enter goes to the next match, Shift-Enter to the one before.");
	const act = (text, label, what) => el("button", { type: "button", "aria-label": label, onclick: what }, text);
	const search = el("input", { type: "search", class: "find", placeholder: "Search the timeline", "aria-label": "Search the timeline",
		oninput: () => page.ask(search.value),
		onkeydown: (e) => {
			if (e.key !== "Enter")
				return;
			e.preventDefault();
			page.askNow(search.value);
			step(e.shiftKey ? -1 : 1);
		} });
	const previous = act("\u2191", "Match before", () => step(-1)), next = act("\u2193", "Next match", () => step(1));
	next.hidden = previous.hidden = true;
	place.append(el("div", { class: "tools" }, act("+", "Zoom in", () => zoom(0.5)),
		act("\u2212", "Zoom out", () => zoom(2)), act("All", "Show the whole run", () => set(0, end)),
		search, previous, next, sum, span), stage, curves, tip, live, legend, help);
	for (const [cls, text] of legendOf())
		legend.append(el("span", null, el("i", { class: "key " + cls }), text), " ");

	function legendOf() {
		const seen = new Set();
		for (let i = 0; i < N; i++)
			seen.add(statusOf(i));
		const list = ["passed", "flaky", "skipped", "unfinished", "failed", "error", "timeout", "crashed"]
			.filter((s) => seen.has(s)).map((s) => ["s-" + s, s]);
		list.push(["g-bound", "unit"]);
		if (data.parts)
			list.push(["g-steps", "share of " + plural(data.words[2])], ["g-hooks", "share of hooks"]);
		if (lanes.some((l) => l.back && l.back.at.length))
			list.push(["g-startup", "fettle\u2019s own phase"]);
		if (lanes.some((l) => l.markRows && l.markRows.length))
			list.push(["g-mark", "phase of the suite"]);
		if (C.n.length)
			list.push(["g-create", "container: create"], ["g-start", "start"], ["g-ready", "until ready"], ["g-run", "running"]);
		if (C.n.length && C.x.some((x) => x & 2))
			list.push(["s-failed", "did not start"]);
		return list;
	}
	const red = new Uint8Array(RANK.length), green = new Uint8Array(RANK.length), blue = new Uint8Array(RANK.length);
	function readColours() {
		const style = getComputedStyle(document.documentElement);
		for (const name of ["ink", "dim", "line", "sheet", "raised", "focus", "bound", "startup", "steps", "hooks", "idle", "passed", "flaky",
			"skipped", "unfinished", "failed", "error", "timeout", "crashed", "mark", "mark2", "create", "start", "ready", "run"])
			colours[name] = style.getPropertyValue("--" + (name === "mark" ? "mark1" : name)).trim();
		RANK.forEach((name, r) => {
			const n = parseInt(colours[name].slice(1), 16);
			red[r] = n >> 16;
			green[r] = n >> 8 & 255;
			blue[r] = n & 255;
		});
	}
	/* Asked of the page once a frame: each time costs a layout. */
	let wideNow = 0, topNow = 0, bottomNow = 0;
	const width = () => wideNow || (wideNow = canvas.clientWidth);
	const xOf = (t) => LEFT + (t - from) / (to - from) * (width() - LEFT - RIGHT);
	const tOf = (x) => from + (x - LEFT) / (width() - LEFT - RIGHT) * (to - from);

	function set(a, b) {
		const d = Math.min(Math.max(b - a, MIN), end), middle = (a + b) / 2;
		from = Math.min(Math.max(0, middle - d / 2), end - d);
		to = from + d;
		draw();
	}
	function zoom(by, at) {
		const t = at === undefined ? (from + to) / 2 : at;
		set(t - (t - from) * by, t + (to - t) * by);
	}

	/* ---- drawing */

	const base = document.createElement("canvas"), strips = document.createElement("canvas");
	let stale = true; /* what `base` holds */

	function draw() {
		stale = true;
		touch();
	}
	/* Only what lies over the spans has changed. */
	function touch() {
		if (!asked) {
			asked = true;
			requestAnimationFrame(() => { asked = false; render(); });
		}
	}
	function render() {
		const scale = window.devicePixelRatio || 1, w = wideNow = canvas.clientWidth;
		if (!w)
			return;
		topNow = stage.scrollTop;
		bottomNow = topNow + Math.max(stage.clientHeight, 200);
		const wide = Math.round(w * scale), high = Math.round(HEIGHT * scale);
		if (canvas.width !== wide || canvas.height !== high) {
			canvas.style.height = HEIGHT + "px";
			canvas.width = base.width = wide;
			canvas.height = base.height = high;
			stale = true;
		}
		if (stale)
			paintAll(base.getContext("2d"), scale, w);
		stale = false;
		const g = canvas.getContext("2d");
		const top = Math.floor(topNow * scale), part = Math.min(high - top, Math.ceil((bottomNow - topNow) * scale) + 1);
		g.setTransform(1, 0, 0, 1, 0, 0);
		if (part > 0)
			g.drawImage(base, 0, top, wide, part, 0, top, wide, part);
		g.setTransform(scale, 0, 0, scale, 0, 0);
		g.save();
		g.beginPath();
		g.rect(LEFT, AXIS, w - LEFT - RIGHT, HEIGHT);
		g.clip();
		chosen(g);
		g.restore();
		if (drag && drag.zoom) {
			const a = Math.min(drag.x, drag.now), b = Math.max(drag.x, drag.now);
			g.globalAlpha = 0.18;
			g.fillStyle = colours.focus;
			g.fillRect(a, AXIS, b - a, HEIGHT - AXIS);
			g.globalAlpha = 1;
		}
		span.textContent = duration(Math.round(from)) + " \u2013 " + duration(Math.round(to));
		charts.show();
	}
	function paintAll(g, scale, w) {
		g.setTransform(scale, 0, 0, scale, 0, 0);
		g.fillStyle = colours.sheet;
		g.fillRect(0, topNow, w, bottomNow - topNow + 1);
		axis(g, w);
		g.save();
		g.beginPath();
		g.rect(LEFT, AXIS, w - LEFT - RIGHT, HEIGHT);
		g.clip();
		pictures.length = 0;
		for (const lane of lanes.filter(inSight))
			paintLane(g, lane, w);
		paintStrips(g, w);
		g.restore();
		labels(g, w);
	}
	const inSight = (part) => part.y + part.h >= topNow && part.y <= bottomNow;
	function axis(g, w) {
		const want = (to - from) / Math.max(2, (w - LEFT) / 110);
		const ten = 10 ** Math.floor(Math.log10(want));
		const by = [1, 2, 5, 10].map((k) => k * ten).find((s) => s >= want);
		g.font = "11px system-ui, sans-serif";
		g.textBaseline = "middle";
		g.textAlign = "center";
		for (let k = Math.ceil(from / by); k * by <= to; k++) {
			const x = Math.round(xOf(k * by)) + 0.5;
			g.fillStyle = colours.line;
			g.fillRect(x - 0.5, AXIS - 4, 1, HEIGHT);
			g.fillStyle = colours.dim;
			if (x < w - 30)
				g.fillText(tick(k * by, by), x, AXIS / 2);
		}
	}
	function tick(t, by) {
		if (t === 0)
			return "0";
		if (by >= 60e6)
			return Math.round(t / 60e6) + " m";
		const unit = by >= 1e6 || t >= 10e6 ? 1e6 : 1e3;
		const places = Math.max(0, Math.ceil(-Math.log10(by / unit) - 1e-9));
		return (t / unit).toFixed(Math.min(places, 6)) + (unit === 1e6 ? " s" : " ms");
	}
	function labels(g, w) {
		g.textAlign = "right";
		g.textBaseline = "middle";
		g.font = "12px system-ui, sans-serif";
		for (const lane of lanes.filter(inSight)) {
			g.fillStyle = colours.dim;
			g.fillText(fit(g, lane.label, LEFT - 18), LEFT - 10, lane.y + Math.min(lane.h, 60) / 2);
		}
		if (firstType > 0) {
			g.fillStyle = colours.line;
			g.fillRect(0, lanes[firstType].y - 7, w, 1);
		}
	}
	/* The text, or as much of it as there is room for. */
	const fitted = new Map();
	function fit(g, text, room) {
		const key = room + "\n" + text;
		if (!fitted.has(key)) {
			let s = text.slice(0, 60);
			for (let n = s.length; n > 1 && g.measureText(s).width > room; n--)
				s = text.slice(0, n - 1) + "\u2026";
			fitted.set(key, s);
		}
		return fitted.get(key);
	}
	/* What is narrower than two pixels is gathered by pixel: its share of the pixel, and its worst verdict. */
	let worst = new Int16Array(0), share = new Float32Array(0);
	const pictures = []; /* of rows, one pixel high each: they reach the canvas together */
	function paintSet(g, set, y, h, w, paint, rank) {
		const left = LEFT, right = w - RIGHT, k = (right - left) / (to - from), { start, end } = set, n = start.length;
		if (worst.length < w) {
			worst = new Int16Array(w + 1);
			share = new Float32Array(w + 1);
		}
		let used = false;
		for (let i = firstOf(set, from); i < n && start[i] < to; i++) {
			if (end[i] < from)
				continue;
			const a = left + (start[i] - from) * k, b = left + (end[i] - from) * k;
			if (b - a >= 2) {
				const x0 = Math.max(a, left - 2), x1 = Math.min(b, right + 2);
				paint(g, i, x0, y, Math.max(1, x1 - x0 - (x1 - x0 > 4 ? 1 : 0)), h);
			} else {
				const x = Math.floor(a), r = rank(i) + 1;
				if (x < left || x > right)
					continue;
				used = true;
				share[x] += b - a;
				if (r > worst[x])
					worst[x] = r;
			}
		}
		if (!used)
			return;
		const pixels = new Uint8ClampedArray(4 * (right - left + 1));
		for (let x = left, p = 0; x <= right; x++, p += 4) {
			if (!worst[x])
				continue;
			const r = worst[x] - 1;
			pixels[p] = red[r];
			pixels[p + 1] = green[r];
			pixels[p + 2] = blue[r];
			pixels[p + 3] = r >= 3 && r < 11 ? 255 : 90 + 165 * Math.min(1, share[x]);
			worst[x] = 0;
			share[x] = 0;
		}
		pictures.push({ y, h, pixels });
	}
	function paintStrips(g, w) {
		const wide = w - RIGHT - LEFT + 1;
		if (!pictures.length || wide < 1)
			return;
		strips.width = wide;
		strips.height = pictures.length;
		const all = new ImageData(wide, pictures.length);
		pictures.forEach((p, k) => all.data.set(p.pixels, 4 * wide * k));
		strips.getContext("2d").putImageData(all, 0, 0);
		g.imageSmoothingEnabled = false;
		pictures.forEach((p, k) => g.drawImage(strips, 0, k, wide, 1, LEFT, p.y, wide, p.h));
	}
	/* The first of a set that can be seen, by halving. */
	function firstOf(set, t) {
		let low = 0, high = set.reach.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (set.reach[middle] < t)
				low = middle + 1;
			else
				high = middle;
		}
		return low;
	}
	const plainBox = (colour) => (g, k, x, y, w, h) => {
		g.fillStyle = colour;
		g.fillRect(x, y, w, h);
	};
	function paintLane(g, lane, w) {
		g.fillStyle = colours.raised;
		g.fillRect(LEFT, lane.y, w, lane.h);
		if (lane.back)
			paintSet(g, lane.back, lane.y, lane.h, w, plainBox(colours.startup), () => 9);
		for (const row of lane.rows.filter(inSight)) {
			const at = row.set.at;
			const paint = {
				unit: (gg, k, x, y, ww, h) => {
					const s = U.st[at[k]];
					gg.fillStyle = isBad(s) ? colours[STATUS[s]] : colours.bound;
					gg.fillRect(x, y, ww, h);
				},
				test: (gg, k, x, y, ww, h) => paintTest(gg, at[k], x, y, ww, h),
				mark: (gg, k, x, y, ww, h) => paintMark(gg, at[k], row.depth, x, y, ww, h),
				container: (gg, k, x, y, ww, h) => paintBox(gg, at[k], x, y, ww, h),
			}[row.kind];
			const rank = {
				unit: () => 10,
				test: (k) => (matches[at[k]] ? statusRank(at[k]) : 0),
				mark: (k) => (!hits.mark[at[k]] ? 0 : isBad(P.st[at[k]]) ? 5 : 11),
				container: (k) => (!hits.container[at[k]] ? 0 : C.x[at[k]] & 2 ? 5 : 12),
			}[row.kind];
			paintSet(g, row.set, row.y, row.h, w, paint, rank);
		}
	}
	/* Worst last: what a pixel shows when several lie in it. */
	function statusRank(i) {
		return T.x[i] & 1 ? 4 : [3, 2, 1, 3, 5, 6, 7, 8][T.st[i]];
	}
	function inside(g, text, x, y, w, h) {
		if (w <= 46 || h <= 10)
			return;
		g.save();
		g.beginPath();
		g.rect(x, y, w - 4, h);
		g.clip();
		g.fillStyle = "#fff";
		g.font = "11px system-ui, sans-serif";
		g.textAlign = "left";
		g.textBaseline = "middle";
		g.fillText(text.slice(0, 120), Math.max(x, LEFT) + 5, y + h / 2);
		g.restore();
	}
	function paintTest(g, i, x, y, w, h) {
		g.globalAlpha = matches[i] ? 1 : 0.16;
		g.fillStyle = colours[statusOf(i)];
		g.fillRect(x, y, w, h);
		if (w > 6 && h > 8 && T.d[i] > 0) { /* how its time is split, at its foot */
			const steps = Math.min(1, T.p[i] / T.d[i]) * w, hooks = Math.min(w - steps, T.h[i] / T.d[i] * w);
			g.fillStyle = colours.steps;
			g.fillRect(x, y + h - 3, steps, 3);
			g.fillStyle = colours.hooks;
			g.fillRect(x + steps, y + h - 3, hooks, 3);
		}
		g.globalAlpha = 1;
		if (matches[i])
			inside(g, nameOf(i), x, y, w, h - 2);
	}
	function paintMark(g, i, depth, x, y, w, h) {
		g.globalAlpha = hits.mark[i] ? 1 : 0.16;
		g.fillStyle = isBad(P.st[i]) ? colours[STATUS[P.st[i]]] : depth % 2 ? colours.mark2 : colours.mark;
		g.fillRect(x, y, w, h);
		g.globalAlpha = 1;
		if (hits.mark[i])
			inside(g, P.n[i] || "(no name)", x, y, w, h);
	}
	/* From its creation on: create, start, the wait until it is ready, and the rest of its life. */
	function paintBox(g, i, x, y, w, h) {
		const from0 = beginOf.container(i), x1 = x + w, cut = (t) => Math.min(x1, Math.max(x, xOf(t)));
		const put = (colour, a, b) => {
			const p = cut(a), q = cut(b);
			if (q > p) {
				g.fillStyle = colour;
				g.fillRect(p, y, q - p, h);
			}
		};
		let text = x;
		g.globalAlpha = hits.container[i] ? 1 : 0.16;
		if (C.x[i] & 2) {
			g.fillStyle = colours.failed;
			g.fillRect(x, y, w, h);
		} else {
			const started = C.b[i] >= 0 ? C.b[i] + Math.max(0, C.s[i]) : from0 + Math.max(0, C.c[i]);
			put(colours.run, from0, endOf.container(i));
			put(colours.create, from0, from0 + Math.max(0, C.c[i]));
			if (C.b[i] >= 0)
				put(colours.start, C.b[i], started);
			if (C.r[i] > 0)
				put(colours.ready, started, started + C.r[i]);
			text = cut(started + Math.max(0, C.r[i])); /* the name stands in what ran */
		}
		if (C.x[i] & 4) { /* left behind */
			g.fillStyle = colours.failed;
			g.fillRect(x1 - Math.min(3, w), y, Math.min(3, w), h);
		}
		g.globalAlpha = 1;
		if (hits.container[i])
			inside(g, C.n[i] || C.y[i], text, y, x1 - text, h);
	}
	function boxOf(kind, i) {
		const row = rowOf[kind][i];
		if (!row)
			return null;
		const x = xOf(beginOf[kind](i));
		return { x, y: row.y, w: Math.max(2, xOf(endOf[kind](i)) - x), h: row.h, lane: row.lane };
	}
	function chosen(g) {
		const frame = (b, colour) => {
			g.strokeStyle = colour;
			g.lineWidth = 2;
			g.strokeRect(b.x - 1, b.y, b.w + 2, b.h);
		};
		const over = hover && hover.kind !== "unit" && hover.kind !== "phase" && boxOf(hover.kind, hover.i);
		const here = view.test >= 0 && boxOf("test", view.test);
		if (over)
			frame(over, colours.ink);
		if (here)
			frame(here, colours.ink);
	}

	/* ---- curves: what ran, and its memory */

	const charts = makeCharts();
	function bytes(n) {
		const units = ["B", "KiB", "MiB", "GiB", "TiB"];
		let k = 0;
		for (; n >= 1024 && k < 4; k++)
			n /= 1024;
		return (n >= 100 || k === 0 ? n.toFixed(0) : n >= 10 ? n.toFixed(1) : n.toFixed(2)) + " " + units[k];
	}
	function makeCharts() {
		const list = [];
		let shown = "";
		if (typeof uPlot === "undefined")
			return { show() {}, again() {} };
		function add(title, of, say, colour, whole) {
			if (!of || !of.a.length)
				return;
			const x = [...of.a, Math.max(end, of.a[of.a.length - 1])], y = [...of.n, of.n[of.n.length - 1]];
			list.push({ title, x, y, say, colour, whole, value: el("b"), box: el("div", { class: "curve", role: "img" }), top: Math.max(1, ...of.n) });
		}
		add("Containers running", data.running, (v) => String(v), "run", true);
		add("Memory of the containers", data.memory, bytes, "bound", false);
		for (const c of list) {
			c.box.setAttribute("aria-label", c.title + ", at most " + c.say(c.top));
			curves.append(el("div", { class: "curve-title" }, el("span", null, c.title + ", at most " + c.say(c.top)), c.value), c.box);
		}
		function make(c) {
			if (c.plot)
				c.plot.destroy();
			c.plot = new uPlot({
				width: Math.max(100, width()), height: 76, padding: [8, RIGHT, 9, 0], legend: { show: false },
				cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
				scales: { x: { time: false, auto: false, min: from, max: to }, y: { auto: false, range: () => [0, c.top * 1.08] } },
				axes: [{ show: false }, { size: LEFT, stroke: colours.dim, grid: { stroke: colours.line, width: 1 }, ticks: { show: false },
					font: "11px system-ui, sans-serif", gap: 10, splits: () => [0, ...(c.whole && c.top % 2 ? [] : [c.top / 2]), c.top],
					values: (u, v) => v.map((n) => c.say(n)) }],
				series: [{}, { stroke: colours[c.colour], fill: colours[c.colour] + "33", width: 1.5, points: { show: false },
					paths: uPlot.paths.stepped({ align: 1 }) }],
				hooks: {
					setSelect: [(u) => {
						const { left, width: wide } = u.select;
						if (wide > 4)
							set(u.posToVal(left, "x"), u.posToVal(left + wide, "x"));
						if (wide)
							u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
					}],
					setCursor: [(u) => {
						const t = u.cursor.left >= 0 ? u.posToVal(u.cursor.left, "x") : -1;
						let k = c.x.length - 1;
						while (k > 0 && c.x[k] > t)
							k--;
						c.value.textContent = t < 0 ? "" : c.say(c.y[k]) + " at " + duration(Math.round(t));
					}],
				},
			}, [c.x, c.y], c.box);
		}
		return {
			show() {
				const now = from + "/" + to + "/" + width();
				if (now === shown)
					return;
				const resized = shown.split("/")[2] !== String(width());
				shown = now;
				for (const c of list) {
					if (!c.plot || resized)
						make(c);
					c.plot.setScale("x", { min: from, max: to });
				}
			},
			again() {
				shown = "";
			},
		};
	}

	/* ---- hands on it */

	function hit(x, y) {
		const lane = lanes.find((l) => y >= l.y && y <= l.y + l.h);
		if (!lane || x < LEFT)
			return null;
		const near = 2 * (to - from) / (width() - LEFT), t = tOf(x);
		const find = (s) => {
			let best = -1, far = Infinity;
			for (let k = firstOf(s, t - near); k < s.start.length && s.start[k] <= t + near; k++) {
				const away = t < s.start[k] ? s.start[k] - t : t > s.end[k] ? t - s.end[k] : 0;
				if (away <= near && away <= far) {
					far = away;
					best = k;
				}
			}
			return best;
		};
		const row = lane.rows.find((r) => y >= r.y && y <= r.y + r.h + 1);
		let k = row ? find(row.set) : -1;
		if (k >= 0)
			return { lane, row, kind: row.kind, i: row.set.at[k] };
		if (lane.type)
			return null;
		k = find(lane.bands);
		if (k >= 0)
			return { lane, row: null, kind: "unit", i: lane.bands.at[k] };
		k = find(lane.back);
		return k >= 0 ? { lane, row: null, kind: "phase", i: lane.back.at[k] } : null;
	}
	function tell({ kind, i, lane }) {
		if (kind === "test")
			return [nameOf(i), placeOf(i), statusOf(i) + ", " + duration(T.d[i]) + " from " + duration(T.a[i]) +
				(T.t[i] > 1 ? ", " + T.t[i] + " attempts" : ""),
				...(data.parts ? [plural(data.words[2]) + " " + duration(T.p[i]) + ", hooks " + duration(T.h[i])] : [])];
		if (kind === "unit")
			return [U.n[i] || "(no name)", "unit" + (U.t[i] > 1 ? ", attempt " + U.t[i] : ""),
				STATUS[U.st[i]] + ", " + duration(U.d[i]) + " from " + duration(U.a[i])];
		if (kind === "container")
			return tellBox(i);
		return [P.n[i] || "(no name)", kind === "mark" ? "phase of the suite" + (isBad(P.st[i]) ? ", " + STATUS[P.st[i]] : "") : "phase",
			duration(P.d[i]) + " from " + duration(P.a[i]) + (lane && !lane.run ? ", " + lane.label : "")];
	}
	function tellBox(i) {
		const a = beginOf.container(i), parts = [], x = C.x[i];
		if (C.c[i] >= 0)
			parts.push("create " + duration(C.c[i]));
		if (C.s[i] >= 0)
			parts.push("start " + duration(C.s[i]));
		if (C.r[i] >= 0)
			parts.push("ready after " + duration(C.r[i]));
		if (C.q[i] > 0)
			parts.push("polled for " + duration(C.q[i]) + " more");
		const who = C.t[i] >= 0 ? nameOf(C.t[i]) : x & 1 ? "shared" : "";
		const used = [];
		if (C.p[i] > 0)
			used.push("at most " + bytes(C.p[i]));
		if (C.u[i] >= 0)
			used.push(duration(C.u[i]) + " of CPU");
		return [C.n[i] || C.y[i] || "(no name)", C.i[i], [who, C.w[i] >= 0 ? "worker " + C.w[i] : ""].filter(Boolean).join(", "),
			x & 2 ? "did not start: " + C.m[i] : parts.join(", "),
			x & 2 ? "" : duration(endOf.container(i) - a) + " from " + duration(a) + (x & 8 && C.k[i] >= 0 ? ", exit code " + C.k[i] : ""),
			used.join(", "), x & 4 ? "left behind" : ""];
	}
	function showTip(x, y) {
		tip.hidden = !hover;
		if (!hover)
			return;
		const [name, ...rest] = tell(hover);
		tip.replaceChildren(el("b", null, name.slice(0, 200)), ...rest.filter(Boolean).map((r) => el("div", null, r.slice(0, 300))));
		const box = stage.getBoundingClientRect(), outer = place.getBoundingClientRect();
		const left = Math.min(x + 14, outer.width - tip.offsetWidth - 4);
		tip.style.left = Math.max(0, left) + "px";
		tip.style.top = box.top - outer.top + y + 18 + "px";
	}
	const spot = (e) => {
		const box = canvas.getBoundingClientRect();
		return [e.clientX - box.left, e.clientY - box.top];
	};
	canvas.addEventListener("pointerdown", (e) => {
		if (e.button > 1)
			return;
		const [x, y] = spot(e);
		drag = { x, y, now: x, from, to, zoom: false, pan: e.shiftKey || e.button === 1, moved: false };
		canvas.setPointerCapture(e.pointerId);
	});
	canvas.addEventListener("pointermove", (e) => {
		const [x, y] = spot(e);
		if (drag) {
			drag.now = Math.max(LEFT, x);
			drag.moved = drag.moved || Math.abs(x - drag.x) > 4;
			drag.zoom = drag.moved && !drag.pan && drag.x > LEFT;
			if (drag.pan && drag.moved) {
				const by = (drag.x - x) / (width() - LEFT - RIGHT) * (drag.to - drag.from);
				set(drag.from + by, drag.to + by);
			}
			hover = null;
		} else {
			hover = hit(x, y);
		}
		canvas.style.cursor = hover ? "pointer" : "crosshair";
		showTip(x, y - stage.scrollTop);
		touch();
	});
	canvas.addEventListener("pointerup", (e) => {
		const [x, y] = spot(e), d = drag;
		drag = null;
		if (!d)
			return;
		if (d.zoom)
			set(Math.min(tOf(d.x), tOf(d.now)), Math.max(tOf(d.x), tOf(d.now)));
		else if (!d.moved) {
			const h = hit(x, y);
			if (h && h.kind === "test") {
				open(h.i, canvas);
			} else if (h && h.kind !== "phase") {
				const a = beginOf[h.kind](h.i), b = endOf[h.kind](h.i);
				set(a - (b - a) * 0.03, b + (b - a) * 0.03);
			}
		}
		draw();
	});
	canvas.addEventListener("pointercancel", () => { drag = null; touch(); });
	canvas.addEventListener("pointerleave", () => { hover = null; showTip(0, 0); touch(); });
	canvas.addEventListener("dblclick", () => set(0, end));
	canvas.addEventListener("wheel", (e) => {
		const [x] = spot(e);
		if (Math.abs(e.deltaX) > Math.abs(e.deltaY) && to - from < end) {
			e.preventDefault();
			const by = e.deltaX / width() * (to - from);
			set(from + by, to + by);
		} else if (e.ctrlKey || e.metaKey || document.activeElement === canvas) {
			e.preventDefault();
			zoom(Math.exp(Math.max(-60, Math.min(60, e.deltaY)) / 160), tOf(Math.max(LEFT, x)));
		}
	}, { passive: false });
	canvas.addEventListener("keydown", (e) => {
		const by = (to - from) * 0.15;
		const keys = {
			ArrowLeft: () => set(from - by, to - by),
			ArrowRight: () => set(from + by, to + by),
			"+": () => zoom(0.6),
			"=": () => zoom(0.6),
			"-": () => zoom(1 / 0.6),
			0: () => set(0, end),
			Home: () => set(0, end),
			".": () => stepTo(1),
			",": () => stepTo(-1),
			Enter: () => { if (cursor !== null) open(cursor, canvas); },
		};
		if (keys[e.key] && !e.ctrlKey && !e.metaKey && !e.altKey) {
			e.preventDefault();
			keys[e.key]();
		}
	});
	function stepTo(by) {
		const withTests = lanes.filter((l) => l.tests && l.tests.at.length);
		const lane = withTests.find((l) => cursor !== null && l.number === T.w[cursor]) || withTests[0];
		if (!lane)
			return;
		const at = cursor === null ? (by > 0 ? -1 : lane.tests.at.length) : lane.tests.at.indexOf(cursor);
		let k = at + by, where = lane;
		if (k < 0 || k >= lane.tests.at.length) { /* on to the next worker */
			where = withTests[(withTests.indexOf(lane) + by + withTests.length) % withTests.length];
			k = by > 0 ? 0 : where.tests.at.length - 1;
		}
		cursor = where.tests.at[k];
		hover = { lane: where, row: rowOf.test[cursor], kind: "test", i: cursor };
		const a = T.a[cursor], b = a + T.d[cursor];
		if (a < from || b > to)
			set(a - (to - from) / 2, a + (to - from) / 2);
		const box = boxOf("test", cursor);
		showTip(box ? box.x : 0, box ? box.y + box.h - stage.scrollTop : 0);
		live.textContent = "worker " + where.number + ": " + tell(hover).join(", ");
		draw();
	}

	new ResizeObserver(() => { wideNow = 0; arrange(); draw(); }).observe(stage);
	stage.addEventListener("scroll", draw);
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); charts.again(); draw(); });
	readColours();
	return {
		draw,
		filter,
		shows: true,
		go(i) {
			const d = Math.max(T.d[i] * 6, MIN * 4);
			page.closeSheet();
			view.test = i;
			set(T.a[i] + T.d[i] / 2 - d / 2, T.a[i] + T.d[i] / 2 + d / 2);
			$("timeline").scrollIntoView();
			canvas.focus({ preventScroll: true });
		},
	};
}
