package world_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/disk"
	"github.com/edo-go/edo/sim/story"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// writer writes a file in pieces, the last of which are not synced, and sends datagrams: so many that each thing
// that may happen to one happens under any seed.
func writer(task *edo.Task) error {
	f, err := world.Here(task).Disk().OpenFile("log", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	world.Here(task).Disk().Sync()
	c, err := socket.ListenPacket(task, "udp", ":0")
	if err != nil {
		return err
	}
	for {
		for range 20 {
			if _, err := f.Write(make([]byte, 5000)); err != nil {
				return err
			}
		}
		for range 10 {
			if _, err := c.WriteTo(task, []byte("hello"), netip.MustParseAddrPort("10.0.0.1:53")); err != nil {
				return err
			}
		}
		if err := timer.Sleep(task, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

// reader receives datagrams.
func reader(task *edo.Task) error {
	c, err := socket.ListenPacket(task, "udp", ":53")
	if err != nil {
		return err
	}
	p := make([]byte, 10)
	for {
		if _, _, err := c.ReadFrom(task, p); err != nil {
			return err
		}
	}
}

// troubled is a world that has each kind of trouble.
func troubled(seed uint64, log *story.Log) error {
	return sim.Run(seed, func(task *edo.Task) error {
		w, err := world.New(task, world.Config{Disk: disk.Config{}})
		if err != nil {
			return err
		}
		b := w.Host("b", reader)
		a := w.Host("a", writer)
		sleep := func() error { return timer.Sleep(task, time.Second) }
		for _, step := range []func(){
			func() { w.OneWay(a, b, world.Link{Loss: 0.5, Duplicate: 0.3, Reorder: 0.3, Latency: time.Millisecond}) },
			func() { w.OneWay(a, b, world.Link{}); w.Cut(a, b) },
			func() { w.Join(a, b); w.Partition([]*world.Host{a}, []*world.Host{b}) },
			w.Heal,
			func() { w.Hold(a, b) },
			func() { w.Release(a, b); b.Crash(world.Reset) },
			b.Restart,
			b.Pause,
			b.Resume,
			func() { a.SetClock(time.Hour, 0.5) },
			func() { a.Crash(world.Silent) },
			a.Restart,
			a.Kill,
		} {
			if err := sleep(); err != nil {
				return err
			}
			step()
		}
		w.Host("c", func(*edo.Task) error { return nil })
		return sleep()
	}, sim.WithConfig(sim.Config{Story: log}))
}

func TestAStoryTellsWhatHappensToHostsAndBetweenThem(t *testing.T) {
	var log story.Log
	if err := troubled(5, &log); err != nil {
		t.Fatal(err)
	}
	text := log.Text()
	for _, want := range []string{
		`(?m)^ +0s  host a: starts its program, by #1 \S+ at (sim/world/)?story_test\.go:\d+$`,
		`#\d+ b on b: woken by #\d+ a on a at (sim/world/)?story_test\.go:\d+; `,
		`network: 5 bytes of udp from a to b are lost: by chance, by #\d+ a on a at `,
		`network: 5 bytes of udp from a to b are doubled`,
		`network: 5 bytes of udp from a to b are late by `,
		`network: the way from a to b is cut, by #1 `,
		`network: 5 bytes of udp from a to b are lost: the way is cut, `,
		`network: the way from a to b is joined`,
		`network: the partition of a and b begins`,
		`network: all ways are joined`,
		`network: what is sent from a to b waits on its way`,
		`network: what is sent from a to b arrives again`,
		`host b: loses its power, and resets its connections, by #1 `,
		`network: 5 bytes of udp from a to b are lost: the host has no power`,
		`(?s)host b: loses its power.*host b: starts its program`,
		`host b: stands still`,
		`host b: goes on`,
		`host a: its clock is ahead by 1h0m0s, and gains 0\.5 s in a second`,
		`host a: loses its power, by #1 `,
		`host a: its program is killed`,
		`host c: its program ends, by #\d+ c on c`,
	} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("the story has no %s", want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}

	kinds := map[string]int{}
	for _, e := range log.Events() {
		kinds[e.Kind]++
		if isOfA := e.Name == "a"; e.Task != 0 && isOfA && e.Host != "a" || e.Kind == "world" && (e.Task != 0 || e.What == "") {
			t.Errorf("%+v", e)
		}
	}
	if kinds["world"] < 30 {
		t.Errorf("kinds of events: %v", kinds)
	}
}

// What a crash does to a file is the seed's.
func TestAStoryTellsWhatACrashHasDoneToAFile(t *testing.T) {
	tears, loses := false, false
	for seed := range uint64(100) {
		log := story.Brief()
		if err := troubled(seed, log); err != nil {
			t.Fatal(err)
		}
		text := log.Text()
		tears = tears || strings.Contains(text, "host a: the crash tears log: it keeps a part of ")
		loses = loses || strings.Contains(text, "host a: the crash loses what was not synced of log: ")
		if tears && loses {
			return
		}
	}
	t.Errorf("100 runs tear a file: %t, lose a file: %t", tears, loses)
}

// A host is a process of the trace, its tasks are the threads, and what happens to it is an instant.
func TestATraceHasAProcessForEachHost(t *testing.T) {
	var log story.Log
	if err := troubled(5, &log); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := log.WriteTrace(&b); err != nil {
		t.Fatal(err)
	}
	var trace struct {
		TraceEvents []struct {
			Name, Ph, S string
			Pid, Tid    int
			Args        map[string]any
		}
	}
	if err := json.Unmarshal([]byte(b.String()), &trace); err != nil {
		t.Fatal(err)
	}
	processes := map[int]string{}
	found := map[string]bool{}
	for _, e := range trace.TraceEvents {
		name, _ := e.Args["name"].(string)
		switch {
		case e.Name == "process_name":
			processes[e.Pid] = name
		case processes[e.Pid] == "":
			t.Errorf("%+v is of no process", e)
		case e.Name == "thread_name" && name == "a" && processes[e.Pid] != "host a":
			t.Errorf("a task of host a is in process %q", processes[e.Pid])
		case e.Ph == "i" && e.S == "p":
			found[processes[e.Pid]+": "+e.Name] = true
		case e.Ph == "i" && e.S == "g":
			found[e.Name] = true
		}
	}
	for _, want := range []string{"host b: loses its power, and resets its connections", "host a: its program is killed", "the partition of a and b begins"} {
		if !found[want] {
			t.Errorf("the trace has no %q: %v", want, found)
		}
	}
}

// failing keeps what fails a test.
type failing struct {
	testing.TB
	text string
}

func (f *failing) Logf(string, ...any)               {}
func (f *failing) Fatalf(format string, args ...any) { f.text = fmt.Sprintf(format, args...) }

// failureOf returns what is told of a run that fails: of program, in a world of its own.
func failureOf(t *testing.T, program func(task *edo.Task, w *world.World) error) string {
	t.Helper()
	if replays {
		t.Skip("EDO_SEED or EDO_SCHEDULE replays one run, and this test has a failing run of its own")
	}
	f := &failing{TB: t}
	sim.Explore(f, 1, func(seed uint64) error {
		return sim.Run(seed, func(task *edo.Task) error {
			w, err := world.New(task, world.Config{})
			if err != nil {
				return err
			}
			return program(task, w)
		})
	})
	return f.text
}

// Many things happen to the hosts of a long run: a failure tells the last of them with its switches.
func TestAFailureTellsWhatHappenedToItsHosts(t *testing.T) {
	text := failureOf(t, func(task *edo.Task, w *world.World) error {
		a := w.Host("a", echo)
		for range 30 {
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			a.Restart()
		}
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		_, err := ask(task, "b", "hello")
		return err
	})
	if n := strings.Count(text, "host a: "); n < 10 || n > 14 || !strings.Contains(text, "host a: loses its power, by #1 ") {
		t.Errorf("%d lines of the host in %s", n, text)
	}
}

// What the network does has many lines, and one of a host is more often the cause.
func TestAFailureTellsOfAHostThatFailedLongAgo(t *testing.T) {
	text := failureOf(t, func(task *edo.Task, w *world.World) error {
		w.Host("a", echo).Crash(world.Silent)
		for range 60 {
			if _, err := ask(task, "a", "hello"); err == nil {
				return errors.New("a host without power has answered")
			}
		}
		return errors.New("it has no answer")
	})
	if !strings.Contains(text, "host a: loses its power, by #1 ") || !strings.Contains(text, "…") {
		t.Errorf("the cause is not in %s", text)
	}
}
