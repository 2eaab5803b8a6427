package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata anew")

func contains(text, part string) bool { return strings.Contains(text, part) }

// fixedComparison returns a comparison with fixed numbers.
func fixedComparison() *comparison {
	c := &comparison{machines: []machine{{
		Go: "go1.26.8", GOMAXPROCS: 2, Processor: "a processor", CPUs: 2, OS: "linux/amd64 6.1",
		Versions: map[string]string{"tokio": "1.54.1, rustc 1.95.0", "ants": "v2.12.1"},
	}}}
	add := func(workload, runtime, style string, n int, rounds ...pass) {
		for i, p := range rounds {
			c.add(result{
				Workload: workload, Runtime: runtime, Style: style, Workers: 2, N: n, Scale: 1, Round: i,
				pass: p, ColdNS: 2 * p.NS, ColdCPU: 2 * p.CPU,
			})
		}
	}
	ns := func(all ...float64) []pass {
		passes := make([]pass, len(all))
		for i, v := range all {
			passes[i] = pass{NS: v, CPU: 2 * v}
		}
		return passes
	}
	add("spawn", "go", "goroutines", million, ns(400, 500, 90_000)...)
	add("spawn", "edo", "future", million, ns(100, 90, 150, 200)...)
	add("spawn", "edo", "direct", million, ns(300, 310, 290)...)
	add("spawn", "ants", "pool of 1,000", million, ns(700)...)
	add("spawn", "tokio-mt", "future", million, ns(800, 810, 820)...)
	add("spawn", "tokio-ct", "future", million, ns(160, 170, 190)...)
	add("yield", "go", "goroutines", million, ns(300)...)
	add("yield", "edo", "future", million, ns(31)...)
	add("yield", "edo", "direct", million, ns(310)...)
	add("yield", "tokio-mt", "future", million, ns(29)...)
	add("spawn_at_1000", "edo", "future", 1000, ns(80)...)
	add("spawn_at_1000", "tokio-ct", "future", 1000, ns(140)...)
	add("memory", "go", "goroutines", million, pass{NS: 2000, CPU: 4000, Bytes: 2873, GC: 750})
	add("memory", "edo", "future", million, pass{NS: 300, CPU: 500, Bytes: 170, GC: 45})
	echo := func(rate, p99 float64) pass {
		return pass{NS: 1e9 / rate, CPU: 9000, Extra: map[string]float64{"requests_per_s": rate, "p50_us": p99 / 2, "p99_us": p99}}
	}
	add("echo_50_1", "go", "net", 189_000, echo(189_000, 836))
	add("echo_50_1", "edo", "future", 189_000, echo(210_000, 836))
	add("ws_1000", "edo", "future", 150_000, echo(150_000, 9000))
	add("ws_1000", "gorilla", "goroutines", 100_000, echo(100_000, 14_000))
	add("ws_1000", "coder", "goroutines", 130_000, echo(130_000, 12_000))
	add("ws_idle_10000", "edo", "future", 10_000, pass{NS: 160_000, CPU: 90_000, Bytes: 650})
	add("ws_idle_10000", "gobwas", "goroutines", 10_000, pass{NS: 150_000, CPU: 80_000, Bytes: 5800})
	timers := func(ns, late float64) pass {
		return pass{NS: ns, CPU: 1000, Bytes: 190, Extra: map[string]float64{"late_p50_us": 500, "late_p99_us": late, "late_max_us": 2 * late}}
	}
	add("timers", "go", "goroutines", million, timers(3788, 104_000))
	add("timers", "edo", "future", million, timers(1200, 5200))
	return c
}

// golden compares got with a file below testdata. The flag -update writes the file.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test ./bench -run %s -update writes it); got\n%s", path, t.Name(), got)
	}
}

func TestTableOfFixedNumbers(t *testing.T) {
	var out bytes.Buffer
	report(&out, fixedComparison())
	golden(t, "table.txt", out.Bytes())
}

