# Loaded by bats for tests/cli/run: runs one case and compares what it gives.

# What differs between two good runs of the same case. Keep it short: each line
# here is something that no case can check.
scrub() {
	sed -E \
		-e "s#${CLI_FOLDER//./\\.}#FOLDER#g" \
		-e "s#${CLI_FETTLE//./\\.}#fettle#g" \
		-e 's#[0-9]{8}-[0-9]{6}-[0-9a-z]{4}#RUN#g' \
		-e 's#[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z#TIME#g' \
		-e 's#\b([0-9]+ h )?([0-9]+ m )?[0-9]+(\.[0-9]+)? (ns|us|µs|ms|s|m|h)\b#DURATION#g' \
		-e 's#\bfettle [0-9]+\.[0-9]+\.[0-9]+[^ ]*#fettle VERSION#g' \
		-e 's#\bpid [0-9]+#pid PID#g' \
		-e 's#[ \t]+$##'
}

# Writes or compares one of .out, .err, .rc; no file means empty, and 0 for .rc.
settle() {
	local have=$1 wanted=$2 blank=$3
	if [ "${FETTLE_ACCEPT-}" = 1 ]; then
		if [ "$(cat "$have")" = "$blank" ]; then rm -f "$wanted"; else cp "$have" "$wanted"; fi
		return 0
	fi
	if [ ! -e "$wanted" ]; then
		wanted=$CLI_WORK/blank
		printf '%s' "$blank" >"$wanted"
		[ -z "$blank" ] || echo >>"$wanted"
	fi
	diff -u --label "wanted${have##*/got}" --label "got${have##*/got}" "$wanted" "$have"
}

run_case() {
	local name=$1 got=$CLI_WORK/$1/got rc=0 bad=0
	CLI_FOLDER=$CLI_WORK/$1/folder
	mkdir -p "$CLI_FOLDER" "$CLI_WORK/$1/home"
	(
		# bats keeps its own descriptors open, and a child that lingers would hold bats up
		exec 3>&- 4>&-
		cd "$CLI_FOLDER" || exit 1
		env -i PATH="$(dirname "$CLI_FETTLE"):$PATH" HOME="$CLI_WORK/$name/home" TMPDIR="${TMPDIR:-/tmp}" \
			LC_ALL=C TZ=UTC CASES="$CLI_CASES" COLUMNS=80 \
			timeout -k 5 "${FETTLE_CASE_TIMEOUT:-60}" sh -eu "$CLI_CASES/$name.sh"
	) </dev/null >"$got.raw.out" 2>"$got.raw.err" || rc=$?
	scrub <"$got.raw.out" >"$got.out"
	scrub <"$got.raw.err" >"$got.err"
	echo "$rc" >"$got.rc"
	if [ "$rc" = 77 ] && grep -q '^skipped: ' "$got.raw.out"; then
		skip "$(sed -n 's/^skipped: //p' "$got.raw.out" | head -n 1)"
	fi
	settle "$got.rc" "$CLI_CASES/$name.rc" 0 || bad=1
	settle "$got.out" "$CLI_CASES/$name.out" "" || bad=1
	settle "$got.err" "$CLI_CASES/$name.err" "" || bad=1
	return $bad
}
