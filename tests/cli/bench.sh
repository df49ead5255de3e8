# measuring commands, and what goes wrong with them
try() { echo "\$ fettle $*"; fettle "$@" && rc=0 || rc=$?; echo "exit code $rc"; }
keys() { python3 -c "$1" bench.json; }
exec 2>&1
try bench
try bench exec
try bench exec -r 3 -- no-such-command
try bench exec -r 3 -- ./no/such/command
try bench exec -r 3 -- true ---
try bench exec -c 'true | cat'
try bench exec -n a -n b -- true
try bench exec -p n=5..1 -- true
try bench exec -p n=-9223372036854775807..9223372036854775807 -- true
try bench exec -q -r 1 --warmup 0 -p n=9223372036854775806..9223372036854775807 -- sh -c 'echo {n} >>numbers' >/dev/null
sort -u numbers
try bench exec -p a=1..256 -p b=1..256 -p c=1..256 -p d=1..256 -p e=1..256 -p f=1..256 -p g=1..256 -p h=1..256 -- true
try bench exec --success-codes 0,x -- true
try bench exec --input nowhere -- true
try bench exec -r 5 -f junit -- sh -c 'exit 3'
try bench exec -r 3 --setup 'exit 1' -- true
try bench exec -r 3 --prepare 'exit 1' -- true
try bench exec -r 3 -o /proc/nowhere -- true

# fails 1 in 20: counted, in no figure
cat >flaky <<'END'
#!/bin/sh
n=$(($(cat count) + 1)); echo $n >count; test $((n % 20)) != 0
END
chmod +x flaky; echo 0 >count
fettle bench exec -q --warmup 0 -r 60 -o . -f json -- ./flaky >printed && echo good || echo "exit code $?"
cmp printed bench.json
python3 - <<'END'
import json
b = json.load(open("bench.json"))["benchmarks"][0]
print(b["good"], b["failed"], b["failure"], [m["summary"]["n"] for m in b["metrics"]])
print([i for i, v in enumerate(b["metrics"][0]["values"]) if v is None])
END

# floods its output
fettle bench exec -q -r 3 --command-output pipe -f csv -- sh -c 'head -c 20000000 /dev/zero' | cut -d, -f1-5 | head -2
fettle bench exec -q -r 3 -f csv -- sh -c 'head -c 20000000 /dev/zero; echo x >&2' | cut -d, -f2-5 | head -2

# takes no TERM
fettle bench exec -q -r 1 --warmup 0 --timeout 200ms -f csv -- sh -c 'trap "" TERM; while :; do sleep 1; done' | cut -d, -f2-5 | head -2
python3 -c 'import json; b = json.load(open(".fettle/bench/bench.json"))["benchmarks"][0]; print(b["timed_out"], b["failure"])'

# before and after, and a matrix
echo >log
fettle bench exec -q --warmup 1 -r 2 --setup 'echo setup >>log' --prepare 'echo prepare {n} >>log' \
	--conclude 'echo conclude {n} >>log' --cleanup 'echo cleanup >>log' -p n=7,8 -f csv -- sh -c 'echo run {n} >>log' |
	grep ,wall, | cut -d, -f1-5
head -2 log; tail -1 log; sort log | uniq -c | sed 's/^ *//'