func TestReportOfFixedNumbers(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "benchmarks", "gone.svg")
	if err := os.MkdirAll(filepath.Dir(old), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(old, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := writeReport(dir, fixedComparison()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "benchmarks.md"))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "benchmarks.md", text)
	files, err := filepath.Glob(filepath.Join(dir, "benchmarks", "*.svg"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != bytes.Count(text, []byte(".svg)")) || slices.Contains(files, old) {
		t.Errorf("the charts are %v", files)
	}
	for _, file := range files {
		if !contains(string(text), "(benchmarks/"+filepath.Base(file)+")") {
			t.Errorf("%s is not shown", file)
		}
	}
}

func TestEveryWorkloadCanBeReported(t *testing.T) {
	c := &comparison{machines: []machine{{GOMAXPROCS: 2}}}
	each(func(_ string, w workload, v variant) {
		c.add(result{
			Workload: w.name, Runtime: v.runtime, Style: v.style, N: max(w.n, 1), Scale: 1,
			pass: pass{NS: 10, CPU: 10, Bytes: 10, GC: 1, Extra: map[string]float64{
				"requests_per_s": 1000, "p50_us": 1, "p99_us": 2, "late_p50_us": 1, "late_p99_us": 2, "late_max_us": 3, "allocs_per_task": 1,
			}},
			ColdNS: 20,
		})
	})
	dir := t.TempDir()
	if err := writeReport(dir, c); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "benchmarks.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range workloads {
		if w.section == inGrowth {
			continue
		}
		chart := filepath.Join(dir, "benchmarks", w.name+"_"+figuresOf(w)[0].key+".svg")
		if _, err := os.Stat(chart); err != nil || !contains(string(text), "\n### "+w.name+"\n") {
			t.Errorf("%s has no part, or no chart: %v", w.name, err)
		}
	}
	for _, k := range curves {
		if !contains(string(text), k.file+".svg") {
			t.Errorf("%s is not shown", k.file)
		}
	}
	if contains(string(text), "not measured") {
		t.Error("a target was not judged")
	}
}

// The report says with which versions edo was compared.
func TestEveryLibraryThatIsComparedHasAVersionInTheReport(t *testing.T) {
	others := []string{inCompiled, "epoll", "tokio", "smol", "erlang"} // edo itself, the system, and programs that say theirs
	m := thisMachine(2, &peerPrograms{versions: map[string]string{}})
	for _, name := range members {
		if !slices.Contains(others, name) && m.Versions[name] == "" {
			t.Errorf("%s has none", name)
		}
	}
}

func TestTargetsCoverEveryRow(t *testing.T) {
	have := make(map[string]bool)
	for _, target := range targets {
		w := workloadNamed(target.workload) // panics when there is none
		w.figure(target.figure)
		have[w.name] = true
		f := w.figure(target.figure)
		if f.better(target.must, target.aim) {
			t.Errorf("%s, %s: the aim %v is below the bar %v", w.name, f.key, target.aim, target.must)
		}
		// A bar in the unit of the figure must be ahead of Go.
		if !f.higherIsBetter && !target.factor && target.goes > 0 && target.must >= target.goes {
			t.Errorf("%s, %s: the bar is not ahead of Go", w.name, f.key)
		}
	}
	for _, w := range workloads {
		if w.section != inGrowth && w.section != inDesign && w.section != inSups && !have[w.name] {
			t.Errorf("%s has no target", w.name)
		}
	}
}

func TestTargetIsMissedWhenOneOfItsBarsIs(t *testing.T) {
	row := func(edo, goes, ct float64) *comparison {
		c := &comparison{}
		for _, r := range []result{
			{Workload: "spawn", Runtime: "edo", Style: "future", pass: pass{NS: edo}},
			{Workload: "spawn", Runtime: "go", Style: "goroutines", pass: pass{NS: goes}},
			{Workload: "spawn", Runtime: "tokio-ct", Style: "future", pass: pass{NS: ct}},
			{Workload: "spawn", Runtime: "tokio-mt", Style: "future", pass: pass{NS: 10 * ct}},
		} {
			if r.NS > 0 {
				c.add(r)
			}
		}
		return c
	}
	for _, c := range []struct {
		edo, goes, ct float64
		measured      bool
		must, aim     bool
	}{
		{100, 547, 153, true, true, false},
		{65, 547, 153, true, true, true},
		{200, 1094, 306, true, true, false}, // a machine of half the speed
		{101, 547, 153, true, false, false},
		{100, 547, 150, true, false, false}, // Tokio's better flavour counts
		{100, 500, 153, true, false, false},
		{100, 547, 0, true, true, false}, // without Tokio only Go's bar counts
		{100, 0, 0, false, false, false},
		{0, 547, 153, false, false, false},
	} {
		v := judge(row(c.edo, c.goes, c.ct))[0]
		if v.measured != c.measured || v.measured && (v.must != c.must || v.aim != c.aim) {
			t.Errorf("%+v: measured %t, must %t, aim %t", c, v.measured, v.must, v.aim)
		}
	}
}

