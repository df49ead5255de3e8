package fettle

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// The child of a test: marks by what its environment asks for.
func TestMain(m *testing.M) {
	switch os.Getenv("FETTLE_GO_TEST") {
	case "marks":
		p := Phase("outer")
		q := p.Phase("in\"ner\n")
		q.End()
		q.End()
		db := Container("db", "postgres:16")
		db.Ready(true)
		db.Stopped()
		Scenario("buys a book").EndAs(Failed)
		Count("rows", 3)
		Value("size_bytes", -7)
		p.End()
		os.Exit(7)
	case "many":
		var all sync.WaitGroup
		for i := 0; i < 8; i++ {
			all.Add(1)
			go func() {
				defer all.Done()
				for k := 0; k < 500; k++ {
					Do("many", func() {})
				}
			}()
		}
		all.Wait()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func rows(t *testing.T, what string, code int) []map[string]any {
	t.Helper()
	path := filepath.Join(t.TempDir(), "events")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "FETTLE_EVENTS="+path, "FETTLE_GO_TEST="+what)
	_ = child.Run()
	if got := child.ProcessState.ExitCode(); got != code {
		t.Fatalf("exit code %d", got)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []map[string]any
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var row map[string]any
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatalf("%v: %s", err, lines.Text())
		}
		all = append(all, row)
	}
	return all
}

func TestMarksAreRowsInOrder(t *testing.T) {
	all := rows(t, "marks", 7)
	if len(all) != 11 {
		t.Fatalf("%d rows: %v", len(all), all)
	}
	if all[1]["in"] != all[0]["id"] || all[1]["name"] != "in\"ner\n" || all[1]["thread"] != all[0]["thread"] {
		t.Errorf("the inner phase: %v", all[1])
	}
	if all[3]["kind"] != "container" || all[3]["image"] != "postgres:16" || all[4]["in"] != all[3]["id"] {
		t.Errorf("the container: %v %v", all[3], all[4])
	}
	if all[7]["st"] != "failed" || all[8]["num"] != 3.0 || all[9]["num"] != -7.0 {
		t.Errorf("verdict and numbers: %v", all[7:10])
	}
	before := 0.0
	for _, row := range all {
		if row["t"].(float64) < before {
			t.Errorf("times fall: %v", row)
		}
		before = row["t"].(float64)
	}
}

func TestGoroutinesMixNoLines(t *testing.T) {
	ids := map[float64]int{}
	for _, row := range rows(t, "many", 0) {
		ids[row["id"].(float64)]++
	}
	if len(ids) != 4000 {
		t.Errorf("%d spans", len(ids))
	}
	for id, n := range ids {
		if n != 2 {
			t.Errorf("span %v has %d rows", id, n)
		}
	}
}

func TestOutsideNothingIsDone(t *testing.T) {
	if os.Getenv("FETTLE_EVENTS") != "" {
		t.Skip("inside of fettle")
	}
	p := Phase("x")
	p.Phase("y").End()
	p.Ready(true)
	p.End()
	Count("n", 1)
	if On() || p != nil {
		t.Error("somebody listens")
	}
}

func BenchmarkOff(b *testing.B) {
	for i := 0; i < b.N; i++ {
		Phase("x").End()
	}
}
