# one run for each file: verdicts, files, and the same reports again
for i in 1 2; do echo "echo good $i" >"good$i.sh"; done
echo 'echo "what went wrong"; exit 3' >bad.sh
fettle run -j1 -q --order given --output out --units '*.sh' -- sh {} 2>said && rc=0 || rc=$?
sed -n '/^Failed/,/^Counts/p' said
echo "exit code $rc"
ls out
for format in text json markdown junit html; do
	case $format in text) file=report.txt ;; markdown) file=report.md ;; junit) file=junit.xml ;; *) file=report.$format ;; esac
	fettle report out --format "$format" | cmp - "out/$file" && echo "$format is the same again"
done
fettle report out --format trace | cmp - out/trace.json.gz && echo "trace is the same again"
fettle run --list --units '*.sh' -- sh {}