func TestTargetMayNameWhatItIsAMultipleOf(t *testing.T) {
	c := fixedComparison()
	for _, one := range []struct {
		target
		got       float64
		must, aim bool
	}{
		{target{workload: "ws_1000", figure: "rate", style: inFutures, must: 1.2, aim: 1.6, of: "gorilla"}, 1.5, true, false},
		{target{workload: "ws_1000", figure: "rate", style: inFutures, must: 1.2, aim: 1.6, of: "coder"}, 150.0 / 130, false, false},
		{target{workload: "ws_idle_10000", figure: "bytes", style: inFutures, must: 0.5, aim: 0.1, of: "gobwas"}, 650.0 / 5800, true, false},
		{target{workload: "spawn", figure: "ns", style: inFutures, must: 1, aim: 0.8, of: "tokio"}, 125.0 / 170, true, true},
	} {
		v := judgeOne(c, one.target)
		b := v.ofOther
		if one.of == "tokio" {
			b = v.ofTokio
		}
		if b == nil || b.got != one.got || b.must != one.target.must || v.must != one.must || v.aim != one.aim || v.absolute != nil || v.ofGo != nil {
			t.Errorf("%s of %s: %+v, %+v", one.workload, one.of, b, v)
		}
	}
	if v := judgeOne(c, target{workload: "ws_1000", figure: "rate", style: inFutures, must: 1, aim: 1, of: "nbio"}); v.measured {
		t.Errorf("without the other there is a verdict: %+v", v)
	}
}

func TestTheBarOfGoIsThatOfGoroutines(t *testing.T) {
	c := &comparison{}
	for _, r := range []result{
		{Workload: "stream", Runtime: "edo", Style: "future", pass: pass{NS: 6}},
		{Workload: "stream", Runtime: "go", Style: "loop", pass: pass{NS: 1}},
		{Workload: "stream", Runtime: "go", Style: "goroutines", pass: pass{NS: 150}},
		{Workload: "stream", Runtime: "go", Style: "buffered", pass: pass{NS: 15}},
	} {
		c.add(r)
	}
	v := judgeOne(c, target{workload: "stream", figure: "ns", style: inFutures, must: 0.15, aim: 0.1, factor: true})
	if v.ofGo == nil || v.ofGo.got != 6.0/150 || !v.must {
		t.Errorf("%+v", v)
	}
}

func TestBarsKnowWhatIsBetter(t *testing.T) {
	for _, c := range []struct {
		bar  bar
		want bool
	}{
		{bar{got: 1.1, must: 1.1, higherIsBetter: true}, true},
		{bar{got: 1.09, must: 1.1, higherIsBetter: true}, false},
		{bar{got: 1, must: 1}, true},
		{bar{got: 1, must: 1, strict: true}, false},
		{bar{got: 0.99, must: 1, strict: true}, true},
	} {
		if got := c.bar.reaches(c.bar.must); got != c.want {
			t.Errorf("%+v: %t", c.bar, got)
		}
	}
}

func TestSavedLinesAddUp(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	machineLine := `{"machine":{"go":"go1.26.8","gomaxprocs":2,"cpu":"x","cpus":2,"os":"linux/amd64"}}` + "\n"
	line := `{"workload":"spawn","runtime":"go","style":"goroutines","n":10,"scale":1,"ns_per_op":5,"cpu_ns_per_op":6}` + "\n"
	one, two := write("one", machineLine+line), write("two", machineLine+line+line)
	c, err := readAll([]string{one, two})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.machines) != 1 || len(c.results["spawn/go/goroutines"]) != 3 {
		t.Errorf("got %+v", c)
	}
	other := write("other", strings.ReplaceAll(machineLine, "1.26.8", "1.27")+line)
	if c, err := readAll([]string{one, other}); err != nil || len(c.machines) != 2 {
		t.Errorf("another machine is not told apart: %+v, %v", c, err)
	}
	peers := write("peers", strings.ReplaceAll(machineLine, `"cpus"`, `"versions":{"tokio":"1"},"cpus"`)+line)
	newer := write("newer", strings.ReplaceAll(machineLine, `"cpus"`, `"versions":{"tokio":"2"},"cpus"`)+line)
	if c, err := readAll([]string{one, peers}); err != nil || len(c.machines) != 1 || c.machines[0].peers() != "tokio 1" {
		t.Errorf("a run with more peers: %+v, %v", c, err)
	}
	if c, err := readAll([]string{peers, newer}); err != nil || len(c.machines) != 2 {
		t.Errorf("a run with other versions: %+v, %v", c, err)
	}
	for name, text := range map[string]string{"broken": "{", "strange": `{"a":1}`, "empty": machineLine} {
		if _, err := readAll([]string{write(name, text)}); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
