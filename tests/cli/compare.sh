# what got slower
try() { echo "\$ fettle $*"; fettle "$@" && rc=0 || rc=$?; echo "exit code $rc"; }
verdict() { python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["verdict"], [r["verdict"] for r in d["rows"] if r["metric"] == sys.argv[1]])' "$1"; }
exec 2>&1
try compare
try compare one
try compare nowhere nobody
try compare --against true
try compare --against 'true &' -- true
try compare --against no-such-command -- true
try compare --min-effect cpu=much --against true -- true
mkdir torn foreign later empty
printf '{"format":"fettle-bench","version":1,"benchm' >torn/bench.json
echo '{"results":[]}' >foreign/bench.json
echo '{"format":"fettle-bench","version":9}' >later/bench.json
for bad in torn foreign later empty; do try compare $bad $bad; done

# three times as much is more than any neighbour explains
fettle compare -q -r 10 -m wall -f json --against 'sleep 0.05' -- sleep 0.15 | verdict wall
fettle compare -q -r 10 -m wall -f json --against 'sleep 0.05' -- sleep 0.15 >json && echo good || echo "exit code $?"
fettle compare -q -r 6 --max-rounds 6 -m wall --min-effect wall=200 --against 'sleep 0.05' -- sleep 0.05 >json && echo good

# of records, and of another machine
fettle bench exec -q -r 10 -n it -o base -- sleep 0.03 >/dev/null
fettle bench exec -q -r 10 -n it -o now -- sleep 0.12 >/dev/null
fettle compare -m wall -f json base now >json && echo good || echo "exit code $?"
verdict wall <json
fettle compare -m wall -f json base base >json && echo good || echo "exit code $?"
sed 's/"machine":{"id":"[^"]*"/"machine":{"id":"elsewhere"/' base/bench.json >there.json
fettle compare -m wall -f json there.json now >json && echo good || echo "exit code $?"
verdict wall <json
fettle compare -m wall there.json now | grep note

# two runs of a suite
mkdir u
for i in 1 2 3; do printf 'exit 0\n' >u/$i.sh; done
fettle run -q -o run1 --no-history --units 'u/*.sh' -- sh {} >/dev/null
fettle run -q -o run2 --no-history --units 'u/*.sh' -- sh {} >/dev/null
fettle compare run1 run2 >text && echo good || echo "exit code $?"
printf 'exit 1\n' >u/2.sh
fettle run -q -o run3 --no-history --units 'u/*.sh' -- sh {} >/dev/null 2>&1 || true
fettle compare -f json run1 run3 >json && echo good || echo "exit code $?"
python3 -c 'import json; d = json.load(open("json")); print(d["verdict"], [(t["what"], t["name"]) for t in d["tests"] if t["what"] not in ("slower", "faster")])'
try compare run1 base
fettle compare -q -f json --against true -- false >json && echo good || echo "exit code $?"
