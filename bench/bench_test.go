package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

// TestMain lets the test's own executable be the child.
func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		if err := child(os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// each calls fn for every variant of every workload.
func each(fn func(name string, w workload, v variant)) {
	for _, w := range workloads {
		for _, v := range w.variants {
			fn(w.name+"/"+v.runtime+"/"+v.style, w, v)
		}
	}
}

func TestEveryVariantDoesItsWorkInEveryPass(t *testing.T) {
	each(func(name string, w workload, v variant) {
		t.Run(name, func(t *testing.T) {
			s := &session{workers: 2, n: 2000, passes: 2}
			if err := v.run(s); err != nil {
				t.Fatal(err)
			}
			if len(s.done) != s.passes {
				t.Fatalf("%d passes instead of %d", len(s.done), s.passes)
			}
			for _, p := range s.done {
				if p.NS <= 0 {
					t.Errorf("no time was measured: %+v", p)
				}
			}
		})
	})
}

func TestChildReportsWhatItWasAskedFor(t *testing.T) {
	w := workloads[0]
	r, err := measure(w, w.variants[0], &options{scale: 0.001, workers: 2}, 7)
	if err != nil {
		t.Fatal(err)
	}
	if r.Workload != w.name || r.Runtime != "go" || r.N != 1000 || r.Workers != 2 || r.Round != 7 || r.NS <= 0 || r.ColdNS <= 0 {
		t.Errorf("got %+v", r)
	}
}

func TestChildThatDoesNotKnowItsOrderIsAnError(t *testing.T) {
	_, err := measure(workload{name: "nothing"}, variant{}, &options{scale: 1, workers: 1}, 0)
	if err == nil || !strings.Contains(err.Error(), "there is no nothing") {
		t.Errorf("got %v", err)
	}
}

func TestReportGivesMediansAndRatios(t *testing.T) {
	row := func(ns float64) result { return result{pass: pass{NS: ns, CPU: 2 * ns}, ColdNS: 3 * ns} }
	var out bytes.Buffer
	report(&out, map[string][]result{
		"spawn/go/goroutines": {row(400), row(500), row(90_000)},
		"spawn/edo/future":    {row(100), row(90), row(150), row(200)},
	})
	lines := strings.Split(out.String(), "\n")
	for i, want := range []string{
		"workload runtime style ns/op (min, max) of Go's cold CPU ns/op of Go's memory",
		"spawn go goroutines 500 (400, 90,000) 1,500 1,000",
		"spawn edo future 125 (90.0, 200) 0.25 375 250 0.25",
	} {
		if got := strings.Join(strings.Fields(lines[i]), " "); got != want {
			t.Errorf("line %d:\ngot  %s\nwant %s", i, got, want)
		}
	}
}

func TestFlagsThatMakeNoSenseAreRefused(t *testing.T) {
	for _, args := range []string{"-rounds 0", "-n -1", "-workers 0", "-only [", "spawn"} {
		if _, err := parse(strings.Fields(args), io.Discard); err == nil {
			t.Errorf("%s was accepted", args)
		}
	}
}

// BenchmarkWorkloads is the same work under go test -bench, in one process.
func BenchmarkWorkloads(b *testing.B) {
	each(func(name string, w workload, v variant) {
		b.Run(name, func(b *testing.B) {
			s := &session{workers: 2, n: b.N, passes: 1}
			if err := v.run(s); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(s.done[0].NS, "ns/op")
		})
	})
}
