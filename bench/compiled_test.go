package main

import (
	"slices"
	"testing"
)

// The straight-line source, built by edo build, does the same work.
func TestCompiledProgramMeasuresWhatTheDirectStyleDoes(t *testing.T) {
	if race {
		t.Skip("the other programs are built without the race detector: the run without it has this test")
	}
	o := tiny(t, "-peers", inCompiled)
	programs := &peerPrograms{}
	defer programs.close()
	if err := programs.prepareCompiled(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"spawn", "oneshot", "rtt", "mpsc_64", "memory_deep", "echo_50_16", "ws_1000", "ws_idle_10000", "tls_idle_2000"} {
		t.Run(name, func(t *testing.T) {
			w := workloads[slices.IndexFunc(workloads, func(w workload) bool { return w.name == name })]
			v := w.variants[slices.IndexFunc(w.variants, isEdoCompiled)]
			if w.conns > 0 {
				needLoad(t)
			}
			if !programs.canRun(v) {
				t.Fatal("it was not built")
			}
			r, err := measureOnce(t.Context(), w, v, 1000, o, programs)
			if err != nil {
				t.Fatal(err)
			}
			if r.Style != "" && r.Style != inCompiled || r.NS <= 0 {
				t.Errorf("got %+v", r)
			}
		})
	}
}
