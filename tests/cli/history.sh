# what the history tells of benchmarks and suites
try() { echo "\$ fettle $*"; fettle "$@" && rc=0 || rc=$?; echo "exit code $rc"; }
exec 2>&1
try history
mkdir .fettle
try history
try history --bench hello
try history --metric p99
try history --wall
try history --bench hello --slowest

# benches and runs are remembered, with the commit
mkdir -p .git/refs/heads suite
echo 'ref: refs/heads/main' >.git/HEAD
echo 0123456789abcdef0123456789abcdef01234567 >.git/refs/heads/main
fettle bench exec -q -r 3 -n real -- true >/dev/null
fettle bench exec -q -r 3 -n real -- false >/dev/null || echo "exit code $?"
fettle bench exec -q -r 3 -n real --no-history -- true >/dev/null
printf 'bench:\n  benches:\n  - {name: named, subject: exec, command: "true", rounds: 3}\n' >bench.yaml
fettle bench -q --config bench.yaml --output out >/dev/null
for i in 1 2; do echo true >suite/$i.sh; done
fettle run -q --units 'suite/*.sh' -- sh {}
fettle run -q --units 'suite/*.sh' -- sh {}
cat >ask.py <<'EOF'
import json, subprocess, sys
d = json.loads(subprocess.run(["fettle", "history", "-f", "json"] + sys.argv[1:], capture_output=True, check=True).stdout)
for s in d["series"]:
    print(s["kind"], s["name"], s.get("file", ""), s["metric"], s["unit"], len(s["points"]), s["left_out"],
          s["points"][0]["commit"][:4], [(c["at"], c["percent"] > 0) for c in s["changes"]])
EOF
python3 ask.py --bench real
python3 ask.py --bench 'n*' --metric 'c*'
python3 ask.py --wall --unit 'suite/1.sh' --test 'suite/2.sh::*'
python3 ask.py

# 200 sessions with three changes and two outliers, and some of another machine
cat >fill.py <<'EOF'
import random, sqlite3
random.seed(5)
db = sqlite3.connect(".fettle/history.db")
db.execute("DELETE FROM bench_figures")
db.execute("DELETE FROM bench_results")
db.execute("DELETE FROM benches")
db.execute("INSERT INTO benches VALUES(1, '<b>\x1b[31mhello')")
for i in range(-7, 200):
    v = 1.2e6 * (1 + 0.02 * random.gauss(0, 1))
    v *= (1.05 if i >= 60 else 1) * (0.94 if i >= 110 else 1) * (1.08 if i >= 160 else 1)
    v *= 2 if i == 30 else 3 if i == 135 else 1
    session = db.execute("INSERT INTO bench_sessions(started_ns, machine, commit_id, tool, figures) VALUES(?, ?, ?, '', 1)",
                         ((1767225600 + i * 86400) * 10**9, "old" if i < 0 else "new", "%03d" % (i + 7) + 37 * "a")).lastrowid
    db.execute("INSERT INTO bench_results VALUES(1, ?, 30, 0)", (session,))
    db.execute("INSERT INTO bench_figures VALUES(1, 'wall', ?, 'ns', 30, ?, NULL, NULL)", (session, int(v)))
db.commit()
EOF
python3 fill.py
python3 ask.py --bench '*hello' | cat -v
try history --bench '*hello'
try history --bench '*hello' --min-effect 50
fettle history | tail -n 1
fettle history --format html --output page.html
python3 - <<'EOF'
import re
page = open("page.html", encoding="utf-8").read()
print(page.count("<svg"), page.count("<circle"), page.count('class="change"'), page.count("<script"), "<b>\x1b" in page)
print(re.findall(r'<text [^>]*>([-+][0-9.]+ %)</text>', page))
EOF
try history --format html --output no/such/folder

# what is no history stays as it is, and what was measured is told all the same
echo 'no database' >.fettle/history.db
fettle bench exec -q -r 2 -n real -- true 2>&1 | sed 's/corrupt-[0-9TZ]*/corrupt/' | grep -e '^fettle' -e '^real'
ls .fettle | sed 's/corrupt-.*/corrupt/'
rm -r .fettle
echo 'no folder' >.fettle
fettle bench exec -q -r 2 -n real -o out -- true 2>&1 | grep -e '^fettle' -e '^real'
