package metrics_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/telemetry/metrics"
)

func TestMain(m *testing.M) {
	metrics.SetPatience(time.Minute) // no machine is so busy that a channel is not asked in time
	tasktest.Main(m)
}

// newRuntime returns a runtime that ends with the test.
func newRuntime(t *testing.T, c edo.Config) *edo.Runtime {
	t.Helper()
	if c.OnError == nil {
		c.OnError = func(error) {}
	}
	rt, err := edo.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shutDown(t, rt) })
	return rt
}

func shutDown(t *testing.T, rt *edo.Runtime) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := rt.Shutdown(ctx); ctx.Err() != nil {
		t.Error(err)
	}
}

// settle waits until the workers of rt are idle, and so many tasks wait.
func settle(rt *edo.Runtime, waiting int) {
	for {
		if m := rt.Metrics(); m.Idle == m.Workers+m.Spares && m.Queued == 0 && m.Waiting == waiting {
			return
		}
		runtime.Gosched()
	}
}

// values are points by the name of the metric and its labels, as "edo.queue.depth 1 global".
func values(points []metrics.Point) map[string]float64 {
	all := map[string]float64{}
	for _, p := range points {
		all[strings.Join(append([]string{p.Metric.Name}, p.Labels...), " ")] = p.Value
	}
	return all
}
