//go:build unix

package console_test

import (
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/console"
	"github.com/edo-go/edo/internal/tasktest"
)

// processorTime returns what the process has used.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestLookingAtAMillionTasksCostsLittle takes a minute: it looks as the page does.
func TestLookingAtAMillionTasksCostsLittle(t *testing.T) {
	if !*million {
		t.Skip("with -million only")
	}
	rt, err := edo.New(edo.Config{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	gates := make([]tasktest.Gate, 1_000_000)
	for i := range gates {
		gates[i].Name = "idle"
		edo.Spawn(rt, &gates[i])
	}
	server := httptest.NewServer(console.Handler())
	defer server.Close()
	defer server.CloseClientConnections()
	r := connect(t, server.URL+"/stream")
	for f := r.next(t); f.Runtimes[0].Metrics.Waiting != len(gates); f = r.next(t) {
	}
	began, used := time.Now(), processorTime()
	last := console.Round{}
	for range 45 { // frames
		last = r.next(t).Runtimes[0].Round
	}
	t.Logf("%d of %d tasks were asked, and %.0f %% of the next round", last.Asked, last.Listed, 100*last.Next)
	share := float64(processorTime()-used) / float64(time.Since(began))
	t.Logf("looking has cost %.1f %% of a processor, for the collector too", 100*share)
	if share > 0.05 {
		t.Errorf("looking has cost %.1f %% of a processor", 100*share)
	}
	for i := range gates {
		gates[i].Open()
	}
	rt.Wait()
}
