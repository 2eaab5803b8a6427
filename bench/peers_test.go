package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// builtPeers returns the peers that are built already. A test does not build peers: that
// takes longer than all other tests together.
func builtPeers(t *testing.T) (*options, *peerPrograms) {
	t.Helper()
	o := tiny(t, "-peers", "all")
	o.onlyBuilt = true
	var messages bytes.Buffer
	programs := preparePeers(t.Context(), o, &messages)
	t.Cleanup(programs.close)
	if messages.Len() > 0 {
		t.Log(messages.String())
	}
	return o, programs
}

func TestEveryPeerDoesItsWork(t *testing.T) {
	if race {
		t.Skip("the other programs are built without the race detector: the run without it has this test")
	}
	o, programs := builtPeers(t)
	for _, one := range peerList {
		if programs.products[one.name] == "" {
			t.Run(one.name, func(t *testing.T) {
				t.Skipf("not built: it takes %s (%s), and go run ./bench -build", one.tool, one.install)
			})
		}
	}
	each(func(name string, w workload, v variant) {
		if v.program == "" || !programs.canRun(v) || w.fixed || w.conns > 1 && !w.idle {
			return
		}
		t.Run(name, func(t *testing.T) {
			if w.conns > 0 {
				needLoad(t)
			}
			r, err := measureOnce(t.Context(), w, v, 1000, o, programs)
			if err != nil {
				t.Fatal(err)
			}
			if r.N < 1 || r.NS <= 0 || r.ColdNS <= 0 {
				t.Errorf("got %+v", r)
			}
			if w.timers != noTimers && (r.Extra["late_max_us"] <= 0 || r.Extra["late_p50_us"] > r.Extra["late_max_us"]) {
				t.Errorf("lateness: %v", r.Extra)
			}
		})
	})
}

func TestPeerThatFailsSaysWhy(t *testing.T) {
	o, programs := builtPeers(t)
	for _, one := range peerList {
		if programs.products[one.name] == "" {
			continue
		}
		v := variant{runtime: one.name, program: one.name, flavour: "mt"}
		if _, err := measureOnce(t.Context(), workload{name: "nothing"}, v, 1000, o, programs); err == nil || !strings.Contains(err.Error(), "nothing") {
			t.Errorf("%s: got %v", one.name, err)
		}
	}
}

func TestMissingToolIsALineThatSaysWhatToInstall(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	o := tiny(t, "-peers", "tokio,smol,erlang")
	var messages bytes.Buffer
	programs := preparePeers(t.Context(), o, &messages)
	want := "bench: tokio is left out: there is no cargo (apt-get install cargo, or rustup)\n" +
		"bench: smol is left out: there is no cargo (apt-get install cargo, or rustup)\n" +
		"bench: erlang is left out: there is no erlc (apt-get install erlang-base)\n"
	if messages.String() != want {
		t.Errorf("got\n%s", messages.String())
	}
	each(func(name string, _ workload, v variant) {
		if v.program != "" && programs.canRun(v) {
			t.Errorf("%s would be measured", name)
		}
	})
	if programs.failed != nil {
		t.Errorf("that counts as a failure: %v", programs.failed)
	}
}

func TestPeerThatIsNotBuiltIsLeftOutWhenTimeIsShort(t *testing.T) {
	if _, err := exec.LookPath("erlc"); err != nil {
		t.Skip("apt-get install erlang-base")
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	o := tiny(t, "-peers", "erlang")
	o.onlyBuilt = true
	var messages bytes.Buffer
	preparePeers(t.Context(), o, &messages)
	if !strings.Contains(messages.String(), "not built yet: go run ./bench -build") {
		t.Errorf("got %q", messages.String())
	}
	o.onlyBuilt = false
	messages.Reset()
	if programs := preparePeers(t.Context(), o, &messages); programs.products["erlang"] == "" || !strings.Contains(messages.String(), "building erlang") {
		t.Errorf("not built: %s", messages.String())
	}
	messages.Reset()
	if preparePeers(t.Context(), o, &messages); messages.Len() > 0 {
		t.Errorf("built twice: %s", messages.String())
	}
}

func TestEveryPeerHasAVersion(t *testing.T) {
	for _, one := range peerList[:2] {
		if version := one.version(); !strings.HasPrefix(version, "1.") && !strings.HasPrefix(version, "2.") {
			t.Errorf("%s %q", one.name, version)
		}
	}
}
