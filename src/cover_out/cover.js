/* What coverage's pages can do beyond reading: sort, filter, walk by key. Without it all stands there as well. */
(() => {
	"use strict";

	const make = (name, attributes, ...inside) => {
		const e = document.createElement(name);
		for (const key in attributes) {
			if (key in e && key !== "list") e[key] = attributes[key];
			else e.setAttribute(key, attributes[key]);
		}
		e.append(...inside);
		return e;
	};
	const keys = new Map(); // of this page: key -> [what it does, function]
	const on = (key, text, run) => keys.set(key, [text, run]);

	document.addEventListener("keydown", (event) => {
		if (event.ctrlKey || event.metaKey || event.altKey) return;
		const field = event.target.closest("input, select, textarea");
		if (field) {
			if (event.key === "Escape") field.blur();
			if (event.key !== "Enter") return;
		}
		if (document.querySelector("dialog[open]") || (event.key === "Enter" && !field)) return;
		const found = keys.get(event.key);
		if (!found) return;
		event.preventDefault();
		found[1]();
	});

	function dialog(heading, ...inside) {
		const close = make("button", { type: "button" }, "Close");
		const box = make("dialog", {}, make("h2", {}, heading), ...inside, close);
		close.onclick = () => box.close();
		box.onclose = () => box.remove();
		document.body.append(box);
		box.showModal();
	}

	function help() {
		const rows = [...keys].filter(([, [text]]) => text).flatMap(([key, [text]]) => [
			make("dt", {}, make("kbd", {}, key)), make("dd", {}, text)]);
		dialog("Keys", make("dl", {}, ...rows));
	}
	on("?", "this list", help);

	const helpButton = () => {
		const b = make("button", { type: "button", title: "Keys" }, make("kbd", {}, "?"));
		b.setAttribute("aria-label", "Keys");
		b.onclick = help;
		return b;
	};

	/* Tables */

	const numberOf = (text) => parseFloat(text.replace(/,/g, ""));
	const count = (n) => n.toLocaleString("en-US");
	const human = new Intl.Collator("en", { numeric: true });

	class List {
		constructor(table) {
			this.table = table;
			this.body = table.tBodies[0];
			this.kind = table.id;
			const texts = this.kind === "files" ? 1 : 2;
			this.rows = [...this.body.rows].map((row, i) => {
				const cells = [...row.cells].slice(0, -1).map((cell) => cell.textContent);
				return {
					row, i, text: cells.slice(0, texts).join(" ").replace(/ !$/, "").toLowerCase(), whole: row.className === "whole",
					values: cells.map((text, k) => (k < texts ? text : numberOf(text))),
				};
			});
			this.texts = texts;
			this.heads = [...table.tHead.rows[0].cells];
			this.heads.forEach((head, k) => {
				const name = head.textContent;
				const button = make("button", { type: "button" }, name);
				button.onclick = () => this.sortBy(k);
				head.replaceChildren(button);
				head.dataset.column = k;
			});
			this.words = "";
			this.hide = false;
			this.column = -1; // as they stand
			this.down = false;
			this.total = table.tFoot ? [...table.tFoot.rows[0].cells] : null;
			this.whole = this.total && this.total.map((cell) => cell.textContent);
			this.tools();
			this.read();
			this.draw();
		}

		tools() {
			this.search = make("input", { type: "search", placeholder: "Filter", "aria-label": `Filter ${this.kind}` });
			this.button = make("button", { type: "button", "aria-pressed": "false" }, "Hide fully covered");
			this.output = make("output", { "aria-live": "polite" });
			this.search.oninput = () => { this.words = this.search.value; this.changed(); };
			this.button.onclick = () => { this.hide = !this.hide; this.changed(); };
			this.bar = make("div", { className: "tools", role: "search" }, this.search, this.button, helpButton(), this.output);
			this.table.before(this.bar);
			/* A browser is slow with tens of thousands of rows: they come as one scrolls. */
			this.more = make("button", { type: "button", className: "more" });
			this.more.onclick = () => this.extend();
			new IntersectionObserver((seen) => { if (seen.some((e) => e.isIntersecting)) this.extend(); }, { rootMargin: "600px" })
				.observe(this.more);
			this.table.after(this.more);
			this.nothing = make("p", { className: "none", hidden: true }, "Nothing matches.");
			this.table.after(this.nothing);
		}

		sortBy(column, down) {
			const fresh = column !== this.column;
			this.column = column;
			this.down = down ?? (fresh ? column >= this.texts && column !== this.heads.length - 1 : !this.down);
			this.changed();
		}

		changed() {
			this.write();
			this.draw();
		}

		/* An address brings others to the same view. */
		read() {
			if (document.body.classList.contains("single")) return;
			const asked = new URLSearchParams(location.hash.slice(1));
			this.words = this.search.value = asked.get("q") || "";
			this.hide = asked.has("misses");
			const sort = /^(-?)(\d+)$/.exec(asked.get("sort"));
			this.column = sort && +sort[2] < this.heads.length ? +sort[2] : -1;
			this.down = Boolean(sort && sort[1]);
		}

		write() {
			if (document.body.classList.contains("single")) return;
			const state = new URLSearchParams();
			if (this.words) state.set("q", this.words);
			if (this.hide) state.set("misses", "");
			if (this.column >= 0) state.set("sort", (this.down ? "-" : "") + this.column);
			const text = state.toString();
			history.replaceState(null, "", text ? "#" + text : location.pathname + location.search);
			for (const a of document.querySelectorAll(".tabs a")) a.hash = text;
		}

		draw() {
			const words = this.words.toLowerCase().split(/\s+/).filter(Boolean);
			const shown = this.rows.filter((r) => !(this.hide && r.whole) && words.every((w) => r.text.includes(w)));
			const k = this.column, sign = this.down ? -1 : 1;
			const order = k < this.texts
				? (a, b) => human.compare(a.values[k], b.values[k])
				: (a, b) => a.values[k] - b.values[k];
			if (k >= 0) shown.sort((a, b) => sign * order(a, b) || a.i - b.i);
			this.shown = shown;
			this.body.replaceChildren();
			this.extend();
			this.heads.forEach((head, i) => {
				if (i === k) head.setAttribute("aria-sort", this.down ? "descending" : "ascending");
				else head.removeAttribute("aria-sort");
			});
			this.button.setAttribute("aria-pressed", this.hide);
			const all = this.rows.length;
			this.output.value = shown.length === all ? `${count(all)} ${this.kind}` : `${count(shown.length)} of ${count(all)} ${this.kind}`;
			this.nothing.hidden = shown.length > 0;
			this.table.hidden = shown.length === 0;
			this.more.hidden ||= this.table.hidden;
			this.sum(shown);
		}

		/* Puts more of the rows that are shown into the table, up to row i at least. */
		extend(i = 0) {
			const from = this.body.rows.length, to = Math.max(from + 300, i + 1);
			this.body.append(...this.shown.slice(from, to).map((r) => r.row));
			const left = this.shown.length - this.body.rows.length;
			this.more.hidden = left <= 0;
			this.more.textContent = `${count(left)} more`;
		}

		/* The last row adds up what is shown. */
		sum(shown) {
			if (!this.total) return;
			const numbers = this.heads.length - 1; // the last is the percentage
			if (shown.length === this.rows.length) {
				this.total.slice(1, -1).forEach((cell, i) => { cell.textContent = this.whole[i + 1]; });
				this.total[0].textContent = this.whole[0];
				return;
			}
			this.total[0].textContent = "Shown";
			for (let i = 1; i < numbers; i++) this.total[i].textContent = count(shown.reduce((n, r) => n + r.values[i], 0));
			this.total[numbers].textContent = "";
		}

		focusRow(step) {
			const at = document.activeElement.closest("tr");
			const i = this.shown.findIndex((r) => r.row === at);
			const to = i < 0 ? 0 : Math.max(0, Math.min(this.shown.length - 1, i + step));
			const next = this.shown[to];
			if (to >= this.body.rows.length) this.extend(to);
			if (next) next.row.querySelector("a").focus();
		}
	}

	function index() {
		const lists = [...document.querySelectorAll("table.list")].map((table) => new List(table));
		const now = () => lists.find((l) => !l.bar.hidden) || lists[0];
		if (!lists.length) return lists;
		on("/", "filter", () => now().search.focus());
		on("h", "hide what is fully covered, or show it again", () => now().button.click());
		on("j", "next row", () => now().focusRow(1));
		on("k", "row before", () => now().focusRow(-1));
		on("ArrowDown", "", () => now().focusRow(1));
		on("ArrowUp", "", () => now().focusRow(-1));
		on("n", "sort by name", () => now().sortBy(0));
		on("m", "sort by missing lines", () => now().sortBy(now().texts + 1));
		on("c", "sort by coverage", () => now().sortBy(now().heads.length - 1));
		on("Enter", "from the filter: open the first", () => {
			const first = now().shown[0];
			if (first) first.row.querySelector("a").click();
		});
		if (!document.body.classList.contains("single"))
			window.addEventListener("hashchange", () => lists.forEach((l) => { l.read(); l.draw(); }));
		return lists;
	}

	/* A source */

	class Source {
		constructor(root, go) {
			this.root = root;
			this.table = root.querySelector("table.code");
			this.rows = [...this.table.rows];
			this.at = -1;
			this.go = go;
			this.find();
			this.tools();
			this.drawMap();
			this.table.addEventListener("click", (event) => {
				const th = event.target.closest("th");
				if (th) go(th.parentNode.id);
			});
			root.addEventListener("click", (event) => {
				const a = event.target.closest("a.c");
				if (!a) return;
				event.preventDefault();
				this.contexts(a);
			});
		}

		/* Places to look at: neighbouring lines that were missed or ran in part. Their parts of one kind make the map. */
		find() {
			this.misses = [];
			this.parts = [];
			const grow = (list, i, kind) => {
				const before = list[list.length - 1];
				if (before && before.end === i - 1 && (!kind || before.kind === kind)) before.end = i;
				else list.push({ first: i, end: i, kind });
			};
			this.rows.forEach((row, i) => {
				const kind = row.className[0];
				if (kind !== "m" && kind !== "p") return;
				grow(this.misses, i);
				grow(this.parts, i, kind);
			});
		}

		tools() {
			const tally = this.root.querySelector(".tally");
			for (const item of [...tally.children]) {
				const kind = item.className;
				const button = make("button", { type: "button", className: kind, "aria-pressed": "true" }, ...item.childNodes);
				button.onclick = () => {
					const off = this.table.classList.toggle("off-" + kind);
					button.setAttribute("aria-pressed", !off);
				};
				item.replaceWith(button);
				on(kind, `colour of lines: ${button.textContent.replace(/^[\d,]+ /, "")}`, () => button.click());
			}
			this.near = make("button", { type: "button", "aria-pressed": "false" }, "Misses only");
			this.near.onclick = () => this.fold();
			this.output = make("output", { "aria-live": "polite" });
			tally.append(this.near, helpButton(), this.output);
			tally.setAttribute("role", "toolbar");
			tally.setAttribute("aria-label", "Lines");
			this.say();
			on("j", "next miss", () => this.step(1));
			on("k", "miss before", () => this.step(-1));
			on("h", "only misses and three lines around", () => this.fold());
			on("u", "up to the index", () => this.follow("index"));
			on("[", "file before", () => this.follow("prev"));
			on("]", "next file", () => this.follow("next"));
			on("0", "top of the page", () => scrollTo(0, 0));
		}

		follow(rel) {
			const a = this.root.querySelector(`nav a[rel=${rel}]`);
			if (a) a.click();
		}

		say() {
			const n = this.misses.length;
			this.output.value = !n ? "no miss" : this.at < 0 ? `${count(n)} ${n === 1 ? "place" : "places"} to look at` : `${count(this.at + 1)} of ${count(n)}`;
		}

		step(by) {
			const n = this.misses.length;
			if (!n) return;
			this.at = this.at < 0 ? (by > 0 ? 0 : n - 1) : (this.at + by + n) % n;
			for (const row of this.root.querySelectorAll("tr.at")) row.classList.remove("at");
			const miss = this.misses[this.at];
			for (let i = miss.first; i <= miss.end; i++) this.rows[i].classList.add("at");
			this.rows[miss.first].scrollIntoView({ block: "center" });
			this.say();
		}

		fold() {
			const folded = this.near.getAttribute("aria-pressed") !== "true";
			this.near.setAttribute("aria-pressed", folded);
			const keep = new Uint8Array(this.rows.length);
			for (const miss of this.misses) keep.fill(1, Math.max(0, miss.first - 3), miss.end + 4);
			this.rows.forEach((row, i) => {
				row.hidden = folded && !keep[i];
				row.classList.toggle("gap", folded && Boolean(keep[i]) && i > 0 && !keep[i - 1]);
			});
		}

		drawMap() {
			if (!this.misses.length || this.rows.length < 40) return;
			const space = "http://www.w3.org/2000/svg", n = this.rows.length;
			const svg = document.createElementNS(space, "svg");
			svg.setAttribute("class", "map");
			svg.setAttribute("viewBox", `0 0 1 ${n}`);
			svg.setAttribute("preserveAspectRatio", "none");
			svg.setAttribute("aria-hidden", "true");
			for (const kind of "pm") {
				const path = document.createElementNS(space, "path");
				path.setAttribute("class", kind);
				path.setAttribute("d", this.parts.filter((m) => m.kind === kind)
					.map((m) => `M0 ${m.first}h1v${Math.max(m.end - m.first + 1, n / 300)}H0z`).join(""));
				svg.append(path);
			}
			svg.onclick = (event) => {
				const row = this.rows[Math.floor(event.clientY / innerHeight * n)];
				if (row) row.scrollIntoView({ block: "center" });
			};
			this.root.append(svg);
		}

		contexts(a) {
			const set = this.root.querySelector("#" + CSS.escape(a.getAttribute("href").slice(1)));
			const names = this.root.querySelectorAll(".names li");
			const list = make("ol", {});
			for (const part of set.textContent.split(",")) {
				const [first, last] = part.split("-").map(Number);
				for (let i = first; i <= (last || first); i++) list.append(make("li", {}, names[i - 1].textContent.trim()));
			}
			const line = a.closest("tr").id.slice(1);
			dialog(`Line ${line} ran in ${a.textContent}`, list);
		}
	}

	/* All in one file: sources come out of their packing when asked for. */

	async function unpack(id) {
		const packed = document.getElementById(id);
		if (!packed || packed.type !== "application/gzip") return null;
		const bytes = Uint8Array.from(atob(packed.textContent), (c) => c.charCodeAt(0));
		return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
	}

	function single(lists) {
		const whole = document.getElementById("whole"), page = document.getElementById("page");
		const indexKeys = new Map(keys);
		let shown = "", top = 0;
		const reset = (from) => { keys.clear(); for (const [k, v] of from) keys.set(k, v); };

		function tab(name) {
			const kind = ["files", "functions", "classes"].includes(name) ? name : "files";
			for (const part of document.querySelectorAll("#main > [id]")) {
				part.hidden = part.id !== kind;
			}
			for (const list of lists) {
				const off = list.kind !== kind;
				list.bar.hidden = off;
				list.nothing.hidden = off || list.shown.length > 0;
				list.table.hidden = off || list.shown.length === 0;
				list.more.hidden = off || list.body.rows.length === list.shown.length;
			}
			for (const a of document.querySelectorAll(".tabs a")) {
				if (a.hash === "#" + kind) a.setAttribute("aria-current", "page");
				else a.removeAttribute("aria-current");
			}
		}

		async function show() {
			const asked = /^#(f\d+)(?::(L\d+))?$/.exec(location.hash);
			if (!asked) {
				if (shown) reset(indexKeys);
				shown = "";
				page.replaceChildren();
				page.hidden = true;
				whole.hidden = false;
				tab(location.hash.slice(1));
				scrollTo(0, top);
				return;
			}
			if (shown !== asked[1]) {
				const text = await unpack(asked[1]);
				if (text === null) return;
				if (!shown) top = scrollY;
				shown = asked[1];
				/* Made by fettle, escaped there; the policy keeps anything in it from running. */
				page.innerHTML = text;
				whole.hidden = true;
				page.hidden = false;
				reset(new Map([["?", indexKeys.get("?")]]));
				new Source(page, (id) => { location.hash = shown + ":" + id; });
				scrollTo(0, 0);
			}
			for (const row of page.querySelectorAll("tr.at")) row.classList.remove("at");
			const row = asked[2] && page.querySelector("#" + asked[2]);
			if (row) {
				row.classList.add("at");
				row.scrollIntoView({ block: "center" });
			}
		}
		page.addEventListener("click", (event) => {
			const a = event.target.closest("a[href^='#L']");
			if (!a) return;
			event.preventDefault();
			location.hash = shown + ":" + a.getAttribute("href").slice(1);
		});
		window.addEventListener("hashchange", show);
		return show();
	}

	function start() {
		let lists = [];
		try {
			lists = index();
		} finally {
			for (const table of document.querySelectorAll("table.list")) table.classList.add("alive");
		}
		const code = document.querySelector("body.source table.code");
		if (code) new Source(document.body, (id) => { location.hash = id; });
		return document.body.classList.contains("single") && single(lists);
	}

	/* Until its rows are taken over a table is not laid out: with tens of thousands that takes seconds. */
	document.documentElement.classList.add("js");
	document.addEventListener("DOMContentLoaded", () => {
		Promise.resolve(start()).then(() => { document.documentElement.dataset.ready = "yes"; });
	});
})();
