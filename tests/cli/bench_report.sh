# reports of benchmarks, as they are measured and again from the record
try() { echo "\$ fettle $*"; fettle "$@" && rc=0 || rc=$?; echo "exit code $rc"; }
exec 2>&1
fettle bench exec -q -r 25 -o rec -n a -n b -- true --- sh -c 'exit 0' >printed
fettle report rec | cmp - printed && echo the same text
fettle report rec/bench.json -f json | cmp - rec/bench.json && echo the same JSON
for form in csv markdown junit hyperfine go openmetrics bencher html; do
	fettle report rec -f $form -o "again.$form" && test -s "again.$form" || echo "no $form"
done
fettle bench exec -q -r 3 -o other -f html -- true | head -1
fettle bench exec -q -r 3 -o other -f bencher -n x -- true | head -3 | sed 's/: {"value.*//'

# benches of fettle.yaml leave a page and JUnit beside the record; a target that is missed is a failure
cat >fettle.yaml <<'END'
bench:
  - name: hello
    command: echo hello
    rounds: 20
    concurrency: [1, 4]
    targets: {wall: p95 < 60s, error_rate: "< 5%", throughput: "> 1000000/s"}
END
fettle bench -q -o out >printed && echo good || echo "exit code $?"
(cd out && echo *)
grep -c '^  met ' printed
grep '^  MISSED' printed | sed 's/: .*wanted/: wanted/; s/missed by.*(/(/'
fettle report out | cmp - printed && echo the same text
fettle report out -f html | cmp - out/bench.html && echo the same page
fettle report out -f junit | cmp - out/junit.xml && echo the same JUnit
grep -c '<failure' out/junit.xml
rm out/bench.html && mkdir out/bench.html
fettle bench -q -o out >/dev/null && echo good || echo "exit code $?"
rm -r out/bench.html out/junit.xml

# what there is no such report of
try report rec -f trace
mkdir run && echo '{"ev":"run","v":1,"t":0}' >run/events.jsonl
try report run -f bencher
head -c 400 rec/bench.json >torn.json
try report torn.json
try report no.json
echo '{"results":[]}' >foreign.json
try report foreign.json -f html
