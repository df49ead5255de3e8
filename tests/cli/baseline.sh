# results that are kept by name
try() { echo "\$ fettle $*"; fettle "$@" && rc=0 || rc=$?; echo "exit code $rc"; }
told() { "$@" >text && rc=0 || rc=$?; grep -e '^base' -e regressed: -e '^not' -e '^inconclusive' -e '^fettle' text; echo "exit code $rc"; }
exec 2>&1
try baseline
try baseline sav
try baseline save
try baseline save a b
try baseline list a
try baseline list --force
try baseline use -f json a
try baseline list
try baseline use main
try baseline remove main
try baseline save main
try compare
try compare main

# a bench
fettle bench exec -q -r 10 -n it -- sleep 0.02 >/dev/null
try baseline save main
try baseline save main
try baseline save --force --use main
for name in ../main /main . .. .in-use -- '' 'a b' 'a/b' "$(printf %0101d 0)"; do try baseline save -- "$name"; done
try baseline save other --from nowhere
mkdir torn
echo '{"format":"fettle-bench","version":1,"benchm' >torn/bench.json
try baseline save other --from torn
ls -A .fettle/baselines
fettle bench exec -q -r 10 -n it -- sleep 0.08 >/dev/null
told fettle compare -m wall | sed 's/, on .*//; s/(.*UTC)/(TIME)/; s/measured .* (/measured AGE (/'
told fettle compare -m wall -f markdown main | grep -c baseline
fettle compare -m wall -f json main | python3 -c 'import json, sys; print(json.load(sys.stdin)["verdict"])'
told fettle compare -m wall main main | grep exit
try baseline save now --from .fettle/bench
told fettle compare -m wall main now | grep exit

# a run; the kind that was made last is compared
mkdir u
for i in 1 2; do echo true >u/$i.sh; done
fettle run -q --units 'u/*.sh' -- sh {}
try baseline save suite
echo false >u/2.sh
fettle run -q --units 'u/*.sh' -- sh {} >/dev/null 2>&1 || true
told fettle compare suite | grep -e exit -e regressed | sed 's/;.*//'
told fettle compare main suite | grep exit
try compare u main
try baseline list | sed 's/, .*//; s/20..-..-.. ..:..:../TIME/; s/  [^ ]*  *-  .*/ .../'
fettle baseline list -f json | python3 -c 'import json, sys; print([(b["name"], b["bench"], b["run"], b["in_use"]) for b in json.load(sys.stdin)["baselines"]])'
try baseline remove main
try compare

# a link leads nowhere
mkdir victim
echo kept >victim/baseline.json
ln -s "$PWD/victim" .fettle/baselines/link
try baseline use link
try baseline remove link
cat victim/baseline.json
