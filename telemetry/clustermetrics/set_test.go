package clustermetrics_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/telemetry/clustermetrics"
	"github.com/edo-go/edo/telemetry/metrics"
	"github.com/edo-go/edo/telemetry/metrics/prom"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestMain(m *testing.M) { tasktest.Main(m) }

// values are the points of a connection by name and labels, without those of the runtimes.
func values(conn *cluster.Conn) map[string]float64 {
	all := map[string]float64{}
	src := metrics.New(metrics.Config{Sets: []metrics.Set{clustermetrics.Of("main", conn)}})
	for _, p := range src.Read() {
		if name, ok := strings.CutPrefix(p.Metric.Name, "edo.cluster."); ok {
			all[strings.Join(append([]string{name}, p.Labels...), " ")] = p.Value
		}
	}
	return all
}

func TestQueuesCallsAndWorkersAreCounted(t *testing.T) {
	folder := t.TempDir()
	begun, release := make(chan struct{}), make(chan struct{})
	wait := func(task *edo.Task) error {
		_, err := edo.Call(task, func(context.Context) (int, error) {
			begun <- struct{}{}
			<-release
			return 0, nil
		})
		return err
	}
	double := cluster.NewFunc[int, int]("double", cluster.FuncConfig{})
	err := edo.Run(func(task *edo.Task) error {
		conn, err := cluster.Open(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		jobs, err := cluster.NewQueue[int](task, conn, "jobs", cluster.QueueConfig{})
		if err != nil {
			return err
		}
		worker := cluster.Work(jobs, 3, func(task *edo.Task, _ *cluster.Job[int]) error { return wait(task) })
		works := edo.Spawn(task, edo.Future[edo.Unit](worker))
		for i := range 2 {
			if _, err := jobs.Publish(task, i); err != nil {
				return err
			}
		}
		member, err := cluster.Serve(task, conn, 4, cluster.Offer(double, func(task *edo.Task, n int) (int, error) { return 2 * n, wait(task) }))
		if err != nil {
			return err
		}
		serves := edo.Spawn(task, edo.Future[edo.Unit](member))
		called := cluster.Spawn(task, conn, double, 21)
		for range 3 {
			if _, err := edo.Call(task, func(context.Context) (int, error) { <-begun; return 0, nil }); err != nil {
				return err
			}
		}
		got := values(conn)
		for name, want := range map[string]float64{
			"connected main": 1, "reconnects main": 0, "calls main": 1, "sends main": 0, "workers main jobs": 1, "jobs.limit main jobs": 3,
			"jobs.running main jobs": 2, "jobs.held main jobs": 0, "served main running": 1, "served main held": 0, "served.limit main": 4,
		} {
			if value, ok := got[name]; !ok || value != want {
				t.Errorf("%s is %v, %v: want %v", name, value, ok, want)
			}
		}
		if got["messages main in"] == 0 || got["io main out"] == 0 {
			t.Errorf("no traffic: %v", got)
		}
		registry := prometheus.NewPedanticRegistry()
		registry.MustRegister(prom.NewCollector(metrics.Config{Sets: []metrics.Set{clustermetrics.Of("main", conn)}}))
		problems, err := testutil.GatherAndLint(registry)
		if err != nil || len(problems) != 0 {
			t.Errorf("%v %v", problems, err)
		}
		close(release)
		if n, err := called.Await(task); n != 42 || err != nil {
			return fmt.Errorf("the call: %d, %w", n, err)
		}
		worker.Stop()
		member.Stop()
		if _, err := works.Await(task); err != nil {
			return err
		}
		if _, err := serves.Await(task); err != nil {
			return err
		}
		if err := conn.Close(task); err != nil {
			return err
		}
		if got := values(conn); got["connected main"] != 0 || got["calls main"] != 0 || got["served.limit main"] != 0 {
			t.Errorf("after the end: %v", got)
		}
		return nil
	}, tasktest.Quiet(edo.Config{Workers: 4}))
	if err != nil {
		t.Error(err)
	}
}
