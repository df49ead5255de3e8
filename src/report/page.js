"use strict";
/*
 * The script of report.html, behind timeline.js: a table of all tests and a sheet
 * with one test. What it shows came with the page (#data); it loads
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
		let asking = 0;
		const timeline = makeTimeline({ data, view, matches, el, $, duration, count, plural, STATUS, isBad, statusOf, nameOf, placeOf, open,
			closeSheet: () => sheet.close(),
			ask(q) {
				view.q = q;
				clearTimeout(asking);
				asking = setTimeout(changed, 80);
			},
			askNow(q) {
				clearTimeout(asking);
				if (view.q !== q || asking) {
					view.q = q;
					asking = 0;
					changed();
				}
			} });

		function changed() {
			arrange();
			table.fill();
			timeline.filter();
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
				...(data.parts ? [["steps", plural(data.words[2]), "c-num num c-part"],
					["hooks", "hooks", "c-num num c-part"]] : []),
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
				if (data.parts) {
					c[5].textContent = duration(T.p[i]);
					c[6].textContent = duration(T.h[i]);
				}
				c[c.length - 1].textContent = T.t[i];
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
					if (data.parts) {
						row(plural(data.words[2]), el("i", { class: "key g-steps" }), duration(T.p[i]));
						row("hooks and fixtures", el("i", { class: "key g-hooks" }), duration(T.h[i]));
						row("the rest", duration(rest));
					}
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
						el("h2", null, nameOf(i)), el("code", null, placeOf(i)), list,
							...(data.parts ? [split(i)] : []), acts);
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
		timeline.filter();
		timeline.draw();
		if (asked && view.test >= 0)
			open(view.test, null);
		else if (asked)
			$("tests").scrollIntoView();
		document.documentElement.dataset.ready = "yes";
	}

	load().then((data) => {
		start(data);
	}).catch((e) => {
		const view = $("timeline-view");
		if (view)
			view.append(el("p", { class: "note" }, "The data of this page cannot be read (" + e.message + "); the tables below are whole."));
		console.error(e);
	});
})();
