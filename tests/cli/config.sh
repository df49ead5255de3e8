# fettle config, read aloud: every message that a wrong file gives
try() { echo "\$ fettle $*"; fettle "$@" && rc=0 || rc=$?; echo "exit code $rc"; }
exec 2>&1
try config
try config chekc
try config check
try config show --force
try config init --origin
try config init there.yaml
try config schema there.yaml
try config show trun
try config show targets -j4
try config show --profile ci

cat >wrong.yaml <<'END'
log_level: inof
test_timeout: 30
default_memory_limit: -5m
workers: 4
targets:
  container_startup_ms: 1e308
  api_response_p99_ms: -200
  throughput_rps: fast
  eror_rate_percent: 5
  latency: p95 < 20
  wall: p9x < 20ms
  rss: 20ms
benchmarks:
  iterations: 0
  itertions: 10
  iterations: 5
bench:
  - name: a
    command: echo 'hi
  - name: b
    url: http://127.0.0.1/
    headers: [TOKEN-IN-THE-WRONG-PLACE]
  - subject: http
    rounds: *x
    timeout: 5
ci:
  targets: &t {latency: p95 < 1 parsec}
dev:
  <<: *t
load: {}
rnu: {}
END
try config check wrong.yaml

# what YAML itself does not take ends the reading; what stood before it is told
printf 'run:\n  workers: 4\nrun:\n\tretries: 2\n \torder: x\n' >tab.yaml
printf 'run: {workers: 4\nbench: [\n' >open.yaml
printf 'run: {}\n---\nrun: {}\n' >two.yaml
: >empty.yaml
for f in tab open two empty missing; do try config check $f.yaml; done

cat >good.yaml <<'END'
run: {workers: 2, env: {TOKEN: abc}}
bench: [{name: hello, command: echo hello, targets: {wall: p95 < 20ms}}]
ci: {run: {workers: 4}}
END
try config check good.yaml empty.yaml
try config show --config good.yaml --origin bench
CI=true try config show --config good.yaml --origin run --retries 2 | grep -v -e default -e 'not given'
try config show --config good.yaml --profile cii
try run --config good.yaml --profile prod -- true
echo 'run: {workers: 4}
bench: 5' >other.yaml
try config show --config other.yaml run
try run -q --config other.yaml -- true
try config init -o good.yaml
try config init
try config check
