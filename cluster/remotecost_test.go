package cluster_test

import (
	"context"
	"encoding/json"
	"flag"
	"runtime"
	"strconv"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/nats-io/nats.go"
)

// int64(*manyCalls) is how many calls wait at a time: with -waiting 100000 as many as the name of the test says.
var manyCalls = flag.Int("waiting", 40_000, "how many remote calls wait at a time")

// The calls run in another process, so that what is measured is the callers'.
func TestAHundredThousandRemoteCallsThatWaitTakeLessThanAKilobyteEach(t *testing.T) {
	if invariant.Enabled {
		t.Skip("checks take memory of their own")
	}
	folder, log := t.TempDir(), newLog(t)
	run(t, func(task *edo.Task) error {
		conn, err := (&cluster.Broker{Listen: "127.0.0.1:0"}).Open(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		member := start(t, "member of many", folder, log, "")
		if _, err := cluster.Serve(task, conn, 1, cluster.Offer(square, squares)); err != nil { // what a first use makes
			return err
		}
		all := make([]*edo.JoinHandle[int], *manyCalls)
		const first = 5_000 // for which connections make their buffers
		var before uint64
		for i := range all {
			all[i] = cluster.Spawn(task, conn, onceFunc, i)
			if i%1000 != 999 {
				continue
			}
			if err := until(task, hasLogged(log, "begins "+strconv.Itoa(i)+".")); err != nil {
				return err
			}
			if i+1 == first {
				before = memoryInUse()
			}
		}
		after := memoryInUse()
		each := (int64(after) - int64(before)) / int64(*manyCalls-first)
		t.Logf("%d bytes each", each)
		if each >= 1000 {
			t.Errorf("a call that waits takes %d bytes", each)
		}
		member.Kill()
		for _, h := range all {
			h.Abort()
		}
		for _, h := range all {
			h.Await(task)
		}
		return nil
	})
}

// memoryInUse returns the bytes of the heap that are in use, and of stacks.
func memoryInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// The member is in the same process, and so is the broker: it is their objects too. What a call has more than a
// request are tasks here and there, and what is known of both until the outcome is confirmed.
func TestACallAllocatesFewObjectsMoreThanARequest(t *testing.T) {
	if invariant.Enabled {
		t.Skip("checks take memory of their own")
	}
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		nc := conn.NATS()
		if _, err := nc.QueueSubscribe("request", "members", func(m *nats.Msg) {
			go func() {
				var n int
				json.Unmarshal(m.Data, &n)
				data, _ := json.Marshal(n * n)
				m.Respond(data)
			}()
		}); err != nil {
			return err
		}
		return served(task, conn, 8, []cluster.Offered{cluster.Offer(square, squares)}, func(*cluster.Member) error {
			request := edo.Blocking(task, func(*edo.Task) (float64, error) {
				return mallocs(func() error {
					data, err := json.Marshal(5000)
					if err != nil {
						return err
					}
					m, err := nc.RequestWithContext(context.Background(), "request", data)
					if err != nil {
						return err
					}
					var n int
					return json.Unmarshal(m.Data, &n)
				})
			})
			ofRequest, err := request.Await(task)
			if err != nil {
				return err
			}
			ofCall, err := mallocs(func() error {
				_, err := cluster.Call(task, conn, square, 5000)
				return err
			})
			t.Logf("a request allocates %.1f objects, a call %.1f", ofRequest, ofCall)
			if ofCall > ofRequest+10 {
				t.Errorf("a call allocates %.1f objects, and a request %.1f", ofCall, ofRequest)
			}
			return err
		})
	})
}

// mallocs returns how many objects the process allocates for a call of fn.
func mallocs(fn func() error) (float64, error) {
	const n = 1000
	var before, after runtime.MemStats
	for i := range 2 * n { // at first buffers are made, and tables grow
		if i == n {
			runtime.ReadMemStats(&before)
		}
		if err := fn(); err != nil {
			return 0, err
		}
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / n, nil
}
