package cluster_test

import (
	"flag"
	"runtime"
	"strconv"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/internal/invariant"
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
