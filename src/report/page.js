"use strict";
/*
 * The script of report.html: a timeline of the workers, a table of all tests and
 * a sheet with one test. What it shows came with the page (#data); it loads
 * nothing, and puts text into the page as text only.
 */
(() => {
	const STATUS = ["unfinished", "passed", "skipped", "unfinished", "failed", "error", "timeout", "crashed"];
	const PASSED = 1, SKIPPED = 2, FAILED = 4;
	const isBad = (s) => s >= FAILED;
	const isOpen = (s) => s === 0 || s === 3;
	const $ = (id) => document.getElementById(id);

	function el(tag, props, ...inside) {
		const e = document.createElement(tag);
		for (const [key, value] of Object.entries(props || {})) {
			if (key === "class")
				e.className = value;
			else if (key.startsWith("on"))
				e.addEventListener(key.slice(2), value);
			else if (value === true)
				e.setAttribute(key, "");
			else if (value !== false && value !== null && value !== undefined)
				e.setAttribute(key, value);
		}
		e.append(...inside.filter((x) => x !== null && x !== undefined));
		return e;
	}

	/* Three figures, as in the rest of the page; from microseconds. */
	function duration(us) {
		if (us < 0)
			return "-" + duration(-us);
		if (us === 0)
			return "0 ms";
		const three = (v, unit) => {
			for (const places of [2, 1, 0]) {
				const text = v.toFixed(places);
				if (places === 0 || parseFloat(text) < 10 ** (3 - places))
					return text + " " + unit;
			}
			return "";
		};
		if (us < 999500)
			return us < 5 ? "<0.01 ms" : three(us / 1e3, "ms");
		if (us < 59950000)
			return three(us / 1e6, "s");
		const s = Math.round(us / 1e6), two = (n) => String(n).padStart(2, "0");
		if (s < 3600)
			return Math.floor(s / 60) + " m " + two(s % 60) + " s";
		return Math.floor((s + 30) / 3600) + " h " + two(Math.floor((s + 30) / 60) % 60) + " m";
	}

	const count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
	const plural = (w) => /[^aeiou]y$/.test(w) ? w.slice(0, -1) + "ies" : /(s|x|ch|sh)$/.test(w) ? w + "es" : w + "s";

	async function load() {
		const at = $("data");
		if (at.type === "application/json")
			return JSON.parse(at.textContent);
		const text = atob(at.textContent), bytes = new Uint8Array(text.length);
		for (let i = 0; i < text.length; i++)
			bytes[i] = text.charCodeAt(i);
		const open = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
		return JSON.parse(await new Response(open).text());
	}

	/* What is asked for: in the address behind #, so that a link brings others to the same view. */
	function readHash() {
		const text = location.hash.slice(1);
		return text.includes("=") ? new URLSearchParams(text) : null;
	}

	function start(data) {
		const T = data.tests, U = data.units, P = data.phases, N = T.n.length;
		const statusOf = (i) => (T.x[i] & 1 ? "flaky" : STATUS[T.st[i]]);
		const fileOf = (i) => {
			const f = T.f[i] === -2 ? data.suites.f[T.s[i]] : T.f[i];
			return f >= 0 ? data.files[f] : "";
		};
		const placeOf = (i) => fileOf(i) + (T.l[i] && fileOf(i) ? ":" + T.l[i] : "");
		const nameOf = (i) => T.n[i] || "(no name)";
		const keyOf = (i) => (T.k[i] === 0 ? placeOf(i) : T.k[i] === 1 ? fileOf(i) + "::" + T.n[i] : T.k[i]);
		const details = new Map(data.details.map(([i, message, output]) => [i, { message, output }]));

		const view = { q: "", status: "", worker: "", suite: "", sort: "", test: -1 };
		const matches = new Uint8Array(N).fill(1);
		let shown = new Uint32Array(0);
		let lower = null; /* made when first searched */

		/* ---- which tests are shown, in which order */

		const SORTS = {
			status: (a, b) => T.st[a] - T.st[b] || (T.x[a] & 1) - (T.x[b] & 1),
			name: (a, b) => (T.n[a] < T.n[b] ? -1 : T.n[a] > T.n[b] ? 1 : 0),
			file: (a, b) => {
				const x = fileOf(a), y = fileOf(b);
				return x < y ? -1 : x > y ? 1 : T.l[a] - T.l[b];
			},
			worker: (a, b) => T.w[a] - T.w[b] || T.a[a] - T.a[b],
			start: (a, b) => T.a[a] - T.a[b],
			whole: (a, b) => T.d[a] - T.d[b],
			steps: (a, b) => T.p[a] - T.p[b],
			hooks: (a, b) => T.h[a] - T.h[b],
			attempts: (a, b) => T.t[a] - T.t[b],
		};
		const DOWN_FIRST = new Set(["status", "whole", "steps", "hooks", "attempts"]);

		const WANT = {
			bad: (i) => isBad(T.st[i]),
			flaky: (i) => (T.x[i] & 1) === 1,
			passed: (i) => T.st[i] === PASSED,
			skipped: (i) => T.st[i] === SKIPPED,
			unfinished: (i) => isOpen(T.st[i]),
		};

		function wanted() {
			const q = view.q.trim().toLowerCase().split(/\s+/).filter(Boolean);
			if (q.length && !lower) {
				const files = data.files.map((f) => f.toLowerCase());
				lower = T.n.map((n, i) => {
					const f = T.f[i] === -2 ? data.suites.f[T.s[i]] : T.f[i];
					const d = details.get(i);
					return n.toLowerCase() + "\n" + (f >= 0 ? files[f] : "") + ":" + T.l[i] +
						(d ? "\n" + d.message.toLowerCase() : "");
				});
			}
			const status = WANT[view.status], worker = view.worker === "" ? null : Number(view.worker);
			const suite = view.suite === "" ? null : Number(view.suite);
			let n = 0;
			for (let i = 0; i < N; i++) {
				const yes = (!status || status(i)) && (worker === null || T.w[i] === worker) &&
					(suite === null || T.s[i] === suite) && q.every((word) => lower[i].includes(word));
				matches[i] = yes ? 1 : 0;
				n += yes ? 1 : 0;
			}
			const at = new Uint32Array(n);
			for (let i = 0, k = 0; i < N; i++)
				if (matches[i])
					at[k++] = i;
			return at;
		}

		function arrange() {
			shown = wanted();
			const down = view.sort.startsWith("-"), by = SORTS[view.sort.replace(/^-/, "")];
			if (by)
				shown.sort((a, b) => (down ? by(b, a) : by(a, b)) || a - b);
			else /* bad ones first, then as they came */
				shown.sort((a, b) => rank(b) - rank(a) || a - b);
		}
		const rank = (i) => (isBad(T.st[i]) ? 3 : T.x[i] & 1 ? 2 : isOpen(T.st[i]) ? 1 : 0);

		function remember() {
			const p = new URLSearchParams();
			for (const key of ["q", "status", "worker", "suite", "sort"])
				if (view[key] !== "")
					p.set(key, view[key]);
			if (view.test >= 0)
				p.set("test", view.test);
			const text = p.toString();
			try {
				history.replaceState(null, "", text ? "#" + text : location.pathname + location.search);
			} catch (e) {
				/* some viewers forbid it for local files: the page works, links do not */
			}
		}

		/* ---- the table */

		const table = makeTable();
		const sheet = makeSheet();
		const timeline = makeTimeline();

		function changed() {
			arrange();
			table.fill();
			timeline.draw();
			remember();
		}

		function makeTable() {
			const plain = $("tests-plain");
			if (!plain)
				return { fill() {}, show() {} };
			const ROW = 30;
			const word = plural(data.words[1]);
			const search = el("input", { type: "search", class: "grow", placeholder: "Search names, files and messages",
				"aria-label": "Search " + word, oninput: () => { view.q = search.value; soon(); } });
			const chips = el("span", { role: "group", "aria-label": "Filter by verdict" });
			const tally = el("span", { class: "end", role: "status" });
			const tools = el("div", { class: "tools" }, search, chips);
			for (const [key, label] of [["", "All"], ["bad", "Bad"], ["flaky", "Flaky"], ["unfinished", "Unfinished"],
				["skipped", "Skipped"], ["passed", "Passed"]]) {
				let n = N;
				if (key) {
					n = 0;
					for (let i = 0; i < N; i++)
						n += WANT[key](i) ? 1 : 0;
				}
				if (n || !key)
					chips.append(el("button", { type: "button", "data-status": key,
						onclick: () => { view.status = key; changed(); } }, label + " ", el("small", null, count(n))), " ");
			}
			const pick = (key, all, options) => {
				const s = el("select", { "aria-label": all, onchange: () => { view[key] = s.value; changed(); } },
					el("option", { value: "" }, all), ...options.map(([value, text]) => el("option", { value }, text)));
				tools.append(s);
				return s;
			};
			const numbers = [...new Set(T.w)].filter((w) => w >= 0).sort((a, b) => a - b);
			const workers = pick("worker", "All workers", numbers.slice(0, 1000).map((w) => [w, "worker " + w]));
			const order = data.suites.n.map((n, i) => i).sort((a, b) => (suiteLabel(a) < suiteLabel(b) ? -1 : 1));
			const suites = pick("suite", "All " + plural(data.words[0]),
				order.slice(0, 5000).map((i) => [i, suiteLabel(i).slice(0, 120)]));
			tools.append(tally);

			const COLUMNS = [["status", "status", "c-status"], ["name", "name", "c-name"], ["file", "where", "c-file"],
				["worker", "worker", "c-small num c-part"], ["whole", "whole", "c-num num"],
				["steps", plural(data.words[2]), "c-num num c-part"], ["hooks", "hooks", "c-num num c-part"],
				["attempts", "tries", "c-small num c-part"]];
			const heads = COLUMNS.map(([key, label, cls]) => el("th", { scope: "col", class: cls, "data-sort": key },
				el("button", { type: "button", onclick: () => sortBy(key) }, label)));
			const top = el("td"), bottom = el("td");
			const body = el("tbody", null, el("tr", { class: "space", "aria-hidden": "true" }, top),
				el("tr", { class: "space", "aria-hidden": "true" }, bottom));
			const grid = el("table", { "aria-label": "All " + word }, el("thead", null, el("tr", { "aria-rowindex": 1 }, ...heads)),
				body);
			const box = el("div", { class: "scroll all", id: "all-tests", tabindex: "-1", onscroll: () => paint(), onkeydown: keys }, grid);
			const none = el("p", { class: "empty", hidden: true }, "Nothing matches. ",
				el("button", { type: "button", onclick: clear }, "Show all"));
			plain.replaceWith(tools, box, none);

			let rows = [], first = -1, timer = 0;

			function soon() {
				clearTimeout(timer);
				timer = setTimeout(changed, 80);
			}
			function clear() {
				Object.assign(view, { q: "", status: "", worker: "", suite: "" });
				changed();
				search.focus();
			}
			function sortBy(key) {
				const down = "-" + key;
				if (DOWN_FIRST.has(key))
					view.sort = view.sort === down ? key : view.sort === key ? "" : down;
				else
					view.sort = view.sort === key ? down : view.sort === down ? "" : key;
				box.scrollTop = 0;
				changed();
			}
			function makeRow() {
				const link = el("a", { href: "#" }), code = el("code"), mark = el("span");
				const cells = COLUMNS.map(([, , cls]) => el("td", { class: cls }));
				cells[0].append(mark);
				cells[1].append(link);
				cells[2].append(code);
				const row = el("tr", { onclick: (e) => { e.preventDefault(); open(row.test, row); } }, ...cells);
				Object.assign(row, { link, code, mark, rowCells: cells, test: -1 });
				return row;
			}
			function fillRow(row, k) {
				const i = shown[k], c = row.rowCells, s = statusOf(i);
				row.test = i;
				row.at = k;
				row.setAttribute("aria-rowindex", k + 2);
				row.classList.toggle("here", i === view.test);
				row.mark.className = "status " + s;
				row.mark.textContent = s;
				row.link.textContent = nameOf(i).slice(0, 500);
				row.link.href = "#test=" + i;
				row.code.textContent = placeOf(i).slice(0, 500);
				row.code.title = row.code.textContent;
				c[3].textContent = T.w[i] < 0 ? "" : T.w[i];
				c[4].textContent = duration(T.d[i]);
				c[5].textContent = duration(T.p[i]);
				c[6].textContent = duration(T.h[i]);
				c[7].textContent = T.t[i];
			}
			function paint(force) {
				const seen = Math.ceil(Math.max(box.clientHeight, 608) / ROW) + 12; /* 608: as high as it may get */
				const from = Math.max(0, Math.min(Math.floor(box.scrollTop / ROW) - 6, shown.length - seen));
				const n = Math.min(seen, shown.length - from);
				if (from === first && !force && rows.length === n)
					return;
				if (force)
					refill(from, n);
				else
					shift(from, n);
				first = from;
				top.style.height = from * ROW + "px";
				bottom.style.height = (shown.length - from - n) * ROW + "px";
			}
			function refill(from, n) {
				while (rows.length < n) {
					rows.push(makeRow());
					body.insertBefore(rows[rows.length - 1], body.lastChild);
				}
				while (rows.length > n)
					rows.pop().remove();
				rows.forEach((r, k) => fillRow(r, from + k));
			}
			/* Rows that stay in view keep their element, and with it the focus. */
			function shift(from, n) {
				const stays = (r) => r.at >= from && r.at < from + n;
				const held = rows.find((r) => r.contains(document.activeElement));
				const kept = rows.filter(stays), spare = rows.filter((r) => !stays(r));
				const low = kept.length ? kept[0].at : Infinity, high = kept.length ? kept[kept.length - 1].at : -1;
				rows = [];
				for (let k = from; k < from + n; k++) {
					if (k >= low && k <= high) {
						rows.push(kept[k - low]);
						continue;
					}
					const r = spare.shift() || makeRow();
					fillRow(r, k);
					body.insertBefore(r, k < low && kept.length ? kept[0] : body.lastChild);
					rows.push(r);
				}
				for (const r of spare)
					r.remove();
				if (held && !rows.includes(held))
					box.focus({ preventScroll: true });
			}
			function keys(e) {
				const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
				const at = rows.findIndex((r) => r.contains(document.activeElement));
				if (!step || at < 0)
					return;
				const k = first + at + step;
				e.preventDefault();
				if (k < 0 || k >= shown.length)
					return;
				reveal(k);
				rows[k - first].link.focus({ preventScroll: true });
			}
			function reveal(k) {
				const head = 34, y = k * ROW;
				if (y < box.scrollTop)
					box.scrollTop = y;
				else if (y + ROW + head > box.scrollTop + box.clientHeight)
					box.scrollTop = y + ROW + head - box.clientHeight;
				paint();
			}
			return {
				fill() {
					if (document.activeElement !== search)
						search.value = view.q;
					workers.value = view.worker;
					suites.value = view.suite;
					for (const b of chips.querySelectorAll("button"))
						b.setAttribute("aria-pressed", String(b.dataset.status === view.status));
					for (const h of heads) {
						h.removeAttribute("aria-sort");
						if (view.sort.replace(/^-/, "") === h.dataset.sort)
							h.setAttribute("aria-sort", view.sort[0] === "-" ? "descending" : "ascending");
					}
					tally.textContent = shown.length === N ? count(N) + " " + (N === 1 ? data.words[1] : word) :
						count(shown.length) + " of " + count(N);
					grid.setAttribute("aria-rowcount", shown.length + 1);
					box.hidden = shown.length === 0;
					none.hidden = shown.length > 0;
					paint(true);
				},
				show(i) {
					const k = shown.indexOf(i);
					if (k >= 0)
						reveal(k);
					paint(true);
				},
			};
		}

		function suiteLabel(i) {
			const f = data.suites.f[i];
			return (f >= 0 && data.files[f]) || data.suites.n[i] || "(no name)";
		}

		/* ---- one test */

		function open(i, from) {
			if (!(i >= 0 && i < N))
				return;
			view.test = i;
			sheet.fill(i, from);
			table.show(i);
			timeline.draw();
			remember();
		}

		function makeSheet() {
			const box = el("aside", { class: "sheet", hidden: true, tabindex: "-1", "aria-label": "One " + data.words[1] });
			let back = null;
			document.body.append(box);
			document.addEventListener("keydown", (e) => {
				if (e.key === "Escape" && !box.hidden)
					close();
			});
			function close() {
				box.hidden = true;
				view.test = -1;
				table.show(-1);
				timeline.draw();
				remember();
				if (back && back.isConnected)
					back.focus({ preventScroll: true });
			}
			function split(i) {
				const whole = T.d[i] || 1, svg = "http://www.w3.org/2000/svg";
				const bar = document.createElementNS(svg, "svg");
				bar.setAttribute("class", "bar");
				bar.setAttribute("viewBox", "0 0 1000 10");
				bar.setAttribute("preserveAspectRatio", "none");
				let x = 0;
				for (const [value, cls] of [[T.p[i], "g-steps"], [T.h[i], "g-hooks"]]) {
					const rect = document.createElementNS(svg, "rect");
					const width = Math.min(1000 - x, 1000 * value / whole);
					rect.setAttribute("class", cls);
					rect.setAttribute("x", x.toFixed(1));
					rect.setAttribute("width", Math.max(0, width).toFixed(1));
					rect.setAttribute("height", "10");
					bar.append(rect);
					x += width;
				}
				return bar;
			}
			return {
				close,
				fill(i, from) {
					const d = details.get(i), s = statusOf(i), rest = Math.max(0, T.d[i] - T.p[i] - T.h[i]);
					const list = el("dl");
					const row = (term, ...inside) => list.append(el("dt", null, term), el("dd", null, ...inside));
					if (from)
						back = from.link || from;
					row("whole", duration(T.d[i]));
					row(plural(data.words[2]), el("i", { class: "key g-steps" }), duration(T.p[i]));
					row("hooks and fixtures", el("i", { class: "key g-hooks" }), duration(T.h[i]));
					row("the rest", duration(rest));
					row("began at", duration(T.a[i]));
					if (T.w[i] >= 0)
						row("worker", String(T.w[i]));
					if (T.t[i] > 1)
						row("attempts", T.t[i] + ", " + T.b[i] + " of them bad" + (T.x[i] & 2 ? "; passed alone" : ""));
					if (data.suites.n[T.s[i]] !== undefined)
						row(data.words[0], data.suites.n[T.s[i]] || suiteLabel(T.s[i]));
					if (U.n[T.u[i]] !== undefined)
						row("unit", U.n[T.u[i]] || "(no name)");
					if (keyOf(i))
						row("to run it alone", el("code", { class: "again" }, keyOf(i)));
					const acts = el("div", { class: "acts" });
					if (timeline.shows)
						acts.append(el("button", { type: "button", onclick: () => timeline.go(i) }, "Show in the timeline"));
					if (data.suites.n[T.s[i]] !== undefined)
						acts.append(el("button", { type: "button", onclick: () => onlySuite(T.s[i]) },
							"Only this " + data.words[0]));
					box.replaceChildren(
						el("button", { type: "button", class: "close", "aria-label": "Close", onclick: close }, "\u2715"),
						el("span", { class: "status " + s }, s),
						el("h2", null, nameOf(i)), el("code", null, placeOf(i)), list, split(i), acts);
					if (d && d.message)
						box.append(el("h3", null, isBad(T.st[i]) || T.x[i] & 1 ? "Message" : "Why"),
							el("pre", { class: isBad(T.st[i]) ? "message" : "", tabindex: "0" }, d.message));
					if (d && d.output)
						box.append(el("h3", null, "Output, its end"), el("pre", { tabindex: "0" }, d.output));
					box.hidden = false;
					box.scrollTop = 0;
					box.focus({ preventScroll: true });
				},
			};
		}

		function onlySuite(s) {
			Object.assign(view, { q: "", status: "", worker: "", suite: String(s) });
			sheet.close();
			changed();
			$("tests").scrollIntoView();
		}

		/* ---- the timeline */

		function makeTimeline() {
			const place = $("timeline-view"), nav = document.querySelector("nav a.js");
			const lanes = makeLanes();
			if (!place || !lanes.length) {
				if (place)
					$("timeline").hidden = true;
				return { draw() {}, go() {}, shows: false };
			}
			if (nav)
				nav.hidden = false;
			const AXIS = 26, GAP = 5, BAND = 5, LEFT = 84;
			const each = lanes.length > 40 ? 14 : lanes.length > 16 ? 20 : 26;
			let y = AXIS;
			for (const lane of lanes) {
				lane.y = y;
				lane.h = lane.run ? 14 : Math.max(each, BAND + 1 + 6 * lane.depth);
				y += lane.h + GAP;
			}
			const HEIGHT = y + 3;
			let end = Math.max(data.wall, 1);
			for (const lane of lanes)
				for (const set of [lane.units, lane.tests, lane.phases])
					for (let k = 0; k < set.end.length; k++)
						end = Math.max(end, set.end[k]);
			const MIN = Math.max(2, end / 5e6);
			let from = 0, to = end, hover = null, asked = false, drag = null, colours = {}, cursor = null;

			const canvas = el("canvas", { tabindex: "0", role: "application", "aria-roledescription": "timeline",
				"aria-label": "Timeline of the workers", "aria-describedby": "timeline-help" });
			const tip = el("div", { class: "tip", hidden: true });
			const live = el("div", { class: "visually-hidden", role: "status" });
			const span = el("span", { class: "end" });
			const legend = el("p", { class: "legend" });
			const help = el("p", { class: "note", id: "timeline-help" },
				"Drag to zoom into a stretch; wheel with Ctrl, or after a click, to zoom; Shift-drag or arrow keys to move; " +
				"+ and \u2212 zoom, 0 shows all; . and , step through the " + plural(data.words[1]) + ", Enter opens one.");
			const act = (text, label, what) => el("button", { type: "button", "aria-label": label, onclick: what }, text);
			place.append(el("div", { class: "tools" }, act("+", "Zoom in", () => zoom(0.5)),
				act("\u2212", "Zoom out", () => zoom(2)), act("All", "Show the whole run", () => set(0, end)), span),
				el("div", { class: "stage" }, canvas), tip, live, legend, help);
			for (const [cls, text] of legendOf())
				legend.append(el("span", null, el("i", { class: "key " + cls }), text), " ");

			function legendOf() {
				const seen = new Set();
				for (let i = 0; i < N; i++)
					seen.add(statusOf(i));
				const list = ["passed", "flaky", "skipped", "unfinished", "failed", "error", "timeout", "crashed"]
					.filter((s) => seen.has(s)).map((s) => ["s-" + s, s]);
				list.push(["g-bound", "unit"], ["g-steps", "share of " + plural(data.words[2])], ["g-hooks", "share of hooks"]);
				if (P.n.length)
					list.push(["g-startup", "phase"]);
				return list;
			}
			function readColours() {
				const style = getComputedStyle(document.documentElement);
				for (const name of ["ink", "dim", "line", "sheet", "raised", "focus", "bound", "startup", "steps", "hooks", "idle", "passed", "flaky",
					"skipped", "unfinished", "failed", "error", "timeout", "crashed"])
					colours[name] = style.getPropertyValue("--" + name).trim();
			}
			const width = () => canvas.clientWidth;
			const xOf = (t) => LEFT + (t - from) / (to - from) * (width() - LEFT - 8);
			const tOf = (x) => from + (x - LEFT) / (width() - LEFT - 8) * (to - from);

			function set(a, b) {
				let d = Math.min(Math.max(b - a, MIN), end);
				const middle = (a + b) / 2;
				from = Math.min(Math.max(0, middle - d / 2), end - d);
				to = from + d;
				draw();
			}
			function zoom(by, at) {
				const t = at === undefined ? (from + to) / 2 : at;
				set(t - (t - from) * by, t + (to - t) * by);
			}
			function draw() {
				if (!asked) {
					asked = true;
					requestAnimationFrame(() => { asked = false; render(); });
				}
			}
			function render() {
				const scale = window.devicePixelRatio || 1, w = width();
				if (!w)
					return;
				if (canvas.width !== Math.round(w * scale) || canvas.height !== Math.round(HEIGHT * scale)) {
					canvas.style.height = HEIGHT + "px";
					canvas.width = Math.round(w * scale);
					canvas.height = Math.round(HEIGHT * scale);
				}
				const g = canvas.getContext("2d");
				g.setTransform(scale, 0, 0, scale, 0, 0);
				g.fillStyle = colours.sheet;
				g.fillRect(0, 0, w, HEIGHT);
				axis(g, w);
				g.save();
				g.beginPath();
				g.rect(LEFT, AXIS, w - LEFT - 8, HEIGHT);
				g.clip();
				for (const lane of lanes)
					paintLane(g, lane, w);
				chosen(g);
				g.restore();
				labels(g);
				if (drag && drag.zoom) {
					const a = Math.min(drag.x, drag.now), b = Math.max(drag.x, drag.now);
					g.globalAlpha = 0.18;
					g.fillStyle = colours.focus;
					g.fillRect(a, AXIS, b - a, HEIGHT - AXIS);
					g.globalAlpha = 1;
				}
				span.textContent = duration(Math.round(from)) + " \u2013 " + duration(Math.round(to));
			}
			function axis(g, w) {
				const want = (to - from) / Math.max(2, (w - LEFT) / 110);
				const ten = 10 ** Math.floor(Math.log10(want));
				const step = [1, 2, 5, 10].map((k) => k * ten).find((s) => s >= want);
				g.font = "11px system-ui, sans-serif";
				g.textBaseline = "middle";
				g.textAlign = "center";
				for (let k = Math.ceil(from / step); k * step <= to; k++) {
					const x = Math.round(xOf(k * step)) + 0.5;
					g.fillStyle = colours.line;
					g.fillRect(x - 0.5, AXIS - 4, 1, HEIGHT);
					g.fillStyle = colours.dim;
					if (x < w - 30)
						g.fillText(tick(k * step, step), x, AXIS / 2);
				}
			}
			function tick(t, step) {
				if (t === 0)
					return "0";
				if (step >= 60e6)
					return Math.round(t / 60e6) + " m";
				const unit = step >= 1e6 || t >= 10e6 ? 1e6 : 1e3;
				const places = Math.max(0, Math.ceil(-Math.log10(step / unit) - 1e-9));
				return (t / unit).toFixed(Math.min(places, 6)) + (unit === 1e6 ? " s" : " ms");
			}
			function labels(g) {
				g.textAlign = "right";
				g.textBaseline = "middle";
				g.font = "12px system-ui, sans-serif";
				for (const lane of lanes) {
					g.fillStyle = colours.dim;
					g.fillText(lane.label, LEFT - 10, lane.y + lane.h / 2);
				}
			}
			/* What is narrower than two pixels is gathered by pixel: its share of the pixel, and its worst verdict. */
			function paintSet(g, set, y, h, w, paint, rank) {
				const worst = paintSet.worst, share = paintSet.share;
				const left = LEFT, right = w - 8, k = (right - left) / (to - from);
				if (worst.length < w) {
					paintSet.worst = new Int16Array(w + 1);
					paintSet.share = new Float32Array(w + 1);
					return paintSet(g, set, y, h, w, paint, rank);
				}
				let used = false;
				for (let i = firstOf(set, from); i < set.start.length && set.start[i] < to; i++) {
					if (set.end[i] < from)
						continue;
					const a = left + (set.start[i] - from) * k, b = left + (set.end[i] - from) * k;
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
					return undefined;
				for (let x = left; x <= right; x++) {
					if (!worst[x])
						continue;
					const r = worst[x] - 1;
					g.globalAlpha = r >= 3 ? 1 : 0.35 + 0.65 * Math.min(1, share[x]);
					g.fillStyle = colours[RANK[r]];
					g.fillRect(x, y, 1, h);
					worst[x] = 0;
					share[x] = 0;
				}
				g.globalAlpha = 1;
				return undefined;
			}
			paintSet.worst = new Int16Array(0);
			paintSet.share = new Float32Array(0);

			/* Sets are sorted by start; `reach` is the latest end so far, so the first that can be seen is found by halving. */
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
			function paintLane(g, lane, w) {
				g.fillStyle = colours.raised;
				g.fillRect(LEFT, lane.y, w, lane.h);
				const plainBox = (colour) => (gg, i, x, y, ww, h) => {
					gg.fillStyle = colour;
					gg.fillRect(x, y, ww, h);
				};
				paintSet(g, lane.phases, lane.y, lane.h, w, plainBox(colours.startup), () => 9);
				if (lane.run)
					return;
				paintSet(g, lane.units, lane.y, BAND, w, (gg, k, x, y, ww, h) => {
					const s = U.st[lane.units.at[k]];
					gg.fillStyle = isBad(s) ? colours[STATUS[s]] : colours.bound;
					gg.fillRect(x, y, ww, h);
				}, () => 10);
				const top = lane.y + BAND + 1, h = (lane.h - BAND - 1) / lane.depth;
				for (let d = 0; d < lane.depth; d++)
					paintSet(g, lane.rows[d], top + d * h, Math.max(2, h - (lane.depth > 1 ? 1 : 0)), w,
						(gg, k, x, y, ww, hh) => paintTest(gg, lane.rows[d].at[k], x, y, ww, hh), (k) => rankOf(lane.rows[d].at[k]));
			}
			function rankOf(i) {
				return matches[i] ? statusRank(i) : 0;
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
				if (w > 46 && h > 10 && matches[i]) {
					g.save();
					g.beginPath();
					g.rect(x, y, w - 4, h);
					g.clip();
					g.fillStyle = "#fff";
					g.font = "11px system-ui, sans-serif";
					g.textAlign = "left";
					g.textBaseline = "middle";
					g.fillText(nameOf(i).slice(0, 120), Math.max(x, LEFT) + 5, y + h / 2 - 1);
					g.restore();
				}
			}
			function boxOf(i) {
				const lane = lanes.find((l) => !l.run && l.number === T.w[i]);
				if (!lane)
					return null;
				const h = (lane.h - BAND - 1) / lane.depth, x = xOf(T.a[i]);
				return { x, y: lane.y + BAND + 1 + depth[i] * h, w: Math.max(2, xOf(T.a[i] + T.d[i]) - x), h, lane };
			}
			function chosen(g) {
				for (const [i, colour] of [[hover && hover.test >= 0 ? hover.test : -1, colours.dim], [view.test, colours.ink]]) {
					const b = i >= 0 && boxOf(i);
					if (!b)
						continue;
					g.strokeStyle = colour;
					g.lineWidth = 2;
					g.strokeRect(b.x - 1, b.y, b.w + 2, b.h - 1);
				}
			}

			/* ---- hands on it */

			function hit(x, y) {
				const lane = lanes.find((l) => y >= l.y && y <= l.y + l.h);
				if (!lane || x < LEFT)
					return null;
				const near = 2 * (to - from) / (width() - LEFT), t = tOf(x);
				const find = (set) => {
					let best = -1, far = Infinity;
					for (let k = firstOf(set, t - near); k < set.start.length && set.start[k] <= t + near; k++) {
						const away = t < set.start[k] ? set.start[k] - t : t > set.end[k] ? t - set.end[k] : 0;
						if (away <= near && away <= far) {
							far = away;
							best = k;
						}
					}
					return best;
				};
				if (!lane.run && y > lane.y + BAND) {
					const row = Math.min(lane.depth - 1, Math.floor((y - lane.y - BAND - 1) / ((lane.h - BAND - 1) / lane.depth)));
					const k = find(lane.rows[Math.max(0, row)]);
					if (k >= 0)
						return { lane, test: lane.rows[Math.max(0, row)].at[k], unit: -1, phase: -1 };
				}
				let k = find(lane.units);
				if (k >= 0)
					return { lane, test: -1, unit: lane.units.at[k], phase: -1 };
				k = find(lane.phases);
				return k >= 0 ? { lane, test: -1, unit: -1, phase: lane.phases.at[k] } : null;
			}
			function tell(h) {
				if (h.test >= 0) {
					const i = h.test;
					return [nameOf(i), placeOf(i), statusOf(i) + ", " + duration(T.d[i]) + " from " + duration(T.a[i]) +
						(T.t[i] > 1 ? ", " + T.t[i] + " attempts" : ""),
						plural(data.words[2]) + " " + duration(T.p[i]) + ", hooks " + duration(T.h[i])];
				}
				if (h.unit >= 0) {
					const u = h.unit;
					return [U.n[u] || "(no name)", "unit" + (U.t[u] > 1 ? ", attempt " + U.t[u] : ""),
						STATUS[U.st[u]] + ", " + duration(U.d[u]) + " from " + duration(U.a[u])];
				}
				return [P.n[h.phase] || "(no name)", "phase", duration(P.d[h.phase]) + " from " + duration(P.a[h.phase])];
			}
			function showTip(x, y) {
				tip.hidden = !hover;
				if (!hover)
					return;
				const [name, ...rest] = tell(hover);
				tip.replaceChildren(el("b", null, name.slice(0, 200)), ...rest.filter(Boolean).map((r) => el("div", null, r.slice(0, 200))));
				const box = canvas.getBoundingClientRect(), outer = place.getBoundingClientRect();
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
				const [x, yy] = spot(e);
				drag = { x, y: yy, now: x, from, to, zoom: false, pan: e.shiftKey || e.button === 1, moved: false };
				canvas.setPointerCapture(e.pointerId);
			});
			canvas.addEventListener("pointermove", (e) => {
				const [x, yy] = spot(e);
				if (drag) {
					drag.now = Math.max(LEFT, x);
					drag.moved = drag.moved || Math.abs(x - drag.x) > 4;
					drag.zoom = drag.moved && !drag.pan && drag.x > LEFT;
					if (drag.pan && drag.moved) {
						const by = (drag.x - x) / (width() - LEFT - 8) * (drag.to - drag.from);
						set(drag.from + by, drag.to + by);
					}
					hover = null;
				} else {
					hover = hit(x, yy);
				}
				canvas.style.cursor = hover ? "pointer" : "crosshair";
				showTip(x, yy);
				draw();
			});
			canvas.addEventListener("pointerup", (e) => {
				const [x, yy] = spot(e), d = drag;
				drag = null;
				if (!d)
					return;
				if (d.zoom)
					set(Math.min(tOf(d.x), tOf(d.now)), Math.max(tOf(d.x), tOf(d.now)));
				else if (!d.moved) {
					const h = hit(x, yy);
					if (h && h.test >= 0)
						open(h.test, canvas);
					else if (h && h.unit >= 0)
						set(U.a[h.unit] - U.d[h.unit] * 0.03, U.a[h.unit] + U.d[h.unit] * 1.03);
				}
				draw();
			});
			canvas.addEventListener("pointercancel", () => { drag = null; draw(); });
			canvas.addEventListener("pointerleave", () => { hover = null; showTip(0, 0); draw(); });
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
				const lane = lanes.find((l) => !l.run && cursor !== null && l.number === T.w[cursor]) || lanes.find((l) => l.tests.at.length);
				if (!lane)
					return;
				const at = cursor === null ? (by > 0 ? -1 : lane.tests.at.length) : lane.tests.at.indexOf(cursor);
				let k = at + by, where = lane;
				if (k < 0 || k >= lane.tests.at.length) { /* on to the next worker */
					const with_tests = lanes.filter((l) => l.tests.at.length);
					where = with_tests[(with_tests.indexOf(lane) + by + with_tests.length) % with_tests.length];
					k = by > 0 ? 0 : where.tests.at.length - 1;
				}
				cursor = where.tests.at[k];
				hover = { lane: where, test: cursor, unit: -1, phase: -1 };
				const a = T.a[cursor], b = a + T.d[cursor];
				if (a < from || b > to)
					set(a - (to - from) / 2, a + (to - from) / 2);
				const box = boxOf(cursor);
				showTip(box ? box.x : 0, box ? box.y + box.h : 0);
				live.textContent = "worker " + where.number + ": " + tell(hover).join(", ");
				draw();
			}

			new ResizeObserver(draw).observe(canvas);
			matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); draw(); });
			readColours();
			return {
				draw,
				shows: true,
				go(i) {
					const d = Math.max(T.d[i] * 6, MIN * 4);
					sheet.close();
					view.test = i;
					set(T.a[i] + T.d[i] / 2 - d / 2, T.a[i] + T.d[i] / 2 + d / 2);
					$("timeline").scrollIntoView();
					canvas.focus({ preventScroll: true });
				},
			};
		}

		/* Worst last: what a pixel shows when several lie in it. */
		function statusRank(i) {
			return T.x[i] & 1 ? 4 : [3, 2, 1, 3, 5, 6, 7, 8][T.st[i]];
		}

		/* A lane a worker, and one for what fettle itself did; sets sorted by start. */
		function makeLanes() {
			const by = new Map();
			const lane = (number) => {
				if (!by.has(number))
					by.set(number, { number, run: number < 0, label: number < 0 ? "run" : "worker " + number,
						units: [], tests: [], phases: [], depth: 1, rows: [] });
				return by.get(number);
			};
			for (let i = 0; i < N; i++)
				if (T.w[i] >= 0 && T.st[i] !== 0)
					lane(T.w[i]).tests.push(i);
			for (let i = 0; i < U.n.length; i++)
				if (U.w[i] >= 0)
					lane(U.w[i]).units.push(i);
			for (let i = 0; i < P.n.length; i++)
				lane(Math.max(-1, P.w[i])).phases.push(i);
			const lanes = [...by.values()].sort((a, b) => a.number - b.number);
			for (const l of lanes) {
				l.units = makeSet(l.units, U);
				l.phases = makeSet(l.phases, P);
				l.tests = makeSet(l.tests, T);
				layer(l);
			}
			return lanes.slice(0, 512);
		}
		function makeSet(list, of) {
			const at = Uint32Array.from(list).sort((a, b) => of.a[a] - of.a[b] || a - b);
			const begin = new Float64Array(at.length), end = new Float64Array(at.length), reach = new Float64Array(at.length);
			for (let k = 0, far = -Infinity; k < at.length; k++) {
				begin[k] = of.a[at[k]];
				end[k] = begin[k] + of.d[at[k]];
				far = reach[k] = Math.max(far, end[k]);
			}
			return { at, start: begin, end, reach };
		}
		/* Tests of one worker may overlap: each goes to the first row that is free. */
		function layer(l) {
			const ends = [], rows = [];
			const MOST = 6;
			for (let k = 0; k < l.tests.at.length; k++) {
				let d = ends.findIndex((e) => e <= l.tests.start[k]);
				if (d < 0)
					d = ends.length < MOST ? ends.length : MOST - 1;
				ends[d] = Math.max(ends[d] || 0, l.tests.end[k]);
				depth[l.tests.at[k]] = d;
				(rows[d] = rows[d] || []).push(l.tests.at[k]);
			}
			l.depth = Math.max(1, rows.length);
			l.rows = l.depth === 1 ? [l.tests] : rows.map((r) => makeSet(r, T));
		}

		/* ---- the plain tables come alive */

		for (const row of document.querySelectorAll("tr[data-test]")) {
			const name = row.querySelector("td.name b");
			if (name)
				link(name, "#test=" + row.dataset.test, () => open(Number(row.dataset.test), name.firstChild));
		}
		for (const row of document.querySelectorAll("tr[data-suite]")) {
			const name = row.querySelector("td.name b");
			if (name)
				link(name, "#suite=" + row.dataset.suite, () => onlySuite(row.dataset.suite));
		}
		for (const p of document.querySelectorAll("p[data-test]")) {
			const b = el("button", { type: "button", class: "quiet", onclick: () => open(Number(p.dataset.test), b) }, "Details");
			p.append(" ", b);
		}
		function link(at, href, what) {
			const a = el("a", { href, onclick: (e) => { e.preventDefault(); what(); } });
			a.append(...at.childNodes);
			at.append(a);
		}

		function follow() {
			const p = readHash();
			if (!p)
				return false;
			for (const key of ["q", "status", "worker", "suite", "sort"])
				view[key] = p.get(key) || "";
			if (!WANT[view.status])
				view.status = "";
			const i = p.has("test") ? Number(p.get("test")) : -1;
			view.test = Number.isInteger(i) && i >= 0 && i < N ? i : -1;
			return true;
		}
		window.addEventListener("hashchange", () => {
			if (!follow())
				return;
			changed();
			if (view.test >= 0)
				open(view.test, null);
		});
		const asked = follow();
		arrange();
		table.fill();
		timeline.draw();
		if (asked && view.test >= 0)
			open(view.test, null);
		else if (asked)
			$("tests").scrollIntoView();
		document.documentElement.dataset.ready = "yes";
	}

	const RANK = ["idle", "skipped", "passed", "unfinished", "flaky", "failed", "error", "timeout", "crashed", "startup", "bound"];
	let depth = new Uint8Array(0);

	load().then((data) => {
		depth = new Uint8Array(data.tests.n.length);
		start(data);
	}).catch((e) => {
		const view = $("timeline-view");
		if (view)
			view.append(el("p", { class: "note" }, "The data of this page cannot be read (" + e.message + "); the tables below are whole."));
		console.error(e);
	});
})();
