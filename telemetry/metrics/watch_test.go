package metrics_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/telemetry/metrics"
)

func TestAWatchedChannelTellsItsDepth(t *testing.T) {
	tx, rx := mpsc.New[string](8)
	free, freeRx := mpsc.NewUnbounded[int]()
	defer func() { tx.Drop(); rx.Drop(); free.Drop(); freeRx.Drop() }()
	stop, err := metrics.WatchChannel("orders", tx)
	stopFree, err2 := metrics.WatchChannel("free", freeRx)
	goChannel := make(chan int, 3)
	stopGo, err3 := metrics.Watch("go", func() int { return len(goChannel) })
	if err != nil || err2 != nil || err3 != nil {
		t.Fatal(err, err2, err3)
	}
	goChannel <- 1
	for range 5 {
		if err := tx.TrySend("x"); err != nil {
			t.Fatal(err)
		}
	}
	src := metrics.New(metrics.Config{})
	got := values(src.Read())
	if got["edo.channel.depth orders"] != 5 || got["edo.channel.capacity orders"] != 8 || got["edo.channel.depth go"] != 1 {
		t.Errorf("%v", got)
	}
	_, hasLimit := got["edo.channel.capacity free"]
	_, isThere := got["edo.channel.depth free"]
	if hasLimit || !isThere {
		t.Errorf("a channel without a limit has one: %v", got)
	}
	if _, err := metrics.Watch("orders", func() int { return 0 }); err == nil || err.Error() != `metrics: another channel is watched as "orders"` {
		t.Errorf("the name of another: %v", err)
	}
	stop()
	stop()
	stopFree()
	again, err := metrics.Watch("orders", func() int { return 1 })
	if err != nil {
		t.Fatal(err)
	}
	stop() // of the one before
	if got := values(src.Read()); got["edo.channel.depth orders"] != 1 {
		t.Errorf("%v", got)
	}
	again()
	stopGo()
	for key := range values(src.Read()) {
		if strings.HasPrefix(key, "edo.channel") {
			t.Errorf("%s is watched still", key)
		}
	}
}

func TestTheNumberOfWatchedChannelsAndTheirNamesAreBounded(t *testing.T) {
	for _, name := range []string{"", strings.Repeat("x", 121), "\xff"} {
		if _, err := metrics.Watch(name, func() int { return 0 }); err == nil {
			t.Errorf("%q is watched", name)
		}
	}
	for i := range metrics.MaxWatched {
		stop, err := metrics.Watch(fmt.Sprint(i), func() int { return i })
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
	}
	if _, err := metrics.Watch("one more", func() int { return 0 }); err == nil {
		t.Error("there is no limit")
	}
	if got := values(metrics.New(metrics.Config{}).Read()); got["edo.channel.depth 499"] != 499 {
		t.Errorf("%v", got["edo.channel.depth 499"])
	}
}

// The function is the program's own: whatever it does, the other numbers are there.
func TestAWatchedFunctionThatPanicsOrDoesNotReturnIsLeftOut(t *testing.T) {
	newRuntime(t, edo.Config{Workers: 1})
	release := make(chan struct{})
	calls := make(chan struct{}, 9)
	for name, depth := range map[string]func() int{
		"panics": func() int { panic("on purpose") },
		"hangs":  func() int { calls <- struct{}{}; <-release; return 1 },
		"well":   func() int { return 3 },
	} {
		stop, err := metrics.Watch(name, depth)
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
	}
	defer metrics.SetPatience(time.Millisecond)()
	src := metrics.New(metrics.Config{})
	before := values(src.Read())["edo.watch.errors"]
	for range 2 {
		got := values(src.Read())
		for got["edo.channel.depth well"] != 3 { // it had less than a millisecond
			got = values(src.Read())
		}
		_, panics := got["edo.channel.depth panics"]
		_, hangs := got["edo.channel.depth hangs"]
		if panics || hangs || got["edo.runtimes"] != 1 {
			t.Errorf("%v", got)
		}
	}
	<-calls // its goroutine may be behind the reads
	if more := values(src.Read())["edo.watch.errors"] - before; more < 4 || len(calls) != 0 {
		t.Errorf("%v more errors, and %d more calls of one that has not returned", more, len(calls))
	}
	close(release)
	for values(src.Read())["edo.channel.depth hangs"] != 1 { // it has returned: it is asked again
	}
}

// Two scrapes at the same time both have the depth, by one call.
func TestReadsAtTheSameTimeShareACall(t *testing.T) {
	defer metrics.SetPatience(time.Minute)()
	asked, release := make(chan struct{}, 3), make(chan struct{})
	stop, err := metrics.Watch("shared", func() int { asked <- struct{}{}; <-release; return 4 })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	src := metrics.New(metrics.Config{})
	got := make(chan float64, 2)
	for range 2 {
		go func() { got <- values(src.Read())["edo.channel.depth shared"] }()
	}
	<-asked
	close(release)
	if a, b := <-got, <-got; a != 4 || b != 4 {
		t.Errorf("%v and %v", a, b)
	}
}
