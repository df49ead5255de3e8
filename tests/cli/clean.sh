# what is old goes, and what dead processes left; what lives stays. What others left in /tmp is not told here
try() { echo "\$ fettle $*"; fettle "$@" >text && rc=0 || rc=$?; grep -e '\.fettle' -e "$PWD/tmp/fettle" text | grep -v "^removed nothing" | sed 's/, [0-9.]* [KMG]*i*B$/, SIZE/; s/fettle\.[A-Za-z0-9]\{6\}/fettle.XXXXXX/'; echo "exit code $rc"; }
exec 2>&1
try clean
fettle clean extra && rc=0 || rc=$?
echo "exit code $rc"
fettle clean --older-than soon && rc=0 || rc=$?
echo "exit code $rc"
fettle clean --baselines && rc=0 || rc=$?
echo "exit code $rc"

mkdir u tmp
export TMPDIR="$PWD/tmp"
echo true >u/1.sh
for i in 1 2 3; do fettle run -q --units 'u/*.sh' -- sh {}; done
fettle bench exec -q -r 2 -n it -- true >/dev/null
fettle baseline save --use main
fettle baseline save other
try clean
try clean --keep 1 --dry-run
ls .fettle/runs | wc -l
try clean --older-than 1d
try clean --keep 1
readlink .fettle/runs/latest | grep -c "$(ls .fettle/runs | head -n 1)"
mv .fettle/runs/2* .fettle/runs/20200101-000000-abcd
try clean --older-than 1000d
ls .fettle/runs

# a run that goes on
echo 'echo $$ >pid; exec sleep 100' >u/2.sh
fettle run -q --worker-memory 0 --units 'u/2.sh' -- sh {} >/dev/null 2>&1 &
while ! [ -s pid ]; do sleep 0.05; done
touch -d '1 hour ago' tmp/fettle.*
try clean --keep 0
ls tmp | wc -l
ls .fettle/runs | wc -l
kill -9 $!
{ wait $! || true; } 2>/dev/null
kill "$(cat pid)" || true
touch -d '1 hour ago' tmp/fettle.*
try clean --keep 0
ls -A tmp .fettle/runs

# named or not at all
ls -A .fettle .fettle/baselines
try clean --keep 0 --baselines --history
ls -A .fettle .fettle/baselines

# links
mkdir victim
echo kept >victim/kept
rmdir .fettle/runs
ln -s "$PWD/victim" .fettle/runs
try clean --keep 0
mv .fettle real
ln -s real .fettle
try clean --keep 0
cat victim/kept
