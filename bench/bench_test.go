package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// TestMain makes the test executable a child when the environment says so.
func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		if err := runChild(os.Stdin, os.Stdout); err != nil {
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
		if v.run == nil {
			return // another process does it
		}
		t.Run(name, func(t *testing.T) {
			s := &session{workers: 2, n: 2000, passes: 2, ahead: 1, spread: 10, currentThread: v.currentThread()}
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

// tiny returns options for the smallest measurements, whose numbers mean nothing.
func tiny(t *testing.T, args ...string) *options {
	t.Helper()
	o, err := parseFlags(append([]string{"-smoke", "-workers", "2"}, args...), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func find(t *testing.T, name string) (workload, variant) {
	t.Helper()
	for _, w := range workloads {
		for _, v := range w.variants {
			if v.name(w) == name {
				return w, v
			}
		}
	}
	t.Fatalf("there is no %s", name)
	panic("unreachable")
}

func TestChildReportsWhatItWasAskedFor(t *testing.T) {
	w, v := find(t, "spawn/go/goroutines")
	r, err := measureOnce(t.Context(), w, v, 1000, tiny(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Workload != w.name || r.Runtime != "go" || r.N != 1000 || r.Workers != 2 || r.NS <= 0 || r.ColdNS <= 0 {
		t.Errorf("got %+v", r)
	}
}

func TestChildThatDoesNotKnowItsOrderIsAnError(t *testing.T) {
	_, err := measureOnce(t.Context(), workload{name: "nothing"}, variant{}, 1, tiny(t), nil)
	if err == nil || !strings.Contains(err.Error(), "there is no nothing") {
		t.Errorf("got %v", err)
	}
}

func TestFlagsThatMakeNoSenseAreRefused(t *testing.T) {
	for _, args := range []string{
		"-rounds 0", "-n -1", "-workers 0", "-only [", "spawn", "-limit -1s", "-peers perl", "-quick -smoke", "-build -from x",
	} {
		if _, err := parseFlags(strings.Fields(args), io.Discard); err == nil {
			t.Errorf("%s was accepted", args)
		}
	}
}

// BenchmarkWorkloads does the workloads under go test -bench, in one process.
func BenchmarkWorkloads(b *testing.B) {
	each(func(name string, w workload, v variant) {
		if v.run == nil {
			return
		}
		b.Run(name, func(b *testing.B) {
			s := &session{workers: 2, n: b.N, passes: 1, spread: 10, currentThread: v.currentThread()}
			if err := v.run(s); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(s.done[0].NS, "ns/op")
		})
	})
}

func TestRareWorkloadsTakeEveryThirdRound(t *testing.T) {
	w, v := find(t, "memory_at_10000000/edo/future")
	o := &options{scale: 1}
	for round := range 7 {
		if got := o.leavesOut(w, v, round); got == (round%3 == 0) {
			t.Errorf("round %d: left out: %t", round, got)
		}
	}
}

func TestManyConnectionsAreLoadedForSeveralTurns(t *testing.T) {
	o := &options{warm: 300 * time.Millisecond, measure: 900 * time.Millisecond}
	for _, c := range []struct {
		conns         int
		warm, measure time.Duration
	}{
		{1, o.warm, o.measure},
		{10_000, o.warm, o.measure},
		{100_000, 2 * time.Second, 5 * time.Second},
	} {
		if warm, measure := o.load(c.conns); warm != c.warm || measure != c.measure {
			t.Errorf("%d: %v, %v", c.conns, warm, measure)
		}
	}
}

func TestWhatDoesNotFitAScaleIsLeftOut(t *testing.T) {
	for _, c := range []struct {
		name  string
		scale float64
		want  bool
	}{
		{"memory_at_10000000/edo/future", 1, true},
		{"memory_at_10000000/edo/future", 0.1, false},
		{"conns_100000/edo/future", 1, true},
		{"conns_100000/edo/future", 0.1, false},
		{"conns_10000/edo/future", 0.1, true},
		{"spawn_at_1000/edo/future", 0.001, true},
		{"conns_100/edo/future", 0.001, true},
		{"spawn/edo/future", 0.000001, true},
	} {
		w, _ := find(t, c.name)
		if n, got := (&options{scale: c.scale}).operations(w); got != c.want || got && w.conns == 0 && n < 1000 {
			t.Errorf("%s at %g: %d operations, measured: %t", c.name, c.scale, n, got)
		}
	}
}
