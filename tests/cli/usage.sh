# what a person sees who types the wrong thing
try() { echo "\$ fettle $*"; fettle "$@" && rc=0 || rc=$?; echo "exit code $rc"; }
exec 2>&1
try
try rnu
try --version
try run
try run --retires 2 -- true
try run --workers many -- true
try run --units 'no*.sh' -- sh {}
try run -- sh {}
try run --units 'usage*' -- sh -x
try run -- no-such-command
try run --keep-tree -- true
try report
try report no-such-run
try history extra
try completion csh
