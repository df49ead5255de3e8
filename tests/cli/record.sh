# a record that was cut short, and bytes that are no record
exec 2>&1
mkdir cut other
echo true >a.sh
fettle run -q --output whole --units 'a.sh' -- sh {}
head -n 3 whole/events.jsonl >cut/events.jsonl
printf '{"ev":"begin","t":1' >>cut/events.jsonl
fettle report cut | head -n 1
echo 'no record' >other/events.jsonl
fettle report other && rc=0 || rc=$?
echo "exit code $rc"
: >other/events.jsonl
fettle report other && rc=0 || rc=$?
echo "exit code $rc"
# a report that there is stays where there is nothing to be told
for format in trace otlp html; do
	echo 'of last time' >kept
	fettle report other --format $format --output kept || cat kept
done
# ... and rows that cannot be read are told of whichever way the rest is read
sed '2i not a row' whole/events.jsonl >cut/events.jsonl
for format in trace otlp json; do
	fettle report cut --format $format --output told
done
